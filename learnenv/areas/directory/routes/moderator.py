"""What waits for a moderator, the import, and the labels of an organisation."""

from __future__ import annotations

from collections.abc import Callable

from flask import request, url_for
from flask_babel import gettext as _

from learnenv.accounts.api import organisation_names, people_facts
from learnenv.areas.directory.forms import CsvForm, LabelForm
from learnenv.areas.directory.models import Verdict
from learnenv.areas.directory.permissions import FIGURES, LABEL, MODERATE
from learnenv.areas.directory.queries import figures, pages
from learnenv.areas.directory.routes import blueprint
from learnenv.areas.directory.routes.parts import Answer, go, page
from learnenv.areas.directory.services import importing, participation, providers, reviews
from learnenv.kernel import sheets
from learnenv.kernel.clock import now
from learnenv.kernel.errors import DomainError, ForbiddenError, NotFoundError
from learnenv.kernel.forms import blaming
from learnenv.kernel.permissions import requires
from learnenv.web.shell import actor

LONGEST_REASON = 2000
VERDICTS = {"houden": Verdict.KEEP, "verwijderen": Verdict.REMOVE, "terugzetten": Verdict.RESTORE}


def _reason() -> str:
    return request.form.get("reason", "")[:LONGEST_REASON]


@blueprint.get("/gids/moderatie")
@requires(MODERATE)
def queue() -> Answer:
    """Show everything that waits, the oldest first."""
    return _queue()


def _queue(wrong: str = "", status: int = 422) -> Answer:
    waiting = pages.queue()
    return page(
        "queue",
        refused=bool(wrong),
        status=status,
        wrong=wrong,
        queue=waiting,
        people=people_facts(claim.person_id for claim, _provider in waiting.claims),
        removed=figures.removed_lately(),
    )


def _decided(decide: Callable[[], object]) -> Answer:
    """Decide, and go on; what is refused is told on the page with everything that waits."""
    try:
        decide()
    except NotFoundError:
        raise
    except ForbiddenError as error:
        return _queue(str(error.message), status=error.status)
    except DomainError as error:
        return _queue(str(error.message))
    return go("queue", _("Decided."))


@blueprint.post(
    "/gids/moderatie/beoordeling/<id:review_id>/<any(houden, verwijderen, terugzetten):act>"
)
@requires(MODERATE)
def moderate(review_id: int, act: str) -> Answer:
    """Decide about a review."""
    return _decided(
        lambda: reviews.moderate(review_id, VERDICTS[act], _reason(), actor=actor(), at=now())
    )


@blueprint.post("/gids/moderatie/wijziging/<id:change_id>/<any(overnemen, weigeren):act>")
@requires(MODERATE)
def decide_change(change_id: int, act: str) -> Answer:
    """Decide about a change of name, kind or website."""
    return _decided(
        lambda: providers.decide_change(
            change_id, granted=act == "overnemen", reason=_reason(), actor=actor(), at=now()
        )
    )


@blueprint.post("/gids/moderatie/claim/<id:claim_id>/<any(toekennen, weigeren):act>")
@requires(MODERATE)
def decide_claim(claim_id: int, act: str) -> Answer:
    """Decide who manages a listed agency or institute."""
    return _decided(
        lambda: providers.decide_claim(
            claim_id, granted=act == "toekennen", reason=_reason(), actor=actor(), at=now()
        )
    )


@blueprint.post("/gids/moderatie/opdracht/<id:participation_id>/<any(bevestigen, weigeren):act>")
@requires(MODERATE)
def decide_assignment(participation_id: int, act: str) -> Answer:
    """Decide whether an assignment is shown enough."""
    found = participation.waiting_assignment(participation_id)
    return _decided(
        lambda: participation.decide(
            found, confirmed=act == "bevestigen", reason=_reason(), actor=actor(), at=now(),
            as_moderator=True,
        )
    )  # fmt: skip


@blueprint.get("/gids/moderatie/importeren")
@requires(MODERATE)
def import_page() -> Answer:
    """Ask for a CSV file."""
    return page("import", form=CsvForm(), lines=None, data="")


@blueprint.post("/gids/moderatie/importeren")
@requires(MODERATE)
def import_file() -> Answer:
    """Show what a file would add; written only after a second click."""
    form = CsvForm()
    kept = request.form.get("data", "")
    if form.validate():
        with blaming(form):
            data = sheets.unwrap(kept) if kept else _sent_file()
            lines = importing.read(data)
            wrong = [line for line in lines if line.problems]
            if kept and not wrong:
                number = importing.write(lines, actor=actor(), at=now())
                return go("queue", _("%(number)s added.", number=number))
            return page(
                "import",
                refused=bool(wrong),
                form=form,
                lines=lines,
                wrong=wrong,
                fresh=[line for line in lines if not line.problems and not line.is_known],
                data="" if wrong else sheets.wrap(data),
            )
    return page("import", refused=True, form=form, lines=None, data="")


def _sent_file() -> bytes:
    upload = request.files.get("file")
    return upload.read(sheets.LARGEST + 1) if upload else b""


@blueprint.get("/gids/aanbieder/<id:provider_id>/contract")
@requires(LABEL)
def label_page(provider_id: int) -> Answer:
    """Ask whether the manager's organisation has a contract."""
    return _label(provider_id)


def _label(provider_id: int, form: LabelForm | None = None, *, refused: bool = False) -> Answer:
    found, _own = pages.provider_page(actor(), provider_id)
    return page("label", refused=refused, provider=found, form=form or _form(formdata=None))


def _form(**more: object) -> LabelForm:
    return LabelForm(places=sorted(organisation_names(actor().managed).items()), **more)


@blueprint.post("/gids/aanbieder/<id:provider_id>/contract")
@requires(LABEL)
def set_label(provider_id: int) -> Answer:
    """Keep whether the manager's organisation has a contract."""
    found, _own = pages.provider_page(actor(), provider_id)
    form = _form()
    if form.validate():
        with blaming(form):
            providers.set_label(
                found, form.organisation.data, has_contract=form.has_contract.data == "ja",
                note=form.note.data or "", until=form.until.data, actor=actor(), at=now(),
            )  # fmt: skip
            return go("provider", _("Saved. Your people see it."), provider_id=provider_id)
    return _label(provider_id, form, refused=True)


@blueprint.get("/gids/cijfers")
@requires(FIGURES)
def figures_page() -> Answer:
    """Show what the Gids did this year, with the records behind each number."""
    year = figures.year_asked(request.args.get("jaar", ""))
    return page(
        "figures",
        year=year,
        figures=figures.of_year(year),
        years=[
            (str(one), url_for("directory.figures_page", jaar=one), one == year)
            for one in figures.years()
        ],
    )
