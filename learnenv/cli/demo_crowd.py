"""A crowd of any size, written in bulk: a million enrolments in minutes."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rich.progress import Progress
from sqlalchemy import func, select
from sqlalchemy import insert as plain_insert

from certificates.codes import CROCKFORD
from certificates.history import hash_of
from certificates.models import Certificate, HistoryEntry, StatusEntry
from certificates.services.issuing import LIST_FILL, LIST_SIZE
from courses.models import Course, Enrolment, ItemProgress
from courses.outline import Outline
from learnenv.accounts.models import Organisation, Person
from learnenv.kernel.clock import calendar_year, today
from learnenv.kernel.db import db
from learnenv.kernel.transaction import transaction

CHUNK = 5_000
PLACE_STEP = 51_787
SECOND_COURSE = 0.2
"""Share of the enrolments that are a second course of somebody who has one already."""
FIRST = tuple(
    "Anna Bram Carmen Daan Eva Femke Gijs Hanna Ilse Jan Karim Lotte Maarten Nadia Oscar Petra "
    "Quinten Rosa Sander Tess Umar Vera Willem Xandra Yasmin Zeynep Bas Chantal Dennis Els "
    "Frank Gülay Henk Iris Jeroen Kim Luuk Mila Noor Omar Pim Roel Sofie Thijs Wout Youssef".split(
        " "
    )
)
LAST = tuple(
    "Bakker Bos Brouwer Dekker Dijkstra Groen Haan Jacobs Jansen Kaya Koning Kuipers Maas Meijer "
    "Molenaar Mulder Öztürk Peeters Postma Prins Schouten Singh Smit Verbeek Vermeulen Visser "
    "Vos Willems Wolf Zijlstra".split(" ")
)


@dataclass
class Crowd:
    """Writes people, enrolments, progress and certificates."""

    size: int
    organisations: list[Organisation]
    courses: list[tuple[Course, Outline]]
    now: datetime
    random: random.Random = field(default_factory=lambda: random.Random(2010))  # noqa: S311
    first_list: int = 1
    """Of the status lists that the certificates stand in."""

    def write(self, bar: Progress) -> None:
        """Write the whole crowd, in chunks, each its own transaction."""
        task = bar.add_task("People and enrolments", total=self.size)
        person = self._next_id(Person)
        enrolment = self._next_id(Enrolment)
        certificate = self._next_id(Certificate)
        written = 0
        # In lists of its own: certificates that are there already took places at random.
        taken = select(func.coalesce(func.max(StatusEntry.list), 0))
        self.first_list = int(db.session.scalar(taken) or 0) + 1
        while written < self.size:
            number = min(CHUNK, self.size - written)
            rows = self._chunk(number, person, enrolment, certificate)
            with transaction():
                for model, values in rows.items():
                    if values:
                        db.session.execute(plain_insert(model), values)
            person += len(rows[Person])
            enrolment += len(rows[Enrolment])
            certificate += len(rows[Certificate])
            written += number
            bar.update(task, completed=written)
        self._move_sequences()

    def _next_id(self, model: Any) -> int:
        return int(db.session.scalar(select(func.coalesce(func.max(model.id), 0) + 1)) or 1)

    def _move_sequences(self) -> None:
        """On PostgreSQL rows with given ids do not move the sequence along."""
        if db.engine.dialect.name != "postgresql":
            return
        with transaction():
            for model in (Person, Enrolment, Certificate):
                sequence = func.pg_get_serial_sequence(model.__tablename__, "id")
                last = select(func.max(model.id)).scalar_subquery()
                db.session.execute(select(func.setval(sequence, last)))

    def _chunk(
        self, number: int, person: int, enrolment: int, certificate: int
    ) -> dict[Any, list[dict[str, Any]]]:
        rows: dict[Any, list[dict[str, Any]]] = {
            model: []
            for model in (Person, Enrolment, ItemProgress, Certificate, StatusEntry, HistoryEntry)
        }
        while len(rows[Enrolment]) < number:
            someone = self._person(person + len(rows[Person]))
            rows[Person].append(someone)
            first = self.random.randrange(len(self.courses)) if self.random.random() < 0.3 else 0  # noqa: PLR2004
            chosen = [first]
            if self.random.random() < SECOND_COURSE and len(rows[Enrolment]) + 1 < number:
                chosen.append((first + 1) % len(self.courses))
            start = self._start()
            for course in chosen:
                self._enrol(
                    rows, someone, course, start,
                    enrolment + len(rows[Enrolment]), certificate + len(rows[Certificate]),
                )  # fmt: skip
                start = min(start + timedelta(days=self.random.randrange(1, 60)), self.now)
        return rows

    def _person(self, number: int) -> dict[str, Any]:
        name = f"{self.random.choice(FIRST)} {self.random.choice(LAST)}"
        # some organisations are far larger than others; the last ones stay very small
        place = min(int(self.random.expovariate(0.28)), len(self.organisations) - 1)
        return {
            "id": number,
            "email": f"demo{number}@demo.example",
            "name": name,
            "password_hash": "",
            "organisation_id": self.organisations[place].id,
            "job_title": "",
            "is_leader": self.random.random() < 0.12,  # noqa: PLR2004
            "language": "nl",
            "is_active": True,
            "created_at": self.now,
        }

    def _start(self) -> datetime:
        """Return a moment in this year or the two before: more every year, few in summer."""
        years = self.random.choices((0, 1, 2), weights=(5, 4, 2))[0]
        end = (
            self.now
            if years == 0
            else self.now.replace(month=12, day=30) - timedelta(days=365 * years)
        )
        begin = end.replace(month=1, day=2, hour=8)
        span = (end - begin).total_seconds()
        moment = begin + timedelta(seconds=span * self.random.random())
        if moment.month in {7, 8} and self.random.random() < 0.6:  # noqa: PLR2004
            moment = begin + timedelta(seconds=span * self.random.random())
        return moment

    def _enrol(
        self,
        rows: dict[Any, list[dict[str, Any]]],
        person: dict[str, Any],
        place: int,
        start: datetime,
        enrolment: int,
        certificate: int,
    ) -> None:
        course, outline = self.courses[place]
        asked = outline.required
        finished = self.random.random() < 0.45 and start < self.now - timedelta(days=10)  # noqa: PLR2004
        done = len(asked) if finished else self.random.randrange(0, max(1, len(asked) - 1))
        end = start + timedelta(days=self.random.randrange(2, 9)) if finished else None
        score = self.random.randrange(70, 101) if finished else None
        seen = end or min(self.now, start + timedelta(hours=5 * done + 1))
        rows[Enrolment].append(
            {
                "id": enrolment,
                "person_id": person["id"],
                "course_id": course.id,
                "period": 1,
                "organisation_id": person["organisation_id"],
                "version_id": outline.version_id,
                "year": calendar_year(start),
                "enrolled_at": start,
                "last_seen_at": seen,
                "last_unit": "",
                "done": done,
                "asked": len(asked),
                "percent": 100 * done // len(asked),
                "score": score,
                "completed_at": end,
                "completed_version_id": outline.version_id if finished else None,
            }
        )
        rows[ItemProgress].extend(
            {
                "enrolment_id": enrolment,
                "item": lesson,
                "kind": "lesson",
                "done_at": min(seen, start + timedelta(hours=5 * n + 1)),
                "earned": None,
                "possible": None,
                "reported_by_browser": False,
            }
            for n, lesson in enumerate(asked[:done])
        )
        if end is not None:
            self._certify(rows, person, (course, outline), enrolment, certificate, end, score)

    def _certify(
        self,
        rows: dict[Any, list[dict[str, Any]]],
        person: dict[str, Any],
        chosen: tuple[Course, Outline],
        enrolment: int,
        certificate: int,
        end: datetime,
        score: int | None,
    ) -> None:
        course, outline = chosen
        letters = "".join(self.random.choices(CROCKFORD, k=46))
        rows[Certificate].append(
            {
                "id": certificate,
                "number": f"{calendar_year(end)}-{letters[:8]}",
                "code": letters[8:34].lower(),
                "short_code": letters[34:],
                "enrolment_id": enrolment,
                "person_id": person["id"],
                "course_id": course.id,
                "period": 1,
                "organisation_id": person["organisation_id"],
                "holder_name": person["name"],
                "title": outline.title,
                "language": outline.language,
                "minutes": outline.asked_minutes,
                "score": score,
                "outcomes": list(outline.goals),
                "course_version": outline.number,
                "issuer": "Leeromgeving Werken 2.0",
                "issued_at": end,
                "issued_on": today(end),
                "valid_until": None,
                "status": "valid",
                "source": f"course:{enrolment}",
                "kind": "course",
                "valid_from": today(end),
                "problem": "",
            }
        )
        rows[StatusEntry].append(
            {
                "certificate_id": certificate,
                "list": self.first_list + certificate // LIST_FILL,
                # Odd and prime to the size of a list, so no two of a list meet.
                "place": certificate * PLACE_STEP % LIST_SIZE,
            }
        )
        told: dict[str, Any] = {
            "certificate_id": certificate,
            "at": end,
            "status": "valid",
            "reason": "issued",
            "actor_id": None,
            "second_id": None,
            "previous": "",
        }
        rows[HistoryEntry].append({**told, "hash": hash_of(**told)})
