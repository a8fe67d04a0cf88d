"""Managing people and organisations: who may, and what cannot be slipped in."""

import pytest
from sqlalchemy import event, select

from learnenv.accounts.models import MailedToken, Person, RoleAssignment
from learnenv.kernel import settings
from learnenv.kernel.db import db
from learnenv.kernel.models import AuditEntry
from learnenv.kernel.permissions import Role
from learnenv.kernel.transaction import transaction
from tests.factories import make_organisation, make_person

PAGES = (
    "/beheer",
    "/beheer/mensen",
    "/beheer/uitnodigen",
    "/beheer/organisaties",
    "/beheer/organisaties/nieuw",
    "/beheer/organisaties/importeren",
    "/beheer/post",
    "/beheer/logboek",
    "/beheer/streefwaarde",
)


@pytest.fixture
def administrator(app, client):
    with app.app_context(), transaction():
        person = make_person(roles=[(Role.ADMINISTRATOR, None)])
    client.sign_in(person)
    return person


def rows(app, query):
    with app.app_context():
        return db.session.scalars(query).all()


def test_P2_management_is_for_administrators(app, client, administrator):
    assert {client.get(path).status_code for path in PAGES} == {200}
    with app.app_context(), transaction():
        place = make_organisation()
        learner, manager = make_person(), make_person(roles=[(Role.MANAGER, place)])
    client.sign_in(learner)
    assert {client.get(path).status_code for path in PAGES} == {404}
    client.sign_in(manager)
    seen = [path for path in PAGES if client.get(path).status_code == 200]
    assert seen == ["/beheer/uitnodigen"]


def test_P6_the_profile_changes_only_its_own_fields(app, client):
    with app.app_context(), transaction():
        person = make_person(email="eigen@voorbeeld.example", password="een rustige zin vol")
        other = make_person()
    client.sign_in(person)
    client.get("/account")
    slipped = {
        "id": other.id,
        "email": "kwaad@voorbeeld.example",
        "is_active": "",
        "is_blocked": "1",
    }
    slipped |= {"role": "administrator", "roles": "administrator", "password_hash": "x"}
    form = {"name": "Nieuwe Naam", "organisation_id": "", "language": "en", "is_leader": "y"}
    assert client.post("/account", {**form, **slipped}).status_code == 303
    after = rows(app, select(Person).where(Person.id == person.id))[0]
    assert (after.name, after.language, after.is_leader) == ("Nieuwe Naam", "en", True)
    assert (after.email, after.is_active, after.is_blocked) == (person.email, True, False)
    assert after.password_hash == person.password_hash
    assert rows(app, select(RoleAssignment)) == []
    assert rows(app, select(Person.name).where(Person.id == other.id)) == [other.name]


def test_P4_nobody_moves_into_an_organisation_that_his_address_disproves(app, client):
    with app.app_context(), transaction():
        home = make_organisation(domains=("voorbeeld.example",))
        other = make_organisation()
        person = make_person(email="eigen@voorbeeld.example", organisation=home)
    client.sign_in(person)
    client.get("/account")
    form = {"name": "N", "organisation_id": str(other.id), "language": "nl"}
    assert client.post("/account", form).status_code == 422
    assert rows(app, select(Person.organisation_id)) == [home.id]


def test_P4_a_manager_invites_for_his_own_organisations_only(app, client):
    with app.app_context(), transaction():
        own, other = make_organisation(), make_organisation()
        below = make_organisation(parent=own)
        manager = make_person(roles=[(Role.MANAGER, own)])
    client.sign_in(manager)
    page = client.get("/beheer/uitnodigen").text
    assert other.name not in page
    form = {"addresses": "a@voorbeeld.example", "organisation_id": str(other.id), "role": ""}
    assert client.post("/beheer/uitnodigen", form).status_code == 422
    slipped = {**form, "organisation_id": str(own.id), "role": "administrator"}
    assert client.post("/beheer/uitnodigen", slipped).status_code == 422
    assert client.post("/beheer/uitnodigen", {**form, "organisation_id": ""}).status_code == 422
    assert rows(app, select(MailedToken)) == []
    good = {
        "addresses": "a@voorbeeld.example\nb@voorbeeld.example",
        "organisation_id": str(below.id),
    }
    assert client.post("/beheer/uitnodigen", {**good, "role": ""}).status_code == 303
    made = rows(app, select(MailedToken))
    assert {(t.organisation_id, t.role) for t in made} == {(below.id, "")}


def test_one_wrong_address_invites_nobody(app, client, administrator):
    client.get("/beheer/uitnodigen")
    form = {"addresses": "a@voorbeeld.example\ngeen adres", "organisation_id": "", "role": ""}
    answer = client.post("/beheer/uitnodigen", form)
    assert answer.status_code == 422
    assert "a@voorbeeld.example" in answer.text
    assert rows(app, select(MailedToken)) == []


