"""Evidence of a dossier: files and links, their dates, and the scanner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from learnenv.areas.certification import eligibility, trail
from learnenv.areas.certification.models import Dossier, Evidence
from learnenv.areas.certification.services.base import demand_editable, hold, rules_of
from learnenv.kernel import uploads
from learnenv.kernel.clock import today
from learnenv.kernel.db import db
from learnenv.kernel.errors import InvalidInputError
from learnenv.kernel.jobs import enqueue
from learnenv.kernel.permissions import Actor

SCAN = "certification.scan"
LONGEST_LINK = 500
MOST_FILES = 60
MOST_BYTES = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvidence:
    """A file or a link, with its dates."""

    key: str
    data: bytes = b""
    name: str = ""
    link: str = ""
    issued_on: date | None = None
    expires_on: date | None = None


def add_evidence(dossier: Dossier, new: NewEvidence, *, actor: Actor, at: datetime) -> Evidence:
    """Add a file or link to a dossier. Raises InvalidInputError for what is not acceptable."""
    hold(dossier.id)
    demand_editable(dossier)
    rules = rules_of(dossier.scheme)
    if rules.blind and new.link.strip():
        raise InvalidInputError(
            _("Assessors may not see who applies, and a link tells. Add a file."), field="link"
        )
    asked = rules.evidence_rule(new.key)
    if asked is None:
        raise InvalidInputError(_("Say what this shows."), field="key")
    if bool(new.data) == bool(new.link.strip()):
        raise InvalidInputError(_("Choose a file, or give a link."), field="file")
    if new.issued_on is not None and new.issued_on > today(at):
        raise InvalidInputError(_("This date is still to come."), field="issued_on")
    until = eligibility.last_valid_day(asked, new.issued_on, new.expires_on)
    if asked.needs_expiry:
        _check_dates(new, until, needs_issue=bool(asked.months_valid), day=today(at))
    _demand_room(dossier, len(new.data))
    row = Evidence(
        dossier_id=dossier.id,
        key=new.key,
        issued_on=new.issued_on,
        expires_on=until,
        added_at=at,
        added_by=actor.id,
    )
    if new.data:
        accepted = uploads.accept(new.data, new.name)
        row.file, row.name = uploads.keep(accepted), accepted.name
        row.media, row.size, row.digest = accepted.media, len(accepted.data), accepted.digest
        row.scan = uploads.first_state()
    else:
        link = new.link.strip()
        if not link.startswith(("https://", "http://")) or len(link) > LONGEST_LINK:
            raise InvalidInputError(_("Begin the address with https://."), field="link")
        row.link = link
    db.session.add(row)
    dossier.changed_at = at
    db.session.flush()
    trail.add(
        dossier, "evidence_added", actor=actor, at=at, key=row.key, evidence=row.id,
        digest=row.digest,
    )  # fmt: skip
    if row.scan == uploads.Scan.WAITING:
        enqueue(SCAN, {"evidence": row.id}, key=f"certification:scan:{row.id}")
    return row


def _check_dates(new: NewEvidence, until: date | None, *, needs_issue: bool, day: date) -> None:
    if needs_issue and new.issued_on is None:
        raise InvalidInputError(_("Give the date on the document."), field="issued_on")
    if until is None:
        raise InvalidInputError(_("Give the last day it is valid."), field="expires_on")
    if until < day:
        raise InvalidInputError(
            _("This has expired. Add a newer one."),
            field="issued_on" if needs_issue else "expires_on",
        )


def _demand_room(dossier: Dossier, size: int) -> None:
    number, total = db.session.execute(
        select(func.count(), func.coalesce(func.sum(Evidence.size), 0)).where(
            Evidence.dossier_id == dossier.id
        )
    ).one()
    if number >= MOST_FILES or total + size > MOST_BYTES:
        raise InvalidInputError(
            _("The dossier is full: 60 files and 100 MB at most."), field="file"
        )


def remove_evidence(dossier: Dossier, row: Evidence, *, actor: Actor, at: datetime) -> None:
    """Take evidence out; what was handed in before still shows it."""
    hold(dossier.id)
    demand_editable(dossier)
    row.removed_at = at
    dossier.changed_at = at
    db.session.flush()
    trail.add(dossier, "evidence_removed", actor=actor, at=at, key=row.key, evidence=row.id)


def present_evidence(dossier_id: int) -> list[Evidence]:
    """Return the evidence that is in a dossier now, in the order it was added."""
    return list(
        db.session.scalars(
            select(Evidence)
            .where(Evidence.dossier_id == dossier_id, Evidence.removed_at.is_(None))
            .order_by(Evidence.id)
        )
    )


def scan_evidence(evidence_id: int) -> bool:
    """Ask the scanner about a file; return whether it has to be asked again."""
    row = db.session.get(Evidence, evidence_id)
    if row is None or row.scan != uploads.Scan.WAITING:
        return False
    row.scan = uploads.scan(row.file)
    db.session.flush()
    return row.scan == uploads.Scan.WAITING
