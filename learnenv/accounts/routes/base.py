"""What the pages of accounts share: the blueprint, and how a form answers."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from learnenv.accounts import identity, services
from learnenv.accounts.errors import DeadLinkError
from learnenv.accounts.models import TokenKind
from learnenv.kernel.errors import TooManyError
from learnenv.kernel.forms import BaseForm
from learnenv.kernel.i18n import _
from learnenv.web import failures

blueprint = Blueprint("accounts", "learnenv.accounts", template_folder="templates")
Answer = Response | str | tuple[str, int]

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@blueprint.errorhandler(DeadLinkError)
def _dead_link(error: DeadLinkError) -> Response:
    """Say that it is the link that is over, and where to get another one."""
    ways = {
        TokenKind.CONFIRM: (_("Ask for a new link"), "accounts.sign_up"),
        TokenKind.RECOVER: (_("Ask for a new link"), "accounts.recover_ask"),
        TokenKind.CHANGE_EMAIL: (_("Ask for a new link"), "accounts.security"),
        TokenKind.INVITE: (_("Sign in"), "accounts.sign_in"),
    }
    texts = {
        TokenKind.CONFIRM: _("Did you open your account already? Then sign in."),
        TokenKind.INVITE: _(
            "Did you make your account already? Then sign in. "
            "If not, ask who invited you for a new invitation."
        ),
    }
    text = f"{error.message} {texts.get(error.kind, '')}".strip()
    label, endpoint = ways.get(error.kind, (_("Sign in"), "accounts.sign_in"))
    title = _("This link does not work any more")
    return failures.page(error.status, title, text, way_out=(label, url_for(endpoint)))


def page(template: str, form: BaseForm | None = None, **context: Any) -> Answer:
    """Render a page; a refused form answers 422, or 429 when it came too often."""
    if form is not None:
        context["form"] = form
    html = render_template(f"accounts/{template}.html", **context)
    if request.method != "POST":
        return html
    forms = (each for each in context.values() if isinstance(each, BaseForm))
    too_many = any(isinstance(each.refusal, TooManyError) for each in forms)
    status = HTTPStatus.TOO_MANY_REQUESTS if too_many else HTTPStatus.UNPROCESSABLE_ENTITY
    return html, int(status)


def go(endpoint: str, message: str = "", **values: Any) -> Response:
    """Send the browser on after a POST, with a message for the next page."""
    if message:
        flash(message, "success")
    return redirect(url_for(endpoint, **values), code=303)


def enter(token: str) -> None:
    """Sign the browser in with a session that was just opened; an older one ends."""
    if current_user.is_authenticated:
        services.end_session(current_user.token)
    session.clear()
    login_user(identity.load(token))


def leave() -> None:
    """Sign the browser out; the session row says so too, so a copied cookie is worthless."""
    if current_user.is_authenticated:
        services.end_session(current_user.token)
    logout_user()
    session.clear()


def origin() -> str:
    """Return the address that asks, as far as the operator trusts the proxies."""
    return request.remote_addr or ""


def device() -> str:
    """Name the browser and the system, no more: enough for people to know their own devices."""
    agent = request.user_agent.string
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return ", ".join(filter(None, (browser, system)))


def page_number() -> int:
    """Return the page that the address asks for; anything odd is the first."""
    return request.args.get("pagina", 1, type=int)
