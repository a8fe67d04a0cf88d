"""Managers decide who starts a course; learners may take their request back (a3)."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses import queries
from courses.forms import DeclineForm
from courses.permissions import APPROVE, LEARN
from courses.routes import blueprint
from courses.services import enrolling
from learnenv.kernel.clock import now
from learnenv.kernel.errors import DomainError, NotFoundError
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor


@blueprint.get("/inschrijvingen")
@requires(APPROVE)
def approvals() -> str:
    """List the requests that wait for this manager, the oldest first."""
    return _page()


def _page(refused: DeclineForm | None = None, request_id: int = 0) -> str:
    waiting = queries.requests_for(actor())
    forms = {
        line.request.id: refused
        if refused is not None and line.request.id == request_id
        else DeclineForm(formdata=None, prefix=f"r{line.request.id}-")
        for line in waiting
    }
    return render_template("courses/approvals.html", waiting=waiting, forms=forms)


@blueprint.post("/inschrijvingen/<id:request_id>/akkoord")
@requires(APPROVE)
def approve(request_id: int) -> Response:
    """Say yes."""
    request = queries.request_for(actor(), request_id)
    try:
        enrolling.approve(request=request, course=request.course, actor=actor(), at=now())
    except DomainError as error:
        flash(error.message, "warning")
        return redirect(url_for("courses.approvals"), code=303)
    flash(_("Approved. Your colleague gets a mail."), "ok")
    return redirect(url_for("courses.approvals"), code=303)


@blueprint.post("/inschrijvingen/<id:request_id>/afwijzen")
@requires(APPROVE)
def decline(request_id: int) -> Response | tuple[str, int]:
    """Say no, with a reason."""
    request = queries.request_for(actor(), request_id)
    form = DeclineForm(prefix=f"r{request_id}-")
    if not form.validate():
        return _page(form, request_id), 422
    enrolling.decline(
        request=request,
        course=request.course,
        reason=form.reason.data or "",
        actor=actor(),
        at=now(),
    )
    flash(_("Not approved. Your colleague gets a mail with your reason."), "ok")
    return redirect(url_for("courses.approvals"), code=303)


@blueprint.post("/cursussen/<slug:slug>/verzoek-intrekken")
@requires(LEARN)
def withdraw_request(slug: str) -> Response:
    """Take the own request back."""
    course = queries.course_by_slug(slug)
    request = enrolling.waiting(course, actor().id)
    if request is None:
        raise NotFoundError
    enrolling.withdraw(request=request, at=now())
    flash(_("Your request is withdrawn."), "ok")
    return redirect(url_for("courses.course", slug=slug), code=303)
