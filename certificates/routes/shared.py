"""The page behind a link that the holder opened: private until then, and closed again at will."""

from __future__ import annotations

from flask import render_template, url_for
from werkzeug.wrappers import Response

from certificates import queries
from certificates.routes import blueprint
from certificates.routes.parts import facts, file
from learnenv.kernel.permissions import public
from learnenv.kernel.site import site_url


@blueprint.get("/certificaat/deel/<slug:code>")
@public
def share(code: str) -> str:
    """Show a certificate to whoever got the link."""
    found = queries.by_share_code(code)
    picture = site_url(url_for("certificates.share_picture", code=code))
    return render_template("certificates/shared.html", picture=picture, **facts(found))


@blueprint.get("/certificaat/deel/<slug:code>.png")
@public
def share_picture(code: str) -> Response:
    """Show page one as a picture; gone when the link is closed."""
    found = queries.by_share_code(code)
    return file(queries.preview(found), kind="image/png", name="certificaat.png", shown=True)
