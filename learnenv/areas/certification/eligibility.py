"""Entry rules: green, amber or red, with the rule and the reason (f3, f10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from dateutil.relativedelta import relativedelta
from flask_babel import gettext as _

from certificates.api import holders_of_course
from courses.api import course_id
from learnenv.areas.certification.models import Evidence
from learnenv.areas.certification.rules import EntryRule, EvidenceRule, Rules


class Light(StrEnum):
    """How a rule comes out. Amber goes to a person."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule, how it comes out, and why."""

    rule: EntryRule
    light: Light
    why: str


def findings(
    rules: Rules,
    *,
    answers: dict[str, Any],
    evidence: Iterable[Evidence],
    exemptions: dict[str, Any],
    person_ids: Iterable[int],
    today: date,
) -> list[Finding]:
    """Return how each entry rule comes out now."""
    people, present = list(person_ids), list(evidence)
    found = []
    for rule in rules.eligibility:
        light, why = _judge(rule, rules, answers, present, exemptions, people, today)
        found.append(Finding(rule=rule, light=light, why=why))
    return found


def _judge(
    rule: EntryRule,
    rules: Rules,
    answers: dict[str, Any],
    evidence: list[Evidence],
    exemptions: dict[str, Any],
    people: list[int],
    today: date,
) -> tuple[Light, str]:
    if rule.rule == "course":
        return _course(rule, str(exemptions.get(rule.key, "")), people, today)
    if rule.rule == "evidence":
        asked = rules.evidence_rule(rule.evidence)
        return _evidence(asked, [e for e in evidence if e.key == rule.evidence], today)
    answer = answers.get(rule.question)
    if answer in (None, ""):
        return Light.RED, _("Not answered yet.")
    if rule.rule == "yes":
        return _yes(rule, str(answer))
    number = float(answer)
    if number >= rule.green:
        return Light.GREEN, _("Answer: %(number)s.", number=f"{number:g}")
    light = Light.AMBER if number >= rule.amber else Light.RED
    return light, _(
        "Answer: %(number)s; %(least)s is asked.",
        number=f"{number:g}", least=f"{rule.green:g}",
    )  # fmt: skip


def _yes(rule: EntryRule, answer: str) -> tuple[Light, str]:
    if answer == "yes":
        return Light.GREEN, _("Answer: yes.")
    return (Light.AMBER if rule.amber_on_no else Light.RED), _("Answer: no.")


def _course(rule: EntryRule, mark: str, people: list[int], today: date) -> tuple[Light, str]:
    course = course_id(rule.course)
    held = holders_of_course(course, people, today) if course is not None else {}
    if held:
        number = next(iter(held.values()))
        return Light.GREEN, _("Certificate %(number)s counts by itself.", number=number)
    if mark in rule.exempt:
        return Light.AMBER, _("Mark: %(mark)s. A person looks at that.", mark=mark)
    return Light.RED, _("There is no valid certificate of this course yet.")


def _evidence(
    asked: EvidenceRule | None, present: list[Evidence], today: date
) -> tuple[Light, str]:
    if not present:
        return Light.RED, _("Not added yet.")
    if asked is None or any(not is_expired(asked, one, today) for one in present):
        return Light.GREEN, _("Added and valid.")
    return Light.RED, _("What you added has expired.")


def last_valid_day(asked: EvidenceRule, issued_on: date | None, given: date | None) -> date | None:
    """Return until when a piece of evidence counts: the end given, or issue plus months."""
    if asked.months_valid and issued_on is not None:
        until: date = issued_on + relativedelta(months=asked.months_valid) - timedelta(days=1)
        return until
    return given


def is_expired(asked: EvidenceRule, one: Evidence, today: date) -> bool:
    """Whether a piece of evidence does not count any more (f4)."""
    return asked.needs_expiry and (one.expires_on is None or one.expires_on < today)


def expired(rules: Rules, evidence: Iterable[Evidence], today: date) -> list[EvidenceRule]:
    """Return the kinds of evidence of which nothing valid is left: the dossier is flagged."""
    listed = list(evidence)
    found = []
    for asked in rules.evidence:
        present = [e for e in listed if e.key == asked.key]
        if present and all(is_expired(asked, one, today) for one in present):
            found.append(asked)
    return found


def missing(rules: Rules, answers: dict[str, Any], evidence: Iterable[Evidence]) -> list[str]:
    """Return what is still asked, as sentences: required answers and evidence."""
    keys = {e.key for e in evidence}
    found = [
        _("Answer: %(label)s", label=q.label)
        for q in rules.questions
        if q.required and answers.get(q.key) in (None, "", [])
    ]
    found += [
        _("Add: %(title)s", title=e.title)
        for e in rules.evidence
        if e.required and e.key not in keys
    ]
    return found
