"""Made-up advisers, agencies and trainings for `learnenv demo`, in every state of certification.

All of it goes through the same verbs as real applications, at moments in the past.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from learnenv.accounts.models import Person
from learnenv.areas.certification.models import Dossier, Kind, Outcome, Registration
from learnenv.areas.certification.rules import Rules
from learnenv.areas.certification.services import (
    applying,
    assessing,
    base,
    deciding,
    declaring,
    handling,
    interviews,
    parties,
    points,
    pool,
    proofs,
    questions,
    register,
    schemes,
)
from learnenv.areas.certification.services.parties import PartyFacts
from learnenv.kernel.db import db
from learnenv.kernel.permissions import SYSTEM, Actor, Role
from learnenv.kernel.transaction import transaction

PAPER = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
    b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
    b"4 0 obj<</Length 62>>stream\nBT /F1 18 Tf 72 770 Td (Fictief bewijsstuk, demonstratie) Tj ET"
    b"\nendstream endobj\ntrailer<</Root 1 0 R/Size 5>>\n%%EOF\n"
)
SENTENCES = (
    (
        "Afgelopen jaar begeleidde ik een gemeente die bewoners online wilde laten meedenken. "
        "We begonnen klein, met één wijk, en maten na drie maanden wat er veranderde."
    ),
    (
        "Ik leg afspraken vast in een plan van aanpak. Daarin staat wat we openbaar maken, wat "
        "niet, en wie daarover besluit."
    ),
    (
        "Na elke opdracht vraag ik de opdrachtgever en de deelnemers wat het opleverde. De "
        "uitkomst zet ik in een kort verslag."
    ),
)
# kind, name, region, themes, days ago that it was certified
CERTIFIED = (
    (Kind.ADVISER, "Lotte Mees", "utrecht", ("open-overheid", "participatie"), 300),
    (Kind.AGENCY, "Bureau Buitenkant", "landelijk", ("online-samenwerken", "leiderschap"), 800),
    (Kind.TRAINING, "Webcare voor gemeenten", "zuid-holland", ("sociale-media",), 120),
    (Kind.INSTITUTE, "Academie Dichtbij", "gelderland", ("kennisdelen", "data"), 1440),
)
RUNNING = (
    (Kind.TRAINING, "Leergang Werken met data", "noord-brabant", ("data",), "assessing", 30),
    (Kind.AGENCY, "Kompas & Koers", "overijssel", ("informatiebeheer",), "screening", 30),
    (Kind.TRAINING, "Helder schrijven online", "groningen", ("toegankelijkheid",), "advising", 50),
    (Kind.INSTITUTE, "Leerhuis Noorderlicht", "friesland", ("kennisdelen",), "deciding", 60),
    (Kind.AGENCY, "Buro Helder", "limburg", ("digitale-dienstverlening",), "question", 5),
    (Kind.ADVISER, "Thijs Aalders", "zeeland", ("data", "open-overheid"), "draft", 2),
)
KNOWN = (
    (Kind.ADVISER, "Femke Postma", "friesland"), (Kind.ADVISER, "Rachid Bouali", "utrecht"),
    (Kind.ADVISER, "Joke van Veen", "drenthe"), (Kind.AGENCY, "De Omslag Advies", "zuid-holland"),
    (Kind.AGENCY, "Praktisch & Partners", "gelderland"),
    (Kind.INSTITUTE, "Instituut Publiek Leren", "landelijk"),
    (Kind.TRAINING, "Online participatie in de praktijk", "noord-holland"),
    (Kind.TRAINING, "Vergaderen zonder vergadering", "limburg"),
)  # fmt: skip


@dataclass
class Cast:
    """Who plays which part."""

    applicant: Actor
    second: Actor
    coordinator: Actor
    assessors: list[Actor]
    decider: Actor


def _actor(person: Person, role: Role) -> Actor:
    return Actor(
        person_id=person.id,
        name=person.name,
        email=person.email,
        language=person.language,
        organisation_id=person.organisation_id,
        roles=frozenset({Role.LEARNER, role}),
    )


def make(people: dict[str, Person], roles: dict[str, Role], now: datetime) -> None:
    """Make schemes, an inventory, a pool of assessors, a register and running dossiers."""
    with transaction():
        schemes.publish_shipped(actor=SYSTEM, at=now - timedelta(days=1600))
    actors = {name: _actor(person, roles[name]) for name, person in people.items()}

    def of(role: Role) -> list[Actor]:
        return [actors[name] for name, held in roles.items() if held == role]

    cast = Cast(
        applicant=actors["Lotte Mees"],
        second=actors["Thijs Aalders"],
        coordinator=of(Role.COORDINATOR)[0],
        assessors=of(Role.ASSESSOR),
        decider=of(Role.DECISION_MAKER)[0],
    )
    _pool(cast)
    for kind, name, region, themes, days in CERTIFIED:
        _certified(cast, kind, name, region, themes, now - timedelta(days=days))
    for kind, name, region, themes, state, days in RUNNING:
        with transaction():
            _until(cast, kind, name, region, themes, state, now - timedelta(days=days))
    _known(cast, now)
    _changes(cast, now)


def _pool(cast: Cast) -> None:
    abilities = (
        (["adviser", "agency"], ["open-overheid", "participatie", "leiderschap"]),
        (["training", "institute"], ["data", "kennisdelen", "sociale-media"]),
        (["agency", "training"], ["informatiebeheer", "toegankelijkheid"]),
    )
    with transaction():
        for actor, (kinds, themes) in zip(cast.assessors, abilities, strict=False):
            pool.save_profile(
                actor.id, kinds=kinds, themes=themes, most=6, is_available=True,
                actor=cast.coordinator,
            )  # fmt: skip


def _answers(rules: Rules) -> dict[str, str]:
    greens = {r.question: r.green for r in rules.eligibility if r.rule == "number"}
    found = {}
    for place, question in enumerate(rules.questions):
        found[question.key] = {
            "number": f"{greens.get(question.key, 6):g}",
            "yes_no": "yes",
            "choice": question.options[0] if question.options else "",
            "url": "https://buitenkant.example/over-ons",
        }.get(question.kind, SENTENCES[place % len(SENTENCES)])
    return found


def _begin(
    cast: Cast,
    kind: Kind,
    name: str,
    region: str,
    themes: tuple[str, ...],
    at: datetime,
) -> Dossier:
    who = cast.second if name == cast.second.name else cast.applicant
    facts = PartyFacts(
        kind=kind,
        name=name,
        email=who.email,
        website="https://buitenkant.example",
        region=region,
        themes=themes,
        organisation_id=who.organisation_id,
    )
    party = parties.add_party(facts, actor=who, at=at, source="application")
    parties.add_member(party, email=who.email, at=at, is_owner=True, person_id=who.id)
    dossier = applying.begin(party, actor=who, at=at)
    held = base.hold(dossier.id)
    rules = base.rules_of(held.scheme)
    if name == cast.second.name:
        applying.save_answers(held, dict(list(_answers(rules).items())[:4]), actor=who, at=at)
        return held
    applying.save_answers(held, _answers(rules), actor=who, at=at)
    for rule in rules.eligibility:
        if rule.exempt:
            applying.claim_exemption(held, rule.key, rule.exempt[0], at=at)
    for asked in rules.evidence:
        proofs.add_evidence(
            held,
            proofs.NewEvidence(
                key=asked.key,
                data=PAPER,
                name=f"{asked.key}.pdf",
                issued_on=at.date() - timedelta(days=20),
                expires_on=None if asked.months_valid else at.date() + timedelta(days=1500),
            ),
            actor=who,
            at=at,
        )
    applying.hand_in(held, agrees=True, actor=who, at=at + timedelta(days=1))
    return held


def _until(
    cast: Cast,
    kind: Kind,
    name: str,
    region: str,
    themes: tuple[str, ...],
    state: str,
    at: datetime,
) -> Dossier:
    """Bring an application as far as `state`, a few days a step."""
    dossier = _begin(cast, kind, name, region, themes, at)
    if state in ("draft", "screening"):
        return dossier
    if state == "question":
        handling.ask(
            dossier.id,
            "In je bewijs van resultaat staat niet wie de opdrachtgever was. Vul je dat aan?",
            actor=cast.coordinator,
            at=at + timedelta(days=3),
        )
        return dossier
    at += timedelta(days=6)
    handling.accept(dossier.id, note="Volledig.", actor=cast.coordinator, at=at)
    listed = handling.candidates(base.hold(dossier.id), day=at.date())
    chosen = [c.person_id for c in listed if not c.against][:2]
    at += timedelta(days=2)
    handling.assign(dossier.id, chosen, actor=cast.coordinator, at=at)
    working = [a for a in cast.assessors if a.person_id in chosen]
    rules = base.rules_of(base.hold(dossier.id).scheme)
    for actor in working:
        assessing.declare(dossier.id, independent=True, text="", actor=actor, at=at)
    if state == "assessing":
        return dossier
    if rules.interview == "required":
        _interview(cast, dossier, working[0], at)
    for number, actor in enumerate(working):
        at += timedelta(days=4)
        for place, criterion in enumerate(rules.criteria):
            assessing.score(
                dossier.id, criterion.key, 3 + (place + number) % 2,
                "Het bewijs laat dit zien, met een concreet voorbeeld.", actor=actor, at=at,
            )  # fmt: skip
        assessing.hand_in(
            dossier.id, "Voldoet aan de criteria; sterk in de praktijk.", actor=actor, at=at
        )
    if state == "advising":
        return dossier
    at += timedelta(days=3)
    handling.advise(
        dossier.id, "Beide beoordelaars komen ruim boven de norm. Advies: verlenen.",
        actor=cast.coordinator, at=at,
    )  # fmt: skip
    if state == "deciding":
        return dossier
    deciding.decide(
        dossier.id, Outcome.GRANTED,
        grounds="Beide beoordelaars vinden dat u aan alle criteria voldoet. Uw opdrachten laten "
        "zien dat u organisaties helpt om open en online te werken.",
        actor=cast.decider, at=at + timedelta(days=4),
    )  # fmt: skip
    return dossier


def _interview(cast: Cast, dossier: Dossier, assessor: Actor, at: datetime) -> None:
    start = (at + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    made = interviews.offer(
        dossier.id, start=start, end=start + timedelta(hours=1), place="Online", actor=assessor,
        at=at,
    )  # fmt: skip
    interviews.book(dossier.id, made.id, actor=cast.applicant, at=at)
    interviews.report(
        dossier.id, made.id, "Gesproken over twee opdrachten en over integriteit.",
        actor=assessor, at=start + timedelta(hours=2),
    )  # fmt: skip


def _certified(
    cast: Cast, kind: Kind, name: str, region: str, themes: tuple[str, ...], at: datetime
) -> None:
    with transaction():
        dossier = _until(cast, kind, name, region, themes, "granted", at - timedelta(days=35))
        parties.give_consent(base.hold(dossier.id).party, actor=cast.applicant, at=at)


def _known(cast: Cast, now: datetime) -> None:
    with transaction():
        made = [
            parties.add_party(
                PartyFacts(
                    kind=kind,
                    name=name,
                    email=f"info@{''.join(c for c in name.lower() if c.isalpha())}.example",
                    region=region,
                ),
                actor=cast.coordinator,
                at=now - timedelta(days=40),
            )
            for kind, name, region in KNOWN
        ]
        parties.invite(made[:4], actor=cast.coordinator, at=now - timedelta(days=10))
        last = parties.last_invitation(made[1].id)
        if last is not None:
            parties.answer_invitation(last, "declined", at=now - timedelta(days=8))


def _changes(cast: Cast, now: datetime) -> None:
    """Let things happen in the register: an interruption, points, questions."""
    with transaction():
        entries = {
            e.party_id: e
            for e in db.session.scalars(select(Registration).order_by(Registration.id))
        }
        agency, institute = (list(entries.values())[place] for place in (1, 3))
        # Declared every year, and the agency was suspended for a month in the second one.
        for entry, moments in ((agency, (460, 95)), (institute, (1100, 735, 370))):
            for days in moments:
                if entry.declare_by is not None:
                    declaring.declare(
                        entry.id, "Er is niets veranderd.", actor=cast.applicant,
                        at=now - timedelta(days=days),
                    )  # fmt: skip
        register.suspend(
            agency.id, "Onderzoek na een melding van een opdrachtgever.",
            actor=cast.coordinator, at=now - timedelta(days=400),
        )  # fmt: skip
        register.lift(
            agency.id, "De melding bleek onterecht.", actor=cast.coordinator,
            at=now - timedelta(days=370),
        )  # fmt: skip
        for number, kind in enumerate(("meeting", "meeting", "pilot", "course")):
            points.count(
                cast.applicant.id, kind=kind, source=f"demo:{number}", title="Voorbeeld",
                at=now - timedelta(days=30 * number),
            )  # fmt: skip
        asked = questions.ask(
            kind="adviser", text="Telt een opdracht bij een provincie ook mee?",
            actor=cast.second, at=now - timedelta(days=20),
        )  # fmt: skip
        questions.answer(
            asked, shown_text="Telt een opdracht bij een provincie ook mee?",
            text="Ja. Elke opdracht voor een overheidsorganisatie telt mee.",
            actor=cast.coordinator, at=now - timedelta(days=18),
        )  # fmt: skip
        questions.ask(
            kind="training", text="Mag een opleiding ook helemaal online zijn?",
            actor=cast.second, at=now - timedelta(days=2),
        )  # fmt: skip
