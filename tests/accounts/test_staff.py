"""Managing people: who may, and what cannot be slipped in."""

import pytest
from sqlalchemy import func, select

from learnenv.accounts.models import MailedToken, Person, RoleAssignment
from learnenv.kernel import mail, settings
from learnenv.kernel.db import db
from learnenv.kernel.models import AuditEntry
from learnenv.kernel.permissions import Role
from learnenv.kernel.transaction import transaction
from learnenv.web.privacy import WORDS, kept_about_people
from tests.factories import make_organisation, make_person

INVITE = "/beheer/uitnodigen"
PAGES = (
    "/beheer",
    "/beheer/mensen",
    INVITE,
    "/beheer/organisaties",
    "/beheer/organisaties/nieuw",
    "/beheer/organisaties/importeren",
    "/beheer/post",
    "/beheer/logboek",
    "/beheer/streefwaarde",
)


def rows(query):
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def test_P2_management_is_for_administrators(client, administrator):
    for path in PAGES:
        client.get(path)
    client.sign_in(make_person())
    for path in PAGES:
        client.get(path, status=404)
    client.sign_in(make_person(roles=[(Role.MANAGER, make_organisation())]))
    assert [path for path in PAGES if client.open(path).status == 200] == [INVITE]


def test_P6_the_profile_changes_only_its_own_fields(client):
    person, other = make_person(email="eigen@voorbeeld.example"), make_person(name="Ander")
    own, theirs = person.id, other.id
    client.sign_in(person)
    form = {"name": " Nieuwe \r\n Naam ", "organisation_id": "", "language": "nl", "is_leader": "y"}
    slipped = {"id": theirs, "person_id": theirs, "email": "kwaad@voorbeeld.example"}
    slipped |= {"is_active": "", "is_blocked": "1", "password_hash": "x"}
    slipped |= {"role": "administrator", "roles": "administrator", "scope_id": "1"}
    client.post("/account", {**form, **slipped})
    after = rows(select(Person).where(Person.id == own))[0]
    assert (after.name, after.language, after.is_leader) == ("Nieuwe Naam", "nl", True)
    assert (after.email, after.is_active, after.is_blocked) == (
        "eigen@voorbeeld.example",
        True,
        False,
    )
    assert after.password_hash == "no hash"
    assert rows(select(RoleAssignment)) == []
    assert rows(select(Person.name).where(Person.id == theirs)) == ["Ander"]


def test_P4_nobody_moves_into_an_organisation_that_his_address_disproves(client):
    home, other = make_organisation(domains=("voorbeeld.example",)).id, make_organisation().id
    client.sign_in(make_person(email="eigen@voorbeeld.example"))
    form = {"name": "N", "organisation_id": str(other), "language": "nl"}
    client.post("/account", form, status=422)
    assert rows(select(Person.organisation_id)) == [None]
    client.post("/account", {**form, "organisation_id": str(home)})
    assert rows(select(Person.organisation_id)) == [home]


def test_P4_a_manager_invites_for_his_own_organisations_only(client):
    own, other = make_organisation(), make_organisation(name="Canarie")
    below = str(make_organisation(parent=own).id)
    client.sign_in(make_person(roles=[(Role.MANAGER, own)]))
    form = {"addresses": "a@voorbeeld.example\nb@voorbeeld.example", "role": ""}
    assert "Canarie" not in client.get(INVITE).text
    client.post(INVITE, {**form, "organisation_id": str(other.id)}, status=422)
    client.post(INVITE, {**form, "organisation_id": ""}, status=422)
    slipped = {**form, "organisation_id": below, "role": "administrator"}
    client.post(INVITE, slipped, status=422)
    assert rows(select(MailedToken)) == []
    client.post(INVITE, {**form, "organisation_id": below})
    made = rows(select(MailedToken))
    assert [(token.organisation_id, token.role) for token in made] == [(int(below), "")] * 2


def test_one_wrong_address_invites_nobody(client, administrator):
    form = {"addresses": "a@voorbeeld.example\nfout", "organisation_id": "", "role": ""}
    assert "a@voorbeeld.example" in client.post(INVITE, form, status=422).text
    assert rows(select(MailedToken)) == []


