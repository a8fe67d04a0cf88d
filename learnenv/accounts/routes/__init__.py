"""Pages of people and organisations. Importing this package fills the blueprint."""

from learnenv.accounts.routes import (
    entry,
    organisations,
    oversight,
    own,
    people,
    recovery,
    statement,
)
from learnenv.accounts.routes.base import blueprint

__all__ = [
    "blueprint",
    "entry",
    "organisations",
    "oversight",
    "own",
    "people",
    "recovery",
    "statement",
]
