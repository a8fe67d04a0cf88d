"""Managing organisations: the tree, one by one, or from a file."""

from flask import url_for

from learnenv.accounts import imports, queries
from learnenv.accounts import organisations as verbs
from learnenv.accounts.forms import (
    TIER_NAMES,
    ImportForm,
    MergeForm,
    OrganisationEditForm,
    OrganisationForm,
    UploadForm,
)
from learnenv.accounts.models import Tier
from learnenv.accounts.permissions import ADMINISTER
from learnenv.accounts.routes.base import Answer, blueprint, go, page, page_number
from learnenv.kernel import settings
from learnenv.kernel.clock import calendar_year, now
from learnenv.kernel.forms import blaming
from learnenv.kernel.i18n import _
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor


@blueprint.get("/beheer/organisaties")
@requires(ADMINISTER)
def organisations() -> Answer:
    """Show the tree of organisations."""

    def url(number: int) -> str:
        return url_for("accounts.organisations", pagina=number)

    found = queries.tree(page_number())
    return page("organisations", found=found, url=url, tier_names=TIER_NAMES)


@blueprint.route("/beheer/organisaties/nieuw", methods=["GET", "POST"])
@requires(ADMINISTER)
def organisation_new() -> Answer:
    """Add one organisation."""
    form = OrganisationForm(organisations=queries.organisation_choices())
    if form.validate_on_submit():
        with blaming(form):
            parent_id = form.parent_id.data
            verbs.add_organisation(
                name=form.name.data,
                tier=Tier(form.tier.data),
                parent=queries.organisation(parent_id) if parent_id else None,
                domains=imports.split_domains(form.domains.data),
                actor=actor(),
            )
            return go("accounts.organisations", _("The organisation is added."))
    return page("organisation_new", form)


@blueprint.route("/beheer/organisaties/<id:organisation_id>", methods=["GET", "POST"])
@requires(ADMINISTER)
def organisation(organisation_id: int) -> Answer:
    """Show and change one organisation."""
    shown = queries.organisation(organisation_id)
    title = shown.name
    listed = "\n".join(sorted(domain.domain for domain in shown.domains))
    year = calendar_year(now())
    parent = queries.organisation_name(shown.parent_id)
    choices = queries.organisation_choices()
    if shown.parent_id is not None and str(shown.parent_id) not in dict(choices):
        choices.append((str(shown.parent_id), parent))  # went up in another one, and stays
    form = OrganisationEditForm(
        name=title,
        tier=shown.tier,
        parent_id=shown.parent_id,
        domains=listed,
        needs_approval=shown.needs_approval,
        seats=shown.seats,
        target=settings.organisation_target(year, shown.id),
        organisations=choices,
        leave_out=shown.id,
    )
    if form.validate_on_submit():
        with blaming(form):
            parent_id = form.parent_id.data
            verbs.move_organisation(
                organisation=shown,
                tier=Tier(form.tier.data),
                parent=queries.organisation(parent_id) if parent_id else None,
                actor=actor(),
            )
            settings.put_organisation_target(year, shown.id, form.target.data)
            verbs.change_organisation(
                organisation=shown,
                name=form.name.data,
                domains=imports.split_domains(form.domains.data),
                rules=verbs.Rules(needs_approval=form.needs_approval.data, seats=form.seats.data),
                actor=actor(),
            )
            return go("accounts.organisations", _("The organisation is saved."))
    return page(
        "organisation",
        form,
        organisation=shown,
        title=title,
        parent=parent,
        tier=TIER_NAMES[Tier(shown.tier)],
        merged_into=queries.organisation_name(shown.merged_into_id),
    )


@blueprint.post("/beheer/organisaties/<id:organisation_id>/code")
@requires(ADMINISTER)
def organisation_code(organisation_id: int) -> Answer:
    """Give an organisation a new code to join with."""
    verbs.renew_code(organisation=verbs.current(organisation_id), actor=actor())
    message = _("There is a new code. The old one no longer works.")
    return go("accounts.organisation", message, organisation_id=organisation_id)


@blueprint.route("/beheer/organisaties/<id:organisation_id>/samenvoegen", methods=["GET", "POST"])
@requires(ADMINISTER)
def organisation_merge(organisation_id: int) -> Answer:
    """Let an organisation go up in another one, after a page that says what that means."""
    shown = queries.organisation(organisation_id)
    form = MergeForm(organisations=queries.organisation_choices(), going=shown)
    if form.validate_on_submit():
        with blaming(form):
            into = verbs.current(form.into_id.data)
            number = verbs.merge(organisation=shown, into=into, actor=actor())
            message = _(
                "Merged: %(number)s people moved to %(name)s.", number=number, name=into.name
            )
            return go("accounts.organisation", message, organisation_id=into.id)
    return page("organisation_merge", form, organisation=shown)


@blueprint.route("/beheer/organisaties/importeren", methods=["GET", "POST"])
@requires(ADMINISTER)
def import_organisations() -> Answer:
    """Look at a list of organisations in a file; nothing is written yet."""
    form = UploadForm()
    plan = None
    if form.validate_on_submit():
        with blaming(form):
            text = imports.decode(form.file.data.read(imports.MAX_BYTES + 1))
            plan = imports.plan(text)
            if not plan.problems:
                return import_preview(text, plan)
    return page("import_organisations", form, plan=plan, tiers=list(Tier))


@blueprint.route("/beheer/organisaties/importeren/bevestigen", methods=["GET", "POST"])
@requires(ADMINISTER)
def import_confirm() -> Answer:
    """Write a list that was looked at; it is checked once more."""
    form = ImportForm()
    if form.validate_on_submit():
        plan = imports.plan(form.text.data or "")
        if plan.problems:
            upload = UploadForm(formdata=None)
            return page("import_organisations", upload, plan=plan, tiers=list(Tier))
        number = imports.run(plan, actor=actor())
        message = _("%(number)s organisations are added.", number=number)
        return go("accounts.organisations", message)
    return go("accounts.import_organisations")


def import_preview(text: str, plan: imports.Plan) -> Answer:
    """Render what an import would do, with the button that does it."""
    form = ImportForm(formdata=None, text=text)
    answer = page("import_preview", form, plan=plan, tier_names=TIER_NAMES)
    return answer[0] if isinstance(answer, tuple) else answer
