"""What pages of certificates show."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import Select, exists, false, func, or_, select
from sqlalchemy.orm import undefer

from certificates.codes import SHORT_LENGTH, normal_short_code
from certificates.models import (
    NEW_DOCUMENT,
    Batch,
    Certificate,
    Document,
    HistoryEntry,
    Proposal,
    Status,
    StatusEntry,
    Template,
    TemplateUse,
)
from courses.api import finished_of
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import Actor

State = Literal["valid", "expired", "suspended", "revoked", "replaced"]
PER_PAGE = 25


def state_of(certificate: Certificate, today: date) -> State:
    """Return how a certificate stands on a day; the last day of validity still counts."""
    if certificate.status != Status.VALID:
        return Status(certificate.status).value
    if certificate.valid_until is not None and today > certificate.valid_until:
        return "expired"
    return "valid"


def by_code(code: str) -> Certificate:
    """Return a certificate by the code of its link. Raises NotFoundError."""
    found = db.session.scalar(select(Certificate).where(Certificate.code == code.lower()))
    if found is None:
        raise NotFoundError
    return found


def by_typed_code(typed: str) -> Certificate | None:
    """Return a certificate by its short code as a person types it."""
    code = normal_short_code(typed)
    if len(code) != SHORT_LENGTH:
        return None
    return db.session.scalar(select(Certificate).where(Certificate.short_code == code))


def history(certificate: Certificate) -> list[HistoryEntry]:
    """Return what happened to a certificate, oldest first."""
    return list(
        db.session.scalars(
            select(HistoryEntry)
            .where(HistoryEntry.certificate_id == certificate.id)
            .order_by(HistoryEntry.id)
        )
    )


def mine(actor: Actor) -> list[Certificate]:
    """Return the actor's certificates, newest first."""
    return list(
        db.session.scalars(
            select(Certificate)
            .where(Certificate.person_id == actor.id)
            .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
        )
    )


def own(actor: Actor, number: str) -> Certificate:
    """Return one of the actor's certificates. Raises NotFoundError for somebody else's."""
    found = db.session.scalar(
        select(Certificate).where(
            Certificate.number == number, Certificate.person_id == actor.person_id
        )
    )
    if found is None:
        raise NotFoundError
    return found


def by_number(number: str) -> Certificate:
    """Return a certificate by its number, for staff. Raises NotFoundError."""
    found = db.session.scalar(select(Certificate).where(Certificate.number == number))
    if found is None:
        raise NotFoundError
    return found


def is_made(certificate: Certificate) -> bool:
    """Whether the worker has made the PDF."""
    return bool(
        db.session.scalar(select(exists().where(Document.certificate_id == certificate.id)))
    )


def document(certificate: Certificate) -> Document:
    """Return the PDF. Raises NotFoundError while it is being made."""
    found = db.session.scalar(
        select(Document)
        .options(undefer(Document.data))
        .where(Document.certificate_id == certificate.id)
    )
    if found is None:
        raise NotFoundError
    return found


def of_enrolments(enrolments: list[int]) -> dict[int, Certificate]:
    """Return the certificates of enrolments by enrolment id; of replaced ones the newest."""
    if not enrolments:
        return {}
    rows = db.session.scalars(
        select(Certificate).where(Certificate.enrolment_id.in_(enrolments)).order_by(Certificate.id)
    )
    return {row.enrolment_id: row for row in rows if row.enrolment_id is not None}


@dataclass(frozen=True, slots=True)
class Facts:
    """What an area may know of a certificate that it gave."""

    certificate_id: int
    number: str
    code: str
    state: State
    valid_until: date | None


def of_source(source: str) -> Certificate | None:
    """Return the certificate that `source` gave, or what replaced it; None when there is none."""
    found = db.session.scalar(select(Certificate).where(Certificate.source == source))
    while found is not None and found.status == Status.REPLACED:
        newer = successor(found)
        if newer is None:
            break
        found = newer
    return found


def holders_of_course(course_id: int, person_ids: Iterable[int], today: date) -> dict[int, str]:
    """Return the number of the valid certificate of a course, by person."""
    rows = db.session.execute(
        select(Certificate.person_id, Certificate.number)
        .where(
            Certificate.course_id == course_id,
            Certificate.person_id.in_(set(person_ids)),
            Certificate.status == Status.VALID,
            or_(Certificate.valid_until.is_(None), Certificate.valid_until >= today),
        )
        .order_by(Certificate.id)
    )
    return {row.person_id: row.number for row in rows}


