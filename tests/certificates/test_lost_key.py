"""A key in other hands: marked, not trusted any more, and new documents for who needs one."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from certificates import api, history, keeping, queries
from certificates.commands import certificates_group
from certificates.credentials import verifying
from certificates.credentials.status import VALID, is_set
from certificates.keeping import keeper, keys_folder
from certificates.models import Batch, Certificate, Document
from certificates.services import batches, issuing, status
from learnenv.areas.reporting.models import Figure
from learnenv.kernel import jobs
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db
from learnenv.kernel.errors import InvalidInputError
from learnenv.kernel.models import AuditEntry, OutboxMail
from learnenv.kernel.permissions import Role
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.factories import actor_of, make_course, make_person
from tests.house.world import complete

PROGRAM = {"Accept": "application/json"}
CREDENTIAL = {"Accept": "application/vc"}
JWT = {"Accept": "application/jwt"}
ADMIN = "beheer@voorbeeld.example"


def run(*words: str) -> Result:
    return CliRunner().invoke(certificates_group, list(words))


def render_all(app: Flask) -> None:
    jobs.run_due(app.extensions["jobs"])
    db.session.expire_all()


@pytest.fixture
def issued(app: Flask) -> Iterator[Certificate]:
    """A certificate that was signed with a key of this test alone."""
    forget_keys()
    person = make_person("Sanne de Vries")
    complete(person, make_course())
    render_all(app)
    yield db.session.scalars(select(Certificate)).one()
    forget_keys()


def forget_keys() -> None:
    for path in keys_folder().glob("*"):
        path.unlink()
    keeping._load.cache_clear()


@pytest.fixture
def admin(app: Flask) -> Browser:
    person = make_person("Beheerder", email=ADMIN, roles=[(Role.ADMINISTRATOR, None)])
    return Browser(app).sign_in(person)


def lose(key: str, *, since: str = "2020-01-01T00:00") -> Result:
    done = run("mark-compromised", key, "--since", since)
    assert done.exit_code == 0, done.output
    return done


def test_a_marked_key_is_followed_and_staff_are_told_how_many(
    client: Browser, issued: Certificate, admin: Browser
) -> None:
    key = keeper().ring.current.id
    assert "not safe any more" not in admin.get("/beheer/certificaten").main
    done = lose(key, since="2026-01-02T03:04")
    new = keeper().ring.current.id
    assert new != key, "signing goes on with a new key, without a restart"
    assert f"Credentials are signed with {new} now" in done.output
    assert "need a new document: 1" in done.output
    document = json.loads(client.get("/.well-known/did.json").data)
    revoked = {m["id"].partition("#")[2]: m.get("revoked") for m in document["verificationMethod"]}
    assert revoked == {key: "2026-01-02T02:04:00Z", new: None}, "a moment of Amsterdam"
    assert document["assertionMethod"] == [f"did:web:localhost#{new}"]
    listed = json.loads(client.get("/.well-known/jwks.json").data)["keys"]
    assert [one["kid"] for one in listed] == [f"http://localhost/.well-known/jwk/{new}.json"]
    gone = client.get(f"/.well-known/jwk/{key}.json", 410)
    assert json.loads(gone.data)["revoked"] == "2026-01-02T02:04:00Z"
    client.get(f"/.well-known/jwk/{new}.json")
    line = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "key.compromised")
    ).one()
    assert (line.subject, line.details) == (f"key:{key}", {"moment": "2026-01-02T03:04"})
    assert "not safe any more" in admin.get("/beheer/certificaten").main
    assert "1 valid certificate was signed with it" in admin.get("/beheer/certificaten/veel").main


def test_pages_say_that_the_proof_is_not_safe_and_that_the_certificate_is(
    app: Flask, client: Browser, issued: Certificate, admin: Browser
) -> None:
    check, data = f"/certificaat/{issued.code}", queries.document(issued).data
    assert "not safe" not in client.get(check).main
    assert "proof" not in client.get(check, headers=PROGRAM).json()
    assert (
        json.loads(client.get(check, headers=CREDENTIAL).data)["type"][1] == "OpenBadgeCredential"
    )
    lose(keeper().ring.current.id)
    page = client.get(check).main
    assert "real and valid" in page and "not safe any more" in page
    assert client.get(check, headers=PROGRAM).json()["proof"] == "key-compromised"
    refused = client.get(check, headers=CREDENTIAL).json()
    assert (refused["status"], refused["proof"]) == ("valid", "key-compromised")
    token = client.get(check, headers=JWT).data.decode()
    assert verifying.verify_jwt(token, keeper().ring, now()).ok, "signed anew, with the new key"
    form = {"file": (io.BytesIO(data), "x.pdf")}
    checked = client.open("/certificaat/bestand", method="POST", data=form).main
    assert "This file is real" in checked and "not safe any more" in checked
    holder = Browser(app).sign_in(make_holder(issued))
    assert "needs a new one" in holder.get(f"/certificaten/{issued.number}").main
    assert "Make new documents" in admin.get(f"/beheer/certificaten/{issued.number}").main


def make_holder(found: Certificate):  # type: ignore[no-untyped-def]
    from learnenv.accounts.models import Person

    return db.session.get_one(Person, found.person_id)


def test_the_paper_page_knows_the_key_and_does_not_trust_it(
    client: Browser, issued: Certificate
) -> None:
    key = keeper().ring.current.id

    def keys() -> dict[str, str]:
        page = client.get("/certificaat/papier")
        return json.loads(page.soup.find(id="paper-text")["data-paper-keys"])

    assert len(keys()[key]) == 43
    lose(key)
    after = keys()
    assert after[key] == "" and len(after[keeper().ring.current.id]) == 43


def test_new_documents_are_made_as_a_batch_and_nothing_is_lost(
    app: Flask, client: Browser, issued: Certificate, admin: Browser
) -> None:
    old_key, old_id = keeper().ring.current.id, issued.id
    old_data, facts = queries.document(issued).data, facts_of(issued)
    holder = Browser(app).sign_in(make_holder(issued))
    holder.post(f"/certificaten/{issued.number}/delen")
    db.session.refresh(issued)
    link = f"/certificaat/deel/{issued.share_code}"
    lose(old_key)
    done = run("renew-documents", "--by", ADMIN)
    assert "get a new document: 1 (work 1)" in done.output, done.output
    batch = db.session.scalars(select(Batch)).one()
    assert (batch.kind, batch.total, batch.done) == ("renew", 1, 0)
    assert "0 of 1" in admin.get("/beheer/certificaten/veel").main
    render_all(app)
    assert (batch.state, batch.done) == ("done", 1)
    assert "New documents" in admin.get(f"/beheer/certificaten/veel/{batch.id}").text

    old, new = db.session.scalars(select(Certificate).order_by(Certificate.id)).all()
    assert (old.id, old.status, new.status) == (old_id, "replaced", "valid")
    assert facts_of(new) == facts, "the text and the date are the same"
    assert not {new.number, new.code, new.short_code} & {old.number, old.code, old.short_code}
    assert queries.document(old).data == old_data, "the old document is kept"
    assert queries.signing_key(new) == keeper().ring.current.id != old_key
    assert verifying.verify(queries.credential(new), keeper().ring, now()).ok
    for one in (old, new):
        entries = queries.history(one)
        assert history.broken(entries) == []
        assert entries[-1].reason == issuing.NEW_DOCUMENT
        assert entries[-1].actor_id == batch.asked_by
    assert new.number in client.get(f"/certificaat/{old.code}").main
    assert "Sanne de Vries" in client.get(link).main, "the open link goes along"
    told = api.facts_of_source(old.source, today())
    assert told is not None and told.number == new.number, "who gave it finds the new one"
    place = queries.place_of(old)
    listed = json.loads(client.get(f"/certificaat/status/{place.list}").data)
    assert is_set(listed["credentialSubject"]["encodedList"], place.place)

    mail = db.session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
    assert old.number in mail.text and new.number in mail.text
    assert "Well done" not in mail.text
    assert "key under the old one" in admin.get(f"/beheer/certificaten/{old.number}").main
    counted = db.session.scalars(select(Figure.count).where(Figure.measure == "certified")).all()
    assert counted == [1], "a new document is no second certificate"
    assert "No valid certificate needs" in run("renew-documents", "--by", ADMIN).output
    batches.run({"batch": batch.id}, folder=keys_folder())
    assert db.session.scalar(select(func.count()).select_from(Certificate)) == 2


def facts_of(one: Certificate) -> tuple[object, ...]:
    return (
        one.holder_name, one.title, one.minutes, one.score, one.outcomes, one.issued_at,
        one.issued_on, one.valid_from, one.valid_until, one.template_id, one.enrolment_id,
        one.number[:5],
    )  # fmt: skip


def test_staff_start_it_from_the_page_too(app: Flask, issued: Certificate, admin: Browser) -> None:
    page = "/beheer/certificaten/veel"
    admin.post(f"{page}/vernieuwen", status=422)
    lose(keeper().ring.current.id)
    admin.post(f"{page}/vernieuwen")
    render_all(app)
    assert "0 valid certificates" in admin.get(page).main
    assert db.session.scalar(select(func.count()).select_from(Document)) == 2


def test_only_valid_certificates_under_that_key_get_a_new_document(
    app: Flask, issued: Certificate, admin: Browser
) -> None:
    old_key = keeper().ring.current.id
    assert run("rotate-keys").exit_code == 0
    for name in ("Piet", "Fatima"):
        complete(make_person(name), make_course())
    render_all(app)
    _sanne, piet, fatima = db.session.scalars(select(Certificate).order_by(Certificate.id)).all()
    second = queries.signing_key(piet)
    assert second not in {"", old_key}
    day = today()
    assert queries.need_new_document([], today=day) == []
    assert queries.need_new_document([old_key], today=day) == [issued.id]
    assert queries.need_new_document([second], today=day) == [piet.id, fatima.id]
    staff = actor_of(make_person("Ander", roles=[(Role.ADMINISTRATOR, None)]))
    with transaction():
        status.suspend(certificate=piet, reason="Onderzoek", actor=staff, at=now())
        db.session.get_one(Certificate, fatima.id).valid_until = day - timedelta(days=1)
    assert queries.need_new_document([old_key, second], today=day) == [issued.id]
    with transaction():
        assert not issuing.renew_document(piet.id, at=now(), actor_id=staff.id)
        status.lift(certificate=piet, reason="Niets gevonden", actor=staff, at=now())
    assert queries.need_new_document([second], today=day) == [piet.id], "when it is valid again"


def test_what_is_wrong_with_a_command_is_said(issued: Certificate) -> None:
    key = keeper().ring.current.id
    for words, what in (
        ((key, "--since", "gisteren"), "no moment"),
        ((key, "--since", "2199-01-01"), "not come yet"),
        (("20200101", "--since", "2026-01-01"), "There is no key 20200101"),
    ):
        done = run("mark-compromised", *words)
        assert done.exit_code == 1 and what in done.output, done.output
    assert keeper().ring.compromised == ()
    lose(key)
    done = run("renew-documents", "--by", "niemand@voorbeeld.example")
    assert done.exit_code == 1 and "not the address of an administrator" in done.output


def test_many_take_more_than_one_batch(
    app: Flask, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MOST", 2)
    who = actor_of(make_person("Ander", roles=[(Role.ADMINISTRATOR, None)]))
    with transaction():
        made = batches.start_all("renew", [1, 2, 3], actor=who, at=now())
        assert [batch.items for batch in made] == [[1, 2], [3]]
        with pytest.raises(InvalidInputError):
            batches.start_all("renew", [], actor=who, at=now())


def test_a_status_list_is_signed_anew_each_day_long_before_it_ends(
    client: Browser, issued: Certificate
) -> None:
    path = f"/certificaat/status/{queries.place_of(issued).list}"

    def listed(moment: datetime) -> dict[str, str]:
        with time_machine.travel(moment, tick=False):
            return json.loads(client.get(path).data)

    start = datetime(2027, 3, 1, 0, 30, tzinfo=UTC)
    first = listed(start)
    assert datetime.fromisoformat(first["validUntil"]) == start + VALID
    assert listed(start + timedelta(hours=20)) == first, "kept by the process"
    for hours in range(0, 24 * 10, 6):
        at = start + timedelta(hours=hours)
        ends = datetime.fromisoformat(listed(at)["validUntil"])
        assert at + timedelta(days=5) < ends <= at + VALID
    token = client.get(path, headers={"Accept": "application/vc+jwt"}).data.decode()
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", token)
