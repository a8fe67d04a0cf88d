"""Made-up organisations, people and progress for `learnenv demo`.

The named accounts go through the same services as real people; the crowd behind them is written in
bulk, and the figures are then counted from it, as after any import.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from rich.progress import Progress
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from courses import queries
from courses.blocks.problem import grading
from courses.commands import import_path
from courses.models import Course, Enrolment
from courses.outline import Lesson, Outline
from courses.services import learning, quizzes
from learnenv.accounts import organisations, passwords, services
from learnenv.accounts.models import Organisation, Person, RoleAssignment, Scope, Tier
from learnenv.areas.reporting.services import rebuild
from learnenv.cli import demo_certification, demo_directory
from learnenv.cli.demo_crowd import Crowd
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.permissions import SYSTEM, Actor, Role
from learnenv.kernel.transaction import transaction

COURSES = ("werken-2.0", "working-openly")
# name, tier, mail domain, name of the organisation above it
ORGANISATIONS = (
    ("Ministerie van Leefomgeving", Tier.STATE, "minlo.example", ""),
    ("Dienst Regelingen Noord", Tier.AGENCY, "drn.example", "Ministerie van Leefomgeving"),
    ("Inspectie Bodem en Water", Tier.AGENCY, "ibw.example", "Ministerie van Leefomgeving"),
    ("Ministerie van Samenleving", Tier.STATE, "minsam.example", ""),
    ("Uitvoeringsdienst Toeslagzaken", Tier.AGENCY, "udt.example", "Ministerie van Samenleving"),
    ("Provincie Midden-Veen", Tier.PROVINCE, "middenveen.example", ""),
    ("Gemeente Oeverdam", Tier.MUNICIPALITY, "oeverdam.example", ""),
    ("Gemeente Zandhuizen", Tier.MUNICIPALITY, "zandhuizen.example", ""),
    ("Gemeente Nieuw-Terp", Tier.MUNICIPALITY, "nieuwterp.example", ""),
    ("Gemeente Heidebroek", Tier.MUNICIPALITY, "heidebroek.example", ""),
    ("Gemeente Kleikamp", Tier.MUNICIPALITY, "kleikamp.example", ""),
    ("Waterschap De Lage Landen", Tier.WATER_BOARD, "lagelanden.example", ""),
    ("Waterschap Vijfsluizen", Tier.WATER_BOARD, "vijfsluizen.example", ""),
    ("Omgevingsdienst Tussenstroom", Tier.JOINT, "tussenstroom.example", ""),
    ("Bureau Buitenkant", Tier.EXTERNAL, "buitenkant.example", ""),
)
# name, role, organisation: two people per role, in two organisations
ACCOUNTS = (
    ("Sanne de Vries", Role.LEARNER, "Gemeente Oeverdam"),
    ("Mehmet Yıldız", Role.LEARNER, "Ministerie van Leefomgeving"),
    ("Ingrid Bakker", Role.MANAGER, "Gemeente Oeverdam"),
    ("Ruben Hoekstra", Role.MANAGER, "Ministerie van Leefomgeving"),
    ("Fatima El Amrani", Role.AUTHOR, "Gemeente Oeverdam"),
    ("Joost van Dijk", Role.AUTHOR, "Ministerie van Leefomgeving"),
    ("Marit Smit", Role.PROGRAMME_MANAGER, "Ministerie van Leefomgeving"),
    ("Koen Peters", Role.PROGRAMME_MANAGER, "Gemeente Oeverdam"),
    ("Anouk Visser", Role.ADMINISTRATOR, "Gemeente Oeverdam"),
    ("Dirk Mulder", Role.ADMINISTRATOR, "Ministerie van Leefomgeving"),
    ("Hanneke Wolters", Role.COORDINATOR, "Provincie Midden-Veen"),
    ("Bram Jacobs", Role.COORDINATOR, "Waterschap Vijfsluizen"),
    ("Yara Simons", Role.ASSESSOR, "Gemeente Heidebroek"),
    ("Peter van Loon", Role.ASSESSOR, "Waterschap De Lage Landen"),
    ("Aisha Haddad", Role.ASSESSOR, "Omgevingsdienst Tussenstroom"),
    ("Willem Kuipers", Role.DECISION_MAKER, "Ministerie van Samenleving"),
    ("Esther Vos", Role.DECISION_MAKER, "Gemeente Kleikamp"),
    ("Nora Blom", Role.MODERATOR, "Provincie Midden-Veen"),
    ("Sem Verhoeven", Role.MODERATOR, "Gemeente Zandhuizen"),
    ("Lotte Mees", Role.LEARNER, "Bureau Buitenkant"),
    ("Thijs Aalders", Role.LEARNER, "Bureau Buitenkant"),
)


def course_folder(name: str) -> Path:
    """Return the folder of a course that comes with the site."""
    return Path(str(files("courses"))) / "content" / name


def make_site(size: int, bar: Progress) -> None:
    """Make courses, organisations, accounts and a crowd of `size` enrolments."""
    task = bar.add_task("Courses", total=len(COURSES))
    for name in COURSES:
        import_path(course_folder(name))
        bar.advance(task)
    organisations = _organisations()
    people = _accounts(organisations)
    werken = _course("werken-2.0")
    _half_way(people[0], werken)
    _finished(people[1], werken)
    moment = now()
    task = bar.add_task("Certification", total=1)
    demo_certification.make(
        {person.name: person for person in people},
        {name: role for name, role, _organisation in ACCOUNTS},
        moment,
    )
    bar.advance(task)
    task = bar.add_task("Gouden Gids", total=1)
    demo_directory.make({person.name: person for person in people}, moment)
    bar.advance(task)
    Crowd(
        size=size,
        organisations=list(organisations.values()),
        courses=[(c, queries.current(c)) for c in map(_course, COURSES)],
        now=moment,
    ).write(bar)
    task = bar.add_task("Figures", total=1)
    with transaction():
        rebuild(check=False)
    bar.advance(task)


def _course(slug: str) -> Course:
    return queries.course_by_slug(slug)


def _organisations() -> dict[str, Organisation]:
    made: dict[str, Organisation] = {}
    with transaction():
        for name, tier, domain, parent in ORGANISATIONS:
            made[name] = organisations.add_organisation(
                name=name, tier=tier, parent=made.get(parent), domains=(domain,), actor=SYSTEM
            )
    return made


def address_of(name: str, organisation: str) -> str:
    """Return the made-up address of a named account."""
    domain = next(d for n, _t, d, _p in ORGANISATIONS if n == organisation)
    first, *rest = name.lower().replace("ı", "i").replace("ë", "e").split()
    return f"{first}.{''.join(rest)}@{domain}".encode("ascii", "ignore").decode()


def _accounts(organisations: dict[str, Organisation]) -> list[Person]:
    people = []
    moment = now()
    with transaction():
        for name, role, organisation in ACCOUNTS:
            where = organisations[organisation]
            person = Person(
                email=address_of(name, organisation),
                name=name,
                password_hash="",
                organisation_id=where.id,
                job_title="",
                is_leader=role == Role.MANAGER,
                language="nl",
                is_active=True,
                created_at=moment,
            )
            db.session.add(person)
            db.session.flush()
            if role != Role.LEARNER:
                scoped = role == Role.MANAGER
                db.session.add(
                    RoleAssignment(
                        person_id=person.id,
                        role=role,
                        scope=Scope.ORGANISATION if scoped else Scope.SITE,
                        scope_id=where.id if scoped else 0,
                        granted_at=moment,
                    )
                )
            people.append(person)
    return people


def new_passwords(make: Callable[[], str]) -> list[dict[str, str]]:
    """Give the named accounts new passwords and return them, for printing once."""
    found = []
    with transaction():
        for name, role, organisation in ACCOUNTS:
            person = db.session.scalars(
                select(Person)
                .options(joinedload(Person.organisation))
                .where(Person.email == address_of(name, organisation))
            ).one()
            password = make()
            person.password_hash = passwords.make_hash(password)
            services.end_sessions(person.id)
            found.append(
                {
                    "role": role.value,
                    "organisation": organisation,
                    "name": name,
                    "email": person.email,
                    "password": password,
                }
            )
    return found


def _actor(person: Person) -> Actor:
    return Actor(
        person_id=person.id,
        name=person.name,
        email=person.email,
        organisation_id=person.organisation_id,
        roles=frozenset({Role.LEARNER}),
    )


def _do_lessons(enrolment: Enrolment, course: Course, number: int, start: datetime) -> None:
    """Finish the first `number` lessons and tests that are asked, a few a day, in order."""
    outline = queries.current(course)
    asked = [lesson for lesson in outline.lessons if lesson.required][:number]
    for place, lesson in enumerate(asked):
        moment = start + timedelta(hours=7 * place)
        if lesson.quiz is not None:
            _take_test(enrolment, outline, lesson, moment, wrong=2)
            continue
        for unit in lesson.units:
            learning.finish_unit(enrolment, outline, lesson, unit.id, at=moment)
            learning.remember_place(enrolment, unit.id, at=moment)
        for block in lesson.problems():
            grade = learning.Grade(earned=1.0, possible=1.0)
            learning.record_grade(enrolment, outline, block, grade, at=moment)
        if lesson.completion == "tick":
            learning.tick_lesson(enrolment, outline, lesson, at=moment)


def _take_test(
    enrolment: Enrolment, outline: Outline, test: Lesson, moment: datetime, *, wrong: int
) -> None:
    """Hand in a test with the last `wrong` questions left open."""
    attempt = quizzes.start(enrolment, outline, test, at=moment)
    answers: dict[str, tuple[dict[str, Any], bool]] = {}
    for question in attempt.questions[: len(attempt.questions) - wrong]:
        problem = quizzes.problem_of(attempt, question)
        seed = quizzes.seed_of(attempt, question)
        response = {q.id: grading.right_response(q, seed=seed) for q in problem.questions}
        answers[question] = (response, False)
    quizzes.save(attempt, answers, at=moment)
    quizzes.hand_in(attempt, enrolment, at=moment + timedelta(minutes=21))


def _half_way(person: Person, course: Course) -> None:
    start = now() - timedelta(days=9)
    with transaction():
        enrolment = learning.enrol(course=course, actor=_actor(person), at=start)
        _do_lessons(enrolment, course, 3, start)


def _finished(person: Person, course: Course) -> None:
    start = now() - timedelta(days=40)
    with transaction():
        enrolment = learning.enrol(course=course, actor=_actor(person), at=start)
        tests = [
            x for x in queries.current(course).lessons if x.quiz is not None and not x.required
        ]
        for test in tests:  # the self-test first, half of it not known yet
            _take_test(enrolment, queries.current(course), test, start, wrong=6)
        _do_lessons(enrolment, course, len(queries.current(course).lessons), start)
