"""Makes a certification house: staff, an applicant, and dossiers as far as a test wants them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from learnenv.accounts.models import Organisation, Person
from learnenv.areas.certification.models import (
    Dossier,
    Kind,
    Outcome,
    Party,
    Registration,
)
from learnenv.areas.certification.rules import Rules
from learnenv.areas.certification.services import (
    applying,
    assessing,
    base,
    deciding,
    handling,
    interviews,
    parties,
    proofs,
    schemes,
)
from learnenv.areas.certification.services.parties import PartyFacts
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.permissions import SYSTEM, Actor, Role
from learnenv.kernel.transaction import transaction
from tests.factories import make_organisation, make_person

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
    b"trailer<</Root 1 0 R/Size 4>>\n%%EOF\n"
)
STAFF = {
    "coordinator": Role.COORDINATOR,
    "coordinator_2": Role.COORDINATOR,
    "assessor_1": Role.ASSESSOR,
    "assessor_2": Role.ASSESSOR,
    "assessor_3": Role.ASSESSOR,
    "decider": Role.DECISION_MAKER,
    "decider_2": Role.DECISION_MAKER,
}


def actor_of(person: Person, *roles: Role) -> Actor:
    return Actor(
        person_id=person.id,
        name=person.name,
        email=person.email,
        language=person.language,
        organisation_id=person.organisation_id,
        roles=frozenset({Role.LEARNER, *roles}),
    )


@dataclass
class House:
    """The people, and the verbs in order."""

    people: dict[str, Person] = field(default_factory=dict)
    places: dict[str, Organisation] = field(default_factory=dict)

    applicant: str = "Zeldzaamnaam Vries"
    """Name of the applicant; its first word is what no blind page may show."""

    @classmethod
    def make(cls) -> House:
        house = cls()
        base.forget_rules()
        for name, role in STAFF.items():
            place = make_organisation(f"Instelling van {name}")
            house.places[name] = place
            house.people[name] = make_person(
                f"Staf {name}", organisation=place, roles=[(role, None)]
            )
        own = make_organisation("Bureau Zeldzaamnaam", tier="extern")
        house.places["applicant"] = own
        house.people["applicant"] = make_person("Zeldzaamnaam Vries", organisation=own)
        with transaction():
            schemes.publish_shipped(actor=SYSTEM, at=now())
        return house

    def actor(self, name: str) -> Actor:
        return actor_of(self.people[name], *([STAFF[name]] if name in STAFF else []))

    def party(self, kind: Kind = Kind.ADVISER, name: str = "") -> Party:
        with transaction():
            made = parties.add_party(
                PartyFacts(
                    kind=kind,
                    name=name or self.applicant,
                    email="zeldzaam@zeldzaamnaam.example",
                    website="https://zeldzaamnaam.example",
                    themes=("open-overheid", "participatie"),
                    organisation_id=self.places["applicant"].id,
                ),
                actor=self.actor("applicant"),
                at=now(),
                source="application",
            )
            who = self.people["applicant"]
            parties.add_member(made, email=who.email, at=now(), is_owner=True, person_id=who.id)
        return made

    def begin(self, party: Party | None = None, *, at: datetime | None = None) -> Dossier:
        party = party or self.party()
        with transaction():
            return applying.begin(party, actor=self.actor("applicant"), at=at or now())

    def fill(self, dossier: Dossier, *, at: datetime | None = None) -> Rules:
        """Answer everything, add all evidence, and meet every entry rule."""
        moment = at or now()
        rules = rules_of(dossier)
        with transaction():
            held = base.hold(dossier.id)
            applying.save_answers(
                held, good_answers(rules), actor=self.actor("applicant"), at=moment
            )
            for rule in rules.eligibility:
                if rule.exempt:
                    applying.claim_exemption(held, rule.key, rule.exempt[0], at=moment)
            for asked in rules.evidence:
                proofs.add_evidence(
                    held,
                    proofs.NewEvidence(
                        key=asked.key,
                        data=PDF,
                        name=f"zeldzaamnaam-{asked.key}.pdf",
                        issued_on=moment.date() - timedelta(days=10),
                        expires_on=None if asked.months_valid else date(2031, 1, 1),
                    ),
                    actor=self.actor("applicant"),
                    at=moment,
                )
        return rules

    def handed_in(self, kind: Kind = Kind.ADVISER, *, at: datetime | None = None) -> Dossier:
        dossier = self.begin(self.party(kind), at=at)
        self.fill(dossier, at=at)
        with transaction():
            held = base.hold(dossier.id)
            applying.hand_in(held, agrees=True, actor=self.actor("applicant"), at=at or now())
        return dossier

    def assigning(self, kind: Kind = Kind.ADVISER) -> Dossier:
        dossier = self.handed_in(kind)
        with transaction():
            handling.accept(dossier.id, note="", actor=self.actor("coordinator"), at=now())
        return dossier

    def assessing(self, kind: Kind = Kind.ADVISER) -> Dossier:
        dossier = self.assigning(kind)
        with transaction():
            handling.assign(
                dossier.id,
                [self.people["assessor_1"].id, self.people["assessor_2"].id],
                actor=self.actor("coordinator"),
                at=now(),
            )
        for name in ("assessor_1", "assessor_2"):
            self.declare(dossier, name)
        return dossier

    def declare(self, dossier: Dossier, name: str) -> None:
        with transaction():
            assessing.declare(
                dossier.id, independent=True, text="", actor=self.actor(name), at=now()
            )

    def interview(self, dossier: Dossier) -> None:
        """Offer, book and hold an interview."""
        start = now() + timedelta(days=2)
        start = start.replace(minute=0, second=0, microsecond=0)
        with transaction():
            made = interviews.offer(
                dossier.id, start=start, end=start + timedelta(hours=1), place="Zaal 1",
                actor=self.actor("assessor_1"), at=now(),
            )  # fmt: skip
        with transaction():
            interviews.book(dossier.id, made.id, actor=self.actor("applicant"), at=now())
        with transaction():
            interviews.report(
                dossier.id, made.id, "Gesproken over de praktijk.",
                actor=self.actor("assessor_1"), at=start + timedelta(hours=2),
            )  # fmt: skip

    def score(self, dossier: Dossier, name: str, level: int | dict[str, int] = 3) -> None:
        """Give levels and hand them in."""
        rules = rules_of(dossier)
        who = self.actor(name)
        with transaction():
            for criterion in rules.criteria:
                given = level if isinstance(level, int) else level.get(criterion.key, 3)
                assessing.score(
                    dossier.id, criterion.key, given, "Zie bewijs.", actor=who, at=now()
                )
            assessing.hand_in(dossier.id, "Mijn oordeel.", actor=who, at=now())

    def advising(self, kind: Kind = Kind.ADVISER, level: int = 3) -> Dossier:
        dossier = self.assessing(kind)
        if kind == Kind.ADVISER:
            self.interview(dossier)
        for name in ("assessor_1", "assessor_2"):
            self.score(dossier, name, level)
        return dossier

    def deciding(self, kind: Kind = Kind.ADVISER, level: int = 3) -> Dossier:
        dossier = self.advising(kind, level)
        with transaction():
            handling.advise(dossier.id, "Verlenen.", actor=self.actor("coordinator"), at=now())
        return dossier

    def decided(
        self, outcome: Outcome = Outcome.GRANTED, kind: Kind = Kind.ADVISER, **more: Any
    ) -> Dossier:
        dossier = self.deciding(kind)
        with transaction():
            deciding.decide(
                dossier.id, outcome, grounds="De scores zijn voldoende.",
                conditions="Lever het verslag na." if outcome == Outcome.CONDITIONS else "",
                actor=self.actor("decider"), at=now(), **more,
            )  # fmt: skip
        return dossier

    def registered(self, kind: Kind = Kind.ADVISER) -> Registration:
        dossier = self.decided(kind=kind)
        return registration_of(dossier)


def registration_of(dossier: Dossier) -> Registration:
    with transaction(write=False):
        return db.session.scalars(
            select(Registration)
            .options(joinedload(Registration.party), joinedload(Registration.scheme))
            .where(Registration.party_id == dossier.party_id)
            .execution_options(populate_existing=True)
        ).one()


def reload(dossier: Dossier) -> Dossier:
    with transaction(write=False):
        return db.session.scalars(
            select(Dossier)
            .options(joinedload(Dossier.party), joinedload(Dossier.scheme))
            .where(Dossier.id == dossier.id)
            .execution_options(populate_existing=True)
        ).one()


def rules_of(dossier: Dossier) -> Rules:
    return base.rules_of(reload(dossier).scheme)


def good_answers(rules: Rules) -> dict[str, str]:
    greens = {r.question: r.green for r in rules.eligibility if r.rule == "number"}
    found = {}
    for q in rules.questions:
        if q.kind == "number":
            found[q.key] = f"{greens.get(q.key, 5):g}"
        elif q.kind == "yes_no":
            found[q.key] = "yes"
        elif q.kind == "choice":
            found[q.key] = q.options[0]
        elif q.kind == "url":
            found[q.key] = "https://zeldzaamnaam.example/over"
        elif q.identifying:
            found[q.key] = "Zeldzaamnaam"
        else:
            found[q.key] = f"Antwoord op {q.key}."
    return found
