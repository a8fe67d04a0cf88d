"""The audit trail in words: acts, things, details and values, each in one table.

Lines are stored as codes, so that they can be searched and never change; people read words. A
code of another package that is in no table is shown as it is.
"""

from collections.abc import Mapping
from typing import Any

from learnenv.kernel.i18n import gettext
from learnenv.kernel.i18n import lazy_gettext as _
from learnenv.kernel.permissions import ROLE_NAMES

ACTIONS: dict[str, Any] = {
    "answer.graded": _("Answer graded"),
    "block.changed": _("Block switched or set"),
    "certificate.revoked": _("Certificate revoked"),
    "certificate.seen": _("Certificate looked at"),
    "course.published": _("Course published"),
    "enrolment.approved": _("Request to start a course approved"),
    "enrolment.declined": _("Request to start a course declined"),
    "figures.list_exported": _("List of people downloaded"),
    "figures.list_viewed": _("List of people looked at"),
    "key.compromised": _("Key marked as in other hands"),
    "lesson.overridden": _("Lesson counted as done"),
    "organisation.added": _("Organisation added"),
    "organisation.changed": _("Organisation changed"),
    "organisation.code_renewed": _("Code of the organisation renewed"),
    "organisation.merged": _("Organisation merged"),
    "person.blocked": _("Account blocked"),
    "person.invited": _("Person invited"),
    "person.moved": _("Person changed organisation"),
    "person.opened": _("Account opened again"),
    "renewal.asked": _("New documents of certificates asked for"),
    "role.granted": _("Role given"),
    "role.withdrawn": _("Role withdrawn"),
    "session.looks_as": _("Looked at the site in another role"),
    "target.set": _("Target of a year set"),
}
THINGS: dict[str, Any] = {
    "block": _("Block"),
    "certificate": _("Certificate"),
    "course": _("Course"),
    "enrolment": _("Enrolment"),
    "key": _("Key"),
    "mail": _("Mail address"),
    "organisation": _("Organisation"),
    "person": _("Person"),
    "request": _("Request"),
    "site": _("Whole site"),
    "year": _("Year"),
}
DETAILS: dict[str, Any] = {
    "block": _("Block"),
    "course": _("Course"),
    "into": _("Goes up in"),
    "kind": _("File type"),
    "lesson": _("Lesson"),
    "lines": _("Lines"),
    "measure": _("Counted"),
    "moment": _("Since"),
    "month": _("Month"),
    "on": _("Switched on"),
    "page": _("Page"),
    "percent": _("Percent"),
    "reason": _("Reason"),
    "role": _("Role"),
    "scope": _("For"),
    "target": _("Target"),
    "version": _("Version"),
    "year": _("Year"),
}
VALUES: dict[str, Mapping[str, Any]] = {
    "role": {**{role.value: name for role, name in ROLE_NAMES.items()}, "self": _("Own role")},
    "measure": {
        "certified": _("Certificates"),
        "completed": _("Completed"),
        "enrolled": _("Enrolments"),
        "unique": _("Different people"),
    },
}
OUTCOMES: dict[str, Any] = {"ok": _("Done")}


def action(code: str) -> str:
    """Return what was done."""
    return str(ACTIONS.get(code, code))


def thing(code: str) -> str:
    """Return what it was done to, such as "Person 7" of "person:7"."""
    kind, _colon, key = code.partition(":")
    name = str(THINGS.get(kind, kind))
    if key == "managed":
        return str(gettext("All organisations of this manager"))
    return name if key in {"", "None"} else f"{name} {key}"


def details(values: Mapping[str, Any]) -> str:
    """Return the rest of a line: only what says something."""
    said = []
    for key, value in values.items():
        if value in {"", None}:
            continue
        said.append(f"{DETAILS.get(key, key)}: {_value(key, value)}")
    return ", ".join(said)


def _value(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(gettext("Yes") if value else gettext("No"))
    if key == "scope":
        return thing(str(value))
    return str(VALUES.get(key, {}).get(str(value), value))


def outcome(code: str) -> str:
    """Return how it ended."""
    return str(OUTCOMES.get(code, code))
