"""P1: a route without a permission does not exist; no address is lost or gained silently."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from learnenv import app as root
from learnenv.kernel.errors import SetupError
from learnenv.kernel.permissions import Permission, permission_of
from learnenv.web.shell import check_walls
from tests.conftest import BASE_URL

STORED = Path(__file__).with_name("routes.txt")
RENEW = "UPDATE_ROUTES=1 pytest tests/house/test_routes.py"


def line_of(app: Flask, rule: Rule) -> str:
    methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
    permission = permission_of(app.view_functions[rule.endpoint])
    return f"{methods} {rule.rule} {rule.endpoint} {permission.key if permission else '-'}"


def test_P01_every_view_says_who_may_see_it(site: Flask) -> None:
    assert len(site.view_functions) > 50
    for endpoint, view in site.view_functions.items():
        assert isinstance(permission_of(view), Permission), endpoint


def test_P01_a_bare_route_stops_the_start(site: Flask) -> None:
    site.view_functions["bare.view"] = lambda: "open to all"
    try:
        with pytest.raises(SetupError, match=r"bare\.view"):
            check_walls(site)
    finally:
        del site.view_functions["bare.view"]
    check_walls(site)


def test_P01_a_bare_route_of_a_part_stops_create_app(
    site: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_a_hole(app: Flask) -> None:
        app.add_url_rule("/gat", "hole", lambda: "open to all")

    monkeypatch.setattr(root.failures, "install", with_a_hole)
    settings = root.config.load(
        home=tmp_path, database_url=f"sqlite:///{tmp_path / 'x.db'}", mode="test", base_url=BASE_URL
    )
    with pytest.raises(SetupError, match="hole"):
        root.create_app(settings)


def test_P01_a_bare_view_that_slips_in_later_is_not_served(app: Flask, client) -> None:
    from learnenv.web.routes import robots

    permission = robots.permission
    del robots.permission
    try:
        page = client.open("/robots.txt")
        assert page.status == 303
        assert "/aanmelden" in page.location
    finally:
        robots.permission = permission
    client.get("/robots.txt")


def test_P01_the_routes_are_the_stored_ones(site: Flask) -> None:
    now = sorted(line_of(site, rule) for rule in site.url_map.iter_rules())
    if os.environ.get("UPDATE_ROUTES"):
        STORED.write_text("\n".join(now) + "\n", encoding="utf-8")
    stored = STORED.read_text(encoding="utf-8").splitlines()
    lost = [f"- {line}" for line in stored if line not in now]
    new = [f"+ {line}" for line in now if line not in stored]
    changed = "\n".join(lost + new)
    assert not changed, (
        f"The routes changed:\n{changed}\n"
        f"Links to a lost address break. If this is meant, renew the list with\n  {RENEW}\n"
        "and look at the difference before you commit it."
    )
