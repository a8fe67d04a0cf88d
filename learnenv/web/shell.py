"""The shell round every page: who asks, in which language, in one transaction, with a wall."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import structlog
from flask import (
    Flask,
    Response,
    current_app,
    g,
    get_flashed_messages,
    has_request_context,
    redirect,
    request,
    url_for,
)
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import LoginManager, current_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as BaseResponse

from learnenv.kernel import audit
from learnenv.kernel.errors import DomainError, SetupError
from learnenv.kernel.i18n import DEFAULT_LANGUAGE, LANGUAGES
from learnenv.kernel.permissions import PUBLIC, ROLE_NAMES, VISITOR, Actor, permission_of
from learnenv.kernel.transaction import Rollback, transaction

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
FIRST_ERROR = 400
LANGUAGE_COOKIE = "language"
UNWALLED = {"static"}
F = TypeVar("F", bound=Callable[..., Any])
log = structlog.get_logger()
login_manager = LoginManager()


class Site(Flask):
    """A Flask app in which every view runs in one transaction, behind one wall."""

    def dispatch_request(self) -> Any:  # the one place every view passes
        endpoint = request.endpoint
        if request.routing_exception is not None or endpoint is None or endpoint in UNWALLED:
            return super().dispatch_request()
        audit.origin.set(request.remote_addr or "")
        try:
            with transaction(write=self._writes(endpoint)):
                refused = self._wall()
                if refused is not None:
                    return refused
                response = self.make_response(super().dispatch_request())
                # An answer that says "no" writes nothing, unless the view asked to keep it
                # (a counted wrong password).
                if response.status_code >= FIRST_ERROR and not g.get("keep_writes"):
                    raise Rollback(response)  # noqa: TRY301 - the way out
                return response
        except Rollback as way_out:
            return way_out.value

    def _writes(self, endpoint: str) -> bool:
        view = self.view_functions[endpoint]
        return request.method not in SAFE_METHODS and not getattr(view, "reads_first", False)

    def _wall(self) -> BaseResponse | None:
        view = self.view_functions[str(request.endpoint)]
        g.actor = _actor()
        permission = permission_of(view)
        if g.actor.viewing_as and request.method not in SAFE_METHODS and not _ends_looking(view):
            return self.make_response(self.handle_user_exception(_only_looking()))
        if permission is PUBLIC or (permission is not None and permission.allows(g.actor)):
            return None
        if not g.actor.is_known:
            return _to_sign_in()
        return self.make_response(self.handle_user_exception(_not_found()))


def _not_found() -> Exception:
    from learnenv.kernel.errors import NotFoundError

    return NotFoundError()


def _ends_looking(view: Any) -> bool:
    return getattr(view, "ends_looking", False)


def ends_looking(view: F) -> F:
    """Mark a view that works while an administrator looks through another role."""
    view.ends_looking = True  # type: ignore[attr-defined]
    return view


def reads_first(view: F) -> F:
    """Mark a view that changes things only inside `with writing():`, and reads around it.

    For what many people do at once. What such a block wrote is stored at its end, also when the
    answer fails after that.
    """
    view.reads_first = True  # type: ignore[attr-defined]
    return view


def _only_looking() -> Exception:
    return DomainError(
        _("You look through another role, so nothing can be changed. Stop looking first.")
    )


def _to_sign_in() -> BaseResponse:
    if request.headers.get("HX-Request"):
        response = Response(status=401)
        response.headers["HX-Redirect"] = url_for("accounts.sign_in")
        return response
    wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(url_for("accounts.sign_in", next=wanted or None), code=303)


def _actor() -> Actor:
    return current_user.actor if current_user.is_authenticated else VISITOR


def actor() -> Actor:
    """Return who asks; a visitor when nobody is signed in."""
    found = g.get("actor")
    if found is None:
        found = g.actor = _actor()
    return found  # type: ignore[no-any-return]


def keep_writes() -> None:
    """Commit although the answer says "no", because something had to be counted."""
    g.keep_writes = True


def choose_language() -> str:
    """Return the language of this answer: the person's, the cookie's, the browser's, Dutch."""
    if "language" in g:
        return str(g.language)
    if not has_request_context():  # the command line and the worker
        return DEFAULT_LANGUAGE
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen not in LANGUAGES:
        who = g.get("actor")
        chosen = who.language if who is not None and who.is_known else None
    if chosen not in LANGUAGES:
        chosen = request.accept_languages.best_match(list(LANGUAGES), DEFAULT_LANGUAGE)
    g.language = chosen
    return str(chosen)


def safe_next(target: str | None, default: str) -> str:
    """Return `target` when it is a path of this site, else `default` (P12)."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return default
    parts = urlsplit(target.replace("\\", "/"))
    if parts.scheme or parts.netloc or any(ord(c) < 32 for c in target):  # noqa: PLR2004
        return default
    return target


def _here() -> str:
    """Return the address of this page, or of the one it came from when this one takes no GET."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    try:
        current_app.url_map.bind("").match(request.path, method="GET")
    except (HTTPException, RequestRedirect):
        came_from = urlsplit(request.referrer or "")
        same = came_from.netloc == request.host
        return safe_next(came_from.path, "/") if same else "/"
    return request.path


def install(app: Flask, menu: Callable[[Actor], list[Any]]) -> None:
    """Give every template what the layout needs, and check the wall."""
    login_manager.init_app(app)
    login_manager.session_protection = None  # sessions are rows; the row decides

    @app.context_processor
    def _context() -> dict[str, Any]:
        who = actor()
        here = _here()
        return {
            "site_name": current_app.config["SITE_NAME"],
            "demo": current_app.config["DEMO"],
            "viewing_as": ROLE_NAMES[who.viewing_as] if who.viewing_as else "",
            "viewer": who if who.is_known else None,
            "actor": who,
            "language": str(get_locale()),
            "language_links": [
                (code, label, url_for("web.language", code=code, next=here))
                for code, label in LANGUAGES.items()
            ],
            "navigation": menu(who),
            "account_navigation": _account_links(who),
            "footer_links": _footer_links(),
            "flashes": get_flashed_messages(with_categories=True),
        }


class Link:
    """A link of the layout."""

    def __init__(self, label: str, endpoint: str, **values: Any) -> None:
        self.label = label
        self.href = url_for(endpoint, **values)
        path = url_for(endpoint)
        self.current = request.path == path or (path != "/" and request.path.startswith(path + "/"))


def _account_links(who: Actor) -> list[Link]:
    if who.is_known:
        return [Link(_("My account"), "accounts.profile")]
    # On the way in, both doors lead on to where the visitor was going.
    going = safe_next(request.args.get("next"), "") or None
    return [
        Link(_("Sign in"), "accounts.sign_in", next=going),
        Link(_("Make an account"), "accounts.sign_up", next=going),
    ]


def _footer_links() -> list[tuple[str, str]]:
    return [
        (_("Accessibility"), url_for("web.accessibility")),
        (_("Privacy"), url_for("web.privacy")),
        (_("Check a certificate"), url_for("certificates.check")),
        (_("Report a vulnerability"), "/.well-known/security.txt"),
    ]


def check_walls(app: Flask) -> None:
    """Refuse to start when a view says nothing about who may see it (P1)."""
    bare = sorted(
        endpoint
        for endpoint, view in app.view_functions.items()
        if endpoint not in UNWALLED and permission_of(view) is None
    )
    if bare:
        raise SetupError("These views carry neither @requires nor @public: " + ", ".join(bare))
