"""Mailed links: they work once, not too long, and only for whom they were meant."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from learnenv.accounts import organisations, services
from learnenv.accounts.models import MailedToken, Person, RoleAssignment
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.errors import InvalidInputError, NotFoundError
from learnenv.kernel.mail import Mailer
from learnenv.kernel.models import OutboxMail
from learnenv.kernel.permissions import SYSTEM, Role
from learnenv.kernel.transaction import transaction
from tests.factories import make_organisation, make_person

EMAIL = "iemand@voorbeeld.example"
FIRST, SECOND = "een rustige zin vol", "een andere rustige zin"
FAR = {"REMOTE_ADDR": "192.0.2.7"}


def link(prefix):
    """Return the token of the last mail with a link that starts with `prefix`."""
    newest = select(OutboxMail).order_by(OutboxMail.id.desc())
    text = next(mail.text for mail in db.session.scalars(newest) if prefix in mail.text)
    return text.split(prefix, 1)[1].split()[0]


def ask():
    with transaction():
        services.ask_recovery(email=EMAIL, origin="")
    return link("/account/herstellen/")


def recover(token):
    with transaction():
        return services.recover(token, password=SECOND)


def sign_up(password):
    with transaction():
        services.sign_up(email=EMAIL, name="N", password=password, language="nl", origin="")


@pytest.fixture
def person(app):
    return make_person(email=EMAIL, password=FIRST)


def test_P22_a_recovery_link_works_once(person):
    token = ask()
    recover(token)
    with pytest.raises(NotFoundError):
        recover(token)


def test_P22_of_eight_parallel_uses_one_succeeds(app, person):
    token = ask()
    db.session.rollback()

    def use(_number):
        with app.test_request_context():
            try:
                recover(token)
            except NotFoundError:
                return 0
            return 1

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(use, range(8))) == 1


def test_P22_a_recovery_link_dies_after_an_hour(person):
    token = ask()
    with time_machine.travel(now() + timedelta(minutes=61)), pytest.raises(NotFoundError):
        recover(token)
    with time_machine.travel(now() + timedelta(minutes=59)):
        recover(token)


def test_P22_a_newer_link_kills_the_older(person):
    older, newer = ask(), ask()
    with pytest.raises(NotFoundError):
        recover(older)
    recover(newer)


def test_P22_a_change_of_address_kills_recovery_links(person):
    token = ask()
    with transaction():
        services.ask_email_change(person=person, email="nieuw@voorbeeld.example", password=FIRST)
    with transaction():
        changed = services.change_email(link("/account/adres/"))
    assert changed.email == "nieuw@voorbeeld.example"
    with pytest.raises(NotFoundError):
        recover(token)


def test_P22_the_database_holds_no_usable_token(person, tmp_path, monkeypatch):
    token = ask()
    stored = db.session.scalars(select(MailedToken)).one()
    assert stored.token_hash == services.token_hash(token)
    assert token not in str(vars(stored))
    monkeypatch.setattr(Mailer, "_hand_over", lambda self, mail: None)
    row = db.session.scalars(select(OutboxMail)).one()
    assert token in row.text
    assert token in row.html
    db.session.rollback()
    Mailer(smtp_url="smtp://x", sender="a@b.example", folder=tmp_path).deliver({"mail": row.id})
    db.session.expire_all()
    assert token not in row.text + row.html


def test_P22_a_mail_scanner_that_opens_links_changes_nothing(client):
    sign_up(FIRST)
    path = f"/account/bevestigen/{link('/account/bevestigen/')}"
    for _ in range(3):
        client.get(path)
    assert not db.session.scalars(select(Person)).one().is_active
    client.post(path)
    client.get("/account")
    client.get(path, status=404)


def test_P22_choosing_a_new_password_signs_out_and_in_again(client, person):
    client.sign_in(person)
    path = f"/account/herstellen/{ask()}"
    client.get(path)
    assert SECOND[:5] not in client.post(path, {"password": SECOND[:5]}, status=422).main
    assert client.post(path, {"password": SECOND}).location == "/aanmelden"
    client.get("/account", status=303)
    client.get("/aanmelden")
    client.post("/aanmelden", {"email": EMAIL, "password": FIRST}, status=422)
    client.post("/aanmelden", {"email": EMAIL, "password": SECOND})


def test_P18_no_mailed_link_opens_a_blocked_account(person):
    with transaction():
        services.set_active(person=person, active=False, actor=SYSTEM)
    sign_up(SECOND)
    assert db.session.scalars(select(OutboxMail)).all() == []
    with transaction():
        token = services.invite(email=EMAIL, organisation=None, role=None, actor=SYSTEM)
    with pytest.raises(InvalidInputError), transaction():
        services.accept_invitation(token, name="N", password=SECOND, language="nl")
    with transaction():
        assert services.sign_in(email=EMAIL, password=SECOND, device="", origin="") is None


def test_P18_an_old_link_does_not_open_a_blocked_account(app):
    sign_up(FIRST)
    with transaction():
        person = db.session.scalars(select(Person)).one()
        services.set_active(person=person, active=False, actor=SYSTEM)
    with pytest.raises(NotFoundError), transaction():
        services.confirm(link("/account/bevestigen/"))


def test_signing_up_again_kills_the_link_of_the_first_password(app):
    sign_up(FIRST)
    first = link("/account/bevestigen/")
    sign_up(SECOND)
    with pytest.raises(NotFoundError), transaction():
        services.confirm(first)


def test_an_invitation_gives_the_organisation_and_the_role(client):
    place = make_organisation(name="Gemeente Voorbeeldstad")
    with transaction():
        token = services.invite(email=EMAIL, organisation=place, role=Role.MANAGER, actor=SYSTEM)
    path = f"/account/uitnodiging/{token}"
    assert "Gemeente Voorbeeldstad" in client.get(path).main
    refused = {"name": "Noor", "password": "kort", "role": "administrator"}
    assert 'value="Noor"' in client.post(path, refused, status=422).text
    client.post(path, {"name": "Noor", "password": FIRST, "role": "administrator"})
    person = db.session.scalars(select(Person)).one()
    role = db.session.scalars(select(RoleAssignment)).one()
    assert (person.organisation_id, person.name) == (place.id, "Noor")
    assert (role.role, role.scope_id) == (Role.MANAGER, place.id)
    client.get(path, status=404)


def test_P19_the_first_administrator_is_made_once(client):
    with transaction():
        first, second = services.setup_token(), services.setup_token()
    client.get(f"/account/uitnodiging/{first}", status=404)
    form = {"email": EMAIL, "name": "Noor", "password": FIRST}
    client.post(f"/account/eerste-start/{first}", form)
    client.get("/beheer")
    client.get(f"/account/eerste-start/{second}", status=404)
    with transaction():
        assert services.setup_token() is None


def test_P19_the_first_start_is_for_this_computer_only(app, client, monkeypatch):
    with transaction():
        path = f"/account/eerste-start/{services.setup_token()}"
    client.get(path, status=404, environ_base=FAR)
    client.get(path)
    monkeypatch.setitem(app.config, "BASE_URL", "https://leren.voorbeeld.example")
    client.get(path, environ_base=FAR)


def test_P19_a_set_up_link_dies_after_an_hour(client):
    with transaction():
        path = f"/account/eerste-start/{services.setup_token()}"
    with time_machine.travel(now() + timedelta(minutes=61)):
        client.get(path, status=404)


def test_the_mail_domain_tells_the_organisation(app):
    place = make_organisation(domains=("voorbeeld.example",))
    assert organisations.organisation_of("a@voorbeeld.example") == place.id
    assert organisations.organisation_of("a@post.voorbeeld.example") == place.id
    assert organisations.organisation_of("a@nietvoorbeeld.example") is None
