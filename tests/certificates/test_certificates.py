"""Issuing, showing, checking and revoking; the PDF and the mail."""

from __future__ import annotations

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update

from certificates.codes import grouped, new_code, new_short_code
from certificates.documents import make_document
from certificates.models import Certificate, Document, HistoryEntry
from courses.models import Enrolment
from learnenv.accounts.models import Person
from learnenv.areas.reporting.models import Figure
from learnenv.kernel import jobs
from learnenv.kernel.db import db
from learnenv.kernel.models import AuditEntry, OutboxMail, QueuedJob
from learnenv.kernel.permissions import Role
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.factories import make_course, make_organisation, make_person
from tests.house.world import complete

PROGRAM = {"Accept": "application/json"}


@pytest.fixture
def holder(app: Flask) -> Person:
    person = make_person("Sanne de Vries", organisation=make_organisation("Gemeente Veen"))
    complete(person, make_course())
    return person


def certificate_of(person: Person) -> Certificate:
    return db.session.scalars(select(Certificate).where(Certificate.person_id == person.id)).one()


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def render_all(app: Flask) -> int:
    return jobs.run_due(app.extensions["jobs"])


def test_P29_a_finished_course_gives_one_certificate(holder: Person) -> None:
    found = certificate_of(holder)
    assert (found.holder_name, found.title, found.score) == ("Sanne de Vries", "Proefcursus", 100)
    assert (found.minutes, found.course_version, found.period) == (7, 1, 1)
    assert len(found.code) == 26
    assert found.number.startswith(f"{found.issued_on.year}-")
    complete(holder, db.session.get(Enrolment, found.enrolment_id).course_id and make_course())
    assert count(Certificate) == 1
    assert count(HistoryEntry) == 1


def test_codes_are_random_and_readable() -> None:
    codes = {new_code() for _ in range(2000)}
    shorts = {new_short_code() for _ in range(2000)}
    assert len(codes) == len(shorts) == 2000
    assert not set("".join(shorts)) & set("ILOU"), "letters that are misread"
    assert grouped("K7QX4MRT9B2H") == "K7QX-4MRT-9B2H"


def test_P30_name_and_text_are_frozen_at_issue(client: Browser, holder: Person) -> None:
    found = certificate_of(holder)
    before = client.get(f"/certificaat/{found.code}", headers=PROGRAM).json()
    assert before["holder"] == "Sanne de Vries"
    with transaction():
        db.session.execute(update(Person).values(name="Heel Anders"))
    from courses.models import Course

    with transaction():
        db.session.execute(update(Course).values(title="Nieuwe titel", minutes=999))
    assert client.get(f"/certificaat/{found.code}", headers=PROGRAM).json() == before
    page = client.get(f"/certificaat/{found.code}")
    assert "Sanne de Vries" in page.main
    assert "Proefcursus" in page.main
    assert "Heel Anders" not in page.text


def test_P30_the_page_shows_the_minimum(client: Browser, holder: Person) -> None:
    found = certificate_of(holder)
    answer = client.get(f"/certificaat/{found.code}", headers=PROGRAM)
    assert set(answer.json()) == {
        "status", "number", "holder", "course", "version", "study_load_minutes", "issuer",
        "issued_on", "valid_until",
    }  # fmt: skip
    page = client.get(f"/certificaat/{found.code}")
    for hidden in (holder.email, "Gemeente Veen", "100%"):
        assert hidden not in page.text + answer.text
    assert page.soup.find("meta", attrs={"name": "robots"})["content"] == "noindex"


