"""The XBlock host: one object per request and learner, on Flask, without Django."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import structlog
from flask import render_template, url_for
from flask_babel import get_translations
from markupsafe import Markup, escape
from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.exceptions import NoSuchUsage, NoSuchViewError
from xblock.plugin import PluginMissingError
from xblock.runtime import MemoryIdManager, Runtime

from courses.blocks.hidden import HiddenBlock
from courses.outline import Block, Outline
from courses.runtime.field_data import LearnerFieldData
from courses.runtime.ids import scope_ids, usage_key
from learnenv.kernel.permissions import Actor

log = structlog.get_logger()
Publish = Callable[[Block, str, dict[str, Any]], None]
# Blocks of this package are trusted with the page; blocks of others get a fence (a later version).
OWN_PACKAGE = "courses.blocks."
_IDS = MemoryIdManager()  # never asked: our ids are opaque keys


@lru_cache(maxsize=256)
def block_class(block_type: str) -> type[XBlock]:
    """Return the class of a block type; a placeholder when its package is gone."""
    try:
        found: type[XBlock] = XBlock.load_class(block_type)
    except PluginMissingError:
        log.warning("xblock missing", block_type=block_type)
        return HiddenBlock
    return found


class I18nService:
    """Translations for blocks, from the language of the page."""

    def __getattr__(self, name: str) -> Any:
        return getattr(get_translations(), name)


class LearnerRuntime(Runtime):
    """Shows the blocks of a published version to one person and takes what they publish."""

    def __init__(
        self, outline: Outline, actor: Actor, *, publish: Publish, read_only: bool = False
    ) -> None:
        self.learner_fields = LearnerFieldData(outline, actor.person_id)
        super().__init__(
            id_reader=_IDS,
            id_generator=_IDS,
            services={"field-data": self.learner_fields, "i18n": I18nService()},
        )
        self.outline = outline
        self.actor = actor
        self.read_only = read_only
        self._publish = publish

    # --- blocks -----------------------------------------------------------------------------

    def block(self, block_id: str) -> XBlock:
        """Return the block with this url_name. Raises NoSuchUsage."""
        if block_id not in self.outline.blocks:
            raise NoSuchUsage(block_id)
        source = self.outline.blocks[block_id][2]
        usage = usage_key(self.outline.org, self.outline.slug, source.type, source.id)
        return self.construct_xblock_from_class(
            block_class(source.type), scope_ids(self.actor.person_id, usage)
        )

    def get_block(self, usage_id: Any, for_parent: XBlock | None = None) -> XBlock:
        del for_parent
        return self.block(usage_id.block_id)

    def blocks(self, ids: Iterable[str]) -> list[XBlock]:
        """Return several blocks, their state read in one query."""
        found = [self.block(block_id) for block_id in ids]
        self.learner_fields.prefetch(found)
        return found

    def applicable_aside_types(self, block: XBlock) -> list[str]:
        """No asides in this version; the default scans all packages for every block."""
        del block
        return []

    # --- addresses --------------------------------------------------------------------------

    def handler_url(
        self,
        block: XBlock,
        handler_name: str,
        suffix: str = "",
        query: str = "",
        thirdparty: bool = False,  # noqa: FBT001, FBT002 - XBlock's own signature
    ) -> str:
        if thirdparty:
            raise NotImplementedError("handlers for third parties need a signed address")
        url = url_for(
            "courses.handler",
            slug=self.outline.slug,
            block_id=block.scope_ids.usage_id.block_id,
            handler=handler_name,
            suffix=suffix or None,
        )
        return f"{url}?{query}" if query else url

    def local_resource_url(self, block: XBlock, uri: str) -> str:
        return url_for("courses.resource", block_type=block.scope_ids.block_type, path=uri)

    def resource_url(self, resource: str) -> str:
        raise NotImplementedError(resource)

    def asset_url(self, path: str) -> str:
        """Return the address of a file of the course, such as /static/picture.svg."""
        return asset_url(self.outline, path)

    # --- rendering --------------------------------------------------------------------------

    def render_template(self, name: str, **values: Any) -> str:
        """Render one of our own block templates."""
        return render_template(f"courses/blocks/{name}", runtime=self, **values)

    def rewrite(self, html: str) -> Markup:
        """Return author's HTML with links to lessons and files made real."""
        return rewrite_links(html, self.outline)

    def wrap_xblock(
        self, block: XBlock, view: str, frag: Fragment, context: dict[str, Any] | None
    ) -> Fragment:
        """Wrap a block for the browser; every attribute escaped, unlike the default."""
        del context
        block_id = block.scope_ids.usage_id.block_id
        wrapped = Fragment()
        attributes = {
            "id": f"block-{block_id}",
            "class": f"xblock-v1 xblock-v1-{view}",
            "data-usage": str(block.scope_ids.usage_id),
            "data-block-type": block.scope_ids.block_type,
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
        wrapped.add_content(f"<div {written}>{frag.body_html()}{arguments}</div>")
        wrapped.add_fragment_resources(frag)
        return wrapped

    def render_safely(self, block: XBlock, view: str = "student_view") -> Fragment:
        """Render a block; one that raises shows a quiet message and the page stands."""
        try:
            return self.render(block, view, {})
        except NoSuchViewError:
            return Fragment()
        except Exception:
            log.exception("xblock failed", block_type=block.scope_ids.block_type, view=view)
            fragment = Fragment()
            fragment.add_content(self.render_template("broken.html"))
            return fragment

    # --- what blocks tell -------------------------------------------------------------------

    def publish(self, block: XBlock, event_type: str, event_data: dict[str, Any]) -> None:
        """Pass an event of a block on; nothing a visitor or a reader of a preview does counts."""
        if self.read_only or self.actor.person_id is None:
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
                html = html.replace(f'"{path}"', f'"{escape(asset_url(outline, path))}"')
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
