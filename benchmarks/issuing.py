"""What issuing costs, whole: CPU and bytes per certificate, and the wait of pages meanwhile.

`python benchmarks/issuing.py one 50` makes certificates as the worker does (row, document, seal,
credential, picture, checks, mail), in this process, and counts its CPU and that of its children.

`python benchmarks/issuing.py beside 1000` runs the real server and asks its pages at a steady pace,
first alone and then while a real worker makes that many certificates; see README.md.
"""

from __future__ import annotations

import http.client
import os
import statistics
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import load
from pages import COURSE, Site
from sqlalchemy import func, select

from certificates.api import Kind, Order, issue, make_trial_keys
from certificates.keeping import keys_folder
from certificates.models import Certificate, Document
from certificates.services.issuing import RENDER
from courses import queries
from courses.models import Enrolment
from learnenv.accounts.models import Person
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.models import JobState, QueuedJob
from learnenv.kernel.transaction import transaction

CLIENTS = 8
PACE = 0.2
"""Seconds between two requests of one client: eight of them ask forty pages a second."""
ALONE = 60.0
AT_ONCE = 20.0
"""Seconds of asking without a pause, alone and beside the worker."""


def order_certificates(site: Site, number: int) -> list[int]:
    """Issue that many certificates of the real course; return their ids."""
    with site.app.app_context(), site.app.test_request_context():
        if not (keys_folder() / "seal.key.pem").exists():
            make_trial_keys()
        course = queries.course_by_slug(COURSE)
        outline = queries.current(course)
        people = db.session.execute(
            select(Person.id, Person.name).order_by(Person.id.desc()).limit(number)
        ).all()
        run = uuid.uuid4().hex
        with transaction():
            return [
                issue(
                    Order(
                        source=f"bench:{run}:{turn}",
                        kind=Kind.COURSE,
                        person_id=people[turn % len(people)].id,
                        organisation_id=None,
                        holder_name=people[turn % len(people)].name,
                        title=outline.title,
                        language="nl",
                        minutes=outline.minutes,
                        score=86,
                        outcomes=tuple(outline.goals),
                    ),
                    at=now(),
                )
                for turn in range(number)
            ]


def set_aside(site: Site) -> None:
    """Finish what waits from before, so that the worker does only what is measured."""
    with site.app.app_context(), transaction():
        db.session.query(QueuedJob).filter(QueuedJob.state != JobState.DONE).update(
            {"state": JobState.DONE}
        )