def test_P36_roles_are_given_and_withdrawn_with_a_line_each(app, client, administrator):
    with app.app_context(), transaction():
        person, place = make_person(), make_organisation()
    path = f"/beheer/mensen/{person.id}"
    client.get(path)
    assert client.post(f"{path}/rollen", {"role": "manager", "scope_id": ""}).status_code == 422
    given = {"role": "manager", "scope_id": str(place.id)}
    assert client.post(f"{path}/rollen", given).status_code == 303
    role = rows(app, select(RoleAssignment).where(RoleAssignment.person_id == person.id))[0]
    assert (role.role, role.scope_id) == (Role.MANAGER, place.id)
    page = client.get(path)
    assert place.name in page.text
    elsewhere = f"/beheer/mensen/{administrator.id}/rollen/{role.id}/intrekken"
    assert client.post(elsewhere).status_code == 404
    client.get(path)
    assert client.post(f"{path}/rollen/{role.id}/intrekken").status_code == 303
    client.get(path)
    assert client.post(f"{path}/blokkeren").status_code == 303
    lines = rows(app, select(AuditEntry).where(AuditEntry.subject == f"person:{person.id}"))
    assert [line.action for line in lines] == ["role.granted", "role.withdrawn", "person.blocked"]
    assert {line.actor_id for line in lines} == {administrator.id}


def test_nobody_changes_his_own_roles(app, client, administrator):
    path = f"/beheer/mensen/{administrator.id}"
    client.get(path)
    form = {"role": "author", "scope_id": ""}
    assert client.post(f"{path}/rollen", form).status_code == 422
    client.get(path)
    assert client.post(f"{path}/blokkeren").status_code == 403
    assert len(rows(app, select(RoleAssignment))) == 1


def test_people_are_found_in_a_fixed_number_of_queries(app, client, administrator):
    def count():
        seen = []
        with app.app_context():
            engine = db.engine
        listener = lambda *_: seen.append(1)  # noqa: E731
        event.listen(engine, "before_cursor_execute", listener)
        assert client.get("/beheer/mensen?zoek=voorbeeld").status_code == 200
        event.remove(engine, "before_cursor_execute", listener)
        return len(seen)

    few = count()
    with app.app_context(), transaction():
        place = make_organisation()
        for number in range(60):
            roles = [(Role.MANAGER, place)]
            make_person(email=f"p{number}@voorbeeld.example", organisation=place, roles=roles)
    assert count() <= few
    assert client.get("/beheer/mensen?zoek=p7@voorbeeld").text.count("p7@voorbeeld.example") == 1
    assert "p7@" not in client.get("/beheer/mensen?zoek=100%25").text


@pytest.mark.parametrize(
    "query",
    [
        "pagina=0",
        "pagina=99999999999999999999",
        "organisatie=x",
        "pagina=%00",
        "zoek=%27%22%F0%9F%98%80",
    ],
)
def test_P11_odd_parameters_give_a_page(client, administrator, query):
    assert client.get(f"/beheer/mensen?{query}").status_code == 200


def test_the_target_of_a_year_is_set(app, client, administrator):
    client.get("/beheer/streefwaarde")
    refused = {"year": "2027", "target": "veel"}
    assert client.post("/beheer/streefwaarde", refused).status_code == 422
    assert (
        client.post("/beheer/streefwaarde", {"year": "2027", "target": "1500"}).status_code == 303
    )
    with app.app_context():
        assert settings.yearly_target(2027) == 1500
        assert settings.yearly_target(2028) == 1000


def test_P9_a_mail_is_shown_as_text(app, client, administrator):
    with app.test_request_context(), transaction():
        from learnenv.kernel import mail

        body = f"Klik: {app.config['BASE_URL']}/account/x\nhttps://kwaad.example/"
        mail.send(
            key="k", recipient="a@b.example", subject="S", text=body, html="<p><script>x()</script>"
        )
    path = "/beheer/post/1"
    page = client.get(path).text
    assert "&lt;script&gt;" in page
    assert "<script>x()" not in page
    assert '/account/x"' in page
    assert 'href="https://kwaad.example' not in page


def test_the_privacy_page_knows_every_reason(app, client):
    from learnenv.web.privacy import WORDS, kept_about_people

    with app.test_request_context():
        groups = kept_about_people()
        assert {str(group.purpose) for group in groups} <= {
            str(words[0]) for words in WORDS.values()
        }
    page = client.get("/privacy").text
    assert "accounts_person.email" in page
    assert client.get("/toegankelijkheid").status_code == 200


def test_the_style_guide_stands(client, administrator):
    assert client.get("/_stijlgids").status_code == 200
    assert "sample-title" in client.get("/_stijlgids?fout=1").text
