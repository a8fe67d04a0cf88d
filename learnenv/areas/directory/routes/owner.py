"""What a provider keeps itself: profile, people, trainings, sessions, requests, replies."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from learnenv.accounts.api import people_facts
from learnenv.areas.directory.forms import (
    EmailForm,
    NewProviderForm,
    OfferingForm,
    ProfileForm,
    ReasonForm,
    SeatsForm,
    SessionForm,
    TextForm,
)
from learnenv.areas.directory.models import Offering, Provider
from learnenv.areas.directory.permissions import USE
from learnenv.areas.directory.queries import pages
from learnenv.areas.directory.routes import blueprint
from learnenv.areas.directory.routes.parts import (
    Answer,
    go,
    is_number,
    numbers_in,
    page,
    place_name,
)
from learnenv.areas.directory.services import (
    bookings,
    guard,
    offerings,
    participation,
    providers,
    requests,
    reviews,
)
from learnenv.areas.directory.services.providers import Profile
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, NotFoundError
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor

PRICE_DIGITS = 8


def _own(provider_id: int) -> Provider:
    return guard.own_provider(actor(), provider_id)


@blueprint.get("/gids/beheer")
@requires(USE)
def owned() -> Answer:
    """Show the providers one acts for, and begin a new one."""
    return _owned(NewProviderForm(formdata=None))


def _owned(form: NewProviderForm, *, refused: bool = False) -> Answer:
    return page(
        "owned",
        refused=refused,
        managed=pages.managed_by(actor()),
        invitations=pages.invitations_of(actor()),
        form=form,
    )


@blueprint.post("/gids/beheer")
@requires(USE)
def make_provider() -> Answer:
    """Begin a profile."""
    form = NewProviderForm()
    if form.validate():
        with blaming(form):
            profile = Profile(
                kind=form.kind.data, name=form.name.data or "", summary=form.summary.data or ""
            )
            made = providers.open_own(profile, actor=actor(), at=now())
            return go(
                "manage", _("Your profile is ready. Visitors see it when you say so."),
                provider_id=made.id,
            )  # fmt: skip
    return _owned(form, refused=True)


@blueprint.get("/gids/beheer/<id:provider_id>")
@requires(USE)
def manage(provider_id: int) -> Answer:
    """Show everything of a provider, for who acts for it."""
    return _manage(provider_id)


def _manage(
    provider_id: int, *, refused: bool = False, colleague: EmailForm | None = None, wrong: str = ""
) -> Answer:
    found = _own(provider_id)
    return page(
        "manage",
        refused=refused,
        wrong=wrong,
        managed=pages.managed(found),
        provider=found,
        members=pages.members_of(found.id),
        requests=pages.requests_to(found.id),
        assignments=pages.assignments_of(found.id),
        reviews=pages.reviews_of(provider_id=found.id),
        colleague_form=colleague or EmailForm(formdata=None, prefix="collega"),
        now=now(),
    )


@blueprint.post("/gids/beheer/<id:provider_id>/<any(tonen, verbergen):act>")
@requires(USE)
def show_or_hide(provider_id: int, act: str) -> Answer:
    """Give consent to show the profile, or take it back."""
    found = _own(provider_id)
    if act == "tonen":
        providers.show(found, actor=actor(), at=now())
        return go("manage", _("Visitors see your profile now."), provider_id=provider_id)
    providers.withdraw(found, actor=actor())
    return go("manage", _("Nobody sees your profile any more."), provider_id=provider_id)


@blueprint.get("/gids/beheer/<id:provider_id>/profiel")
@requires(USE)
def edit_profile(provider_id: int) -> Answer:
    """Show the profile as a form, with what waits filled in."""
    found = _own(provider_id)
    waiting = providers.waiting_change(found.id)
    form = ProfileForm(formdata=None, obj=found, data={"place": place_name(found.place)})
    form.place.data = place_name(found.place)
    for key, value in (waiting.after if waiting else {}).items():
        form[key].data = value
    return page("edit_profile", provider=found, form=form, waiting=waiting)


@blueprint.post("/gids/beheer/<id:provider_id>/profiel")
@requires(USE)
def save_profile(provider_id: int) -> Answer:
    """Keep the profile."""
    found = _own(provider_id)
    form = ProfileForm()
    if form.validate():
        with blaming(form):
            waiting = providers.save(found, form.profile(), actor=actor(), at=now())
            told = (
                _("Saved. Name, kind or website show after a moderator has looked.")
                if waiting is not None
                else _("Saved.")
            )
            return go("manage", told, provider_id=provider_id)
    waits = providers.waiting_change(provider_id)
    return page("edit_profile", refused=True, provider=found, form=form, waiting=waits)


# --- people --------------------------------------------------------------------------------------


@blueprint.post("/gids/beheer/<id:provider_id>/collegas")
@requires(USE)
def ask_colleague(provider_id: int) -> Answer:
    """Ask a colleague to act along."""
    found = _own(provider_id)
    form = EmailForm(prefix="collega")
    if form.validate():
        with blaming(form):
            providers.ask_colleague(found, email=form.email.data or "", actor=actor(), at=now())
            return go("manage", _("Your colleague gets a mail."), provider_id=provider_id)
    return _manage(provider_id, refused=True, colleague=form)


@blueprint.post("/gids/beheer/<id:provider_id>/collegas/<id:member_id>/weg")
@requires(USE)
def drop_colleague(provider_id: int, member_id: int) -> Answer:
    """Take somebody off."""
    providers.drop_member(_own(provider_id), member_id, actor=actor(), at=now())
    if not guard.acts_for(actor(), provider_id):
        return go("owned", _("Done."))
    return go("manage", _("Done."), provider_id=provider_id)


@blueprint.post("/gids/beheer/uitnodiging/<id:member_id>/<any(aannemen, afslaan):act>")
@requires(USE)
def answer_invitation(member_id: int, act: str) -> Answer:
    """Begin to act for a provider that asked for it, or not."""
    provider_id = providers.answer_invitation(
        member_id, accepted=act == "aannemen", actor=actor(), at=now()
    )
    if act == "aannemen":
        return go("manage", _("You act for this provider now."), provider_id=provider_id)
    return go("owned", _("Done."))


@blueprint.get("/gids/aanbieder/<id:provider_id>/beheren")
@requires(USE)
def claim_page(provider_id: int) -> Answer:
    """Ask how one acts for a listed agency or institute."""
    return _claim(provider_id, TextForm(formdata=None))


def _claim(provider_id: int, form: TextForm, *, refused: bool = False) -> Answer:
    found, _mine = pages.provider_page(actor(), provider_id)
    if found.is_person or providers.has_members(found.id):
        raise NotFoundError
    form.text.label.text = _("How do you act for this provider?")
    form.text.description = _("Such as your function and where we can check it.")
    return page("claim", refused=refused, provider=found, form=form)


@blueprint.post("/gids/aanbieder/<id:provider_id>/beheren")
@requires(USE)
def claim(provider_id: int) -> Answer:
    """Ask to manage a listed agency or institute."""
    form = TextForm()
    found, _mine = pages.provider_page(actor(), provider_id)
    if form.validate():
        with blaming(form):
            at_once = providers.claim(found, form.text.data or "", actor=actor(), at=now())
            if at_once:
                return go(
                    "manage", _("Your address belongs to the website: you manage this profile."),
                    provider_id=provider_id,
                )  # fmt: skip
            return go(
                "provider", _("A moderator looks at your question and answers by mail."),
                provider_id=provider_id,
            )  # fmt: skip
    return _claim(provider_id, form, refused=True)


# --- trainings -----------------------------------------------------------------------------------


@blueprint.get("/gids/beheer/<id:provider_id>/aanbod/nieuw")
@requires(USE)
def new_offering(provider_id: int) -> Answer:
    """Show an empty training."""
    found = _own(provider_id)
    form = OfferingForm(formdata=None, data={"is_published": True})
    return page("edit_offering", provider=found, offering=None, form=form)


@blueprint.post("/gids/beheer/<id:provider_id>/aanbod/nieuw")
@requires(USE)
def add_offering(provider_id: int) -> Answer:
    """Add a training."""
    found = _own(provider_id)
    form = OfferingForm()
    if form.validate():
        with blaming(form):
            made = offerings.add(
                found, form.facts(), publish=bool(form.is_published.data), actor=actor(), at=now()
            )
            return go("manage_offering", _("Added. Now add a date."), offering_id=made.id)
    return page("edit_offering", refused=True, provider=found, offering=None, form=form)


@blueprint.get("/gids/beheer/aanbod/<id:offering_id>")
@requires(USE)
def manage_offering(offering_id: int) -> Answer:
    """Show a training with its sessions, for who acts for the provider."""
    return _offering(offering_id, SessionForm(formdata=None))


def _offering(offering_id: int, form: SessionForm, *, refused: bool = False) -> Answer:
    found = offerings.own_offering(actor(), offering_id)
    return page(
        "manage_offering",
        refused=refused,
        offering=found,
        provider=db.session.get_one(Provider, found.provider_id),
        sessions=pages.sessions_of(found.id),
        form=form,
        now=now(),
    )


@blueprint.get("/gids/beheer/aanbod/<id:offering_id>/bewerken")
@requires(USE)
def edit_offering(offering_id: int) -> Answer:
    """Show a training as a form."""
    found = offerings.own_offering(actor(), offering_id)
    form = OfferingForm(formdata=None, obj=found)
    form.goals.data = "\n".join(str(goal) for goal in found.goals)
    form.course.data = _slug_of(found)
    provider = db.session.get_one(Provider, found.provider_id)
    return page("edit_offering", provider=provider, offering=found, form=form)


def _slug_of(found: Offering) -> str:
    from courses.api import course_slug

    return course_slug(found.course_id) if found.course_id is not None else ""


@blueprint.post("/gids/beheer/aanbod/<id:offering_id>/bewerken")
@requires(USE)
def save_offering(offering_id: int) -> Answer:
    """Keep a training."""
    found = offerings.own_offering(actor(), offering_id)
    form = OfferingForm()
    if form.validate():
        with blaming(form):
            offerings.save(
                found, form.facts(), publish=bool(form.is_published.data), actor=actor(), at=now()
            )
            return go("manage_offering", _("Saved."), offering_id=offering_id)
    provider = db.session.get_one(Provider, found.provider_id)
    return page("edit_offering", refused=True, provider=provider, offering=found, form=form)


@blueprint.post("/gids/beheer/aanbod/<id:offering_id>/uitvoeringen")
@requires(USE)
def plan_session(offering_id: int) -> Answer:
    """Add a date."""
    found = offerings.own_offering(actor(), offering_id)
    form = SessionForm()
    if form.validate():
        with blaming(form):
            offerings.plan(found, form.when(), actor=actor(), at=now())
            return go("manage_offering", _("Added."), offering_id=offering_id)
    return _offering(offering_id, form, refused=True)


# --- sessions ------------------------------------------------------------------------------------


@blueprint.get("/gids/beheer/uitvoering/<id:session_id>")
@requires(USE)
def manage_session(session_id: int) -> Answer:
    """Show who comes, what they need, and who was there."""
    return _session(session_id)


def _session(
    session_id: int,
    *,
    refused: bool = False,
    off_form: ReasonForm | None = None,
    seats_form: SeatsForm | None = None,
) -> Answer:
    found = offerings.own_session(actor(), session_id)
    booked = pages.participants(found.id)
    offering = db.session.get_one(Offering, found.offering_id)
    provider = db.session.get_one(Provider, offering.provider_id)
    return page(
        "manage_session",
        refused=refused,
        session=found,
        offering=offering,
        provider=provider,
        bookings=booked,
        people=people_facts(one.person_id for one in booked),
        off_form=off_form or ReasonForm(formdata=None, prefix="af"),
        seats_form=seats_form or SeatsForm(formdata=None, obj=found),
        has_begun=found.starts_at <= now(),
        vouched=bookings.is_vouched_for(offering, provider, today(found.starts_at)),
    )


@blueprint.post("/gids/beheer/uitvoering/<id:session_id>/plaatsen")
@requires(USE)
def change_seats(session_id: int) -> Answer:
    """Make more or fewer seats."""
    found = offerings.own_session(actor(), session_id)
    form = SeatsForm()
    if form.validate():
        with blaming(form):
            offerings.change_seats(found, form.seats.data or 0, actor=actor())
            return go("manage_session", _("Saved."), session_id=session_id)
    return _session(session_id, refused=True, seats_form=form)


@blueprint.post("/gids/beheer/uitvoering/<id:session_id>/afgelasten")
@requires(USE)
def cancel_session(session_id: int) -> Answer:
    """Call a session off."""
    found = offerings.own_session(actor(), session_id)
    form = ReasonForm(prefix="af")
    if form.validate():
        with blaming(form):
            offerings.cancel_session(found, form.reason.data or "", actor=actor(), at=now())
            return go(
                "manage_session", _("Called off. Everybody gets a mail."), session_id=session_id
            )
    return _session(session_id, refused=True, off_form=form)


@blueprint.post(
    "/gids/beheer/uitvoering/<id:session_id>/deelnemer/<id:booking_id>"
    "/<any(toelaten, weigeren):act>"
)
@requires(USE)
def answer_booking(session_id: int, booking_id: int, act: str) -> Answer:
    """Say yes or no to who asked for a seat."""
    found = offerings.own_session(actor(), session_id)
    if booking_id not in {one.id for one in pages.participants(found.id)}:
        raise NotFoundError
    bookings.answer(booking_id, accepted=act == "toelaten", organiser=actor(), at=now())
    return go("manage_session", _("Done."), session_id=session_id)


@blueprint.post("/gids/beheer/uitvoering/<id:session_id>/aanwezig")
@requires(USE)
def mark_present(session_id: int) -> Answer:
    """Write down who was there."""
    found = offerings.own_session(actor(), session_id)
    number = bookings.mark(found, numbers_in("aanwezig", most=5000), organiser=actor(), at=now())
    return go(
        "manage_session", _("Saved. Newly marked present: %(number)s.", number=number),
        session_id=session_id,
    )  # fmt: skip


# --- requests, assignments, replies --------------------------------------------------------------


@blueprint.get("/gids/beheer/<id:provider_id>/uitvragen/<id:request_id>")
@requires(USE)
def request_to(provider_id: int, request_id: int) -> Answer:
    """Show what an organisation asks."""
    return _request_to(provider_id, request_id)


def _request_to(provider_id: int, request_id: int, *, wrong: DomainError | None = None) -> Answer:
    found = requests.answer_of(actor(), provider_id, request_id)
    given = request.form.getlist("antwoord")[: requests.MOST_QUESTIONS] if wrong else found.answers
    return page(
        "answer_request",
        refused=wrong is not None,
        answer=found,
        request=found.request,
        provider=found.provider,
        given=[*given, *[""] * len(found.request.questions)],
        price=request.form.get("prijs", "")[:12] if wrong else found.price,
        is_open=requests.is_open(found.request, now()),
        wrong=wrong,
    )


def _price_given() -> int | None:
    text = request.form.get("prijs", "").strip()
    if not text:
        return None
    if not is_number(text) or len(text) > PRICE_DIGITS:
        raise DomainError(_("Give an amount in whole euros."), field="price")
    return int(text)


@blueprint.post("/gids/beheer/<id:provider_id>/uitvragen/<id:request_id>")
@requires(USE)
def answer_request(provider_id: int, request_id: int) -> Answer:
    """Answer, or say that one does not take part."""
    found = requests.answer_of(actor(), provider_id, request_id)
    if request.form.get("act") == "niet":
        requests.decline(found, actor=actor(), at=now())
        return go("manage", _("You do not take part."), provider_id=provider_id)
    try:
        requests.answer(
            found, request.form.getlist("antwoord"), _price_given(), actor=actor(), at=now()
        )
    except NotFoundError:
        raise
    except DomainError as error:
        return _request_to(provider_id, request_id, wrong=error)
    return go(
        "request_to",
        _("Your answer is in. You can change it until the deadline."),
        provider_id=provider_id,
        request_id=request_id,
    )


@blueprint.post(
    "/gids/beheer/<id:provider_id>/opdracht/<id:participation_id>/<any(bevestigen, ontkennen):act>"
)
@requires(USE)
def confirm_assignment(provider_id: int, participation_id: int, act: str) -> Answer:
    """Confirm an assignment that somebody names, or say why not."""
    found = participation.waiting_assignment(participation_id)
    if _own(provider_id).id != found.provider_id:
        raise NotFoundError
    try:
        participation.decide(
            found, confirmed=act == "bevestigen", reason=request.form.get("reason", "")[:2000],
            actor=actor(), at=now(), as_moderator=False,
        )  # fmt: skip
    except DomainError as error:
        return _manage(provider_id, refused=True, wrong=str(error.message))
    told = (
        _("Confirmed. The review can show.")
        if act == "bevestigen"
        else _("Noted. A moderator decides on what both of you say.")
    )
    return go("manage", told, provider_id=provider_id)


@blueprint.post("/gids/beheer/<id:provider_id>/beoordeling/<id:review_id>")
@requires(USE)
def reply(provider_id: int, review_id: int) -> Answer:
    """Answer a review."""
    found = reviews.published(review_id)
    if _own(provider_id).id != found.provider_id:
        raise NotFoundError
    form = TextForm(prefix=f"reactie-{review_id}")
    if not form.validate():
        text = _("Write something, 4,000 characters at most.")
        return _manage(provider_id, refused=True, wrong=text)
    reviews.reply(found, form.text.data or "", actor=actor(), at=now())
    return go("manage", _("Your answer stands below the review."), provider_id=provider_id)
