"""Issuing, showing, checking and revoking; the PDF and the mail."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import time_machine
from flask import Flask
from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.exc import DatabaseError

from certificates import api, documents, history, previewing, queries
from certificates.codes import grouped, new_code, new_short_code
from certificates.credentials import issuing as issuing_credentials
from certificates.credentials import verifying
from certificates.credentials.status import is_set
from certificates.documents import make_document
from certificates.keeping import keeper, keys_folder
from certificates.models import Batch, Certificate, Document, HistoryEntry, Template
from certificates.rendering import example
from certificates.sealing import SealProblem, make_development_keys
from certificates.services import issuing, reminders
from courses.api import finished_enrolment
from courses.models import Enrolment
from learnenv.accounts.api import person_facts
from learnenv.accounts.models import Person
from learnenv.areas.reporting.models import Figure
from learnenv.kernel import jobs
from learnenv.kernel.clock import now, today
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


def staff(app: Flask, name: str = "Beheerder", role: Role = Role.ADMINISTRATOR) -> Browser:
    return Browser(app).sign_in(make_person(name, roles=[(role, None)]))


def test_P30_revoked_by_two_people_shows_at_the_next_request(app: Flask, holder: Person) -> None:
    found = certificate_of(holder)
    visitor, first = Browser(app), staff(app)
    url = f"/beheer/certificaten/{found.number}"
    first.post(f"{url}/intrekken", {"reason": "  "}, status=422)
    first.post(f"{url}/intrekken", {"reason": "Verkeerde persoon"})
    assert "real and valid" in visitor.get(f"/certificaat/{found.code}").main, "one is not enough"
    first.post(f"{url}/bevestigen", status=403)
    assert "real and valid" in visitor.get(f"/certificaat/{found.code}").main
    second = staff(app, "Programmamanager", Role.PROGRAMME_MANAGER)
    assert "Verkeerde persoon" in second.get("/beheer/certificaten/voorstellen").main
    second.get(url, 404)
    second.post(f"{url}/bevestigen")
    page = visitor.get(f"/certificaat/{found.code}")
    assert "was revoked" in page.main
    assert "Sanne" not in page.text
    assert "Verkeerde persoon" not in page.text
    answer = visitor.get(f"/certificaat/{found.code}", headers=PROGRAM).json()
    assert (answer["status"], answer["holder"]) == ("revoked", None)
    first.post(f"{url}/intrekken", {"reason": "Nog eens"}, status=422)
    entries = db.session.scalars(select(HistoryEntry).order_by(HistoryEntry.id)).all()
    assert [(e.status, e.reason) for e in entries] == [
        ("valid", "issued"),
        ("revoked", "Verkeerde persoon"),
    ]
    assert entries[1].actor_id != entries[1].second_id
    actions = db.session.scalars(select(AuditEntry.action)).all()
    assert {"certificate.revocation_proposed", "certificate.revoked"} <= set(actions)
    mails = db.session.scalars(select(OutboxMail.subject)).all()
    assert any("Proefcursus" in subject for subject in mails), "the holder is told"


def test_a_proposal_can_be_put_aside(app: Flask, holder: Person) -> None:
    found = certificate_of(holder)
    url = f"/beheer/certificaten/{found.number}"
    first = staff(app)
    first.post(f"{url}/intrekken", {"reason": "Toch niet"})
    first.post(f"{url}/intrekken", {"reason": "Dubbel"}, status=422)
    first.post(f"{url}/afwijzen")
    first.post(f"{url}/afwijzen", status=404)
    assert queries.state_of(certificate_of(holder), today()) == "valid"


def test_d6_suspended_and_lifted(app: Flask, holder: Person) -> None:
    found = certificate_of(holder)
    url, check = f"/beheer/certificaten/{found.number}", f"/certificaat/{found.code}"
    desk, visitor = staff(app), Browser(app)
    desk.get(f"{url}/schorsen")
    desk.post(f"{url}/schorsen", {"reason": "Onderzoek"})
    assert "suspended" in visitor.get(check).main
    desk.post(f"{url}/schorsen", {"reason": "Nog eens"}, status=422)
    desk.post(f"{url}/opheffen", {"reason": "Niets gevonden"})
    assert "real and valid" in visitor.get(check).main
    desk.post(f"{url}/verdwijnen", {"reason": "x"}, status=404)
    statuses = db.session.scalars(select(HistoryEntry.status).order_by(HistoryEntry.id)).all()
    assert statuses == ["valid", "suspended", "valid"]


def test_d6_nobody_decides_about_the_own_certificate(app: Flask) -> None:
    me = make_person("Beheerder Zelf", roles=[(Role.ADMINISTRATOR, None)])
    complete(me, make_course())
    found = certificate_of(me)
    client = Browser(app).sign_in(me)
    for act in ("schorsen", "intrekken"):
        client.post(f"/beheer/certificaten/{found.number}/{act}", {"reason": "x"}, status=422)
    assert certificate_of(me).status == "valid"


def test_d8_a_wrong_name_is_replaced_and_the_old_number_points_on(
    app: Flask, holder: Person
) -> None:
    old = certificate_of(holder)
    render_all(app)
    desk = staff(app)
    url = f"/beheer/certificaten/{old.number}"
    assert 'value="Sanne de Vries"' in desk.get(f"{url}/vervangen").text
    desk.post(f"{url}/vervangen", {"holder_name": " ", "reason": "x"}, status=422)
    desk.post(f"{url}/vervangen", {"holder_name": "Sanne  de Vries-Bos", "reason": "Getrouwd"})
    desk.post(f"{url}/vervangen", {"holder_name": "Nog een", "reason": "x"}, status=422)
    render_all(app)
    db.session.expire_all()
    both = db.session.scalars(select(Certificate).order_by(Certificate.id)).all()
    assert [c.status for c in both] == ["replaced", "valid"]
    new = both[1]
    assert (new.holder_name, new.title, new.minutes) == ("Sanne de Vries-Bos", old.title, 7)
    assert new.number != old.number and new.issued_on == old.issued_on
    page = Browser(app).get(f"/certificaat/{old.code}")
    assert "was replaced" in page.main and new.number in page.main
    assert "Sanne de Vries" not in page.main
    mine = Browser(app).sign_in(holder)
    mine.get(f"/certificaten/{old.number}.pdf", 404)
    assert mine.get(f"/certificaten/{new.number}.pdf").data.startswith(b"%PDF")
    assert queries.of_enrolments([old.enrolment_id])[old.enrolment_id].number == new.number
    counted = db.session.scalars(select(Figure.count).where(Figure.measure == "certified")).all()
    assert counted == [1], "a replacement is no second certificate"


def test_P31_history_is_only_ever_added(app: Flask, holder: Person) -> None:
    with pytest.raises(DatabaseError, match="only ever added"), transaction():
        db.session.execute(update(HistoryEntry).values(reason="vervalst"))
    with pytest.raises(DatabaseError, match="only ever added"), transaction():
        db.session.execute(delete(HistoryEntry))
    entries = queries.history(certificate_of(holder))
    assert history.broken(entries) == []


def test_P31_one_changed_byte_breaks_the_chain(app: Flask, holder: Person) -> None:
    found = certificate_of(holder)
    desk = staff(app)
    desk.post(f"/beheer/certificaten/{found.number}/schorsen", {"reason": "Onderzoek"})
    desk.post(f"/beheer/certificaten/{found.number}/opheffen", {"reason": "Klaar"})
    entries = queries.history(found)
    for entry in entries:
        db.session.expunge(entry)
        for name, value in (("reason", "x"), ("status", "revoked"), ("actor_id", 99)):
            right = getattr(entry, name)
            setattr(entry, name, value)
            assert entry.id in history.broken(entries), name
            setattr(entry, name, right)
    assert history.broken(entries) == []
    assert history.broken(entries[1:]), "a missing entry is seen"


def test_d4_reminders_come_once_per_step_to_holder_and_manager(app: Flask) -> None:
    veen = make_organisation("Gemeente Veen")
    holder = make_person("Sanne de Vries", organisation=veen)
    chef = make_person("Chef", organisation=veen, roles=[(Role.MANAGER, veen)])
    complete(holder, make_course())
    with transaction():
        db.session.execute(update(Certificate).values(valid_until=date(2027, 6, 30)))

    def mailed(moment: str) -> list[str]:
        with time_machine.travel(moment, tick=False):
            for _ in range(2):
                with transaction():
                    reminders.remind(at=now())
        keys = db.session.scalars(
            select(OutboxMail.key).where(OutboxMail.key.contains(":ends:")).order_by(OutboxMail.key)
        )
        return [key.split(":ends:")[1] for key in keys]

    assert mailed("2027-03-31T10:00:00Z") == [], "91 days"
    chef_key = f":{chef.id}"
    assert mailed("2027-04-01T10:00:00Z") == ["90", f"90{chef_key}"]
    assert mailed("2027-05-20T10:00:00Z") == sorted(["90", f"90{chef_key}", "60", f"60{chef_key}"])
    assert len(mailed("2027-06-30T10:00:00Z")) == 6, "the last day: the step of 7, not 30 as well"
    assert len(mailed("2027-07-01T10:00:00Z")) == 6


def test_d4_a_renewed_certificate_reminds_nobody(app: Flask, holder: Person) -> None:
    old = certificate_of(holder)
    with transaction():
        db.session.execute(update(Certificate).values(valid_until=date(2027, 6, 30)))
        api.issue(
            api.Order(
                source="certification:1:2", kind=api.Kind.CERTIFICATION, person_id=holder.id,
                organisation_id=None, holder_name="Sanne de Vries", title="Adviseur",
                language="nl", valid_from=date(2027, 7, 1), valid_until=date(2031, 6, 30),
                supersedes_id=old.id,
            ),
            at=now(),
        )  # fmt: skip
    with time_machine.travel("2027-06-01T10:00:00Z", tick=False), transaction():
        assert reminders.remind(at=now()) == 0


def test_an_area_issues_and_hears_of_changes(app: Flask, holder: Person) -> None:
    def order() -> int:
        with transaction():
            return api.issue(
                api.Order(
                    source="certification:7:1", kind=api.Kind.CERTIFICATION, person_id=holder.id,
                    organisation_id=None, holder_name="Sanne de Vries", title="Adviseur Werken 2.0",
                    language="nl", outcomes=("Adviseert over open werken.",),
                    valid_until=date(2030, 1, 31),
                ),
                at=now(),
            )  # fmt: skip

    first = order()
    assert order() == first, "the same source gives the same certificate (P29)"
    render_all(app)
    facts = api.facts_of_source("certification:7:1", today())
    assert facts is not None and (facts.state, facts.certificate_id) == ("valid", first)
    found = db.session.get_one(Certificate, first)
    credential = json.loads(queries.credential(found))
    achievement = credential["credentialSubject"]["achievement"]
    assert achievement["achievementType"] == "Certification"
    assert credential["validUntil"] == "2030-01-31T23:59:59+01:00"
    assert "Adviseur Werken 2.0" in Browser(app).get(f"/certificaat/{found.code}").main


def test_d12_the_holder_opens_and_closes_a_link(app: Flask, holder: Person) -> None:
    found = certificate_of(holder)
    render_all(app)
    mine, visitor = Browser(app).sign_in(holder), Browser(app)
    page = mine.get(f"/certificaten/{found.number}")
    assert "linkedin" not in page.text
    mine.post(f"/certificaten/{found.number}/delen")
    page = mine.get(f"/certificaten/{found.number}")
    link = page.soup.find("a", href=re.compile("/certificaat/deel/"))["href"]
    path = link.removeprefix("http://localhost")
    assert "https://www.linkedin.com/profile/add?" in page.text
    shared = visitor.get(path)
    assert "Sanne de Vries" in shared.main
    assert holder.email not in shared.text
    assert visitor.get(f"{path}.png").data.startswith(b"\x89PNG")
    mine.post(f"/certificaten/{found.number}/delen")
    assert link in mine.get(f"/certificaten/{found.number}").text, "an open link stays as it is"
    mine.post(f"/certificaten/{found.number}/niet-delen")
    visitor.get(path, 404)
    visitor.get(f"{path}.png", 404)


def test_d10_the_credential_in_all_its_forms(app: Flask, client: Browser, holder: Person) -> None:
    found = certificate_of(holder)
    render_all(app)
    path = f"/certificaat/{found.code}"
    credential = client.get(path, headers={"Accept": "application/vc"})
    assert json.loads(credential.data)["id"] == f"http://localhost{path}"
    token = client.get(path, headers={"Accept": "application/jwt"}).data.decode()
    ring = keeper().ring
    assert verifying.verify(json.loads(credential.data), ring, now()).ok
    assert verifying.verify_jwt(token, ring, now()).ok
    document = json.loads(client.get("/.well-known/did.json").data)
    assert document["id"] == "did:web:localhost"
    assert json.loads(client.get("/.well-known/jwks.json").data)["keys"]
    place = queries.place_of(found)
    listed = json.loads(client.get(f"/certificaat/status/{place.list}").data)
    assert not is_set(listed["credentialSubject"]["encodedList"], place.place)
    client.get("/certificaat/status/99", 404)
    with transaction():
        db.session.execute(update(Certificate).values(status="revoked"))
    listed = json.loads(client.get(f"/certificaat/status/{place.list}").data)
    assert is_set(listed["credentialSubject"]["encodedList"], place.place)
    answer = client.get(path, headers={"Accept": "application/vc"}).json()
    assert answer["status"] == "revoked", "a taken back credential is not handed out"


def test_d3_a_file_is_checked_and_not_kept(app: Flask, client: Browser, holder: Person) -> None:
    found = certificate_of(holder)
    render_all(app)
    data = queries.document(found).data

    def ask(content: bytes) -> str:
        page = client.open(
            "/certificaat/bestand", method="POST", data={"file": (io.BytesIO(content), "x.pdf")}
        )
        assert page.status == 200
        return page.main

    assert "This file is real" in ask(data)
    assert found.number in ask(data)
    at = data.index(b"stream") + 40
    altered = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    assert "This file is real" not in ask(altered)
    assert "We do not know this file" in ask(b"%PDF-1.7 x")
    assert "no PDF" in ask(b"hallo")
    empty = client.open("/certificaat/bestand", method="POST", data={})
    assert empty.status == 422
    stored = db.session.scalars(select(Document.content_hash)).all()
    assert len(stored) == 1


@pytest.fixture
def sealed(app: Flask, holder: Person) -> Iterator[Certificate]:
    """A certificate that the worker sealed with development keys; they go when the test ends."""
    make_development_keys(keys_folder(), now())
    render_all(app)
    yield certificate_of(holder)
    for path in keys_folder().glob("*"):
        if path.is_file() and not path.name.startswith(("issuer-", "jwt-")):
            path.unlink()


def test_d3_a_sealed_file_is_real_and_a_changed_one_is_not(
    app: Flask, client: Browser, sealed: Certificate
) -> None:
    document = queries.document(sealed)
    data = document.data
    assert document.seal and sealed.problem == ""
    words = text_of(data)
    assert "Ontwikkelzegel" in words, "development keys say so on the page"

    def ask(content: bytes) -> str:
        form = {"file": (io.BytesIO(content), "x.pdf")}
        return client.open("/certificaat/bestand", method="POST", data=form).main

    assert "byte for byte" in ask(data)
    at = data.index(b"stream") + 40
    changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    assert "This file was changed" in ask(changed)
    resaved = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as opened:
        opened.save(resaved)
    assert "This file is real" not in ask(resaved.getvalue())
    # Known by its seal alone, when the record is gone.
    with engine_without_guards() as connection:
        connection.execute(text("DELETE FROM certificates_document"))
    assert "It carries our seal" in ask(data)


def test_a_broken_key_leaves_the_certificate_waiting_and_then_makes_it(
    app: Flask, holder: Person
) -> None:
    folder = keys_folder()
    make_development_keys(folder, now())
    right = (folder / "seal.key.pem").read_bytes()
    try:
        (folder / "seal.key.pem").write_bytes(b"kapot")
        render_all(app)
        found = certificate_of(holder)
        db.session.refresh(found)
        assert found.problem.startswith("seal: ") and count(Document) == 0
        assert db.session.scalars(select(QueuedJob.state)).all() == ["queued"], "tried again"
        (folder / "seal.key.pem").write_bytes(right)
        make_document({"certificate": found.id})
        db.session.expire_all()
        assert count(Document) == 1 and certificate_of(holder).problem == ""
    finally:
        for path in folder.glob("*"):
            if path.is_file() and not path.name.startswith(("issuer-", "jwt-")):
                path.unlink()


def test_d12_a_past_course_gives_its_certificate_when_asked(app: Flask, holder: Person) -> None:
    found = certificate_of(holder)
    enrolment = found.enrolment_id
    with engine_without_guards() as connection:
        for table in (
            "certificates_status_entry",
            "certificates_history",
            "certificates_certificate",
        ):
            connection.execute(text(f"DELETE FROM {table}"))
    mine = Browser(app).sign_in(holder)
    assert "Finished before" in mine.get("/certificaten").main
    other = Browser(app).sign_in(make_person("Buur"))
    other.post(f"/certificaten/maken/{enrolment}", status=404)
    for _ in range(2):
        mine.open(
            f"/certificaten/maken/{enrolment}", method="POST", data={"csrf_token": mine.token}
        )
    again = certificate_of(holder)
    assert again.enrolment_id == enrolment and again.source == f"course:{enrolment}"


def test_d9_many_at_once_with_progress(app: Flask, holder: Person, tmp_path: Path) -> None:
    found = certificate_of(holder)
    render_all(app)
    desk = staff(app)
    assert "Your search finds 1 certificate" in desk.get("/beheer/certificaten/veel").main
    desk.post(
        "/beheer/certificaten/veel/zip", {"q": "", "staat": "valid", "reason": " "}, status=422
    )
    desk.post("/beheer/certificaten/veel/zip", {"q": "", "staat": "valid", "reason": "Archief"})
    desk.post("/beheer/certificaten/veel/uitgeven", status=422)
    batch = db.session.scalars(select(Batch)).one()
    desk.get(f"/beheer/certificaten/veel/{batch.id}.zip", 404)
    render_all(app)
    db.session.expire_all()
    assert (batch.state, batch.done, batch.total) == ("done", 1, 1)
    answer = desk.get(f"/beheer/certificaten/veel/{batch.id}.zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        [name] = archive.namelist()
        assert name == f"certificaat-{found.number}.pdf"
        assert archive.read(name) == queries.document(found).data
    staff(app, "Ander").get(f"/beheer/certificaten/veel/{batch.id}.zip", 404)
    (app.config["SETTINGS"].home / "exports" / batch.file).unlink()
    lost = desk.get(f"/beheer/certificaten/veel/{batch.id}.zip", 404)
    assert "not on this machine" in lost.main, "it says why, to who asked for it"
    other = staff(app, "Nog een").get(f"/beheer/certificaten/veel/{batch.id}.zip", 404)
    assert "not on this machine" not in other.main
    assert "Archief" in str(db.session.scalars(select(AuditEntry.details)).all())


def test_the_staff_list_filters_and_exports(app: Flask, holder: Person) -> None:
    found = certificate_of(holder)
    desk = staff(app)
    assert found.number in desk.get("/beheer/certificaten?staat=waiting").text
    assert found.number not in desk.get("/beheer/certificaten?staat=revoked").text
    exported = desk.get("/beheer/certificaten/lijst.csv?staat=valid").data.decode("utf-8-sig")
    assert found.number in exported and "Sanne de Vries" in exported
    assert "certificates.exported" in db.session.scalars(select(AuditEntry.action)).all()


def test_d7_a_template_is_a_version_and_an_issued_one_keeps_its_own(
    app: Flask, holder: Person
) -> None:
    desk = staff(app)
    form = {
        "statement_nl": "voor het afronden van", "signatory_name": "Noor de Bruin",
        "signatory_role_nl": "directeur", "months_valid": "12", "eqf": "5",
    }  # fmt: skip
    page = "/beheer/certificaten/sjablonen/standaard"
    assert "Not saved yet" in desk.get(page).main
    desk.post(page, form | {"eqf": "9"}, status=422)
    desk.post(page, form | {"logo": (io.BytesIO(b"<svg/>"), "x.png")}, status=422)
    desk.post(page, form)
    second = make_person("Piet")
    complete(second, make_course())
    first_of = certificate_of(second)
    desk.post(page, form | {"signatory_name": "Iemand Anders", "months_valid": "24"})
    versions = db.session.scalars(select(Template).order_by(Template.version)).all()
    assert [t.signatory_name for t in versions] == ["Noor de Bruin", "Iemand Anders"]
    assert certificate_of(holder).template_id is None
    assert first_of.template_id == versions[0].id
    assert first_of.valid_until is not None
    render_all(app)
    words = text_of(queries.document(first_of).data)
    assert "Noor de Bruin" in words and "Iemand Anders" not in words
    assert "voor het afronden van" in words
    credential = json.loads(queries.credential(first_of))
    codes = [
        a.get("targetCode") for a in credential["credentialSubject"]["achievement"]["alignment"]
    ]
    assert "5" in codes


def test_d7_the_preview_shows_what_is_typed(app: Flask) -> None:
    desk = staff(app)
    page = "/beheer/certificaten/sjablonen/standaard/voorbeeld"
    desk.get("/beheer/certificaten/sjablonen")
    whole = desk.post(page, {"signatory_name": "Noor de Bruin"}, status=200)
    assert "data:image/png;base64,iVBOR" in whole.text
    assert "In use" in whole.main or "Not saved yet" in whole.main, "a whole page without script"
    assert 'value="Noor de Bruin"' in whole.text, "with what was typed still in it"
    assert "王" in desk.post(page, {"signatory_name": "Ria 王"}, status=422).main


def test_d7_the_preview_says_that_it_takes_a_while(app: Flask) -> None:
    desk = staff(app)
    page = desk.get("/beheer/certificaten/sjablonen/standaard")
    form = page.soup.find(id="template-form")
    assert "takes a few seconds" in form["data-saving"]
    hint = form.find(attrs={"data-save-status": True})
    assert (hint["role"], hint["id"]) == ("status", "preview-status")
    assert "a few seconds" in hint.text, "also without script"
    button = form.find(attrs={"data-hx-target": "#preview"})
    assert button["aria-describedby"] == "preview-status"
    address = "/beheer/certificaten/sjablonen/standaard/voorbeeld"
    part = desk.open(
        address,
        method="POST",
        data={"signatory_name": "Noor de Bruin", "csrf_token": desk.token},
        headers={"HX-Request": "true"},
    )
    assert part.status == 200 and "<html" not in part.text
    assert "data:image/png;base64,iVBOR" in part.text


def test_the_program_that_draws_a_preview_knows_nothing_of_the_site() -> None:
    names = "import sys; import certificates.rendering.example; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", names], capture_output=True, text=True, check=True)
    assert not {"flask", "sqlalchemy", "learnenv.app"} & set(ran.stdout.split())
    assert previewing.UNDRAWABLE == example.UNDRAWABLE


def test_what_seals_is_opened_once_and_anew_when_a_key_or_a_device_changes(
    app: Flask, sealed: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = documents.sealer()
    assert documents.sealer() is first
    crt = keys_folder() / "seal.crt.pem"
    os.utime(crt, ns=(1, 1))
    second = documents.sealer()
    assert second is not first and second.subject == first.subject

    def broken(_pdf: bytes) -> bytes:
        raise SealProblem("the device is gone")

    monkeypatch.setattr(second, "seal", broken)
    place, person = queries.place_of(sealed), person_facts(sealed.person_id)
    with pytest.raises(SealProblem):
        documents.make(sealed, None, place, person, second)
    assert documents.sealer() is not second, "tried with a device that is opened anew"


def test_somebody_who_writes_while_a_document_is_drawn_does_not_stop_it(
    app: Flask, holder: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read for the page must not be an open transaction: SQLite would refuse to store."""
    drawn = documents.render_pdf

    def meanwhile(*args: object, **kwargs: object) -> bytes:
        with db.engine.connect() as other:
            other.execute(text("UPDATE accounts_person SET name = name || '.'"))
            other.commit()
        return drawn(*args, **kwargs)

    monkeypatch.setattr(documents, "render_pdf", meanwhile)
    make_document({"certificate": certificate_of(holder).id})
    assert count(Document) == 1