def test_P36_roles_are_given_and_withdrawn_with_a_line_each(client, administrator):
    person, place = make_person().id, make_organisation(name="Canarie").id
    path, admin = f"/beheer/mensen/{person}", administrator.id
    # The trail outlives the people of other tests, and SQLite gives their numbers again.
    before = db.session.scalar(select(func.max(AuditEntry.id))) or 0
    client.post(f"{path}/rollen", {"role": "manager", "scope_id": ""}, status=422)
    client.post(f"{path}/rollen", {"role": "learner", "scope_id": ""}, status=422)
    client.post(f"{path}/rollen", {"role": "manager", "scope_id": str(place)})
    role = rows(select(RoleAssignment).where(RoleAssignment.person_id == person))[0]
    assert (role.role, role.scope_id) == (Role.MANAGER, place)
    assert "Canarie" in client.get(path).main
    client.post(f"/beheer/mensen/{admin}/rollen/{role.id}/intrekken", status=404)
    client.post(f"{path}/rollen/{role.id}/intrekken")
    client.post(f"{path}/blokkeren")
    about = AuditEntry.subject == f"person:{person}"
    lines = rows(select(AuditEntry).where(about, AuditEntry.id > before).order_by(AuditEntry.id))
    assert [line.action for line in lines] == ["role.granted", "role.withdrawn", "person.blocked"]
    assert {line.actor_id for line in lines} == {admin}
    shown = client.get("/beheer/logboek").main
    assert "Role withdrawn" in shown
    assert f"Organisation {place}" in shown
    assert "role.withdrawn" not in shown


def test_nobody_changes_his_own_roles(client, administrator):
    path = f"/beheer/mensen/{administrator.id}"
    client.post(f"{path}/rollen", {"role": "author", "scope_id": ""}, status=422)
    client.post(f"{path}/blokkeren", status=403)
    assert len(rows(select(RoleAssignment))) == 1


def test_people_are_found_in_a_fixed_number_of_queries(client, administrator, count_queries):
    place = make_organisation()

    def queries_of(path):
        count_queries.clear()
        client.get(path)
        return len(count_queries)

    make_person(email="p@voorbeeld.example", organisation=place, roles=[(Role.MANAGER, place)])
    few = queries_of("/beheer/mensen?zoek=voorbeeld")
    for number in range(30):
        roles = [(Role.MANAGER, place)]
        make_person(email=f"p{number}@voorbeeld.example", organisation=place, roles=roles)
    assert queries_of("/beheer/mensen?zoek=voorbeeld") == few
    assert "p7@voorbeeld.example" in client.get("/beheer/mensen?zoek=P7@voorbeeld").main
    assert "p7@" not in client.get("/beheer/mensen?zoek=100%25").main
    assert f"organisatie={place.id}" in client.get(f"/beheer/mensen?organisatie={place.id}").text


@pytest.mark.parametrize(
    "query", ["pagina=0", "pagina=99999999999999999999", "organisatie=x", "zoek=%27%22%F0%9F%98%80"]
)
def test_P11_odd_parameters_give_a_page(client, administrator, query):
    client.get(f"/beheer/mensen?{query}")
    client.get(f"/beheer/logboek?{query}")


def test_the_target_of_a_year_is_set(client, administrator):
    client.post("/beheer/streefwaarde", {"year": "2027", "target": "veel"}, status=422)
    client.post("/beheer/streefwaarde", {"year": "2027", "target": "1500"})
    assert settings.yearly_target(2027) == 1500
    assert settings.yearly_target(2028) == 1000


def test_P9_a_mail_is_shown_as_text(app, client, administrator):
    body = f"Klik: {app.config['BASE_URL']}/account/x\nhttps://kwaad.example/"
    html = "<p><script>x()</script>"
    with transaction():
        mail.send(key="k", recipient="a@b.example", subject="Sleutel", text=body, html=html)
    assert "Sleutel" in client.get("/beheer/post").main
    page = client.get("/beheer/post/1").text
    assert "&lt;script&gt;" in page
    assert "<script>x()" not in page
    assert '/account/x"' in page
    assert 'href="https://kwaad.example' not in page


def test_the_privacy_page_knows_every_reason(client):
    known = {str(words[0]) for words in WORDS.values()}
    assert {str(group.purpose) for group in kept_about_people()} <= known
    assert "accounts_person.email" in client.get("/privacy").main
    client.get("/toegankelijkheid")


def test_the_style_guide_stands(client, administrator):
    client.get("/_stijlgids")
    assert "Enter your name." in client.get("/_stijlgids?fout=1").main