def test_P30_revoked_shows_at_the_next_request(client: Browser, app: Flask, holder: Person) -> None:
    found = certificate_of(holder)
    visitor = Browser(app)
    assert "real and valid" in visitor.get(f"/certificaat/{found.code}").main
    client.sign_in(make_person("Beheerder", roles=[(Role.ADMINISTRATOR, None)]))
    url = f"/beheer/certificaten/{found.number}"
    client.post(f"{url}/intrekken", {"reason": "  "}, status=422)
    assert "real and valid" in visitor.get(f"/certificaat/{found.code}").main
    client.post(f"{url}/intrekken", {"reason": "Verkeerde persoon"})
    page = visitor.get(f"/certificaat/{found.code}")
    assert "was revoked" in page.main
    assert "Sanne" not in page.text
    assert "Verkeerde persoon" not in page.text
    answer = visitor.get(f"/certificaat/{found.code}", headers=PROGRAM).json()
    assert (answer["status"], answer["holder"]) == ("revoked", None)
    client.post(f"{url}/intrekken", {"reason": "Nog eens"}, status=422)
    entries = db.session.scalars(select(HistoryEntry).order_by(HistoryEntry.id)).all()
    assert [(e.status, e.reason) for e in entries] == [
        ("valid", "issued"),
        ("revoked", "Verkeerde persoon"),
    ]
    assert "certificate.revoked" in db.session.scalars(select(AuditEntry.action)).all()


def test_an_expired_certificate_is_real_but_expired(client: Browser, holder: Person) -> None:
    from datetime import date

    with transaction():
        db.session.execute(update(Certificate).values(valid_until=date(2027, 3, 10)))
    code = certificate_of(holder).code
    with time_machine.travel("2027-03-10T22:59:00Z", tick=False):
        assert client.get(f"/certificaat/{code}", headers=PROGRAM).json()["status"] == "valid"
    with time_machine.travel("2027-03-10T23:01:00Z", tick=False):  # the 11th in Amsterdam
        assert client.get(f"/certificaat/{code}", headers=PROGRAM).json()["status"] == "expired"


def test_the_answer_follows_the_accept_header(client: Browser, holder: Person) -> None:
    code = certificate_of(holder).code
    assert (
        client.get(f"/certificaat/{code}", headers=PROGRAM).response.mimetype == "application/json"
    )
    for accept in ("text/html,application/xhtml+xml,*/*;q=0.8", "*/*"):
        page = client.get(f"/certificaat/{code}", headers={"Accept": accept})
        assert page.response.mimetype == "text/html"


def test_P30_unknown_codes_all_say_the_same(client: Browser, holder: Person) -> None:
    short = certificate_of(holder).short_code
    wrong = ("Z" if short[0] != "Z" else "Y") + short[1:]
    first = client.get(f"/certificaat/{new_code()}", 404)
    second = client.get(f"/certificaat/{new_code()}", 404)
    assert first.main == second.main
    typed = client.get(f"/certificaat?code={wrong}", 404)
    assert typed.main == first.main == client.get("/certificaat?code=x", 404).main
    assert client.get(f"/certificaat/{new_code()}", 404, headers=PROGRAM).json() == {
        "status": "unknown"
    }


def test_P30_guessing_is_limited(client: Browser, holder: Person) -> None:
    with time_machine.travel("2026-11-24T10:01:00Z", tick=False) as clock:
        statuses = [client.open(f"/certificaat?code={new_short_code()}").status for _ in range(40)]
        assert statuses[:30] == [404] * 30
        assert statuses[30:] == [429] * 10
        right = certificate_of(holder).short_code
        assert client.open(f"/certificaat?code={right}").status == 429, "a lucky guess too"
        clock.shift(16 * 60)
        assert client.open(f"/certificaat?code={right}").status == 303


def test_right_codes_are_not_counted(client: Browser, holder: Person) -> None:
    right = certificate_of(holder).short_code
    assert {client.open(f"/certificaat?code={right}").status for _ in range(35)} == {303}


@pytest.mark.parametrize(
    "change",
    [
        str.lower, grouped, lambda c: " " + grouped(c).replace("-", " ") + " ",
        lambda c: c.replace("0", "O").replace("1", "l"), lambda c: c.replace("0", "o").replace("1", "I"),
        lambda c: c.replace("V", "u"), lambda c: ".".join(c),
    ],
)  # fmt: skip
def test_a_typed_code_is_forgiven(client: Browser, holder: Person, change) -> None:
    with transaction():
        db.session.execute(update(Certificate).values(short_code="V0K1X4MRT9B2"))
    found = certificate_of(holder)
    db.session.refresh(found)
    typed = change(found.short_code)
    page = client.open("/certificaat", query_string={"code": typed})
    assert page.location == f"/certificaat/{found.code}", typed
    page = client.open(f"/certificaat/{found.code.upper()}")
    assert page.status == 200
    behind = client.get(f"/certificaat/{grouped(found.short_code)}", follow=True)
    assert "real and valid" in behind.main


