"""Sessions and sign-in: what ends them, what slows guessing, what gives nothing away."""

from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from learnenv.accounts import identity, passwords, services
from learnenv.accounts.models import Scope, WebSession
from learnenv.kernel.db import db
from learnenv.kernel.errors import InvalidInputError, TooManyError
from learnenv.kernel.permissions import SYSTEM, Role
from learnenv.kernel.transaction import transaction
from learnenv.web.shell import safe_next
from tests.browser import Browser
from tests.factories import make_person

PASSWORD, OTHER = "een rustige zin vol", "een andere rustige zin"
PATH = "/account/veiligheid"


def replay(app, token):
    """Ask a page with a cookie that somebody kept a copy of."""
    browser = Browser(app)
    with browser.client.session_transaction() as cookie:
        cookie["_user_id"] = token
    page = browser.open("/account")
    if page.status == 303:
        assert page.location.startswith("/aanmelden")
    return page.status


def opened(number=3, **details):
    person = make_person(password=PASSWORD, **details)
    with transaction():
        return person, [services.open_session(person, device="") for _ in range(number)]


def block(person, tokens):
    services.set_active(person=person, active=False, actor=SYSTEM)


def change_password(person, tokens):
    services.change_password(person=person, current=PASSWORD, new=OTHER, token="")


def grant(person, tokens):
    site = {"scope": Scope.SITE, "scope_id": None}
    services.grant_role(person=person, role=Role.AUTHOR, actor=SYSTEM, **site)


def sign_out(person, tokens):
    for token in tokens:
        services.end_session(token)


@pytest.mark.parametrize("act", [block, change_password, grant, sign_out])
def test_P18_a_kept_cookie_is_worthless_after(app, act):
    person, tokens = opened()
    assert [replay(app, token) for token in tokens] == [200, 200, 200]
    with transaction():
        act(person, tokens)
    assert [replay(app, token) for token in tokens] == [303, 303, 303]


def test_P18_signing_out_in_the_browser_ends_the_row(client):
    client.sign_in(make_person())
    client.get(PATH)
    client.post("/afmelden")
    client.get(PATH, status=303)
    alive = select(func.count(WebSession.id)).where(WebSession.ended_at.is_(None))
    assert db.session.scalar(alive) == 0


def test_P18_changing_the_password_keeps_this_session_only(app, client):
    person, tokens = opened()
    client.sign_in(person)
    client.get(PATH)
    client.post("/account/wachtwoord", {"password-current": PASSWORD, "password-new": OTHER})
    client.get(PATH)
    assert {replay(app, token) for token in tokens} == {303}


def test_P20_the_password_form_counts_wrong_passwords(app, client):
    person, tokens = opened(1)
    client.sign_in(person)
    client.get(PATH)
    wrong = {"password-current": "verkeerd verkeerd", "password-new": OTHER}
    for _ in range(10):
        assert OTHER not in client.post("/account/wachtwoord", wrong, status=422).text
    right = {**wrong, "password-current": PASSWORD}
    client.post("/account/wachtwoord", right, status=429)
    assert replay(app, tokens[0]) == 200


def test_P18_one_cannot_end_the_session_of_another(app, client):
    _, tokens = opened(1)
    theirs = identity.load(tokens[0]).session_id
    client.sign_in(make_person())
    client.post(f"/account/sessies/{theirs}/einde", status=404)
    assert replay(app, tokens[0]) == 200


def test_P18_signing_in_makes_a_new_session_and_ends_nothing_elsewhere(app, client):
    _, tokens = opened(1, email="iemand@voorbeeld.example")
    client.post("/aanmelden", {"email": " Iemand@Voorbeeld.example", "password": PASSWORD})
    client.get(PATH)
    assert replay(app, tokens[0]) == 200
    assert db.session.scalar(select(func.count(WebSession.id))) == 2


def attempt(password, origin):
    with transaction():
        return services.sign_in(
            email="doel@voorbeeld.example", password=password, device="", origin=origin
        )


def test_P20_guessing_is_slowed_where_it_comes_from(app):
    opened(0, email="doel@voorbeeld.example")
    refused = 0
    for _ in range(50):
        try:
            assert attempt("fout", "192.0.2.1") is None
        except TooManyError:
            refused += 1
    assert refused == 40
    assert attempt(PASSWORD, "192.0.2.2") is not None


def test_P20_the_page_counts_although_it_refuses(client):
    form = {"email": "doel@voorbeeld.example", "password": "fout"}
    made_up = {"X-Forwarded-For": "203.0.113.9"}
    for _ in range(10):
        client.post("/aanmelden", form, status=422)
    client.post("/aanmelden", form, status=429, headers=made_up)


@pytest.mark.parametrize(
    ("path", "extra", "status"),
    [
        ("/aanmelden", {"password": "fout"}, 422),
        ("/account/nieuw", {"name": "N", "password": "een heel andere zin"}, 303),
        ("/account/vergeten", {}, 303),
    ],
)
def test_P21_unknown_and_known_addresses_get_the_same_answer(client, path, extra, status):
    opened(0, email="bekend@voorbeeld.example")
    answers = []
    for email in ("bekend@voorbeeld.example", "vreemd@voorbeeld.example"):
        page = client.post(path, {"email": email, **extra}, status=status)
        after = client.get(page.location).main if status == 303 else page.main
        answers.append((page.location, after.replace(email, "")))
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    "weak",
    [
        "elf tekens.",
        "finalfantasy",
        "Superman1234!",
        "werkenwerken",
        "aaaaaaaaaaaaaaaa",
        "jan.jansen2026",
        "1q2w" * 40,
    ],
)
def test_P25_weak_passwords_are_refused(app, weak):
    with pytest.raises(InvalidInputError):
        passwords.check_strength(weak, email="jan.jansen@voorbeeld.example")


def test_P25_long_passwords_without_digits_are_fine_and_stored_as_argon2id(app):
    passwords.check_strength("x2" + "lange zin " * 7)  # more than 64 characters
    passwords.check_strength("paarse lantaarn")
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
def test_P12_next_stays_on_this_site(client, target):
    assert safe_next(target, "/") == "/"
    opened(0, email="iemand@voorbeeld.example")
    form = {"email": "iemand@voorbeeld.example", "password": PASSWORD}
    assert client.post(f"/aanmelden?next={quote(target)}", form).location == "/"


def test_P12_next_on_this_site_is_followed(client):
    opened(0, email="iemand@voorbeeld.example")
    asked = client.get("/account/veiligheid", status=303).location
    form = {"email": "iemand@voorbeeld.example", "password": PASSWORD}
    assert client.post(asked, form).location == "/account/veiligheid"
