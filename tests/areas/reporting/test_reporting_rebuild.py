"""The figures can be made again from the facts, and a wrong one is found."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from learnenv.areas.reporting import services
from learnenv.areas.reporting.commands import rebuild_figures
from learnenv.areas.reporting.models import Figure, PersonYear, Unique, UniqueMonth
from learnenv.kernel.db import db

# Around midnight of New Year, of both changes of the clock, and of 29 February.
EDGES = [
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in (
        "2023-12-31 22:59:59.999999",
        "2023-12-31 23:00:00",
        "2024-02-29 22:59:59",
        "2024-02-29 23:00:00",
        "2024-03-31 00:59:59",
        "2024-03-31 01:00:00",
        "2024-03-31 21:59:59",
        "2024-03-31 22:00:00",
        "2024-10-27 00:59:59",
        "2024-10-27 01:00:00",
        "2024-10-31 22:59:59.999999",
        "2024-10-31 23:00:00",
        "2024-12-31 22:59:59",
        "2024-12-31 23:00:00",
    )
]


@pytest.fixture
def filled(stage, world):
    with stage():
        homes = [
            world.organisation("Ministerie", "rijk"),
            world.organisation("Bureau", "extern"),
            None,
        ]
        courses = [world.course("Een"), world.course("Twee")]
        for number, at in enumerate(EDGES * 3):
            person = world.person(f"Naam {number}", homes[number % 3])
            enrolment = world.enrolment(person, courses[number % 2], at=at)
            if number % 2:
                world.complete(enrolment, at=at + timedelta(hours=3))
                world.certify(enrolment, at=at + timedelta(hours=5))


def everything():
    return [
        sorted(map(tuple, db.session.execute(select(model.__table__))))
        for model in (Figure, PersonYear, Unique, UniqueMonth)
    ]


def test_counting_along_and_counting_afterwards_agree(filled, stage):
    with stage():
        assert services.rebuild(True) == []
        before = everything()
        assert services.rebuild(False) == []
        assert everything() == before
        assert len(before[2]) > 5


def test_everything_can_be_made_from_nothing(filled, stage):
    with stage():
        before = everything()
        for model in (Figure, PersonYear, Unique, UniqueMonth):
            db.session.execute(delete(model))
        assert len(services.rebuild(False)) == sum(map(len, before))
        assert everything() == before


@pytest.mark.parametrize("model", [Figure, Unique, UniqueMonth])
def test_a_planted_difference_is_found_and_repaired(filled, stage, model):
    with stage():
        before = everything()
        row = db.session.execute(select(model.__table__).limit(1)).one()
        is_row = [
            getattr(model, c.name) == getattr(row, c.name) for c in model.__table__.primary_key
        ]
        db.session.execute(update(model).where(*is_row).values(count=row.count + 3))
        (found,) = services.rebuild(True)
        assert (found.table, found.stored, found.expected) == (
            model.__tablename__,
            (row.count + 3,),
            (row.count,),
        )
        assert services.rebuild(False) == [found]
        assert everything() == before


def test_a_figure_of_nothing_is_found(stage, filled):
    with stage():
        db.session.add(Unique(year=2031, month=1, day=1, organisation_id=1, count=4))
        db.session.flush()
        assert [d.stored for d in services.rebuild(True)] == [(4,)]


def test_the_command_says_so_with_its_exit_code(app, filled, stage):
    def run(*arguments):
        with app.app_context():
            return app.test_cli_runner().invoke(rebuild_figures, arguments)

    assert run("--check").exit_code == 0
    with stage():
        db.session.execute(update(Figure).values(count=Figure.count + 1))
    checked = run("--check")
    assert checked.exit_code == 1
    assert "differ" in checked.output
    assert run().exit_code == 0
    assert run("--check").exit_code == 0
