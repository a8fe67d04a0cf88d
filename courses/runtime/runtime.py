"""The XBlock host: one object per request and learner, on Flask, without Django."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from flask import render_template, url_for
from flask_babel import get_locale
from markupsafe import Markup, escape
from opaque_keys.edx.keys import UsageKey
from web_fragments.fragment import Fragment
from xblock.core import XBlock, XBlockMixin
from xblock.exceptions import NoSuchUsage, NoSuchViewError
from xblock.fields import Boolean, DateTime, ScopeIds, String
from xblock.fields import Scope as FieldScope
from xblock.runtime import Runtime

from courses.blocks.hidden import HiddenBlock
from courses.outline import Block, Outline, Unit
from courses.runtime import switches, tokens, xblock_django
from courses.runtime.field_data import LearnerFieldData, is_aside
from courses.runtime.files import FileService
from courses.runtime.ids import IDS, aside_key, scope_ids, usage_key
from courses.runtime.offers import anonymous_id, services_of
from courses.runtime.plugins import (
    aside_class,
    block_class,
    is_fenced,
    is_foreign,
    module_of,
    own_first,
)
from courses.runtime.tree import Blocks
from learnenv.kernel.permissions import Actor, Role
from learnenv.kernel.site import site_url
from learnenv.web.assets import static_url

log = structlog.get_logger()
# What blocks may ask of `resource_url`: the libraries that every frame has anyhow.
LIBRARIES = {
    "jquery": "vendor/xblock/jquery.min.js",
    "underscore": "vendor/xblock/underscore-umd-min.js",
}
QUOTES = ('"', "'", "&quot;", "&#34;", "&#39;")
Publish = Callable[[Block, str, dict[str, Any]], None]


class HostMixin(XBlockMixin):
    """What blocks of others expect of every block; comes after their class, so theirs wins."""

    # A course hands these down to everything in it (courses.runtime.field_data.INHERITED).
    due = DateTime(default=None, scope=FieldScope.settings)
    start = DateTime(default=None, scope=FieldScope.settings)
    graceperiod = String(default=None, scope=FieldScope.settings)
    graded = Boolean(default=False, scope=FieldScope.settings)

    scope_ids: Any
    runtime: Any

    @property
    def location(self) -> Any:
        """The key of this block, as Open edX calls it."""
        return self.scope_ids.usage_id

    @property
    def course_id(self) -> Any:
        """The key of the course."""
        return self.scope_ids.usage_id.course_key

    @property
    def category(self) -> str:
        """The type of this block, as Open edX calls it."""
        return str(self.scope_ids.block_type)

    @property
    def url_name(self) -> str:
        """The name of this block in its course."""
        return str(self.scope_ids.usage_id.block_id)

    @property
    def xmodule_runtime(self) -> Any:
        """The runtime, under its old name."""
        return self.runtime

    @property
    def system(self) -> Any:
        """The runtime, under its oldest name."""
        return self.runtime


class ExpectedNames:
    """What blocks ask of a runtime without asking whether it is there (XBLOCK.md 1).

    No `course_id`: drag-and-drop then imports code of Open edX.
    """

    DEBUG = False
    STATIC_URL = "/static/"
    hostname = ""
    is_author_mode = False
    seed = 0
    student: Actor

    @property
    def resources_fs(self) -> Any:
        """An empty file system: the files of a course are no files here."""
        from fs.memoryfs import MemoryFS

        return MemoryFS()

    @property
    def anonymous_student_id(self) -> str:
        """The pseudonym of the learner."""
        return anonymous_id(self.student.person_id)

    @property
    def user_is_staff(self) -> bool:
        """Whether the viewer may write courses."""
        return self.student.has(Role.AUTHOR)

    def get_user_role(self) -> str:
        """Return the role, in the words of Open edX."""
        return "instructor" if self.user_is_staff else "student"

    def hand_in(self, block_id: str) -> Any:
        """Return the learner's own words on a question that people grade, or None."""
        del block_id

    def get_real_user(self, pseudonym: str) -> None:
        """Return nobody: a block does not learn who is behind a pseudonym."""
        del pseudonym


