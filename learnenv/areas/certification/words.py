"""What states, steps and outcomes are called on screen."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from learnenv.areas.certification.eligibility import Light
from learnenv.areas.certification.models import AssignmentState, Outcome, State, Verdict

STATES: dict[str, Any] = {
    State.DRAFT: _l("Being filled in"),
    State.SCREENING: _l("Checked for completeness"),
    State.SCREENING_WAITS: _l("Waits for the applicant"),
    State.ASSIGNING: _l("Assessors are being chosen"),
    State.ASSESSING: _l("Being assessed"),
    State.ASSESSING_WAITS: _l("Waits for the applicant (assessment)"),
    State.ADVISING: _l("Advice is being written"),
    State.DECIDING: _l("Waits for the decision"),
    State.GRANTED: _l("Certified"),
    State.REFUSED: _l("Refused"),
    State.SET_ASIDE: _l("Set aside"),
    State.WITHDRAWN: _l("Withdrawn by the applicant"),
}
LOOKS = {
    State.GRANTED: "success",
    State.REFUSED: "danger",
    State.SET_ASIDE: "danger",
    State.SCREENING_WAITS: "warning",
    State.ASSESSING_WAITS: "warning",
}
OUTCOMES: dict[str, Any] = {
    Outcome.GRANTED: _l("Granted"),
    Outcome.CONDITIONS: _l("Granted with conditions"),
    Outcome.REFUSED: _l("Refused"),
    Outcome.SET_ASIDE: _l("Set aside: the application stayed incomplete"),
    Outcome.REOPENED: _l("Taken up again"),
}
VERDICTS: dict[str, Any] = {
    Verdict.FOUNDED: _l("Founded"),
    Verdict.UNFOUNDED: _l("Unfounded"),
    Verdict.INADMISSIBLE: _l("Inadmissible"),
}
STANDINGS: dict[str, Any] = {
    "valid": _l("Certified"),
    "suspended": _l("Suspended"),
    "withdrawn": _l("Withdrawn"),
    "expired": _l("Ended"),
    "none": _l("Not certified yet"),
}
STANDING_LOOKS = {"valid": "success", "suspended": "warning", "withdrawn": "danger"}
LIGHTS: dict[str, Any] = {
    Light.GREEN: _l("Meets this"),
    Light.AMBER: _l("A person looks at this"),
    Light.RED: _l("Does not meet this yet"),
}
LIGHT_LOOKS = {Light.GREEN: "success", Light.AMBER: "warning", Light.RED: "danger"}
ASSIGNMENTS: dict[str, Any] = {
    AssignmentState.ASKED: _l("Asked"),
    AssignmentState.INDEPENDENT: _l("Independent, at work"),
    AssignmentState.DONE: _l("Done"),
    AssignmentState.CONFLICT: _l("Not independent"),
    AssignmentState.ENDED: _l("Taken off"),
}
ACTIONS: dict[str, Any] = {
    "begin": _l("Application begun"),
    "evidence_added": _l("Evidence added"),
    "evidence_removed": _l("Evidence removed"),
    "hand_in": _l("Handed in"),
    "ask": _l("Question to the applicant"),
    "answer": _l("Answered by the applicant"),
    "accept": _l("Found complete"),
    "accept_short": _l("Found complete: short renewal"),
    "set_aside": _l("Set aside"),
    "assessor_asked": _l("Assessor asked"),
    "assessor_released": _l("Assessor taken off"),
    "declared_independent": _l("Assessor declared independence"),
    "declared_conflict": _l("Assessor is not independent"),
    "start": _l("Assessment begun"),
    "reassign": _l("Back to choosing assessors"),
    "scored": _l("Scores handed in"),
    "third_proposed": _l("Scores far apart: third assessor proposed"),
    "complete": _l("Assessment complete"),
    "interview_offered": _l("Interview offered"),
    "interview_booked": _l("Interview booked"),
    "interview_cancelled": _l("Interview cancelled"),
    "interview_held": _l("Interview held"),
    "advise": _l("Advice given"),
    "send_back": _l("Sent back for a better advice"),
    "grant": _l("Granted"),
    "refuse": _l("Refused"),
    "withdraw": _l("Withdrawn by the applicant"),
    "objected": _l("Objection made"),
    "objection_appointed": _l("Somebody appointed for the objection"),
    "objection_decided": _l("Objection decided"),
    "grant_on_objection": _l("Granted after the objection"),
    "reopen_on_objection": _l("Taken up again after the objection"),
    "relation_noted": _l("A tie with an assessor was noted"),
    "complained": _l("Complaint made"),
    "complaint_answered": _l("Complaint answered"),
}
INVITED: dict[str, Any] = {
    "": _l("No answer yet"),
    "applied": _l("Applies"),
    "declined": _l("Does not want to"),
}
STEP_NAMES: dict[str, Any] = {
    "screening": _l("Check for completeness"),
    "assigning": _l("Choosing assessors"),
    "assessing": _l("Assessing"),
    "advising": _l("Advice"),
    "deciding": _l("Decision"),
}
