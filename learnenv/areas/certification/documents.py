"""Making the letter of a decision: the worker's job, the only place that draws it."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from learnenv.accounts.api import people_facts
from learnenv.areas.certification import mails
from learnenv.areas.certification.models import Decision, Dossier, Letter
from learnenv.areas.certification.paper import FONTS
from learnenv.kernel import pdf
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db, insert
from learnenv.kernel.letters import in_language
from learnenv.kernel.site import site_name, site_url
from learnenv.kernel.transaction import transaction


def html_of(decision: Decision, dossier: Dossier) -> str:
    """Return the letter as HTML, in Dutch: the language of the administration (Awb 2:6)."""
    with in_language("nl"):
        return render_template(
            "certification/letter.html",
            decision=decision,
            dossier=dossier,
            party=dossier.party,
            title=dossier.scheme.rules["title"],
            site=site_name(),
            page=site_url(f"/certificering/dossiers/{dossier.number}"),
            decided_by=people_facts([decision.decided_by]).get(decision.decided_by),
            decided_on=today(decision.decided_at),
        )


def make_letter(payload: dict[str, Any]) -> None:
    """Make the letter and mail the applicant: safe to run twice."""
    with transaction(write=False):
        decision = db.session.get(Decision, int(payload["decision"]))
        if decision is None or db.session.get(Letter, decision.id) is not None:
            return
        dossier = db.session.scalars(
            select(Dossier)
            .options(joinedload(Dossier.party), joinedload(Dossier.scheme))
            .where(Dossier.id == decision.dossier_id)
        ).one()
        html = html_of(decision, dossier)
    data = pdf.render(html, fonts=FONTS)  # no transaction is open while it takes its time
    with transaction():
        db.session.execute(
            insert(Letter)
            .values(
                decision_id=decision.id,
                data=data,
                digest=hashlib.sha256(data).hexdigest(),
                made_at=now(),
            )
            .on_conflict_do_nothing(index_elements=["decision_id"])
        )

        def words() -> tuple[str, tuple[str, ...], str]:
            return (
                _("Decision on your application %(number)s", number=dossier.number),
                (_("We decided on your application. The letter is on the page of your"
                   " application. It says what you can do if you do not agree."),),
                _("Read the decision"),
            )  # fmt: skip

        mails.tell_applicant(dossier, words, key=f"decision:{decision.id}")
