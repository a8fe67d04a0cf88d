"""Organisations: a list from a file is all or nothing, and a mail domain has one owner."""

import io

import pytest
from sqlalchemy import select

from learnenv.accounts import imports
from learnenv.accounts.models import Organisation, Tier
from learnenv.kernel.db import db
from learnenv.kernel.permissions import Role
from learnenv.kernel.transaction import transaction
from tests.factories import make_organisation, make_person

HEADER = "name;tier;parent;domains\n"


@pytest.fixture
def administrator(app, client):
    with app.app_context(), transaction():
        person = make_person(roles=[(Role.ADMINISTRATOR, None)])
    client.sign_in(person)
    return person


def rows(app, query):
    with app.app_context():
        return db.session.scalars(query).all()


def upload(client, text):
    data = {"file": (io.BytesIO(text.encode()), "lijst.csv")}
    client.get("/beheer/organisaties/importeren")
    return client.post("/beheer/organisaties/importeren", data)


def test_a_wrong_list_names_every_line_and_writes_nothing(app, client, administrator):
    with app.app_context(), transaction():
        make_organisation(name="Bestaat", domains=("bezet.example",))
    text = HEADER + (
        "Goed;rijk;;goed.example\n"
        "Bestaat;rijk;;\n"
        ";rijk;;\n"
        "Laag;wolk;;\n"
        "Wees;rijk;Niemand;\n"
        "Goed;rijk;;\n"
        "Domein;rijk;;bezet.example, geen_domein\n"
        "A;rijk;B;\n"
        "B;rijk;A;\n"
        "Vijf;rijk;;;te veel\n"
    )
    with app.test_request_context():
        lines = [problem.line for problem in imports.plan(text).problems]
    assert lines == [3, 4, 5, 6, 7, 8, 8, 9, 10, 11]
    answer = upload(client, text)
    assert answer.status_code == 422
    assert "Niemand" in answer.text
    client.get("/beheer/organisaties/importeren")
    assert (
        client.post("/beheer/organisaties/importeren/bevestigen", {"text": text}).status_code == 422
    )
    assert rows(app, select(Organisation.name)) == ["Bestaat"]


@pytest.mark.parametrize("text", ["", "naam,laag\n", HEADER, '"open', "a\0b"])
def test_what_is_no_list_is_refused(client, administrator, text):
    assert upload(client, text).status_code == 422


def test_a_good_list_is_shown_first_and_written_after(app, client, administrator):
    text = HEADER + "Kind;gemeente;Ouder;kind.example, Kind2.example\nOuder;rijk;;\n"
    answer = upload(client, text)
    assert answer.status_code == 200
    assert rows(app, select(Organisation)) == []
    answer = client.post("/beheer/organisaties/importeren/bevestigen", {"text": text})
    assert answer.status_code == 303
    parent, child = rows(app, select(Organisation).order_by(Organisation.id))
    assert (parent.name, child.name, child.tier) == ("Ouder", "Kind", Tier.MUNICIPALITY)
    assert child.path == f"/{parent.id}/{child.id}/"
    assert "kind2.example" in client.get("/beheer/organisaties").text
    again = client.post("/beheer/organisaties/importeren/bevestigen", {"text": text})
    assert again.status_code == 422


def test_an_organisation_gets_another_name_and_other_domains(app, client, administrator):
    with app.app_context(), transaction():
        place = make_organisation(domains=("oud.example", "blijft.example"))
        other = make_organisation(domains=("bezet.example",))
    path = f"/beheer/organisaties/{place.id}"
    assert "blijft.example" in client.get(path).text
    for wrong in ({"name": other.name, "domains": ""}, {"name": "X", "domains": "bezet.example"}):
        assert client.post(path, wrong).status_code == 422
    form = {"name": "Nieuw", "domains": "blijft.example\nnieuw.example"}
    assert client.post(path, form).status_code == 303
    page = client.get("/beheer/organisaties").text
    assert "nieuw.example" in page
    assert "oud.example" not in page
