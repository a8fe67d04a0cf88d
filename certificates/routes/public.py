"""The public check: by code, by link, by the file itself; for people and for machines."""

from __future__ import annotations

from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from certificates import checking, queries
from certificates.codes import grouped
from certificates.content import jwt_of
from certificates.models import Certificate
from certificates.routes import blueprint
from learnenv.kernel import throttle
from learnenv.kernel.clock import today
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import public
from learnenv.kernel.transaction import after_commit, transaction
from learnenv.web.csrf import csrf
from learnenv.web.shell import keep_writes

GUESSES, LOOKS = 30, 600
LINK_CODE_LENGTH = 26
WINDOW_SECONDS = 15 * 60
KINDS = ("text/html", "application/json", "application/vc", "application/vc+jwt", "application/jwt")


@blueprint.get("/certificaat")
@public
def check() -> str | Response | tuple[str, int]:
    """Type a short code; a stranger needs no account and gets no cookie."""
    typed = request.args.get("code", "").strip()[:40]
    if not typed:
        return render_template("certificates/check.html", typed="", missing=False)
    origin = request.remote_addr or ""
    throttle.check("certificate", origin, limit=GUESSES, seconds=WINDOW_SECONDS)
    found = queries.by_typed_code(typed)
    if found is not None:
        return redirect(url_for("certificates.verify", code=found.code), code=303)
    keep_writes()  # the answer says "no", and the guess counts all the same
    after_commit(lambda: _count("certificate", origin))
    return render_template("certificates/check.html", typed=typed, missing=True), 404


def _count(what: str, origin: str) -> None:
    with transaction():
        throttle.hit(what, origin, seconds=WINDOW_SECONDS)


@csrf.exempt  # a stranger has no session, and nothing is kept of what is asked
@blueprint.post("/certificaat/bestand")
@public
def check_file() -> str | tuple[str, int]:
    """Say whether a PDF is one of ours, unchanged; the file itself is not kept (d3)."""
    origin = request.remote_addr or ""
    throttle.check("certificate-file", origin, limit=GUESSES, seconds=WINDOW_SECONDS)
    throttle.hit("certificate-file", origin, seconds=WINDOW_SECONDS)
    upload = request.files.get("file")
    data = upload.read(checking.LARGEST + 1) if upload is not None else b""
    if not data:
        return render_template(
            "certificates/check.html", typed="", missing=False, no_file=True
        ), 422
    found = checking.check(data, today())
    return render_template("certificates/checked.html", found=found, short=_short(found))


def _short(found: checking.Checked) -> str:
    return grouped(found.certificate.short_code) if found.certificate is not None else ""


@blueprint.before_request
def _allow_files() -> None:
    """Let a certificate be larger than a form."""
    if request.endpoint == "certificates.check_file":
        request.max_content_length = checking.LARGEST + 100_000


@blueprint.get("/certificaat/<slug:code>")
@public
def verify(code: str) -> str | Response | tuple[str, int]:
    """Say whether a certificate is real and valid now, to people and to programs."""
    kind = request.accept_mimetypes.best_match(KINDS) or "text/html"
    if kind != "text/html":
        origin = request.remote_addr or ""
        throttle.check("certificate-api", origin, limit=LOOKS, seconds=WINDOW_SECONDS)
        after_commit(lambda: _count("certificate-api", origin))
    try:
        found = queries.by_code(code)
    except NotFoundError:
        if len(code) < LINK_CODE_LENGTH and kind == "text/html":
            # typed from paper behind the printed address
            return redirect(url_for("certificates.check", code=code), code=303)
        return _unknown(kind)
    state, unsafe = queries.state_of(found, today()), checking.has_unsafe_key(found)
    if kind == "application/json":
        return jsonify(_as_json(found, state, unsafe=unsafe))
    if kind != "text/html":
        return _machine(found, state, kind, unsafe=unsafe)
    history = queries.history(found)
    return render_template(
        "certificates/verify.html",
        certificate=found,
        state=state,
        short=grouped(found.short_code),
        changed=history[-1].at if history else found.issued_at,
        newer=queries.successor(found) if state == "replaced" else None,
        unsafe=unsafe,
    )


def _machine(found: Certificate, state: str, kind: str, *, unsafe: bool) -> Response:
    """Answer with the credential; of one that does not hold any more the name stays here.

    The JWT is signed anew for each answer, so a key that was lost does not touch it.
    """
    if state in {"revoked", "replaced"} or (unsafe and kind == "application/vc"):
        return jsonify(_as_json(found, state, unsafe=unsafe))
    data = queries.credential(found) if kind == "application/vc" else jwt_of(found)
    return Response(data, content_type=kind, headers={"Cache-Control": "no-store"})


def _unknown(kind: str) -> Response | tuple[str, int]:
    if kind != "text/html":
        response = jsonify(status="unknown")
        response.status_code = 404
        return response
    return render_template("certificates/check.html", typed="", missing=True), 404


def _as_json(found: Certificate, state: str, *, unsafe: bool) -> dict[str, Any]:
    told = {"proof": "key-compromised"} if unsafe else {}
    return told | {
        "status": state,
        "number": found.number,
        "holder": found.holder_name if state != "revoked" else None,
        "course": found.title,
        "version": found.course_version,
        "study_load_minutes": found.minutes,
        "issuer": found.issuer,
        "issued_on": found.issued_on.isoformat(),
        "valid_until": found.valid_until.isoformat() if found.valid_until else None,
    }
