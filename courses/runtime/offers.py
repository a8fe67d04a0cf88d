"""What the host offers blocks: the services of XBLOCK.md 1 that make sense outside Open edX.

A service is made when a block asks for it; most pages ask for none.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from gettext import NullTranslations, translation
from itertools import product
from typing import TYPE_CHECKING, Any

from flask import current_app, url_for
from flask_babel import format_datetime, get_locale, get_translations
from xblock.core import XBlock
from xblock.reference.user_service import UserService, XBlockUser

from courses.runtime.plugins import module_of, package_folders
from learnenv.kernel import settings
from learnenv.kernel.permissions import Actor, Role

if TYPE_CHECKING:
    from courses.runtime.runtime import LearnerRuntime

SETTINGS_PREFIX = "xblock.settings."
# Where packages of blocks keep their translations, and what they call them.
CATALOGUES = ("translations", "locale", "conf/locale")
DOMAINS = ("text", "django")
LINK = re.compile(r"""(?P<quote>["'])(?P<path>/(?:static|jump_to_id)/[^"']*)(?P=quote)""")


@lru_cache(maxsize=512)
def catalogue_of(package: str, language: str) -> NullTranslations:
    """Return the translations that a block's own package brings, if it does."""
    for folder, domain in product(package_folders(package), DOMAINS):
        for place in CATALOGUES:
            with suppress(OSError):
                return translation(domain, folder / place, [language])
    return NullTranslations()


class I18nService:
    """Translations for blocks, in the language of the page: of their own package, else ours."""

    def __init__(self, block: XBlock) -> None:
        self._block = block
        package = module_of(block).partition(".")[0]
        self._own = catalogue_of(package, str(get_locale()))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own if name == "_catalog" else get_translations(), name)

    def gettext(self, text: str) -> str:
        """Return the translation."""
        found = self._own.gettext(text)
        return found if found != text else str(get_translations().gettext(text))

    def ngettext(self, one: str, many: str, number: int) -> str:
        """Return the translation with its plural."""
        found = self._own.ngettext(one, many, number)
        if found not in {one, many}:
            return found
        return str(get_translations().ngettext(one, many, number))

    ugettext, ungettext = gettext, ngettext  # the names that older blocks use

    def strftime(self, moment: datetime, form: str) -> str:
        """Return a moment in words. The names of forms are those of Open edX."""
        forms = {"SHORT_DATE": "short", "LONG_DATE": "long", "DATE_TIME": "medium"}
        return str(format_datetime(moment, forms.get(form, "medium")))

    def get_javascript_i18n_catalog_url(self, block: XBlock) -> str | None:
        """Return the script with a block's own translations for the browser, if it has one."""
        finder = getattr(type(block), "get_i18n_js_namespace", None)
        namespace = finder() if finder else None
        if not namespace:
            return None
        for language in (str(get_locale()), "en"):
            path = f"public/js/translations/{language}/text.js"
            try:
                getattr(block, "unmixed_class", type(block)).open_local_resource(path).close()
            except Exception:  # noqa: BLE001, S112 - each block has its own way to say no
                continue
            return url_for("courses.resource", block_type=block.scope_ids.block_type, path=path)
        return None


class HostUserService(UserService):
    """Who looks: no more than a block needs. Staff is who may publish courses."""

    def __init__(self, actor: Actor) -> None:
        super().__init__()
        self._actor = actor

    def get_current_user(self) -> XBlockUser:
        """Return the person as XBlock knows people; a visitor has no name and no address."""
        actor = self._actor
        user = XBlockUser(is_current_user=True)
        known = actor.is_known
        user.emails = [actor.email] if known and actor.email else []
        user.full_name = actor.name
        user.opt_attrs.update(
            {
                "edx-platform.is_authenticated": known,
                "edx-platform.user_id": actor.person_id,
                "edx-platform.username": f"person-{actor.person_id}" if known else "",
                "edx-platform.user_is_staff": actor.has(Role.AUTHOR),
                "edx-platform.user_role": "instructor" if actor.has(Role.AUTHOR) else "student",
                "edx-platform.anonymous_user_id": anonymous_id(actor.person_id),
                "edx-platform.deprecated_anonymous_user_id": anonymous_id(actor.person_id),
                "edx-platform.user_preferences": {"pref-lang": actor.language},
                "edx-platform.request_country_code": "",
            }
        )
        return user

    def get_anonymous_user_id(self, username: str, course_id: str) -> str | None:
        """Return the pseudonym of the person who looks; of nobody else."""
        del course_id
        mine = f"person-{self._actor.person_id}"
        return anonymous_id(self._actor.person_id) if username == mine else None

    def get_user_by_anonymous_id(self, uid: str | None = None) -> XBlockUser | None:
        """Return the person who looks when the pseudonym is his; of nobody else."""
        if uid in {None, anonymous_id(self._actor.person_id)}:
            return self.get_current_user()
        return None

    def get_external_user_id(self, type_name: str) -> str | None:
        """Return no identity for outside services: none is agreed."""
        del type_name
        return None


def anonymous_id(person_id: int | None) -> str:
    """Return a pseudonym of 32 hexadecimal digits, stable for this site."""
    secret = str(current_app.config["SECRET_KEY"])
    return hashlib.sha256(f"{secret}:xblock:{person_id or 0}".encode()).hexdigest()[:32]


class SettingsService:
    """Settings of a block type, kept as JSON by the administrator."""

    def get_settings_bucket(
        self, block: XBlock, default: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the settings of a block's kind, by its settings key or class name."""
        cls = getattr(block, "unmixed_class", type(block))
        bucket = getattr(block, "block_settings_key", None) or cls.__name__
        found = settings.get(f"{SETTINGS_PREFIX}{bucket}", "")
        return json.loads(found) if found else (default or {})


class ReplaceUrlsService:
    """Makes links of authors (/static/…, /jump_to_id/…) real."""

    def __init__(self, rewrite: Callable[[str], str]) -> None:
        self._rewrite = rewrite

    def replace_urls(self, text: str, *, static_replace_only: bool = False) -> str:
        """Return the text with links made real; always a plain string (CAPA quotes it)."""
        del static_replace_only
        return "".join(self._rewrite(text))


class CompletionService:
    """Completion as blocks ask for it; what they publish is kept by the lesson."""

    def __init__(self, runtime: LearnerRuntime) -> None:
        self._runtime = runtime

    def completion_tracking_enabled(self) -> bool:
        """Whether anything is kept: not in a preview."""
        return not self._runtime.read_only

    def get_completions(self, keys: list[Any]) -> dict[Any, float]:
        """Return 0.0 to 1.0 for each key, of what this page knows."""
        return dict.fromkeys(keys, 0.0)

    def vertical_is_complete(self, _block: XBlock) -> bool:
        """Whether everything in a container is done; the lesson decides that, not a block."""
        return False

    def can_mark_block_complete_on_view(self, _block: XBlock) -> bool:
        """Whether looking is enough: never, reading is confirmed with a button."""
        return False

    def blocks_to_mark_complete_on_view(self, _blocks: list[XBlock]) -> set[XBlock]:
        """Return the blocks for which looking is enough: none."""
        return set()

    def get_complete_on_view_delay_ms(self) -> int:
        """Return how long looking takes to count, in milliseconds."""
        return 0

    def submit_completion(self, block_key: Any, completion: float) -> None:
        """Keep that a block is done."""
        block = self._runtime.get_block(block_key)
        self._runtime.publish(block, "completion", {"completion": completion})


class SandboxService:
    """Whether Python of authors may run: never here. A problem that has some cannot be graded."""

    def can_execute_unsafe_code(self) -> bool:
        """Say no."""
        return False

    def get_python_lib_zip(self) -> None:
        """Have no library for it either."""


class CacheService:
    """What a block worked out, kept for as long as the request."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}

    def get(self, key: str, default: Any = None) -> Any:
        """Return what was kept."""
        return self._kept.get(key, default)

    def set(self, key: str, value: Any, timeout: int | None = None) -> None:
        """Keep something."""
        del timeout
        self._kept[key] = value

    def delete(self, key: str) -> None:
        """Forget something."""
        self._kept.pop(key, None)


class RebindService:
    """Blocks for who is not signed in stay as they are."""

    def rebind_noauth_module_to_user(self, _block: XBlock, _user: Any) -> None:
        """Do nothing: one page is of one person here."""


def services_of(runtime: LearnerRuntime) -> dict[str, Callable[[XBlock], Any]]:
    """Return what makes each service, by name."""
    cache = CacheService()
    return {
        "i18n": I18nService,
        "user": lambda _block: HostUserService(runtime.actor),
        "settings": lambda _block: SettingsService(),
        "replace_urls": lambda _block: ReplaceUrlsService(runtime.rewrite),
        "completion": lambda _block: CompletionService(runtime),
        "rebind_user": lambda _block: RebindService(),
        "sandbox": lambda _block: SandboxService(),
        "cache": lambda _block: cache,
        "fs": lambda _block: runtime.files,
        "xqueue": lambda _block: None,  # no outside graders; blocks know what None means
    }
