"""Mailed links: they work once, not too long, and only for whom they were meant."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from learnenv.accounts import services
from learnenv.accounts.models import MailedToken, Person, RoleAssignment
from learnenv.kernel import mail as mail_port
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


def link_of(app, prefix):
    """Return the token of the last mail with a link that starts with `prefix`."""
    with app.app_context():
        newest = select(OutboxMail).order_by(OutboxMail.id.desc())
        text = next(m.text for m in db.session.scalars(newest) if prefix in m.text)
    return text.split(prefix, 1)[1].split()[0]


def ask(app, email=EMAIL):
    with app.test_request_context(), transaction():
        services.ask_recovery(email=email, origin="")
    return link_of(app, "/account/herstellen/")


def recover(app, token, password=SECOND):
    with app.test_request_context(), transaction():
        return services.recover(token, password=password)


@pytest.fixture
def person(app):
    with app.app_context(), transaction():
        return make_person(email=EMAIL, password=FIRST)


def test_P22_a_recovery_link_works_once(app, person):
    token = ask(app)
    recover(app, token)
    with pytest.raises(NotFoundError):
        recover(app, token)


def test_P22_a_recovery_link_dies_after_an_hour(app, person):
    token = ask(app)
    with time_machine.travel(now() + timedelta(minutes=61)), pytest.raises(NotFoundError):
        recover(app, token)
    with time_machine.travel(now() + timedelta(minutes=59)):
        recover(app, token)


def test_P22_a_newer_link_kills_the_older(app, person):
    older, newer = ask(app), ask(app)
    with pytest.raises(NotFoundError):
        recover(app, older)
    recover(app, newer)


def test_P22_a_change_of_address_kills_recovery_links(app, person):
    token = ask(app)
    with app.test_request_context(), transaction():
        services.ask_email_change(
            person=db.session.merge(person), email="nieuw@voorbeeld.example", password=FIRST
        )
    change = link_of(app, "/account/adres/")
    with app.test_request_context(), transaction():
        assert services.change_email(change).email == "nieuw@voorbeeld.example"
    with pytest.raises(NotFoundError):
        recover(app, token)


def test_P22_the_database_holds_no_usable_token(app, person, tmp_path, monkeypatch):
    token = ask(app)
    with app.app_context():
        stored = db.session.scalars(select(MailedToken)).one()
        assert token not in str(vars(stored))
        assert stored.token_hash == services.token_hash(token)
        monkeypatch.setattr(Mailer, "_hand_over", lambda self, mail: None)
        sent = Mailer(smtp_url="smtp://x", sender="a@b.example", folder=tmp_path)
        sent.deliver({"mail": db.session.scalars(select(OutboxMail.id)).one()})
        db.session.expire_all()
        row = db.session.scalars(select(OutboxMail)).one()
        assert token not in row.text + row.html
        assert mail_port.compose(row, "a@b.example")["Message-ID"] == row.message_id


def test_P22_a_mail_scanner_that_opens_links_changes_nothing(app, client):
    with app.test_request_context(), transaction():
        services.sign_up(email=EMAIL, name="N", password=FIRST, language="nl", origin="")
    path = f"/account/bevestigen/{link_of(app, '/account/bevestigen/')}"
    for _ in range(3):
        assert client.get(path).status_code == 200
    with app.app_context():
        assert not db.session.scalars(select(Person)).one().is_active
    assert client.post(path).status_code == 303
    assert client.get("/account").status_code == 200
    assert client.get(path).status_code == 404


def test_P18_no_mailed_link_opens_a_blocked_account(app, person):
    with app.test_request_context(), transaction():
        services.set_active(person=db.session.merge(person), active=False, actor=SYSTEM)
        services.sign_up(email=EMAIL, name="N", password=SECOND, language="nl", origin="")
        token = services.invite(email=EMAIL, organisation=None, role=None, actor=SYSTEM)
    with app.app_context():
        assert not [m for m in db.session.scalars(select(OutboxMail)) if "bevestigen" in m.text]
    with app.test_request_context(), pytest.raises(InvalidInputError), transaction():
        services.accept_invitation(token, name="N", password=SECOND, language="nl")
    with app.test_request_context(), transaction():
        assert services.sign_in(email=EMAIL, password=FIRST, device="", origin="") is None


def test_signing_up_again_kills_the_link_of_the_first_password(app):
    with app.test_request_context(), transaction():
        services.sign_up(email=EMAIL, name="N", password=FIRST, language="nl", origin="")
    first = link_of(app, "/account/bevestigen/")
    with app.test_request_context(), transaction():
        services.sign_up(email=EMAIL, name="N", password=SECOND, language="nl", origin="")
    with app.test_request_context(), pytest.raises(NotFoundError), transaction():
        services.confirm(first)


def test_an_invitation_gives_the_organisation_and_the_role(app, client):
    with app.test_request_context(), transaction():
        place = make_organisation(name="Gemeente Voorbeeldstad")
        token = services.invite(email=EMAIL, organisation=place, role=Role.MANAGER, actor=SYSTEM)
    path = f"/account/uitnodiging/{token}"
    assert "Gemeente Voorbeeldstad" in client.get(path).text
    refused = client.post(path, {"name": "Noor", "password": "kort", "role": "administrator"})
    assert refused.status_code == 422
    assert "Noor" in refused.text
    assert client.post(path, {"name": "Noor", "password": FIRST}).status_code == 303
    with app.app_context():
        person = db.session.scalars(select(Person)).one()
        role = db.session.scalars(select(RoleAssignment)).one()
        assert (person.organisation_id, person.name) == (place.id, "Noor")
        assert (role.role, role.scope_id) == (Role.MANAGER, place.id)
    assert client.get(path).status_code == 404


def test_P19_the_first_administrator_is_made_once(app, client):
    with app.test_request_context(), transaction():
        paths = [f"/account/eerste-start/{services.setup_token()}" for _ in range(2)]
    invited = paths[0].replace("eerste-start", "uitnodiging")
    assert client.get(invited).status_code == 404
    form = {"email": EMAIL, "name": "Noor", "password": FIRST}
    client.get(paths[0])
    assert client.post(paths[0], form).status_code == 303
    assert client.get("/beheer").status_code == 200
    assert client.get(paths[1]).status_code == 404


def test_P19_the_first_start_is_for_this_computer_only(app):
    with app.test_request_context(), transaction():
        path = f"/account/eerste-start/{services.setup_token()}"
    far = {"REMOTE_ADDR": "192.0.2.7"}
    with app.test_request_context(path, environ_base=far):
        assert app.full_dispatch_request().status_code == 404
    app.config["BASE_URL"] = "https://leren.voorbeeld.example"
    with app.test_request_context(path, environ_base=far):
        assert app.full_dispatch_request().status_code == 200


def test_the_mail_domain_tells_the_organisation(app):
    with app.app_context(), transaction():
        place = make_organisation(domains=("voorbeeld.example",))
        assert services.organisation_of("a@voorbeeld.example") == place.id
        assert services.organisation_of("a@post.voorbeeld.example") == place.id
        assert services.organisation_of("a@nietvoorbeeld.example") is None
