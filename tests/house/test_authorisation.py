"""P2, P3, P4: every role asks every route, with its own objects and with those of others."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from learnenv.kernel.permissions import PUBLIC, VISITOR, Actor, Role, permission_of
from tests.house.world import (
    CANARY,
    SIGNED_OUT,
    World,
    changes,
    rules,
    snapshot,
    words_of,
)

STORED = Path(__file__).with_name("matrix.txt")
RENEW = "UPDATE_MATRIX=1 pytest tests/house/test_authorisation.py -k matrix"
ROLES = (
    "anonymous",
    "learner_a",
    "learner_b",
    "author",
    "scoped",
    "manager_a",
    "manager_b",
    "programme",
    "admin",
    "moderator",
    "coordinator",
    "assessor",
    "decider",
)
# What a manager may fill in behind a question mark, to look into another organisation.
PRYING = (
    "organisatie={organisation_id}",
    "zoek={name}",
    "q={name}",
    "organisatie={organisation_id}&eigen=1",
)


def shown(answer: TestResponse) -> str:
    """An answer in one word: `in` sends a visitor to the sign-in page."""
    if answer.status_code == 303 and answer.location.startswith("/aanmelden"):
        return "in"
    return str(answer.status_code)


def cases(world: World, method: str) -> list[tuple[Rule, str]]:
    """Every route, once per owner of the object it is about."""
    return [
        (rule, whose)
        for rule in rules(world.app, method)
        for whose in (("a", "b") if rule.arguments else ("a",))
    ]


def walk(world: World) -> list[str]:
    lines = [f"{'route':78} {' '.join(f'{role:>11}' for role in ROLES)}"]
    for rule, whose in cases(world, "GET"):
        path = world.path(rule, whose)
        answers = [shown(world.ask(role, path)) for role in ROLES]
        owner = f" [{whose}]" if rule.arguments else ""
        lines.append(f"{rule.rule + owner:78} {' '.join(f'{a:>11}' for a in answers)}")
    return lines


def test_P02_the_matrix_is_the_stored_one(world: World) -> None:
    assert set(ROLES) == set(world.roles)
    now = walk(world)
    if os.environ.get("UPDATE_MATRIX"):
        STORED.write_text("\n".join(now) + "\n", encoding="utf-8")
    stored = STORED.read_text(encoding="utf-8").splitlines()
    different = [f"- {line}" for line in stored if line not in now]
    different += [f"+ {line}" for line in now if line not in stored]
    assert not different, (
        "Who reaches what changed (or the order of the roles):\n" + "\n".join(different) + "\n"
        f"If this is meant by TRUST.md section 4, renew it with\n  {RENEW}\nand review the lines."
    )


def test_P02_the_stored_matrix_follows_the_permissions(world: World) -> None:
    """The file is not simply believed: without the permission it says 404, or sign in."""
    table = {}
    for line in STORED.read_text(encoding="utf-8").splitlines()[1:]:
        route, *rest = line.rsplit(None, len(ROLES))
        table[route] = dict(zip(ROLES, rest, strict=True))
    holders = actors(world)
    for rule, whose in cases(world, "GET"):
        permission = permission_of(world.app.view_functions[rule.endpoint])
        answers = table[rule.rule + (f" [{whose}]" if rule.arguments else "")]
        for role, answer in answers.items():
            assert answer != "403", f"{rule}: 403 tells {role} that it exists"
            assert not answer.startswith("5"), f"{rule} as {role}"
            if permission is PUBLIC or permission.allows(holders[role]):
                continue
            expected = "in" if role == SIGNED_OUT else "404"
            assert answer == expected, f"{rule} as {role}: {answer}"


def actors(world: World) -> dict[str, Actor]:
    roles = {
        "author": Role.AUTHOR, "scoped": Role.AUTHOR, "manager_a": Role.MANAGER, "manager_b": Role.MANAGER,
        "programme": Role.PROGRAMME_MANAGER, "admin": Role.ADMINISTRATOR, "moderator": Role.MODERATOR,
        "coordinator": Role.COORDINATOR, "assessor": Role.ASSESSOR, "decider": Role.DECISION_MAKER,
    }  # fmt: skip
    found = {SIGNED_OUT: VISITOR}
    for name in ROLES[1:]:
        mine = {Role.LEARNER, roles[name]} if name in roles else {Role.LEARNER}
        found[name] = Actor(person_id=world.people[name].id, roles=frozenset(mine))
    return found


OF_A_COURSE = {"courses.publish", "courses.grade"}


def test_P03_an_author_of_one_course_is_nobody_in_another(world: World) -> None:
    """Every author's route about a course, and only the own course in the list."""
    asked = 0
    world.browser("scoped")
    before = snapshot()
    for method in ("GET", "POST"):
        for rule in rules(world.app, method):
            permission = permission_of(world.app.view_functions[rule.endpoint])
            if permission is None or permission.key not in OF_A_COURSE or not rule.arguments:
                continue
            form = {"csrf_token": world.browser("scoped").token, "percent": "50"}
            answer = world.ask(
                "scoped", world.path(rule, "a"), method, data=form if method == "POST" else None
            )
            assert answer.status_code == 404, f"{method} {rule}"
            asked += 1
    assert asked >= 6
    assert snapshot() == before
    for page in ("importverslag", "exporteren", "resultaten", "nakijken"):
        assert world.ask("scoped", f"/beheer/cursussen/eigen/{page}").status_code == 200
        assert world.ask("author", f"/beheer/cursussen/eigen/{page}").status_code == 200
    listed = words_of(world.ask("scoped", "/beheer/cursussen"))
    assert "Cursus eigen" in listed
    assert "Proefcursus" not in listed
    lesson = "/cursussen/proef/les/proef-les/proef-deel-2"
    assert world.ask("author", lesson).status_code == 200
    shown = world.ask("scoped", "/cursussen/proef/les/proef-toets")
    assert shown.status_code == 403, "no preview of what a visitor may not open"
    assert world.ask("scoped", "/cursussen/eigen/les/eigen-les/eigen-deel").status_code == 200


