"""From OLX files to the document of a version. Every problem has a file and a line."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from courses.blocks.problem.capa import ProblemError, parse
from courses.markup import clean_html
from courses.olx.package import Package, PackageError
from courses.outline import ATTEMPT_RULES, BANKS, COMPLETIONS, REVIEWS
from courses.runtime.importing import fields_of, holds_children

Element = Any
SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,119}")
# What OLX itself puts on these tags and we do not use.
STRUCTURE = {"course", "chapter", "sequential", "vertical"}
LONGEST_NUMBER = 6  # digits; more is a typing error and does not fit the tables
JUMP = re.compile(r"/jump_to_id/([A-Za-z0-9_.\-]+)")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the source."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.message}"


class CourseError(ValueError):
    """The course cannot be published; `problems` says why, each with file and line."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(slots=True)
class Imported:
    """A course read whole: its document and its files."""

    document: dict[str, Any]
    assets: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Hash to (media type, data)."""


class _Reader:
    def __init__(self, package: Package) -> None:
        self.package = package
        self.problems: list[Problem] = []
        self.ids: dict[str, tuple[str, int]] = {}
        self.jumps: list[tuple[str, str, int]] = []
        self.borrowings: list[tuple[str, str, int]] = []
        self.parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, huge_tree=False
        )

    # --- files and pointers ---------------------------------------------------------------

    def blame(self, file: str, line: int | None, message: str) -> None:
        self.problems.append(Problem(file, line or 1, message))

    def xml(self, path: str) -> Element | None:
        try:
            text = self.package.text(path)
        except PackageError as error:
            self.blame(path, 1, str(error).split(": ", 1)[-1])
            return None
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            self.blame(path, 1, "document types and entities are not accepted")
            return None
        try:
            return etree.fromstring(text.encode(), self.parser)
        except etree.XMLSyntaxError as error:
            self.blame(path, error.lineno, str(error.msg))
            return None

    def follow(  # noqa: PLR0911 - each way out is one sentence
        self, node: Element, file: str, trail: tuple[str, ...]
    ) -> tuple[Element, str] | None:
        """Return the element a pointer tag stands for, and the file it is in."""
        name = node.get("url_name")
        is_pointer = name is not None and len(node) == 0 and not (node.text or "").strip()
        is_pointer = is_pointer and set(node.attrib) <= {"url_name", "org", "course"}
        if not is_pointer:
            return node, file
        path = f"{node.tag}/{name.replace(':', '/')}.xml"
        if path in trail:
            self.blame(file, node.sourceline, f"'{name}' contains itself")
            return None
        if path not in self.package.files:
            if node.tag not in STRUCTURE:
                return node, file  # a block with all defaults looks like a pointer without a file
            self.blame(file, node.sourceline, f"{path} is missing")
            return None
        found = self.xml(path)
        if found is None:
            return None
        if found.tag != node.tag:
            self.blame(path, found.sourceline, f"expected <{node.tag}>, found <{found.tag}>")
            return None
        found.set("url_name", name)
        return found, path

    def take_id(self, node: Element, file: str) -> str:
        name = node.get("url_name") or f"{node.tag}-{len(self.ids) + 1}"
        if not SLUG.fullmatch(name):
            self.blame(
                file, node.sourceline, f"'{name}' is no url_name: use letters, digits, . _ -"
            )
            name = f"{node.tag}-{len(self.ids) + 1}"
        if name in self.ids:
            where = "{}, line {}".format(*self.ids[name])
            self.blame(file, node.sourceline, f"the url_name '{name}' is used before: {where}")
        self.ids[name] = (file, node.sourceline or 1)
        return name

    # --- attributes -----------------------------------------------------------------------

    def number(self, node: Element, name: str, file: str, default: int, low: int = 0) -> int:
        raw = node.get(name, "").strip()
        if not raw or raw in {"null", "None"}:
            return default
        if not raw.isdecimal() or len(raw) > LONGEST_NUMBER or int(raw) < low:
            self.blame(file, node.sourceline, f'{name}="{raw}" must be a whole number from {low}')
            return default
        return int(raw)

    def choice(self, node: Element, name: str, file: str, known: Any, default: str) -> str:
        raw = node.get(name, default).strip()
        if raw not in known:
            self.blame(
                file, node.sourceline, f'{name}="{raw}" is not one of: {", ".join(sorted(known))}'
            )
            return default
        return str(raw)

    # --- the tree -------------------------------------------------------------------------

    def children(
        self, node: Element, file: str, tag: str, trail: tuple[str, ...]
    ) -> list[tuple[Element, str]]:
        found = []
        for child in node:
            if not isinstance(child.tag, str):
                continue
            if child.tag != tag:
                if child.tag not in {"goal", "path", "wiki", "textbook", "pdf_textbook"}:
                    self.blame(
                        file, child.sourceline, f"<{child.tag}> does not belong in <{node.tag}>"
                    )
                continue
            target = self.follow(child, file, trail)
            if target is not None:
                found.append(target)
        return found

    def course(self) -> dict[str, Any] | None:
        root = self.xml("course.xml")
        if root is None:
            return None
        if root.tag != "course":
            self.blame("course.xml", root.sourceline, "the first tag must be <course>")
            return None
        slug, org = root.get("course", ""), root.get("org", "")
        target = self.follow(root, "course.xml", ())
        if target is None:
            return None
        node, file = target
        slug = (slug or node.get("course", "")).strip().lower()
        if not SLUG.fullmatch(slug):
            self.blame("course.xml", root.sourceline, 'course="…" must name the course')
            slug = "course"
        modules = [
            self.module(child, where, (file,))
            for child, where in self.children(node, file, "chapter", (file,))
        ]
        if not modules:
            self.blame(file, node.sourceline, "the course has no modules (<chapter>)")
        return self.course_document(node, file, slug, org, modules)

    def course_document(
        self, node: Element, file: str, slug: str, org: str, modules: list[dict[str, Any]]
    ) -> dict[str, Any]:
        known = {module["id"] for module in modules}
        for module in modules:
            for missing in set(module["requires"]) - known:
                self.blame(file, node.sourceline, f"module '{missing}' is required but not there")
        lessons = {lesson["id"] for module in modules for lesson in module["lessons"]}
        preview = node.get("preview", "")
        if preview and preview not in lessons:
            self.blame(file, node.sourceline, f'preview="{preview}" is no lesson of this course')
        for source, where, line in self.borrowings:
            tests = [b for m in modules for b in m["lessons"] if b["quiz"] and _banks(b)]
            if source not in {test["id"] for test in tests}:
                self.blame(where, line, f'bank_of="{source}" is no test with question banks')
        paths = self.paths(node, file, lessons)
        return {
            "format": 1,
            "slug": slug,
            "org": org or "learnenv",
            "title": node.get("display_name", slug),
            "summary": node.get("short_description", ""),
            "language": self.choice(node, "language", file, {"nl", "en"}, "nl"),
            "goals": [" ".join("".join(goal.itertext()).split()) for goal in node.iterfind("goal")],
            "passing_percent": self.number(node, "passing_percent", file, 0),
            "preview": preview,
            "modules": modules,
            "assets": {},
            "meta": {
                key: node.get(key, "")
                for key in ("themes", "form", "audience", "level", "hours", "effort")
            },
            **({"paths": paths} if paths else {}),
        }

    def module(self, node: Element, file: str, trail: tuple[str, ...]) -> dict[str, Any]:
        name = self.take_id(node, file)
        here = (*trail, file)
        return {
            "id": name,
            "title": node.get("display_name", name),
            "description": node.get("description", ""),
            "requires": [r.strip() for r in node.get("requires", "").split(",") if r.strip()],
            "lessons": [
                self.lesson(child, where, here)
                for child, where in self.children(node, file, "sequential", here)
            ],
        }

    def lesson(self, node: Element, file: str, trail: tuple[str, ...]) -> dict[str, Any]:
        name = self.take_id(node, file)
        graded = node.get("graded", "").lower() == "true"
        here = (*trail, file)
        units = [
            self.unit(child, where, here)
            for child, where in self.children(node, file, "vertical", here)
        ]
        completion = self.choice(
            node, "completion", file, COMPLETIONS, "test" if graded else "read"
        )
        self.check_lesson(node, file, completion, units, graded=graded)
        return {
            "id": name,
            "title": node.get("display_name", name),
            "goal": node.get("goal", ""),
            "minutes": self.number(node, "minutes", file, 5),
            "completion": completion,
            "required": node.get("required", "true").lower() != "false",
            "essential": node.get("essential", "").lower() == "true",
            "depth": node.get("depth", "").lower() == "true",
            "weight": float(self.number(node, "weight", file, 1)),
            "units": units,
            "quiz": self.quiz(node, file) if graded else None,
        }

    def check_lesson(
        self, node: Element, file: str, completion: str, units: list[Any], *, graded: bool
    ) -> None:
        problems = [b for u in units for b in _flat(u["blocks"]) if b["type"] == "problem"]
        if not units and not (graded and node.get("bank_of")):
            self.blame(file, node.sourceline, "the lesson has no units (<vertical>)")
        if completion == "test" and not graded:
            self.blame(file, node.sourceline, 'completion="test" asks for graded="true"')
        borrows = graded and node.get("bank_of")
        if completion in {"practice", "test"} and not problems and not borrows:
            self.blame(file, node.sourceline, f'completion="{completion}" asks for a question')

    def quiz(self, node: Element, file: str) -> dict[str, Any]:
        review = [r.strip() for r in node.get("review", "own,feedback").split(",") if r.strip()]
        for unknown in sorted(set(review) - set(REVIEWS)):
            self.blame(file, node.sourceline, f'review="{unknown}" is not one of {REVIEWS}')
        passing = self.number(node, "passing_percent", file, 0)
        if passing > 100:  # noqa: PLR2004
            self.blame(file, node.sourceline, "passing_percent must be 0 to 100")
        return {
            "minutes": self.number(node, "time_limit_minutes", file, 0) or None,
            "attempts": self.number(node, "max_attempts", file, 0) or None,
            "wait_minutes": self.number(node, "wait_minutes", file, 0),
            "rule": self.choice(node, "attempt_rule", file, ATTEMPT_RULES, "best"),
            "passing_percent": passing,
            "review": sorted(set(review) & set(REVIEWS)),
            **self.borrowed(node, file),
        }

    def borrowed(self, node: Element, file: str) -> dict[str, Any]:
        """Return what a test draws from another one; nothing for most, so hashes stay."""
        found: dict[str, Any] = {}
        if node.get("advice", "").lower() == "true":
            found["advice"] = True
        if bank_of := node.get("bank_of", "").strip():
            found["bank_of"] = bank_of
            found["draw_each"] = self.number(node, "draw_each", file, 0)
            self.borrowings.append((bank_of, file, node.sourceline or 1))
        return found

    def unit(self, node: Element, file: str, trail: tuple[str, ...]) -> dict[str, Any]:
        name = self.take_id(node, file)
        here = (*trail, file)
        return {
            "id": name,
            "title": node.get("display_name", name),
            "blocks": [
                self.block(child, file, here) for child in node if isinstance(child.tag, str)
            ],
        }

    def block(self, node: Element, file: str, trail: tuple[str, ...]) -> dict[str, Any]:
        target = self.follow(node, file, trail)
        node, file = target if target is not None else (node, file)
        name = self.take_id(node, file)
        try:
            fields = fields_of(node, name, self.package)
        except ValueError as error:
            self.blame(file, node.sourceline, str(error))
            fields = {}
        if node.tag == "problem" and "data" in fields:
            self.check_problem(fields["data"], file, node.sourceline or 1)
        self.collect_jumps(fields, file, node.sourceline or 1)
        children = []
        if node.tag in BANKS:
            children = self.questions_of(node, file, (*trail, file))
        elif holds_children(node.tag):
            inside = [child for child in node if isinstance(child.tag, str)]
            children = [self.block(child, file, (*trail, file)) for child in inside]
        return {"id": name, "type": node.tag, "fields": fields, "children": children}

    def questions_of(
        self, node: Element, file: str, trail: tuple[str, ...]
    ) -> list[dict[str, Any]]:
        found = []
        for child in node:
            if not isinstance(child.tag, str):
                continue
            if child.tag != "problem":
                self.blame(file, child.sourceline, f"<{child.tag}> does not belong in a bank")
                continue
            found.append(self.block(child, file, trail))
        if not found:
            self.blame(file, node.sourceline, "the bank has no questions (<problem>)")
        return found

    def paths(self, node: Element, file: str, lessons: set[str]) -> list[dict[str, Any]]:
        """Return the ways through the course that it recommends to some."""
        found = []
        for path in node.iterfind("path"):
            steps = []
            for step in path.iterfind("step"):
                lesson = step.get("lesson", "")
                if lesson not in lessons:
                    self.blame(
                        file, step.sourceline, f"the lesson '{lesson}' of a path is not there"
                    )
                steps.append([lesson, " ".join("".join(step.itertext()).split())])
            if not steps:
                self.blame(file, path.sourceline, "a path has no steps (<step lesson>)")
            found.append(
                {
                    "id": self.take_id(path, file),
                    "title": path.get("display_name", ""),
                    "description": path.get("description", ""),
                    "steps": steps,
                }
            )
        return found

    def check_problem(self, data: str, file: str, first: int) -> None:
        try:
            problem = parse(data)
        except ProblemError as error:
            self.blame(file, first, str(error))
            return
        if problem.unsupported == "script":
            self.blame(file, first, "a problem with a Python script cannot be graded here")
        elif problem.unsupported:
            self.blame(file, first, f"<{problem.unsupported}> cannot be graded here")

    def collect_jumps(self, fields: dict[str, Any], file: str, line: int) -> None:
        for value in fields.values():
            if isinstance(value, str):
                self.jumps.extend((name, file, line) for name in JUMP.findall(value))


def _flat(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [b for block in blocks for b in (block, *_flat(block["children"]))]


def _banks(lesson: dict[str, Any]) -> list[dict[str, Any]]:
    return [b for u in lesson["units"] for b in _flat(u["blocks"]) if b["type"] in BANKS]


def media_type(path: str) -> str:
    """Return the media type of a file by its name."""
    return mimetypes.guess_type(path)[0] or "application/octet-stream"


def read_course(package: Package) -> Imported:
    """Read a whole course. Raises CourseError with every problem found."""
    reader = _Reader(package)
    document = reader.course()
    for name, file, line in reader.jumps:
        if name not in reader.ids:
            reader.blame(file, line, f"the link to '{name}' leads nowhere")
    if reader.problems or document is None:
        raise CourseError(reader.problems or [Problem("course.xml", 1, "the course is empty")])
    imported = Imported(document)
    for path, data in sorted(package.files.items()):
        if path.startswith("static/"):
            kind = media_type(path)
            stored = clean_svg(data, path) if kind == "image/svg+xml" else data
            digest = hashlib.sha256(stored).hexdigest()
            imported.assets[digest] = (kind, stored)
            document["assets"][f"/{path}"] = digest
    return imported


SVG_DANGER = re.compile(rb"<\s*script|\bon[a-z]+\s*=|javascript:|<\s*foreignObject", re.IGNORECASE)
SVG_OUTSIDE = re.compile(rb"""(?:href|src)\s*=\s*["']\s*(?!#|data:image/)[^"']""", re.IGNORECASE)


def clean_svg(data: bytes, path: str) -> bytes:
    """Return the picture as it is; raise when it runs something or loads from elsewhere."""
    if SVG_DANGER.search(data) or SVG_OUTSIDE.search(data):
        raise CourseError([Problem(path, 1, "a picture may not hold scripts or outside links")])
    return data


__all__ = ["CourseError", "Imported", "Problem", "clean_html", "clean_svg", "read_course"]