class LearnerRuntime(ExpectedNames, Runtime):
    """Shows the blocks of a published version to one person and takes what they publish."""

    def __init__(
        self,
        outline: Outline,
        actor: Actor,
        *,
        publish: Publish,
        read_only: bool = False,
        asides: tuple[str, ...] = (),
        hand_ins: Callable[[], Mapping[str, Any]] = dict,
    ) -> None:
        self.learner_fields = LearnerFieldData(outline, actor.person_id)
        super().__init__(
            id_reader=IDS,
            id_generator=IDS,
            mixins=(HostMixin,),
            services={"field-data": self.learner_fields},
            default_class=HiddenBlock,
            select=own_first,
        )
        self.outline = outline
        self.actor = self.student = actor
        self.read_only = read_only
        self.asides = asides
        self.lent: set[str] = set()
        """Blocks of other pages that this one shows as well."""
        self.units: tuple[Unit, ...] = ()
        """The units that stand on this page, when it is more than the one of a block."""
        self.files = FileService(self.learner_fields)
        self._publish = publish
        self._hand_ins = hand_ins
        self._makers = services_of(self)
        self._busy: list[XBlock] = []
        """The blocks that draw or answer now, the innermost last."""

    # --- blocks -----------------------------------------------------------------------------

    def block(self, block_id: str) -> XBlock:
        """Return the block with this url_name. Raises NoSuchUsage."""
        if block_id not in self.outline.blocks:
            raise NoSuchUsage(block_id)
        source = self.outline.blocks[block_id][2]
        usage = usage_key(self.outline.org, self.outline.slug, source.type, source.id)
        return self.construct_xblock_from_class(
            self.mixologist.mix(block_class(source.type)), scope_ids(self.actor.person_id, usage)
        )

    def get_block(self, usage_id: Any, for_parent: XBlock | None = None) -> XBlock:
        """Return a block by its key, or the aside when it is the key of one. Raises NoSuchUsage."""
        del for_parent
        if isinstance(usage_id, str):
            usage_id = UsageKey.from_string(usage_id)
        if hasattr(usage_id, "aside_type"):
            return self.get_aside(usage_id)
        return self.block(usage_id.block_id)

    def get_aside(self, aside_usage_id: Any) -> XBlock:
        """Return the aside with this key. Raises NoSuchUsage when its package is gone."""
        cls = aside_class(aside_usage_id.aside_type)
        if cls is None:
            raise NoSuchUsage(aside_usage_id)
        definition, usage = IDS.create_aside(
            aside_usage_id.usage_key, aside_usage_id.usage_key, aside_usage_id.aside_type
        )
        keys = ScopeIds(self.actor.person_id, aside_usage_id.aside_type, definition, usage)
        return cls(runtime=self, scope_ids=keys)

    def get_aside_of_type(self, block: XBlock, aside_type: str) -> XBlock:
        """Return the aside of this type that stands beside a block."""
        return self.get_aside(aside_key(block.scope_ids.usage_id, aside_type))

    def load_block_type(self, block_type: str) -> type[XBlock]:
        """Return the class of a block type; a placeholder when there is none."""
        return block_class(block_type)

    def service(self, block: XBlock, service_name: str) -> Any:
        """Return a service; blocks that never said they need it get it too."""
        maker = self._makers.get(service_name)
        if maker is not None:
            return maker(block)
        return super().service(block, service_name)

    def blocks(self, ids: Iterable[str]) -> list[XBlock]:
        """Return several blocks, their state read in one query, with what is in and beside them."""
        found = [self.block(block_id) for block_id in ids]
        inside = [
            self.block(part.id)
            for block in found
            for part in self.outline.blocks[block.scope_ids.usage_id.block_id][2].walk()
            if part.id != block.scope_ids.usage_id.block_id
        ]
        shown = [*found, *inside]
        asides = [
            self.get_aside_of_type(block, name)
            for block in shown
            for name in self.applicable_aside_types(block)
        ]
        self.learner_fields.prefetch([*shown, *asides])
        return found

    def applicable_aside_types(self, block: XBlock) -> list[str]:
        """Return the asides of this site. The default scans all packages for every block."""
        if not self.asides or not is_fenced(block.scope_ids.block_type):
            return []
        found = ((name, aside_class(name)) for name in self.asides)
        return [name for name, cls in found if cls is not None and cls.should_apply_to_block(block)]

    # --- addresses --------------------------------------------------------------------------

    def handler_url(
        self,
        block: XBlock,
        handler_name: str,
        suffix: str = "",
        query: str = "",
        thirdparty: bool = False,  # noqa: FBT001, FBT002 - XBlock's own signature
    ) -> str:
        """Return the address of a handler; for third parties one that is signed and expires."""
        values: dict[str, Any] = {"slug": self.outline.slug, "handler": handler_name}
        values["suffix"] = suffix or None
        usage = block.scope_ids.usage_id
        if is_aside(block):
            values |= {"block_id": usage.usage_key.block_id, "aside_type": usage.aside_type}
            url = url_for("courses.aside_handler", **values)
        elif thirdparty:
            token = tokens.make(self.outline.slug, usage.block_id, handler_name)
            values |= {"block_id": usage.block_id, "token": token}
            url = site_url(url_for("courses.outside_handler", **values))
        else:
            url = url_for("courses.handler", block_id=usage.block_id, **values)
        return f"{url}?{query.lstrip('?')}" if query else url

    def local_resource_url(self, block: XBlock, uri: str) -> str:
        """Return the address of a public file of the block's package."""
        return url_for("courses.resource", block_type=block.scope_ids.block_type, path=uri)

    def resource_url(self, resource: str) -> str:
        """Return the address of a library that frames have; raise when it is another."""
        for name, path in LIBRARIES.items():
            if resource.rsplit("/", 1)[-1].startswith(name):
                return static_url(path)
        raise NotImplementedError(resource)

    def query(self, block: XBlock) -> Blocks:
        """Return the start of a walk through the tree around a block."""
        return Blocks(self, [block])

    def asset_url(self, path: str) -> str:
        """Return the address of a file of the course, such as /static/picture.svg."""
        return asset_url(self.outline, path)

    # --- rendering --------------------------------------------------------------------------

    def render_template(self, name: str, **values: Any) -> str:
        """Render a template: of the package of the block that draws, or one of ours."""
        if self._busy and is_foreign(self._busy[-1]):
            return xblock_django.render(name, values)
        return render_template(f"courses/blocks/{name}", runtime=self, **values)

    def rewrite(self, html: str) -> Markup:
        """Return author's HTML with links to lessons and files made real."""
        return rewrite_links(html, self.outline)

    def wrap_xblock(
        self, block: XBlock, view: str, frag: Fragment, context: dict[str, Any] | None
    ) -> Fragment:
        """Wrap a block for the browser."""
        del context
        more = {"id": f"block-{block.scope_ids.usage_id.block_id}"}
        if getattr(block, "name", None):
            more["data-name"] = str(block.name)
        return self._wrap(
            block, view, frag, f"xblock-v1 xblock-v1-{view} xblock xblock-{view}", more
        )

    def wrap_aside(
        self, block: XBlock, aside: XBlock, view: str, frag: Fragment, context: object
    ) -> Fragment:
        """Wrap an aside; it names the block it stands beside."""
        del context
        more = {"data-block_id": str(block.scope_ids.usage_id)}
        return self._wrap(aside, view, frag, f"xblock_asides-v1 xblock_asides-v1-{view}", more)

    def _wrap(
        self, block: XBlock, view: str, frag: Fragment, classes: str, more: dict[str, str]
    ) -> Fragment:
        """Wrap a view; every attribute and argument escaped, unlike the default."""
        del view
        wrapped = Fragment()
        attributes = {
            "class": classes,
            "data-usage": str(block.scope_ids.usage_id),
            "data-usage-id": str(block.scope_ids.usage_id),
            "data-block-type": block.scope_ids.block_type,
            "data-handlers": self.handler_url(block, "HANDLER"),
            **more,
        }
        if frag.js_init_fn:
            attributes |= {
                "data-init": frag.js_init_fn,
                "data-runtime-version": str(frag.js_init_version),
            }
        written = Markup(" ").join(Markup('{}="{}"').format(k, v) for k, v in attributes.items())
        arguments = ""
        if frag.json_init_args is not None:
            arguments = json.dumps(frag.json_init_args).replace("</", "<\\/")
            arguments = (
                '<script type="json/xblock-args" class="xblock-json-init-args">'
                f"{arguments}</script>"
            )
        # First, so that a block with one closing tag too many cannot leave them outside.
        content = f"{arguments}{frag.body_html()}"
        if is_foreign(block):
            content = rewrite_links(content, self.outline)  # our own blocks did so themselves
        wrapped.add_content(f"<div {written}>{content}</div>")
        wrapped.add_fragment_resources(frag)
        return wrapped

    def render(self, block: XBlock, view_name: str, context: Any = None) -> Fragment:
        """Render a block with its asides; each resource is kept once, however often it is asked."""
        with self._at_work(block):
            shown = super().render(block, view_name, {} if context is None else context)
        once = Fragment()
        once.add_content(shown.content)
        for resource in dict.fromkeys(shown.resources):
            once.add_resource(resource.data, resource.mimetype, resource.placement) if (
                resource.kind == "text"
            ) else once.add_resource_url(resource.data, resource.mimetype, resource.placement)
        return once

    def handle(self, block: XBlock, handler_name: str, request: Any, suffix: str = "") -> Any:
        """Run a handler of a block, in the language of the page."""
        with self._at_work(block):
            return super().handle(block, handler_name, request, suffix)

    @contextmanager
    def _at_work(self, block: XBlock) -> Iterator[None]:
        """Note which block draws or answers; Django speaks the language of the page meanwhile."""
        self._busy.append(block)
        try:
            if is_foreign(block):
                with xblock_django.at_work(module_of(block), str(get_locale())):
                    yield
            else:
                yield
            if len(self._busy) == 1:
                self.files.keep()
        finally:
            self._busy.pop()

    def render_safely(self, block: XBlock, view: str = "student_view") -> Fragment:
        """Render a block; one that raises shows a quiet message and the page stands."""
        try:
            return self.render(block, view, {})
        except NoSuchViewError:
            return Fragment()
        except Exception as error:
            log.exception("xblock failed", block_type=block.scope_ids.block_type, view=view)
            switches.failed(block.scope_ids.block_type, f"{view}: {error!r}")
            fragment = Fragment()
            fragment.add_content(render_template("courses/blocks/broken.html", runtime=self))
            return fragment

    def hand_in(self, block_id: str) -> Any:
        """Return the learner's own words on a question that people grade, or None."""
        return self._hand_ins().get(block_id)

    # --- what blocks tell -------------------------------------------------------------------

    def publish(self, block: XBlock, event_type: str, event_data: dict[str, Any]) -> None:
        """Pass an event of a block on; nothing a visitor or a reader of a preview does counts."""
        if self.read_only or self.actor.person_id is None or is_aside(block):
            return
        source = self.outline.blocks[block.scope_ids.usage_id.block_id][2]
        self._publish(source, event_type, event_data)


