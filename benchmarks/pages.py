"""Cost of the pages on sites of several sizes: statements, CPU and ratios. See README.md."""

from __future__ import annotations

import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import event, select

from certificates.models import Certificate
from courses import queries
from courses.blocks.problem import grading
from courses.models import Enrolment
from courses.services import learning, quizzes
from learnenv import config
from learnenv.accounts import services
from learnenv.accounts.models import Person
from learnenv.app import create_app
from learnenv.cli.data import upgrade_schema
from learnenv.cli.demo_data import address_of, make_site
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.permissions import Actor, Role
from learnenv.kernel.transaction import transaction

ROUNDS = 60
COURSE = "werken-2.0"
Step = Callable[[], None]


class Site:
    """One demo site and the pages asked of it."""

    def __init__(self, folder: Path, size: int) -> None:
        fresh = not (folder / "demo").exists()
        settings = config.load(home=folder, mode="test", base_url="http://localhost")
        self.app = create_app(settings)
        with self.app.app_context(), self.app.test_request_context():
            upgrade_schema()
            if fresh:
                from rich.progress import Progress

                with Progress() as bar:
                    make_site(size, bar)
                (folder / "demo").write_text("demo", encoding="utf-8")
            self.learner = self._person("Sanne de Vries", "Gemeente Oeverdam")
            self.manager = self._person("Ruben Hoekstra", "Ministerie van Leefomgeving")
            self.programme = self._person("Marit Smit", "Ministerie van Leefomgeving")
            self.attempt, self.answers = self._attempt()

    def _person(self, name: str, organisation: str) -> int:
        person = db.session.scalars(
            select(Person).where(Person.email == address_of(name, organisation))
        ).one()
        return person.id

    def _attempt(self) -> tuple[int, dict[str, str]]:
        """Open an attempt of the final test for the learner and return a form that fills it."""
        course = queries.course_by_slug(COURSE)
        outline = queries.current(course)
        person = db.session.get(Person, self.learner)
        assert person is not None
        actor = Actor(person_id=person.id, name=person.name, roles=frozenset({Role.LEARNER}))
        with transaction():
            enrolment = learning.enrol(course=course, actor=actor, at=now())
            test = next(x for x in reversed(outline.lessons) if x.quiz is not None)
            attempt = quizzes.start(enrolment, outline, test, at=now())
            form: dict[str, str] = {}
            for question in attempt.questions:
                for q in quizzes.problem_of(attempt, question).questions:
                    if q.kind in {"single", "number"}:
                        right = grading.right_response(q, seed=quizzes.seed_of(attempt, question))
                        form[f"{question}-{q.id}"] = right
            return attempt.id, form

    def client(self, person: int | None):  # type: ignore[no-untyped-def]
        client = self.app.test_client()
        if person is not None:
            with self.app.app_context(), transaction():
                found = db.session.get(Person, person)
                assert found is not None
                token = services.open_session(found, device="bench")
            with client.session_transaction() as cookie:
                cookie["_user_id"] = token
        return client

    def steps(self) -> dict[str, Step]:
        """Return the pages to ask, by name."""
        visitor, learner = self.client(None), self.client(self.learner)
        manager, programme = self.client(self.manager), self.client(self.programme)
        with self.app.app_context():
            outline = queries.current(queries.course_by_slug(COURSE))
            enrolments = db.session.scalar(
                select(Enrolment.id).where(Enrolment.person_id == self.learner)
            )
            assert enrolments
            code = db.session.scalar(
                select(Certificate.code).order_by(Certificate.id.desc()).limit(1)
            )
        lesson, unit, problem = next(
            (lesson, unit, block)
            for lesson in outline.lessons
            for unit in lesson.units
            for block in unit.blocks
            if lesson.quiz is None and block.type == "problem"
        )
        question = f"{problem.id}-r0"
        base = f"/cursussen/{COURSE}"

        def get(client, path: str, accept: str = "text/html") -> Step:  # type: ignore[no-untyped-def]
            def ask() -> None:
                answer = client.get(path, headers={"Accept": accept})
                assert answer.status_code == 200, (path, answer.status_code)

            return ask

        def post(client, path: str, form: Callable[[], dict[str, object]]) -> Step:  # type: ignore[no-untyped-def]
            found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/account").text)
            assert found
            token = found[1]

            def ask() -> None:
                data = {**form(), "csrf_token": token}
                answer = client.post(path, data=data, headers={"HX-Request": "true"})
                assert answer.status_code in {200, 204}, (path, answer.status_code, answer.text)

            return ask

        turn = iter(range(10**9))

        def answer() -> dict[str, object]:
            return {question: f"c{next(turn) % 3}"}

        def autosave() -> dict[str, object]:
            form: dict[str, object] = {
                "question": list({k.rsplit("-", 1)[0] for k in self.answers})
            }
            chosen = dict(self.answers)
            first = next(iter(chosen))
            chosen[first] = f"c{next(turn) % 3}"
            return {**form, **chosen}

        return {
            "home": get(learner, "/"),
            "home, visitor": get(visitor, "/"),
            "catalogue": get(learner, "/cursussen?q=netwerk"),
            "course page": get(learner, base),
            "lesson with a question": get(learner, f"{base}/les/{lesson.id}/{unit.id}"),
            "progress": get(learner, f"{base}/voortgang"),
            "check of a certificate": get(visitor, f"/certificaat/{code}"),
            "the same as JSON": get(visitor, f"/certificaat/{code}", "application/json"),
            "test page": get(learner, f"/toets/{self.attempt}"),
            "practice answer (POST)": post(learner, f"{base}/blok/{problem.id}/submit", answer),
            "autosave (POST)": post(learner, f"/toets/{self.attempt}", autosave),
            "manager page": get(manager, "/cijfers"),
            "programme page": get(programme, "/cijfers"),
            "manager list": get(manager, "/cijfers/lijst?maat=enrolled"),
        }


