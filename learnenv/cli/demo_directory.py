"""A made-up Gouden Gids and pilot projects for `learnenv demo`.

All of it goes through the same verbs as real trainings and reviews, at moments in the past.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from learnenv.accounts.models import Person
from learnenv.areas.directory.models import Kind, Offering, Participation, Provider, Session
from learnenv.areas.directory.services import (
    bookings,
    offerings,
    providers,
    requests,
    reviews,
    shortlists,
)
from learnenv.areas.directory.services.offerings import Facts, When
from learnenv.areas.directory.services.providers import Profile
from learnenv.areas.directory.services.requests import Draft
from learnenv.areas.pilots.models import Pilot, Side
from learnenv.areas.pilots.services import posting, running
from learnenv.kernel.db import db
from learnenv.kernel.permissions import SYSTEM, Actor, Role
from learnenv.kernel.places import find
from learnenv.kernel.transaction import transaction

# name, kind, summary, themes, region, place, price of a day, days free
PROFILES: tuple[tuple[Any, ...], ...] = (
    ("Lotte Mees", Kind.ADVISER, "Ik help gemeenten om samen met inwoners beleid te maken.",
     ("open-overheid", "participatie"), "utrecht", "Amersfoort", 950, 6),
    ("Bureau Buitenkant", Kind.AGENCY, "Wij begeleiden teams die over grenzen heen samenwerken.",
     ("online-samenwerken", "leiderschap"), "landelijk", "Utrecht", 1200, 10),
    ("Academie Dichtbij", Kind.INSTITUTE, "Korte trainingen voor iedereen die voor publiek werkt.",
     ("kennisdelen", "data", "sociale-media"), "gelderland", "Arnhem", None, None),
)  # fmt: skip
# Agencies and institutes that staff listed from public facts, and that nobody manages yet.
LISTED = (
    ("Bureau Noordwest", Kind.AGENCY, "noord-holland", "Alkmaar", ("participatie",)),
    ("De Omslag Advies", Kind.AGENCY, "zuid-holland", "Leiden", ("leiderschap",)),
    ("Instituut Publiek Leren", Kind.INSTITUTE, "landelijk", "Den Haag", ("kennisdelen",)),
    ("Praktisch & Partners", Kind.AGENCY, "gelderland", "Apeldoorn", ("informatiebeheer",)),
    ("Leerhuis Noorderlicht", Kind.INSTITUTE, "friesland", "Leeuwarden", ("kennisdelen",)),
    ("Kompas & Koers", Kind.AGENCY, "overijssel", "Zwolle", ("informatiebeheer", "data")),
)
TERMS = "Tot 14 dagen vooraf annuleren kost niets. Daarna betaal je de helft."
# provider, title, summary, goals, form, level, price, minutes, themes, places
TRAININGS: tuple[tuple[Any, ...], ...] = (
    ("Academie Dichtbij", "Helder schrijven op B1", "Schrijf brieven die iedereen begrijpt.",
     ("Je schrijft op taalniveau B1", "Je herkent moeilijke zinnen"),
     "op-locatie", "basis", 395, 480, ("toegankelijkheid",), ("Zwolle", "Arnhem", "Utrecht")),
    ("Academie Dichtbij", "Aan de slag met data", "Van een spreadsheet naar een goed besluit.",
     ("Je stelt een goede vraag aan data", "Je herkent een misleidende grafiek"),
     "gemengd", "basis", 495, 720, ("data",), ("Arnhem",)),
    ("Bureau Buitenkant", "Vergaderen zonder vergadering", "Minder overleg, betere afspraken.",
     ("Je kiest wat een overleg waard is", "Je legt besluiten vast waar iedereen ze vindt"),
     "online", "basis", 0, 120, ("online-samenwerken",), ("",)),
    ("Bureau Buitenkant", "Leidinggeven aan een netwerk", "Sturen zonder baas te zijn.",
     ("Je verdeelt rollen", "Je houdt een netwerk in beweging"),
     "op-locatie", "gevorderd", 895, 960, ("leiderschap",), ("Utrecht", "Zwolle")),
)  # fmt: skip
OPINIONS = (
    (
        "Sanne de Vries",
        (5, 5, 4, 4),
        "Ik schrijf nu echt korter. We oefenden met eigen brieven, dus ik kon meteen verder.",
    ),
    (
        "Mehmet Yıldız",
        (4, 5, 4, 3),
        "Goede uitleg en een trainer die doorvraagt. De zaal was klein voor de groep.",
    ),
    (
        "Ingrid Bakker",
        (4, 4, 5, 4),
        "Nuttig voor het hele team. Wij gebruiken de checklist nu bij elke brief.",
    ),
    (
        "Koen Peters",
        (2, 3, 2, 3),
        "Voor wie al veel schrijft is het te gemakkelijk. Vraag eerst naar het niveau.",
    ),
)


def make(people: dict[str, Person], now: datetime) -> None:
    """Make profiles, trainings, bookings, reviews, choices and pilots."""
    actors = {name: _actor(person) for name, person in people.items()}
    owner = actors["Lotte Mees"]
    with transaction():
        own = {row[0]: _profile(row, owner, now) for row in PROFILES}
        _listed(now)
    with transaction():
        made = {row[1]: _training(own[row[0]], row, now) for row in TRAININGS}
    with transaction():
        _reviewed(made["Helder schrijven op B1"], own["Academie Dichtbij"], actors, now)
    with transaction():
        _waiting(own, made, actors, now)
    with transaction():
        _pilots(own, actors, now)


def _actor(person: Person) -> Actor:
    return Actor(
        person_id=person.id, name=person.name, email=person.email, language=person.language,
        organisation_id=person.organisation_id, roles=frozenset({Role.LEARNER}),
    )  # fmt: skip


def _profile(row: tuple[Any, ...], owner: Actor, now: datetime) -> Provider:
    """Fill in the profile that the register made for who was certified."""
    name, kind, summary, themes, region, place, rate, free = row
    found = db.session.scalars(select(Provider).where(Provider.name == name)).one()
    profile = Profile(
        kind=kind, name=name, summary=summary,
        about="Wij werken met je eigen vragen en voorbeelden. Na zes weken kijken we samen wat er "
        "veranderd is in het werk, en wat nog nodig is.",
        website="https://buitenkant.example", email=owner.email, phone="030 123 45 67",
        region=region, place=place, themes=tuple(themes),
        day_rate=rate, days_free=free,
    )  # fmt: skip
    providers.save(found, profile, actor=owner, at=now - timedelta(days=90))
    providers.show(found, actor=owner, at=now - timedelta(days=90))
    return found


def _listed(now: datetime) -> None:
    for name, kind, region, place, themes in LISTED:
        made = providers.blank(kind, name, at=now, source="import", actor=SYSTEM)
        known = find(place)
        made.region, made.themes = region, list(themes)
        made.place = known.key if known is not None else None
        made.is_listed = True
        db.session.add(made)
        providers.settle(made)


def _training(provider: Provider, row: tuple[Any, ...], now: datetime) -> Offering:
    _name, title, summary, goals, form, level, price, minutes, themes, places = row
    made = offerings.add(
        provider,
        Facts(
            title=title, summary=summary, goals=tuple(goals),
            about="We wisselen uitleg en oefening af. Je neemt een eigen voorbeeld mee.",
            form=form, level=level, price=price, minutes=minutes,
            covers="Lesmateriaal en lunch" if form == "op-locatie" else "Lesmateriaal", terms=TERMS,
            accessibility="De zaal is zonder drempels. Materiaal werkt met een schermlezer.",
            themes=tuple(themes),
        ),
        publish=True, actor=SYSTEM, at=now,
    )  # fmt: skip
    for number, place in enumerate(places):
        start = (now + timedelta(days=20 + 14 * number)).replace(hour=8, minute=30, second=0,
                                                                 microsecond=0)  # fmt: skip
        offerings.plan(
            made,
            When(starts_at=start, ends_at=start + timedelta(hours=7), place=place,
                 address="Stationsplein 1" if place else "",
                 link="" if place else "https://overleg.example/zaal", seats=12),
            actor=SYSTEM, at=now,
        )  # fmt: skip
    return made


def _reviewed(
    offering: Offering, provider: Provider, actors: dict[str, Actor], now: datetime
) -> None:
    """Let a training have been given, with an attendance list and reviews."""
    then = now - timedelta(days=60)
    start = (then + timedelta(days=20)).replace(hour=8, minute=30, second=0, microsecond=0)
    past = offerings.plan(
        offering,
        When(starts_at=start, ends_at=start + timedelta(hours=7), place="Utrecht",
             address="Stationsplein 1", seats=12),
        actor=SYSTEM, at=then,
    )  # fmt: skip
    held = bookings.hold(past.id)
    seats = [
        bookings.book(held, "", actor=actors[name], at=then + timedelta(days=1)).id
        for name, _scores, _text in OPINIONS
    ]
    bookings.mark(held, seats, organiser=actors["Lotte Mees"], at=start + timedelta(hours=8))
    for number, (name, scores, text) in enumerate(OPINIONS):
        fact = db.session.scalars(
            select(Participation).where(
                Participation.person_id == actors[name].id,
                Participation.offering_id == offering.id,
            )
        ).one()
        given = dict(zip(("content", "guidance", "use", "organisation"), scores, strict=True))
        moment = start + timedelta(days=2 + number)
        made = reviews.write(fact, given, text, actor=actors[name], at=moment)
        if number == 1:
            found = reviews.published(made.id)
            reviews.reply(
                found, "Dank je wel. De volgende keer boeken we een grotere zaal.",
                actor=actors["Lotte Mees"], at=moment + timedelta(days=1),
            )  # fmt: skip
    worst = reviews.published(made.id)
    reviews.report(
        worst, "Deze beoordeling gaat volgens mij over een andere training.",
        actor=actors["Marit Smit"], at=now - timedelta(days=1),
    )  # fmt: skip
    assert provider.id == worst.provider_id


def _waiting(
    own: dict[str, Provider],
    made: dict[str, Offering],
    actors: dict[str, Actor],
    now: datetime,
) -> None:
    """Let things wait: seats, a change of name, a claim, a list and a request."""
    for title in ("Vergaderen zonder vergadering", "Helder schrijven op B1"):
        session = db.session.scalars(
            select(Session)
            .where(Session.offering_id == made[title].id, Session.starts_at > now)
            .order_by(Session.starts_at)
            .limit(1)
        ).one()
        held = bookings.hold(session.id)
        for name in ("Sanne de Vries", "Ruben Hoekstra"):
            bookings.book(
                held, "Een ringleiding" if name.startswith("Ruben") else "", actor=actors[name],
                at=now - timedelta(days=3),
            )  # fmt: skip
    academy = own["Academie Dichtbij"]
    profile = Profile(
        kind=academy.kind, name="Academie Dichtbij en Online", summary=academy.summary,
        about=academy.about, website=academy.website, email=academy.email, phone=academy.phone,
        region=academy.region, place="Arnhem", themes=tuple(academy.themes),
        day_rate=academy.day_rate, days_free=academy.days_free,
    )  # fmt: skip
    providers.save(academy, profile, actor=actors["Lotte Mees"], at=now - timedelta(days=2))
    listed = db.session.scalars(select(Provider).where(Provider.name == "Kompas & Koers")).one()
    providers.claim(
        listed, "Ik ben de office manager. Mijn naam staat op de contactpagina.",
        actor=actors["Thijs Aalders"], at=now - timedelta(days=1),
    )  # fmt: skip
    who = actors["Mehmet Yıldız"]
    mine = shortlists.make("Schrijftraining voor ons team", actor=who, at=now - timedelta(days=5))
    shortlists.add(
        mine, provider_id=academy.id, offering_id=made["Helder schrijven op B1"].id, actor=who,
        at=now - timedelta(days=5),
    )  # fmt: skip
    shortlists.add(mine, provider_id=listed.id, offering_id=None, actor=who, at=now)
    requests.ask(
        Draft(
            kind="quotation", title="Schrijftraining voor twaalf collega's",
            about="Wij schrijven brieven over vergunningen en willen dat iedereen ze begrijpt.",
            questions=("Hoe pak je het aan?", "Wanneer kun je beginnen?"),
            deadline_at=now + timedelta(days=10), provider_ids=(academy.id,),
        ),
        actor=who, at=now - timedelta(days=1),
    )  # fmt: skip
    providers.set_label(
        own["Bureau Buitenkant"], actors["Ingrid Bakker"].organisation_id or 0, has_contract=True,
        note="Bestel via inkoop, contract 2026-017.", until=None, actor=_manager(actors), at=now,
    )  # fmt: skip


def _manager(actors: dict[str, Actor]) -> Actor:
    who = actors["Ingrid Bakker"]
    return Actor(
        person_id=who.person_id, name=who.name, email=who.email, language=who.language,
        organisation_id=who.organisation_id, roles=frozenset({Role.LEARNER, Role.MANAGER}),
        managed=frozenset({who.organisation_id or 0}),
    )  # fmt: skip


def _pilots(own: dict[str, Provider], actors: dict[str, Actor], now: datetime) -> None:
    """Make a pilot that looks for guidance, one that runs and one that ended."""
    agency, guide = own["Bureau Buitenkant"], actors["Lotte Mees"]

    def post(title: str, leader: Actor, at: datetime, theme: str) -> Pilot:
        return posting.post(
            posting.Draft(
                title=title,
                question="Ons team verliest uren aan overleg. Kan het ook anders?",
                help="Iemand die het team twee maanden begeleidt en helpt meten.", theme=theme,
                region="utrecht", starts_on=at.date() + timedelta(days=20),
                ends_on=at.date() + timedelta(days=140), budget=9000,
                measure="Uren overleg per persoon per week", before="11",
                needed_on=at.date() - timedelta(days=12), baseline_days=90, baseline_euros=14000,
            ),
            actor=leader, at=at,
        )  # fmt: skip

    def start(pilot: Pilot, leader: Actor, at: datetime) -> None:
        posting.invite(pilot, agency.id, actor=leader, at=at)
        asked = posting.invitations(pilot.id)[0]
        posting.offer(
            asked, pilot, approach="Acht bijeenkomsten op de werkplek, en een meting voor en na.",
            price=7200, days=6, actor=guide, at=at + timedelta(days=4),
        )  # fmt: skip
        posting.choose(
            pilot, asked.id, "Past bij ons thema en begint met meten.", actor=leader,
            at=at + timedelta(days=9),
        )  # fmt: skip

    def work(pilot: Pilot, leader: Actor, at: datetime) -> None:
        for days, text, side in (
            (20, "Gesprekken met het team en een nulmeting.", Side.GUIDANCE),
            (34, "Twee vaste overleggen geschrapt, besluiten in één document.", Side.ORGANISATION),
        ):
            entry = running.Entry(
                day=(at + timedelta(days=days)).date(), text=text, hours=6,
                euros=1200 if side == Side.GUIDANCE else 0,
            )  # fmt: skip
            who = guide if side == Side.GUIDANCE else leader
            running.write_line(pilot, entry, side=side, actor=who, at=at + timedelta(days=days))
            running.next_stage(pilot, actor=leader)

    sanne, mehmet = actors["Sanne de Vries"], actors["Mehmet Yıldız"]
    ended = post("Minder overleg in team Vergunningen", sanne, now - timedelta(days=330),
                 "online-samenwerken")  # fmt: skip
    start(ended, sanne, now - timedelta(days=330))
    work(ended, sanne, now - timedelta(days=315))
    running.next_stage(ended, actor=sanne)
    running.close(
        ended, outcome="yes",
        result="Het team overlegt nog zes uur per week. Besluiten staan in één document.",
        lessons="Begin met meten. En schrap eerst één overleg, dan pas de rest.", after="6",
        actor=sanne, at=now - timedelta(days=190),
    )  # fmt: skip
    running.review_organisation(
        ended, {"question": 5, "time": 4, "use": 5}, "Een team dat echt wilde proberen.",
        actor=guide, at=now - timedelta(days=185),
    )  # fmt: skip
    busy = post("Samen schrijven over de grens van directies", mehmet, now - timedelta(days=60),
                "online-samenwerken")  # fmt: skip
    start(busy, mehmet, now - timedelta(days=60))
    work(busy, mehmet, now - timedelta(days=50))
    running.next_stage(busy, actor=mehmet)  # so that it can be closed
    post("Inwoners laten meedenken over de wijk", sanne, now - timedelta(days=3), "participatie")
