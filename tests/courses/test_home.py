"""a2: the home page says what to do now. FEATURES section 4: continue and certificate in one click."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from courses import queries
from courses.models import Attempt
from courses.services import enrolling, learning
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.permissions import Role
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.courses.olx import publish_files
from tests.courses.test_import import new_lesson
from tests.courses.test_learning import complete_lesson
from tests.factories import actor_of, make_course, make_enrolment, make_organisation, make_person

TEST = "/cursussen/proef/toets/proef-toets"
RIGHT = {"proef-vraag-1": "Maandag", "proef-vraag-2": ("Zaterdag", "Zondag"), "proef-vraag-3": "7"}


@pytest.mark.parametrize("essential", [True, False])
def test_a2_an_essential_addition_is_required_until_it_is_done(
    app: Flask, client: Browser, tmp_path: Path, essential: bool
) -> None:
    course, person = make_course(), make_person()
    enrolment = make_enrolment(person, course)
    client.sign_in(person)
    assert "Required" not in client.get("/").main
    publish_files(new_lesson(essential=essential), tmp_path)
    home = client.get("/")
    link = 'href="/cursussen/proef/les/nieuw"'
    assert ("Required: there is something new" in home.main, link in home.text) == (
        essential,
        essential,
    )
    if not essential:
        return
    db.session.expire_all()
    fresh = queries.current(queries.course_by_slug("proef"))
    with transaction():
        learning.finish_lesson(enrolment, fresh, fresh.by_lesson["nieuw"], at=now())
    assert "Required" not in client.get("/").main


def test_a2_a_manager_sees_how_many_wait_for_approval(app: Flask, new_client: type) -> None:
    course, home = make_course(), make_organisation()
    manager = make_person(organisation=home, roles=[(Role.MANAGER, home)])
    other = make_person(organisation=home)
    with transaction():
        home.needs_approval = True
        db.session.add(home)
    browser = new_client(app).sign_in(manager)
    assert "approval" not in browser.get("/").main
    with transaction():
        enrolling.start(course=course, actor=actor_of(other), at=now())
    page = browser.get("/")
    assert "1 colleague waits for your approval" in page.main
    assert 'href="/inschrijvingen"' in page.text
    assert "approval" not in new_client(app).sign_in(make_person()).get("/").main


def test_a_manager_sees_the_year_and_the_team_at_home(app: Flask, new_client: type) -> None:
    course, home = make_course(), make_organisation("Gemeente Nieuwterp")
    other = make_organisation("Gemeente Elders")
    manager = make_person(organisation=home, roles=[(Role.MANAGER, home)])
    for place in (home, home, home, other):
        make_enrolment(make_person(organisation=place), course, at=now())
    page = new_client(app).sign_in(manager).get("/")
    section = page.soup.find("section", attrs={"aria-labelledby": "figures"})
    words = " ".join(section.get_text(" ").split())
    assert section.select_one(".app-stat__value").get_text(strip=True) == "3"
    assert "of 1,000 civil servants" in words
    assert "Gemeente Nieuwterp" in words
    assert "Gemeente Elders" not in words
    learner = new_client(app).sign_in(make_person(organisation=home)).get("/")
    assert not learner.soup.find(id="figures")


def answers(client: Browser, path: str) -> dict[str, object]:
    page = client.get(path)
    data: dict[str, object] = {
        "question": [str(tag["value"]) for tag in page.soup.select("input[name=question]")]
    }
    for tag in page.soup.select("main input"):
        label = page.soup.find("label", attrs={"for": tag.get("id")})
        words = label.get_text(" ", strip=True) if label else ""
        name, kind = str(tag.get("name")), tag.get("type")
        if kind in {"radio", "checkbox"} and words in {"Maandag", "Zaterdag", "Zondag"}:
            if "vraag-1" in name and words != "Maandag":
                continue
            data.setdefault(name, []).append(tag["value"])  # type: ignore[attr-defined]
        elif kind not in {"radio", "checkbox", "hidden"}:
            data[name] = "7"
    return data


def test_go_on_opens_the_attempt_whose_clock_runs(app: Flask, client: Browser) -> None:
    course, person = make_course(), make_person()
    enrolment = make_enrolment(person, course)
    complete_lesson(enrolment, course)
    client.sign_in(person)
    attempt = client.post(TEST).location
    assert client.get("/cursussen/proef/verder", 303).location == attempt
    with transaction():
        row = db.session.scalars(select(Attempt)).one()
        row.deadline_at = now()
    assert client.get("/cursussen/proef/verder", 303).location != attempt


def test_the_certificate_is_one_click_after_the_last_step(app: Flask, client: Browser) -> None:
    course, person = make_course(), make_person("Noor de Vries")
    enrolment = make_enrolment(person, course)
    complete_lesson(enrolment, course)
    client.sign_in(person)
    attempt = client.post(TEST).location
    client.post(attempt, answers(client, attempt))
    result = client.post(f"{attempt}/inleveren", follow=True, status=303)
    assert "You scored 100%" in result.main
    assert re.search(r"Your certificate is being made", result.main)
    assert result.soup.find(id="certificate-file")


def test_a_number_that_is_none_is_told_and_counts_as_not_answered(
    app: Flask, client: Browser
) -> None:
    course, person = make_course(), make_person()
    enrolment = make_enrolment(person, course)
    complete_lesson(enrolment, course)
    client.sign_in(person)
    attempt = client.post(TEST).location
    data = {**answers(client, attempt)}
    name = next(key for key, value in data.items() if value == "7")
    data[name] = "😀abc"
    saved = client.post(attempt, data, status=200, headers={"HX-Request": "true"})
    assert "2 of 3 answered" in saved.text
    assert "Question 3: fill in a number" in " ".join(saved.text.replace("<strong>", "").split())
    page = client.get(attempt)
    field = page.soup.find(id=name)
    assert field["aria-invalid"] == "true"
    assert field["value"] == "😀abc"
    summary = client.get(f"{attempt}/overzicht")
    assert "Question 3 : fill in a number" in summary.main
    assert "1 question has no full answer" in summary.main
    client.post(attempt, {**data, name: "7"})
    assert "You answered every question." in client.get(f"{attempt}/overzicht").main
