"""P21: an address that is known takes as much work as one that is not."""

from __future__ import annotations

import itertools
import time
from statistics import median

import pytest
from flask import Flask

from tests.browser import PASSWORD, Browser
from tests.factories import make_person

ROUNDS = 9
NOISE = 1.5
"""How many times as long the slower of two may take. CPU time: other processes do not count."""
FORMS = {
    "/aanmelden": {"password": "een verkeerde zin"},
    "/account/nieuw": {"name": "N", "password": "een heel andere zin"},
    "/account/vergeten": {},
}
_origins = itertools.count(1)


def work(client: Browser, path: str, email: str) -> float:
    """Return the CPU seconds of one answer, each from another place: no limit is reached."""
    number = next(_origins)
    place = {"REMOTE_ADDR": f"192.0.{number // 250}.{number % 250}"}
    form = {"csrf_token": client.token, "email": email, **FORMS[path]}
    start = time.process_time()
    answer = client.client.open(path, method="POST", data=form, environ_base=place)
    spent = time.process_time() - start
    assert answer.status_code in {303, 422}, answer.status_code
    return spent


@pytest.mark.parametrize("path", FORMS)
def test_P21_a_known_address_takes_no_other_time(app: Flask, path: str) -> None:
    known = [make_person(password=PASSWORD).email for _ in range(ROUNDS + 2)]
    client = Browser(app)
    client.fetch_token()
    spent: dict[str, list[float]] = {"known": [], "unknown": []}
    for number, email in enumerate(known):
        # turn and turn about, so that a slow moment of the machine hits both
        both = (work(client, path, email), work(client, path, f"vreemd{number}@elders.example"))
        if number >= 2:  # the first two fill caches
            for name, seconds in zip(spent, both, strict=True):
                spent[name].append(seconds)
    one, other = sorted(median(seconds) for seconds in spent.values())
    assert other <= NOISE * one, f"{path}: {spent}"


def test_P21_the_work_for_an_unknown_address_leaves_nothing(app: Flask) -> None:
    from learnenv.accounts.models import MailedToken
    from learnenv.kernel.db import db
    from learnenv.kernel.models import OutboxMail, QueuedJob

    client = Browser(app)
    client.post("/account/vergeten", {"email": "vreemd@elders.example"})
    for model in (MailedToken, OutboxMail, QueuedJob):
        assert db.session.query(model).count() == 0, model
    client.post("/account/vergeten", {"email": make_person().email})
    for model in (MailedToken, OutboxMail, QueuedJob):
        assert db.session.query(model).count() == 1, model
