"""Pages of the Gouden Gids."""

from flask import Blueprint

blueprint = Blueprint("directory", __name__, template_folder="../templates")

from learnenv.areas.directory.routes import (  # noqa: E402 - they hang on the blueprint
    booking,
    choosing,
    moderator,
    owner,
    public,
    requests,
    reviewing,
)

__all__ = [
    "blueprint", "booking", "choosing", "moderator", "owner", "public", "requests", "reviewing",
]  # fmt: skip
