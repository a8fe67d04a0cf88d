"""What an author sets on a problem, read from the attributes of its tag."""

from __future__ import annotations

import json
from typing import Any

from xblock.core import XBlock
from xblock.fields import Boolean, DateTime, Dict, Float, Integer, Scope, String

# Kept elsewhere: the name of the block, and our own weight and title (see block.py).
ELSEWHERE = {"url_name", "display_name", "weight"}
NOTHING = {"", "null", "None"}
MOST = 10**9


class SettingsMixin:
    """The settings of a problem, as Open edX names them."""

    display_name = String(default="", scope=Scope.settings)
    weight = Float(default=1.0, scope=Scope.settings)
    max_attempts = Integer(default=None, scope=Scope.settings)
    showanswer = String(default="finished", scope=Scope.settings)
    attempts_before_showanswer_button = Integer(default=0, scope=Scope.settings)
    show_correctness = String(default="always", scope=Scope.settings)
    show_reset_button = Boolean(default=False, scope=Scope.settings)
    submission_wait_seconds = Integer(default=0, scope=Scope.settings)
    rerandomize = String(default="never", scope=Scope.settings)
    due = DateTime(default=None, scope=Scope.settings)
    graceperiod = String(default="", scope=Scope.settings)
    markdown = String(default=None, scope=Scope.settings)
    xml_attributes = Dict(default={}, scope=Scope.settings)


KEPT = {
    "max_attempts", "showanswer", "attempts_before_showanswer_button", "show_correctness",
    "show_reset_button", "submission_wait_seconds", "rerandomize", "due", "graceperiod", "markdown",
}  # fmt: skip


def read(block: XBlock, node: Any) -> None:
    """Set the fields of a block from its tag. Raises ValueError that names the attribute.

    Only what stands there is set: what does not may still come from the lesson or the course.
    """
    block.display_name = node.get("display_name", "")
    block.weight = _weight(node.get("weight"))
    unknown = {}
    for name, raw in node.attrib.items():
        if name in KEPT:
            if raw not in NOTHING:
                setattr(block, name, _value(block.fields[name], name, raw))
        elif name not in ELSEWHERE:
            unknown[name] = raw
    if unknown:
        block.xml_attributes = unknown


def _weight(raw: str | None) -> float:
    try:
        weight = 1.0 if raw is None or raw in NOTHING else float(raw)
    except ValueError:
        weight = -1.0
    if not 0 <= weight <= 1000:  # noqa: PLR2004 - also refuses "nan"
        raise ValueError(f'weight="{raw}" must be 0 to 1000')
    return weight


def _value(field: Any, name: str, raw: str) -> Any:
    """Return the value of an attribute. Older exports write text as JSON, with quotes round it."""
    text = raw
    if raw.startswith('"') and raw.endswith('"') and name != "markdown":
        try:
            text = str(json.loads(raw))
        except ValueError:
            text = raw
    if isinstance(field, Integer):
        return _whole(name, text)
    if name == "rerandomize":
        return {"true": "always", "false": "per_student"}.get(text.lower(), text)
    try:
        return field.from_json(text)
    except (ValueError, TypeError):
        raise ValueError(f'{name}="{raw}" cannot be read') from None


def _whole(name: str, text: str) -> int:
    try:
        number = int(float(text))
    except (ValueError, OverflowError):
        number = -1
    if not 0 <= number <= MOST:
        raise ValueError(f'{name}="{text}" must be a whole number from 0')
    return number
