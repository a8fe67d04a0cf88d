"""Pages of the shell itself: language, health, legal pages, the style guide."""

from datetime import timedelta

from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request

from learnenv import __version__
from learnenv.kernel.accessibility import STATUS_NAMES, statement
from learnenv.kernel.clock import now
from learnenv.kernel.i18n import LANGUAGES, _
from learnenv.kernel.i18n import lazy_gettext as _l
from learnenv.kernel.permissions import Permission, Role, public, requires
from learnenv.kernel.slots import collect
from learnenv.kernel.transaction import is_ready
from learnenv.web.privacy import kept_about_people
from learnenv.web.shell import LANGUAGE_COOKIE, safe_next

blueprint = Blueprint("web", __name__, template_folder="templates", static_folder=None)
STYLE_GUIDE = Permission(
    "web.style_guide", _l("See the style guide"), frozenset(Role) - {Role.LEARNER, Role.MANAGER}
)


@blueprint.get("/taal/<slug:code>")
@public
def language(code: str) -> Response:
    """Switch the language and remember it in a cookie."""
    response = redirect(safe_next(request.args.get("next"), "/"), code=303)
    if code in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE,
            code,
            max_age=31_536_000,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
    return response  # type: ignore[return-value]


@blueprint.get("/healthz")
@public
def health() -> Response:
    """Answer 200 with JSON when the site can serve: the database answers."""
    ready = is_ready()
    answer = jsonify(status="ok" if ready else "unavailable", version=__version__)
    answer.status_code = 200 if ready else 503
    return answer


@blueprint.get("/.well-known/security.txt")
@public
def security_txt() -> Response:
    """Say where to report a vulnerability (RFC 9116)."""
    base = current_app.config["BASE_URL"]
    expires = (now() + timedelta(days=300)).strftime("%Y-%m-01T00:00:00Z")
    lines = (
        f"Contact: mailto:{current_app.config['SECURITY_CONTACT']}",
        f"Expires: {expires}",
        f"Canonical: {base}/.well-known/security.txt",
        f"Policy: {base}/privacy",
        "Preferred-Languages: nl, en",
    )
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    """Keep certificates out of search engines."""
    text = "User-agent: *\nDisallow: /certificaat/\nDisallow: /account/\n"
    return Response(text, content_type="text/plain; charset=utf-8")


@blueprint.get("/privacy")
@public
def privacy() -> str:
    """Say what is kept about people and why."""
    return render_template("web/privacy.html", groups=kept_about_people())


@blueprint.get("/toegankelijkheid")
@public
def accessibility() -> str:
    """Show the accessibility statement."""
    found = statement()
    return render_template(
        "web/accessibility.html", statement=found, status=STATUS_NAMES[found.status]
    )


@blueprint.get("/_stijlgids")
@requires(STYLE_GUIDE)
def style_guide() -> str:
    """Show every macro, so that a builder sees what there is."""
    from learnenv.web.style_guide import SAMPLES, SampleForm

    form, refused = SampleForm(formdata=None), SampleForm(formdata=None)
    refused.name.errors = [_("Enter your name.")]
    if "fout" in request.args:
        form.name.errors = [_("Enter your name.")]
    return render_template(
        "web/style_guide.html",
        form=form,
        refused=refused,
        extras=collect("web.style_guide"),
        **SAMPLES,
    )
