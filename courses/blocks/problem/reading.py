"""What reading a response has in common: its label, its hints, how it gives partial credit."""

from __future__ import annotations

from typing import Any

from courses.blocks.problem.model import Question
from courses.blocks.problem.source import Element, drop, escape, fail, inner

Fields = list[tuple[Element, Question]]


def common(element: Element, name: str, root: Element, field: Element | None) -> dict[str, Any]:
    """Return what every question has: its label, from the new or from the old place, and a hint."""
    own = (field.get("label") or "").strip() if field is not None else ""
    several = field is not None and sum(1 for _ in element.iter(field.tag)) > 1
    found = first(element, "label", "legend")
    if own and (several or found is None):
        label = escape(own)
        _drop_repeated(field, own)
    else:
        label = inner(root.find("label") if found is None else found)
    notes = element.findall(".//description") or root.findall("description")[:1]
    trailing = (field.get("trailing_text") or "").strip() if field is not None else ""
    return {
        "id": name,
        "label": label,
        "hint": " ".join(filter(None, (inner(note) for note in notes))),
        "trailing": trailing[:100],
    }


def first(element: Element, *tags: str) -> Element | None:
    """Return the first tag of these names, at any depth."""
    return next((f for tag in tags if (f := element.find(f".//{tag}")) is not None), None)


def _drop_repeated(field: Element, label: str) -> None:
    """Old courses have the question twice: as a paragraph and, for who hears it, as a label."""
    for above in (field, *field.iterancestors()):
        for before in above.itersiblings(preceding=True):
            if before.tag == "p" and "".join(before.itertext()).strip() == label:
                drop(before)
                return


def is_true(value: str | None) -> bool:
    """Whether an attribute says yes."""
    return (value or "").strip().lower() in {"true", "1", "yes"}


def schemes(element: Element) -> tuple[str, ...]:
    """Return how a response gives partial credit; what nobody knows is left out."""
    asked = [word.strip().lower() for word in (element.get("partial_credit") or "").split(",")]
    return tuple(w for w in asked if w in {"edc", "halves", "points", "list", "close"})


def group(element: Element, *tags: str) -> Element:
    """Return the tag with the options. Raises ProblemError when there is none."""
    found = first(element, *tags)
    if found is None:
        raise fail(element, f"<{element.tag}> has no <{tags[0]}>")
    return found


def line(element: Element) -> Element | None:
    """Return the tag one types in, if there is one."""
    return first(element, "textline", "formulaequationinput")


def said(hint: Element | None) -> str:
    """Return a hint, with the author's own word before it (`label="Almost"`) if there is one."""
    text = inner(hint)
    label = (hint.get("label") or "").strip() if hint is not None else ""
    if not label or not text:
        return text
    return f"<strong>{escape(label)}{'' if label[-1] in '.:!?' else ':'}</strong> {text}"
