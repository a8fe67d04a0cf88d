"""The audit trail in words: acts, things, details and values, each in one table.

Lines are stored as codes, so that they can be searched and never change; people read words. A
code of another package that is in no table is shown as it is.
"""

from collections.abc import Mapping
from typing import Any

from learnenv.kernel.accessibility import STATUS_NAMES
from learnenv.kernel.i18n import gettext
from learnenv.kernel.i18n import lazy_gettext as _
from learnenv.kernel.permissions import ROLE_NAMES

ACTIONS: dict[str, Any] = {
    "accessibility.stated": _("Accessibility statement changed"),
    "answer.graded": _("Answer graded"),
    "block.changed": _("Block switched or set"),
    "certificate.lifted": _("Certificate made valid again"),
    "certificate.replaced": _("Certificate replaced"),
    "certificate.revocation_declined": _("Revocation of a certificate put aside"),
    "certificate.revocation_proposed": _("Revocation of a certificate proposed"),
    "certificate.revoked": _("Certificate revoked"),
    "certificate.seen": _("Certificate looked at"),
    "certificate.suspended": _("Certificate suspended"),
    "certificates.exported": _("List of certificates downloaded"),
    "certificates.issue_asked": _("Missing certificates issued"),
    "certificates.zip_asked": _("Zip of certificates made"),
    "certificates.zip_reason": _("Reason given for a zip of certificates"),
    "certification.assessor_changed": _("Profile of an assessor changed"),
    "certification.consent_given": _("Contact data shown in the register"),
    "certification.consent_withdrawn": _("Contact data hidden in the register"),
    "certification.declared": _("Yearly declaration given"),
    "certification.dossier_exported": _("Whole dossier downloaded"),
    "certification.dossier_seen": _("Dossier looked at"),
    "certification.evidence_seen": _("Evidence downloaded"),
    "certification.imported": _("Inventory imported"),
    "certification.invited": _("Invitations for certification sent"),
    "certification.list_exported": _("List of dossiers downloaded"),
    "certification.member_added": _("Colleague asked for a dossier"),
    "certification.member_dropped": _("Colleague taken off a dossier"),
    "certification.party_changed": _("Data of an applicant changed"),
    "certification.scheme_drafted": _("New version of a scheme begun"),
    "certification.scheme_dropped": _("Draft of a scheme thrown away"),
    "certification.scheme_published": _("Scheme published"),
    "certification.withdrawal_proposed": _("Withdrawal of a certification proposed"),
    "certification.withdrawal_put_aside": _("Withdrawal of a certification put aside"),
    "course.published": _("Course published"),
    "directory.answered": _("Request answered"),
    "directory.assignment_decided": _("Assignment confirmed or refused"),
    "directory.attendance": _("Attendance list written"),
    "directory.booking_answered": _("Seat given or refused"),
    "directory.change_decided": _("Change of a profile decided"),
    "directory.chosen": _("Answer to a request chosen"),
    "directory.claim_decided": _("Claim of a profile decided"),
    "directory.claimed": _("Profile claimed"),
    "directory.consent_given": _("Profile shown in the Gouden Gids"),
    "directory.consent_withdrawn": _("Profile hidden in the Gouden Gids"),
    "directory.declined": _("Request declined"),
    "directory.imported": _("Providers imported"),
    "directory.labelled": _("Contract of an organisation noted"),
    "directory.list_removed": _("Shortlist removed"),
    "directory.list_unshared": _("Shortlist no longer shared"),
    "directory.list_shared": _("Shortlist shared"),
    "directory.member_accepted": _("Acts for a profile since now"),
    "directory.member_added": _("Colleague added to a profile"),
    "directory.member_dropped": _("Colleague taken off a profile"),
    "directory.moderated": _("Review moderated"),
    "directory.offering_changed": _("Training changed"),
    "directory.offering_made": _("Training added"),
    "directory.provider_made": _("Profile made"),
    "directory.replied": _("Review answered"),
    "directory.reported": _("Review reported"),
    "directory.request_ended": _("Request ended"),
    "directory.request_extended": _("Deadline of a request moved"),
    "directory.requested": _("Request sent"),
    "directory.review_taken_back": _("Review taken back"),
    "directory.reviewed": _("Review written"),
    "directory.seats_changed": _("Number of seats changed"),
    "directory.session_off": _("Date called off"),
    "directory.session_planned": _("Date planned"),
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
    "organisation.moved": _("Organisation moved"),
    "person.blocked": _("Account blocked"),
    "person.invited": _("Person invited"),
    "person.moved": _("Person changed organisation"),
    "person.opened": _("Account opened again"),
    "pilots.changed": _("Pilot project changed"),
    "pilots.chosen": _("Guidance of a pilot project chosen"),
    "pilots.closed": _("Pilot project closed"),
    "pilots.declined": _("Guidance of a pilot project declined"),
    "pilots.followed_up": _("Pilot project looked at again"),
    "pilots.invited": _("Guidance asked for a pilot project"),
    "pilots.offered": _("Offer for a pilot project made"),
    "pilots.posted": _("Pilot project posted"),
    "pilots.reviewed": _("Organisation reviewed by its guidance"),
    "pilots.stage": _("Pilot project in its next stage"),
    "pilots.stopped": _("Pilot project stopped"),
    "renewal.asked": _("New documents of certificates asked for"),
    "role.granted": _("Role given"),
    "role.withdrawn": _("Role withdrawn"),
    "session.looks_as": _("Looked at the site in another role"),
    "target.set": _("Target of a year set"),
    "template.saved": _("Template of certificates saved"),
    "template.used": _("Courses of a template chosen"),
}
THINGS: dict[str, Any] = {
    "batch": _("Work on many certificates"),
    "block": _("Block"),
    "booking": _("Booking"),
    "certificate": _("Certificate"),
    "certificates": _("Certificates"),
    "course": _("Course"),
    "dossier": _("Dossier"),
    "dossiers": _("Dossiers"),
    "enrolment": _("Enrolment"),
    "key": _("Key"),
    "mail": _("Mail address"),
    "offering": _("Training"),
    "organisation": _("Organisation"),
    "participation": _("Participation"),
    "parties": _("Parties"),
    "party": _("Party"),
    "person": _("Person"),
    "pilot": _("Pilot project"),
    "provider": _("Provider"),
    "providers": _("Providers"),
    "registration": _("Entry of the register"),
    "request": _("Request"),
    "review": _("Review"),
    "scheme": _("Scheme"),
    "session": _("Date of a training"),
    "shortlist": _("Shortlist"),
    "site": _("Whole site"),
    "template": _("Template"),
    "year": _("Year"),
}
DETAILS: dict[str, Any] = {
    "block": _("Block"),
    "by": _("By"),
    "course": _("Course"),
    "courses": _("Courses"),
    "edited": _("Changed afterwards"),
    "evidence": _("Evidence"),
    "fields": _("Fields"),
    "has_contract": _("Contract"),
    "into": _("Goes up in"),
    "kind": _("File type"),
    "lesson": _("Lesson"),
    "lines": _("Lines"),
    "measure": _("Counted"),
    "moderator": _("By a moderator"),
    "moment": _("Since"),
    "month": _("Month"),
    "number": _("How many"),
    "on": _("Switched on"),
    "organisation": _("Organisation"),
    "page": _("Page"),
    "people": _("People"),
    "percent": _("Percent"),
    "present": _("Present"),
    "provider": _("Provider"),
    "providers": _("Providers"),
    "reason": _("Reason"),
    "role": _("Role"),
    "scope": _("For"),
    "seats": _("Seats"),
    "stage": _("Stage"),
    "status": _("Status"),
    "target": _("Target"),
    "verdict": _("Decision"),
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
    "verdict": {
        "keep": _("Kept"),
        "remove": _("Removed"),
        "restore": _("Shown again"),
    },
    "stage": {
        "prepare": _("Prepare"),
        "try": _("Try"),
        "measure": _("Measure"),
        "round_off": _("Round off"),
    },
    "status": {status.value: name for status, name in STATUS_NAMES.items()},
}
OUTCOMES: dict[str, Any] = {"ok": _("Done"), "refused": _("Refused")}


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
        if value is None or value in ("", []):
            continue
        said.append(f"{DETAILS.get(key, key)}: {_value(key, value)}")
    return ", ".join(said)


def _value(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(gettext("Yes") if value else gettext("No"))
    if isinstance(value, list):
        return ", ".join(_value(key, item) for item in value)
    if key == "scope":
        return thing(str(value))
    return str(VALUES.get(key, {}).get(str(value), value))


def outcome(code: str) -> str:
    """Return how it ended."""
    return str(OUTCOMES.get(code, code))
