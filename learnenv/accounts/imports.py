"""Organisations from a CSV file: first a plan with everything that is wrong, then the deed."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from learnenv.accounts import organisations, queries
from learnenv.accounts.models import Organisation, Tier
from learnenv.kernel.errors import InvalidInputError
from learnenv.kernel.i18n import _
from learnenv.kernel.permissions import Actor

COLUMNS = ["name", "tier", "parent", "domains"]
MAX_ROWS = 2000
MAX_BYTES = 500_000
MAX_NAME = 200
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the file that names an organisation."""

    line: int
    name: str
    tier: str
    parent: str
    domains: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong on a line."""

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an import would do: rows, parents before children, or what stands in its way."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def decode(data: bytes) -> str:
    """Read the bytes of a file as text: UTF-8, or what Excel writes on Windows."""
    if len(data) > MAX_BYTES:
        raise InvalidInputError(_("This file is too large. Split it in parts."), field="file")
    if b"\0" in data:
        raise InvalidInputError(_("This is not a CSV file."), field="file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def plan(text: str) -> Plan:
    """Read the file and check every row; writes nothing."""
    try:
        lines = _lines(text)
    except csv.Error:
        return Plan(rows=(), problems=(Problem(line=1, message=_("This is not a CSV file.")),))
    if not lines or [cell.strip().lower() for cell in lines[0][1]] != COLUMNS:
        message = _("The first line must be: %(header)s", header=";".join(COLUMNS))
        return Plan(rows=(), problems=(Problem(line=1, message=message),))
    if len(lines) > MAX_ROWS + 1:
        message = _("There are more than %(number)s rows. Split the file.", number=MAX_ROWS)
        return Plan(rows=(), problems=(Problem(line=MAX_ROWS + 2, message=message),))
    rows = [_row(line, cells) for line, cells in lines[1:]]
    if not rows:
        return Plan(
            rows=(), problems=(Problem(line=2, message=_("The file names no organisations.")),)
        )
    problems = [*_shape_problems(lines[1:]), *_problems(rows)]
    ordered, stuck = _parents_first(rows)
    known, _used = queries.taken({row.parent for row in stuck}, set())
    loops = {row.name for row in stuck}
    problems += [
        Problem(line=row.line, message=_("The organisations contain each other in a circle."))
        for row in stuck
        if row.parent in loops and row.parent not in known
    ]
    problems.sort(key=lambda problem: problem.line)
    return Plan(rows=tuple(ordered), problems=tuple(problems))


def run(ready: Plan, *, actor: Actor) -> int:
    """Add the organisations of a plan without problems; return how many."""
    if ready.problems:
        raise InvalidInputError(_("Nothing was imported: the file has errors."))
    made, _used = queries.taken({row.parent for row in ready.rows}, set())
    for row in ready.rows:
        parent: Organisation | None = made.get(row.parent)
        made[row.name] = organisations.add_organisation(
            name=row.name, tier=Tier(row.tier), parent=parent, domains=row.domains, actor=actor
        )
    return len(ready.rows)


def split_domains(text: str | None) -> tuple[str, ...]:
    """Read mail domains that stand apart by spaces, commas or line breaks, each once."""
    found = (part.lower().lstrip("@") for part in re.split(r"[\s,;]+", text or ""))
    return tuple(dict.fromkeys(filter(None, found)))


def _lines(text: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text.replace("\r\n", "\n")), delimiter=";", strict=True)
    return [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]


def _row(line: int, cells: list[str]) -> Row:
    name, tier, parent, domains = ([" ".join(cell.split()) for cell in cells] + [""] * 4)[:4]
    return Row(
        line=line,
        name=name,
        tier=tier.lower(),
        parent=parent,
        domains=split_domains(domains),
    )


def _shape_problems(lines: list[tuple[int, list[str]]]) -> Iterator[Problem]:
    for line, cells in lines:
        if len(cells) > len(COLUMNS):
            yield Problem(line=line, message=_("This line has more than four columns."))


def _problems(rows: list[Row]) -> Iterator[Problem]:
    every_domain = {domain for row in rows for domain in row.domains}
    known, used = queries.taken(
        {row.name for row in rows} | {row.parent for row in rows}, every_domain
    )
    named = {row.name for row in rows}
    first: dict[str, int] = {}
    claimed: dict[str, int] = {}
    for row in rows:
        for message in _of_name(row, known, first):
            yield Problem(line=row.line, message=message)
        if row.tier not in {tier.value for tier in Tier}:
            message = _("'%(tier)s' is no layer of government.", tier=row.tier)
            yield Problem(line=row.line, message=message)
        if row.parent and row.parent not in known and row.parent not in named:
            message = _("There is no organisation '%(name)s'.", name=row.parent)
            yield Problem(line=row.line, message=message)
        for message in _of_domains(row, used, claimed):
            yield Problem(line=row.line, message=message)


def _of_name(row: Row, known: dict[str, Organisation], first: dict[str, int]) -> Iterator[str]:
    if not row.name:
        yield _("The name is missing.")
    elif len(row.name) > MAX_NAME:
        yield _("The name is too long.")
    elif row.name in known:
        yield _("'%(name)s' exists already.", name=row.name)
    elif row.name in first:
        yield _("'%(name)s' stands on line %(line)s too.", name=row.name, line=first[row.name])
    first.setdefault(row.name, row.line)


def _of_domains(row: Row, used: set[str], claimed: dict[str, int]) -> Iterator[str]:
    for domain in row.domains:
        if not _DOMAIN.fullmatch(domain):
            yield _("'%(domain)s' is not a mail domain.", domain=domain)
        elif domain in used:
            yield _("The mail domain %(domain)s belongs to another organisation.", domain=domain)
        elif domain in claimed:
            yield _(
                "The mail domain %(domain)s stands on line %(line)s too.",
                domain=domain,
                line=claimed[domain],
            )
        claimed.setdefault(domain, row.line)


def _parents_first(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Order the rows so that a parent comes before its children; also return what never fits."""
    waiting = {row.name for row in rows if row.name}
    ordered: list[Row] = []
    stuck = rows
    while True:
        ready = [row for row in stuck if row.parent not in waiting]
        if not ready:
            return ordered, stuck
        ordered += ready
        stuck = [row for row in stuck if row.parent in waiting]
        waiting -= {row.name for row in ready}
