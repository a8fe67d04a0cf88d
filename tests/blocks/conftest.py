"""Blocks of others: looked at only where they are installed (`make blocks`)."""

from __future__ import annotations

import os
from importlib.util import find_spec

from tests.journeys.conftest import (  # noqa: F401 - fixtures
    browser_type_launch_args,
    live,
    processes,
)

collect_ignore_glob = [] if find_spec("poll") and find_spec("sample_xblocks") else ["test_*.py"]

# Packages that are apps of Django, as an operator would name them (docs/xblocks.md). The workbench
# only because the SDK is here too: problem-builder then takes it for its host.
os.environ["LEARNENV_XBLOCK_APPS"] = (
    "django.contrib.contenttypes,django.contrib.auth,problem_builder,submissions,workbench"
)