def cpu() -> float:
    """Return the CPU seconds of this process and of the children that ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def one(site: Site, number: int) -> None:
    """Make certificates in this process; print CPU and bytes of each."""
    set_aside(site)
    warm, rest = order_certificates(site, 3), order_certificates(site, number)
    known = site.app.extensions["jobs"]
    costs = []
    with site.app.app_context(), site.app.test_request_context():
        for turn, certificate in enumerate([*warm, *rest]):
            start = cpu()
            known[RENDER].run({"certificate": certificate})
            if turn >= len(warm):
                costs.append(cpu() - start)
            db.session.remove()
        sizes = db.session.scalars(
            select(func.length(Document.data)).where(Document.certificate_id.in_(rest))
        ).all()
    costs.sort()
    assert len(sizes) == number
    print("| certificates | CPU s mean | median | p95 | KB mean | largest |")
    print("|---|---|---|---|---|---|")
    print(
        f"| {number} | {statistics.mean(costs):.3f} | {statistics.median(costs):.3f} "
        f"| {costs[int(number * 0.95) - 1]:.3f} | {statistics.mean(sizes) / 1000:.1f} "
        f"| {max(sizes) / 1000:.1f} |"
    )
    set_aside(site)


class Asking:
    """Clients that ask pages in turns, each signed in as somebody else."""

    def __init__(self, people: list[load.Learner], paths: list[str]) -> None:
        self.people = people
        self.paths = paths

    def run(self, until: threading.Event, pause: float) -> list[float]:
        """Ask until the event is set; return the waits in ms. A wrong answer stops it all."""
        waits: list[float] = []
        wrong: list[object] = []

        def client(number: int) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", load.PORT, timeout=60)
            due = time.perf_counter() + pause * number / len(self.people)
            turn = number
            while not until.is_set():
                # From the moment it was due, so that a late answer also counts for the next one.
                time.sleep(max(0.0, due - time.perf_counter()))
                began = due if pause else time.perf_counter()
                path = self.paths[turn % len(self.paths)]
                status, _body = load.ask(connection, "GET", path, cookie=self.people[number].cookie)
                waits.append((time.perf_counter() - began) * 1000)
                if status != 200:
                    wrong.append((path, status))
                due = max(due + pause, time.perf_counter() - 1)
                turn += 1

        threads = [threading.Thread(target=client, args=(n,)) for n in range(len(self.people))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if wrong:
            raise SystemExit(f"wrong answers: {wrong[:5]}")
        return sorted(waits)

    def for_seconds(self, seconds: float, pause: float) -> list[float]:
        """Ask for some seconds."""
        until = threading.Event()
        timer = threading.Timer(seconds, until.set)
        timer.start()
        return self.run(until, pause)


def told(waits: list[float]) -> str:
    """Return p50, p95 and p99 in ms, and how many."""
    p95, p99 = (waits[max(0, int(len(waits) * share) - 1)] for share in (0.95, 0.99))
    return f"{statistics.median(waits):.1f}, {p95:.1f}, {p99:.1f} ({len(waits)})"


def p95(waits: list[float]) -> float:
    """Return the 95th percentile."""
    return waits[max(0, int(len(waits) * 0.95) - 1)]


def beside(site: Site, home: Path, number: int, options: list[str]) -> None:
    """Ask pages alone and beside the worker; print waits and ratios."""
    set_aside(site)
    people = load.learners(site, CLIENTS)
    with site.app.app_context():
        code = db.session.scalars(select(Certificate.code).limit(1)).one()
        assert db.session.scalar(select(func.count()).select_from(Enrolment))
    paths = ["/", f"/cursussen/{COURSE}", f"/cursussen/{COURSE}/voortgang", f"/certificaat/{code}"]
    asking = Asking(people, paths)
    with load.serving(home) as server:
        asking.for_seconds(5, PACE)  # templates compiled, caches filled
        alone, alone_at_once = asking.for_seconds(ALONE, PACE), asking.for_seconds(AT_ONCE, 0)
        wanted = order_certificates(site, number)
        env = os.environ | {
            "LEARNENV_HOME": str(home.resolve()),
            "LEARNENV_MODE": "test",
            "LEARNENV_BASE_URL": f"http://127.0.0.1:{server.port}",
        }
        began, before = time.perf_counter(), cpu()
        worker = subprocess.Popen([sys.executable, "-m", "learnenv", "worker", *options], env=env)
        try:
            meanwhile_at_once = asking.for_seconds(AT_ONCE, 0)
            until = threading.Event()
            watcher = threading.Thread(target=wait_for, args=(site, wanted, until))
            watcher.start()
            meanwhile = asking.run(until, PACE)
            watcher.join()
        finally:
            worker.terminate()
            worker.wait(timeout=60)
        took, spent = time.perf_counter() - began, cpu() - before
    print("| load | alone: p50, p95, p99 ms (requests) | beside the worker | p95 ratio |")
    print("|---|---|---|---|")
    for name, first, second in (
        (f"{CLIENTS / PACE:.0f} pages a second", alone, meanwhile),
        (f"{CLIENTS} clients without pause", alone_at_once, meanwhile_at_once),
    ):
        print(f"| {name} | {told(first)} | {told(second)} | {p95(second) / p95(first):.2f} |")
    print(f"\n{number} certificates in {took:.0f} s; {spent:.0f} s of CPU with the asking clients.")


def wait_for(site: Site, wanted: list[int], until: threading.Event) -> None:
    """Set the event when every document is made."""
    with site.app.app_context():
        while True:
            made = db.session.scalar(
                select(func.count(Document.certificate_id)).where(
                    Document.certificate_id >= wanted[0]
                )
            )
            db.session.rollback()
            if made == len(wanted):
                until.set()
                return
            time.sleep(0.5)


def main() -> None:
    """Measure what is asked."""
    what, number = sys.argv[1], int(sys.argv[2])
    home = Path("var/bench/issuing")
    home.mkdir(parents=True, exist_ok=True)
    site = Site(home, 2000)
    if what == "one":
        one(site, number)
    else:
        beside(site, home, number, sys.argv[3:])


if __name__ == "__main__":
    main()
