"""Staff look certificates up and change their state; revoking takes two people."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from certificates import history, queries
from certificates.forms import ReasonForm, ReplaceForm
from certificates.keeping import keeper
from certificates.models import Certificate
from certificates.permissions import CONFIRM, MANAGE
from certificates.routes import blueprint
from certificates.routes.parts import facts
from certificates.services import issuing, status
from learnenv.kernel import audit
from learnenv.kernel.clock import now, today
from learnenv.kernel.errors import DomainError, NotFoundError
from learnenv.kernel.permissions import Actor, requires
from learnenv.kernel.transaction import after_commit, transaction
from learnenv.web import exports
from learnenv.web.shell import actor

Act = Callable[[Certificate, str], None]


def admin_card(actor: Actor) -> tuple[str, str, str] | None:
    """Fill the slot of the administrator's page: title, address and text."""
    if not MANAGE.allows(actor):
        return None
    text = _("Look certificates up, change their state, and make templates.")
    return _("Certificates"), url_for("certificates.manage"), text


def _asked() -> tuple[str, str]:
    text = request.args.get("q", "").replace("\0", "").strip()[:100]
    state = request.args.get("staat", "")
    return text, state if state in queries.FILTERS else ""


@blueprint.get("/beheer/certificaten")
@requires(MANAGE)
def manage() -> str:
    """Look certificates up, newest first."""
    text, state = _asked()
    page = max(1, min(request.args.get("pagina", 1, type=int), 10_000))
    found, total = queries.search(text, page, state=state, today=today())
    return render_template(
        "certificates/manage.html",
        certificates=found,
        total=total,
        text=text,
        state=state,
        states=queries.FILTERS,
        page=page,
        pages=-(-total // queries.PER_PAGE),
        proposals=len(queries.waiting_proposals()),
        leaked=keeper().ring.compromised,
        state_of=lambda c: queries.state_of(c, today()),
        page_url=lambda number: url_for(
            "certificates.manage", q=text or None, staat=state or None, pagina=number
        ),
    )


@blueprint.get("/beheer/certificaten/lijst.<any(csv, xlsx, ods):kind>")
@requires(MANAGE)
def export(kind: str) -> Response:
    """Download the list that is on screen, whole; it leaves a line in the log (P36)."""
    text, state = _asked()
    day = today()
    rows = [
        (
            c.number, c.holder_name, c.title, c.issued_on, c.valid_until,
            queries.state_of(c, day), c.problem,
        )
        for c in queries.rows(text, state=state, today=day)
    ]  # fmt: skip
    who = actor()

    def leave_line() -> None:
        with transaction():
            audit.record("certificates.exported", "certificates", actor=who, lines=len(rows))

    after_commit(leave_line)
    columns = [
        _("Number"), _("Name"), _("Title"), _("Issued on"), _("Valid until"), _("State"),
        _("What is wrong"),
    ]  # fmt: skip
    return exports.download(exports.Table(_("Certificates"), columns, rows), kind)


@blueprint.get("/beheer/certificaten/<slug:number>")
@requires(MANAGE)
def staff_one(number: str) -> str:
    """Show one certificate with its history; looking leaves a line in the log (P36)."""
    found = queries.by_number(number)
    who = actor()

    def leave_line() -> None:
        with transaction():
            audit.record("certificate.seen", f"certificate:{number}", actor=who)

    after_commit(leave_line)
    entries = queries.history(found)
    return render_template(
        "certificates/staff_one.html",
        history=entries,
        broken=history.broken(entries),
        proposal=queries.proposal_of(found),
        newer=queries.successor(found),
        **facts(found),
    )


# --- one act, one page -------------------------------------------------------------------------


def _act_page(found: Certificate, act: str, form: ReasonForm | ReplaceForm) -> str:
    return render_template("certificates/act.html", act=act, form=form, **facts(found))


def _done(number: str, message: str) -> Response:
    flash(message, "ok")
    return redirect(url_for("certificates.staff_one", number=number), code=303)


def _do(number: str, act: str, do: Act, message: str) -> Response | tuple[str, int]:
    found = queries.by_number(number)
    form = ReasonForm()
    if form.validate():
        try:
            do(found, form.reason.data or "")
        except DomainError as error:
            form.blame(error)
        else:
            return _done(number, message)
    return _act_page(found, act, form), 422


@blueprint.get("/beheer/certificaten/<slug:number>/<any(schorsen, opheffen, intrekken):act>")
@requires(MANAGE)
def ask_reason(number: str, act: str) -> str:
    """Ask why the state changes."""
    return _act_page(queries.by_number(number), act, ReasonForm())


@blueprint.post("/beheer/certificaten/<slug:number>/schorsen")
@requires(MANAGE)
def suspend(number: str) -> Response | tuple[str, int]:
    """Suspend a certificate."""

    def do(found: Certificate, reason: str) -> None:
        status.suspend(certificate=found, reason=reason, actor=actor(), at=now())

    return _do(number, "schorsen", do, _("The certificate is suspended."))


@blueprint.post("/beheer/certificaten/<slug:number>/opheffen")
@requires(MANAGE)
def lift(number: str) -> Response | tuple[str, int]:
    """Make a suspended certificate valid again."""

    def do(found: Certificate, reason: str) -> None:
        status.lift(certificate=found, reason=reason, actor=actor(), at=now())

    return _do(number, "opheffen", do, _("The certificate is valid again."))


@blueprint.post("/beheer/certificaten/<slug:number>/intrekken")
@requires(MANAGE)
def propose(number: str) -> Response | tuple[str, int]:
    """Propose to revoke a certificate; a second person decides."""

    def do(found: Certificate, reason: str) -> None:
        status.propose_revocation(certificate=found, reason=reason, actor=actor(), at=now())

    return _do(number, "intrekken", do, _("Proposed. A second person must confirm it."))


@blueprint.get("/beheer/certificaten/<slug:number>/vervangen")
@requires(MANAGE)
def ask_name(number: str) -> str:
    """Ask for the right name."""
    found = queries.by_number(number)
    return _act_page(found, "vervangen", ReplaceForm(data={"holder_name": found.holder_name}))


@blueprint.post("/beheer/certificaten/<slug:number>/vervangen")
@requires(MANAGE)
def replace(number: str) -> Response | tuple[str, int]:
    """Issue a certificate with the right name; the old number points to it."""
    found = queries.by_number(number)
    form = ReplaceForm()
    if form.validate():
        try:
            issuing.replace(
                certificate=found,
                holder_name=form.holder_name.data or "",
                reason=form.reason.data or "",
                actor=actor(),
                at=now(),
            )
        except DomainError as error:
            form.blame(error)
        else:
            return _done(number, _("Replaced. The holder gets a mail when the new one is ready."))
    return _act_page(found, "vervangen", form), 422


# --- the second person -------------------------------------------------------------------------


@blueprint.get("/beheer/certificaten/voorstellen")
@requires(CONFIRM)
def proposals() -> str:
    """List the revocations that wait for a second person."""
    return render_template(
        "certificates/proposals.html", waiting=queries.waiting_proposals(), me=actor().person_id
    )


@blueprint.post("/beheer/certificaten/<slug:number>/<any(bevestigen, afwijzen):verdict>")
@requires(CONFIRM)
def decide(number: str, verdict: str) -> Response:
    """Confirm or decline what somebody else proposed."""
    found = queries.by_number(number)
    proposal = queries.proposal_of(found)
    if proposal is None:
        raise NotFoundError
    if verdict == "bevestigen":
        status.confirm_revocation(certificate=found, proposal=proposal, actor=actor(), at=now())
        flash(_("The certificate is revoked."), "ok")
    else:
        status.decline_revocation(certificate=found, proposal=proposal, actor=actor())
        flash(_("The proposal is put aside; the certificate stays as it was."), "ok")
    return redirect(url_for("certificates.proposals"), code=303)
