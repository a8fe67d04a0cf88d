"""P38: what was acknowledged survives kill -9 of server and worker, once."""

from __future__ import annotations

import http.client
import http.cookiejar
import itertools
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

from sqlalchemy import select

from courses.models import Answer
from courses.services import quizzes
from learnenv.accounts.models import Organisation
from learnenv.kernel.db import db
from learnenv.kernel.models import AuditEntry
from learnenv.kernel.permissions import Role
from learnenv.kernel.transaction import transaction
from tests.browser import PASSWORD
from tests.conftest import fresh_database, make_app
from tests.factories import actor_of, make_course, make_person

LEARNERS = 4
SECONDS = 60
KINDS = ("group", "main", "web worker", "job worker")
LEAST_OF_EACH = 2
READY_SECONDS = 20
"""Three on a quiet machine; a busy one may take its time, a site that hangs may not."""
QUESTION = "proef-vraag-3"  # a number: each learner counts up in it


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Server:
    """The real site as a process group that can be killed as a whole."""

    def __init__(self, home: Path, database: str) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.env = {
            **os.environ,
            "LEARNENV_HOME": str(home),
            "LEARNENV_DATABASE_URL": database,
            "LEARNENV_BASE_URL": self.base,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "learnenv",
            "serve",
            "--port",
            str(self.port),
            "--with-worker",
        ]
        self.process = subprocess.Popen(
            command, env=self.env, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"{self.base}/healthz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server did not start")

    def kill(self, kind: str = "group") -> None:
        """Kill -9: everything at once, the process that was started, or one of its children."""
        assert self.process is not None
        if kind == "group":
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        elif kind == "main":
            left = [*self.children(jobs=False), *self.children(jobs=True)]
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.wait_for_end_of(left)
        else:
            found = self.children(jobs=kind == "job worker")
            assert found, f"there is no {kind} to kill"
            os.kill(found[0], signal.SIGKILL)

    def wait_for_end_of(self, pids: list[int]) -> None:
        """Workers whose main process is gone end by themselves, and so let go of the port."""
        end = time.monotonic() + 30
        while any(Path(f"/proc/{pid}").exists() for pid in pids):
            assert time.monotonic() < end, "workers without a main process went on"
            time.sleep(0.05)

    def children(self, *, jobs: bool) -> list[int]:
        """Return the ids of the web workers, or of the job worker."""
        assert self.process is not None
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
                command = (folder / "cmdline").read_bytes().split(b"\0")
            except (OSError, IndexError):
                continue  # it ended meanwhile
            if parent == self.process.pid and (b"worker" in command) is jobs:
                found.append(int(folder.name))
        return sorted(found)

    def is_complete(self) -> bool:
        """Whether web workers and a job worker are there (again)."""
        return bool(self.children(jobs=True)) and bool(self.children(jobs=False))


class Learner(threading.Thread):
    """Signs in and counts up in one answer; knows the last number that was acknowledged."""

    where = ""

    def __init__(self, base: str, email: str, attempt: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.kept: set[int] = set()
        self.base, self.attempt, self.stop = base, attempt, stop
        self.sent = self.acknowledged = 0
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        form = self.form("/aanmelden")
        self.post("/aanmelden", {**form, "email": email, "password": PASSWORD})
        self.token = self.form(self.where or f"/toets/{attempt}")

    def form(self, path: str) -> dict[str, str]:
        with self.opener.open(self.base + path, timeout=10) as answer:
            found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.read().decode())
        assert found
        return {"csrf_token": found[1]}

    def post(self, path: str, data: dict[str, str], **headers: str) -> int:
        body = urllib.parse.urlencode(data).encode()
        request = urllib.request.Request(self.base + path, data=body, headers=headers)
        with self.opener.open(request, timeout=10) as answer:
            return int(answer.status)

    def run(self) -> None:
        while not self.stop.is_set():
            self.sent += 1
            if self.write(self.sent):
                self.acknowledged = self.sent
                self.kept.add(self.sent)
            else:
                time.sleep(0.05)  # killed in the middle: not acknowledged, so it may be lost

    def write(self, number: int) -> bool:
        """Write a number; whether the site said that it is stored."""
        data = {**self.token, "question": QUESTION, f"{QUESTION}-r0": str(number)}
        try:
            return self.post(f"/toets/{self.attempt}", data, **{"HX-Request": "true"}) == 200
        except (OSError, http.client.HTTPException):
            return False


