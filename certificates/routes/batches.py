"""Many certificates at once: issue what is missing, or one zip; with progress (d9)."""

from __future__ import annotations

from pathlib import Path

from flask import current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from certificates import queries
from certificates.forms import ZipForm
from certificates.keeping import keeper
from certificates.models import BatchState
from certificates.permissions import MANAGE
from certificates.routes import blueprint
from certificates.routes.staff import _asked
from certificates.services import batches
from courses.api import finished_without
from learnenv.kernel import audit
from learnenv.kernel.clock import now, today
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor


def folder() -> Path:
    """Return where zips are kept."""
    home: Path = current_app.config["SETTINGS"].home
    return home / "exports"


@blueprint.get("/beheer/certificaten/veel")
@requires(MANAGE)
def many() -> str:
    """Offer work on many certificates, and show how far it is."""
    text, state = _asked()
    return _page(ZipForm(), text, state)


def _page(form: ZipForm, text: str, state: str) -> str:
    _found, total = queries.search(text, 1, state=state, today=today())
    leaked = keeper().ring.compromised
    return render_template(
        "certificates/many.html",
        form=form,
        text=text,
        state=state,
        total=total,
        most=batches.MOST,
        missing=len(_missing()),
        leaked=leaked,
        unsafe=len(queries.need_new_document(leaked, today=today())) if leaked else 0,
        batches=queries.batches(),
    )


def _missing() -> list[int]:
    """Return finished enrolments without a certificate, as many as one batch takes."""
    return finished_without(queries.enrolments_with_certificate(), most=batches.MOST)


@blueprint.get("/beheer/certificaten/veel/<id:batch_id>")
@requires(MANAGE)
def batch_fragment(batch_id: int) -> str:
    """Show how far it is; the page asks again by itself."""
    return render_template("certificates/batch.html", batch=queries.batch(batch_id))


@blueprint.post("/beheer/certificaten/veel/uitgeven")
@requires(MANAGE)
def issue_missing() -> Response:
    """Issue the certificates of courses that were finished before there were any."""
    batches.start("issue", _missing(), actor=actor(), at=now())
    flash(_("The work has begun. You can leave this page."), "ok")
    return redirect(url_for("certificates.many"), code=303)


@blueprint.post("/beheer/certificaten/veel/vernieuwen")
@requires(MANAGE)
def renew_documents() -> Response:
    """Make new documents for what was signed with a key that may be in other hands."""
    found = queries.need_new_document(keeper().ring.compromised, today=today())
    batches.start_all("renew", found, actor=actor(), at=now())
    flash(_("The work has begun. You can leave this page."), "ok")
    return redirect(url_for("certificates.many"), code=303)


@blueprint.post("/beheer/certificaten/veel/zip")
@requires(MANAGE)
def make_zip() -> Response | tuple[str, int]:
    """Make a zip of the documents that a search finds."""
    text = request.form.get("q", "").replace("\0", "").strip()[:100]
    state = request.form.get("staat", "")
    state = state if state in queries.FILTERS else ""
    form = ZipForm()
    if not form.validate():
        return _page(form, text, state), 422
    items = queries.ids(text, state=state, today=today(), most=batches.MOST)
    batches.start("zip", items, actor=actor(), at=now())
    audit.record(
        "certificates.zip_reason", "certificates", actor=actor(), reason=form.reason.data or ""
    )
    flash(_("The work has begun. You can leave this page."), "ok")
    return redirect(url_for("certificates.many"), code=303)


@blueprint.get("/beheer/certificaten/veel/<id:batch_id>.zip")
@requires(MANAGE)
def zip_file(batch_id: int) -> Response:
    """Download the zip; only who asked for it."""
    found = queries.batch(batch_id)
    path = folder() / found.file
    is_ready = found.state == BatchState.DONE and found.file
    if not is_ready or found.asked_by != actor().person_id:
        raise NotFoundError
    if not path.is_file():
        raise NotFoundError(
            _(
                "The zip is made, but it is not on this machine. Make it again. Does it happen"
                " again? Then tell whoever runs the site: the machines must share the folder"
                " “exports”."
            )
        )
    response: Response = send_file(path, as_attachment=True, download_name=found.file)
    response.headers["Cache-Control"] = "private, no-store"
    return response
