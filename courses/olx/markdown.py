"""A folder of Markdown files as a course: folders are modules, files are lessons (feature e6)."""

from __future__ import annotations

import math
import posixpath
import re
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from courses.markup import markdown_to_html
from courses.olx.package import Package, PackageError
from courses.olx.reading import LONGEST_NUMBER, SLUG
from courses.olx.report import Report

ABOUT = ("course.md", "index.md", "README.md")
MODULE = "index.md"
COURSE_KEYS = {
    "title", "slug", "org", "language", "summary", "goal", "passing_percent", "themes", "form",
    "audience", "level", "hours", "effort",
}  # fmt: skip
LESSON_KEYS = {"title", "goal", "minutes", "completion", "required", "essential", "depth"}
MODULE_KEYS = {"title", "description"}
COMPLETIONS = ("read", "tick")
LANGUAGES = ("nl", "en")
WORDS_PER_MINUTE = 130
PREFIX = re.compile(r"^\d{1,4}[-_. ]+")
KEY = re.compile(r"^([A-Za-z_]{1,40})\s*:\s*(.*)$")
HEADING = re.compile(r"^#{1,2}\s+(.{1,200}?)\s*#*$")
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
TASK = re.compile(r"^[-*+] \[[ xX]\]\s+(.+)$")
LINK = re.compile(
    r"""(!?)\[([^\[\]]{0,500})\]\(\s*<?([^()\s<>]{1,500})>?((?:\s+"[^"]{0,200}")?)\s*\)"""
)
OUTSIDE = re.compile(r"^(?:[a-z][a-z0-9+.\-]{0,20}:|//|#|/)", re.IGNORECASE)
CODE = re.compile(r"(`+[^`]*`+)")


@dataclass(slots=True)
class _File:
    """A Markdown file: what stands above it, and its lines with their numbers."""

    path: str
    values: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    lines: list[tuple[int, str]] = field(default_factory=list)

    def get(self, key: str, default: str = "") -> str:
        """Return the first value of a key."""
        found = self.values.get(key)
        return found[0][0] if found else default

    def line_of(self, key: str) -> int:
        """Return the line of a key."""
        found = self.values.get(key)
        return found[0][1] if found else 1


def slug_of(words: str, default: str) -> str:
    """Return words as a url_name."""
    found = re.sub(r"[^A-Za-z0-9_.]+", "-", words).strip("-_.").lower()[:60].strip("-_.")
    return found if SLUG.fullmatch(found) else default


def _title_of(name: str) -> str:
    words = PREFIX.sub("", PurePosixPath(name).stem).replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:] if words else name


def read(package: Package) -> tuple[dict[str, Any] | None, Report]:
    """Return the document of the course and the report; None when it cannot be one."""
    return _Reader(package).course()


