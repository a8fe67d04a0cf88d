"""The mails of accounts, in the language of who reads them."""

from urllib.parse import urlencode

from flask_babel import gettext as _

from learnenv.accounts.models import Person
from learnenv.kernel.clock import now
from learnenv.kernel.letters import Letter, in_language, send, site_url


def _send(name: str, recipient: str, language: str, letter: Letter, unique: str) -> None:
    send(letter, key=f"{name}:{unique}", recipient=recipient, language=language)


def _towards(target: str) -> str:
    """Return the end of an address that remembers where somebody was going."""
    return f"?{urlencode({'next': target})}" if target else ""


def confirm(person: Person, token: str, target: str = "") -> None:
    """Mail the link that opens a new account, and then leads to `target`."""
    with in_language(person.language):
        letter = Letter(
            subject=_("Confirm your e-mail address"),
            greeting=_("Hello %(name)s,", name=person.name),
            paragraphs=(_("You asked for an account. Confirm that this is your address."),),
            action=(
                _("Confirm my address"),
                site_url(f"/account/bevestigen/{token}{_towards(target)}"),
            ),
            closing=(_("The link works for two days."),),
            reason=_("Did you not ask for this? Then you need not do anything."),
        )
        _send("confirm", person.email, person.language, letter, token[-16:])


def already_known(person: Person, target: str = "") -> None:
    """Tell an owner that somebody tried to sign up with the address."""
    with in_language(person.language):
        letter = Letter(
            subject=_("You already have an account"),
            greeting=_("Hello %(name)s,", name=person.name),
            paragraphs=(
                _("Somebody asked for an account with your address. You already have one."),
            ),
            action=(_("Sign in"), site_url(f"/aanmelden{_towards(target)}")),
            reason=_("Was it not you? Then you need not do anything: nothing was changed."),
        )
        _send("known", person.email, person.language, letter, f"{person.id}:{now():%Y%m%d%H}")


def invitation(address: str, token: str, organisation: str, inviter: str, language: str) -> None:
    """Mail an invitation for an account."""
    with in_language(language):
        text = (
            _("%(name)s invites you to learn at %(org)s.", name=inviter, org=organisation)
            if organisation
            else _("%(name)s invites you to make an account.", name=inviter)
        )
        letter = Letter(
            subject=_("You are invited"),
            greeting=_("Hello,"),
            paragraphs=(text, _("Choose a password, and you can start.")),
            action=(_("Make my account"), site_url(f"/account/uitnodiging/{token}")),
            closing=(_("The link works for two weeks."),),
        )
        _send("invite", address, language, letter, token[-16:])


def recovery(person: Person, token: str) -> None:
    """Mail the link to choose a new password."""
    with in_language(person.language):
        letter = Letter(
            subject=_("Choose a new password"),
            greeting=_("Hello %(name)s,", name=person.name),
            paragraphs=(_("You forgot your password. Choose a new one here."),),
            action=(_("Choose a new password"), site_url(f"/account/herstellen/{token}")),
            closing=(_("The link works once, for one hour."),),
            reason=_("Did you not ask for this? Then you need not do anything."),
        )
        _send("recover", person.email, person.language, letter, token[-16:])


def email_change(person: Person, address: str, token: str) -> None:
    """Mail the link that makes `address` the new address of the account."""
    with in_language(person.language):
        letter = Letter(
            subject=_("Confirm your new e-mail address"),
            greeting=_("Hello %(name)s,", name=person.name),
            paragraphs=(_("From now on you want to sign in with this address."),),
            action=(_("Use this address"), site_url(f"/account/adres/{token}")),
            closing=(_("The link works once, for one hour."),),
            reason=_("Did you not ask for this? Then you need not do anything."),
        )
        _send("address", address, person.language, letter, token[-16:])