def measure(site: Site) -> dict[str, tuple[int, float, float, float]]:
    """Return per page: statements, CPU ms median and p95, requests a second."""
    statements: list[str] = []
    with site.app.app_context():
        engine = db.engine

    def note(_c, _cur, statement, *_rest) -> None:  # type: ignore[no-untyped-def]
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    results = {}
    for name, step in site.steps().items():
        for _ in range(3):
            step()
        statements.clear()
        step()
        number = len(statements)
        costs = []
        began = time.perf_counter()
        for _ in range(ROUNDS):
            start = time.process_time()
            step()
            costs.append((time.process_time() - start) * 1000)
        rate = ROUNDS / (time.perf_counter() - began)
        costs.sort()
        p95 = costs[int(len(costs) * 0.95) - 1]
        results[name] = (number, statistics.median(costs), p95, rate)
    event.remove(engine, "before_cursor_execute", note)
    return results


def main(sizes: list[int], folder: Path) -> None:
    """Measure every size and print the table."""
    found = {}
    for size in sizes:
        home = folder / str(size)
        home.mkdir(parents=True, exist_ok=True)
        found[size] = measure(Site(home, size))
    small, large = found[sizes[0]], found[sizes[-1]]
    head = [f"{s:,}: SQL, ms p50, p95, req/s" for s in sizes]
    print("| page | " + " | ".join(head) + f" | {sizes[-1]:,} / {sizes[0]:,} |")
    print("|---" * (len(sizes) + 2) + "|")
    for name in small:
        cells = ["{0}, {1:.1f}, {2:.1f}, {3:.0f}".format(*found[size][name]) for size in sizes]
        print(f"| {name} | " + " | ".join(cells) + f" | {large[name][1] / small[name][1]:.2f} |")


if __name__ == "__main__":
    given = [int(a) for a in sys.argv[1:] if a.isdigit()] or [1000, 100_000]
    base = next((Path(a) for a in sys.argv[1:] if not a.isdigit()), Path("var/bench"))
    main(given, base)
