"""Shortlists: shared, with reasons, and on paper for the file (g5)."""

from __future__ import annotations

from flask import Response, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _

from learnenv.areas.directory import words
from learnenv.areas.directory.forms import EmailForm, NameForm, TextForm
from learnenv.areas.directory.permissions import USE
from learnenv.areas.directory.queries import pages
from learnenv.areas.directory.routes import blueprint
from learnenv.areas.directory.routes.parts import Answer, go, is_number, page
from learnenv.areas.directory.routes.public import comparison
from learnenv.areas.directory.services import shortlists
from learnenv.kernel import pdf
from learnenv.kernel.clock import now, today
from learnenv.kernel.errors import DomainError, NotFoundError
from learnenv.kernel.forms import blaming
from learnenv.kernel.i18n import format_date
from learnenv.kernel.permissions import requires
from learnenv.web.assets import STATIC
from learnenv.web.shell import actor

FONTS = tuple(
    STATIC / "vendor" / "fonts" / f"source-sans-3-{part}-wght-normal.woff2"
    for part in ("latin", "latin-ext")
)
LONGEST_REASON = 2000


@blueprint.get("/gids/lijsten")
@requires(USE)
def lists() -> Answer:
    """Show one's lists, and begin a new one."""
    return _lists(NameForm(formdata=None))


def _lists(form: NameForm, *, refused: bool = False) -> Answer:
    return page("lists", refused=refused, lists=shortlists.shared_with(actor()), form=form)


@blueprint.post("/gids/lijsten")
@requires(USE)
def make_list() -> Answer:
    """Begin a list."""
    form = NameForm()
    if form.validate():
        with blaming(form):
            made = shortlists.make(form.name.data or "", actor=actor(), at=now())
            return go("shortlist", _("Your list is ready. Add what you find."), list_id=made.id)
    return _lists(form, refused=True)


@blueprint.post("/gids/op-lijst/<any(aanbieder, aanbod):what>/<id:ref>")
@requires(USE)
def put_on_list(what: str, ref: int) -> Answer:
    """Put something on a list: the one that was chosen, else the newest, else a new one."""
    provider_id, offering_id = shortlists.shown_thing(what, ref)
    chosen = request.form.get("lijst", "")
    who = actor()
    if is_number(chosen):
        found = shortlists.one_of(who, int(chosen))
    else:
        own = [one for one in shortlists.shared_with(who) if one.owner_id == who.id]
        found = own[0] if own else shortlists.make(_("My shortlist"), actor=who, at=now())
    shortlists.add(found, provider_id=provider_id, offering_id=offering_id, actor=who, at=now())
    return go("shortlist", _("It stands on your list."), list_id=found.id)


@blueprint.get("/gids/lijsten/<id:list_id>")
@requires(USE)
def shortlist(list_id: int) -> Answer:
    """Show a list with its reasons."""
    return _shortlist(list_id)


def _shortlist(
    list_id: int,
    *,
    refused: bool = False,
    share_form: EmailForm | None = None,
    wrong: str = "",
) -> Answer:
    found = shortlists.one_of(actor(), list_id)
    items = pages.items_of(found.id)
    return page(
        "shortlist",
        refused=refused,
        list=found,
        items=items,
        colleagues=pages.colleagues_of(found),
        is_owner=found.owner_id == actor().id,
        share_form=share_form or EmailForm(formdata=None, prefix="delen"),
        conclusion_form=TextForm(
            formdata=None, prefix="besluit", data={"text": found.conclusion},
            label=_("What did you choose, and why?"),
        ),
        wrong=wrong,
        keys=[
            f"o{item.offering_id}" if item.offering_id else f"a{item.provider_id}"
            for item in items
            if item.provider.is_shown
        ][: pages.MOST_COMPARED],
    )  # fmt: skip


@blueprint.post("/gids/lijsten/<id:list_id>/delen")
@requires(USE)
def share_list(list_id: int) -> Answer:
    """Let a colleague look along."""
    form = EmailForm(prefix="delen")
    found = shortlists.one_of(actor(), list_id)
    if form.validate():
        with blaming(form):
            shortlists.share(found, form.email.data or "", actor=actor(), at=now())
            return go("shortlist", _("Your colleague gets a mail."), list_id=list_id)
    return _shortlist(list_id, refused=True, share_form=form)


@blueprint.post("/gids/lijsten/<id:list_id>/delen/<id:sharer_id>/weg")
@requires(USE)
def unshare_list(list_id: int, sharer_id: int) -> Answer:
    """Let a colleague no longer look along."""
    shortlists.unshare(shortlists.one_of(actor(), list_id), sharer_id, actor=actor())
    return go("shortlist", _("Done."), list_id=list_id)


@blueprint.post("/gids/lijsten/<id:list_id>/<id:item_id>")
@requires(USE)
def change_item(list_id: int, item_id: int) -> Answer:
    """Write a reason, choose, or take off."""
    found = shortlists.one_of(actor(), list_id)
    if request.form.get("act") == "weg":
        shortlists.remove(found, item_id, at=now())
        return go("shortlist", _("It is off your list."), list_id=list_id)
    try:
        shortlists.give_reason(
            found, item_id, request.form.get("reden", "")[:LONGEST_REASON],
            is_chosen=request.form.get("gekozen") == "1", at=now(),
        )  # fmt: skip
    except NotFoundError:
        raise
    except DomainError as error:
        return _shortlist(list_id, refused=True, wrong=str(error.message))
    return go("shortlist", _("Saved."), list_id=list_id)


@blueprint.post("/gids/lijsten/<id:list_id>/besluit")
@requires(USE)
def conclude_list(list_id: int) -> Answer:
    """Write down what the choice became."""
    found = shortlists.one_of(actor(), list_id)
    form = TextForm(prefix="besluit")
    if form.validate():
        shortlists.conclude(found, form.text.data or "", at=now())
        return go("shortlist", _("Saved."), list_id=list_id)
    return _shortlist(list_id, refused=True, wrong=_("Write what you chose, and why."))


@blueprint.post("/gids/lijsten/<id:list_id>/verwijderen")
@requires(USE)
def drop_list(list_id: int) -> Answer:
    """Remove a list."""
    shortlists.drop(shortlists.one_of(actor(), list_id), actor=actor())
    return go("lists", _("The list is removed."))


@blueprint.get("/gids/lijsten/<id:list_id>.pdf")
@requires(USE)
def list_file(list_id: int) -> Response:
    """Give a list with its reasons and a comparison as a PDF, for the file."""
    found = shortlists.one_of(actor(), list_id)
    items = pages.items_of(found.id)
    if not items:
        raise NotFoundError
    keys = [f"o{i.offering_id}" if i.offering_id else f"a{i.provider_id}" for i in items]
    chosen = pages.compared(keys, now())
    html = render_template(
        "directory/shortlist_pdf.html",
        list=found, items=items, chosen=chosen, rows=comparison(chosen), words=words,
        today=format_date(today(), "long"), language=str(get_locale()), person=actor(),
    )  # fmt: skip
    return Response(
        pdf.render(html, fonts=FONTS),
        mimetype="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="keuzelijst-{found.id}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )
