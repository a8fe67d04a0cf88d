"""P38: what was acknowledged survives kill -9 of server and worker, once."""

from __future__ import annotations

import http.client
import http.cookiejar
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
from pathlib import Path

import pytest
from sqlalchemy import select

from courses.models import Answer
from courses.services import quizzes
from learnenv.kernel.db import db
from learnenv.kernel.transaction import transaction
from tests.browser import PASSWORD
from tests.conftest import fresh_database, make_app
from tests.factories import actor_of, make_course, make_person

LEARNERS = 4
KILLS = 3
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

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Learner(threading.Thread):
    """Signs in and counts up in one answer; knows the last number that was acknowledged."""

    def __init__(self, base: str, email: str, attempt: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.base, self.attempt, self.stop = base, attempt, stop
        self.sent = self.acknowledged = 0
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        form = self.form("/aanmelden")
        self.post("/aanmelden", {**form, "email": email, "password": PASSWORD})
        self.token = self.form(f"/toets/{attempt}")

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
            data = {**self.token, "question": QUESTION, f"{QUESTION}-r0": str(self.sent)}
            try:
                status = self.post(f"/toets/{self.attempt}", data, **{"HX-Request": "true"})
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)  # killed in the middle: not acknowledged, so it may be lost
                continue
            if status == 200:
                self.acknowledged = self.sent


@pytest.mark.journey
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
        db.session.remove()
        db.engine.dispose()
    server = Server(tmp_path, database)
    server.start()
    stop = threading.Event()
    learners = [
        Learner(server.base, email, attempt, stop)
        for email, attempt in zip(emails, attempts, strict=True)
    ]
    try:
        for learner in learners:
            learner.start()
        chance = random.Random(38)
        for _ in range(KILLS):
            time.sleep(1 + chance.random())
            server.kill()
            server.start()
        time.sleep(1)
        stop.set()
        for learner in learners:
            learner.join(20)
    finally:
        stop.set()
        server.kill()
    assert sum(learner.acknowledged for learner in learners) > 50
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
        db.session.remove()
        db.engine.dispose()
