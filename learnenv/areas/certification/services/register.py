"""The register: entries begin, change and end here, in the transaction of the fact.

Each change is a line that is only ever added, moves the certificate along, and is told to the
other areas, so a page of the directory can never show an old state (f13, f16).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, lazyload

from certificates import api as certificates
from learnenv.areas.certification import conflicts, mails, trail
from learnenv.areas.certification.models import (
    Assignment,
    AssignmentState,
    Dossier,
    Ending,
    Member,
    Registration,
    Standing,
    StandingLine,
)
from learnenv.areas.certification.rules import Rules
from learnenv.areas.certification.services.base import new_number, rules_of
from learnenv.kernel import audit
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, ForbiddenError, InvalidInputError, NotFoundError
from learnenv.kernel.events import publish
from learnenv.kernel.permissions import Actor
from learnenv.kernel.shared_events import StandingChanged
from learnenv.kernel.taxonomy import THEMES, known

LONGEST = 2000


def hold(registration_id: int) -> Registration:
    """Return an entry as it is now and hold its row."""
    found = db.session.scalar(
        select(Registration)
        .options(joinedload(Registration.party), joinedload(Registration.scheme))
        .where(Registration.id == registration_id)
        .with_for_update(of=Registration)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFoundError
    return found


def is_running(party_id: int, day: date) -> bool:
    """Whether a party has an entry that is not withdrawn and has not ended."""
    return (
        db.session.scalar(
            select(Registration.id).where(
                Registration.party_id == party_id,
                Registration.standing != Standing.WITHDRAWN,
                Registration.valid_until >= day,
            )
        )
        is not None
    )


def source_of(registration: Registration) -> str:
    """Return what gave the present certificate, as `certificates` knows it."""
    return f"certification:{registration.id}:{registration.renewed}"


def enter(dossier: Dossier, *, reason: str, actor: Actor, at: datetime) -> Registration:
    """Enter a certified party in the register, or renew it, and issue the certificate.

    A renewal before the end begins on the day after the old end (d5): nobody loses time.
    """
    rules = rules_of(dossier.scheme)
    day = today(at)
    found = db.session.scalar(
        select(Registration.id).where(Registration.party_id == dossier.party_id)
    )
    before: str | None = None
    goes_on = stays_suspended = False
    if found is None:
        entry = Registration(
            number=new_number("R", at), party_id=dossier.party_id, kind=dossier.party.kind,
            name=dossier.party.name, search=dossier.party.search,
            scheme_id=dossier.scheme_id, dossier_id=dossier.id, themes=list(dossier.party.themes),
            standing=Standing.VALID, since=day, valid_from=day, valid_until=day, renewed=0,
        )  # fmt: skip
        entry.party, entry.scheme = dossier.party, dossier.scheme
        db.session.add(entry)
        db.session.flush()
        start = day
    else:
        entry = hold(found)
        before = source_of(entry)
        goes_on = entry.standing != Standing.WITHDRAWN and entry.valid_until >= day
        stays_suspended = goes_on and entry.standing == Standing.SUSPENDED
        start = entry.valid_until + timedelta(days=1) if goes_on else day
        entry.renewed += 1
        entry.dossier_id, entry.scheme_id = dossier.id, dossier.scheme_id
        entry.scheme = dossier.scheme
        assessed = db.session.scalar(
            select(Assignment.id)
            .where(Assignment.dossier_id == dossier.id, Assignment.state == AssignmentState.DONE)
            .limit(1)
        )
        wider = list(dossier.party.themes)
        if assessed is None:  # nobody looked: what was taken away does not come back
            wider = [theme for theme in wider if theme in entry.themes] or list(entry.themes)
        entry.themes = wider
    entry.valid_from = start
    entry.valid_until = start + relativedelta(months=rules.months_valid) - timedelta(days=1)
    entry.standing = Standing.SUSPENDED if stays_suspended else Standing.VALID
    entry.expiry_told = False
    if not (goes_on and entry.declare_by is not None):  # one that is asked already stays asked
        entry.noticed_on = None
        entry.declare_by = _next_declaration(entry, rules, day, goes_on=goes_on)
    entry.certificate_id = _issue(entry, dossier, rules, before, actor=actor, at=at)
    db.session.flush()
    if stays_suspended:
        _each_certificate(entry, certificates.Status.VALID, certificates.suspend, reason, at, actor)
    _line(entry, reason=reason, actor=actor, at=at, from_on=day)
    return entry


def _each_certificate(
    entry: Registration,
    status: certificates.Status,
    verb: Callable[..., None],
    why: str,
    at: datetime,
    actor: Actor,
    **more: Any,
) -> None:
    """Do the same with every certificate of an entry that still runs.

    After an early renewal there are two: the one that runs now, and the one that begins later.
    """
    for number in range(entry.renewed + 1):
        held = certificates.of_source(f"certification:{entry.id}:{number}")
        if held is None or held.status != status:
            continue
        if held.valid_until is not None and held.valid_until < today(at):
            continue
        verb(certificate=held, reason=why, actor=actor, at=at, **more)


def _issue(
    entry: Registration,
    dossier: Dossier,
    rules: Rules,
    before: str | None,
    *,
    actor: Actor,
    at: datetime,
) -> int:
    owner = db.session.scalar(
        select(Member.person_id).where(Member.party_id == dossier.party_id, Member.is_owner)
    )
    old = certificates.of_source(before) if before else None
    return certificates.issue(
        certificates.Order(
            source=source_of(entry),
            kind=certificates.Kind.CERTIFICATION,
            person_id=owner or dossier.created_by,
            organisation_id=dossier.party.organisation_id,
            holder_name=dossier.party.name,
            title=rules.title,
            language="nl",
            outcomes=tuple(criterion.title for criterion in rules.criteria),
            version=dossier.scheme.version,
            period=entry.renewed + 1,
            valid_from=entry.valid_from,
            valid_until=entry.valid_until,
            supersedes_id=old.id if old is not None else None,
        ),
        at=at,
        reason=f"certification {dossier.number}",
        actor_id=actor.person_id,
    )


def _next_declaration(
    entry: Registration, rules: Rules, day: date, *, goes_on: bool
) -> date | None:
    """Return the last day for the next yearly declaration; None when the end comes first.

    A renewal keeps the rhythm of the entry, so that no year is left out.
    """
    months = rules.after.declaration_months
    if not months:
        return None
    start = entry.since if goes_on else entry.valid_from
    due = start + relativedelta(months=months) - timedelta(days=1)
    while due <= day:
        due += relativedelta(months=months)
    return due if due < entry.valid_until else None


def _line(
    entry: Registration,
    *,
    reason: str,
    actor: Actor,
    at: datetime,
    from_on: date | None = None,
) -> None:
    previous = db.session.scalar(
        select(StandingLine.hash)
        .where(StandingLine.registration_id == entry.id)
        .order_by(StandingLine.id.desc())
        .limit(1)
    )
    line = StandingLine(
        registration_id=entry.id,
        from_on=from_on or today(at),
        until_on=entry.valid_until,
        valid_from=entry.valid_from,
        standing=entry.standing,
        scheme_id=entry.scheme_id,
        themes=list(entry.themes),
        reason=reason[:LONGEST],
        at=at,
        actor_id=actor.person_id,
        previous=previous or "",
        hash="",
    )
    line.hash = trail.standing_hash(line)
    db.session.add(line)
    db.session.flush()
    _publish(entry, at=at)


def _publish(entry: Registration, *, at: datetime) -> None:
    publish(_told(entry, _owners([entry.party_id]).get(entry.party_id), at))


def _told(entry: Registration, owner: int | None, at: datetime) -> StandingChanged:
    party = entry.party
    return StandingChanged(
        registration_id=entry.id, party_id=party.id, number=entry.number, kind=entry.kind,
        name=party.name, organisation_id=party.organisation_id,
        standing=shown_standing(entry, today(at)), valid_until=entry.valid_until,
        themes=tuple(entry.themes), at=at, region=party.region, person_id=owner,
    )  # fmt: skip


def standings() -> Iterator[StandingChanged]:
    """Yield what every entry is now, for who keeps a copy and may have missed something."""
    at, last = now(), 0
    while True:
        rows = db.session.scalars(
            select(Registration)
            .options(joinedload(Registration.party), lazyload(Registration.scheme))
            .where(Registration.id > last)
            .order_by(Registration.id)
            .limit(500)
        ).all()
        if not rows:
            return
        owners = _owners([row.party_id for row in rows])
        for row in rows:
            yield _told(row, owners.get(row.party_id), at)
        last = rows[-1].id


def _owners(party_ids: list[int]) -> dict[int, int]:
    """Return in whose name the certificate of each party stands."""
    rows = db.session.execute(
        select(Member.party_id, Member.person_id)
        .where(Member.party_id.in_(party_ids), Member.is_owner)
        .order_by(Member.id.desc())
    )
    return {row.party_id: row.person_id for row in rows if row.person_id is not None}


def tell(party_id: int, *, at: datetime) -> None:
    """Tell the other areas that what may be shown of a party changed."""
    found = db.session.scalar(
        select(Registration)
        .options(joinedload(Registration.party))
        .where(Registration.party_id == party_id)
    )
    if found is not None:
        _publish(found, at=at)


def shown_standing(entry: Registration, day: date) -> str:
    """Return what the entry is on a day, expiry included."""
    if entry.standing == Standing.VALID and entry.valid_until < day:
        return "expired"
    return entry.standing


# --- changes -------------------------------------------------------------------------------------


def _why(reason: str) -> str:
    if not reason.strip():
        raise InvalidInputError(_("Say why: the reason is kept in the file."), field="reason")
    return reason.strip()[:LONGEST]


def _not_own(entry: Registration, actor: Actor) -> None:
    if actor.person_id is None:
        return
    if conflicts.reasons([actor.id], entry.party, today=today())[actor.id]:
        raise ForbiddenError(
            _("You cannot do this for yourself, or for whom you have a tie with. Ask a colleague.")
        )


def suspend(registration_id: int, reason: str, *, actor: Actor, at: datetime) -> None:
    """Suspend an entry: register, certificate and directory say so at the next request."""
    entry = hold(registration_id)
    _not_own(entry, actor)
    why = _why(reason)
    if shown_standing(entry, today(at)) != Standing.VALID:
        raise DomainError(_("Only a valid entry can be suspended."))
    entry.standing = Standing.SUSPENDED
    _each_certificate(entry, certificates.Status.VALID, certificates.suspend, why, at, actor)
    _line(entry, reason=why, actor=actor, at=at)
    _tell_change(entry, "suspended", why, at)


def lift(registration_id: int, reason: str, *, actor: Actor, at: datetime) -> None:
    """Make a suspended entry valid again."""
    entry = hold(registration_id)
    _not_own(entry, actor)
    why = _why(reason)
    if entry.standing != Standing.SUSPENDED:
        raise DomainError(_("This entry is not suspended."))
    entry.standing = Standing.VALID
    _each_certificate(entry, certificates.Status.SUSPENDED, certificates.lift, why, at, actor)
    if entry.declare_by is not None and entry.declare_by < today(at):
        # Lifted without the declaration: it is asked once more, with the same time for it.
        notice = rules_of(entry.scheme).after.declaration_notice_days
        entry.declare_by, entry.noticed_on = today(at) + timedelta(days=notice), None
    _line(entry, reason=why, actor=actor, at=at)
    _tell_change(entry, "lifted", why, at)


def propose_withdrawal(registration_id: int, reason: str, *, actor: Actor, at: datetime) -> None:
    """Propose to end an entry for good; somebody else decides."""
    entry = hold(registration_id)
    _not_own(entry, actor)
    if entry.standing == Standing.WITHDRAWN:
        raise DomainError(_("This entry was withdrawn already."))
    if db.session.get(Ending, entry.id) is not None:
        raise DomainError(_("A colleague proposed this already; it waits for a second person."))
    db.session.add(
        Ending(registration_id=entry.id, reason=_why(reason), proposed_by=actor.id, proposed_at=at)
    )
    db.session.flush()
    audit.record("certification.withdrawal_proposed", f"registration:{entry.number}", actor=actor)


def put_aside(registration_id: int, *, actor: Actor) -> None:
    """Put a proposal aside; the entry stays as it is."""
    entry = hold(registration_id)
    _not_own(entry, actor)
    proposal = db.session.get(Ending, entry.id)
    if proposal is None:
        raise NotFoundError
    db.session.delete(proposal)
    db.session.flush()
    audit.record("certification.withdrawal_put_aside", f"registration:{entry.number}", actor=actor)


def withdraw(registration_id: int, *, actor: Actor, at: datetime) -> None:
    """End an entry for good, as somebody else proposed; its history stays."""
    entry = hold(registration_id)
    _not_own(entry, actor)
    proposal = db.session.get(Ending, entry.id)
    if proposal is None:
        raise NotFoundError
    if proposal.proposed_by == actor.person_id:
        raise ForbiddenError(_("Somebody else must confirm what you proposed."))
    why, first = proposal.reason, proposal.proposed_by
    db.session.delete(proposal)
    entry.standing = Standing.WITHDRAWN
    entry.declare_by = None
    for status in (certificates.Status.VALID, certificates.Status.SUSPENDED):
        _each_certificate(
            entry, status, certificates.revoke_decided, why, at, actor, second_id=first
        )
    _line(entry, reason=why, actor=actor, at=at)
    _tell_change(entry, "withdrawn", why, at)


def reduce_scope(
    registration_id: int, themes: Iterable[str], reason: str, *, actor: Actor, at: datetime
) -> None:
    """Make what an entry covers smaller (f13). It cannot grow: that asks a new assessment."""
    entry = hold(registration_id)
    _not_own(entry, actor)
    why = _why(reason)
    left = known(themes, THEMES)
    if not left or not set(left) < set(entry.themes):
        raise InvalidInputError(
            _("Keep at least one theme, and fewer than there are now."), field="themes"
        )
    entry.themes = left
    _line(entry, reason=why, actor=actor, at=at)
    _tell_change(entry, "reduced", why, at)


def _tell_change(entry: Registration, kind: str, why: str, at: datetime) -> None:
    def words() -> tuple[str, tuple[str, ...], str]:
        said = {
            "suspended": _("Your certification is suspended."),
            "lifted": _("Your certification is valid again."),
            "withdrawn": _("Your certification was withdrawn."),
            "reduced": _("Your certification covers fewer themes now."),
        }
        return (
            _("Your certification %(number)s", number=entry.number),
            (said[kind], _("The reason: %(why)s", why=why),
             _("Do you not agree? Answer this mail within six weeks: that is an objection.")),
            _("To my certification"),
        )  # fmt: skip

    mails.tell_party(
        entry.party, words, path="/certificering/mijn",
        key=f"registration:{entry.id}:{kind}:{at.isoformat()}",
    )  # fmt: skip
