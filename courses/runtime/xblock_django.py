"""Django as a library, for blocks of others that import it; nothing of ours needs it.

Most published blocks use `xblock.utils.resources`, which imports Django's templates. Installed as
an extra (`pip install learnenv[xblocks]`) Django is configured here, once, without database, URLs,
middleware or sessions. Without the extra this does nothing and costs nothing.
"""

from __future__ import annotations

import importlib.util
import secrets
from functools import lru_cache


@lru_cache(maxsize=1)
def prepare() -> bool:
    """Configure Django if it is installed; return whether it is."""
    if importlib.util.find_spec("django") is None:
        return False
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(
            INSTALLED_APPS=[],
            TEMPLATES=[
                {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
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
    return True
