"""A running server under 1, 8 and 32 clients: requests a second, waits, CPU. See README.md."""

from __future__ import annotations

import http.client
import os
import queue
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from pages import COURSE, Site
from sqlalchemy import select

from courses import queries
from courses.blocks.problem import grading
from courses.models import Enrolment
from courses.services import quizzes
from learnenv.accounts import services
from learnenv.accounts.models import Person
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.transaction import transaction

PORT = 8731
CLIENTS = (1, 8, 32)
SECONDS = 4.0
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Learner:
    """One signed-in client: its cookie, its token, its open attempt."""

    cookie: str
    attempt: int
    form: dict[str, str]
    token: str = ""


def learners(site: Site, number: int) -> list[Learner]:
    """Open a session and an attempt of the final test for that many enrolled people."""
    found = []
    signer = site.app.session_interface.get_signing_serializer(site.app)
    with site.app.app_context(), site.app.test_request_context():
        outline = queries.current(queries.course_by_slug(COURSE))
        test = next(x for x in reversed(outline.lessons) if x.quiz is not None)
        ids = db.session.scalars(
            select(Enrolment.id)
            .where(Enrolment.completed_at.is_(None), Enrolment.course.has(slug=COURSE))
            .order_by(Enrolment.id.desc())
            .limit(number)
        ).all()
        for enrolment_id in ids:
            with transaction():
                enrolment = db.session.get_one(Enrolment, enrolment_id)
                person = db.session.get_one(Person, enrolment.person_id)
                attempt = quizzes.start(enrolment, outline, test, at=now())
                form = {
                    f"{question}-{q.id}": grading.right_response(
                        q, seed=quizzes.seed_of(attempt, question)
                    )
                    for question in attempt.questions
                    for q in quizzes.problem_of(attempt, question).questions
                    if q.kind in {"single", "number"}
                }
                token = services.open_session(person, device="bench")
            cookie = signer.dumps({"_user_id": token, "_fresh": True})
            found.append(
                Learner(f"{site.app.config['SESSION_COOKIE_NAME']}={cookie}", attempt.id, form)
            )
    return found


class Server:
    """The real server, as `make run` starts it, with its CPU counted."""

    def __init__(self, home: Path, *, workers: int = 2) -> None:
        self.port = PORT
        env = os.environ | {
            "LEARNENV_HOME": str(home.resolve()),
            "LEARNENV_MODE": "test",
            "LEARNENV_BASE_URL": f"http://127.0.0.1:{PORT}",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "learnenv", "serve", "--port", str(PORT), "--workers",
             str(workers), "--without-worker"],
            env=env, stdout=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        for _ in range(200):
            try:
                ask(http.client.HTTPConnection("127.0.0.1", PORT, timeout=5), "GET", "/healthz")
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise SystemExit("the server did not start")

    def cpu(self) -> float:
        """Return the CPU seconds of the server and its workers until now."""
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                after = path.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(after[2]) == self.process.pid:  # process group
                ticks += int(after[11]) + int(after[12])
        return ticks / TICK

    def stop(self) -> None:
        """Stop it, workers included."""
        self.process.terminate()
        self.process.wait(timeout=20)


def ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    *,
    cookie: str = "",
    form: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    """Send one request and read the whole answer."""
    headers = {"Cookie": cookie, "Accept": "text/html"}
    body = None
    if form is not None:
        body = urlencode(form)
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
    connection.request(method, path, body=body, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def take_token(connection: http.client.HTTPConnection, person: Learner) -> None:
    """Open a page, and keep the token of its forms and the cookie that goes with it."""
    connection.request("GET", "/account", headers={"Cookie": person.cookie, "Accept": "text/html"})
    answer = connection.getresponse()
    found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', answer.read())
    if found is None:
        raise SystemExit("not signed in")
    person.token = found[1].decode()
    person.cookie = (answer.getheader("Set-Cookie") or person.cookie).split(";")[0]


Ask = Callable[[http.client.HTTPConnection, Learner, int], tuple[int, bytes] | None]


def load(server: Server, people: list[Learner], clients: int, step: Ask) -> str:
    """Let that many clients ask for some seconds; return the cell of the table."""
    waits: list[float] = []
    wrong: list[int] = []
    stop_at = time.perf_counter() + SECONDS

    def run(learner: Learner) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        turn = 0
        while (began := time.perf_counter()) < stop_at:
            answer = step(connection, learner, turn)
            if answer is None:
                return
            waits.append(time.perf_counter() - began)
            if answer[0] not in {200, 204, 303}:
                wrong.append(answer[0])
            turn += 1

    threads = [threading.Thread(target=run, args=(people[n],)) for n in range(clients)]
    before, began = server.cpu(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, cpu = time.perf_counter() - began, server.cpu() - before
    waits.sort()
    p50, p95 = statistics.median(waits), waits[max(0, int(len(waits) * 0.95) - 1)]
    rate = f"{len(waits) / took:.0f}/s, {cpu / len(waits) * 1000:.1f} CPU"
    return f"{rate}, {p50 * 1000:.0f}/{p95 * 1000:.0f} ms" + (
        f", {len(wrong)} WRONG" if wrong else ""
    )


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    """Run the server for a while."""
    server = Server(home)
    try:
        yield server
    finally:
        server.stop()


def steps(people: list[Learner], spare: queue.Queue[Learner]) -> dict[str, Ask]:
    """Return what clients ask, by name."""
    base = f"/cursussen/{COURSE}"

    def get(path: str) -> Ask:
        return lambda connection, learner, _turn: ask(
            connection, "GET", path, cookie=learner.cookie
        )

    def autosave(connection, learner, turn):  # type: ignore[no-untyped-def]
        form = dict(learner.form) | {"csrf_token": learner.token}
        first = next(iter(learner.form))
        form |= {"question": first.rsplit("-", 1)[0], first: f"c{turn % 3}"}
        return ask(
            connection, "POST", f"/toets/{learner.attempt}", cookie=learner.cookie, form=form
        )

    def hand_in(connection, _learner, _turn):  # type: ignore[no-untyped-def]
        try:
            mine = spare.get_nowait()
        except queue.Empty:
            return None
        path = f"/toets/{mine.attempt}/inleveren"
        return ask(connection, "POST", path, cookie=mine.cookie, form={"csrf_token": mine.token})

    del people
    return {
        "home": get("/"),
        "course page": get(base),
        "test page": lambda c, x, _t: ask(c, "GET", f"/toets/{x.attempt}", cookie=x.cookie),
        "autosave (POST)": autosave,
        "hand-in (POST)": hand_in,
    }


def main(home: Path, size: int) -> None:
    """Measure and print the table."""
    home.mkdir(parents=True, exist_ok=True)
    people = learners(Site(home, size), 32 + 60 * len(CLIENTS))
    with serving(home) as server:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        for person in people:
            take_token(connection, person)
        spare: queue.Queue[Learner] = queue.Queue()
        print("| page | " + " | ".join(f"{n} clients" for n in CLIENTS) + " |")
        print("|---" * (len(CLIENTS) + 1) + "|")
        later = iter(people[32:])
        for name, step in steps(people, spare).items():
            cells = []
            for clients in CLIENTS:
                if name.startswith("hand-in"):
                    for _ in range(60):
                        spare.put(next(later))
                cells.append(load(server, people, clients, step))
            print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    kind = "pg-" if "postgresql" in os.environ.get("LEARNENV_DATABASE_URL", "") else ""
    main(Path(f"var/bench/{kind}{wanted}"), wanted)
