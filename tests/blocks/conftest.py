"""Blocks of others: looked at only where they are installed (`make blocks`)."""

from __future__ import annotations

from importlib.util import find_spec

from tests.journeys.conftest import (  # noqa: F401 - fixtures
    browser_type_launch_args,
    live,
    processes,
)

collect_ignore_glob = [] if find_spec("poll") and find_spec("sample_xblocks") else ["test_*.py"]