def asset_url(outline: Outline, path: str) -> str:
    """Return the address of a file of the course; it carries the hash, so it may be kept."""
    digest = outline.assets.get(path)
    if digest is None:
        return path
    return url_for("courses.asset", digest=digest, name=path.rsplit("/", 1)[-1])


def rewrite_links(html: str, outline: Outline) -> Markup:
    """Return HTML with /static/… and /jump_to_id/… turned into addresses of this site."""
    if "/static/" in html:
        for path in outline.assets:
            if path in html:
                address = str(escape(asset_url(outline, path)))
                for quote in QUOTES:
                    html = html.replace(f"{quote}{path}{quote}", f"{quote}{address}{quote}")
    while (start := html.find('"/jump_to_id/')) >= 0:
        end = html.index('"', start + 1)
        name = html[start + len('"/jump_to_id/') : end]
        html = f'{html[:start]}"{escape(_jump(outline, name))}"{html[end + 1 :]}'
    return Markup(html)  # noqa: S704 - sanitised when it was read, see courses.markup


def _jump(outline: Outline, name: str) -> str:
    if name in outline.by_lesson:
        return url_for("courses.lesson", slug=outline.slug, lesson_id=name)
    place = outline.position(name)
    if place is None and name in outline.blocks:
        place = outline.position(outline.blocks[name][1].id)
    if place is None:
        return url_for("courses.course", slug=outline.slug)
    lesson, unit = outline.units[place]
    return url_for("courses.unit", slug=outline.slug, lesson_id=lesson.id, unit_id=unit.id)
