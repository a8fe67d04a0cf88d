"""A real site for the journeys: own folder and database, web server and worker as processes."""

from __future__ import annotations

import contextlib
import email
import email.policy
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

ROOT = Path(__file__).parents[2]
MINI = ROOT / "tests" / "fixtures" / "olx-mini"
START_SECONDS = 30
MAIL_SECONDS = 60  # the worker steps back for the pages, and a busy machine makes it wait


class Processes:
    """Every process that the journeys start, each the head of a group of its own."""

    def __init__(self) -> None:
        self.started: list[subprocess.Popen[bytes]] = []

    def run(self, *args: str, env: dict[str, str]) -> None:
        """Run a command of the site to its end; its words show when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "learnenv", *args],
            env=env,
            cwd=ROOT,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, (
            f"learnenv {' '.join(args)}: {done.stdout.decode()} {done.stderr.decode()}"
        )

    def start(self, *args: str, env: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
        """Start a command of the site that stays."""
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "learnenv", *args],
                env=env, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self.started.append(process)
        return process

    def stop(self) -> None:
        """End them all at once: their data are thrown away, and an orderly end takes ten seconds."""
        for process in self.started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)
        self.started.clear()


@dataclass(frozen=True)
class Account:
    """A named account of the demo."""

    role: str
    organisation: str
    name: str
    email: str
    password: str


@dataclass
class Live:
    """The running site."""

    home: Path
    url: str
    accounts: list[Account] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    """The environment of its processes, for what else works on the same site."""

    def account(self, role: str, number: int = 0) -> Account:
        """Return the first (or next) demo account with this role."""
        return [a for a in self.accounts if a.role == role][number]

    def mails_to(self, address: str) -> list[EmailMessage]:
        """Return the mails that the worker wrote for this address, oldest first."""
        found = []
        for path in sorted((self.home / "mail").glob("*.eml")):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            if message["To"] == address:
                found.append(message)
        return found

    def wait_for_mail(self, address: str, number: int = 1) -> EmailMessage:
        """Return the n-th mail to this address; the worker gets some time to write it."""
        wait_until(
            lambda: len(self.mails_to(address)) >= number,
            MAIL_SECONDS,
            f"mail {number} to {address}",
        )
        return self.mails_to(address)[number - 1]


def wait_until(done: Callable[[], bool], seconds: float, what: str) -> None:
    """Poll what no browser can wait for; fail by name when it does not come."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"still waiting after {seconds} s: {what}"
        time.sleep(0.1)


def body(message: EmailMessage) -> str:
    """Return the plain text of a mail."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def start_site(home: Path, database_url: str, processes: Processes) -> Live:
    """Fill a site with the demo and the small course, and start it."""
    dutch = ROOT / "learnenv" / "translations" / "nl" / "LC_MESSAGES" / "messages.mo"
    assert dutch.exists(), "Compile the translations first: make .stamps/translations"
    port = free_port()
    site = Live(home=home, url=f"http://127.0.0.1:{port}")
    env = {
        k: v
        for k, v in os.environ.items()
        if k == "LEARNENV_XBLOCK_APPS" or not k.startswith(("LEARNENV_", "FLASK_"))
    }
    env |= {
        "LEARNENV_HOME": str(home),
        "LEARNENV_DATABASE_URL": database_url,
        "LEARNENV_BASE_URL": site.url,
        "PYTHONUNBUFFERED": "1",
    }
    site.env = env
    accounts = home / "accounts.json"
    processes.run("demo", "--size", "300", "--accounts-json", str(accounts), env=env)
    processes.run("import-course", str(MINI), env=env)
    site.accounts = [Account(**values) for values in json.loads(accounts.read_text("utf-8"))]
    log = home / "serve.log"
    server = processes.start("serve", "--port", str(port), "--with-worker", env=env, log=log)

    def is_up() -> bool:
        assert server.poll() is None, f"the site stopped: {log.read_text()}"
        return _answers(site.url)

    wait_until(is_up, START_SECONDS, "the site")
    return site