def facts_of_source(source: str, today: date) -> Facts | None:
    """Return the certificate that `source` gave, or what replaced it; None when there is none."""
    found = of_source(source)
    if found is None:
        return None
    return Facts(found.id, found.number, found.code, state_of(found, today), found.valid_until)


def successor(certificate: Certificate) -> Certificate | None:
    """Return the certificate that replaces this one."""
    return db.session.scalar(
        select(Certificate).where(Certificate.source == f"replacement:{certificate.id}")
    )


def number_before(certificate: Certificate) -> str | None:
    """Return the number of the one whose document this one renews; None for any other one."""
    if not certificate.source.startswith("replacement:"):
        return None
    return db.session.scalar(
        select(Certificate.number)
        .join(HistoryEntry, HistoryEntry.certificate_id == Certificate.id)
        .where(
            Certificate.id == certificate.supersedes_id,
            HistoryEntry.status == Status.REPLACED,
            HistoryEntry.reason == NEW_DOCUMENT,
        )
    )


def proposal_of(certificate: Certificate) -> Proposal | None:
    """Return the revocation that waits for a second person."""
    return db.session.get(Proposal, certificate.id)


def waiting_proposals() -> list[tuple[Certificate, Proposal]]:
    """Return what waits for a second person, longest waiting first."""
    rows = db.session.execute(
        select(Certificate, Proposal)
        .join(Proposal, Proposal.certificate_id == Certificate.id)
        .order_by(Proposal.proposed_at)
    )
    return [(row[0], row[1]) for row in rows]


def by_share_code(code: str) -> Certificate:
    """Return the certificate of a link that its holder opened. Raises NotFoundError."""
    found = db.session.scalar(select(Certificate).where(Certificate.share_code == code.lower()))
    if found is None:
        raise NotFoundError
    return found


def credential(certificate: Certificate) -> str:
    """Return the signed credential as JSON. Raises NotFoundError while there is none."""
    found = db.session.scalar(
        select(Document.credential).where(Document.certificate_id == certificate.id)
    )
    if not found:
        raise NotFoundError
    return found


def signing_key(certificate: Certificate) -> str:
    """Return the name of the key under the stored credential; "" when there is none."""
    found = db.session.scalar(
        select(Document.credential).where(Document.certificate_id == certificate.id)
    )
    if not found:
        return ""
    return str(json.loads(found)["proof"][0]["verificationMethod"]).partition("#")[2]


def _signed_by(keys: Iterable[str], day: date) -> Select[int]:
    """Return the query of the ids of valid certificates whose credential one of these keys signed.

    The name of the key stands in the text, after everything that people wrote.
    """
    return (
        select(Certificate.id)
        .join(Document, Document.certificate_id == Certificate.id)
        .where(
            Certificate.status == Status.VALID,
            or_(Certificate.valid_until.is_(None), Certificate.valid_until >= day),
            or_(
                false(),
                *(
                    Document.credential.like(f'%"verificationMethod": "did:web:%#{key}"%')
                    for key in keys
                ),
            ),
        )
    )


def need_new_document(keys: Iterable[str], *, today: date) -> list[int]:
    """Return the ids of valid certificates that were signed with one of these keys, in order."""
    return list(db.session.scalars(_signed_by(keys, today).order_by(Certificate.id)))


def preview(certificate: Certificate) -> bytes:
    """Return page one as PNG. Raises NotFoundError while there is none."""
    found = db.session.scalar(
        select(Document.preview).where(Document.certificate_id == certificate.id)
    )
    if not found:
        raise NotFoundError
    return found


def by_hash(digest: str) -> Certificate | None:
    """Return the certificate whose document has this SHA-256."""
    return db.session.scalar(
        select(Certificate)
        .join(Document, Document.certificate_id == Certificate.id)
        .where(Document.content_hash == digest)
    )


def place_of(certificate: Certificate) -> StatusEntry:
    """Return the place in the status list."""
    return db.session.get_one(StatusEntry, certificate.id)


def revoked_places(number: int) -> list[int]:
    """Return the places of a status list whose certificate does not hold any more, in order."""
    return list(
        db.session.scalars(
            select(StatusEntry.place)
            .join(Certificate, Certificate.id == StatusEntry.certificate_id)
            .where(
                Certificate.status.in_((Status.REVOKED, Status.REPLACED)),
                StatusEntry.list == number,
            )
            .order_by(StatusEntry.place)
        )
    )


def has_list(number: int) -> bool:
    """Whether there is a status list with this number."""
    return bool(db.session.scalar(select(exists().where(StatusEntry.list == number))))


