"""A provider and its profile: made, shown, changed, looked at by a moderator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from learnenv.accounts.api import tops_of
from learnenv.areas.directory import mails
from learnenv.areas.directory.models import (
    PEOPLE,
    Change,
    Kind,
    Label,
    Member,
    Provider,
    Waiting,
)
from learnenv.areas.directory.services import guard, indexing
from learnenv.areas.directory.services.providers.people import add_member
from learnenv.kernel import audit
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, ForbiddenError, InvalidInputError, NotFoundError
from learnenv.kernel.permissions import Actor
from learnenv.kernel.places import find
from learnenv.kernel.search import folded
from learnenv.kernel.taxonomy import REGIONS, THEMES, known

SENSITIVE = ("name", "kind", "website")
"""What visitors know a provider by: a change waits for a moderator, with the difference."""
MOST_OWN = 10
"""Providers that one person may make; an agency of agencies asks a moderator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is filled in about a provider."""

    kind: str
    name: str
    summary: str = ""
    about: str = ""
    website: str = ""
    email: str = ""
    phone: str = ""
    region: str = "landelijk"
    place: str = ""
    """As typed; a place we do not know is refused."""
    themes: tuple[str, ...] = ()
    day_rate: int | None = None
    days_free: int | None = None


def new_provider(profile: Profile, *, actor: Actor, at: datetime, source: str = "own") -> Provider:
    """Return a provider that is stored and not shown. Raises InvalidInputError."""
    provider = blank(profile.kind, profile.name, at=at, source=source, actor=actor)
    _fill(provider, profile)
    provider.website = profile.website.strip()
    db.session.add(provider)
    db.session.flush()
    return provider


def blank(kind: str, name: str, *, at: datetime, source: str, actor: Actor) -> Provider:
    """Return a provider of which only kind and name are known, not stored yet."""
    clean = clean_name(name)
    return Provider(
        kind=Kind(kind), name=clean, folded_name=folded(clean), region="landelijk", themes=[],
        certified_themes=[], spread=[0] * 5, source=source, created_at=at, changed_at=at,
        created_by=actor.person_id, summary="", about="", website="", email="", phone="",
        standing="", register_number="", is_listed=False, is_shown=False, reviews=0,
    )  # fmt: skip


def clean_name(name: str) -> str:
    """Return a name without what does not belong in it. Raises InvalidInputError."""
    clean = " ".join(name.split())
    if not clean:
        raise InvalidInputError(_("Give a name."), field="name")
    return clean[:200]


def _fill(provider: Provider, profile: Profile) -> None:
    provider.place = place_key(profile.place)
    provider.summary = " ".join(profile.summary.split())
    provider.about = profile.about.strip()
    provider.email = profile.email.strip().lower()
    provider.phone = profile.phone.strip()
    provider.region = profile.region if profile.region in REGIONS else "landelijk"
    provider.themes = known(profile.themes, THEMES)
    provider.day_rate = profile.day_rate
    provider.days_free = profile.days_free


def place_key(text: str, field: str = "place") -> str | None:
    """Return the key of a place somebody typed. Raises InvalidInputError when we know none."""
    if not text.strip():
        return None
    place = find(text)
    if place is None:
        raise InvalidInputError(
            _("We do not know “%(place)s”. Choose a town or village of the list.", place=text),
            field=field,
        )
    return place.key


def open_own(profile: Profile, *, actor: Actor, at: datetime) -> Provider:
    """Make a profile for which the actor acts. It shows after consent (`show`)."""
    number = db.session.scalar(
        select(func.count()).select_from(Member).where(Member.person_id == actor.id)
    )
    if (number or 0) >= MOST_OWN:
        raise DomainError(
            _("You act for %(number)s providers already. Ask the moderator for more.",
              number=MOST_OWN)
        )  # fmt: skip
    name = clean_name(profile.name)
    _no_twin(profile.kind, name)
    provider = new_provider(profile, actor=actor, at=at)
    if not provider.is_person:
        provider.organisation_id = actor.organisation_id
    add_member(provider, email=actor.email, person_id=actor.id, at=at)
    audit.record("directory.provider_made", f"provider:{provider.id}", actor=actor)
    settle(provider)
    return provider


def _no_twin(kind: str, name: str, *, but: int = 0) -> None:
    """Raise InvalidInputError when another agency or institute shows under this name."""
    twin = db.session.scalar(
        select(Provider.id).where(
            Provider.folded_name == folded(name),
            Provider.kind.not_in(PEOPLE),
            Provider.is_shown,
            Provider.id != but,
        )
    )
    if twin is not None and kind not in PEOPLE:
        raise InvalidInputError(
            _("%(name)s is in the Gouden Gids already. Ask to manage it on its page.", name=name),
            field="name",
            way_out=(name, f"/gids/aanbieder/{twin}"),
        )


def settle(provider: Provider) -> None:
    """Work out whether visitors see it, and write the lines of the search anew."""
    listed = provider.is_listed and not provider.is_person
    provider.is_shown = provider.consent_at is not None or listed
    if provider.is_shown and provider.shown_since is None:
        provider.shown_since = now()
    db.session.flush()
    indexing.index_provider(provider.id)


def save(provider: Provider, profile: Profile, *, actor: Actor, at: datetime) -> Change | None:
    """Keep an edit. What is sensitive waits for a moderator once visitors know it; returns it."""
    name = clean_name(profile.name)
    asked = {"name": name, "kind": str(profile.kind), "website": profile.website.strip()}
    if asked["kind"] not in {k.value for k in Kind}:
        raise InvalidInputError(_("Choose a kind."), field="kind")
    before = {key: str(getattr(provider, key)) for key in SENSITIVE}
    differs = {key: value for key, value in asked.items() if value != before[key]}
    _fill(provider, profile)
    provider.changed_at = at
    waiting = None
    # Hiding for a moment is no way round: certificate, reviews and bookings belong to a name.
    is_known = provider.shown_since is not None or provider.party_id is not None
    if differs and is_known:
        waiting = _wait(provider, {k: before[k] for k in differs}, differs, actor=actor, at=at)
    else:
        apply(provider, differs)
        undone = waiting_change(provider.id)
        if undone is not None:
            db.session.delete(undone)
    settle(provider)
    return waiting


def apply(provider: Provider, values: dict[str, Any]) -> None:
    """Write sensitive values."""
    for key, value in values.items():
        setattr(provider, key, value)
    provider.folded_name = folded(provider.name)


def _wait(
    provider: Provider, before: dict[str, str], after: dict[str, str], *, actor: Actor, at: datetime
) -> Change:
    found = waiting_change(provider.id)
    if found is None:
        found = Change(
            provider_id=provider.id, before=before, after=after, state=Waiting.WAITING,
            asked_at=at, asked_by=actor.person_id, reason="",
        )  # fmt: skip
        db.session.add(found)
    else:  # a second edit before the first was looked at: one difference, the newest
        found.before, found.after = before, after
        found.asked_at, found.asked_by = at, actor.person_id
    db.session.flush()
    return found


def waiting_change(provider_id: int) -> Change | None:
    """Return the edit of a provider that waits for a moderator."""
    return db.session.scalar(
        select(Change).where(Change.provider_id == provider_id, Change.state == Waiting.WAITING)
    )


def show(provider: Provider, *, actor: Actor, at: datetime) -> None:
    """Let visitors see the profile: dated consent of who acts for it (P35)."""
    if not provider.summary:
        raise DomainError(
            _("Write a summary first: it is what visitors read in the list."),
            way_out=(_("Edit the profile"), f"/gids/beheer/{provider.id}/profiel"),
        )
    _no_twin(provider.kind, provider.name, but=provider.id)
    provider.consent_at, provider.consent_by = at, actor.person_id
    audit.record("directory.consent_given", f"provider:{provider.id}", actor=actor)
    settle(provider)


def withdraw(provider: Provider, *, actor: Actor) -> None:
    """Take the consent back: the next request does not show it, nor its trainings (P35)."""
    provider.consent_at = None
    provider.is_listed = False
    audit.record("directory.consent_withdrawn", f"provider:{provider.id}", actor=actor)
    settle(provider)


def decide_change(
    change_id: int, *, granted: bool, reason: str, actor: Actor, at: datetime
) -> None:
    """Let a sensitive edit through, or not, and tell the provider."""
    found = db.session.get(Change, change_id, with_for_update=True, populate_existing=True)
    if found is None or found.state != Waiting.WAITING:
        raise NotFoundError
    provider = db.session.get_one(Provider, found.provider_id)
    stand_apart(actor, provider, at=at, asked_by=found.asked_by)
    if not granted and not reason.strip():
        raise InvalidInputError(_("Say why."), field="reason")
    found.state = Waiting.GRANTED if granted else Waiting.REFUSED
    found.decided_at, found.decided_by, found.reason = at, actor.person_id, reason.strip()
    if granted:
        apply(provider, found.after)
        provider.changed_at = at
    settle(provider)
    name, why = provider.name, found.reason

    def words() -> tuple[str, tuple[str, ...], str]:
        if granted:
            text: tuple[str, ...] = (_("What you changed shows now."),)
        else:
            text = (
                _("The moderator did not take over what you changed."),
                _("The moderator gives this reason: %(reason)s", reason=why),
            )
        return _("Your change of %(name)s", name=name), text, _("To the profile")

    mails.tell_provider(
        provider.id, words, path=f"/gids/beheer/{provider.id}", key=f"change:{found.id}"
    )
    audit.record(
        "directory.change_decided", f"provider:{provider.id}", actor=actor,
        outcome="ok" if granted else "refused", fields=sorted(found.after),
    )  # fmt: skip


def stand_apart(
    actor: Actor, provider: Provider, *, at: datetime, asked_by: int | None = None
) -> None:
    """Raise ForbiddenError when who decides is tied to the provider or to who asked (P7)."""
    if actor.person_id is None:
        return
    tied = guard.tie(actor.id, actor.organisation_id, provider, today(at))
    if tied is not None:
        raise ForbiddenError(tied + " " + _("Another moderator decides."))
    if asked_by is None:
        return
    if asked_by == actor.person_id:
        raise ForbiddenError(_("Somebody else decides on what you asked yourself."))
    tops, _places = tops_of([asked_by, actor.id])
    if tops.get(actor.id) is not None and tops.get(actor.id) == tops.get(asked_by):
        raise ForbiddenError(_("A colleague asks this. Another moderator decides."))


def set_label(
    provider: Provider,
    organisation_id: int,
    *,
    has_contract: bool,
    note: str,
    until: date | None,
    actor: Actor,
    at: datetime,
) -> None:
    """Say to the people of an organisation whether it has a contract with a provider (g12)."""
    if organisation_id not in actor.managed:
        raise NotFoundError
    values = {
        "has_contract": has_contract, "note": note.strip(), "until": until, "set_at": at,
        "set_by": actor.id,
    }  # fmt: skip
    statement = insert(Label).values(
        organisation_id=organisation_id, provider_id=provider.id, **values
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "provider_id"], set_=values
        )
    )
    audit.record(
        "directory.labelled", f"provider:{provider.id}", actor=actor,
        organisation=organisation_id, has_contract=has_contract,
    )  # fmt: skip
