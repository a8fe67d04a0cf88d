"""From OLX files to the document of a version. Every problem has a file and a line."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from courses.markup import clean_html
from courses.olx import markdown
from courses.olx.package import Package
from courses.olx.reading import OPEN_EDX, Progress, TooMuchError
from courses.olx.report import CourseError, Line, Problem, Report
from courses.olx.structure import StructureReader

OCTETS = "application/octet-stream"
# Kept with a course of Open edX, never served: what runs or styles a page of another site.
KEPT_ONLY = {".js", ".xml"}
BESIDE = ("about/", "assets/", "drafts/", "info/", "policies/", "tabs/", "wiki/")
KINDS = {".vtt": "text/vtt", ".srt": "text/plain", ".sjson": "application/json"}


@dataclass(slots=True)
class Imported:
    """A course read whole: its document and its files."""

    document: dict[str, Any]
    assets: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Hash to (media type, data)."""
    report: Report = field(default_factory=Report)

    def add(self, data: bytes, kind: str) -> str:
        """Take a file; return its hash."""
        digest = hashlib.sha256(data).hexdigest()
        self.assets.setdefault(digest, (kind, data))
        return digest


class _Reader(StructureReader):
    """Reads a course from course.xml on."""


def media_type(path: str) -> str:
    """Return the media type of a file by its name."""
    suffix = PurePosixPath(path).suffix.lower()
    return KINDS.get(suffix) or mimetypes.guess_type(path)[0] or OCTETS


def read_course(
    package: Package, *, strict: bool | None = None, progress: Progress | None = None
) -> Imported:
    """Read a whole course. Raises CourseError with every problem found.

    `strict` says whether what is odd is an error; when it is not given, a course of Open edX is
    read leniently and any other strictly.
    """
    if "course.xml" not in package.files:
        return _finish(*markdown.read(package), package)
    reader = _Reader(package, strict=strict, progress=progress)
    try:
        document = reader.course()
    except TooMuchError:
        document = None
    for name, file, line in reader.jumps:
        if name not in reader.ids:
            reader.tell("adapted", file, line, f"the link to '{name}' leads nowhere")
    return _finish(document, reader.report, package, reader)


def _finish(
    document: dict[str, Any] | None,
    report: Report,
    package: Package,
    reader: _Reader | None = None,
) -> Imported:
    """Add the files, and refuse the course when anything is wrong."""
    imported = Imported(document or {"assets": {}}, report=report)
    foreign = reader if reader is not None and reader.is_foreign else None
    for name in package.left_out:
        _refuse(report, name, foreign, f"files of this kind ({_suffix(name)}) are not accepted")
    made = reader.runtime.made if reader is not None else {}
    kept: dict[str, str] = {}
    for path, data in sorted({**package.files, **made}.items()):
        if path.startswith("static/") and _is_served(path, data, report, foreign):
            imported.document["assets"][f"/{path}"] = imported.add(data, media_type(path))
        elif foreign is not None and path not in foreign.read_files:
            kept[path] = imported.add(data, OCTETS)
    if foreign is not None and document is not None:
        _tell_kept(report, kept)
        if kept:
            document[OPEN_EDX]["kept"] = kept
    if report.errors or document is None:
        empty = [Problem("course.xml", 1, "the course is empty")]
        raise CourseError(report.errors or empty, report)
    return imported


def _refuse(report: Report, path: str, foreign: _Reader | None, message: str) -> None:
    level_message = f"left out: {message}" if foreign is not None else message
    report.add("not_supported" if foreign is not None else "error", path, 1, level_message)


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower() or "none"


def _is_served(path: str, data: bytes, report: Report, foreign: _Reader | None) -> bool:
    """Whether a file may be asked for by learners; if not, say so."""
    if _suffix(path) in KEPT_ONLY and (foreign is not None or _suffix(path) == ".js"):
        message = f"files of this kind ({_suffix(path)}) are not accepted"
        if foreign is not None:
            message = "kept for an export; learners do not get files of this kind"
        report.add("error" if foreign is None else "not_supported", path, 1, message)
        return False
    if media_type(path) == "image/svg+xml" and not is_clean_svg(data):
        message = "a picture may not hold scripts or outside links"
        report.add("error" if foreign is None else "not_supported", path, 1, message)
        return False
    return True


def _tell_kept(report: Report, kept: dict[str, str]) -> None:
    """Say once per folder what has no place here and is kept for an export."""
    for folder in BESIDE:
        names = [path for path in kept if path.startswith(folder)]
        if names:
            message = f"{len(names)} files have no page of their own here; an export has them"
            report.add("came_over", names[0], 1, message)
    others = [p for p in kept if not p.startswith((*BESIDE, "static/"))]
    for path in others:
        report.add("adapted", path, 1, "nothing in the course uses this file; it is kept")


SVG_DANGER = re.compile(rb"<\s*script|\bon[a-z]+\s*=|javascript:|<\s*foreignObject", re.IGNORECASE)
SVG_OUTSIDE = re.compile(rb"""(?:href|src)\s*=\s*["']\s*(?!#|data:image/)[^"']""", re.IGNORECASE)


def is_clean_svg(data: bytes) -> bool:
    """Whether a picture runs nothing and loads nothing from elsewhere."""
    return not (SVG_DANGER.search(data) or SVG_OUTSIDE.search(data))


__all__ = ["CourseError", "Imported", "Line", "Problem", "Report", "clean_html", "read_course"]