def test_a_credential_that_does_not_verify_is_not_stored(
    app: Flask, holder: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = issuing_credentials.sign

    def badly(*args: object) -> dict[str, object]:
        return signed(*args) | {"name": "Iets anders"}

    monkeypatch.setattr(issuing_credentials, "sign", badly)
    with pytest.raises(documents.NotGood, match="signature-wrong"):
        make_document({"certificate": certificate_of(holder).id})
    assert count(Document) == 0
    db.session.expire_all()
    assert "signature-wrong" in certificate_of(holder).problem


def test_an_undrawable_name_leaves_the_certificate_waiting_and_told(app: Flask) -> None:
    person = make_person("Ria 王")
    complete(person, make_course())
    render_all(app)
    found = certificate_of(person)
    db.session.refresh(found)
    assert "王" in found.problem and count(Document) == 0
    desk = staff(app)
    assert "王" in desk.get(f"/beheer/certificaten/{found.number}").main
    desk.post(
        f"/beheer/certificaten/{found.number}/vervangen",
        {"holder_name": "Ria Wang", "reason": "Kan niet worden gedrukt"},
    )
    render_all(app)
    assert count(Document) == 1


def test_d5_taken_again_before_the_end_the_new_one_begins_at_the_end(app: Flask) -> None:
    desk = staff(app)
    desk.post("/beheer/certificaten/sjablonen/standaard", {"months_valid": "12"})
    person = make_person("Sanne")
    complete(person, make_course())
    old = certificate_of(person)
    event = finished_enrolment(old.enrolment_id)
    assert event is not None and old.valid_until is not None
    with transaction():
        second = db.session.get_one(Enrolment, old.enrolment_id)
        again = Enrolment(
            person_id=second.person_id, course_id=second.course_id, period=2,
            version_id=second.version_id, year=second.year, enrolled_at=second.enrolled_at,
            last_seen_at=second.last_seen_at, last_unit="", done=1, asked=1, percent=100,
            completed_at=event.at,
        )  # fmt: skip
        db.session.add(again)
        db.session.flush()
        issuing.on_completion(replace(event, enrolment_id=again.id, period=2))
    new = db.session.scalars(select(Certificate).where(Certificate.supersedes_id == old.id)).one()
    assert new.valid_from == old.valid_until + timedelta(days=1)
    assert new.valid_until is not None and new.valid_until.year == old.valid_until.year + 1
    assert certificate_state(old) == "valid", "the old one stays until its own end"


def certificate_state(found: Certificate) -> str:
    db.session.refresh(found)
    return queries.state_of(found, today())


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


@contextmanager
def engine_without_guards() -> Iterator[Connection]:
    """Take rows out past the guards of history, as no part of the site can."""
    db.session.rollback()
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE certificates_history DISABLE TRIGGER USER"))
            yield connection
            connection.execute(text("ALTER TABLE certificates_history ENABLE TRIGGER USER"))
            return
        guards = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        ).all()
        for name, _sql in guards:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield connection
        for _name, sql in guards:
            connection.exec_driver_sql(sql)
    db.session.expire_all()


def test_an_expired_certificate_is_real_but_expired(client: Browser, holder: Person) -> None:
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
