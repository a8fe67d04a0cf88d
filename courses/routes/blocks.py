"""What blocks ask of the site: handlers, files of the course, files of a block's package."""

from __future__ import annotations

import io
import mimetypes
import re

from flask import redirect, request, url_for
from webob import Request as WebObRequest
from werkzeug.wrappers import Response
from xblock.exceptions import NoSuchHandlerError

from courses import queries
from courses.permissions import LEARN
from courses.routes import blueprint
from courses.routes.access import Visit, visit
from courses.routes.runtime import learner_runtime
from courses.runtime.runtime import LearnerRuntime, block_class
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import public, requires
from learnenv.web.csrf import csrf
from learnenv.web.shell import actor

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
    found = visit(actor(), slug)
    if block_id not in found.outline.blocks or found.enrolment is None:
        raise NotFoundError
    lesson, unit, _block = found.outline.blocks[block_id]
    found.unit(lesson.id, unit.id)  # hidden, locked or part of a test: not found
    runtime = learner_runtime(found)
    [block] = runtime.blocks([block_id])
    try:
        answer = runtime.handle(block, handler, WebObRequest(_environ(body)), suffix)
    except NoSuchHandlerError:
        raise NotFoundError from None
    return _shaped(found, runtime, block_id, answer)


def _environ(body: bytes) -> dict[str, object]:
    environ = dict(request.environ)
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("werkzeug.request", None)
    return environ


def _shaped(found: Visit, runtime: LearnerRuntime, block_id: str, answer: object) -> Response:
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
    response = Response(answer.app_iter, status=answer.status)  # type: ignore[attr-defined]
    response.headers.clear()
    for name, value in answer.headerlist:  # type: ignore[attr-defined]
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
    try:
        data = cls.open_local_resource(path).read()
    except Exception:  # noqa: BLE001 - each block has its own way to say no
        raise NotFoundError from None
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return Response(data, mimetype=kind, headers={"Cache-Control": "public, max-age=3600"})
