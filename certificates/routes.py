"""Pages of certificates: one's own, the public check, and the staff's list."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from certificates import queries, services
from certificates.codes import grouped
from certificates.forms import RevokeForm
from certificates.models import Certificate
from certificates.permissions import HOLD, MANAGE
from learnenv.kernel import audit, throttle
from learnenv.kernel.clock import now, today
from learnenv.kernel.errors import DomainError, NotFoundError
from learnenv.kernel.permissions import Actor, public, requires
from learnenv.kernel.site import site_url
from learnenv.kernel.transaction import after_commit, transaction
from learnenv.web.shell import actor, keep_writes

blueprint = Blueprint("certificates", __name__, template_folder="templates")
GUESSES = 30
LINK_CODE_LENGTH = 26
GUESS_SECONDS = 15 * 60


# --- one's own ---------------------------------------------------------------------------------


@blueprint.get("/certificaten")
@requires(HOLD)
def mine() -> str:
    """List one's certificates."""
    return render_template("certificates/mine.html", certificates=queries.mine(actor()))


@blueprint.get("/certificaten/<slug:number>")
@requires(HOLD)
def one(number: str) -> str:
    """Show one certificate: download, link to share, number."""
    found = queries.own(actor(), number)
    return render_template("certificates/one.html", **_facts(found))


@blueprint.get("/certificaten/<slug:number>/bestand")
@requires(HOLD)
def state_fragment(number: str) -> str:
    """Show the download button, or that the worker is busy; the page asks again by itself."""
    return render_template("certificates/download.html", **_facts(queries.own(actor(), number)))


def _facts(found: Certificate) -> dict[str, Any]:
    return {
        "certificate": found,
        "made": queries.is_made(found),
        "state": queries.state_of(found, today()),
        "short": grouped(found.short_code),
        "share": site_url(url_for("certificates.verify", code=found.code)),
    }


@blueprint.get("/certificaten/<slug:number>.pdf")
@requires(HOLD)
def download(number: str) -> Response:
    """Download the PDF that was made at issue."""
    return _pdf(queries.own(actor(), number))


def _pdf(found: Certificate) -> Response:
    document = queries.document(found)
    return Response(
        document.data,
        mimetype="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="certificaat-{found.number}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


def on_completion(enrolment_id: int) -> Markup:
    """Fill the slot of the completion page: the certificate of this enrolment."""
    found = queries.of_enrolments([enrolment_id]).get(enrolment_id)
    if found is None:
        return Markup("")
    return Markup(render_template("certificates/panel.html", **_facts(found)))  # noqa: S704


def proofs(enrolment_ids: list[int]) -> dict[int, tuple[str, str]]:
    """Fill the slot of the learner's record: number and address per enrolment."""
    return {
        enrolment: (found.number, url_for("certificates.one", number=found.number))
        for enrolment, found in queries.of_enrolments(enrolment_ids).items()
    }


def admin_card(actor: Actor) -> tuple[str, str, str] | None:
    """Fill the slot of the administrator's page: title, address and text."""
    if not MANAGE.allows(actor):
        return None
    text = _("Look a certificate up, or revoke it.")
    return _("Certificates"), url_for("certificates.manage"), text


# --- the public check --------------------------------------------------------------------------


@blueprint.get("/certificaat")
@public
def check() -> str | Response | tuple[str, int]:
    """Type a short code; a stranger needs no account and gets no cookie."""
    typed = request.args.get("code", "").strip()[:40]
    if not typed:
        return render_template("certificates/check.html", typed="", missing=False)
    origin = request.remote_addr or ""
    throttle.check("certificate", origin, limit=GUESSES, seconds=GUESS_SECONDS)
    found = queries.by_typed_code(typed)
    if found is not None:
        return redirect(url_for("certificates.verify", code=found.code), code=303)
    keep_writes()  # the answer says "no", and the guess counts all the same
    after_commit(lambda: _count_guess(origin))
    return render_template("certificates/check.html", typed=typed, missing=True), 404


def _count_guess(origin: str) -> None:
    with transaction():
        throttle.hit("certificate", origin, seconds=GUESS_SECONDS)


@blueprint.get("/certificaat/<slug:code>")
@public
def verify(code: str) -> str | Response | tuple[str, int]:
    """Say whether a certificate is real and valid now, to people and (as JSON) to programs."""
    try:
        found = queries.by_code(code)
    except NotFoundError:
        if len(code) < LINK_CODE_LENGTH:  # typed from paper behind the printed address
            return redirect(url_for("certificates.check", code=code), code=303)
        return _unknown()
    state = queries.state_of(found, today())
    history = queries.history(found)
    if _wants_json():
        return jsonify(_as_json(found, state))
    return render_template(
        "certificates/verify.html",
        certificate=found,
        state=state,
        short=grouped(found.short_code),
        changed=history[-1].at if history else found.issued_at,
    )


def _wants_json() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def _unknown() -> Response | tuple[str, int]:
    if _wants_json():
        response = jsonify(status="unknown")
        response.status_code = 404
        return response
    return render_template("certificates/check.html", typed="", missing=True), 404


def _as_json(found: Certificate, state: str) -> dict[str, Any]:
    return {
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


# --- staff -------------------------------------------------------------------------------------


@blueprint.get("/beheer/certificaten")
@requires(MANAGE)
def manage() -> str:
    """Look certificates up."""
    text = request.args.get("q", "").replace("\0", "").strip()[:100]
    page = max(1, min(request.args.get("pagina", 1, type=int), 10_000))
    found, total = queries.search(text, page)
    return render_template(
        "certificates/manage.html",
        certificates=found,
        total=total,
        text=text,
        page=page,
        pages=-(-total // queries.PER_PAGE),
        state_of=lambda c: queries.state_of(c, today()),
        page_url=lambda number: url_for("certificates.manage", q=text or None, pagina=number),
    )


@blueprint.get("/beheer/certificaten/<slug:number>")
@requires(MANAGE)
def staff_one(number: str) -> str:
    """Show one certificate with its history; looking leaves a line in the log (P36)."""
    found = queries.by_number(number)
    who = actor()

    def _leave_line() -> None:
        with transaction():
            audit.record("certificate.seen", f"certificate:{number}", actor=who)

    after_commit(_leave_line)
    return _staff_page(found, RevokeForm())


def _staff_page(found: Certificate, form: RevokeForm) -> str:
    return render_template(
        "certificates/staff_one.html", history=queries.history(found), form=form, **_facts(found)
    )


@blueprint.post("/beheer/certificaten/<slug:number>/intrekken")
@requires(MANAGE)
def revoke(number: str) -> str | Response | tuple[str, int]:
    """Revoke a certificate."""
    found = queries.by_number(number)
    form = RevokeForm()
    if form.validate():
        try:
            services.revoke(
                certificate=found, reason=form.reason.data or "", actor=actor(), at=now()
            )
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("The certificate is revoked."), "ok")
            return redirect(url_for("certificates.staff_one", number=number), code=303)
    return _staff_page(found, form), 422
