"""Keeping an eye on the site: mails, the audit trail, the target, and the way to all of it."""

import re
from typing import Any

from flask import current_app, redirect, url_for
from flask_login import current_user

from learnenv.accounts import audit_words, queries, services
from learnenv.accounts.forms import LookForm, TargetForm
from learnenv.accounts.permissions import ADMINISTER, OWN
from learnenv.accounts.routes.base import Answer, blueprint, go, page, page_number
from learnenv.accounts.routes.entry import has_mail_server
from learnenv.kernel import audit as audit_trail
from learnenv.kernel import settings
from learnenv.kernel.clock import calendar_year, now
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.i18n import _
from learnenv.kernel.permissions import (
    PUBLIC,
    ROLE_NAMES,
    Permission,
    Role,
    permission_of,
    requires,
)
from learnenv.kernel.slots import collect
from learnenv.web.shell import actor, ends_looking


@blueprint.get("/beheer")
@requires(ADMINISTER)
def admin() -> Answer:
    """Show what there is to manage."""
    cards = [card for card in collect("accounts.admin", actor=actor()) if card is not None]
    return page("admin", cards=cards)


@blueprint.get("/beheer/rechten")
@requires(ADMINISTER)
def rights() -> Answer:
    """Show which role may do what, made from the code itself."""
    registry = current_app.extensions["areas"]
    areas = [(area.title, area.permissions) for area in registry.areas if area.permissions]
    areas.insert(0, (_("Accounts and the site"), _of_no_area(areas)))
    return page("rights", areas=areas, roles=list(ROLE_NAMES.items()), form=LookForm())


def _of_no_area(areas: list[tuple[Any, tuple[Permission, ...]]]) -> tuple[Permission, ...]:
    """Return what views demand and no area lists: accounts and web are floors and no areas."""
    demanded = filter(None, map(permission_of, current_app.view_functions.values()))
    listed = {permission.key for _title, those in areas for permission in those}
    found = {p.key: p for p in demanded if p is not PUBLIC and p.key not in listed}
    return tuple(found[key] for key in sorted(found))


@blueprint.post("/beheer/rechten")
@requires(ADMINISTER)
def look_as() -> Answer:
    """Look at the site as somebody with another role would."""
    form = LookForm()
    if not form.validate():
        raise NotFoundError
    services.look_as(token=current_user.token, role=Role(form.role.data), actor=actor())
    return redirect("/", code=303)


@blueprint.post("/account/bekijk-als/stop")
@requires(OWN)
@ends_looking
def stop_looking() -> Answer:
    """Be oneself again."""
    services.look_as(token=current_user.token, role=None, actor=actor())
    return go("accounts.rights")


@blueprint.get("/beheer/post")
@requires(ADMINISTER)
def outbox() -> Answer:
    """Show the mails of the site and whether they left."""

    def url(number: int) -> str:
        return url_for("accounts.outbox", pagina=number)

    return page("outbox", found=queries.mails(page_number()), url=url, has_mail=has_mail_server())


@blueprint.get("/beheer/post/<id:mail_id>")
@requires(ADMINISTER)
def mail(mail_id: int) -> Answer:
    """Show one mail as text; its links work only where no mail server sends them."""
    shown = queries.mail(mail_id)
    base = re.escape(str(current_app.config["BASE_URL"]))
    links = list(dict.fromkeys(re.findall(rf"{base}/[^\s<>\"]*", shown.text)))
    return page("mail", mail=shown, links=links)


@blueprint.get("/beheer/logboek")
@requires(ADMINISTER)
def audit() -> Answer:
    """Show who did what."""

    def url(number: int) -> str:
        return url_for("accounts.audit", pagina=number)

    return page("audit", found=queries.audit_lines(page_number()), url=url, words=audit_words)


@blueprint.route("/beheer/streefwaarde", methods=["GET", "POST"])
@requires(ADMINISTER)
def target() -> Answer:
    """Show and set how many civil servants should follow a course in a year."""
    this_year = calendar_year(now())
    form = TargetForm(year=this_year, target=settings.yearly_target(this_year))
    if form.validate_on_submit():
        year, number = form.year.data, form.target.data
        settings.put(f"target.{year}", str(number))
        audit_trail.record("target.set", f"year:{year}", actor=actor(), target=number)
        return go("accounts.target", _("The target of %(year)s is saved.", year=year))
    return page("target", form, targets=queries.targets())
