"""What a provider keeps itself: the profile, and whether it shows."""

from __future__ import annotations

from flask_babel import gettext as _

from learnenv.areas.directory.forms import (
    EmailForm,
    NewProviderForm,
    ProfileForm,
)
from learnenv.areas.directory.models import Provider
from learnenv.areas.directory.permissions import USE
from learnenv.areas.directory.queries import pages
from learnenv.areas.directory.routes import blueprint
from learnenv.areas.directory.routes.parts import (
    Answer,
    go,
    page,
    place_name,
)
from learnenv.areas.directory.services import (
    guard,
    providers,
)
from learnenv.areas.directory.services.providers import Profile
from learnenv.kernel.clock import now
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor


def own(provider_id: int) -> Provider:
    """Return a provider that the actor acts for. Raises NotFoundError for any other."""
    return guard.own_provider(actor(), provider_id)


@blueprint.get("/gids/beheer")
@requires(USE)
def owned() -> Answer:
    """Show the providers one acts for, and begin a new one."""
    return _owned(NewProviderForm(formdata=None))


def _owned(form: NewProviderForm, *, refused: bool = False) -> Answer:
    return page(
        "owned",
        refused=refused,
        managed=pages.managed_by(actor()),
        invitations=pages.invitations_of(actor()),
        form=form,
    )


@blueprint.post("/gids/beheer")
@requires(USE)
def make_provider() -> Answer:
    """Begin a profile."""
    form = NewProviderForm()
    if form.validate():
        with blaming(form):
            profile = Profile(
                kind=form.kind.data, name=form.name.data or "", summary=form.summary.data or ""
            )
            made = providers.open_own(profile, actor=actor(), at=now())
            return go(
                "manage", _("Your profile is ready. Visitors see it when you say so."),
                provider_id=made.id,
            )  # fmt: skip
    return _owned(form, refused=True)


@blueprint.get("/gids/beheer/<id:provider_id>")
@requires(USE)
def manage(provider_id: int) -> Answer:
    """Show everything of a provider, for who acts for it."""
    return manage_page(provider_id)


def manage_page(
    provider_id: int, *, refused: bool = False, colleague: EmailForm | None = None, wrong: str = ""
) -> Answer:
    """Show a provider to who acts for it; refused when a form on the page was wrong."""
    found = own(provider_id)
    return page(
        "manage",
        refused=refused,
        wrong=wrong,
        managed=pages.managed(found),
        provider=found,
        members=pages.members_of(found.id),
        requests=pages.requests_to(found.id),
        assignments=pages.assignments_of(found.id),
        reviews=pages.reviews_of(provider_id=found.id),
        colleague_form=colleague or EmailForm(formdata=None, prefix="collega"),
        now=now(),
    )


@blueprint.post("/gids/beheer/<id:provider_id>/<any(tonen, verbergen):act>")
@requires(USE)
def show_or_hide(provider_id: int, act: str) -> Answer:
    """Give consent to show the profile, or take it back."""
    found = own(provider_id)
    if act == "tonen":
        providers.show(found, actor=actor(), at=now())
        return go("manage", _("Visitors see your profile now."), provider_id=provider_id)
    providers.withdraw(found, actor=actor())
    return go("manage", _("Nobody sees your profile any more."), provider_id=provider_id)


@blueprint.get("/gids/beheer/<id:provider_id>/profiel")
@requires(USE)
def edit_profile(provider_id: int) -> Answer:
    """Show the profile as a form, with what waits filled in."""
    found = own(provider_id)
    waiting = providers.waiting_change(found.id)
    form = ProfileForm(formdata=None, obj=found, data={"place": place_name(found.place)})
    form.place.data = place_name(found.place)
    for key, value in (waiting.after if waiting else {}).items():
        form[key].data = value
    return page("edit_profile", provider=found, form=form, waiting=waiting)


@blueprint.post("/gids/beheer/<id:provider_id>/profiel")
@requires(USE)
def save_profile(provider_id: int) -> Answer:
    """Keep the profile."""
    found = own(provider_id)
    form = ProfileForm()
    if form.validate():
        with blaming(form):
            waiting = providers.save(found, form.profile(), actor=actor(), at=now())
            told = (
                _("Saved. Name, kind or website show after a moderator has looked.")
                if waiting is not None
                else _("Saved.")
            )
            return go("manage", told, provider_id=provider_id)
    waits = providers.waiting_change(provider_id)
    return page("edit_profile", refused=True, provider=found, form=form, waiting=waits)
