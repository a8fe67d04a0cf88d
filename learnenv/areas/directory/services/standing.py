"""What the register says of providers and trainings, taken over in the transaction of the fact.

The register is another area: it tells by `StandingChanged`, and a job asks it again each day, so
that nothing can stay behind (f13). That a certification ended by its date is seen without being
told: `Provider.is_certified` compares days.
"""

from __future__ import annotations

from sqlalchemy import and_, or_, select

from learnenv.accounts.api import PersonFacts, people_facts
from learnenv.areas.directory import mails
from learnenv.areas.directory.models import PEOPLE, Kind, Member, Offering, Provider
from learnenv.areas.directory.services import offerings, providers
from learnenv.kernel.db import db
from learnenv.kernel.letters import Words
from learnenv.kernel.permissions import SYSTEM
from learnenv.kernel.search import folded
from learnenv.kernel.shared_events import StandingChanged
from learnenv.kernel.slots import collect
from learnenv.kernel.taxonomy import REGIONS

TRAINING = "training"


def on_standing(event: StandingChanged) -> None:
    """Take over what a certified party is from now on."""
    if event.kind == TRAINING:
        _training(event)
    else:
        _provider(event)


def _provider(event: StandingChanged) -> None:
    found = db.session.scalar(select(Provider).where(Provider.party_id == event.party_id))
    if found is None:
        found = _same_name(event) or _new(event, Kind(event.kind))
        found.party_id = event.party_id
    found.standing, found.certified_until = event.standing, event.valid_until
    found.register_number, found.certified_themes = event.number, list(event.themes)
    providers.settle(found)


def _same_name(event: StandingChanged) -> Provider | None:
    """Return the one profile that this must be: of the same person, or listed and of nobody yet."""
    if event.person_id is None:
        return None
    of_person = Member.person_id == event.person_id
    nobody = and_(Member.id.is_(None), Provider.kind.not_in(PEOPLE), Provider.is_listed)
    found = db.session.scalar(
        select(Provider)
        .outerjoin(Member, Member.provider_id == Provider.id)
        .where(
            or_(of_person, nobody),
            Provider.kind == event.kind,
            Provider.folded_name == folded(event.name),
            Provider.party_id.is_(None),
        )
        .order_by(Member.id.is_(None), Provider.id)
        .limit(1)
    )
    if found is not None:
        _let_act(found, event)
    return found


def _new(event: StandingChanged, kind: Kind) -> Provider:
    """Make a profile that waits for the consent of who is certified; nothing of it shows (P35)."""
    made = providers.blank(kind, event.name, at=event.at, source="register", actor=SYSTEM)
    made.region = event.region if event.region in REGIONS else "landelijk"
    made.themes = list(event.themes)
    if not made.is_person:
        made.organisation_id = event.organisation_id
    db.session.add(made)
    db.session.flush()
    for person in _let_act(made, event):
        mails.tell(
            [person], _invitation(made.name), path=f"/gids/beheer/{made.id}",
            key=f"certified:{made.id}",
        )  # fmt: skip
    return made


def _let_act(provider: Provider, event: StandingChanged) -> list[PersonFacts]:
    """Let whose certificate it is act for the profile."""
    who = people_facts([event.person_id]) if event.person_id is not None else {}
    for person in who.values():
        providers.add_member(provider, email=person.email, person_id=person.person_id, at=event.at)
    return list(who.values())


def _invitation(name: str) -> Words:
    from flask_babel import gettext as _

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("%(name)s can be found in the Gouden Gids", name=name),
            (
                _("Your certification stands in the register. In the Gouden Gids organisations"
                  " look for advisers and trainings."),
                _("There is a profile for you. Nothing of it shows until you say so."),
            ),
            _("Complete the profile"),
        )  # fmt: skip

    return words


def _training(event: StandingChanged) -> None:
    found = db.session.scalar(select(Offering).where(Offering.party_id == event.party_id))
    if found is None:
        found = _same_title(event) or _new_training(event)
        found.party_id = event.party_id
    found.standing, found.certified_until = event.standing, event.valid_until
    found.register_number = event.number
    providers.settle(db.session.get_one(Provider, found.provider_id))


def _same_title(event: StandingChanged) -> Offering | None:
    if event.person_id is None:
        return None
    return db.session.scalar(
        select(Offering)
        .join(Member, Member.provider_id == Offering.provider_id)
        .where(
            Member.person_id == event.person_id,
            Offering.title == event.name,
            Offering.party_id.is_(None),
        )
        .limit(1)
    )


def _new_training(event: StandingChanged) -> Offering:
    """Put the training under the profile of who asked for the certification."""
    own = None
    if event.person_id is not None:
        own = db.session.scalar(
            select(Provider)
            .join(Member, Member.provider_id == Provider.id)
            .where(Member.person_id == event.person_id)
            .order_by(Provider.id)
            .limit(1)
        )
    if own is None:
        person = people_facts([event.person_id] if event.person_id is not None else [])
        name = next(iter(person.values())).name if person else event.name
        own = _new(
            StandingChanged(
                registration_id=event.registration_id, party_id=event.party_id,
                number=event.number, kind=Kind.TRAINER, name=name,
                organisation_id=event.organisation_id, standing=event.standing,
                valid_until=event.valid_until, themes=event.themes, at=event.at,
                region=event.region, person_id=event.person_id,
            ),
            Kind.TRAINER,
        )  # fmt: skip
    made = offerings.blank(own, event.name, at=event.at)
    made.themes = list(event.themes)
    db.session.add(made)
    db.session.flush()
    return made


def catch_up() -> int:
    """Ask the register for everything it has, and take over what differs; return how many."""
    changed = 0
    for told in (event for part in collect("register.standings") for event in part):
        if _differs(told):
            on_standing(told)
            changed += 1
    return changed


def _differs(event: StandingChanged) -> bool:
    kept: tuple[object, ...]
    told: tuple[object, ...] = (event.standing, event.valid_until, event.number)
    if event.kind == TRAINING:
        training = db.session.scalar(select(Offering).where(Offering.party_id == event.party_id))
        if training is None:
            return True
        kept = (training.standing, training.certified_until, training.register_number)
        return kept != told
    found = db.session.scalar(select(Provider).where(Provider.party_id == event.party_id))
    if found is None:
        return True
    kept = (found.standing, found.certified_until, found.register_number, found.certified_themes)
    return kept != (*told, list(event.themes))
