"""Reviews: written, replied to, reported; and assignments that make one possible."""

from __future__ import annotations

from flask_babel import gettext as _

from learnenv.areas.directory.forms import AssignmentForm, ReasonForm, ReviewForm
from learnenv.areas.directory.models import CRITERIA, Provider
from learnenv.areas.directory.permissions import USE
from learnenv.areas.directory.queries import pages
from learnenv.areas.directory.routes import blueprint
from learnenv.areas.directory.routes.parts import Answer, go, page
from learnenv.areas.directory.services import participation, reviews
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor


@blueprint.get("/gids/beoordelen/<id:participation_id>")
@requires(USE)
def review_page(participation_id: int) -> Answer:
    """Show the form, filled in with what was written before."""
    found = reviews.own_participation(actor(), participation_id)
    old = reviews.of_participation(found.id)
    values = {**old.scores, "text": old.text} if old is not None else {}
    return _review(participation_id, ReviewForm(formdata=None, data=values))


def _review(participation_id: int, form: ReviewForm, *, refused: bool = False) -> Answer:
    found = reviews.own_participation(actor(), participation_id)
    return page(
        "write_review",
        refused=refused,
        fact=found,
        provider=db.session.get_one(Provider, found.provider_id),
        review=reviews.of_participation(found.id),
        form=form,
        days=reviews.OPEN.days,
    )


@blueprint.post("/gids/beoordelen/<id:participation_id>")
@requires(USE)
def write_review(participation_id: int) -> Answer:
    """Keep a review."""
    form = ReviewForm()
    found = reviews.own_participation(actor(), participation_id)
    if form.validate():
        with blaming(form):
            scores = {key: form.scores()[key] for key in CRITERIA}
            made = reviews.write(found, scores, form.text.data or "", actor=actor(), at=now())
            if found.is_confirmed:
                return go(
                    "provider", _("Thank you. Your review shows now."),
                    provider_id=made.provider_id, _anchor="beoordelingen",
                )  # fmt: skip
            return go("mine", _("Kept. Your review shows when your assignment is confirmed."))
    return _review(participation_id, form, refused=True)


@blueprint.post("/gids/beoordelen/<id:participation_id>/intrekken")
@requires(USE)
def take_back(participation_id: int) -> Answer:
    """Take one's own review back."""
    found = reviews.own_participation(actor(), participation_id)
    old = reviews.of_participation(found.id)
    if old is None:
        raise NotFoundError
    reviews.take_back(old, actor=actor(), at=now())
    return go("mine", _("Your review is removed."))


@blueprint.get("/gids/beoordeling/<id:review_id>/melden")
@requires(USE)
def report_page(review_id: int) -> Answer:
    """Ask what is wrong with a review."""
    return page("report", review=reviews.published(review_id), form=ReasonForm(formdata=None))


@blueprint.post("/gids/beoordeling/<id:review_id>/melden")
@requires(USE)
def report(review_id: int) -> Answer:
    """Bring a review to a moderator."""
    form = ReasonForm()
    found = reviews.published(review_id)
    if form.validate():
        with blaming(form):
            reviews.report(found, form.reason.data or "", actor=actor(), at=now())
            return go(
                "provider", _("Thank you. A moderator looks at it."),
                provider_id=found.provider_id,
            )  # fmt: skip
    return page("report", refused=True, review=found, form=form)


@blueprint.get("/gids/aanbieder/<id:provider_id>/opdracht")
@requires(USE)
def assignment_page(provider_id: int) -> Answer:
    """Ask which assignment somebody had done."""
    return _assignment(provider_id, AssignmentForm(formdata=None))


def _assignment(provider_id: int, form: AssignmentForm, *, refused: bool = False) -> Answer:
    found, _own = pages.provider_page(actor(), provider_id)
    return page("assignment", refused=refused, provider=found, form=form)


@blueprint.post("/gids/aanbieder/<id:provider_id>/opdracht")
@requires(USE)
def state_assignment(provider_id: int) -> Answer:
    """Keep an assignment that somebody names, and go on to the review."""
    form = AssignmentForm()
    found, _own = pages.provider_page(actor(), provider_id)
    if form.validate():
        with blaming(form):
            made = participation.state_assignment(
                found, form.title.data or "", form.text.data or "", actor=actor(), at=now()
            )
            return go(
                "review_page",
                _("Write your review now. It shows when the assignment is confirmed."),
                participation_id=made.id,
            )
    return _assignment(provider_id, form, refused=True)