class _Reader:
    def __init__(self, package: Package) -> None:
        self.report = Report()
        self.ids: dict[str, str] = {}
        self.lesson_of: dict[str, str] = {}
        # Files of the course go to static/, under names that every address can hold.
        self.package = package
        self.static = {
            path: f"static/{re.sub(r'[^A-Za-z0-9_./-]', '_', path.removeprefix('static/'))}"
            for path in package.files
            if not path.endswith(".md")
        }

    def blame(self, file: str, line: int, message: str) -> None:
        self.report.add("error", file, line, message)

    # --- the course ---------------------------------------------------------------------------

    def course(self) -> tuple[dict[str, Any] | None, Report]:
        about = next((name for name in ABOUT if name in self.package.files), "")
        head = self.file(about, COURSE_KEYS) if about else _File("course.md")
        lessons = self._lessons(about)
        if not lessons:
            self.blame(about or "course.md", 1, "the course has no lessons (Markdown files)")
            return None, self.report
        title = head.get("title") or self._heading(head) or _title_of(self.package.name)
        slug = head.get("slug") or slug_of(title, "")
        if not SLUG.fullmatch(slug):
            self.blame(head.path, head.line_of("slug"), "write a title or a slug for the course")
            return None, self.report
        document = {
            "format": 1,
            "slug": slug.lower(),
            "org": head.get("org", "learnenv"),
            "title": title,
            "summary": head.get("summary"),
            "language": self.one_of(head, "language", LANGUAGES),
            "goals": [goal for goal, _ in head.values.get("goal", [])],
            "passing_percent": self.number(head, "passing_percent", 0),
            "preview": "",
            "modules": [self.module(folder, paths, title) for folder, paths in lessons.items()],
            "assets": {},
            "meta": {
                key: head.get(key)
                for key in ("themes", "form", "audience", "level", "hours", "effort")
            },
        }
        self._use_files()
        return document, self.report

    def _use_files(self) -> None:
        """Put every file that is no Markdown under static/, as in any course."""
        found = {new: self.package.files[old] for old, new in self.static.items()}
        if len(found) < len(self.static):
            self.blame(min(self.static), 1, "two files differ only in signs that addresses lack")
        files = self.package.files
        assert isinstance(files, dict)
        for old in self.static:
            files.pop(old)
        files.update(found)

    def _lessons(self, about: str) -> dict[str, list[str]]:
        """Return the files of the lessons per folder, in the order of their names."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.package.files):
            if not path.endswith(".md") or path == about or path.startswith("static/"):
                continue
            folder, _, name = path.rpartition("/")
            if "/" in folder:
                self.blame(path, 1, "folders in folders are not read: one folder is one module")
                continue
            if folder and name == MODULE:
                found.setdefault(folder, [])
                continue
            found.setdefault(folder, []).append(path)
            self.lesson_of[path] = self._lesson_id(folder, name)
        return {folder: paths for folder, paths in found.items() if paths}

    def _lesson_id(self, folder: str, name: str) -> str:
        own = slug_of(PREFIX.sub("", PurePosixPath(name).stem), "lesson")
        module = slug_of(PREFIX.sub("", folder), "module") if folder else ""
        return f"{module}-{own}" if module else own

    def take(self, name: str, path: str, line: int = 1) -> str:
        if name in self.ids:
            message = f"the name '{name}' is used before: {self.ids[name]}"
            self.blame(path, line, message)
        self.ids[name] = path
        return name

    def module(self, folder: str, paths: list[str], title: str) -> dict[str, Any]:
        index = f"{folder}/{MODULE}"
        head = (
            self.file(index, MODULE_KEYS) if folder and index in self.package.files else _File("")
        )
        name = slug_of(PREFIX.sub("", folder), "module") if folder else "lessons"
        plain = _title_of(folder) if folder else title
        return {
            "id": self.take(f"module-{name}", folder or "course.md"),
            "title": head.get("title") or self._heading(head) or plain,
            "description": head.get("description"),
            "requires": [],
            "lessons": [self.lesson(path) for path in paths],
        }

    # --- one file -----------------------------------------------------------------------------

    def file(self, path: str, keys: set[str]) -> _File:
        """Read a file: what stands above it between two lines of ---, and the rest."""
        found = _File(path)
        try:
            text = self.package.text(path)
        except PackageError as error:
            at = re.search(r", line (\d+): ", str(error))
            self.blame(path, int(at[1]) if at else 1, str(error).split(": ", 1)[-1])
            return found
        lines = list(enumerate(text.replace("\r\n", "\n").split("\n"), 1))
        if lines[0][1].strip() == "---":
            end = next((n for n, (_, line) in enumerate(lines[1:], 1) if line.strip() == "---"), 0)
            if not end:
                self.blame(path, 1, "the second --- of the lines at the top is missing")
                return found
            for number, line in lines[1:end]:
                self._key(found, number, line, keys)
            lines = lines[end + 1 :]
        found.lines = lines
        return found

    def _key(self, found: _File, number: int, line: str, keys: set[str]) -> None:
        if not line.strip() or line.lstrip().startswith("#"):
            return
        match = KEY.match(line)
        if match is None or match[1] not in keys:
            known = ", ".join(sorted(keys))
            self.blame(found.path, number, f"write 'key: value' here, with one of: {known}")
            return
        value = match[2].strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        found.values.setdefault(match[1], []).append((value, number))

    def one_of(self, found: _File, key: str, known: tuple[str, ...]) -> str:
        value = found.get(key, known[0])
        if value not in known:
            message = f"{key}: {value} is not one of: {', '.join(known)}"
            self.blame(found.path, found.line_of(key), message)
        return value

    def number(self, found: _File, key: str, default: int) -> int:
        value = found.get(key)
        if not value:
            return default
        if not value.isdecimal() or len(value) > LONGEST_NUMBER:
            message = f"{key}: {value} must be a whole number"
            self.blame(found.path, found.line_of(key), message)
            return default
        return int(value)

    def _heading(self, found: _File) -> str:
        for _, line in found.lines:
            if line.strip():
                match = HEADING.match(line)
                return match[1] if match else ""
        return ""

    # --- a lesson -----------------------------------------------------------------------------

    def lesson(self, path: str) -> dict[str, Any]:
        found = self.file(path, LESSON_KEYS)
        name = self.take(self.lesson_of[path], path)
        title = found.get("title") or self._heading(found) or _title_of(path)
        parts = [part for part in _split(found.lines) if any(t.strip() for _, t in part)]
        if not parts:
            self.blame(path, 1, "the lesson is empty")
        units = [self.unit(part, f"{name}-{n}", title, path) for n, part in enumerate(parts, 1)]
        words = sum(len(text.split()) for _, text in found.lines)
        return {
            "id": name,
            "title": title,
            "goal": found.get("goal"),
            "minutes": self.number(found, "minutes", max(1, math.ceil(words / WORDS_PER_MINUTE))),
            "completion": self.one_of(found, "completion", COMPLETIONS),
            "required": found.get("required", "true").lower() != "false",
            "essential": found.get("essential").lower() == "true",
            "depth": found.get("depth").lower() == "true",
            "weight": 1.0,
            "units": units,
            "quiz": None,
        }

    def unit(
        self, lines: list[tuple[int, str]], name: str, title: str, path: str
    ) -> dict[str, Any]:
        while lines and not lines[0][1].strip():
            lines = lines[1:]
        heading = HEADING.match(lines[0][1])
        if heading:
            title, lines = heading[1], lines[1:]
        blocks = []
        for number, (kind, part) in enumerate(_pieces(lines), 1):
            block = f"{name}-{number}"
            fields: dict[str, Any] = {"display_name": ""}
            if kind == "checklist":
                fields["items"] = [self._plain(text, line, path) for line, text in part]
            else:
                fields["data"] = markdown_to_html(self._linked(part, path))
            self.report.count(kind)
            taken = self.take(block, path)
            blocks.append({"id": taken, "type": kind, "fields": fields, "children": []})
        self.report.count("vertical")
        return {"id": self.take(name, path), "title": title, "blocks": blocks}

    def _plain(self, text: str, line: int, path: str) -> str:
        html = markdown_to_html(self._linked([(line, text)], path))
        plain = re.sub(r"<[^<>]*>", "", html)
        for sign, code in (("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("&", "&amp;")):
            plain = plain.replace(code, sign)
        return " ".join(plain.split())

    # --- links --------------------------------------------------------------------------------

    def _linked(self, lines: list[tuple[int, str]], path: str) -> str:
        """Return Markdown in which links to files are links of the course."""
        out, fence = [], ""
        for number, line in lines:
            fence = _fenced(line, fence)
            if fence or "](" not in line:
                out.append(line)
                continue
            parts = CODE.split(line)
            link = partial(self._link, path=path, line=number)
            parts[::2] = [LINK.sub(link, part) for part in parts[::2]]
            out.append("".join(parts))
        return "\n".join(out)

    def _link(self, found: re.Match[str], path: str, line: int) -> str:
        mark, words, address, title = found.groups()
        if mark and not words.strip():
            self.blame(path, line, f"{address}: say between [ and ] what the picture tells")
        if OUTSIDE.match(address):
            if mark and not address.startswith("/static/"):
                message = f"{address}: put the picture in the folder; pages load nothing elsewhere"
                self.blame(path, line, message)
            return found[0]
        plain, sharp, rest = unquote(address).partition("#")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), plain))
        if target in self.lesson_of:
            return f"{mark}[{words}](/jump_to_id/{self.lesson_of[target]}{title})"
        if target in self.static:
            return f"{mark}[{words}](/{self.static[target]}{sharp}{rest}{title})"
        self.blame(path, line, f"{address} is not in the folder")
        return found[0]


def _fenced(line: str, fence: str) -> str:
    """Return the fence that code stands in after this line; empty outside code."""
    mark = FENCE.match(line)
    if mark is None:
        return fence
    if not fence:
        return mark[1]
    is_end = mark[1][0] == fence[0] and len(mark[1]) >= len(fence) and line.strip() == mark[1]
    return "" if is_end else fence


def _split(lines: list[tuple[int, str]]) -> list[list[tuple[int, str]]]:
    """Cut a lesson at lines of --- after an empty line: without one it underlines a heading."""
    parts: list[list[tuple[int, str]]] = [[]]
    fence, before = "", ""
    for number, line in lines:
        fence = _fenced(line, fence)
        if not fence and line.strip() == "---" and not before.strip():
            parts.append([])
        else:
            parts[-1].append((number, line))
        before = line
    return parts


def _pieces(lines: list[tuple[int, str]]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Cut a page into text and lists to tick off."""
    pieces: list[tuple[str, list[tuple[int, str]]]] = []
    fence = ""
    for number, line in lines:
        fence = _fenced(line, fence)
        task = TASK.match(line) if not fence else None
        last = pieces[-1] if pieces else None
        if task:
            if last is None or last[0] != "checklist":
                pieces.append(("checklist", []))
            pieces[-1][1].append((number, task[1]))
        elif last and last[0] == "checklist" and line.startswith("  ") and line.strip():
            place, text = last[1][-1]
            last[1][-1] = (place, f"{text} {line.strip()}")
        elif last and last[0] == "checklist" and not line.strip():
            continue
        else:
            if last is None or last[0] != "text":
                pieces.append(("text", []))
            pieces[-1][1].append((number, line))
    return [(k, part) for k, part in pieces if any(text.strip() for _, text in part)]
