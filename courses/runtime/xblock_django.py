"""Django as a library, for blocks of others that import it; nothing of ours needs it.

Most published blocks use `xblock.utils.resources`, which imports Django's templates. Installed as
an extra (`pip install learnenv[xblocks]`) Django is configured here, once, without database, URLs,
middleware or sessions. Without the extra this does nothing and costs nothing.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from courses.runtime import compiled

APPS = "LEARNENV_XBLOCK_APPS"
"""Names of apps of Django, with commas, for the few packages that are one (docs/xblocks.md)."""
LOADERS = [
    "courses.runtime.xblock_templates.PackageLoader",
    "django.template.loaders.app_directories.Loader",
]
LOADING = threading.RLock()
"""Held while a package of others is loaded or Django is made ready: by one thread at a time.

What cannot be loaded stays a placeholder until the site starts again, so nobody may find a package
or Django halfway. The same thread may take it again: an app may load blocks while it starts.
"""


@lru_cache(maxsize=1)
def prepare() -> bool:
    """Configure Django if it is installed; return whether it is.

    One thread does it and the others wait: Django refuses to be configured twice, and is of no use
    halfway. The first page with two frames brings two threads here at the same moment.
    """
    with LOADING:
        return _prepare()


def _prepare() -> bool:
    if importlib.util.find_spec("django") is None:
        return False
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(
            INSTALLED_APPS=[name for name in os.environ.get(APPS, "").split(",") if name],
            TEMPLATES=[
                {
                    "BACKEND": "django.template.backends.django.DjangoTemplates",
                    "OPTIONS": {"loaders": LOADERS},
                }
            ],
            USE_I18N=True,
            USE_TZ=True,
            SECRET_KEY=secrets.token_urlsafe(32),  # of this process; signs nothing that lasts
            CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
            MEDIA_ROOT="",
            MEDIA_URL="/media/",
            STATIC_URL="/static/",
            XBLOCK_SETTINGS={},
            SERVICE_VARIANT="lms",
            LMS_ROOT_URL="",
            LMS_BASE="",
            CMS_BASE="",
            PLATFORM_NAME="Learnenv",
            FEATURES={},
            ENV_TOKENS={},
            LOGGING_CONFIG=None,
            LANGUAGES=[("en", "English"), ("nl", "Nederlands")],
        )
        django.setup()
        compiled.keep()
    return True


@contextmanager
def at_work(module: str, language: str) -> Iterator[None]:
    """Let Django use the language of the page and the templates of a block, while that is busy."""
    if not prepare():
        yield
        return
    from django.utils import translation

    from courses.runtime.xblock_templates import drawing

    token = drawing.set(module)
    try:
        with translation.override(language):
            yield
    finally:
        drawing.reset(token)


def render(name: str, values: dict[str, Any]) -> str:
    """Render a template of the package of the block that is busy."""
    from django.template.loader import render_to_string

    return str(render_to_string(name, values))


def is_at_work() -> bool:
    """Whether a block of others is busy now."""
    if not prepare():
        return False
    from courses.runtime.xblock_templates import drawing

    return bool(drawing.get())
