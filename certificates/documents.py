"""Making the document of a certificate: the worker's job, the only place that draws.

Everything is made and checked before anything is stored, so a broken key, a timestamp server that
does not answer or a full disk leaves the certificate waiting: tried again, reported, never half.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import update
from sqlalchemy.orm import undefer

from certificates import mails, queries
from certificates.content import content_of, credential_facts
from certificates.credentials import verifying
from certificates.keeping import keeper, seal_settings
from certificates.models import Certificate, Document, StatusEntry, Template
from certificates.rendering import Attached, UndrawableName, UndrawableText, preview_png, render_pdf
from certificates.sealing import Sealer, SealProblem, SealSettings, sealer_from
from learnenv.accounts.api import PersonFacts, person_facts
from learnenv.kernel.clock import now
from learnenv.kernel.db import db, insert
from learnenv.kernel.transaction import transaction

PREVIEW_WIDTH = 1200


class NotGood(RuntimeError):  # noqa: N818 - it names what was met
    """What was made does not pass our own check: it is not stored."""


@dataclass(frozen=True, slots=True)
class Made:
    """A finished document."""

    pdf: bytes
    credential: str
    preview: bytes
    seal: str


def make_document(payload: dict[str, Any]) -> None:
    """Make what belongs to a certificate and mail the holder: safe to run twice."""
    certificate_id = int(payload["certificate"])
    with transaction(write=False):
        certificate = db.session.get(Certificate, certificate_id)
        if certificate is None or db.session.get(Document, certificate_id) is not None:
            return
        template = (
            db.session.get(Template, certificate.template_id, options=[undefer(Template.logo)])
            if certificate.template_id
            else None
        )
        place = db.session.get_one(StatusEntry, certificate_id)
        person = person_facts(certificate.person_id)
    try:
        # No transaction is open while it takes its time.
        made = make(certificate, template, place, person, sealer())
    except Exception as error:
        with transaction():
            db.session.execute(
                update(Certificate)
                .where(Certificate.id == certificate_id)
                .values(problem=_told(error)[:500])
            )
        raise
    _store(certificate, person, made)


def _told(error: Exception) -> str:
    """Return what went wrong as `kind: details`; the staff's page says it in words."""
    if isinstance(error, UndrawableName):
        return f"name: {' '.join(error.characters)}"
    if isinstance(error, UndrawableText):
        return f"text: {error.field} {' '.join(error.characters)}"
    if isinstance(error, SealProblem):
        return f"seal: {error}"
    return f"other: {type(error).__name__}: {error}"


@lru_cache(maxsize=1)
def _opened(settings: SealSettings, _stamp: tuple[str, ...]) -> Sealer:
    return sealer_from(settings)


def sealer() -> Sealer:
    """Return what seals on this site now: opened once, because a device or a pass phrase is slow.

    A renewed key is seen at the next certificate.
    """
    settings = seal_settings()
    return _opened(settings, settings.stamp())


def make(
    certificate: Certificate,
    template: Template | None,
    place: StatusEntry,
    person: PersonFacts,
    seal: Sealer,
) -> Made:
    """Return the document: drawn, with the credential in it, sealed, and checked."""
    keys = keeper()
    with transaction(write=False):  # ends here: on SQLite nobody can store what was read long ago
        facts = credential_facts(certificate, template, place, person.email)
        content = content_of(certificate, template, paper=keys.fragment(facts))
    signed = keys.credential(facts, now()) if keys.can_issue else None
    attached: tuple[Attached, ...] = ()
    written = ""
    if signed is not None:
        written = json.dumps(signed, ensure_ascii=False, indent=1)
        told = json.dumps(keys.did_document(), ensure_ascii=False, indent=1)
        attached = (
            _file("credential.json", "Open Badges 3.0", written, "Alternative", certificate),
            _file("did.json", "DID document", told, "Supplement", certificate),
        )
    drawn = render_pdf(
        content, attachments=attached, sealed=seal.seals, development=seal.is_development
    )
    try:
        sealed = seal.seal(drawn)
    except SealProblem:
        _opened.cache_clear()  # a device that went away is opened anew at the next attempt
        raise
    if signed is not None:
        _check(signed)
    return Made(sealed, written, preview_png(drawn, PREVIEW_WIDTH), seal.subject)


def _file(
    name: str,
    description: str,
    text: str,
    relationship: Literal["Alternative", "Supplement"],
    certificate: Certificate,
) -> Attached:
    return Attached(
        name=name,
        description=description,
        data=text.encode(),
        relationship=relationship,
        at=certificate.issued_at,
    )


def _check(credential: dict[str, Any]) -> None:
    """Look at the credential as a stranger would, before it is stored; the sealer does so too."""
    verdict = verifying.verify(credential, keeper().ring, now())
    wrong = set(verdict.reasons) - {verifying.EXPIRED, verifying.NOT_YET}
    if wrong:
        raise NotGood(f"the credential does not verify: {', '.join(sorted(wrong))}")


def _store(certificate: Certificate, person: PersonFacts, made: Made) -> None:
    with transaction():
        stored = db.session.execute(
            insert(Document)
            .values(
                certificate_id=certificate.id,
                content_hash=hashlib.sha256(made.pdf).hexdigest(),
                data=made.pdf,
                credential=made.credential,
                preview=made.preview,
                seal=made.seal,
                made_at=now(),
            )
            .on_conflict_do_nothing(index_elements=["certificate_id"])
            .returning(Document.certificate_id)
        ).scalar()
        if stored is None:
            return
        db.session.execute(
            update(Certificate).where(Certificate.id == certificate.id).values(problem="")
        )
        old_number = queries.number_before(certificate)
        if old_number is None:
            mails.ready(certificate, person)
        else:
            mails.renewed(certificate, person, old_number=old_number)