PRIVATE = {
    "courses.attempt", "courses.summary", "courses.result", "certificates.one",
    "certificates.download", "certificates.state_fragment",
}  # fmt: skip


def test_P03_what_is_of_another_person_does_not_exist(world: World) -> None:
    found = {r.endpoint: r for r in rules(world.app, "GET")}
    for endpoint in sorted(PRIVATE):
        own = world.ask("learner_a", world.path(found[endpoint], "a"))
        assert own.status_code in {200, 303}, endpoint
        if own.status_code == 303:
            assert own.location.startswith("/toets/"), endpoint
        for role in set(ROLES) - {"learner_a", SIGNED_OUT}:
            answer = world.ask(role, world.path(found[endpoint], "a"))
            assert answer.status_code == 404, f"{endpoint} as {role}"
            nothing = world.build(
                found[endpoint], {"number": "2026-NOSUCH00", "attempt_id": 999999}
            )
            assert len(answer.data) == len(world.ask(role, nothing).data) or (
                visible(answer) == visible(world.ask(role, nothing))
            ), f"{endpoint}: another's object looks different from none"


def visible(answer: TestResponse) -> str:
    from bs4 import BeautifulSoup

    main = BeautifulSoup(answer.data, "html5lib").find("main")
    return " ".join(main.get_text(" ").split()) if main else ""


def bodies(world: World, rule: Rule, whose: str) -> dict[str, Any]:
    """A form that would do harm, were it let through."""
    return {
        "csrf_token": "", "role": "administrator", "name": "Gekaapt", "email": "kaper@example.nl",
        "reason": "zomaar", "scope_id": str(world.objects[whose]["organisation_id"]),
        "addresses": "kaper@example.nl", "year": "2026", "target": "1", "tier": "gemeente",
        "question": "proef-vraag-1", "proef-vraag-1-r0": "c0", "stars": "1", "text": "x",
        "organisation_id": str(world.objects[whose]["organisation_id"]), "language": "nl",
        "proef-oefenvraag-r0": "c1",
    }  # fmt: skip


def send(world: World, role: str, rule: Rule, whose: str) -> TestResponse:
    form = bodies(world, rule, whose) | {"csrf_token": world.browser(role).token}
    return world.ask(role, world.path(rule, whose), "POST", data=form)


