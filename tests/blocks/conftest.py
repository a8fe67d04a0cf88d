"""Blocks of others: looked at only where they are installed (`make blocks`)."""

from __future__ import annotations

from tests.blocks import INSTALLED
from tests.journeys.conftest import (  # noqa: F401 - fixtures
    browser_type_launch_args,
    live,
    processes,
)

collect_ignore_glob = [] if INSTALLED else ["test_*.py"]
