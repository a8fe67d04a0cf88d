"""The course, its modules, lessons and units; in a course of Open edX what is odd is adapted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from courses.markup import clean_html
from courses.olx.blocks import CHANGING, BlockReader
from courses.olx.reading import OPEN_EDX, SLUG, Element
from courses.outline import ATTEMPT_RULES, BANKS, COMPLETIONS, REVIEWS

META = ("themes", "form", "audience", "level", "hours", "effort")
BAND = ("band", "sequential")
"""What a test says at the end, by score: it stands in a test beside its units."""
BESIDE = {"goal", "path", "wiki", "textbook", "pdf_textbook"}
"""What may stand in a course beside its modules."""
LESSONS = {"sequential", "videosequence", "problemset"}
LANGUAGES = {"nl", "en"}
COURSE_ATTRIBUTES = {
    "url_name", "org", "course", "display_name", "short_description", "passing_percent", "preview",
    *META,
}  # fmt: skip
MODULE_ATTRIBUTES = {"url_name", "display_name", "description", "requires"}
LESSON_ATTRIBUTES = {
    "url_name", "display_name", "goal", "minutes", "completion", "required", "essential", "depth",
}  # fmt: skip
QUIZ_ATTRIBUTES = {
    "graded", "time_limit_minutes", "max_attempts", "wait_minutes", "attempt_rule",
    "passing_percent", "review", "weight", "bank_of", "draw_each", "advice",
}  # fmt: skip
LONGEST_SUMMARY = 300
HUNDRED = 100


class StructureReader(BlockReader):
    """Reads the tree of a course."""

    borrowings: list[tuple[str, str, int]]

    def course(self) -> dict[str, Any] | None:
        """Return the document of the course; None when there is nothing to make one of."""
        self.borrowings = []
        root = self.root
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
        given = (slug or node.get("course", "")).strip()
        slug = given.lower()
        if not SLUG.fullmatch(slug):
            self.blame("course.xml", root.sourceline, 'course="…" must name the course')
            slug = "course"
        org = org or node.get("org", "")
        self.hand_down(node)
        self.grading = self._grading()
        modules = [self.module(*found, (file,)) for found in self._modules(node, file)]
        if not modules:
            self.blame(file, node.sourceline, "the course has no modules (<chapter>)")
        document = self.course_document(node, file, slug, org, modules)
        if self.is_foreign:
            document[OPEN_EDX] = self._more(node, given)
        return document

    # --- children -----------------------------------------------------------------------------

    def children(
        self, node: Element, file: str, tags: set[str], trail: tuple[str, ...]
    ) -> list[tuple[Element, str]]:
        """Return the elements of these tags inside another, pointers followed."""
        found = []
        for child in node:
            if not isinstance(child.tag, str):
                continue
            if child.tag not in tags:
                if child.tag not in BESIDE and (child.tag, node.tag) != BAND:
                    message = f"<{child.tag}> does not belong in <{node.tag}>"
                    self.blame(file, child.sourceline, message)
                continue
            target = self.follow(child, file, trail)
            if target is not None:
                found.append(target)
        return found

    def _modules(self, node: Element, file: str) -> list[tuple[Element, str]]:
        if self.is_foreign:
            self._wrap(node, file, "chapter", {"chapter"} | BESIDE)
        return self.children(node, file, {"chapter"}, (file,))

    def _wrap(self, node: Element, file: str, tag: str, fits: set[str]) -> None:
        """Put what does not belong where it stands in an element of its own."""
        for child in list(node):
            if not isinstance(child.tag, str) or child.tag in fits:
                continue
            message = f"<{child.tag}> stands in <{node.tag}>: it got a <{tag}> of its own"
            self.report.add("adapted", file, child.sourceline, message)
            name = self.other_name(f"{child.get('url_name') or child.tag}-{tag}"[:100])
            around: Element = etree.Element(tag, url_name=name)
            around.sourceline = child.sourceline or 1
            if child.get("display_name"):
                around.set("display_name", child.get("display_name"))
            node.replace(child, around)
            around.append(child)

    # --- the course ---------------------------------------------------------------------------

    def course_document(
        self, node: Element, file: str, slug: str, org: str, modules: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """Return the document of the whole course."""
        self._check_names(node, file, modules)
        lessons = {lesson["id"] for module in modules for lesson in module["lessons"]}
        paths = self.paths(node, file, lessons)
        if self.is_foreign:
            code = node.get("language", "en").strip()[:2].lower()
            language = code if code in LANGUAGES else "en"
            if code != language:
                message = f'language="{code}": pages of this course say English'
                self.report.add("adapted", file, node.sourceline, message)
        else:
            language = self.choice(node, "language", file, LANGUAGES, "nl")
        return {
            "format": 1,
            "slug": slug,
            "org": org or "learnenv",
            "title": node.get("display_name", slug),
            "summary": node.get("short_description") or self._about(),
            "language": language,
            "goals": [" ".join("".join(goal.itertext()).split()) for goal in node.iterfind("goal")],
            "passing_percent": self.number(node, "passing_percent", file, self._cutoff()),
            "preview": node.get("preview", ""),
            "modules": modules,
            "assets": {},
            "meta": {key: node.get(key, "") for key in META},
            **({"paths": paths} if paths else {}),
        }

    def _check_names(self, node: Element, file: str, modules: list[dict[str, Any]]) -> None:
        known = {module["id"] for module in modules}
        for module in modules:
            for missing in sorted(set(module["requires"]) - known):
                message = f"module '{missing}' is required but not there"
                self.blame(file, node.sourceline, message)
        lessons = {b["id"]: b for module in modules for b in module["lessons"]}
        preview = node.get("preview", "")
        if preview and preview not in lessons:
            self.blame(file, node.sourceline, f'preview="{preview}" is no lesson of this course')
        with_banks = {b["id"] for b in lessons.values() if b["quiz"] and _banks(b)}
        for source, where, line in self.borrowings:
            if source not in with_banks:
                self.blame(where, line, f'bank_of="{source}" is no test with question banks')

    def _about(self) -> str:
        """Return the short description of a course of Open edX, or how its overview begins."""
        for path in ("about/short_description.html", "about/overview.html"):
            if self.is_foreign and path in self.package.files:
                data = self.package.files[path].decode("utf-8-sig", errors="replace")
                words = " ".join(re.sub(r"<[^<>]*>", " ", clean_html(data)).split())
                if len(words) > LONGEST_SUMMARY:
                    words = f"{words[:LONGEST_SUMMARY].rsplit(' ', 1)[0]} …"
                if words:
                    return words
        return ""

    def _grading(self) -> dict[str, Any]:
        path = self.policy_file("grading_policy.json") if self.is_foreign else ""
        found = self.json_file(path) if path else {}
        return found if isinstance(found, dict) else {}

    def _cutoff(self) -> int:
        """Return the lowest grade that passes, in percent."""
        cutoffs = self.grading.get("GRADE_CUTOFFS")
        values = cutoffs.values() if isinstance(cutoffs, dict) else ()
        marks = [v for v in values if isinstance(v, int | float) and 0 < v <= 1]
        return round(min(marks) * HUNDRED) if marks else 0

    def _weight(self, kind: str) -> int:
        """Return what a kind of test counts for."""
        rules = self.grading.get("GRADER")
        for rule in rules if isinstance(rules, list) else ():
            if isinstance(rule, dict) and kind and rule.get("type") == kind:
                weight = rule.get("weight")
                if isinstance(weight, int | float) and 0 < weight <= 1:
                    return max(1, round(weight * HUNDRED))
        return 1

    def _more(self, node: Element, given: str) -> dict[str, Any]:
        """Return what this site has no place for, so that an export writes it back."""
        found: dict[str, Any] = {"run": self.run}
        if given != given.lower():
            found["course"] = given
        if kept := self._unused(node, COURSE_ATTRIBUTES | {"dialect"}):
            found["attributes"] = kept
        beside = [
            etree.tostring(child, encoding="unicode", with_tail=False)
            for child in node
            if child.tag in BESIDE - {"goal", "path"}
        ]
        if beside:
            found["beside"] = beside
        return found

    def _unused(self, node: Element, known: set[str]) -> dict[str, str]:
        return {name: value for name, value in node.attrib.items() if name not in known}

    # --- modules, lessons, units --------------------------------------------------------------

    def module(self, node: Element, file: str, trail: tuple[str, ...]) -> dict[str, Any]:
        """Return a module."""
        name = self.take_id(node, file)
        here = (*trail, file)
        before = self.hand_down(node)
        if self.is_foreign:
            self._wrap(node, file, "sequential", LESSONS)
        found = {
            "id": name,
            "title": node.get("display_name", name),
            "description": node.get("description", ""),
            "requires": [r.strip() for r in node.get("requires", "").split(",") if r.strip()],
            "lessons": [
                self.lesson(child, where, here)
                for child, where in self.children(
                    node, file, LESSONS if self.is_foreign else {"sequential"}, here
                )
            ],
        }
        self.handed_down = before
        self.report.count("chapter")
        return self._with_rest(found, node, MODULE_ATTRIBUTES)

    def _with_rest(self, found: dict[str, Any], node: Element, known: set[str]) -> dict[str, Any]:
        """Add the attributes of Open edX that have no meaning here."""
        rest = self._unused(node, known) if self.is_foreign else {}
        if rest:
            found["xml_attributes"] = rest
        return found

    def lesson(self, node: Element, file: str, trail: tuple[str, ...]) -> dict[str, Any]:
        """Return a lesson, or a test."""
        name = self.take_id(node, file)
        here = (*trail, file)
        before = self.hand_down(node)
        units = [self.unit(*found, here) for found in self._units(node, file, name, here)]
        self.handed_down = before
        graded = self._is_test(node, file, units)
        default = "test" if graded else self._default(node, units)
        completion = self.choice(node, "completion", file, COMPLETIONS, default)
        if not self.is_foreign:
            self.check_lesson(node, file, completion, units, graded=graded)
        weight = self._weight(node.get("format", "")) if graded else 1
        found = {
            "id": name,
            "title": node.get("display_name", name),
            "goal": node.get("goal", ""),
            "minutes": self.number(node, "minutes", file, 5),
            "completion": completion,
            "required": node.get("required", "true").lower() != "false",
            "essential": node.get("essential", "").lower() == "true",
            "depth": node.get("depth", "").lower() == "true",
            "weight": float(
                self.number(node, "weight", file, weight) if self._weighs(graded) else 1
            ),
            "units": units,
            "quiz": self.quiz(node, file) if graded else None,
        }
        bands = self.bands(node, file)
        if bands and found["quiz"] is not None:
            found["quiz"]["bands"] = bands  # nothing for most, so hashes stay
        elif bands:
            self.tell("adapted", file, node.sourceline, 'a band belongs in a test (graded="true")')
        self.report.count(str(node.tag))
        known = LESSON_ATTRIBUTES | (QUIZ_ATTRIBUTES if graded else set())
        return self._with_rest(found, node, known)

    def _weighs(self, graded: bool) -> bool:  # noqa: FBT001 - it is what is asked
        return graded or not self.is_foreign

    def _units(
        self, node: Element, file: str, name: str, here: tuple[str, ...]
    ) -> list[tuple[Element, str]]:
        if self.is_foreign:
            self._wrap(node, file, "vertical", {"vertical", "band"})
        found = self.children(node, file, {"vertical"}, here)
        if not found and self.is_foreign:
            self.report.add("adapted", file, node.sourceline, "an empty lesson got an empty page")
            empty = etree.Element("vertical", url_name=self.other_name(f"{name}-page"[:110]))
            empty.set("display_name", node.get("display_name", name))
            found = [(empty, file)]
        return found

    def _is_test(self, node: Element, file: str, units: list[dict[str, Any]]) -> bool:
        """Whether this is a test.

        A graded lesson of Open edX with more than questions is not: its texts and other blocks
        would not be seen in a test.
        """
        if node.get("graded", "").lower() != "true":
            return False
        if not self.is_foreign or node.get("completion") == "test":
            return True
        blocks = list(_flat(b for unit in units for b in unit["blocks"]))
        only = bool(blocks) and all(
            (b["type"] == "problem" and b["id"] not in self.ungraded)
            or (b["type"] in BANKS and b["children"])
            for b in blocks
        )
        if "completion" in node.attrib:
            return False
        if not only:
            message = "a graded lesson with more than questions is practice here, not a test"
            self.report.add("adapted", file, node.sourceline, message)
        return only

    def _default(self, node: Element, units: list[dict[str, Any]]) -> str:
        """Return how a lesson of Open edX is finished."""
        if not self.is_foreign or node.get("graded", "").lower() != "true":
            return "read"
        tops = [b for unit in units for b in unit["blocks"]]
        always = list(_flat(b for b in tops if b["type"] not in CHANGING))
        changes = any(b["type"] in CHANGING - set(BANKS) for b in _flat(tops))
        asks = any(b["type"] == "problem" for b in always)
        return "practice" if asks and not changes else "read"

    def check_lesson(
        self, node: Element, file: str, completion: str, units: list[Any], *, graded: bool
    ) -> None:
        """Say what does not go together."""
        problems = [b for u in units for b in _flat(u["blocks"]) if b["type"] == "problem"]
        if not units and not (graded and node.get("bank_of")):
            self.blame(file, node.sourceline, "the lesson has no units (<vertical>)")
        if completion == "test" and not graded:
            self.blame(file, node.sourceline, 'completion="test" asks for graded="true"')
        borrows = graded and node.get("bank_of")
        if completion in {"practice", "test"} and not problems and not borrows:
            self.blame(file, node.sourceline, f'completion="{completion}" asks for a question')

    def quiz(self, node: Element, file: str) -> dict[str, Any]:
        """Return the rules of a test."""
        review = [r.strip() for r in node.get("review", "own,feedback").split(",") if r.strip()]
        for unknown in sorted(set(review) - set(REVIEWS)):
            self.blame(file, node.sourceline, f'review="{unknown}" is not one of {REVIEWS}')
        passing = self.number(node, "passing_percent", file, 0)
        if passing > HUNDRED:
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

    def bands(self, node: Element, file: str) -> list[list[Any]]:
        """Return from which score what is said at the end, the highest first (feature b9)."""
        found: dict[int, str] = {}
        for band in node.iterfind("band"):
            line, raw = band.sourceline, band.get("from", "")
            words = " ".join("".join(band.itertext()).split())
            if not (raw.isascii() and raw.isdigit() and len(raw) <= 3 and int(raw) <= HUNDRED):  # noqa: PLR2004
                message = f'from="{raw[:100]}" of a band must be a whole number from 0 to 100'
                self.tell("adapted", file, line, message)
            elif not words:
                self.tell("adapted", file, line, "a band has no words")
            elif int(raw) in found:
                self.tell("adapted", file, line, f"two bands begin at {raw}")
            else:
                found[int(raw)] = words
        return [[at, found[at]] for at in sorted(found, reverse=True)]

    def unit(self, node: Element, file: str, trail: tuple[str, ...]) -> dict[str, Any]:
        """Return a unit and its blocks."""
        name = self.take_id(node, file)
        here = (*trail, file)
        before = self.hand_down(node)
        blocks = [self.block(child, file, here) for child in node if isinstance(child.tag, str)]
        self.handed_down = before
        self.report.count("vertical")
        found = {
            "id": name,
            "title": node.get("display_name", name),
            "blocks": [block for block in blocks if block is not None],
        }
        return self._with_rest(found, node, {"url_name", "display_name"})

    def paths(self, node: Element, file: str, lessons: set[str]) -> list[dict[str, Any]]:
        """Return the ways through the course that it recommends to some."""
        found = []
        for path in node.iterfind("path"):
            steps = []
            for step in path.iterfind("step"):
                lesson = step.get("lesson", "")
                if lesson not in lessons:
                    message = f"the lesson '{lesson}' of a path is not there"
                    self.blame(file, step.sourceline, message)
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


def _flat(blocks: Any) -> Iterator[dict[str, Any]]:
    for block in blocks:
        yield block
        yield from _flat(block["children"])


def _banks(lesson: dict[str, Any]) -> list[dict[str, Any]]:
    return [b for u in lesson["units"] for b in _flat(u["blocks"]) if b["type"] in BANKS]
