"""One's own account: the profile, and the safety of it."""

from flask import request
from flask_login import current_user

from learnenv.accounts import organisations, queries, services
from learnenv.accounts.forms import EmailForm, PasswordForm, ProfileForm
from learnenv.accounts.models import Person
from learnenv.accounts.permissions import ADMINISTER, INVITE, OWN
from learnenv.accounts.routes.base import Answer, blueprint, go, leave, page
from learnenv.kernel.forms import blaming
from learnenv.kernel.i18n import _
from learnenv.kernel.permissions import requires
from learnenv.web.shell import LANGUAGE_COOKIE, actor, keep_writes


@blueprint.route("/account", methods=["GET", "POST"])
@requires(OWN)
def profile() -> Answer:
    """Show and change what people say about themselves."""
    person = queries.person(actor().id)
    home = organisations.organisation_of(person.email)
    only = frozenset(filter(None, (home, person.organisation_id))) if home else None
    form = ProfileForm(obj=person, organisations=queries.organisation_choices(only))
    if form.validate_on_submit():
        with blaming(form):
            wanted = services.Profile(
                name=form.name.data,
                job_title=form.job_title.data or "",
                is_leader=form.is_leader.data,
                language=form.language.data,
                organisation_id=form.organisation_id.data,
            )
            services.change_profile(person=person, profile=wanted, actor=actor())
            answer = go("accounts.profile", _("Your profile is saved."))
            answer.delete_cookie(LANGUAGE_COOKIE)  # the language of the profile counts from here
            return answer
    may = {"administer": ADMINISTER.allows(actor()), "invite": INVITE.allows(actor())}
    return page("profile", form, may=may)


@blueprint.get("/account/veiligheid")
@requires(OWN)
def security() -> Answer:
    """Show the devices, and the forms for another password and address."""
    return security_page()


@blueprint.route("/account/wachtwoord", methods=["GET", "POST"])
@requires(OWN)
def change_password() -> Answer:
    """Change the password; other sessions end (P18)."""
    if request.method == "GET":
        return go("accounts.security")
    form = PasswordForm(prefix="password-")
    if form.validate_on_submit():
        with blaming(form):
            services.change_password(
                person=queries.person(actor().id),
                current=form.current.data,
                new=form.new.data,
                token=current_user.token,
            )
            return go(
                "accounts.security",
                _("Your password is changed. You are signed out on your other devices."),
            )
        keep_writes()  # a wrong password counts
    return security_page(password_form=form)


@blueprint.route("/account/adres", methods=["GET", "POST"])
@requires(OWN)
def ask_email_change() -> Answer:
    """Mail a link to the new address; the answer is the same for a known address (P21)."""
    if request.method == "GET":
        return go("accounts.security")
    form = EmailForm(prefix="email-")
    if form.validate_on_submit():
        with blaming(form):
            services.ask_email_change(
                person=queries.person(actor().id),
                email=form.email.data,
                password=form.password.data,
            )
            return go(
                "accounts.security",
                _("We sent a link to the new address. Your address changes when you open it."),
            )
        keep_writes()  # a wrong password counts
    return security_page(email_form=form)


@blueprint.post("/account/sessies/<id:session_id>/einde")
@requires(OWN)
def end_session(session_id: int) -> Answer:
    """Sign out one of one's own devices."""
    services.end_one_session(actor().id, session_id)
    if session_id == current_user.session_id:
        leave()
        return go("accounts.sign_in", _("You are signed out."))
    return go("accounts.security", _("That device is signed out."))


@blueprint.post("/account/sessies/einde")
@requires(OWN)
def end_sessions() -> Answer:
    """Sign out everywhere but here."""
    services.end_sessions(actor().id, except_token=current_user.token)
    return go("accounts.security", _("Your other devices are signed out."))


def security_page(
    password_form: PasswordForm | None = None, email_form: EmailForm | None = None
) -> Answer:
    """Render the security page, with the form that was refused, if any."""
    person: Person = queries.person(actor().id)
    return page(
        "security",
        person=person,
        sessions=queries.sessions(person.id),
        here=current_user.session_id,
        password_form=password_form or PasswordForm(formdata=None, prefix="password-"),
        email_form=email_form or EmailForm(formdata=None, prefix="email-"),
    )
