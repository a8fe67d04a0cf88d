"""What the calendar does by itself: reminders, notices, suspensions, ends, and tidying.

The worker runs it every hour; each mail has a key, so it goes out once however often it runs.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from learnenv.accounts.api import people_facts, people_with
from learnenv.areas.certification import life, mails
from learnenv.areas.certification.models import (
    Assignment,
    AssignmentState,
    Dossier,
    Evidence,
    Registration,
    Standing,
    State,
)
from learnenv.areas.certification.services import declaring, points, register
from learnenv.areas.certification.services.base import rules_of
from learnenv.kernel import uploads
from learnenv.kernel.clock import today
from learnenv.kernel.db import db
from learnenv.kernel.i18n import format_date
from learnenv.kernel.letters import Words
from learnenv.kernel.permissions import SYSTEM, Role

BEFORE = (7, 1)
"""Days before the last day on which somebody is reminded."""
LEAST_NOTICE = timedelta(days=14)
EVIDENCE_NOTICE = timedelta(days=30)
KEEP_EVIDENCE = timedelta(days=365)
"""One year after the end of the dossier, when nobody can challenge the decision any more."""
ORPHAN = timedelta(days=1)


def run(at: datetime) -> None:
    """Do everything that is due at this moment."""
    day = today(at)
    remind(day)
    declarations(at)
    ends(at)
    expiring_evidence(day)
    renewals(day)


def _step(due: date, day: date) -> int | None:
    """Return which reminder is due: 7, 1, or 0 once it is late; None when there is time."""
    left = (due - day).days
    if left < 0:
        return 0
    reached = [step for step in BEFORE if left <= step]
    return min(reached) if reached else None


def remind(day: date) -> None:
    """Remind who has to act, 7 days and 1 day before the last day, and once when it is late."""
    soon = day + timedelta(days=max(BEFORE))
    dossiers = db.session.scalars(
        select(Dossier).where(Dossier.due_on.is_not(None), Dossier.due_on <= soon)
    ).all()
    for dossier in dossiers:
        assert dossier.due_on is not None
        step = _step(dossier.due_on, day)
        if step is None:
            continue
        key = f"due:{dossier.state}:{dossier.due_on.isoformat()}:{step}"
        if dossier.state in life.WAITING:
            mails.tell_applicant(dossier, _due_words(dossier, step), key=key)
        else:
            _remind_staff(dossier, step, key)


def _due_words(dossier: Dossier, step: int) -> Words:
    def words() -> tuple[str, tuple[str, ...], str]:
        when = format_date(dossier.due_on, "long")
        subject = (
            _("Dossier %(number)s is late", number=dossier.number)
            if step == 0
            else _("Dossier %(number)s: act before %(date)s", number=dossier.number, date=when)
        )
        text = (
            _("The last day was %(date)s. Please do it as soon as you can.", date=when)
            if step == 0
            else _("The last day is %(date)s.", date=when)
        )
        return subject, (text,), _("To the dossier")

    return words


def _remind_staff(dossier: Dossier, step: int, key: str) -> None:
    if dossier.state == State.ASSESSING:
        busy = db.session.scalars(
            select(Assignment.person_id).where(
                Assignment.dossier_id == dossier.id,
                Assignment.state.in_([AssignmentState.ASKED, AssignmentState.INDEPENDENT]),
            )
        )
        people, path = list(people_facts(list(busy)).values()), "beoordelen"
    elif dossier.state == State.DECIDING:
        people, path = list(people_with(Role.DECISION_MAKER)), "besluiten"
    else:
        people, path = list(people_with(Role.COORDINATOR)), "coordinatie"
    mails.tell(
        people,
        _due_words(dossier, step),
        path=f"/certificering/{path}/{dossier.number}",
        key=f"{dossier.number}:{key}",
    )


# --- the register --------------------------------------------------------------------------------


def declarations(at: datetime) -> None:
    """Announce a declaration that is due; suspend when it stays away after that (f12)."""
    day = today(at)
    entries = db.session.scalars(
        select(Registration)
        .options(joinedload(Registration.scheme), joinedload(Registration.party))
        .where(
            Registration.declare_by.is_not(None),
            Registration.declare_by <= day + timedelta(days=90),
            Registration.standing == Standing.VALID,
            Registration.valid_until >= day,
        )
    ).all()
    for entry in entries:
        assert entry.declare_by is not None
        notice = timedelta(days=rules_of(entry.scheme).after.declaration_notice_days)
        if entry.noticed_on is None and entry.declare_by - notice <= day:
            entry.noticed_on = day
            mails.tell_party(
                entry.party,
                _declare_words(entry),
                path=f"/certificering/verklaring/{entry.number}",
                key=f"declare:{entry.declare_by.isoformat()}",
            )
        elif (
            entry.noticed_on is not None
            and entry.declare_by < day
            and day - entry.noticed_on >= LEAST_NOTICE
        ):
            register.suspend(entry.id, declaring.MISSING, actor=SYSTEM, at=at)


def _declare_words(entry: Registration) -> Words:
    def words() -> tuple[str, tuple[str, ...], str]:
        when = format_date(entry.declare_by, "long")
        return (
            _("Your yearly declaration is due on %(date)s", date=when),
            (
                _("Once a year you tell us what changed in your work, or that nothing did."),
                _("Without it we must suspend your certification after that day."),
            ),
            _("Give the declaration"),
        )

    return words


def ends(at: datetime) -> None:
    """Tell the other areas, once, of every certificate that came to its end."""
    entries = db.session.scalars(
        select(Registration)
        .options(joinedload(Registration.party))
        .where(
            Registration.valid_until < today(at),
            Registration.standing == Standing.VALID,
            Registration.expiry_told.is_(False),
        )
    ).all()
    for entry in entries:
        entry.expiry_told = True
        register.tell(entry.party_id, at=at)


def expiring_evidence(day: date) -> None:
    """Warn a certified party, once, that a piece of evidence ends (f4)."""
    rows = db.session.execute(
        select(Evidence, Registration)
        .join(Registration, Registration.dossier_id == Evidence.dossier_id)
        .options(joinedload(Registration.party), joinedload(Registration.scheme))
        .where(
            Evidence.removed_at.is_(None),
            Evidence.expires_on.is_not(None),
            Evidence.expires_on <= day + EVIDENCE_NOTICE,
            Registration.standing == Standing.VALID,
            Registration.valid_until >= day,
        )
    ).all()
    for evidence, entry in rows:
        rule = rules_of(entry.scheme).evidence_rule(evidence.key)
        if rule is None or not rule.needs_expiry or rule.months_valid:
            continue  # what had to be recent at handing in, does not end afterwards
        title = rule.title
        assert evidence.expires_on is not None

        def words(
            title: str = title, ends_on: date = evidence.expires_on
        ) -> tuple[str, tuple[str, ...], str]:
            return (
                _("%(title)s ends", title=title),
                (_("It is valid until %(date)s. Have the new one at hand at your yearly"
                   " declaration.", date=format_date(ends_on, "long")),),
                _("To my certification"),
            )  # fmt: skip

        mails.tell_party(
            entry.party, words, path="/certificering/mijn", key=f"evidence:{evidence.id}"
        )


def renewals(day: date) -> None:
    """Say, once, that a renewal can begin, and how many points there are (f15)."""
    entries = db.session.scalars(
        select(Registration)
        .options(joinedload(Registration.party), joinedload(Registration.scheme))
        .where(
            Registration.standing == Standing.VALID,
            Registration.valid_until >= day,
            Registration.valid_until <= day + timedelta(days=365),
        )
    ).all()
    for entry in entries:
        found = points.balance(entry, day)
        if found.opens_on > day:
            continue

        def words(found: points.Balance = found) -> tuple[str, tuple[str, ...], str]:
            return (
                _("You can renew your certification"),
                (
                    _("You have %(earned)s of %(asked)s points, and %(months)s months left.",
                      earned=found.earned, asked=found.asked, months=found.months_left),
                    _("Renew before the end: the new period begins when this one ends."),
                ),
                _("Renew"),
            )  # fmt: skip

        mails.tell_party(
            entry.party, words, path="/certificering/mijn", key=f"renew:{entry.renewed}"
        )


def tidy(at: datetime) -> int:
    """Remove evidence whose term is over, and files without a row; return how many (P34)."""
    closed = select(Dossier.id).where(
        Dossier.state.in_(life.ENDED), Dossier.changed_at < at - KEEP_EVIDENCE
    )
    kept = select(Registration.dossier_id)
    rows = db.session.scalars(
        select(Evidence).where(
            Evidence.dossier_id.in_(closed),
            Evidence.dossier_id.not_in(kept),
            Evidence.file != "",
        )
    ).all()
    for row in rows:
        uploads.remove(row.file)
        row.file = ""
    known = set(db.session.scalars(select(Evidence.file).where(Evidence.file != "")))
    orphans = [
        file for file in uploads.stored(older_than=(at - ORPHAN).timestamp()) if file not in known
    ]
    for file in orphans:
        uploads.remove(file)
    return len(rows) + len(orphans)
