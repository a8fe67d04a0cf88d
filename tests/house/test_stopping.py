"""The site ends when it is told to, and a web worker that ends takes nobody with it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house.test_kill import READY_SECONDS, Server

SECONDS = 9
"""A web worker that hangs is killed after ten."""


def until(done: Callable[[], bool], what: str, seconds: float = SECONDS) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@pytest.fixture
def server(tmp_path: Path):
    server = Server(tmp_path, f"sqlite:///{tmp_path / 'own.db'}")
    server.start()
    yield server
    if server.process.poll() is None:
        server.kill()


def test_the_job_worker_stays_when_a_web_worker_is_renewed(server: Server) -> None:
    until(server.is_complete, "the workers", READY_SECONDS)
    jobs, [web, *_others] = server.children(jobs=True), server.children(jobs=False)
    os.kill(web, signal.SIGTERM)  # as after many requests
    until(lambda: web not in server.children(jobs=False), "the web worker hangs")
    time.sleep(0.5)
    assert server.children(jobs=True) == jobs


def test_the_site_stops_within_seconds(server: Server) -> None:
    until(server.is_complete, "the workers", READY_SECONDS)
    server.process.terminate()
    until(lambda: server.process.poll() is not None, "the site hangs")


def test_a_job_worker_that_still_starts_ends_too_when_the_site_is_killed(server: Server) -> None:
    until(server.is_complete, "the workers", READY_SECONDS)
    server.kill("job worker")
    until(lambda: not server.children(jobs=True), "the killed one")
    until(lambda: bool(server.children(jobs=True)), "another one", READY_SECONDS)
    server.kill("main")  # waits for the end of all
