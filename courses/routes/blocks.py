"""What blocks ask of the site: handlers, files of the course, files of a block's package."""

from __future__ import annotations

import io
import json
import mimetypes
import re

import structlog
from flask import redirect, request, url_for
from webob import Request as WebObRequest
from webob import Response as WebObResponse
from werkzeug.wrappers import Response
from xblock.core import XBlock
from xblock.exceptions import InvalidScopeError, NoSuchHandlerError

from courses import queries
from courses.blocks.hidden import HiddenBlock
from courses.permissions import LEARN
from courses.routes import blueprint
from courses.routes.access import Visit, visit
from courses.routes.frames import is_on
from courses.routes.runtime import learner_runtime
from courses.runtime import switches, tokens
from courses.runtime.ids import aside_key
from courses.runtime.plugins import aside_class, block_class, is_fenced, public_file
from courses.runtime.runtime import LearnerRuntime
from learnenv.kernel.errors import DomainError, NotFoundError
from learnenv.kernel.permissions import VISITOR, public, requires
from learnenv.web.csrf import csrf
from learnenv.web.shell import actor

log = structlog.get_logger()
DIGEST = re.compile(r"[0-9a-f]{64}")
FOR_EVER = "public, max-age=31536000, immutable"
# A picture of a course may be opened by itself: then nothing in it may run.
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@csrf.exempt  # the body must stay unread for XBlock; the token is checked below all the same
@blueprint.post("/cursussen/<slug:slug>/blok/<slug:block_id>/<slug:handler>")
@blueprint.post("/cursussen/<slug:slug>/blok/<slug:block_id>/<slug:handler>/<path:suffix>")
@requires(LEARN)
def handler(slug: str, block_id: str, handler: str, suffix: str = "") -> Response:
    """Run a handler of a block; a form without JavaScript goes back to its unit."""
    body = request.get_data(cache=True, parse_form_data=False)
    csrf.protect()
    found = _open(slug, block_id)
    runtime = learner_runtime(found, asides=_asides(found, block_id))
    [block] = runtime.blocks([block_id])
    answer = _run(runtime, block, handler, body, suffix)
    if isinstance(answer, Response):
        return answer
    return _shaped(found, runtime, block_id, answer)


@csrf.exempt  # as above
@blueprint.post("/cursussen/<slug:slug>/terzijde/<slug:block_id>/<slug:aside_type>/<slug:handler>")
@blueprint.post(
    "/cursussen/<slug:slug>/terzijde/<slug:block_id>/<slug:aside_type>/<slug:handler>/<path:suffix>"
)
@requires(LEARN)
def aside_handler(
    slug: str, block_id: str, aside_type: str, handler: str, suffix: str = ""
) -> Response:
    """Run a handler of an aside that stands beside a block."""
    body = request.get_data(cache=True, parse_form_data=False)
    csrf.protect()
    found = _open(slug, block_id)
    runtime = learner_runtime(found, asides=_asides(found, block_id))
    block = runtime.block(block_id)
    if aside_type not in runtime.applicable_aside_types(block):
        raise NotFoundError
    aside = runtime.get_aside(aside_key(block.scope_ids.usage_id, aside_type))
    answer = _run(runtime, aside, handler, body, suffix)
    return answer if isinstance(answer, Response) else _raw(answer)


@csrf.exempt  # whoever calls has no session: the signed address is the proof
@blueprint.post("/cursussen/<slug:slug>/buiten/<token>/<slug:block_id>/<slug:handler>")
@blueprint.post(
    "/cursussen/<slug:slug>/buiten/<token>/<slug:block_id>/<slug:handler>/<path:suffix>"
)
@public
def outside_handler(
    slug: str, token: str, block_id: str, handler: str, suffix: str = ""
) -> Response:
    """Run the one handler that a signed address is for; for nobody in person."""
    if not tokens.is_good(token, slug, block_id, handler):
        raise NotFoundError
    course = queries.course_by_slug(slug)
    outline = queries.current(course)
    if block_id not in outline.blocks:
        raise NotFoundError
    runtime = LearnerRuntime(outline, VISITOR, publish=lambda *_a: None)
    body = request.get_data(cache=True, parse_form_data=False)
    answer = _run(runtime, runtime.block(block_id), handler, body, suffix)
    return answer if isinstance(answer, Response) else _raw(answer)


