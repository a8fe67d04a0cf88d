"""Taking a test: start, answer, look over, hand in, result."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import escape
from werkzeug.wrappers import Response

from courses import banks, queries
from courses.blocks.problem import grading
from courses.models import Answer, Attempt, AttemptState
from courses.outline import Lesson
from courses.permissions import LEARN
from courses.routes import blueprint
from courses.routes.access import enrolled
from courses.runtime.runtime import rewrite_links
from courses.services import learning, quizzes
from courses.versions import outline_of
from learnenv.kernel.clock import now
from learnenv.kernel.errors import DomainError, NotFoundError
from learnenv.kernel.permissions import requires
from learnenv.kernel.slots import collect
from learnenv.kernel.transaction import writing
from learnenv.web.shell import actor, reads_first


@blueprint.post("/cursussen/<slug:slug>/toets/<slug:lesson_id>")
@requires(LEARN)
def start_test(slug: str, lesson_id: str) -> Response:
    """Begin an attempt, or go on with the open one."""
    found, enrolment = enrolled(actor(), slug)
    lesson = found.lesson(lesson_id)
    if lesson.quiz is None:
        raise NotFoundError
    try:
        attempt = quizzes.start(enrolment, found.outline, lesson, at=now())
    except DomainError as error:
        flash(error.message, "warning")
        return redirect(url_for("courses.lesson", slug=slug, lesson_id=lesson_id), code=303)
    return redirect(url_for("courses.attempt", attempt_id=attempt.id), code=303)


def _open(attempt_id: int) -> tuple[Attempt, Lesson]:
    attempt = queries.attempt_for(actor(), attempt_id)
    return attempt, outline_of(attempt.version_id).by_lesson[attempt.lesson]


def _is_running(attempt: Attempt) -> bool:
    return attempt.state == AttemptState.OPEN and not quizzes.is_over(attempt, now())


def _to_result(attempt: Attempt) -> Response:
    return redirect(url_for("courses.result", attempt_id=attempt.id), code=303)


@blueprint.get("/toets/<id:attempt_id>")
@requires(LEARN)
def attempt(attempt_id: int) -> str | Response:
    """Show all questions with what was answered so far."""
    found, lesson = _open(attempt_id)
    if not _is_running(found):
        return _to_result(found)
    return render_template(
        "courses/test.html",
        attempt=found,
        lesson=lesson,
        outline=outline_of(found.version_id),
        questions=_faces(found, queries.answers_of(found)),
        now=now(),
    )


def _faces(found: Attempt, answers: dict[str, Answer]) -> list[dict[str, Any]]:
    outline = outline_of(found.version_id)
    shown = []
    for number, question in enumerate(found.questions, start=1):
        problem = quizzes.problem_of(found, question)
        answer = answers.get(question)
        given = answer.response if answer else {}
        seed = quizzes.seed_of(found, question)
        unreadable = {
            q.id: q.kind for q in problem.questions if grading.is_unreadable(q, given.get(q.id))
        }
        shown.append(
            {
                "id": question,
                "number": number,
                "intro": rewrite_links(problem.intro, outline),
                "faces": [
                    grading.face(q, prefix=question, seed=seed, given=given.get(q.id))
                    for q in problem.questions
                ],
                "answered": all(
                    grading.is_complete(q, given.get(q.id)) and q.id not in unreadable
                    for q in problem.questions
                ),
                "unreadable": unreadable,
                "marked": bool(answer and answer.marked),
            }
        )
    return shown


def _form_answers(found: Attempt) -> dict[str, tuple[dict[str, Any], bool]]:
    """Read the answers of the questions that the form has: what it leaves out stays as it is."""
    present = set(request.form.getlist("question"))
    answers = {}
    for question in found.questions:
        if question not in present:
            continue
        response = {
            q.id: value
            for q in quizzes.problem_of(found, question).questions
            if (value := grading.read_form(q, question, request.form)) is not None
        }
        answers[question] = (response, f"mark-{question}" in request.form)
    return answers


@blueprint.post("/toets/<id:attempt_id>")
@requires(LEARN)
@reads_first
def save_answers(attempt_id: int) -> Response:
    """Keep the answers (autosave, or a button), and go to the overview when asked."""
    found, _lesson = _open(attempt_id)
    is_autosave = bool(request.headers.get("HX-Request"))
    given = _form_answers(found)
    try:
        with writing():
            kept = quizzes.save(found, given, at=now())
    except DomainError as error:
        if is_autosave:
            return make_response(str(escape(error.message)), 409)
        flash(error.message, "warning")
        return redirect(url_for("courses.result", attempt_id=attempt_id), code=303)
    if is_autosave:
        return make_response(_saved(found, kept))
    if request.form.get("do") == "save":
        flash(_("Your answers are kept. You can go on later."), "ok")
        return redirect(url_for("courses.attempt", attempt_id=attempt_id), code=303)
    return redirect(url_for("courses.summary", attempt_id=attempt_id), code=303)


def _saved(found: Attempt, kept: quizzes.Responses) -> str:
    """Say how many questions are answered, and which answer cannot be read."""
    done, slips = 0, []
    for number, question in enumerate(found.questions, start=1):
        parts = quizzes.problem_of(found, question).questions
        given = kept.get(question, {})
        slip = next((q.kind for q in parts if grading.is_unreadable(q, given.get(q.id))), None)
        if slip is not None:
            slips.append({"number": number, "kind": slip})
        elif all(grading.is_complete(q, given.get(q.id)) for q in parts):
            done += 1
    return render_template(
        "courses/test_saved.html", message="", done=done, all=len(found.questions), slips=slips
    )


@blueprint.get("/toets/<id:attempt_id>/overzicht")
@requires(LEARN)
def summary(attempt_id: int) -> str | Response:
    """List what is open or marked, before handing in."""
    found, lesson = _open(attempt_id)
    if not _is_running(found):
        return _to_result(found)
    return render_template(
        "courses/test_summary.html",
        attempt=found,
        lesson=lesson,
        outline=outline_of(found.version_id),
        questions=_faces(found, queries.answers_of(found)),
        now=now(),
    )


@blueprint.post("/toets/<id:attempt_id>/inleveren")
@requires(LEARN)
@reads_first
def hand_in(attempt_id: int) -> Response:
    """Hand in; a second time changes nothing."""
    found, _lesson = _open(attempt_id)
    with writing():
        quizzes.hand_in(found, found.enrolment, at=now())
    return _to_result(found)


@blueprint.get("/toets/<id:attempt_id>/uitslag")
@requires(LEARN)
def result(attempt_id: int) -> str | Response:
    """Show the result, as far as the review policy lets."""
    found, lesson = _open(attempt_id)
    if found.state == AttemptState.OPEN:
        if _is_running(found):
            return redirect(url_for("courses.attempt", attempt_id=found.id), code=303)
        return make_response(
            render_template("courses/test_over.html", attempt=found, lesson=lesson)
        )
    assert lesson.quiz is not None
    passed = (found.percent or 0) >= lesson.quiz.passing_percent
    outline = outline_of(found.version_id)
    verdicts = _verdicts(found, lesson, passed=passed)
    counts = learning.by_rule(
        learning.results_by_test(found.enrolment).get(lesson.id, []), lesson.quiz.rule
    )
    return render_template(
        "courses/test_result.html",
        attempt=found,
        lesson=lesson,
        outline=outline,
        rules=lesson.quiz,
        passed=passed,
        counts=counts,
        enrolment=found.enrolment,
        questions=verdicts,
        extras=collect("courses.completed", enrolment_id=found.enrolment_id)
        if passed and found.enrolment.completed_at
        else [],
        subjects=banks.per_subject(lesson, outline, [(v["id"], v["fraction"]) for v in verdicts]),
        rewrite=lambda html: rewrite_links(html, outline),
    )


def _verdicts(found: Attempt, lesson: Lesson, *, passed: bool) -> list[dict[str, Any]]:
    """Return per question what may be shown: never the key to who did not pass (b6, P26)."""
    assert lesson.quiz is not None
    review = lesson.quiz.review
    answers = queries.answers_of(found)
    outline = outline_of(found.version_id)
    shown = _faces(found, answers)
    for entry in shown:
        question = entry["id"]
        problem = quizzes.problem_of(found, question)
        answer = answers.get(question)
        fraction, verdicts = grading.grade_problem(
            problem, answer.response if answer else {}, seed=quizzes.seed_of(found, question)
        )
        entry["fraction"] = fraction
        entry["right"] = fraction >= 1.0
        entry["verdicts"] = verdicts if "feedback" in review else {}
        entry["show_own"] = "own" in review
        may_see_key = "key" in review and passed
        entry["solution"] = rewrite_links(problem.solution, outline) if may_see_key else ""
    return shown
