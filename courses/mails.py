"""Mails of learning."""

from __future__ import annotations

from flask_babel import gettext as _

from courses.models import Course, EnrolmentRequest, HandIn, RequestState
from learnenv.accounts.api import PersonFacts
from learnenv.kernel.letters import Letter, in_language, send
from learnenv.kernel.site import site_url


def approval_asked(
    request: EnrolmentRequest,
    course: Course,
    person: PersonFacts,
    manager: PersonFacts,
    *,
    reminder: int,
) -> None:
    """Ask a manager to decide; `reminder` 0 is the first mail."""
    with in_language(manager.language):
        subject = _("%(name)s wants to take a course", name=person.name)
        letter = Letter(
            subject=_("Reminder: %(subject)s", subject=subject) if reminder else subject,
            greeting=_("Hello %(name)s,", name=manager.name),
            paragraphs=(
                _(
                    "%(name)s wants to take %(course)s and asks for your approval.",
                    name=person.name,
                    course=course.title,
                ),
            ),
            action=(_("Decide"), site_url("/inschrijvingen")),
            reason=_("You get this mail because you are a manager of this organisation."),
        )
        send(
            letter,
            key=f"approval:{request.id}:{manager.person_id}:{reminder}",
            recipient=manager.email,
            language=manager.language,
        )


def approval_decided(
    request: EnrolmentRequest, course: Course, person: PersonFacts, *, manager: str
) -> None:
    """Tell the learner what the manager decided."""
    with in_language(person.language):
        if request.state == RequestState.APPROVED:
            subject = _("You can start: %(course)s", course=course.title)
            text = _("%(name)s approved. You are enrolled and can start now.", name=manager)
        else:
            subject = _("Not approved: %(course)s", course=course.title)
            text = _("%(name)s did not approve: %(reason)s", name=manager, reason=request.reason)
        letter = Letter(
            subject=subject,
            greeting=_("Hello %(name)s,", name=person.name),
            paragraphs=(text,),
            action=(_("To the course"), site_url(f"/cursussen/{course.slug}")),
            reason=_("You get this mail once, because you asked to take this course."),
        )
        send(
            letter,
            key=f"approval:{request.id}:decided",
            recipient=person.email,
            language=person.language,
        )


def graded(hand_in: HandIn, course: Course, person: PersonFacts, *, path: str) -> None:
    """Tell the learner that an answer in own words was graded; `path` is where it stands."""
    with in_language(person.language):
        letter = Letter(
            subject=_("Your answer is graded: %(course)s", course=course.title),
            greeting=_("Hello %(name)s,", name=person.name),
            paragraphs=(_("An author of the course read your answer and graded it."),),
            action=(_("Read what was said"), site_url(path)),
            reason=_("You get this mail once, because you handed in an answer."),
        )
        send(
            letter,
            key=f"graded:{hand_in.enrolment_id}:{hand_in.block}",
            recipient=person.email,
            language=person.language,
        )
