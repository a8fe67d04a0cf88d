"""Getting in: where one was going is kept, and what is wrong is told at once."""

from __future__ import annotations

import re

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from learnenv.accounts.models import Person
from learnenv.kernel.db import db
from learnenv.kernel.models import OutboxMail
from tests.browser import PASSWORD, Browser
from tests.factories import make_course, make_person
from tests.house.test_headers import EVIL

COURSE = "/cursussen/proef"
NEW = {"name": "Noor de Vries", "email": "noor@gemeente.example", "password": PASSWORD}


def link_in_mail(prefix: str) -> str:
    text = db.session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first().text
    found = re.search(rf"{prefix}\S*", text)
    assert found, text
    return found.group()


def href(page, start: str) -> list[str]:
    return [
        str(a["href"]) for a in page.soup.find_all("a", href=True) if a["href"].startswith(start)
    ]


def test_who_starts_at_a_course_ends_at_that_course(app: Flask, client: Browser) -> None:
    make_course()
    (door,) = href(client.get(COURSE), "/aanmelden?")
    sign_in = client.get(door)
    doors = href(sign_in, "/account/nieuw")
    assert len(doors) == 2  # in the header and below the form
    assert len(set(doors)) == 1
    sent = client.post(doors[0], NEW, follow=True)
    assert doors[0] in href(sent, "/account/nieuw"), "trying again leads there too"
    confirm = link_in_mail("/account/bevestigen/")
    assert "next=%2Fcursussen%2Fproef" in confirm
    course = client.post(confirm, follow=True)
    assert "Welcome! Your account is ready." in course.text
    assert course.soup.find("form", action=f"{COURSE}/inschrijven")


def test_the_owner_of_a_known_address_is_led_on_too(app: Flask, client: Browser) -> None:
    make_course()
    make_person(email=NEW["email"], password=PASSWORD)
    client.post("/account/nieuw?next=/cursussen/proef", NEW)
    assert link_in_mail("/aanmelden").endswith("?next=%2Fcursussen%2Fproef")


@pytest.mark.parametrize("target", EVIL)
def test_P12_no_mailed_link_leads_away(app: Flask, client: Browser, target: str) -> None:
    client.fetch_token()
    data = {"csrf_token": client.token, **NEW}
    client.open("/account/nieuw", "POST", query_string={"next": target}, data=data)
    link = link_in_mail("/account/bevestigen/")
    assert "next" not in link
    answer = client.open(
        link, "POST", query_string={"next": target}, data={"csrf_token": client.token}
    )
    assert answer.status == 303
    assert answer.location == "/account"


def test_three_bad_fields_are_told_at_once(app: Flask, client: Browser) -> None:
    page = client.post(
        "/account/nieuw",
        {"name": "", "email": "geen adres", "password": "kort", "code": "NIETS"},
        status=422,
    )
    summary = page.soup.select_one(".app-error-summary")
    links = {a["href"] for a in summary.select("a")}
    assert links == {"#name", "#email", "#password", "#code"}


def test_a_name_that_is_too_long_is_refused_and_not_cut(app: Flask, client: Browser) -> None:
    person = make_person("Noor")
    client.sign_in(person)
    field = client.get("/account").soup.find(id="name")
    assert not field.has_attr("maxlength"), "a browser would cut what is pasted, in silence"
    page = client.post("/account", {"name": "a" * 5000, "language": "en"}, status=422)
    assert "This is too long: use at most 200 characters." in page.main
    assert len(page.soup.find(id="name")["value"]) == 5000
    db.session.expire_all()
    assert db.session.get(Person, person.id).name == "Noor"


@pytest.mark.parametrize(
    ("path", "way_out"),
    [
        ("bevestigen", "/account/nieuw"),
        ("herstellen", "/account/vergeten"),
        ("adres", "/account/veiligheid"),
        ("uitnodiging", "/aanmelden"),
    ],
)
def test_a_dead_link_says_so_and_shows_the_way_to_another(
    client: Browser, path: str, way_out: str
) -> None:
    page = client.get(f"/account/{path}/bestaat-niet", 404)
    assert page.soup.h1.get_text() == "This link does not work any more"
    assert href(page, way_out), page.main


def test_a_used_link_is_dead(app: Flask, client: Browser) -> None:
    client.post("/account/nieuw", NEW)
    link = link_in_mail("/account/bevestigen/")
    client.post(link)
    assert "expired or was used before" in client.get(link, 404).main
    with time_machine.travel("2031-01-01"):
        assert client.get(link, 404).soup.h1.get_text() == "This link does not work any more"
