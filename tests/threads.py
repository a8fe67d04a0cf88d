"""Several people at the same moment: threads that start together, each with its own context."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import TypeVar

from flask import Flask

from learnenv.kernel.db import db

T = TypeVar("T")


def together(app: Flask, number: int, work: Callable[[int], T]) -> list[T]:
    """Run `work(0)` ... `work(number - 1)` at once; return the results, raise the first error."""
    db.session.rollback()
    gate = threading.Barrier(number)
    results: dict[int, T] = {}
    errors: list[BaseException] = []

    def run(place: int) -> None:
        try:
            with (
                app.app_context(),
                app.test_request_context("/", headers={"Accept-Language": "en"}),
            ):
                gate.wait(timeout=20)
                results[place] = work(place)
                db.session.remove()
        except BaseException as error:  # noqa: BLE001 - shown by the test
            errors.append(error)
            gate.abort()

    threads = [
        threading.Thread(target=contextvars.Context().run, args=(run, n)) for n in range(number)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "a thread hangs"
    db.session.rollback()
    db.session.expire_all()
    if errors:
        raise errors[0]
    return [results[n] for n in range(number)]
