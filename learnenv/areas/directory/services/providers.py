"""Profiles: made, edited, shown and hidden, by the people who act for a provider (g2, P35)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from dateutil.relativedelta import relativedelta
from flask_babel import gettext as _
from sqlalchemy import func, select

from learnenv.accounts.api import tops_of
from learnenv.areas.directory import mails
from learnenv.areas.directory.models import (
    PEOPLE,
    Change,
    Claim,
    FormerMember,
    Kind,
    Label,
    Member,
    Provider,
    Waiting,
)
from learnenv.areas.directory.services import guard, indexing
from learnenv.kernel import audit, throttle
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, ForbiddenError, InvalidInputError, NotFoundError
from learnenv.kernel.permissions import Actor
from learnenv.kernel.places import find
from learnenv.kernel.search import folded
from learnenv.kernel.taxonomy import REGIONS, THEMES, known

YEARS_TIED = 3
SENSITIVE = ("name", "kind", "website")
"""What visitors know a provider by: a change waits for a moderator, with the difference."""
MOST_MEMBERS = 20
MAILS_A_DAY, DAY = 40, 86_400
"""Mails to addresses that somebody types, so that the site is no way to send mail."""
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


# --- consent -------------------------------------------------------------------------------------


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


# --- people --------------------------------------------------------------------------------------


def add_member(
    provider: Provider, *, email: str, at: datetime, person_id: int | None = None
) -> None:
    """Let somebody act for a provider; twice changes nothing."""
    db.session.execute(
        insert(Member)
        .values(provider_id=provider.id, email=email.lower(), person_id=person_id, added_at=at)
        .on_conflict_do_nothing(index_elements=["provider_id", "email"])
    )


def ask_colleague(provider: Provider, *, email: str, actor: Actor, at: datetime) -> None:
    """Ask a colleague, by address, to act along. The answer tells nothing about accounts (P21)."""
    number = db.session.scalar(
        select(func.count()).select_from(Member).where(Member.provider_id == provider.id)
    )
    if (number or 0) >= MOST_MEMBERS:
        raise InvalidInputError(
            _("%(number)s people is the most.", number=MOST_MEMBERS), field="email"
        )
    throttle.check("gids-mail", str(actor.id), limit=MAILS_A_DAY, seconds=DAY)
    throttle.hit("gids-mail", str(actor.id), seconds=DAY)
    add_member(provider, email=email, at=at)
    name = provider.name

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("Work along on %(name)s in the Gouden Gids", name=name),
            (
                _("%(by)s asks you to keep the profile of %(name)s with them.",
                  by=actor.name, name=name),
                _("Sign in with this address, or make an account with it."),
            ),
            _("To the profile"),
        )  # fmt: skip

    mails.tell_address(
        email.lower(), words, language=actor.language, path="/gids/beheer",
        key=f"member:{provider.id}:{at.date().isoformat()}",
    )  # fmt: skip
    audit.record("directory.member_added", f"provider:{provider.id}", actor=actor)


def answer_invitation(member_id: int, *, accepted: bool, actor: Actor, at: datetime) -> int:
    """Begin to act for a provider that asked by address, or say no, which leaves no trace.

    Returns the provider. Raises NotFoundError for what was asked of another address.
    """
    found = db.session.scalar(
        select(Member)
        .where(
            Member.id == member_id,
            Member.person_id.is_(None),
            Member.email == actor.email.lower(),
        )
        .with_for_update()
    )
    if found is None:
        raise NotFoundError
    provider_id = found.provider_id
    if accepted:
        found.person_id, found.added_at = actor.id, at
        audit.record("directory.member_accepted", f"provider:{provider_id}", actor=actor)
    else:
        db.session.delete(found)
    db.session.flush()
    return provider_id


def drop_member(provider: Provider, member_id: int, *, actor: Actor, at: datetime) -> None:
    """Take somebody off; the last one stays, and who worked along is tied for three years."""
    # One at a time, or two who take each other off would both go.
    db.session.execute(
        select(Provider.id).where(Provider.id == provider.id).with_for_update(key_share=True)
    )
    member = db.session.get(Member, member_id)
    if member is None or member.provider_id != provider.id:
        raise NotFoundError
    if provider.is_person and member.person_id is not None and member.person_id != actor.person_id:
        raise DomainError(_("This profile is of a person, who takes himself off."))
    others = db.session.scalar(
        select(func.count())
        .select_from(Member)
        .where(
            Member.provider_id == provider.id,
            Member.id != member.id,
            Member.person_id.is_not(None),
        )
    )
    if not others and member.person_id is not None:
        raise DomainError(_("Somebody must act for the provider. Add a colleague first."))
    if member.person_id is not None:
        until = today(at) + relativedelta(years=YEARS_TIED)
        statement = insert(FormerMember).values(
            provider_id=provider.id, person_id=member.person_id, until=until
        )
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["provider_id", "person_id"], set_={"until": until}
            )
        )
    db.session.delete(member)
    db.session.flush()
    audit.record("directory.member_dropped", f"provider:{provider.id}", actor=actor)


# --- claims --------------------------------------------------------------------------------------


def has_members(provider_id: int) -> bool:
    """Whether anybody acts for a provider; who was only asked does not."""
    found = db.session.scalar(
        select(Member.id)
        .where(Member.provider_id == provider_id, Member.person_id.is_not(None))
        .limit(1)
    )
    return found is not None


def host_of(website: str) -> str:
    """Return the host of a website without www, or nothing."""
    return (urlsplit(website).hostname or "").removeprefix("www.")


def claim(provider: Provider, text: str, *, actor: Actor, at: datetime) -> bool:
    """Ask to act for a listed agency or institute; True when that is granted at once.

    Who has a confirmed address at the host of the website needs no moderator.
    """
    if not provider.is_shown or provider.is_person or has_members(provider.id):
        raise NotFoundError
    host = host_of(provider.website)
    whole = urlsplit(provider.website).path in {"", "/"}  # a page at a host of many says nothing
    if host and whole and actor.email.rsplit("@", 1)[-1].lower() == host:
        _grant(provider, actor.id, actor.email, at=at)
        audit.record("directory.claimed", f"provider:{provider.id}", actor=actor, by="mail domain")
        return True
    statement = insert(Claim).values(
        provider_id=provider.id, person_id=actor.id, text=text.strip(), state=Waiting.WAITING,
        asked_at=at, reason="",
    )  # fmt: skip
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["provider_id", "person_id"],
            set_={"text": text.strip(), "state": Waiting.WAITING, "asked_at": at},
        )
    )
    return False


def _grant(provider: Provider, person_id: int, email: str, *, at: datetime) -> None:
    add_member(provider, email=email, person_id=person_id, at=at)


def decide_claim(claim_id: int, *, granted: bool, reason: str, actor: Actor, at: datetime) -> None:
    """Grant or refuse a claim, and tell who asked."""
    from learnenv.accounts.api import person_facts

    found = db.session.get(Claim, claim_id, with_for_update=True, populate_existing=True)
    if found is None or found.state != Waiting.WAITING:
        raise NotFoundError
    provider = db.session.get_one(Provider, found.provider_id)
    stand_apart(actor, provider, at=at, asked_by=found.person_id)
    if granted and has_members(provider.id):
        raise DomainError(_("Somebody manages this profile already. Refuse, and say so."))
    if not granted and not reason.strip():
        raise InvalidInputError(_("Say why."), field="reason")
    found.state = Waiting.GRANTED if granted else Waiting.REFUSED
    found.decided_at, found.decided_by, found.reason = at, actor.person_id, reason.strip()
    who = person_facts(found.person_id)
    if granted:
        _grant(provider, who.person_id, who.email, at=at)
    name, why = provider.name, found.reason

    def words() -> tuple[str, tuple[str, ...], str]:
        if granted:
            return (
                _("You manage %(name)s in the Gouden Gids", name=name),
                (_("Complete the profile, then decide what visitors see."),),
                _("To the profile"),
            )
        return (
            _("You cannot manage %(name)s", name=name),
            (_("The moderator gives this reason: %(reason)s", reason=why),),
            _("To the Gouden Gids"),
        )

    path = f"/gids/beheer/{provider.id}" if granted else "/gids"
    mails.tell_person(found.person_id, words, path=path, key=f"claim:{found.id}:{at.isoformat()}")
    audit.record(
        "directory.claim_decided", f"provider:{provider.id}", actor=actor,
        outcome="ok" if granted else "refused",
    )  # fmt: skip


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
