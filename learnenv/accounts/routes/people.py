"""Managing people: who there is, what they may do, and who is invited."""

import re
from typing import Any

from flask import request, url_for

from learnenv.accounts import queries, services
from learnenv.accounts.forms import InviteForm, PeopleFilter, RoleForm
from learnenv.accounts.models import Organisation, Scope
from learnenv.accounts.permissions import ADMINISTER, INVITE
from learnenv.accounts.routes.base import Answer, blueprint, go, page, page_number
from learnenv.kernel.errors import InvalidInputError
from learnenv.kernel.forms import blaming
from learnenv.kernel.i18n import _, ngettext
from learnenv.kernel.permissions import ROLE_NAMES, Role, requires
from learnenv.kernel.slots import collect
from learnenv.web.shell import actor

MOST_INVITATIONS = 50


@blueprint.get("/beheer/mensen")
@requires(ADMINISTER)
def people() -> Answer:
    """Show people, found by name or address and by organisation."""
    form = PeopleFilter(formdata=request.args, organisations=queries.organisation_choices())
    is_valid = form.validate()
    search = (form.zoek.data or "") if is_valid else ""
    organisation_id = form.organisatie.data if is_valid else None
    found = queries.people(search=search, organisation_id=organisation_id, number=page_number())

    def url(number: int) -> str:
        return url_for(
            "accounts.people", pagina=number, zoek=search or None, organisatie=organisation_id
        )

    return page("people", form, found=found, url=url, role_names=ROLE_NAMES)


@blueprint.get("/beheer/mensen/<id:person_id>")
@requires(ADMINISTER)
def person(person_id: int) -> Answer:
    """Show one person with roles."""
    return person_page(person_id)


@blueprint.route("/beheer/mensen/<id:person_id>/rollen", methods=["GET", "POST"])
@requires(ADMINISTER)
def grant_role(person_id: int) -> Answer:
    """Give a role; the person signs in again to use it."""
    if request.method == "GET":
        return go("accounts.person", person_id=person_id)
    form = role_form()
    if form.validate_on_submit():
        with blaming(form):
            role = Role(form.role.data)
            scope, scope_id = scope_of(role, form)
            services.grant_role(
                person=queries.person(person_id),
                role=role,
                scope=scope,
                scope_id=scope_id,
                actor=actor(),
            )
            return go("accounts.person", _("The role is given."), person_id=person_id)
    return person_page(person_id, form)


def role_form(**values: Any) -> RoleForm:
    """Return the form to give a role; who has courses knows which there are (a slot)."""
    titles = course_titles()
    by_title = sorted(titles.items(), key=lambda pair: pair[1].casefold())
    return RoleForm(
        organisations=queries.organisation_choices(),
        courses=[(str(number), title) for number, title in by_title],
        **values,
    )


def course_titles() -> dict[int, str]:
    """Return the titles of the courses of this site by id."""
    return {number: title for part in collect("accounts.courses") for number, title in part.items()}


def scope_of(role: Role, form: RoleForm) -> tuple[Scope, int | None]:
    """Return what the role is about: a manager's organisation, an author's course, or the site."""
    if role == Role.MANAGER:
        return Scope.ORGANISATION, form.scope_id.data
    if role == Role.AUTHOR and form.course_id.data:
        return Scope.COURSE, form.course_id.data
    return Scope.SITE, None


@blueprint.post("/beheer/mensen/<id:person_id>/rollen/<id:assignment_id>/intrekken")
@requires(ADMINISTER)
def withdraw_role(person_id: int, assignment_id: int) -> Answer:
    """Take a role away."""
    assignment = queries.assignment(person_id, assignment_id)
    services.withdraw_role(assignment=assignment, actor=actor())
    return go("accounts.person", _("The role is withdrawn."), person_id=person_id)


@blueprint.post("/beheer/mensen/<id:person_id>/blokkeren")
@requires(ADMINISTER)
def block(person_id: int) -> Answer:
    """Block an account."""
    services.set_active(person=queries.person(person_id), active=False, actor=actor())
    return go("accounts.person", _("The account is blocked."), person_id=person_id)


@blueprint.post("/beheer/mensen/<id:person_id>/openen")
@requires(ADMINISTER)
def unblock(person_id: int) -> Answer:
    """Open a blocked account again."""
    services.set_active(person=queries.person(person_id), active=True, actor=actor())
    return go("accounts.person", _("The account is open again."), person_id=person_id)


@blueprint.route("/beheer/uitnodigen", methods=["GET", "POST"])
@requires(INVITE)
def invite() -> Answer:
    """Invite people; a manager does so for his own organisations only."""
    is_administrator = ADMINISTER.allows(actor())
    form = InviteForm(organisations=queries.invitable(actor()), with_roles=is_administrator)
    if form.validate_on_submit():
        with blaming(form):
            number = send_invitations(form)
            return go(
                "accounts.invite",
                ngettext("%(num)d invitation sent.", "%(num)d invitations sent.", number),
            )
    return page("invite", form, is_administrator=is_administrator)


def send_invitations(form: InviteForm) -> int:
    """Invite every address of the form, or none of them; return how many."""
    chosen = form.organisation_id.data
    organisation: Organisation | None = queries.organisation(chosen) if chosen else None
    INVITE.demand(actor(), organisation)
    role = Role(form.role.data) if form.role.data else None
    if role == Role.MANAGER and organisation is None:
        raise InvalidInputError(
            _("Choose the organisation of this manager."), field="organisation_id"
        )
    addresses = list(
        dict.fromkeys(re.split(r"[\s,;]+", (form.addresses.data or "").strip().lower()))
    )
    if len(addresses) > MOST_INVITATIONS:
        raise InvalidInputError(
            _("Invite at most %(number)s people at a time.", number=MOST_INVITATIONS),
            field="addresses",
        )
    for address in addresses:
        try:
            services.normal_email(address)
        except InvalidInputError:
            raise InvalidInputError(
                _("'%(address)s' is not an e-mail address.", address=address), field="addresses"
            ) from None
    for address in addresses:
        services.invite(email=address, organisation=organisation, role=role, actor=actor())
    return len(addresses)


def person_page(person_id: int, form: RoleForm | None = None) -> Answer:
    """Render the page of a person, with the role form that was refused, if any."""
    shown = queries.person(person_id)
    return page(
        "person",
        form or role_form(formdata=None),
        person=shown,
        places=queries.places(shown.roles),
        courses=course_titles(),
        role_names=ROLE_NAMES,
        is_self=shown.id == actor().id,
        learning=collect("accounts.person", person_id=shown.id, actor=actor()),
    )
