"""The accessibility statement: filled in by an administrator, read by everybody."""

from flask import redirect, url_for

from learnenv.accounts.forms import StatementForm
from learnenv.accounts.permissions import ADMINISTER
from learnenv.accounts.routes.base import Answer, blueprint, page
from learnenv.kernel import accessibility, audit
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor


@blueprint.route("/beheer/toegankelijkheid", methods=["GET", "POST"])
@requires(ADMINISTER)
def statement() -> Answer:
    """Show and change what the statement says."""
    form = StatementForm(obj=accessibility.statement())
    if form.validate_on_submit():
        wanted = accessibility.Statement(
            status=accessibility.Status(form.status.data),
            drawn_up=form.drawn_up.data,
            contact=form.contact.data or "",
            report=form.report.data or "",
        )
        accessibility.fill_in(wanted)
        audit.record("accessibility.stated", "site", actor=actor(), status=wanted.status.value)
        return redirect(url_for("web.accessibility"), code=303)
    return page("statement", form)
