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
from learnenv.areas.certification.services import applying, assessing
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


SHOWN = {
    "begin", "evidence_added", "evidence_removed", "hand_in", "answer", "withdraw", "grant",
    "refuse", "set_aside", "interview_booked", "interview_cancelled", "objected", "complained",
}  # fmt: skip
"""Whose details an applicant gets: the others tell who assessed, and how."""


def _trail(dossier: Dossier, *, for_applicant: bool) -> str:
    lines = dossiers.trail(dossier.id)
    people = people_facts([line.actor_id for line in lines if line.actor_id])
    own = set(applying.people_of(dossier.party_id))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["nummer", "moment (UTC)", "wie", "stap", "van", "naar", "details", "hash"])
    for line in lines:
        # An applicant reads the own names only: assessors stay unknown.
        named = line.actor_id in people and (not for_applicant or line.actor_id in own)
        is_hidden = for_applicant and line.action not in SHOWN
        writer.writerow(
            [
                line.number,
                line.at.isoformat(),
                safe(people[line.actor_id].name) if named and line.actor_id else "",
                line.action,
                line.before,
                line.after,
                "" if is_hidden else json.dumps(line.details, ensure_ascii=False),
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
    found["exemptions"] = dossier.exemptions
    found["interviews"] = [
        {"starts_at": i.starts_at, "place": i.place, "held_at": i.held_at, "report": i.report}
        for i in dossiers.interviews(dossier.id)
    ]
    found["objections"] = [
        {"made_at": d.objection.made_at, "text": d.objection.text,
         "hearing": d.objection.hearing, "verdict": d.objection.verdict,
         "grounds": d.objection.grounds}
        for d in dossiers.decisions(dossier.id) if d.objection
    ]  # fmt: skip
    if not for_applicant and assessing.all_in(dossier):
        found["advice"] = dossier.advice
        found["assessors"] = [
            {"assessor": a.person_id, "state": a.state, "declared_at": a.declared_at,
             "declaration": a.declaration}
            for a in dossiers.assignments(dossier.id)
        ]  # fmt: skip
        found["scores"] = [
            {"assessor": row.person_id, "summary": row.summary,
             "levels": {key: {"level": s.level, "note": s.note} for key, s in given.items()}}
            for row, given in assessing.all_scores(dossier.id)
        ]  # fmt: skip
    return found
