"""Error pages: what went wrong, what to do, and a reference number for the rest."""

import secrets

import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException, SecurityError

from learnenv.kernel.errors import DomainError

log = structlog.get_logger()


def page(
    status: int,
    title: str,
    text: str,
    *,
    reference: str = "",
    way_out: tuple[str, str] | None = None,
) -> Response:
    """Return an error page, or JSON for a program that asked for it."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    if best == "application/json":
        return make_response(
            jsonify(title=title, detail=text, status=status, reference=reference), status
        )
    shown = render_template(
        "errors/error.html", heading=title, text=text, reference=reference, way_out=way_out
    )
    return make_response(shown, status)


def texts(status: int) -> tuple[str, str]:
    """Return the title and the advice that go with a status."""
    known = {
        400: (_("We do not understand this request"), _("Go back and try again.")),
        401: (_("Sign in first"), _("Sign in and try again.")),
        403: (_("This is not allowed"), _("You may see this, but not change it.")),
        404: (
            _("We cannot find this page"),
            _("The address is wrong, the page is gone, or it is not meant for you."),
        ),
        405: (_("This does not work here"), _("Go back and use the buttons of the page.")),
        409: (_("This cannot be done now"), _("Go back, look at what changed, and try again.")),
        413: (_("This is too large"), _("Send a smaller file.")),
        429: (_("Too many attempts"), _("Wait a while and try again.")),
    }
    return known.get(status, known[400])


def install(app: Flask) -> None:
    """Answer every error with a page that helps."""

    @app.errorhandler(DomainError)
    def _domain(error: DomainError) -> Response:
        title, text = texts(int(error.status))
        return page(int(error.status), title, error.message or text, way_out=error.way_out)

    @app.errorhandler(CSRFError)
    def _csrf(_error: CSRFError) -> Response:
        return page(
            400,
            _("This page was open for too long"),
            _("Go back, load the page again, and send it once more. Your text is still there."),
        )

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        if error.code is None or error.code < 400:  # noqa: PLR2004
            return error.get_response()  # type: ignore[return-value]
        title, text = texts(error.code)
        if isinstance(error, SecurityError):  # a host that is not ours: no page, no links
            return Response(f"{title}\n", error.code, mimetype="text/plain")
        response = page(error.code, title, text)
        if "Allow" in (headers := dict(error.get_headers())):
            response.headers["Allow"] = headers["Allow"]
        return response

    @app.errorhandler(DataError)
    def _data(_error: DataError) -> Response:
        title, text = texts(400)  # a NUL byte or a number too large for the database
        return page(400, title, text)

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> Response:
        reference = secrets.token_hex(4)
        log.error(
            "unexpected error",
            reference=reference,
            path=request.path,
            error=repr(error),
            exc_info=error,
        )
        g.pop("csp_nonce", None)
        return page(
            500,
            _("Something went wrong on our side"),
            _("Nothing of what you sent was stored. Try again, or give the help desk this number."),
            reference=reference,
        )
