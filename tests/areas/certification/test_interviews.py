"""f9: interviews by slots; a double booking is impossible."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from learnenv.areas.certification.models import Interview, Kind, Reserved
from learnenv.areas.certification.services import applying, base, interviews
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, InvalidInputError
from learnenv.kernel.transaction import transaction
from tests.factories.certification import House, reload
from tests.threads import together

START = (now() + timedelta(days=5)).replace(minute=0, second=0, microsecond=0)
HOUR = timedelta(hours=1)


def offer(house: House, dossier, start=START, end=START + HOUR, name: str = "assessor_1"):
    with transaction():
        return interviews.offer(
            dossier.id, start=start, end=end, place="Zaal 1", actor=house.actor(name), at=now()
        )


def test_f9_an_offer_is_booked_once_and_everybody_can_put_it_in_a_calendar(house: House) -> None:
    dossier = house.assessing()
    first, second = offer(house, dossier), offer(house, dossier, START + HOUR, START + 2 * HOUR)
    who = house.actor("applicant")
    with transaction():
        interviews.book(dossier.id, first.id, actor=who, at=now())
    with pytest.raises(DomainError, match="already"), transaction():
        interviews.book(dossier.id, second.id, actor=who, at=now())
    with transaction(write=False):
        found = interviews.booked(dossier.id)
        assert found is not None
        text = interviews.calendar_file(reload(dossier), found).decode()
        assert "BEGIN:VEVENT" in text
        assert START.strftime("DTSTART:%Y%m%dT%H%M%SZ") in text
        assert "Zaal 1" in text
    with transaction():
        interviews.cancel(dossier.id, first.id, actor=who, at=now())
    with transaction():
        interviews.book(dossier.id, second.id, actor=who, at=now())
    with transaction(write=False):
        assert db.session.scalar(select(func.count()).select_from(Reserved)) == 3 * 4


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (-HOUR, timedelta(0), "starts_at"),
        (HOUR, HOUR, "ends_at"),
        (HOUR, 6 * HOUR, "ends_at"),
    ],
)
def test_f9_a_time_must_be_possible(house: House, start, end, field: str) -> None:
    dossier = house.assessing()
    with pytest.raises(InvalidInputError) as caught:
        offer(house, dossier, now() + start, now() + end)
    assert caught.value.field == field


def test_f9_an_assessor_who_is_away_is_not_offered(house: House) -> None:
    dossier = house.assessing()
    with transaction():
        interviews.block(house.actor("assessor_2"), START - HOUR, START + HOUR / 2)
    with pytest.raises(InvalidInputError, match="not free"):
        offer(house, dossier)
    with transaction():
        interviews.unblock(house.actor("assessor_2"), START - HOUR, START + HOUR / 2)
    offer(house, dossier)


def test_f9_two_dossiers_cannot_book_the_same_assessor(house: House, app: Flask) -> None:
    """Eight at once, two dossiers, overlapping times: exactly one gets it, on both databases."""
    dossiers = [house.assessing()]
    other = house.party(Kind.TRAINING, "Andere opleiding")
    second = house.begin(other)
    house.fill(second)
    with transaction():
        applying.hand_in(
            base.hold(second.id), agrees=True, actor=house.actor("applicant"), at=now()
        )
    from learnenv.areas.certification.services import handling

    pair = [house.people["assessor_1"].id, house.people["assessor_2"].id]
    with transaction():
        handling.accept(second.id, note="", actor=house.actor("coordinator"), at=now())
        handling.assign(second.id, pair, actor=house.actor("coordinator"), at=now())
    dossiers.append(second)
    slots = [
        offer(house, dossiers[0]),
        offer(house, dossiers[1], START + HOUR / 2, START + HOUR * 3 / 2),
    ]
    who = house.actor("applicant")
    pairs = [(dossiers[n % 2].id, slots[n % 2].id) for n in range(8)]

    def book(place: int) -> str:
        try:
            with transaction():
                interviews.book(*pairs[place], actor=who, at=now())
        except DomainError as error:
            return error.message
        return "booked"

    answers = together(app, 8, book)
    assert answers.count("booked") == 1, answers
    with transaction(write=False):
        booked = db.session.scalars(select(Interview).where(Interview.booked_at.is_not(None))).all()
        assert len(booked) == 1
        assert db.session.scalar(select(func.count()).select_from(Reserved)) == 3 * 4
