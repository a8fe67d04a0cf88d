"""Getting in: signing in and out, a new account, an invitation, the first start."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import abort, current_app, flash, redirect, request
from flask_babel import get_locale

from learnenv.accounts import queries, services
from learnenv.accounts.forms import (
    ConfirmForm,
    InvitationForm,
    SetupForm,
    SignInForm,
    SignUpForm,
)
from learnenv.accounts.models import Person, TokenKind
from learnenv.accounts.permissions import OWN
from learnenv.accounts.routes.base import (
    Answer,
    blueprint,
    device,
    enter,
    go,
    leave,
    origin,
    page,
)
from learnenv.kernel.forms import blaming
from learnenv.kernel.i18n import _
from learnenv.kernel.permissions import public, requires
from learnenv.web.shell import actor, keep_writes, safe_next

HOME = "/"
LONGEST_TARGET = 500


@blueprint.route("/aanmelden", methods=["GET", "POST"])
@public
def sign_in() -> Answer:
    """Sign in. The refusal is the same for a wrong password and an unknown address (P21)."""
    target = safe_next(request.args.get("next"), HOME)
    if actor().is_known:
        return redirect(target, code=303)
    form = SignInForm()
    if form.validate_on_submit():
        with blaming(form):
            opened = services.sign_in(
                email=form.email.data,
                password=form.password.data,
                device=device(),
                origin=origin(),
            )
            if opened is not None:
                enter(opened[0])
                return redirect(target, code=303)
            keep_writes()  # the wrong try counts
            form.form_errors.append(_("The e-mail address or the password is not right."))
    return page("sign_in", form, target=_target())


@blueprint.post("/afmelden")
@requires(OWN)
def sign_out() -> Answer:
    """Sign out on this device."""
    leave()
    return go("accounts.sign_in", _("You are signed out."))


@blueprint.route("/account/nieuw", methods=["GET", "POST"])
@public
def sign_up() -> Answer:
    """Ask for an account; the next page is the same whether the address is known or not."""
    if actor().is_known:
        return redirect(_target() or HOME, code=303)
    form = SignUpForm()
    if form.validate_on_submit():
        with blaming(form):
            services.sign_up(
                email=form.email.data,
                name=form.name.data,
                password=form.password.data,
                language=str(get_locale()),
                origin=origin(),
                code=form.code.data or "",
                target=_target(),
            )
            return go("accounts.sign_up_sent", next=_target() or None)
    return page("sign_up", form, target=_target())


@blueprint.get("/account/nieuw/verstuurd")
@public
def sign_up_sent() -> Answer:
    """Say that a mail is on its way."""
    return page("sign_up_sent", has_mail=has_mail_server(), target=_target())


def _target() -> str:
    """Return where the visitor was going, a short path of this site, or nothing (P12)."""
    wanted = request.args.get("next", "")
    return safe_next(wanted, "") if len(wanted) <= LONGEST_TARGET else ""


@blueprint.route("/account/bevestigen/<token>", methods=["GET", "POST"])
@public
def confirm(token: str) -> Answer:
    """Open the account; the button posts, because mail scanners follow links."""
    form = ConfirmForm()
    if form.validate_on_submit():
        welcome(services.confirm(token))
        message = _("Welcome! Your account is ready.")
        if target := _target():
            flash(message, "success")
            return redirect(target, code=303)
        return go("accounts.profile", message)
    link = queries.mailed_link(token, TokenKind.CONFIRM)
    return page("confirm", form, email=link.email)


@blueprint.route("/account/uitnodiging/<token>", methods=["GET", "POST"])
@public
def invitation(token: str) -> Answer:
    """Make the account that an invitation promises."""
    link = queries.mailed_link(token, TokenKind.INVITE)
    form = InvitationForm()
    if form.validate_on_submit():
        with blaming(form):
            person = services.accept_invitation(
                token,
                name=form.name.data,
                password=form.password.data,
                language=str(get_locale()),
            )
            welcome(person)
            return go("accounts.profile", _("Welcome! Your account is ready."))
    organisation = queries.organisation_name(link.organisation_id)
    return page("invitation", form, email=link.email, organisation=organisation)


@blueprint.route("/account/eerste-start/<token>", methods=["GET", "POST"])
@public
def setup(token: str) -> Answer:
    """Make the first administrator, once, from this computer (TRUST.md section 7)."""
    if not may_set_up() or queries.has_people():
        abort(404)
    queries.mailed_link(token, TokenKind.SETUP)
    form = SetupForm()
    if form.validate_on_submit():
        with blaming(form):
            person = services.accept_invitation(
                token,
                email=form.email.data,
                name=form.name.data,
                password=form.password.data,
                language=str(get_locale()),
            )
            welcome(person)
            return go("accounts.admin", _("Welcome! You are the first administrator."))
    return page("setup", form)


def welcome(person: Person) -> None:
    """Sign somebody in who just proved to own the address."""
    enter(services.open_session(person, device=device()))


def may_set_up() -> bool:
    """Whether this visitor sits at the computer itself, or the site has a public address."""
    host = urlsplit(current_app.config["BASE_URL"]).hostname or ""
    if host != "localhost" and not _is_loopback(host):
        return True
    return _is_loopback(origin())


def has_mail_server() -> bool:
    """Whether mails leave the house; without a server an administrator finds them."""
    return bool(current_app.config["SETTINGS"].smtp_url)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
