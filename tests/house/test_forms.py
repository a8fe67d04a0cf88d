"""P10: no change without a token, and no change by only looking."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from learnenv.kernel.db import db
from learnenv.kernel.models import AuditEntry
from tests.house.world import World, changes, rules, snapshot

FAR = {"Origin": "https://elders.example", "Referer": "https://elders.example/x"}


# Called by outside services without a session: a signed address is the proof, and it is nobody's
# in person (tests/courses/test_host.py). A file that a stranger lets us check changes nothing but
# the count of the limit.
SIGNED = {"courses.outside_handler", "certificates.check_file"}


@pytest.mark.parametrize(
    ("kind", "kwargs"),
    [
        ("form", {"data": {"name": "Gekaapt", "do": "save", "proef-oefenvraag-r0": "c1"}}),
        ("text", {"data": "name=Gekaapt", "content_type": "text/plain"}),
        ("json", {"json": {"name": "Gekaapt"}}),
        ("wrong", {"data": {"csrf_token": "verzonnen", "name": "Gekaapt"}}),
        ("empty", {"data": {"csrf_token": "", "name": "Gekaapt"}}),
    ],
)
def test_P10_a_post_without_a_token_is_refused(world: World, kind: str, kwargs: dict) -> None:
    for role in ("learner_a", "admin"):
        world.browser(role)
    before = snapshot()
    found = [r for r in rules(world.app, "POST") if r.endpoint not in SIGNED]
    assert len(found) > 25
    for rule in found:
        for role in ("learner_a", "admin"):
            answer = world.ask(role, world.path(rule, "a"), "POST", **kwargs)
            assert answer.status_code == 400, f"{kind} to {rule} as {role}: {answer.status_code}"
            answer = world.ask(role, world.path(rule, "a"), "POST", headers=FAR, **kwargs)
            assert answer.status_code == 400, f"{kind} to {rule} from elsewhere"
        after = snapshot()
        assert after == before, f"{rule}: {changes(before, after)}"


def test_P10_the_token_of_another_session_is_refused(world: World) -> None:
    stolen = world.browser("learner_b").token
    world.browser("learner_a")
    before = snapshot()
    for rule in (r for r in rules(world.app, "POST") if r.endpoint not in SIGNED):
        answer = world.ask("learner_a", world.path(rule, "a"), "POST", data={"csrf_token": stolen})
        assert answer.status_code == 400, str(rule)
    assert snapshot() == before


def test_P10_the_token_is_what_lets_a_post_through(world: World) -> None:
    token = world.browser("learner_a").token
    before = snapshot()
    rule = next(r for r in rules(world.app, "POST") if r.endpoint == "courses.here")
    answer = world.ask("learner_a", world.path(rule, "a"), "POST", data={"csrf_token": token})
    assert answer.status_code == 204
    assert list(changes(before, snapshot())), "this post writes, so the walks above can fail"


@pytest.mark.parametrize("role", ["anonymous", "learner_a", "author", "manager_a", "admin"])
def test_P10_looking_changes_nothing(world: World, role: str) -> None:
    """Only the audit trail grows: who looks at names of others leaves a line."""
    world.browser(role)
    staff = role in {"manager_a", "admin"}
    left_out = frozenset({"kernel_audit"}) if staff else frozenset()
    before = snapshot(without=left_out)
    for rule in rules(world.app, "GET"):
        for method in ("GET", "HEAD", "OPTIONS"):
            world.ask(role, world.path(rule, "a"), method)
        after = snapshot(without=left_out)
        assert after == before, f"{rule}: {changes(before, after)}"
    if staff:
        known = {
            "certificate.seen", "certificates.exported", "figures.list_viewed",
            "figures.list_exported",
        }  # fmt: skip
        found = set(
            db.session.scalars(
                select(AuditEntry.action).where(AuditEntry.actor_id == world.people[role].id)
            )
        )
        assert found, "looking at people leaves a line (P36)"
        assert found <= known
