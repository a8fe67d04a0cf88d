"""What a scheme says: questions, entry rules, evidence, criteria and terms, read and checked.

The same shape stands in the TOML files that come with the site and in `Scheme.rules`. Terms are
calendar days, points and percents whole numbers, levels run from 1 to 4.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from typing import Any

from flask_babel import gettext as _

from learnenv.areas.certification.models.assessing import MOST_LEVEL
from learnenv.areas.certification.models.schemes import Kind
from learnenv.kernel.errors import InvalidInputError

QUESTION_KINDS = ("text", "long", "number", "yes_no", "choice", "url")
RULE_KINDS = ("number", "yes", "course", "evidence")
INTERVIEWS = ("required", "optional", "none")
STEPS = ("screening", "answer", "assigning", "assessing", "advice", "decision")
WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRule:
    """Something the applicant fills in."""

    key: str
    label: str
    kind: str = "text"
    group: str = ""
    hint: str = ""
    required: bool = True
    reusable: bool = True
    identifying: bool = False
    """Whether the answer tells who applies: hidden from assessors of a blind scheme."""
    options: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRule:
    """A hard rule for getting in: green, amber (a person looks) or red."""

    key: str
    title: str
    rule: str
    question: str = ""
    green: float = 0
    amber: float = 0
    amber_on_no: bool = False
    course: str = ""
    exempt: list[str] = field(default_factory=list)
    """Marks that, when held, make a missing certificate amber instead of red (f3)."""
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRule:
    """A piece of evidence that is asked."""

    key: str
    title: str
    hint: str = ""
    required: bool = True
    needs_expiry: bool = False
    months_valid: int = 0
    """Months after the date of issue; 0 when the end date itself is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """What is assessed, with a description of each level (1 to 4)."""

    key: str
    title: str
    text: str
    weight: int
    levels: list[str]
    evidence: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRule:
    """When the scores are enough."""

    least_percent: int = 60
    least_level: int = 2
    spread: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What holds after certification: yearly declaration, renewal, points per fact."""

    declaration_months: int = 12
    declaration_notice_days: int = 30
    renewal_window_days: int = 365
    renewal_points: int = 40
    points: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A whole scheme."""

    kind: str
    title: str
    summary: str
    statement: str
    assessors: int = 2
    months_valid: int = 48
    interview: str = "optional"
    blind: bool = False
    pass_rule: PassRule = field(default_factory=PassRule)
    terms: dict[str, int] = field(default_factory=dict)
    after: After = field(default_factory=After)
    questions: list[QuestionRule] = field(default_factory=list)
    eligibility: list[EntryRule] = field(default_factory=list)
    evidence: list[EvidenceRule] = field(default_factory=list)
    criteria: list[Criterion] = field(default_factory=list)

    def term(self, step: str) -> int:
        """Return the days of a step."""
        return int(self.terms[step])

    @property
    def groups(self) -> list[str]:
        """The pages of questions, in order."""
        return list(dict.fromkeys(question.group for question in self.questions))

    def criterion(self, key: str) -> Criterion | None:
        """Return the criterion with this key, or None."""
        return next((c for c in self.criteria if c.key == key), None)

    def evidence_rule(self, key: str) -> EvidenceRule | None:
        """Return the piece of evidence with this key, or None."""
        return next((e for e in self.evidence if e.key == key), None)

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored."""
        return asdict(self)


def read(values: dict[str, Any]) -> Rules:
    """Return stored rules; raises InvalidInputError that says what is missing or unknown."""
    try:
        return Rules(
            **{
                **values,
                "pass_rule": PassRule(**values.get("pass_rule", {})),
                "after": After(**values.get("after", {})),
                "questions": [QuestionRule(**v) for v in values.get("questions", [])],
                "eligibility": [EntryRule(**v) for v in values.get("eligibility", [])],
                "evidence": [EvidenceRule(**v) for v in values.get("evidence", [])],
                "criteria": [Criterion(**v) for v in values.get("criteria", [])],
            }
        )
    except TypeError as error:
        raise InvalidInputError(_("The scheme cannot be read: %(why)s", why=error)) from error


def shipped(kind: Kind) -> Rules:
    """Return the scheme of a kind that comes with the site."""
    folder = files("learnenv.areas.certification") / "schemes"
    return read(tomllib.loads((folder / f"{kind.value}.toml").read_text(encoding="utf-8")))


def problems(rules: Rules) -> list[str]:
    """Return what keeps the rules from being published, as sentences for who edits them."""
    return list(_problems(rules))


def _problems(rules: Rules) -> Iterator[str]:
    yield from _doubles(rules)
    yield from _measures(rules)
    yield from _loose_ends(rules)


def _doubles(rules: Rules) -> Iterator[str]:
    for what, keys in (
        (_("question"), [q.key for q in rules.questions]),
        (_("entry rule"), [r.key for r in rules.eligibility]),
        (_("piece of evidence"), [e.key for e in rules.evidence]),
        (_("criterion"), [c.key for c in rules.criteria]),
    ):
        for key, number in Counter(keys).items():
            if number > 1:
                yield _("The key %(key)s of a %(what)s is used twice.", key=key, what=what)


def _measures(rules: Rules) -> Iterator[str]:
    if not rules.criteria:
        yield _("There is no criterion.")
    total = sum(c.weight for c in rules.criteria)
    if rules.criteria and total != WHOLE:
        yield _("The weights add up to %(total)s, not to 100.", total=total)
    for criterion in rules.criteria:
        if len([level for level in criterion.levels if level.strip()]) != MOST_LEVEL:
            yield _("Criterion “%(title)s” does not describe 4 levels.", title=criterion.title)
    if rules.interview not in INTERVIEWS:
        yield _("Say whether there is an interview: required, optional or none.")
    for step in STEPS:
        if not 1 <= int(rules.terms.get(step, 0)) <= 365:  # noqa: PLR2004 - a year
            yield _("Every term must be 1 to 365 days; %(step)s is not.", step=step)


def _loose_ends(rules: Rules) -> Iterator[str]:
    questions = {q.key for q in rules.questions}
    evidence = {e.key for e in rules.evidence}
    used: Iterable[tuple[str, set[str], list[str]]] = [
        *((c.title, evidence, c.evidence) for c in rules.criteria),
        *((c.title, questions, c.questions) for c in rules.criteria),
        *((r.title, questions, [r.question]) for r in rules.eligibility if r.question),
        *((r.title, evidence, [r.evidence]) for r in rules.eligibility if r.evidence),
    ]
    for title, known, keys in used:
        for key in keys:
            if key not in known:
                yield _("“%(title)s” points to %(key)s, which is not there.", title=title, key=key)
    for rule in rules.eligibility:
        if rule.rule not in RULE_KINDS:
            yield _("Entry rule “%(title)s” is of an unknown kind.", title=rule.title)
    for question in rules.questions:
        if question.kind not in QUESTION_KINDS:
            yield _("Question “%(title)s” is of an unknown kind.", title=question.label)
        if question.kind == "choice" and len(question.options) < 2:  # noqa: PLR2004
            yield _("Question “%(title)s” needs at least two options.", title=question.label)