def _open(slug: str, block_id: str) -> Visit:
    """Return the visit when the block may be used: enrolled, not locked, not in a test."""
    found = visit(actor(), slug)
    if block_id not in found.outline.blocks or found.enrolment is None:
        raise NotFoundError
    lesson, unit, block = found.outline.blocks[block_id]
    found.unit(lesson.id, unit.id)
    if is_fenced(block.type) and not is_on(found, block):
        raise NotFoundError
    return found


def _asides(found: Visit, block_id: str) -> tuple[str, ...]:
    return switches.asides() if is_fenced(found.outline.blocks[block_id][2].type) else ()


def _run(
    runtime: LearnerRuntime, block: XBlock, handler: str, body: bytes, suffix: str
) -> WebObResponse | Response:
    """Run a handler behind a fence: what it raises or wrongly answers becomes a quiet 500.

    Nothing of a handler that raised is kept: an answer from 400 rolls the request back.
    """
    try:
        answer = runtime.handle(block, handler, WebObRequest(_environ(body)), suffix)
    except NoSuchHandlerError:
        raise NotFoundError from None
    except DomainError:
        raise
    except InvalidScopeError:
        return _failed(403)
    except Exception as error:
        log.exception("xblock handler failed", type=block.scope_ids.block_type, handler=handler)
        switches.failed(block.scope_ids.block_type, f"{handler}: {error!r}")
        return _failed(500)
    if not isinstance(answer, WebObResponse):
        log.error("xblock handler answered rubbish", type=block.scope_ids.block_type)
        switches.failed(block.scope_ids.block_type, f"{handler}: no answer")
        return _failed(500)
    return answer


def _failed(status: int) -> Response:
    return Response(json.dumps({"error": "block"}), status, mimetype="application/json")


def _environ(body: bytes) -> dict[str, object]:
    environ = dict(request.environ)
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("werkzeug.request", None)
    # A frame asks with POST only, so that every question carries the token; this is what it meant.
    if request.headers.get("X-XBlock-Method") == "GET":
        environ["REQUEST_METHOD"] = "GET"
    return environ


def _shaped(
    found: Visit, runtime: LearnerRuntime, block_id: str, answer: WebObResponse
) -> Response:
    """Return the block drawn anew for htmx, a redirect for a plain form, else the raw answer."""
    lesson, unit, _block = found.outline.blocks[block_id]
    if request.headers.get("HX-Request"):
        return Response(
            runtime.render_safely(runtime.block(block_id)).body_html(), mimetype="text/html"
        )
    is_form = request.mimetype in {"application/x-www-form-urlencoded", "multipart/form-data"}
    if (
        is_form
        and request.accept_mimetypes.accept_html
        and "X-Requested-With" not in request.headers
    ):
        target = url_for(
            "courses.unit", slug=found.outline.slug, lesson_id=lesson.id, unit_id=unit.id,
            _anchor=f"block-{block_id}",
        )  # fmt: skip
        return redirect(target, code=303)
    return _raw(answer)


def _raw(answer: WebObResponse) -> Response:
    """Return a block's own answer. Its cookies are not for us to set."""
    response = Response(answer.app_iter, status=answer.status)
    response.headers.clear()
    for name, value in answer.headerlist:
        if name.lower() != "set-cookie":
            response.headers.add(name, value)
    return response


@blueprint.get("/bestand/<slug:digest>/<path:name>")
@public
def asset(digest: str, name: str) -> Response:
    """Serve a file of a course under the hash of its content."""
    del name
    if not DIGEST.fullmatch(digest):
        raise NotFoundError
    if request.if_none_match.contains(digest):
        return Response(status=304)
    found = queries.asset(digest)
    response = Response(found.data, mimetype=found.media_type)
    response.set_etag(digest)
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Content-Security-Policy"] = FILE_POLICY
    if found.media_type in {"text/html", "application/xhtml+xml"}:
        response.headers["Content-Disposition"] = "attachment"
    return response


@blueprint.get("/blok-bestand/<slug:block_type>/<path:path>")
@public
def resource(block_type: str, path: str) -> Response:
    """Serve a public file of a block's own package."""
    cls = block_class(block_type)
    if cls is HiddenBlock:
        cls = aside_class(block_type) or cls
    data: bytes | None
    try:
        data = cls.open_local_resource(path).read()
    except Exception:  # noqa: BLE001 - each block has its own way to say no
        data = public_file(cls.__module__, path)
    if data is None:
        raise NotFoundError
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return Response(
        data,
        mimetype=kind,
        headers={
            "Cache-Control": "public, max-age=3600",
            # Frames have no origin; these files are public and the same for everybody.
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Content-Security-Policy": FILE_POLICY,
        },
    )
