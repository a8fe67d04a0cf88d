"""Blocks of others in our host and in the XBlock SDK's workbench, side by side. See README.md."""

from __future__ import annotations

import argparse
import http.client
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import Any

from load import TICK, Learner, Server, take_token
from sqlalchemy import select

from courses import queries
from courses.olx.importer import read_course
from courses.olx.package import Package
from courses.services import learning
from courses.services.publishing import publish_course
from learnenv import config
from learnenv.accounts import services
from learnenv.accounts.models import Person
from learnenv.app import create_app
from learnenv.cli.data import upgrade_schema
from learnenv.kernel import settings
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.permissions import SYSTEM, Actor, Role
from learnenv.kernel.transaction import transaction

WORKBENCH_PORT = 8741
ROUNDS = 60
WARM_UP = 5
CHECK = "check_storage/SUFFIX?SCOPE=user_state&QUERY=0"  # refused: the value is another one
COURSE = b"""<course org="Proef" course="blokken" display_name="Blokken"><chapter url_name="m">
<sequential url_name="les" display_name="Blokken">
<vertical url_name="deel" display_name="Blokken van anderen"/></sequential></chapter></course>"""
Ask = Callable[[], bytes]


def block(block_id: str, kind: str, *children: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a block as the document of a course has it."""
    return {"id": block_id, "type": kind, "fields": fields, "children": list(children)}


def pages(packages: Path) -> dict[str, tuple[list[dict[str, Any]], str]]:
    """Return per scenario of the workbench the same blocks for us, and a word of both pages.

    The samples `vertical_demo` and `problem_demo` draw with templates that only the workbench
    has. The first only stacks other blocks, as our unit does; the second is left out.
    """
    sys.path.insert(0, str(packages))
    from sample_xblocks.basic.content import HtmlBlock

    scenario = HtmlBlock.workbench_scenarios()[0][1]
    html = scenario.split("<html_demo>")[1].split("</html_demo>")[0]
    pair = (block("links", "acid", name="left-child"), block("rechts", "acid", name="right-child"))
    return {
        "acid.0": ([block("acid", "acid", name="test")], "Acid"),
        "acid_parent.0": ([block("ouder", "acid_parent", *pair, name="parent")], "Acid"),
        "allscopes_demo.0": ([block("alles", "allscopes_demo")], "This is content!"),
        "html_demo.0": ([block("rede", "html_demo", content=html)], "Four score"),
        "thumbs.0": ([block(f"duim-{n}", "thumbs") for n in range(3)], "upvote"),
    }


def send(method: str, port: int, path: str, **headers: str) -> tuple[Message, bytes]:
    """Ask on a new connection, both the same: gunicorn's plain worker keeps none open."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = b"{}" if method == "POST" else None
    told = {"Content-Type": "application/json", "X-Requested-With": "XMLHttpRequest"}
    connection.request(method, path, body=body, headers=told | headers)
    answer = connection.getresponse()
    found = answer.read()
    connection.close()
    if answer.status >= 400 and CHECK not in path:
        raise SystemExit(f"{method} {path}: {answer.status} {found[:300]!r}")
    return answer.headers, found


class Workbench:
    """The workbench behind gunicorn, one process, with a database of its own."""

    def __init__(self, venv: Path, home: Path) -> None:
        (home / "var").mkdir(parents=True, exist_ok=True)
        env = os.environ | {"DJANGO_SETTINGS_MODULE": "workbench.settings", "PYTHONPATH": ""}
        make = "import django; django.setup(); from django.core.management import call_command as c"
        subprocess.run(
            [venv / "bin/python", "-c", f"{make}; c('migrate', run_syncdb=True, verbosity=0)"],
            cwd=home, env=env, check=True,
        )  # fmt: skip
        self.process = subprocess.Popen(
            [venv / "bin/gunicorn", "workbench.wsgi", "--workers", "1", "--bind",
             f"127.0.0.1:{WORKBENCH_PORT}", "--log-level", "error"],
            cwd=home, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        for _ in range(300):
            try:
                self.get("/jsi18n/")
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise SystemExit("the workbench did not start")

    def get(self, path: str) -> bytes:
        return send("GET", WORKBENCH_PORT, path)[1]

    def page(self, scenario: str) -> bytes:
        return self.get(f"/scenario/{scenario}/")

    def handler(self) -> Ask:
        """Return a call of a handler of Acid: its address and its token stand in the page."""
        headers, body = send("GET", WORKBENCH_PORT, "/scenario/acid.0/")
        found = re.search(rb"/handler/([^/\"]+)/check_storage", body)
        token = re.search(r"csrftoken=([^;]+)", headers["Set-Cookie"] or "")
        if found is None or token is None:
            raise SystemExit("the page of Acid has no handler")
        path = f"/handler/{found[1].decode()}/{CHECK}"
        more = {"Cookie": f"csrftoken={token[1]}", "X-CSRFToken": token[1]}
        return lambda: send("POST", WORKBENCH_PORT, path, **more)[1]

    def cpu(self) -> float:
        return Server.cpu(self)  # type: ignore[arg-type]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


def prepare(home: Path, wanted: dict[str, Any]) -> tuple[Learner, dict[str, str]]:
    """Publish a course with a unit per page and sign a learner in; return also its addresses."""
    app = create_app(config.load(home=home, mode="test", base_url="http://localhost"))
    imported = read_course(Package({"course.xml": COURSE}))
    lesson = imported.document["modules"][0]["lessons"][0]
    [pattern] = lesson["units"]
    lesson["units"] = [
        pattern | {"id": f"deel-{n}", "blocks": blocks}
        for n, (blocks, _word) in enumerate(wanted.values())
    ]
    with app.app_context(), app.test_request_context():
        upgrade_schema()
        with transaction():
            slug = publish_course(imported, actor=SYSTEM, at=now()).slug
            course = queries.course_by_slug(slug)
            settings.put("xblock.asides", "acid_aside")
            person = db.session.scalar(select(Person))
            if person is None:
                person = Person(
                    email="bench@example.nl", name="Bench", is_active=True, created_at=now()
                )
                db.session.add(person)
                db.session.flush()
            actor = Actor(person_id=person.id, name="Bench", roles=frozenset({Role.LEARNER}))
            learning.enrol(course=course, actor=actor, at=now())
            token = services.open_session(person, device="bench")
        signer = app.session_interface.get_signing_serializer(app)
        cookie = signer.dumps({"_user_id": token, "_fresh": True})
        name = app.config["SESSION_COOKIE_NAME"]
    where = {key: f"/cursussen/{slug}/les/{lesson['id']}/deel-{n}" for n, key in enumerate(wanted)}
    return Learner(f"{name}={cookie}", 0, {}), where


class Ours:
    """Learnenv behind its own server, one process: the page of a unit, and the opened frame."""

    def __init__(self, home: Path, learner: Learner, where: dict[str, str]) -> None:
        self.learner, self.where = learner, where
        self.server = Server(home, workers=1)
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        take_token(connection, learner)

    def _send(self, method: str, path: str) -> bytes:
        more = {"Cookie": self.learner.cookie, "X-CSRFToken": self.learner.token}
        return send(method, self.server.port, path, **more)[1]

    def unit(self, scenario: str) -> bytes:
        return self._send("GET", self.where[scenario])

    def frames(self, scenario: str, block_ids: list[str]) -> bytes:
        slug = self.where[scenario].split("/")[2]
        return b"".join(self._send("POST", f"/cursussen/{slug}/beeld/{b}") for b in block_ids)

    def handler(self, block_id: str) -> Ask:
        slug = next(iter(self.where.values())).split("/")[2]
        path = f"/cursussen/{slug}/blok/{block_id}/{CHECK}"
        more = {"Cookie": self.learner.cookie, "X-CSRFToken": self.learner.token}
        return lambda: send("POST", self.server.port, path, **more)[1]


Result = tuple[float, float]
"""Median wait and mean CPU of one step, in ms."""


def compare(steps: list[tuple[Ask, Callable[[], float]]]) -> list[Result]:
    """Let all answer in turns, so that they meet the same noise. Each comes with its CPU clock."""
    for _ in range(WARM_UP):
        for step, _cpu in steps:
            step()
    waits: list[list[float]] = [[] for _ in steps]
    used = [0.0 for _ in steps]
    for _ in range(ROUNDS):
        for place, (step, cpu) in enumerate(steps):
            before, began = cpu(), time.perf_counter()
            step()
            waits[place].append((time.perf_counter() - began) * 1000)
            used[place] += (cpu() - before) * 1000
    return [(statistics.median(w), u / ROUNDS) for w, u in zip(waits, used, strict=True)]


def row(name: str, theirs: Result, *ours: Result) -> str:
    """Return a line of the table: waits and CPU, and each of ours as a share of theirs."""
    cells = [f"{wait:.1f}, {cpu:.1f}" for wait, cpu in (theirs, *ours)]
    smallest = 1000 / TICK / ROUNDS
    shares = [f"{wait / theirs[0]:.2f}, {cpu / max(theirs[1], smallest):.2f}" for wait, cpu in ours]
    return f"| {name} | " + " | ".join([*cells, *shares]) + " |"


def main(venv: Path, home: Path) -> None:
    """Measure and print the table."""
    packages = home / "packages"
    packages.mkdir(parents=True, exist_ok=True)
    for found in (venv / "lib/python3.11/site-packages").glob("*"):
        if found.name == "sample_xblocks" or found.name.startswith("xblock_sdk"):
            link = packages / found.name
            link.unlink(missing_ok=True)
            link.symlink_to(found.resolve())
    os.environ["PYTHONPATH"] = f"{packages.resolve()}:{os.environ.get('PYTHONPATH', '')}"
    wanted = pages(packages)
    learner, where = prepare(home / "learnenv", wanted)
    workbench = Workbench(venv.resolve(), home / "workbench")
    ours = Ours(home / "learnenv", learner, where)
    their, our = workbench.cpu, ours.server.cpu
    print("| ms, CPU ms | workbench | frames | frames and page | share: frames | with the page |")
    print("|---" * 6 + "|")
    try:
        for name, (blocks, word) in wanted.items():
            ids = [b["id"] for b in blocks]
            pair = (
                lambda name=name: workbench.page(name),
                lambda name=name, ids=ids: ours.frames(name, ids),
            )
            for who, step in zip(("workbench", "ours"), pair, strict=True):
                if word.encode() not in step():
                    raise SystemExit(f"{name}, {who}: the page does not say {word!r}")
            unit = lambda name=name: ours.unit(name)  # noqa: E731
            theirs, frames, page = compare([(pair[0], their), (pair[1], our), (unit, our)])
            both = frames[0] + page[0], frames[1] + page[1]
            print(row(name, theirs, frames, both), flush=True)
        pair = (workbench.handler(), ours.handler("acid"))
        for step in pair:
            if b"match supplied QUERY" not in (said := step()):
                raise SystemExit(f"the handler did not answer: {said[:300]!r}")
        theirs, answer = compare([(pair[0], their), (pair[1], our)])
        print("\n| ms, CPU ms | workbench | Learnenv | share |\n|---|---|---|---|")
        print(row("POST check_storage", theirs, answer), flush=True)
    finally:
        workbench.stop()
        ours.server.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venv", type=Path, default=Path(".venv-workbench"))
    parser.add_argument("--home", type=Path, default=Path("var/bench/workbench"))
    given = parser.parse_args()
    main(given.venv, given.home)
