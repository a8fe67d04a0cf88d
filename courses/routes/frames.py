"""Blocks of others, each in a frame without an origin (TRUST.md 6).

Opening a frame is a POST: a view of XBlock may keep something, and no GET of ours changes state
(docs/decisions/0002). The answer says `sandbox` itself, so it holds when opened outside a frame.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, make_response, url_for
from werkzeug.wrappers import Response
from xblock.core import XBlock

from courses.outline import Block
from courses.permissions import LEARN
from courses.routes import blueprint
from courses.routes.access import Visit, visit
from courses.routes.runtime import learner_runtime
from courses.runtime import switches
from courses.runtime.plugins import is_fenced
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor

POLICY = (
    "sandbox allow-scripts; default-src 'none'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'{0}; "
    "style-src 'self' 'unsafe-inline'{0}; img-src 'self' data: blob:{0}; font-src 'self' data:{0}; "
    "media-src 'self' data: blob:{0}; connect-src 'self'{0}; form-action 'none'; base-uri 'none'; "
    "object-src 'none'; frame-src{1}; frame-ancestors 'self'"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """A fenced block as its page shows it."""

    name: str
    title: str
    url: str
    handlers: list[str]
    """Beginnings of the addresses that this frame may ask for."""
    is_on: bool
    """False when it was switched off: a quiet message stands in its place, its data stay."""


def frame_of(found: Visit, block: Block) -> Frame | None:
    """Return the frame of a block, or None for a block of our own."""
    if not is_fenced(block.type):
        return None
    slug = found.outline.slug
    starts = []
    for part in block.walk():
        url = url_for("courses.handler", slug=slug, block_id=part.id, handler="H")
        starts.append(url.removesuffix("H"))
        url = url_for(
            "courses.aside_handler", slug=slug, block_id=part.id, aside_type="A", handler="H"
        )
        starts.append(url.removesuffix("A/H"))
    return Frame(
        name=f"blok-{block.id}",
        title=str(block.fields.get("display_name") or block.type),
        url=url_for("courses.frame", slug=slug, block_id=block.id),
        handlers=starts,
        is_on=is_on(found, block),
    )


def is_on(found: Visit, block: Block) -> bool:
    """Whether this person's organisation, and the site, have blocks of this type on."""
    return switches.switches().is_on(block.type, found.actor.organisation_id)


@blueprint.post("/cursussen/<slug:slug>/beeld/<slug:block_id>")
@requires(LEARN)
def frame(slug: str, block_id: str) -> Response:
    """Show one block of others as a page of its own, without an origin."""
    found = visit(actor(), slug)
    if block_id not in found.outline.blocks:
        raise NotFoundError
    lesson, unit, source = found.outline.blocks[block_id]
    found.unit(lesson.id, unit.id)  # hidden, locked or part of a test: not found
    if not is_fenced(source.type) or not is_on(found, source):
        raise NotFoundError
    runtime = learner_runtime(found, asides=switches.asides())
    block: XBlock = runtime.blocks([block_id])[0]
    # Not render_template: a frame has no menu, so nobody need make one.
    page = current_app.jinja_env.get_template("courses/frame.html").render(
        outline=found.outline,
        title=source.fields.get("display_name") or source.type,
        fragment=runtime.render_safely(block),
    )
    response = make_response(page)
    hosts = switches.hosts(source.type)
    allowed = "".join(f" {host}" for host in hosts if host.startswith("https://"))
    response.headers["Content-Security-Policy"] = POLICY.format(allowed, allowed or " 'none'")
    return response
