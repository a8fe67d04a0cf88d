"""Sessions and sign-in: what ends them, what slows guessing, what gives nothing away."""

import pytest
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import func, select

from learnenv.accounts import identity, passwords, services
from learnenv.accounts.models import Scope, WebSession
from learnenv.kernel.db import db
from learnenv.kernel.errors import InvalidInputError, TooManyError
from learnenv.kernel.permissions import SYSTEM, Role
from learnenv.kernel.transaction import transaction
from learnenv.web.shell import safe_next
from tests.factories import make_person

PASSWORD = "een rustige zin vol"
PATH = "/account/veiligheid"


def replay(app, token, path="/account"):
    """Ask a page with a cookie that somebody kept a copy of."""
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    cookie = f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({'_user_id': token})}"
    with app.test_request_context(path, headers={"Cookie": cookie}):
        return app.full_dispatch_request()


def opened(app, number=3, **details):
    with app.app_context(), transaction():
        person = make_person(password=PASSWORD, **details)
        return person, [services.open_session(person, device="") for _ in range(number)]


def block(person, tokens):
    services.set_active(person=db.session.merge(person), active=False, actor=SYSTEM)


def change_password(person, tokens):
    services.change_password(
        person=db.session.merge(person), current=PASSWORD, new="een andere rustige zin", token=""
    )


def grant(person, tokens):
    services.grant_role(
        person=db.session.merge(person),
        role=Role.AUTHOR,
        scope=Scope.SITE,
        scope_id=None,
        actor=SYSTEM,
    )


def sign_out(person, tokens):
    for token in tokens:
        services.end_session(token)


@pytest.mark.parametrize("act", [block, change_password, grant, sign_out])
def test_P18_a_kept_cookie_is_worthless_after(app, act):
    person, tokens = opened(app)
    assert [replay(app, token).status_code for token in tokens] == [200, 200, 200]
    with app.app_context(), transaction():
        act(person, tokens)
    for token in tokens:
        answer = replay(app, token)
        assert answer.status_code == 303
        assert answer.location.startswith("/aanmelden")


def test_P18_signing_out_in_the_browser_ends_the_row(app, client):
    with app.app_context(), transaction():
        person = make_person(password=PASSWORD)
    client.sign_in(person)
    client.get(PATH)
    assert client.post("/afmelden").status_code == 303
    assert client.get(PATH).status_code == 303
    with app.app_context():
        alive = select(func.count(WebSession.id)).where(WebSession.ended_at.is_(None))
        assert db.session.scalar(alive) == 0


def test_P18_changing_the_password_keeps_this_session_only(app, client):
    person, tokens = opened(app, email="eigen@voorbeeld.example")
    client.sign_in(person)
    client.get(PATH)
    changed = {"password-current": PASSWORD, "password-new": "een andere rustige zin"}
    assert client.post("/account/wachtwoord", changed).status_code == 303
    assert client.get(PATH).status_code == 200
    assert {replay(app, token).status_code for token in tokens} == {303}


def test_P18_the_password_form_wants_the_current_password(app, client):
    person, tokens = opened(app, 1)
    client.sign_in(person)
    client.get(PATH)
    wrong = {"password-current": "verkeerd verkeerd", "password-new": "een andere rustige zin"}
    for _ in range(10):
        answer = client.post("/account/wachtwoord", wrong)
        assert answer.status_code == 422
    assert "een andere rustige zin" not in answer.text
    assert client.post("/account/wachtwoord", wrong).status_code == 429
    assert replay(app, tokens[0]).status_code == 200


def test_P18_one_cannot_end_the_session_of_another(app, client):
    _, tokens = opened(app, 1)
    with app.app_context(), transaction():
        client_person = make_person()
        theirs = identity.load(tokens[0]).session_id
    client.sign_in(client_person)
    client.get(PATH)
    assert client.post(f"/account/sessies/{theirs}/einde").status_code == 404
    assert replay(app, tokens[0]).status_code == 200


