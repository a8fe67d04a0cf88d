"""A whole dossier in one file: complete, in order, for the archive or for the applicant (f17)."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import undefer

from learnenv.accounts.api import people_facts
from learnenv.areas.certification.models import Dossier, Evidence, Letter, ScanState
from learnenv.areas.certification.queries import dossiers
from learnenv.areas.certification.services import assessing
from learnenv.areas.certification.services.base import rules_of
from learnenv.kernel import uploads
from learnenv.kernel.db import db
from learnenv.web.exports import safe


def answer(dossier: Dossier, *, for_applicant: bool) -> Response:
    """Answer with the dossier as a zip; an applicant gets it without who assessed what."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("spoor.csv", _trail(dossier, for_applicant=for_applicant))
        archive.writestr(
            "dossier.json",
            json.dumps(
                _facts(dossier, for_applicant=for_applicant),
                ensure_ascii=False,
                indent=1,
                default=_text,
            ),
        )
        for row in _evidence(dossier.id):
            data = uploads.read(row.file) if row.scan == ScanState.CLEAN else None
            if data is not None:
                archive.writestr(f"bewijs/{row.id}-{row.name}", data)
        for decided in dossiers.decisions(dossier.id):
            letter = db.session.get(Letter, decided.decision.id, options=[undefer(Letter.data)])
            if letter is not None:
                archive.writestr(f"besluit-{decided.decision.number}.pdf", letter.data)
    response = Response(out.getvalue(), content_type="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=f"{dossier.number}.zip")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _evidence(dossier_id: int) -> list[Evidence]:
    from sqlalchemy import select

    return list(
        db.session.scalars(
            select(Evidence).where(Evidence.dossier_id == dossier_id).order_by(Evidence.id)
        )
    )


HIDDEN = {"scored", "assessor_asked", "assessor_released", "declared_conflict", "advise"}
"""Whose details tell who assessed and how: not for the applicant."""


def _trail(dossier: Dossier, *, for_applicant: bool) -> str:
    lines = dossiers.trail(dossier.id)
    people = people_facts([line.actor_id for line in lines if line.actor_id])
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["nummer", "moment (UTC)", "wie", "stap", "van", "naar", "details", "hash"])
    for line in lines:
        hidden = for_applicant and line.action in HIDDEN
        who = people.get(line.actor_id) if line.actor_id else None
        own = for_applicant and line.actor_id is not None and line.action in HIDDEN
        writer.writerow(
            [
                line.number,
                line.at.isoformat(),
                "" if own or who is None else safe(who.name),
                line.action,
                line.before,
                line.after,
                "" if hidden else json.dumps(line.details, ensure_ascii=False),
                line.hash,
            ]
        )
    return "\ufeff" + out.getvalue()


def _facts(dossier: Dossier, *, for_applicant: bool) -> dict[str, Any]:
    rules = rules_of(dossier.scheme)
    found: dict[str, Any] = {
        "number": dossier.number,
        "party": dossier.party.name,
        "kind": dossier.party.kind,
        "scheme": {"title": rules.title, "version": dossier.scheme.version},
        "state": dossier.state,
        "submitted_at": dossier.submitted_at,
        "revisions": [
            {"number": r.number, "at": r.at, "answers": r.answers, "evidence": r.evidence,
             "statement": r.statement}
            for r in dossiers.revisions(dossier.id)
        ],
        "questions": [
            {"asked_at": q.asked_at, "text": q.text, "answered_at": q.answered_at,
             "answer": q.answer}
            for q in dossiers.questions(dossier.id)
        ],
        "decisions": [
            {"number": d.decision.number, "outcome": d.decision.outcome,
             "grounds": d.decision.grounds, "conditions": d.decision.conditions,
             "percent": d.decision.percent, "decided_at": d.decision.decided_at,
             "objection": d.objection.text if d.objection else None}
            for d in dossiers.decisions(dossier.id)
        ],
        "complaints": [
            {"text": c.text, "made_at": c.made_at, "answer": c.answer}
            for c in dossiers.complaints(dossier.id)
        ],
    }  # fmt: skip
    if not for_applicant:
        found["advice"] = dossier.advice
        found["scores"] = [
            {"assessor": row.person_id, "summary": row.summary,
             "levels": {key: {"level": s.level, "note": s.note} for key, s in given.items()}}
            for row, given in assessing.all_scores(dossier.id)
        ]  # fmt: skip
    return found
