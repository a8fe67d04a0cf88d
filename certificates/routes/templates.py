"""Templates of certificates, with a preview of what is typed."""

from __future__ import annotations

import base64
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from certificates import previewing, queries
from certificates.forms import TemplateForm
from certificates.models import Template
from certificates.permissions import DESIGN
from certificates.routes import blueprint
from certificates.services import templates
from certificates.services.issuing import STANDARD, current_template
from courses.api import course_names
from learnenv.kernel.clock import now
from learnenv.kernel.errors import DomainError, NotFoundError
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor

FIELDS = (
    "statement_nl", "statement_en", "issuer", "signatory_name", "signatory_role_nl",
    "signatory_role_en", "assessed_nl", "assessed_en", "months_valid", "eqf", "nlqf",
    "quality_name", "quality_url",
)  # fmt: skip


@blueprint.get("/beheer/certificaten/sjablonen")
@requires(DESIGN)
def template_list() -> str:
    """List the templates and who uses them."""
    names = dict(course_names())
    uses = {name: [names[c] for c in ids if c in names] for name, ids in queries.uses().items()}
    return render_template(
        "certificates/templates.html", templates=queries.templates(), uses=uses, standard=STANDARD
    )


@blueprint.get("/beheer/certificaten/sjablonen/nieuw")
@requires(DESIGN)
def new_template() -> Response:
    """Go to the page of a template that is not there yet."""
    name = request.args.get("naam", "").strip().lower()
    if not previewing.NAME.fullmatch(name) or name == "nieuw":
        flash(_("Use small letters, digits and hyphens for the name."), "error")
        return redirect(url_for("certificates.template_list"), code=303)
    return redirect(url_for("certificates.edit_template", template=name), code=303)


def _form(current: Template | None, **more: Any) -> TemplateForm:
    name = current.name if current is not None else STANDARD
    values = {field: getattr(current, field) for field in FIELDS} if current is not None else {}
    values["courses"] = queries.uses().get(name, [])
    return TemplateForm(data=values, courses=course_names(), **more)


def _current(name: str) -> Template | None:
    found = current_template(name)
    if found is None and name != STANDARD and not previewing.NAME.fullmatch(name):
        raise NotFoundError
    return queries.template(found.id) if found is not None else None


@blueprint.get("/beheer/certificaten/sjablonen/<slug:template>")
@requires(DESIGN)
def edit_template(template: str) -> str:
    """Show a template to change; saving makes a new version."""
    return _page(template, _form(_current(template)))


def _page(name: str, form: TemplateForm, picture: str = "") -> str:
    return render_template(
        "certificates/template.html",
        name=name,
        current=current_template(name),
        form=form,
        picture=picture,
    )


def _logo(form: TemplateForm, current: Template | None) -> bytes | None:
    upload = form.logo.data
    if upload:
        return templates.clean_logo(upload.read())
    return None if form.no_logo.data or current is None else current.logo


@blueprint.post("/beheer/certificaten/sjablonen/<slug:template>")
@requires(DESIGN)
def save_template(template: str) -> Response | tuple[str, int]:
    """Keep a new version; issued certificates keep theirs."""
    current = _current(template)
    form = TemplateForm(courses=course_names())
    if form.validate():
        try:
            look = form.look(_logo(form, current))
            made = templates.save(template, look, actor=actor(), at=now())
            if template != STANDARD:
                templates.use_for(template, form.courses.data or [], actor=actor())
        except DomainError as error:
            form.blame(error)
        else:
            flash(_("Saved as version %(number)s.", number=made.version), "ok")
            return redirect(url_for("certificates.edit_template", template=template), code=303)
    return _page(template, form), 422


@blueprint.post("/beheer/certificaten/sjablonen/<slug:template>/voorbeeld")
@requires(DESIGN)
def preview_template(template: str) -> str | tuple[str, int]:
    """Show a certificate of a made-up person as it would be with what is typed now.

    In its place in the page with script, in a whole page without.
    """
    form, picture = TemplateForm(courses=course_names()), ""
    try:
        if form.validate():
            drawn = previewing.draw(form.look(_logo(form, _current(template))))
            picture = base64.b64encode(drawn).decode()
    except DomainError as error:
        form.blame(error)
    status = 200 if picture else 422
    if request.headers.get("HX-Request"):
        return render_template("certificates/preview.html", picture=picture, form=form), status
    return _page(template, form, picture), status
