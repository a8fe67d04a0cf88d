"""Work on many certificates at once: what is missing, new documents, or one zip with all (d9).

The worker does it in small steps, each its own transaction, so that progress shows, a restart
goes on where it was, and no page waits for it.
"""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import undefer

from certificates.models import Batch, BatchState, Certificate, Document
from certificates.services import issuing
from learnenv.kernel import audit
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.errors import InvalidInputError
from learnenv.kernel.jobs import enqueue
from learnenv.kernel.permissions import Actor
from learnenv.kernel.transaction import transaction

JOB = "certificates.batch"
STEP = 25
"""Certificates in one transaction."""
MOST = 5_000


def start(kind: str, items: list[int], *, actor: Actor, at: datetime) -> Batch:
    """Ask the worker to `issue` for enrolments, to `renew` or to `zip` certificates."""
    if not items:
        raise InvalidInputError(_("There is nothing to do."))
    if len(items) > MOST:
        raise InvalidInputError(_("Choose %(number)s at most.", number=MOST))
    made = Batch(
        kind=kind, items=items, total=len(items), done=0, state=BatchState.RUNNING,
        asked_by=actor.id, asked_at=at, file="",
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    audit.record(
        "certificates.zip_asked"
        if kind == "zip"
        else ("renewal.asked" if kind == "renew" else "certificates.issue_asked"),
        f"batch:{made.id}",
        actor=actor,
        number=len(items),
    )
    enqueue(JOB, {"batch": made.id}, key=f"batch:{made.id}")
    return made


def start_all(kind: str, items: list[int], *, actor: Actor, at: datetime) -> list[Batch]:
    """Ask for work on however many there are, in as many batches as that takes."""
    parts = [items[first : first + MOST] for first in range(0, len(items), MOST)] or [[]]
    return [start(kind, part, actor=actor, at=at) for part in parts]


def run(payload: dict[str, Any], *, folder: Path) -> None:
    """Do the work; after a restart go on where it was. `folder` is where zips are kept."""
    batch_id = int(payload["batch"])
    with transaction(write=False):
        batch = db.session.get(Batch, batch_id)
        if batch is None or batch.state == BatchState.DONE:
            return
        kind, items, done = batch.kind, [int(item) for item in batch.items], batch.done
        asked_by = batch.asked_by
    name = f"certificaten-{batch_id}.zip"
    path = folder / name
    if kind == "zip":
        folder.mkdir(parents=True, exist_ok=True)
        if done == 0 or not path.exists():
            done = 0
            path.unlink(missing_ok=True)
    for first in range(done, len(items), STEP):
        part = items[first : first + STEP]
        if kind == "zip":
            _pack(path, part)
        with transaction():
            if kind == "issue":
                for enrolment in part:
                    issuing.issue_for_enrolment(enrolment, at=now())
            elif kind == "renew":
                for certificate in part:
                    issuing.renew_document(certificate, at=now(), actor_id=asked_by)
            _note(batch_id, done=first + len(part))
    with transaction():
        db.session.execute(
            update(Batch)
            .where(Batch.id == batch_id)
            .values(state=BatchState.DONE, file=name if kind == "zip" else "")
        )


def _note(batch_id: int, *, done: int) -> None:
    db.session.execute(update(Batch).where(Batch.id == batch_id).values(done=done))


def _pack(path: Path, part: list[int]) -> None:
    """Add documents to the zip; what is not made yet is left out."""
    with transaction(write=False):
        rows = db.session.execute(
            select(Certificate.number, Document)
            .join(Document, Document.certificate_id == Certificate.id)
            .options(undefer(Document.data))
            .where(Certificate.id.in_(part))
            .order_by(Certificate.id)
        ).all()
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:  # a PDF is packed already
        there = set(archive.namelist())
        for number, document in rows:
            name = f"certificaat-{number}.pdf"
            if name not in there:
                archive.writestr(name, document.data)
