"""Home, catalogue, course page, enrolment."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses import queries
from courses.models import Enrolment
from courses.permissions import APPROVE, LEARN
from courses.routes import blueprint
from courses.services import enrolling, quizzes
from learnenv.kernel.clock import now
from learnenv.kernel.errors import DomainError
from learnenv.kernel.permissions import public, requires
from learnenv.kernel.slots import collect
from learnenv.web.shell import actor

LONGEST_SEARCH = 100


@blueprint.get("/")
@public
def home() -> str:
    """Show what to do now; to a visitor, what this is."""
    who = actor()
    found = queries.catalogue("", {}).courses
    if not who.is_known:
        return render_template("courses/welcome.html", courses=found[:3])
    mine = queries.enrolments_of(who)
    running = [e for e in mine if e.completed_at is None]
    taken = {e.course_id for e in mine}
    return render_template(
        "courses/home.html",
        running=running,
        duties=queries.duties(running),
        requests=queries.requests_of(who) if who.organisation_id else [],
        waiting=queries.number_of_requests_for(who) if APPROVE.allows(who) else 0,
        extras=[part for part in collect("courses.home", actor=who) if part],
        finished=[e for e in mine if e.completed_at is not None],
        others=[c for c in found if c.id not in taken][:3],
    )


@blueprint.get("/cursussen")
@public
def catalogue() -> str:
    """Find a course by words and facets; the address can be shared."""
    text = request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    chosen = {f: v for f in queries.FACETS if (v := request.args.get(f, "").strip()[:80])}
    return render_template(
        "courses/catalogue.html",
        found=queries.catalogue(text, chosen),
        text=text,
        chosen=chosen,
        duration_of=queries.duration_of,
    )


@blueprint.get("/cursussen/<slug:slug>")
@public
def course(slug: str) -> str:
    """Show what a course is about; for who is enrolled, where one stands."""
    found = queries.course_by_slug(slug)
    outline = queries.current(found)
    enrolment = queries.enrolment_for(actor(), found)
    return render_template(
        "courses/course.html",
        course=found,
        outline=outline,
        enrolment=enrolment,
        progress=queries.progress(outline, enrolment),
        stars=queries.evaluation_summary(found),
        asked=queries.last_request(found, actor().id)
        if actor().is_known and not enrolment
        else None,
    )


@blueprint.post("/cursussen/<slug:slug>/inschrijven")
@requires(LEARN)
def enrol(slug: str) -> Response:
    """Enrol and open the first lesson."""
    found = queries.course_by_slug(slug)
    try:
        started = enrolling.start(course=found, actor=actor(), at=now())
    except DomainError as error:
        flash(error.message, "warning")
        return redirect(url_for("courses.course", slug=slug), code=303)
    if not isinstance(started, Enrolment):
        flash(_("We asked %(name)s. You get a mail.", name=started.managers), "ok")
        return redirect(url_for("courses.course", slug=slug), code=303)
    enrolment = started
    if not enrolment.last_unit and not enrolment.done:
        flash(_("You are enrolled. Your progress is kept."), "ok")
    return redirect(url_for("courses.go_on", slug=slug), code=303)


@blueprint.get("/cursussen/<slug:slug>/verder")
@requires(LEARN)
def go_on(slug: str) -> Response:
    """Open the exact unit left last, or the test that is under way: its clock runs."""
    found = queries.course_by_slug(slug)
    outline = queries.current(found)
    enrolment = queries.enrolment_for(actor(), found)
    if enrolment is None:
        return redirect(url_for("courses.course", slug=slug), code=303)
    attempt = quizzes.running(enrolment, now())
    if attempt is not None:
        return redirect(url_for("courses.attempt", attempt_id=attempt.id), code=303)
    place = queries.next_place(outline, enrolment, queries.progress(outline, enrolment))
    if place is None:
        endpoint = "courses.completed" if enrolment.completed_at else "courses.progress_page"
        return redirect(url_for(endpoint, slug=slug), code=303)
    lesson_id, unit_id = place
    if outline.by_lesson[lesson_id].quiz is not None:
        return redirect(url_for("courses.lesson", slug=slug, lesson_id=lesson_id), code=303)
    return redirect(
        url_for("courses.unit", slug=slug, lesson_id=lesson_id, unit_id=unit_id), code=303
    )