def test_P18_signing_in_makes_a_new_session_and_ends_nothing_elsewhere(app, client):
    _, tokens = opened(app, 1, email="iemand@voorbeeld.example")
    form = {"email": "Iemand@Voorbeeld.example", "password": PASSWORD}
    client.get("/aanmelden")
    assert client.post("/aanmelden", form).status_code == 303
    client.get(PATH)
    assert replay(app, tokens[0]).status_code == 200
    with app.app_context():
        assert db.session.scalar(select(func.count(WebSession.id))) == 2


def attempt(app, email, password, origin):
    with app.app_context(), transaction():
        return services.sign_in(email=email, password=password, device="", origin=origin)


def test_P20_guessing_is_slowed_where_it_comes_from(app):
    opened(app, 0, email="doel@voorbeeld.example")
    refused = 0
    for _ in range(50):
        try:
            assert attempt(app, "doel@voorbeeld.example", "fout", "192.0.2.1") is None
        except TooManyError:
            refused += 1
    assert refused == 40
    assert attempt(app, "doel@voorbeeld.example", PASSWORD, "192.0.2.2") is not None


def test_P20_the_page_counts_although_it_refuses(app, client):
    form = {"email": "doel@voorbeeld.example", "password": "fout"}
    client.get("/aanmelden")
    statuses = [client.post("/aanmelden", form).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


def test_P21_unknown_and_known_addresses_get_the_same_answers(app, client):
    opened(app, 0, email="bekend@voorbeeld.example")
    new = {"name": "N", "password": "een heel andere zin"}
    for path, extra in (
        ("/aanmelden", {"password": "fout"}),
        ("/account/nieuw", new),
        ("/account/vergeten", {}),
    ):
        answers = []
        for email in ("bekend@voorbeeld.example", "vreemd@voorbeeld.example"):
            client.get(path)
            answer = client.post(path, {"email": email, **extra}, follow=True)
            clean = answer.text.replace(email, "")
            answers.append(
                (
                    answer.status_code,
                    [
                        line
                        for line in clean.split("\n")
                        if "csrf" not in line and "nonce" not in line
                    ],
                )
            )
        assert answers[0] == answers[1], path


def test_P25_passwords(app):
    with app.test_request_context():
        for weak in (
            "elf tekens.",
            "finalfantasy",
            "Superman1234!",
            "werkenwerken",
            "aaaaaaaaaaaaaaaa",
            "1" * 129,
            "jan.jansen2024",
        ):
            with pytest.raises(InvalidInputError):
                passwords.check_strength(weak, email="jan.jansen@voorbeeld.example")
        passwords.check_strength("x2" + "lange zin " * 7)  # more than 64 characters
        passwords.check_strength("paarse lantaarn")  # no rule about digits or capitals
    hashed = passwords.make_hash(PASSWORD)
    assert hashed.startswith("$argon2id$")
    assert passwords.verify(PASSWORD, hashed)
    assert not passwords.verify(PASSWORD, "")
    assert len(passwords._known()) >= 3000


@pytest.mark.parametrize(
    "target",
    [
        "https://kwaad.example/",
        "//kwaad.example",
        "/\\kwaad.example",
        "\\\\kwaad.example",
        "https:kwaad.example",
        "javascript:alert(1)",
        "/\tkwaad",
        " //kwaad.example",
        "kwaad.example",
        "/\r\nLocation: https://kwaad.example",
    ],
)
def test_P12_next_stays_on_this_site(app, client, target):
    assert safe_next(target, "/") == "/"
    opened(app, 0, email="iemand@voorbeeld.example")
    client.get("/aanmelden")
    form = {"email": "iemand@voorbeeld.example", "password": PASSWORD}
    from urllib.parse import quote

    answer = client.post(f"/aanmelden?next={quote(target)}", form)
    assert (answer.status_code, answer.location) == (303, "/")
