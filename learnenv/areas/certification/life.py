"""The life of a dossier: which step leads where. The library keeps the states; nothing else does.

`learnenv certification diagram` draws it; docs/certification.md holds the drawing.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from flask_babel import gettext as _
from transitions import Machine

from learnenv.areas.certification.models import State
from learnenv.kernel.errors import DomainError

OPEN = (State.SCREENING, State.ASSIGNING, State.ASSESSING, State.ADVISING, State.DECIDING)
"""States in which the organisation acts."""
WAITING = (State.SCREENING_WAITS, State.ASSESSING_WAITS)
"""States in which the clock stands still until the applicant answers."""
ENDED = (State.GRANTED, State.REFUSED, State.SET_ASIDE, State.WITHDRAWN)
RUNNING = (*OPEN, *WAITING)

STEPS: tuple[tuple[str, tuple[State, ...], State], ...] = (
    ("hand_in", (State.DRAFT,), State.SCREENING),
    ("ask", (State.SCREENING,), State.SCREENING_WAITS),
    ("answer", (State.SCREENING_WAITS,), State.SCREENING),
    ("accept", (State.SCREENING,), State.ASSIGNING),
    ("accept_short", (State.SCREENING,), State.ADVISING),
    ("set_aside", (State.SCREENING, State.SCREENING_WAITS), State.SET_ASIDE),
    ("start", (State.ASSIGNING,), State.ASSESSING),
    ("ask", (State.ASSESSING,), State.ASSESSING_WAITS),
    ("answer", (State.ASSESSING_WAITS,), State.ASSESSING),
    ("reassign", (State.ASSESSING, State.ADVISING), State.ASSIGNING),
    ("complete", (State.ASSESSING,), State.ADVISING),
    ("advise", (State.ADVISING,), State.DECIDING),
    ("send_back", (State.DECIDING,), State.ADVISING),
    ("grant", (State.DECIDING,), State.GRANTED),
    ("refuse", (State.DECIDING,), State.REFUSED),
    ("grant_on_objection", (State.REFUSED, State.GRANTED), State.GRANTED),
    ("reopen_on_objection", (State.SET_ASIDE,), State.SCREENING),
    ("withdraw", (State.DRAFT, *OPEN, *WAITING), State.WITHDRAWN),
)
"""Name of the step, from where, and where it leads."""

TERM_OF = {
    State.SCREENING: "screening",
    State.SCREENING_WAITS: "answer",
    State.ASSIGNING: "assigning",
    State.ASSESSING: "assessing",
    State.ASSESSING_WAITS: "answer",
    State.ADVISING: "advice",
    State.DECIDING: "decision",
}
"""Which term of the scheme counts in a state."""


COLOURS = ("---", "classDef ", "Class ")
"""Lines of a drawing that only say how it looks."""


@cache
def _machine() -> Machine:
    return Machine(
        model=None,
        states=[state.value for state in State],
        initial=State.DRAFT.value,
        transitions=list(_transitions()),
        auto_transitions=False,
    )


def _transitions() -> list[dict[str, Any]]:
    return [
        {"trigger": name, "source": [s.value for s in sources], "dest": dest.value}
        for name, sources, dest in STEPS
    ]


def after(state: str, step: str) -> State:
    """Return where `step` leads from `state`. Raises DomainError when it leads nowhere."""
    found = _machine().get_transitions(trigger=step, source=state)
    if not found:
        raise DomainError(_("This is not possible any more: the dossier moved on. Look again."))
    return State(str(found[0].dest))


def diagram() -> str:
    """Return the states and steps as a Mermaid diagram."""
    from transitions.extensions import GraphMachine

    machine = GraphMachine(
        states=[state.value for state in State],
        initial=State.DRAFT.value,
        transitions=list(_transitions()),
        auto_transitions=False,
        graph_engine="mermaid",
        show_conditions=False,
        title="",
    )
    drawn = machine.get_graph().draw(None)
    lines = [line.rstrip() for line in str(drawn).splitlines()]
    shown = [line for line in lines if line and not line.strip().startswith(COLOURS)]
    return "\n".join(shown) + "\n"
