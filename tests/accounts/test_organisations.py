"""Organisations: a list from a file is all or nothing, and a mail domain has one owner."""

import io

import pytest
from sqlalchemy import select

from learnenv.accounts import imports
from learnenv.accounts.models import Organisation, Tier
from learnenv.kernel.db import db
from tests.factories import make_organisation

PATH = "/beheer/organisaties/importeren"
HEADER = "name;tier;parent;domains\n"

pytestmark = pytest.mark.usefixtures("administrator")


def names():
    return db.session.scalars(select(Organisation.name).order_by(Organisation.id)).all()


def upload(client, text, status):
    return client.post(PATH, {"file": (io.BytesIO(text.encode()), "lijst.csv")}, status=status)


def test_a_wrong_list_names_every_line_and_writes_nothing(client):
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
    lines = [problem.line for problem in imports.plan(text).problems]
    assert lines == [3, 4, 5, 6, 7, 8, 8, 9, 10, 11]
    assert "Niemand" in upload(client, text, 422).main
    client.post(f"{PATH}/bevestigen", {"text": text}, status=422)
    assert names() == ["Bestaat"]


@pytest.mark.parametrize("text", ["", "naam,laag\n", HEADER, '"open', "a\0b", "\r\n\r\n"])
def test_what_is_no_list_is_refused(client, text):
    upload(client, text, 422)
    assert names() == []


def test_a_good_list_is_shown_first_and_written_after(client):
    text = HEADER + "Kind;gemeente;Ouder;kind.example, Kind2.example\nOuder;rijk;;\n"
    assert "kind2.example" in upload(client, text, 200).main
    assert names() == []
    client.post(f"{PATH}/bevestigen", {"text": text})
    assert names() == ["Ouder", "Kind"]
    parent, child = db.session.scalars(select(Organisation).order_by(Organisation.id)).all()
    assert (child.path, child.tier) == (f"/{parent.id}/{child.id}/", Tier.MUNICIPALITY)
    assert "kind2.example" in client.get("/beheer/organisaties").main
    client.post(f"{PATH}/bevestigen", {"text": text}, status=422)


def test_a_list_from_excel_on_windows_keeps_its_accents(app):
    text = HEADER + "Fryslân;provincie;;\n"
    assert imports.decode(text.encode("cp1252")) == imports.decode(text.encode("utf-8-sig")) == text


def test_an_organisation_gets_another_name_and_other_domains(client):
    place = make_organisation(domains=("oud.example", "blijft.example"))
    taken = make_organisation(domains=("bezet.example",)).name
    path = f"/beheer/organisaties/{place.id}"
    assert "blijft.example" in client.get(path).main
    tier = {"tier": "gemeente"}
    client.post(path, {**tier, "name": taken, "domains": ""}, status=422)
    client.post(path, {**tier, "name": "X", "domains": "bezet.example"}, status=422)
    client.post(path, {**tier, "name": "Nieuw", "domains": "blijft.example\nnieuw.example"})
    page = client.get("/beheer/organisaties").main
    assert "nieuw.example" in page
    assert "oud.example" not in page


def test_an_organisation_is_added_below_another(client):
    parent = make_organisation().id
    form = {"name": "Afdeling", "tier": "gemeente", "parent_id": str(parent), "domains": ""}
    client.post("/beheer/organisaties/nieuw", {**form, "tier": "wolk"}, status=422)
    client.post("/beheer/organisaties/nieuw", form)
    made = db.session.scalars(select(Organisation).where(Organisation.name == "Afdeling")).one()
    assert made.path == f"/{parent}/{made.id}/"


def test_an_organisation_gets_another_place_in_the_tree(app, client):
    top, other = make_organisation("Provincie Boven"), make_organisation("Provincie Anders")
    part = make_organisation("Dienst", parent=top)
    below = make_organisation("Afdeling", parent=part)
    form = {"name": "Dienst", "tier": "uitvoeringsorganisatie"}
    path = f"/beheer/organisaties/{part.id}"
    loop = client.post(path, {**form, "parent_id": str(below.id)}, status=422)
    assert "cannot be a part of itself" in loop.main
    client.post(path, {**form, "parent_id": str(other.id), "target": "40"})
    db.session.expire_all()
    assert db.session.get(Organisation, part.id).tier == "uitvoeringsorganisatie"
    assert db.session.get(Organisation, below.id).path == f"/{other.id}/{part.id}/{below.id}/"
    page = client.get(path)
    assert page.soup.find(id="target")["value"] == "40"
    assert page.soup.select_one("#parent_id option[selected]").get_text() == "Provincie Anders"
    client.post(path, {**form, "parent_id": "", "target": ""})
    db.session.expire_all()
    assert db.session.get(Organisation, below.id).path == f"/{part.id}/{below.id}/"
    assert not client.get(path).soup.find(id="target").get("value"), "no target any more"