def test_P02_a_post_without_the_permission_changes_nothing(world: World) -> None:
    holders = actors(world)
    for role in ROLES:
        world.browser(role)
    asked = 0
    before = snapshot()
    for rule, whose in cases(world, "POST"):
        permission = permission_of(world.app.view_functions[rule.endpoint])
        if permission is PUBLIC:
            continue
        for role in ROLES:
            if permission.allows(holders[role]):
                continue
            answer = send(world, role, rule, whose)
            expected = "in" if role == SIGNED_OUT else "404"
            assert shown(answer) == expected, f"POST {rule} as {role}: {answer.status_code}"
            asked += 1
        after = snapshot()
        assert after == before, f"POST {rule}: {changes(before, after)}"
    assert asked > 100


OF_A_PERSON = {
    "courses.save_answers", "courses.hand_in", "accounts.end_session",
    "accounts.withdraw_role",
}  # fmt: skip


@pytest.mark.parametrize("role", ["learner_b", "author", "scoped", "manager_b", "programme"])
def test_P03_nobody_writes_what_is_of_another(world: World, role: str) -> None:
    found = {r.endpoint: r for r in rules(world.app, "POST")}
    world.browser(role)
    before = snapshot()
    for endpoint in sorted(OF_A_PERSON):
        answer = send(world, role, found[endpoint], "a")
        assert answer.status_code in {303, 404}, endpoint
        after = snapshot()
        assert after == before, f"{endpoint} as {role}: {changes(before, after)}"
    assert send(world, "learner_a", found["courses.hand_in"], "a").status_code == 303
    assert snapshot() != before, "the owner can"


def test_P03_an_administrator_does_not_reach_a_role_through_another_person(world: World) -> None:
    values = {**world.objects["a"], "person_id": world.objects["b"]["person_id"]}
    rule = next(r for r in rules(world.app, "POST") if r.endpoint == "accounts.withdraw_role")
    path = world.build(rule, {n: values[n] for n in rule.arguments})
    world.browser("admin")
    before = snapshot()
    assert (
        world.ask(
            "admin", path, "POST", data={"csrf_token": world.browser("admin").token}
        ).status_code
        == 404
    )
    assert snapshot() == before


@pytest.mark.parametrize(
    ("role", "other"), [("manager_b", "a"), ("manager_a", "b"), ("learner_b", "a")]
)
def test_P04_canaries_of_another_organisation_never_show(
    world: World, role: str, other: str
) -> None:
    """Names of people, addresses, job titles: in pages, exports, search and PDF."""
    own = "b" if other == "a" else "a"
    seen_own = 0
    for rule, whose in cases(world, "GET"):
        if rule.endpoint == "certificates.verify":
            continue  # who has the code of a certificate may see whose it is
        path = world.path(rule, whose)
        values = world.objects[other] | {"name": CANARY[other]}
        for query in ("", *(p.format(**values) for p in PRYING)):
            if query and not (
                rule.endpoint.startswith(("reporting.", "accounts.")) or rule.arguments == set()
            ):
                continue
            answer = world.ask(role, f"{path}?{query}" if query else path)
            words = words_of(answer)
            for secret in (
                f"{CANARY[other]} Jansen",
                f"{CANARY[other].lower()}@",
                f"Adviseur {CANARY[other]}",
            ):
                assert secret not in words, f"{path}?{query} shows {secret} to {role}"
            seen_own += f"{CANARY[own]} Jansen" in words
    assert seen_own, "the walk must see one's own people, else it sees nothing"


def test_P04_a_manager_who_moves_loses_sight_at_once(world: World) -> None:
    from sqlalchemy import update

    from learnenv.accounts.models import RoleAssignment
    from learnenv.kernel.db import db
    from learnenv.kernel.transaction import transaction

    name = f"{CANARY['a']} Jansen"
    assert name in words_of(world.ask("manager_a", "/cijfers/lijst"))
    with transaction():
        db.session.execute(
            update(RoleAssignment)
            .where(RoleAssignment.person_id == world.people["manager_a"].id)
            .values(scope_id=world.organisations["b"].id)
        )
    words = words_of(world.ask("manager_a", "/cijfers/lijst"))
    assert name not in words
    assert f"{CANARY['b']} Jansen" in words
