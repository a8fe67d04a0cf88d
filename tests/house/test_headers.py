"""P12 and P24: what every answer carries, and where a redirect may lead."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from learnenv.web import assets
from tests.browser import Browser
from tests.conftest import make_app
from tests.factories import make_person
from tests.house.world import World, rules

EVIL = (
    "https://elders.example", "//elders.example", "///elders.example", "/\\elders.example",
    "\\\\elders.example", "/\t/elders.example", "/\n/elders.example", "http:elders.example",
    "javascript:alert(1)", " //elders.example", "/\\/elders.example", "elders.example",
    "data:text/html,x", "//elders.example/%2e%2e", "https:///elders.example", "\x00//elders.example",
)  # fmt: skip


def check_headers(response, where: str) -> None:
    headers = response.headers
    policy = headers.get("Content-Security-Policy", "")
    assert policy, f"{where}: no policy"
    assert "unsafe" not in policy.replace("style-src 'unsafe-inline'; sandbox", ""), where
    assert "default-src 'none'" in policy, where
    assert headers["X-Content-Type-Options"] == "nosniff", where
    assert headers["Referrer-Policy"] == "same-origin", where
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin", where
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin", where
    assert "camera=()" in headers["Permissions-Policy"], where
    assert "werkzeug" not in headers.get("Server", "").lower(), where
    assert headers.get("Cache-Control"), where


def test_P24_every_answer_of_every_route_carries_the_headers(world: World) -> None:
    for role in ("anonymous", "learner_a", "learner_b"):
        for rule in rules(world.app, "GET"):
            answer = world.ask(role, world.path(rule, "a"))
            check_headers(answer, f"{rule} as {role}")
            if role != "anonymous" and not rule.rule.startswith(("/bestand", "/blok-bestand")):
                assert "no-store" in answer.headers["Cache-Control"], str(rule)


def test_P24_error_answers_carry_them_too(app: Flask, client: Browser, monkeypatch) -> None:
    check_headers(client.get("/bestaat-niet", 404).response, "404")
    check_headers(client.open("/aanmelden", "POST", data={}).response, "400")
    check_headers(client.open("/afmelden", "GET").response, "405")
    check_headers(client.open("/", headers={"Host": "elders.example:99999"}).response, "odd host")

    def fails() -> str:
        raise RuntimeError("een geheim in een fout")

    fails.permission = app.view_functions["web.privacy"].permission
    monkeypatch.setitem(app.view_functions, "web.privacy", fails)
    page = client.get("/privacy", 500)
    check_headers(page.response, "500")
    assert "geheim" not in page.text
    assert re.search(r"\b[0-9a-f]{8}\b", page.main), "a reference number"


def test_P24_a_program_gets_its_errors_as_json(client: Browser) -> None:
    page = client.get("/bestaat-niet", 404, headers={"Accept": "application/json"})
    assert page.json()["status"] == 404
    check_headers(page.response, "json")


def test_P24_static_files_are_not_sniffed(client: Browser) -> None:
    page = client.get(assets.static_url("app.js"))
    assert page.response.headers["X-Content-Type-Options"] == "nosniff"
    assert page.response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "immutable" in page.response.headers["Cache-Control"]
    page.response.close()


def test_P24_the_nonce_is_another_one_every_time(client: Browser) -> None:
    nonces = set()
    for _ in range(5):
        page = client.get("/aanmelden")
        found = re.search(r"'nonce-([^']+)'", page.response.headers["Content-Security-Policy"])
        assert found is not None
        assert page.soup is not None
        assert {tag["nonce"] for tag in page.soup.find_all("script")} <= {found[1]}
        nonces.add(found[1])
    assert len(nonces) == 5


def test_P24_over_tls_the_cookie_and_transport_are_strict(tmp_path) -> None:
    app = make_app(tmp_path, f"sqlite:///{tmp_path / 'x.db'}")
    settings = app.config["SETTINGS"]
    import dataclasses

    from learnenv.app import create_app

    secure = create_app(dataclasses.replace(settings, base_url="https://leren.example"))
    client = secure.test_client()
    answer = client.get("/aanmelden", base_url="https://leren.example")
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie
    from learnenv.kernel.db import db

    for one in (app, secure):
        with one.app_context():
            db.engine.dispose()


def test_P24_security_txt_is_complete_and_fresh(client: Browser) -> None:
    from datetime import datetime, timedelta

    from learnenv.kernel.clock import now

    text = client.get("/.well-known/security.txt").text
    found = dict(line.split(": ", 1) for line in text.strip().splitlines())
    assert set(found) >= {"Contact", "Expires", "Canonical", "Policy", "Preferred-Languages"}
    expires = datetime.fromisoformat(found["Expires"])
    assert now() < expires < now() + timedelta(days=365)


@pytest.mark.parametrize("target", EVIL)
def test_P12_no_next_leads_away(app: Flask, client: Browser, target: str) -> None:
    for code in ("nl", "xx"):
        page = client.open(f"/taal/{code}", query_string={"next": target})
        assert page.status == 303
        assert page.location == "/", f"/taal/{code}?next={target!r} leads to {page.location}"
    client.sign_in(make_person())
    page = client.open("/aanmelden", query_string={"next": target})
    assert page.location == "/", f"/aanmelden?next={target!r} leads to {page.location}"


def test_P12_an_own_next_is_followed(client: Browser) -> None:
    page = client.open("/taal/en", query_string={"next": "/cursussen?q=a&theme=b"})
    assert page.location == "/cursussen?q=a&theme=b"


def test_P12_a_made_up_host_is_in_no_link(app: Flask, client: Browser) -> None:
    for headers in ({"Host": "elders.example"}, {"X-Forwarded-Host": "elders.example"}):
        page = client.open("/account", headers=headers)
        assert "elders.example" not in page.location
        assert "elders.example" not in client.open("/", headers=headers).text


def test_P12_mailed_links_lead_home(app: Flask, client: Browser) -> None:
    from sqlalchemy import select

    from learnenv.kernel.db import db
    from learnenv.kernel.models import OutboxMail

    make_person(email="iemand@example.nl")
    client.post(
        "/account/vergeten",
        {"email": "iemand@example.nl"},
        headers={"X-Forwarded-Host": "elders.example", "Forwarded": "host=elders.example"},
    )
    mail = db.session.scalars(select(OutboxMail)).one()
    assert "http://localhost/account/herstellen/" in mail.text
    assert "elders.example" not in mail.text + mail.html
    from learnenv.kernel.site import site_url

    with app.test_request_context(base_url="http://elders.example"):
        assert site_url("/x") == "http://localhost/x"


def test_P12_only_trusted_hosts_are_answered(tmp_path) -> None:
    from learnenv.kernel.db import db

    app = make_app(tmp_path, f"sqlite:///{tmp_path / 'x.db'}", trusted_hosts=("localhost",))
    with app.app_context():
        client = Browser(app)
        assert client.open("/healthz").status == 200
        page = client.open("/healthz", headers={"Host": "elders.example"})
        assert page.status == 400
        db.session.remove()
        db.engine.dispose()