class Founder(Learner):
    """An administrator who adds one organisation after the other: a row and a line in the log."""

    where = "/beheer/organisaties/nieuw"

    def write(self, number: int) -> bool:
        form = {"name": f"Gemeente {number}", "tier": "gemeente", "parent_id": "", "domains": ""}
        try:
            return self.post(self.where, {**self.token, **form}) == 200  # after the redirect
        except (OSError, http.client.HTTPException):
            return False


def under_fire(
    server: Server, writers: list[Learner], stop: threading.Event
) -> tuple[Counter[str], list[float]]:
    """Kill for a minute while they write; return how often what was killed, and how long it took."""
    for writer in writers:
        writer.start()
    chance = random.Random(38)
    kills: Counter[str] = Counter()
    ready = []
    end = time.monotonic() + SECONDS
    for kind in itertools.cycle(KINDS):
        time.sleep(0.3 + chance.random())
        server.kill(kind)
        kills[kind] += 1
        begun = time.monotonic()
        if kind in {"group", "main"}:
            server.start()
        while not server.is_complete():
            assert time.monotonic() - begun < 30, f"nothing took the place of the {kind}"
            time.sleep(0.05)
        if kind in {"group", "main"}:
            ready.append(time.monotonic() - begun)
        if time.monotonic() > end and kills[KINDS[-1]] >= LEAST_OF_EACH:
            break
    time.sleep(1)
    stop.set()
    for writer in writers:
        writer.join(20)
    return kills, ready


def one_row_each(founding: Founder) -> None:
    """Nothing acknowledged is lost, nothing is there twice, no act without its line in the log."""
    names = {f"Gemeente {number}" for number in range(1, founding.sent + 1)}
    found = Counter(
        {
            row.id: row.name
            for row in db.session.scalars(select(Organisation))
            if row.name in names
        }.values()
    )
    assert {f"Gemeente {number}" for number in founding.kept} <= set(found)
    assert set(found.values()) <= {1}
    ids = {f"organisation:{row.id}" for row in db.session.scalars(select(Organisation))}
    lines = Counter(
        db.session.scalars(
            select(AuditEntry.subject).where(AuditEntry.action == "organisation.added")
        )
    )
    assert set(lines) == ids
    assert set(lines.values()) <= {1}


def test_P38_acknowledged_answers_survive_kill_9(tmp_path: Path) -> None:
    database = fresh_database("learnenv_test_kill", tmp_path)
    app = make_app(tmp_path, database)
    with app.app_context(), app.test_request_context():
        course = make_course()
        from courses import queries
        from courses.services import learning
        from learnenv.kernel.clock import now

        outline = queries.current(course)
        test = outline.by_lesson["proef-toets"]
        people = [make_person(password=PASSWORD) for _ in range(LEARNERS)]
        attempts = []
        for person in people:
            with transaction():
                enrolment = learning.enrol(course=course, actor=actor_of(person), at=now())
                attempts.append(quizzes.start(enrolment, outline, test, at=now()).id)
        emails = [person.email for person in people]
        founder = make_person(password=PASSWORD, roles=[(Role.ADMINISTRATOR, None)]).email
        db.session.remove()
        db.engine.dispose()
    server = Server(tmp_path, database)
    server.start()
    stop = threading.Event()
    learners = [
        Learner(server.base, email, attempt, stop)
        for email, attempt in zip(emails, attempts, strict=True)
    ]
    founding = Founder(server.base, founder, 0, stop)
    try:
        kills, ready = under_fire(server, [*learners, founding], stop)
    finally:
        stop.set()
        server.kill()
    assert min(kills[kind] for kind in KINDS) >= LEAST_OF_EACH, kills
    assert min(ready) < READY_SECONDS, ready
    assert sum(learner.acknowledged for learner in learners) > 50
    assert len(founding.kept) > 5
    if database.startswith("sqlite"):
        connection = sqlite3.connect(str(tmp_path / "learnenv_test_kill.db"))
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
    with app.app_context():
        for learner in learners:
            rows = db.session.scalars(
                select(Answer).where(Answer.attempt_id == learner.attempt)
            ).all()
            assert len(rows) == 1
            stored = int(rows[0].response["r0"])
            # at least what was acknowledged last, at most what was sent last
            assert learner.acknowledged <= stored <= learner.sent
        one_row_each(founding)
        db.session.remove()
        db.engine.dispose()
