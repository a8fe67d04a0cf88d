"""Tries a block type in this host without a course or a database: `learnenv xblock check NAME`."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.exceptions import NoSuchServiceError, NoSuchViewError
from xblock.reference.user_service import UserService, XBlockUser
from xblock.runtime import DictKeyValueStore, KvsFieldData, NullI18nService, Runtime

from courses.blocks.hidden import HiddenBlock
from courses.runtime import xblock_django
from courses.runtime.files import FileService
from courses.runtime.ids import IDS, scope_ids, usage_key
from courses.runtime.offers import (
    CacheService,
    RebindService,
    ReplaceUrlsService,
    SandboxService,
)
from courses.runtime.plugins import block_class, installed, is_foreign, module_of, own_first
from courses.runtime.runtime import ExpectedNames, HostMixin


@dataclass(slots=True)
class Trial:
    """What was seen of a block type."""

    name: str
    package: str = ""
    version: str = ""
    views: dict[str, str] = field(default_factory=dict)
    """View to "ok", "none" or the error."""
    handlers: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    has_children: bool = False
    scripts: int = 0
    outside: list[str] = field(default_factory=list)
    """Addresses on other hosts that its pages ask for; they stay shut unless allowed."""

    @property
    def works(self) -> bool:
        """Whether a learner would see something."""
        return self.views.get("student_view") == "ok"


class TrialRuntime(ExpectedNames, Runtime):
    """A runtime that keeps everything in memory."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self._own: dict[str, Callable[[], Any]] = {
            "i18n": NullI18nService,
            "user": _Somebody,
            "settings": _Defaults,
            "replace_urls": lambda: ReplaceUrlsService(str),
            "rebind_user": RebindService,
            "sandbox": SandboxService,
            "cache": CacheService,
            "xqueue": lambda: None,
            "fs": lambda: FileService(fields),
        }
        fields = KvsFieldData(DictKeyValueStore())
        super().__init__(
            id_reader=IDS,
            id_generator=IDS,
            services={"field-data": fields},
            mixins=(HostMixin,),
            default_class=HiddenBlock,
            select=own_first,
        )

    @property
    def anonymous_student_id(self) -> str:
        """A made-up pseudonym."""
        return "0" * 32

    @property
    def user_is_staff(self) -> bool:
        """A learner looks."""
        return False

    def service(self, block: XBlock, service_name: str) -> Any:
        """Return a plain service, or say which one is missing."""
        if service_name in self._own:
            return self._own[service_name]()
        found = super().service(block, service_name)
        if found is None:
            raise NoSuchServiceError(service_name)
        return found

    def handler_url(self, block: XBlock, handler_name: str, *_args: Any, **_kwargs: Any) -> str:
        """Return an address that leads nowhere."""
        return f"/trial/{block.scope_ids.usage_id.block_id}/{handler_name}"

    def local_resource_url(self, block: XBlock, uri: str) -> str:
        """Return the address a public file would have."""
        return f"/blok-bestand/{block.scope_ids.block_type}/{uri}"

    def resource_url(self, resource: str) -> str:
        """Return an address that leads nowhere."""
        return f"/trial/{resource}"

    def publish(self, block: XBlock, event_type: str, event_data: dict[str, Any]) -> None:
        """Note what the block tells."""
        del block, event_data
        self.trial.published.append(event_type)

    def render_template(self, name: str, **values: Any) -> str:
        """Draw with a template of the package; those of our own blocks need the site."""
        return xblock_django.render(name, values) if xblock_django.is_at_work() else ""

    def applicable_aside_types(self, block: XBlock) -> list[str]:
        """No asides in a trial."""
        del block
        return []


class _Somebody(UserService):
    """One made-up learner."""

    def get_current_user(self) -> XBlockUser:
        """Return the learner."""
        person = XBlockUser(is_current_user=True, emails=["x@example.nl"], full_name="Iemand")
        person.opt_attrs.update(
            {
                "edx-platform.is_authenticated": True,
                "edx-platform.request_country_code": "",
                "edx-platform.user_preferences": {},
                "edx-platform.deprecated_anonymous_user_id": "0" * 32,
                "edx-platform.user_id": 1,
                "edx-platform.username": "iemand",
                "edx-platform.user_role": "student",
                "edx-platform.user_is_staff": False,
                "edx-platform.anonymous_user_id": "0" * 32,
            }
        )
        return person


class _Defaults:
    """Settings as long as nobody set any."""

    def get_settings_bucket(self, _block: XBlock, default: Any = None) -> Any:
        """Return what the block falls back on."""
        return default or {}


def try_block(name: str) -> Trial:
    """Load a block type, make one with all defaults, and draw its views."""
    trial = Trial(name)
    entry = installed().get(name)
    if entry is None or entry.dist is None:
        trial.views["import"] = "not installed"
        return trial
    trial.package, trial.version = entry.dist.name, entry.dist.version
    cls = block_class(name)
    if cls is HiddenBlock:
        trial.views["import"] = "cannot be loaded; the log says why"
        return trial
    trial.has_children = bool(cls.has_children)
    trial.handlers = sorted(
        key for key in dir(cls) if getattr(getattr(cls, key, None), "_is_xblock_handler", False)
    )
    runtime = TrialRuntime(trial)
    for view in ("student_view", "studio_view", "author_view"):
        trial.views[view] = _draw(runtime, cls, name, view, trial)
    return trial


@contextmanager
def _as_the_host_does(block: XBlock) -> Iterator[None]:
    """Let Django find the templates of a block of others, as in the site."""
    if not is_foreign(block):
        yield
        return
    with xblock_django.at_work(module_of(block), "en"):
        yield


def _draw(runtime: TrialRuntime, cls: type[XBlock], name: str, view: str, trial: Trial) -> str:
    keys = scope_ids(1, usage_key("trial", "trial", name, f"{name}-1"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            block = runtime.construct_xblock_from_class(runtime.mixologist.mix(cls), keys)
            with _as_the_host_does(block):
                shown = runtime.render(block, view, {})
    except NoSuchViewError:
        return "none"
    except Exception as error:  # noqa: BLE001 - that is what a trial is for
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} ({where.name})"
    if not isinstance(shown, Fragment):
        return "no fragment"
    trial.scripts += sum(r.mimetype == "application/javascript" for r in shown.resources)
    trial.outside += [
        r.data for r in shown.resources if r.kind == "url" and r.data.startswith(("//", "http"))
    ]
    return "ok"
