"""What the documentation says is so."""

from __future__ import annotations

from pathlib import Path

from learnenv.areas.certification import life
from learnenv.areas.certification.models import State
from learnenv.areas.certification.words import ACTIONS, STATES

DOCS = Path(__file__).parents[3] / "docs" / "certification.md"


def test_the_diagram_is_the_life() -> None:
    text = DOCS.read_text("utf-8")
    drawn = text.split("```mermaid\n")[1].split("\n```")[0]
    assert drawn == life.diagram().strip()


def test_every_state_and_step_has_words() -> None:
    assert set(STATES) == {state.value for state in State}
    assert {step for step, _sources, _dest in life.STEPS} <= set(ACTIONS)
