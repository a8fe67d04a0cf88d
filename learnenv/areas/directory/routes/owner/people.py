"""Who acts for a provider, and how one takes over a listed one."""

from __future__ import annotations

from flask_babel import gettext as _

from learnenv.areas.directory.forms import (
    EmailForm,
    TextForm,
)
from learnenv.areas.directory.permissions import USE
from learnenv.areas.directory.queries import pages
from learnenv.areas.directory.routes import blueprint
from learnenv.areas.directory.routes.owner.profile import manage_page, own
from learnenv.areas.directory.routes.parts import (
    Answer,
    go,
    page,
)
from learnenv.areas.directory.services import (
    guard,
    providers,
)
from learnenv.kernel.clock import now
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor


@blueprint.post("/gids/beheer/<id:provider_id>/collegas")
@requires(USE)
def ask_colleague(provider_id: int) -> Answer:
    """Ask a colleague to act along."""
    found = own(provider_id)
    form = EmailForm(prefix="collega")
    if form.validate():
        with blaming(form):
            providers.ask_colleague(found, email=form.email.data or "", actor=actor(), at=now())
            return go("manage", _("Your colleague gets a mail."), provider_id=provider_id)
    return manage_page(provider_id, refused=True, colleague=form)


@blueprint.post("/gids/beheer/<id:provider_id>/collegas/<id:member_id>/weg")
@requires(USE)
def drop_colleague(provider_id: int, member_id: int) -> Answer:
    """Take somebody off."""
    providers.drop_member(own(provider_id), member_id, actor=actor(), at=now())
    if not guard.acts_for(actor(), provider_id):
        return go("owned", _("Done."))
    return go("manage", _("Done."), provider_id=provider_id)


@blueprint.post("/gids/beheer/uitnodiging/<id:member_id>/<any(aannemen, afslaan):act>")
@requires(USE)
def answer_invitation(member_id: int, act: str) -> Answer:
    """Begin to act for a provider that asked for it, or not."""
    provider_id = providers.answer_invitation(
        member_id, accepted=act == "aannemen", actor=actor(), at=now()
    )
    if act == "aannemen":
        return go("manage", _("You act for this provider now."), provider_id=provider_id)
    return go("owned", _("Done."))


@blueprint.get("/gids/aanbieder/<id:provider_id>/beheren")
@requires(USE)
def claim_page(provider_id: int) -> Answer:
    """Ask how one acts for a listed agency or institute."""
    return _claim(provider_id, TextForm(formdata=None))


def _claim(provider_id: int, form: TextForm, *, refused: bool = False) -> Answer:
    found, _mine = pages.provider_page(actor(), provider_id)
    if found.is_person or providers.has_members(found.id):
        raise NotFoundError
    form.text.label.text = _("How do you act for this provider?")
    form.text.description = _("Such as your function and where we can check it.")
    return page("claim", refused=refused, provider=found, form=form)


@blueprint.post("/gids/aanbieder/<id:provider_id>/beheren")
@requires(USE)
def claim(provider_id: int) -> Answer:
    """Ask to manage a listed agency or institute."""
    form = TextForm()
    found, _mine = pages.provider_page(actor(), provider_id)
    if form.validate():
        with blaming(form):
            at_once = providers.claim(found, form.text.data or "", actor=actor(), at=now())
            if at_once:
                return go(
                    "manage", _("Your address belongs to the website: you manage this profile."),
                    provider_id=provider_id,
                )  # fmt: skip
            return go(
                "provider", _("A moderator looks at your question and answers by mail."),
                provider_id=provider_id,
            )  # fmt: skip
    return _claim(provider_id, form, refused=True)