def past(actor: Actor) -> list[tuple[int, str, datetime]]:
    """Return finished courses of the actor that have no certificate yet."""
    finished = finished_of(actor.id)
    have = of_enrolments([enrolment for enrolment, _title, _at in finished])
    return [row for row in finished if row[0] not in have]


def templates() -> list[Template]:
    """Return the version in use of every template, by name."""
    newest = (
        select(Template.name, func.max(Template.version).label("version"))
        .group_by(Template.name)
        .subquery()
    )
    return list(
        db.session.scalars(
            select(Template)
            .join(
                newest,
                (newest.c.name == Template.name) & (newest.c.version == Template.version),
            )
            .order_by(Template.name)
        )
    )


def template(template_id: int) -> Template:
    """Return a version of a template with its logo. Raises NotFoundError."""
    found = db.session.scalar(
        select(Template).options(undefer(Template.logo)).where(Template.id == template_id)
    )
    if found is None:
        raise NotFoundError
    return found


def uses() -> dict[str, list[int]]:
    """Return the courses of each template by its name."""
    found: dict[str, list[int]] = {}
    for use in db.session.scalars(select(TemplateUse).order_by(TemplateUse.course_id)):
        found.setdefault(use.template, []).append(use.course_id)
    return found


def batches() -> list[Batch]:
    """Return the newest work on many certificates."""
    return list(db.session.scalars(select(Batch).order_by(Batch.id.desc()).limit(10)))


def batch(batch_id: int) -> Batch:
    """Return work on many certificates. Raises NotFoundError."""
    found = db.session.get(Batch, batch_id)
    if found is None:
        raise NotFoundError
    return found


# --- the staff's list --------------------------------------------------------------------------

FILTERS = ("valid", "expired", "suspended", "revoked", "replaced", "waiting", "proposed")


def _filtered(text: str, state: str, day: date) -> Select[Certificate]:
    query = select(Certificate)
    if text:
        like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.where(
            or_(
                Certificate.number.ilike(like, escape="\\"),
                Certificate.holder_name.ilike(like, escape="\\"),
                Certificate.title.ilike(like, escape="\\"),
            )
        )
    ended = (Certificate.valid_until.is_not(None)) & (Certificate.valid_until < day)
    made = exists().where(Document.certificate_id == Certificate.id)
    rules = {
        "valid": (Certificate.status == Status.VALID) & ~ended,
        "expired": (Certificate.status == Status.VALID) & ended,
        "waiting": ~made,
        "proposed": exists().where(Proposal.certificate_id == Certificate.id),
    }
    if state in rules:
        query = query.where(rules[state])
    elif state in FILTERS:
        query = query.where(Certificate.status == state)
    return query


def search(text: str, page: int, *, state: str = "", today: date) -> tuple[list[Certificate], int]:
    """Return a page of certificates whose number, name or title holds the text, newest first."""
    query = _filtered(text, state, today)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = db.session.scalars(
        query.order_by(Certificate.id.desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    )
    return list(rows), int(total)


def ids(text: str, *, state: str, today: date, most: int) -> list[int]:
    """Return the ids of the certificates that a search finds, newest first, at most `most`."""
    query = _filtered(text, state, today).with_only_columns(Certificate.id)
    return list(db.session.scalars(query.order_by(Certificate.id.desc()).limit(most)))


def rows(text: str, *, state: str, today: date) -> Iterator[Certificate]:
    """Yield every certificate that a search finds, for an export."""
    query = _filtered(text, state, today).order_by(Certificate.id.desc())
    yield from db.session.scalars(query.execution_options(yield_per=500))


def of_sources(sources: list[str]) -> dict[str, Certificate]:
    """Return the certificates of facts outside our courses, by source (c4)."""
    if not sources:
        return {}
    rows = db.session.scalars(select(Certificate).where(Certificate.source.in_(sources)))
    return {row.source: row for row in rows if row.source is not None}


def enrolments_with_certificate() -> Any:
    """Return the query of the enrolments that have a certificate."""
    return select(Certificate.enrolment_id).where(Certificate.enrolment_id.is_not(None))


def all_histories() -> Iterator[tuple[str, list[HistoryEntry]]]:
    """Yield the number and the history of every certificate that has one, oldest entry first."""
    rows = db.session.execute(
        select(Certificate.number, HistoryEntry)
        .join(Certificate, Certificate.id == HistoryEntry.certificate_id)
        .order_by(HistoryEntry.certificate_id, HistoryEntry.id)
        .execution_options(yield_per=1000)
    )
    for number, group in groupby(rows, key=lambda row: str(row[0])):
        yield number, [row[1] for row in group]
