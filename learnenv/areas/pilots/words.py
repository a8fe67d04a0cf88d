"""What states, stages and answers are called on screen."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from learnenv.areas.pilots.models import InvitationState, Outcome, Side, Stage, State

STATES: dict[str, Any] = {
    State.OPEN: _l("Looks for guidance"),
    State.RUNNING: _l("Running"),
    State.CLOSED: _l("Closed"),
    State.STOPPED: _l("Stopped"),
}
LOOKS = {State.OPEN: "warning", State.RUNNING: "success", State.CLOSED: "success"}
STAGES: dict[str, Any] = {
    Stage.PREPARE: _l("Prepare"),
    Stage.TRY: _l("Try"),
    Stage.MEASURE: _l("Measure"),
    Stage.ROUND_OFF: _l("Round off"),
}
INVITATIONS: dict[str, Any] = {
    InvitationState.ASKED: _l("Asked"),
    InvitationState.OFFERED: _l("Made an offer"),
    InvitationState.DECLINED: _l("Cannot do it"),
    InvitationState.CHOSEN: _l("Chosen"),
    InvitationState.OTHER: _l("Not chosen"),
}
INVITATION_LOOKS = {
    InvitationState.ASKED: "warning",
    InvitationState.OFFERED: "success",
    InvitationState.CHOSEN: "success",
}
OUTCOMES: dict[str, Any] = {
    Outcome.YES: _l("Yes"),
    Outcome.PARTLY: _l("Partly"),
    Outcome.NO: _l("No"),
}
SIDES: dict[str, Any] = {
    Side.ORGANISATION: _l("Organisation"),
    Side.GUIDANCE: _l("Guidance"),
}
CRITERIA: dict[str, Any] = {
    "question": _l("The question was clear"),
    "time": _l("There was time for it"),
    "use": _l("Advice was used"),
}