def test_the_pdf_is_made_once_and_mailed_once(app: Flask, client: Browser, holder: Person) -> None:
    found = certificate_of(holder)
    client.sign_in(holder)
    client.get(f"/certificaten/{found.number}.pdf", 404)
    page = client.get(f"/certificaten/{found.number}/bestand")
    assert "is being made" in page.text
    assert 'data-hx-trigger="every 2s"' in page.text
    assert render_all(app) >= 2
    answer = client.get(f"/certificaten/{found.number}.pdf")
    assert answer.data.startswith(b"%PDF-1.7")
    assert answer.response.mimetype == "application/pdf"
    assert f"certificaat-{found.number}.pdf" in answer.response.headers["Content-Disposition"]
    assert "no-store" in answer.response.headers["Cache-Control"]
    page = client.get(f"/certificaten/{found.number}/bestand")
    assert "hx-trigger" not in page.text
    assert f"/certificaten/{found.number}.pdf" in page.text
    document = db.session.scalars(select(Document)).one()
    for _ in range(3):
        make_document({"certificate": found.id})
    with transaction():
        db.session.execute(update(QueuedJob).values(state="queued"))
    render_all(app)
    db.session.expire_all()
    again = db.session.scalars(select(Document)).one()
    assert (again.content_hash, again.made_at) == (document.content_hash, document.made_at)
    mails = db.session.scalars(select(OutboxMail)).all()
    assert len(mails) == 1
    assert mails[0].recipient == holder.email
    assert f"http://localhost/certificaten/{found.number}" in mails[0].text
    assert mails[0].state == "sent"
    assert mails[0].attempts == 1


def test_the_job_of_a_certificate_that_is_not_there_is_harmless(app: Flask) -> None:
    make_document({"certificate": 12345})
    assert count(Document) == count(OutboxMail) == 0


def test_P03_a_certificate_of_another_is_not_there(
    app: Flask, client: Browser, holder: Person
) -> None:
    found = certificate_of(holder)
    make_document({"certificate": found.id})
    for other in (make_person("Buur"), make_person("Chef", roles=[(Role.ADMINISTRATOR, None)])):
        client.sign_in(other)
        for path in ("", ".pdf", "/bestand"):
            client.get(f"/certificaten/{found.number}{path}", 404)
        assert found.number not in client.get("/certificaten").text
    client.sign_in(holder)
    assert found.number in client.get("/certificaten").text
    assert found.code in client.get(f"/certificaten/{found.number}").text


def test_P36_staff_who_look_leave_a_line(client: Browser, holder: Person) -> None:
    found = certificate_of(holder)
    staff = make_person("Beheerder", roles=[(Role.ADMINISTRATOR, None)])
    client.sign_in(staff)
    page = client.get("/beheer/certificaten?q=sanne")
    assert found.number in page.text
    assert found.number not in client.get("/beheer/certificaten?q=100%25").text
    client.get(f"/beheer/certificaten/{found.number}")
    line = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "certificate.seen")
    ).one()
    assert (line.actor_id, line.subject) == (staff.id, f"certificate:{found.number}")


def test_the_figures_count_a_certificate_once(holder: Person) -> None:
    counted = db.session.scalars(select(Figure.count).where(Figure.measure == "certified")).all()
    assert counted == [1]


def test_a_name_that_no_font_draws_is_refused_when_it_is_typed(app: Flask, client: Browser) -> None:
    form = {"email": "x@elders.example", "password": "een heel lang wachtwoord 7", "code": ""}
    page = client.post("/account/nieuw", data=form | {"name": "Ria 王"}, status=422)
    assert "王" in page.main
    for name in ("Ria Ĳsbrandts", "Ελένη", "Љубица", "Nguyễn"):
        client.post("/account/nieuw", data=form | {"name": name})
