"""What the pages for staff say in words: rights and the audit trail, in both languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from flask_babel import force_locale

from courses.models import RequestState
from learnenv.accounts import audit_words
from learnenv.kernel.permissions import PUBLIC, Role, permission_of
from tests.browser import Browser
from tests.factories import make_person
from tests.house.world import World, complete

ROOT = Path(__file__).parents[2]
# Functions that pass an action on to audit.record; who calls them says which.
FORWARDERS = {"_leave_a_trace": 0, "leave_line": 0}
FILLED = {"enrolment.": (RequestState.APPROVED, RequestState.DECLINED)}


def test_j1_the_page_of_rights_shows_every_permission(app: Flask, client: Browser) -> None:
    areas = app.extensions["areas"].areas
    wanted = {p.key: p for area in areas for p in area.permissions}
    for view in app.view_functions.values():
        permission = permission_of(view)
        if permission is not None and permission is not PUBLIC:
            wanted[permission.key] = permission
    assert {"accounts.own", "accounts.invite", "accounts.administer"} <= set(wanted)
    client.sign_in(make_person(roles=[(Role.ADMINISTRATOR, None)]))
    page = client.get("/beheer/rechten")
    assert page.soup is not None
    rows = [[c.get_text(" ", strip=True) for c in row.find_all(["th", "td"])]
            for row in page.soup.select("main tbody tr")]  # fmt: skip
    shown = {row[0]: row[1:] for row in rows}
    assert len(rows) == len(wanted)
    for permission in wanted.values():
        cells = shown[str(permission.title)]
        assert ["Yes" in cell for cell in cells] == [role in permission.roles for role in Role]


def strings(node: ast.expr) -> list[str] | None:
    """Return what an expression can be, as far as it stands in the code."""
    if isinstance(node, ast.Constant):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return (strings(node.body) or []) + (strings(node.orelse) or [])
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        prefix = node.values[0].value
        return [prefix + value for value in FILLED[prefix]] if prefix in FILLED else None
    return None


def recorded() -> Iterator[tuple[str, ast.Call, list[str] | None]]:
    """Return every line that the code writes to the audit trail: where, the call, and its actions."""
    for package in ("learnenv", "courses", "certificates"):
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            inside = {
                id(call): function.name
                for function in ast.walk(tree)
                if isinstance(function, ast.FunctionDef)
                for call in ast.walk(function)
            }
            for call in ast.walk(tree):
                if not isinstance(call, ast.Call):
                    continue
                name = ast.unparse(call.func)
                if name not in {"audit.record", "audit_trail.record", *FORWARDERS}:
                    continue
                where = f"{path.relative_to(ROOT)}:{call.lineno}"
                found = strings(call.args[0])
                if found is None and inside.get(id(call)) in FORWARDERS | {"_write": 0, "write": 0}:
                    continue
                assert found, f"{where}: which action is this? Write it out, or teach this test"
                yield where, call, found


def test_every_action_of_the_audit_trail_has_words(app: Flask) -> None:
    found = {action: where for where, _call, actions in recorded() for action in actions}
    assert len(found) > 15
    missing = {a: where for a, where in found.items() if a not in audit_words.ACTIONS}
    assert not missing, f"add them to learnenv/accounts/audit_words.py: {missing}"
    unused = set(audit_words.ACTIONS) - set(found)
    assert not unused, f"nothing writes these any more: {unused}"
    for table in (audit_words.ACTIONS, audit_words.THINGS, audit_words.DETAILS):
        for code, label in table.items():
            with force_locale("nl"):
                dutch = str(label)
            with force_locale("en"):
                english = str(label)
            assert code not in {dutch, english}
            if table is audit_words.ACTIONS:
                assert dutch != english, f"{code} has no Dutch"


def test_every_thing_and_detail_of_the_audit_trail_has_words() -> None:
    """What a line is about, and what else it says, is read by people too."""
    missing = []
    things = set()
    for where, call, _actions in recorded():
        subject = call.args[1]
        if ast.unparse(call.func) not in FORWARDERS:
            first = subject.values[0] if isinstance(subject, ast.JoinedStr) else subject
            assert isinstance(first, ast.Constant), f"{where}: begin with what it is about"
            things.add(first.value.partition(":")[0])
            if first.value.partition(":")[0] not in audit_words.THINGS:
                missing.append((where, first.value))
        names = {word.arg for word in call.keywords} - {"actor", "outcome", None}
        missing += [(where, name) for name in names if name not in audit_words.DETAILS]
    assert len(things) > 8
    assert not missing, f"add them to learnenv/accounts/audit_words.py: {missing}"


def test_no_code_shows_in_the_audit_trail(world: World) -> None:
    """Some of everything that happens is done, and the page shows words for it."""
    world.ask("manager_a", "/cijfers/lijst")
    number = world.objects["a"]["number"]
    world.ask("admin", f"/beheer/certificaten/{number}")
    admin = world.browser("admin")
    form = {"csrf_token": admin.token, "role": "author", "scope_id": "", "course_id": ""}
    path = f"/beheer/mensen/{world.people['learner_b'].id}"
    world.ask("admin", f"{path}/rollen", "POST", data=form)
    template = {"months_valid": "12", "courses": [world.course.id], "csrf_token": admin.token}
    world.ask("admin", "/beheer/certificaten/sjablonen/proef", "POST", data=template)
    complete(make_person(), world.course)
    browser = Browser(world.app, "nl").sign_in(world.people["admin"])
    rows = browser.get("/taal/nl", 303) and browser.get("/beheer/logboek").soup.select("tbody tr")
    assert len(rows) > 3
    for row in rows:
        cells = [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
        for code in (*audit_words.ACTIONS, *(f"{thing}:" for thing in audit_words.THINGS)):
            assert code not in " ".join(cells)
        assert cells[4] == "Klaar"
    words = " ".join(row.get_text(" ") for row in rows)
    assert "Rol gegeven" in words
    assert "Rol: Auteur" in words
    assert "Certificaat bekeken" in words
    assert f"Cursussen: {world.course.id}" in words, "a detail that is a list"


def test_the_history_of_a_certificate_is_in_the_language_of_the_page(world: World) -> None:
    """Also what was proposed and what the second person confirmed."""
    browser = Browser(world.app, "nl").sign_in(world.people["admin"])
    browser.get("/taal/nl", 303)
    path = f"/beheer/certificaten/{world.objects['a']['number']}"
    before = browser.get(path).main
    browser.post(f"{path}/intrekken", {"reason": "Verkeerde naam"})
    between = browser.get(path).main
    Browser(world.app).sign_in(world.people["programme"]).post(f"{path}/bevestigen")
    after = browser.get(path).main
    for word in ("valid", "revoked", "issued", "proposed"):
        assert word not in f"{before} {between} {after}".lower().split()
    assert "Geldig" in before
    assert "Uitgegeven" in before
    assert "Een intrekking wacht op een tweede persoon" in between
    assert "Ingetrokken" not in between
    assert "Ingetrokken" in after
    assert "wacht op een tweede persoon" not in after
