"""Making the PDF of a certificate: the worker's job, the only place that loads WeasyPrint."""

from __future__ import annotations

import hashlib
from typing import Any

from certificates import mails
from certificates.content import content_of
from certificates.models import Certificate, Document
from certificates.rendering import render_pdf
from certificates.sealing import NoSeal
from learnenv.accounts.api import person_facts
from learnenv.kernel.clock import now
from learnenv.kernel.db import db, insert
from learnenv.kernel.transaction import transaction


def make_document(payload: dict[str, Any]) -> None:
    """Make the PDF of a certificate and mail the holder: the worker's job, safe to run twice."""
    certificate_id = int(payload["certificate"])
    with transaction(write=False):
        certificate = db.session.get(Certificate, certificate_id)
        if certificate is None or db.session.get(Document, certificate_id) is not None:
            return
        content = content_of(certificate)
    sealer = NoSeal()
    drawn = render_pdf(content, sealed=sealer.seals)
    data = sealer.seal(drawn)  # no transaction is open while it takes its time
    with transaction():
        made = db.session.execute(
            insert(Document)
            .values(
                certificate_id=certificate_id,
                content_hash=hashlib.sha256(data).hexdigest(),
                data=data,
                made_at=now(),
            )
            .on_conflict_do_nothing(index_elements=["certificate_id"])
            .returning(Document.certificate_id)
        ).scalar()
        if made is not None:
            mails.ready(certificate, person_facts(certificate.person_id))
