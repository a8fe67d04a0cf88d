"""What belongs to the office of certification: assessors, questions about schemes, figures."""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext as _

from learnenv.accounts.api import people_with
from learnenv.areas.certification.forms import (
    AnswerQuestionForm,
    AssessorForm,
)
from learnenv.areas.certification.permissions import COORDINATE, FIGURES
from learnenv.areas.certification.queries import figures as numbers
from learnenv.areas.certification.queries import lists
from learnenv.areas.certification.routes import blueprint
from learnenv.areas.certification.routes.parts import (
    Answer,
    go,
    page,
)
from learnenv.areas.certification.services import (
    handling,
    pool,
    questions,
)
from learnenv.areas.certification.words import STEP_NAMES
from learnenv.kernel.clock import now, today
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.forms import BaseForm, blaming
from learnenv.kernel.permissions import Role, requires
from learnenv.web import exports
from learnenv.web.shell import actor

# --- the pool of assessors -----------------------------------------------------------------------


@blueprint.get("/certificering/beoordelaars")
@requires(COORDINATE)
def assessors() -> Answer:
    """Show the pool: expertise and load (f5)."""
    people = people_with(Role.ASSESSOR)
    return page(
        "assessors",
        people=people,
        profiles=lists.assessors(),
        load=handling.load_of({p.person_id for p in people}),
    )


@blueprint.get("/certificering/beoordelaars/<id:person_id>")
@requires(COORDINATE)
def assessor(person_id: int) -> Answer:
    """Show what an assessor knows and can take."""
    person, profile = pool.profile_of(person_id)
    form = AssessorForm(
        formdata=None,
        kinds=profile.kinds,
        themes=profile.themes,
        most=profile.most,
        is_available=profile.is_available,
    )
    return page("assessor", person=person, form=form)


@blueprint.post("/certificering/beoordelaars/<id:person_id>")
@requires(COORDINATE)
def save_assessor(person_id: int) -> Answer:
    """Change what an assessor knows and can take."""
    person, _profile = pool.profile_of(person_id)
    form = AssessorForm()
    if form.validate():
        pool.save_profile(
            person_id,
            kinds=form.kinds.data or [],
            themes=form.themes.data or [],
            most=form.most.data or 1,
            is_available=bool(form.is_available.data),
            actor=actor(),
        )
        return go("assessors", _("Saved."))
    return page("assessor", refused=True, person=person, form=form)


# --- public questions and figures ----------------------------------------------------------------


@blueprint.get("/certificering/vragen")
@requires(COORDINATE)
def open_questions() -> Answer:
    """Show the questions about schemes that wait for an answer."""
    return _questions({})


def _questions(forms: dict[int, BaseForm], *, refused: bool = False) -> Answer:
    waiting = lists.waiting_questions()
    made = {
        q.id: AnswerQuestionForm(prefix=f"v{q.id}", formdata=None, shown_text=q.text)
        for q in waiting
    }
    return page("open_questions", refused=refused, waiting=waiting, forms={**made, **forms})


@blueprint.post("/certificering/vragen/<id:question_id>")
@requires(COORDINATE)
def answer_public(question_id: int) -> Answer:
    """Answer a question for everybody."""
    question = next((q for q in lists.waiting_questions() if q.id == question_id), None)
    if question is None:
        raise NotFoundError
    form = AnswerQuestionForm(prefix=f"v{question_id}")
    if form.validate():
        with blaming(form):
            questions.answer(
                question,
                shown_text=form.shown_text.data or "",
                text=form.answer.data or "",
                actor=actor(),
                at=now(),
            )
            return go("open_questions", _("Published."))
    return _questions({question_id: form}, refused=True)


@blueprint.get("/certificering/cijfers")
@requires(FIGURES)
def figures() -> Answer:
    """Show lead times, outcomes and agreement."""
    return page("figures", report=_report(), steps=STEP_NAMES)


def _report() -> numbers.Report:
    day = today()
    year = request.args.get("jaar", day.year, type=int)
    if not 2000 <= year <= 2100:  # noqa: PLR2004 - years that can be asked for
        raise NotFoundError
    return numbers.report(year, day=day)


@blueprint.get(
    "/certificering/cijfers/<any(stappen, overeenstemming):table>.<any(csv, xlsx, ods):kind>"
)
@requires(FIGURES)
def figures_export(table: str, kind: str) -> Response:
    """Give a table of the figures as a file."""
    report = _report()
    if table == "stappen":
        columns = [_("Kind"), _("Step"), _("Times"), _("Days on average"), _("Late")]
        rows = [
            (line.kind, line.state, line.count, round(line.days, 1), line.late)
            for line in (*report.steps, *report.outcomes)
        ]
        return exports.download(
            exports.Table(f"{_('Lead times')} {report.year}", columns, rows), kind
        )
    columns = [_("Kind"), _("Version"), _("Criterion"), _("Pairs"), _("Kappa")]
    pairs = [
        (a.kind, a.version, a.criterion, a.pairs, None if a.kappa is None else round(a.kappa, 2))
        for a in report.agreement
    ]
    return exports.download(exports.Table(_("Agreement"), columns, pairs), kind)
