"""Commands that run the site: web server, worker, and the check before going live."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import click
from flask import Flask

from learnenv import config
from learnenv.cli import data
from learnenv.cli.people import setup_link
from learnenv.kernel import jobs
from learnenv.kernel.errors import DomainError, SetupError

BESIDE_PAGES = 10
"""How much the worker steps back for the pages on the same machine (0 to 19)."""
SQLITE_ADVISED = (3, 51, 3)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=int)
@click.option("--workers", default=0, help="Web processes; 0 chooses by the machine.")
@click.option("--threads", default=4, show_default=True, type=int)
@click.option(
    "--with-worker/--without-worker",
    default=None,
    help="Run the job worker too. Default: yes on SQLite, no on another database.",
)
def serve(host: str, port: int, workers: int, threads: int, *, with_worker: bool | None) -> None:
    """Run the site: web server and, on the embedded default, the job worker."""
    os.environ.setdefault("LEARNENV_BASE_URL", f"http://{host}:{port}")
    settings = config.load()
    embedded = settings.database_url.startswith("sqlite")
    if settings.mode == "production":
        _refuse_unsafe(settings)
    if not data.is_in_use(settings.database_url):
        _apart(_make_ready, upgrade=embedded and settings.mode != "production")
    _greet(settings)
    helper = Helper() if (embedded if with_worker is None else with_worker) else None
    try:
        _run_gunicorn(f"{host}:{port}", workers or min(4, os.cpu_count() or 1), threads)
    finally:
        if helper is not None:
            helper.stop()


def _apart(work: Callable[..., None], **named: Any) -> None:
    """Do something in a process of its own and wait for it; end when it fails.

    The process that stays only keeps the workers going: without the whole site in it, it and each
    worker that is forked from it take tens of megabytes less.
    """

    def run() -> None:
        try:
            work(**named)
        except (SetupError, DomainError) as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(1)

    child = multiprocessing.get_context("fork").Process(target=run)

    def stop(number: int, _frame: FrameType | None) -> None:
        child.terminate()
        child.join()
        sys.exit(128 + number)

    child.start()
    usual = signal.signal(signal.SIGTERM, stop)
    child.join()
    signal.signal(signal.SIGTERM, usual)
    if child.exitcode:
        sys.exit(1)


def _make_ready(*, upgrade: bool) -> None:
    """Bring the tables up to date where that is safe, refuse a wrong schema, invite the first."""
    with data.make().app_context():
        if upgrade:
            data.upgrade_schema()
        data.require_current_schema()
        if link := setup_link():
            click.echo(
                f"Nobody has an account yet. Make the first administrator here (one hour):\n{link}"
            )


def _greet(settings: config.Settings) -> None:
    click.echo(f"The site is at {settings.base_url}")
    if old := _old_sqlite(settings):
        click.echo(old, err=True)


class Helper:
    """The job worker beside the web server; when it dies, another one takes its place.

    Pages go first: drawing a thousand certificates may take a little longer.
    """

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.process = self._start()
        self.stopping = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 (this interpreter, this module)
            [sys.executable, "-m", "learnenv", "worker", "--nice", str(BESIDE_PAGES),
             "--beside", str(os.getpid())]
        )  # fmt: skip

    def _watch(self) -> None:
        while not self.stopping.is_set():
            self.process.wait()
            if not self.stopping.wait(1):
                click.echo("The job worker stopped; starting another one.", err=True)
                self.process = self._start()

    def stop(self) -> None:
        """End the worker, after the job it is doing.

        Web workers are forked from the process that has the helper, and come here when they end:
        the worker is not theirs to end, nor can they wait for it.
        """
        if os.getpid() != self.owner:
            return
        self.stopping.set()
        self.process.terminate()
        self.process.wait(timeout=15)


def _run_gunicorn(bind: str, workers: int, threads: int) -> None:
    from gunicorn.app.base import BaseApplication
    from gunicorn.arbiter import Arbiter

    options: dict[str, Any] = {
        "bind": bind,
        "workers": workers,
        "worker_class": "gthread",
        "threads": threads,
        "preload_app": False,
        "graceful_timeout": 10,
        "timeout": 60,
        "keepalive": 5,
        "max_requests": 50_000,
        "max_requests_jitter": 5_000,
        "control_socket_disable": True,
        "loglevel": "warning",
        "proc_name": "learnenv",
    }

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for key, value in options.items():
                if key in self.cfg.settings:
                    self.cfg.set(key, value)

        def load(self) -> Flask:
            try:
                made = data.make()
            except (SetupError, DomainError) as error:
                click.echo(f"Error: {error}", err=True)
                sys.exit(Arbiter.WORKER_BOOT_ERROR)  # and the server ends
            # What is made once stays: a full collection need not walk it again in mid-request.
            gc.collect()
            gc.freeze()
            return made

    Server().run()


@click.command("worker")
@click.option(
    "--nice", default=0, type=click.IntRange(0, 19), help="Step back for other processes."
)
@click.option(
    "--beside", default=0, hidden=True, help="The process that started this; end when it is gone."
)
def worker(nice: int, beside: int) -> None:
    """Run jobs until stopped: mails, certificates, repeating work."""
    os.nice(nice)
    app = data.make()
    stopping = {"now": False}

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping["now"] = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    parent = beside or os.getppid()  # who started us may be gone before we come here

    def should_stop() -> bool:
        return stopping["now"] or os.getppid() != parent

    with app.app_context(), app.test_request_context():
        data.require_current_schema()
        while not should_stop():
            try:
                jobs.work(app.extensions["jobs"], should_stop)
            except Exception as error:  # noqa: BLE001 - the database may be restarting
                click.echo(f"worker: {error!r}; trying again", err=True)
                time.sleep(1)


@click.command("check")
def check() -> None:
    """Print every setting that is unsafe for production; exit code 1 when there is one."""
    settings = config.load()
    found = config.problems(settings)
    for line in found:
        click.echo(f"- {line}")
    if old := _old_sqlite(settings):
        click.echo(old)
    if not settings.scanner:
        click.echo("Let op: LEARNENV_SCANNER ontbreekt, dus bestanden worden niet gescand.")
    if found:
        raise click.exceptions.Exit(1)
    click.echo("Geen onveilige instellingen gevonden.")


def _old_sqlite(settings: config.Settings) -> str:
    """Return a warning when SQLite holds the data and is older than advised (P39), else nothing."""
    is_used = settings.database_url.startswith("sqlite")
    if not is_used or sqlite3.sqlite_version_info >= SQLITE_ADVISED:
        return ""
    wanted = ".".join(map(str, SQLITE_ADVISED))
    return f"Let op: SQLite {sqlite3.sqlite_version} is ouder dan {wanted}."


def _refuse_unsafe(settings: config.Settings) -> None:
    found = config.problems(settings)
    if found:
        raise SetupError("De site start zo niet in productie:\n- " + "\n- ".join(found))
