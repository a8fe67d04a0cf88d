"""The blocks of a unit: each class reads its own XML, what is inside is read as blocks too."""

from __future__ import annotations

import re
from typing import Any

from courses.blocks.problem.capa import ProblemError, parse
from courses.olx.package import Package
from courses.olx.reading import DEEPEST, Element, Progress, Source
from courses.olx.report import Level
from courses.outline import BANKS
from courses.runtime.importing import ImportRuntime, ReadBlock, placeholder, read_block

JUMP = re.compile(r"/jump_to_id/([A-Za-z0-9_.\-]+)")
FILE = re.compile(r"""["'](/static/[^"'<>?#]{1,300})""")
LINE = re.compile(r"^line (\d+): ")
BLOCK_TYPE = re.compile(r"[A-Za-z0-9_\-]{1,100}")
UNREADABLE = "unreadable-problem"
"""The type of a problem whose XML is wrong in a course of Open edX: a placeholder."""
CHANGING = {"split_test", "conditional", "randomize", *BANKS}
"""Blocks that show some of their children to some learners."""
# What Open edX hands down from a section to the problems in it.
HANDED_DOWN = (
    "max_attempts", "showanswer", "show_correctness", "rerandomize", "graceperiod", "due",
    "show_reset_button", "submission_wait_seconds",
)  # fmt: skip


class BlockReader(Source):
    """Reads blocks."""

    def __init__(
        self,
        package: Package,
        *,
        strict: bool | None = None,
        progress: Progress | None = None,
    ) -> None:
        super().__init__(package, strict=strict, progress=progress)
        self.jumps: list[tuple[str, str, int]] = []
        self.runtime = ImportRuntime(package, is_foreign=self.is_foreign)
        self.ungraded: set[str] = set()
        """Ids of problems that cannot be graded here."""
        self.handed_down: dict[str, str] = {}

    def hand_down(self, node: Element) -> dict[str, str]:
        """Take what a section gives its problems; return what was there before."""
        before = self.handed_down
        if self.is_foreign:
            here = {name: node.get(name) for name in HANDED_DOWN if node.get(name) is not None}
            self.handed_down = {**before, **here}
        return before

    def block(self, node: Element, file: str, trail: tuple[str, ...]) -> dict[str, Any] | None:
        """Return the block of an element, and what is in it; None for a pointer in a circle."""
        target = self.follow(node, file, trail)
        if target is None:
            return None
        node, file = target
        tag = str(node.tag)
        line = node.sourceline or 1
        if len(trail) > DEEPEST:
            self.blame(file, line, f"blocks are nested deeper than {DEEPEST}")
            return None
        name = self.take_id(node, file)
        node.set("url_name", name)
        before = self.hand_down(node)
        if tag == "problem":
            for key, value in self.handed_down.items():
                if key not in node.attrib:
                    node.set(key, value)
        found, kind = self._read(node, name, file)
        children = self._children(found, node, file, (*trail, file))
        self.handed_down = before
        self._look_at(found.fields, file, line)
        self._report(found, name, kind, file, line)
        block = {"id": name, "type": kind, "fields": found.fields, "children": children}
        if found.attributes:
            block["xml_attributes"] = found.attributes
        return block

    def _read(self, node: Element, name: str, file: str) -> tuple[ReadBlock, str]:
        tag, line = str(node.tag), node.sourceline or 1
        if not BLOCK_TYPE.fullmatch(tag):
            self.tell("not_supported", file, line, f"<{tag[:100]}> is no tag of a block")
            return placeholder(node), "unknown"
        try:
            found = read_block(node, name, self.runtime)
        except ValueError as error:
            self.tell("not_supported", file, line, str(error))
            return placeholder(node), tag if tag != "problem" else UNREADABLE
        for path in self.runtime.files_read:
            self.use(path)
        self.runtime.files_read.clear()
        if tag == "problem" and "data" in found.fields:
            wrong = self.check_problem(node, found.fields["data"], file)
            if wrong and self.is_foreign:
                return placeholder(node), UNREADABLE
        return found, tag

    def check_problem(self, node: Element, data: str, file: str) -> bool:
        """Say what is wrong with a problem, or not gradable here. Return whether it is unreadable.

        Python of an author is never run; it is named with its line (P15).
        """
        first = node.sourceline or 1
        try:
            problem = parse(data)
        except ProblemError as error:
            said = str(error)
            at = LINE.match(said)
            level: Level = "error" if "larger than" in said else "not_supported"
            line = first + int(at[1]) - 1 if at else first
            message = LINE.sub("", said)
            if level == "error":
                self.blame(file, line, message)
            else:
                self.tell(level, file, line, message)
            return True
        if problem.unsupported:
            self.ungraded.add(node.get("url_name"))
        if problem.unsupported == "script":
            script = next(node.iter("script"))
            message = "a problem with a Python script cannot be graded here"
            self.tell("not_supported", file, script.sourceline, message)
        elif problem.unsupported:
            at_tag = next(node.iter(problem.unsupported.split(", ", maxsplit=1)[0]), node)
            message = f"<{problem.unsupported}> cannot be graded here"
            self.tell("not_supported", file, at_tag.sourceline, message)
        return False

    def _children(
        self, found: ReadBlock, node: Element, file: str, trail: tuple[str, ...]
    ) -> list[dict[str, Any]]:
        is_bank = str(node.tag) in BANKS and not found.is_placeholder
        children = []
        for child in found.children:
            if not isinstance(child.tag, str):
                continue
            if is_bank and child.tag != "problem" and not self.is_foreign:
                self.blame(file, child.sourceline, f"<{child.tag}> does not belong in a bank")
                continue
            made = self.block(child, file, trail)
            if made is not None:
                children.append(made)
        if is_bank and not children:
            message = "the bank has no questions (<problem>)"
            self.tell("adapted", file, node.sourceline, message)
        return children

    def _look_at(self, fields: dict[str, Any], file: str, line: int) -> None:
        """Collect the links, to look at when everything was read."""
        if "unknown_xml" in fields:
            return
        for value in fields.values():
            if not isinstance(value, str):
                continue
            if "/jump_to_id/" in value:
                self.jumps.extend((name, file, line) for name in JUMP.findall(value))
            if self.is_foreign and "/static/" in value:
                for path in dict.fromkeys(FILE.findall(value)):
                    if path[1:] not in self.package.files:
                        message = f"{path} is not in the package"
                        self.report.add("adapted", file, line, message)

    def _report(self, found: ReadBlock, name: str, kind: str, file: str, line: int) -> None:
        level: Level = "came_over"
        if found.is_placeholder and not found.notes and kind not in {UNREADABLE, "unknown"}:
            message = f"nothing here shows <{kind}>: a placeholder keeps its XML"
            self.report.add("not_supported", file, line, message)
        for said, message in found.notes:
            known: Level = "not_supported" if said == "not_supported" else "adapted"
            self.report.add(known, file, line, message)
            level = known if level != "not_supported" else level
        if found.is_placeholder or name in self.ungraded:
            level = "not_supported"
        self.report.count("problem" if kind == UNREADABLE else kind, level)
