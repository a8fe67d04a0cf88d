"""Blocks of others, tried in this host (`make blocks`)."""

import os
from importlib.util import find_spec

INSTALLED = all(find_spec(name) for name in ("poll", "sample_xblocks", "problem_builder"))
if INSTALLED:  # Django would not start elsewhere: pytest imports this folder in every run
    # Packages that are apps of Django, as an operator would name them (docs/xblocks.md). The
    # workbench only because the SDK is here too: problem-builder then takes it for its host.
    os.environ["LEARNENV_XBLOCK_APPS"] = (
        "django.contrib.contenttypes,django.contrib.auth,problem_builder,submissions,workbench"
    )
