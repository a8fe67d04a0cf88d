"""Links that were mailed for a forgotten password or another address."""

from learnenv.accounts import queries, services
from learnenv.accounts.forms import ConfirmForm, RecoverAskForm, RecoverForm
from learnenv.accounts.models import TokenKind
from learnenv.accounts.routes.base import Answer, blueprint, go, leave, origin, page
from learnenv.accounts.routes.entry import has_mail_server
from learnenv.kernel.forms import blaming
from learnenv.kernel.i18n import _
from learnenv.kernel.permissions import public


@blueprint.route("/account/vergeten", methods=["GET", "POST"])
@public
def recover_ask() -> Answer:
    """Ask for a link; the answer is the same for an unknown address (P21)."""
    form = RecoverAskForm()
    if form.validate_on_submit():
        with blaming(form):
            services.ask_recovery(email=form.email.data, origin=origin())
            return go("accounts.recover_sent")
    return page("recover_ask", form)


@blueprint.get("/account/vergeten/verstuurd")
@public
def recover_sent() -> Answer:
    """Say that a mail is on its way, if there is an account."""
    return page("recover_sent", has_mail=has_mail_server())


@blueprint.route("/account/herstellen/<token>", methods=["GET", "POST"])
@public
def recover(token: str) -> Answer:
    """Choose a new password with a mailed link; every session ends."""
    queries.mailed_link(token, TokenKind.RECOVER)
    form = RecoverForm()
    if form.validate_on_submit():
        with blaming(form):
            services.recover(token, password=form.password.data)
            leave()
            return go("accounts.sign_in", _("Your password is changed. Sign in with it."))
    return page("recover", form)


@blueprint.route("/account/adres/<token>", methods=["GET", "POST"])
@public
def change_email(token: str) -> Answer:
    """Use the new address from now on; every session ends."""
    form = ConfirmForm()
    link = queries.mailed_link(token, TokenKind.CHANGE_EMAIL)
    if form.validate_on_submit():
        with blaming(form):
            services.change_email(token)
            leave()
            return go("accounts.sign_in", _("Your address is changed. Sign in with it."))
    return page("change_email", form, email=link.email)
