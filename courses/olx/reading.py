"""The files of a course as XML elements: pointers followed, policies applied, everything bounded.

A course of Open edX (it says so in course.xml, or brings a `policies` folder) is read leniently:
what is odd there is adapted and told. In a course of our own the same is an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from lxml import etree

from courses.olx.package import Package, PackageError
from courses.olx.report import Level, Report

Element = Any
Progress = Callable[[int, int], None]
"""Called with how many files were read, of how many."""

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,119}")
NOT_SLUG = re.compile(r"[^A-Za-z0-9_.\-]")
ENCODING = re.compile(r"""^(<\?xml[^>]*?)\s+encoding\s*=\s*["'][^"']*["']""")
ATTRIBUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")
STRUCTURE = {"course", "chapter", "sequential", "vertical"}
POINTER = {"url_name", "org", "course", "dialect"}
OPEN_EDX = "openedx"

LARGEST_XML = 20 * 1024 * 1024
MOST_ATTRIBUTES = 200
MOST_IDS = 20_000
DEEPEST = 60
LONGEST_NUMBER = 6  # digits; more is a typing error and does not fit the tables


class TooMuchError(Exception):
    """The course is larger than anything real: reading stops here."""


class Source:
    """The package as elements, and the report on it."""

    def __init__(
        self,
        package: Package,
        *,
        strict: bool | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.package = package
        self.report = Report()
        self.ids: dict[str, tuple[str, int]] = {}
        self.read_files: set[str] = set()
        self._left = LARGEST_XML
        self._progress: Progress | None = None
        self.root = self.xml("course.xml")
        said = self.root is not None and self.root.get("dialect") == OPEN_EDX
        brings = any(path.startswith("policies/") for path in package.files)
        self.is_foreign = not strict if strict is not None else said or brings
        self.run = self.root.get("url_name", "course") if self.root is not None else "course"
        self._progress = progress
        self._left = LARGEST_XML + 2 * sum(
            len(data) for path, data in package.files.items() if path.endswith(".xml")
        )
        self.policy = self._policy() if self.is_foreign else {}

    # --- telling ------------------------------------------------------------------------------

    def blame(self, file: str, line: int | None, message: str) -> None:
        """Say what is wrong: the course is not published."""
        self.report.add("error", file, line, message)

    def tell(self, level: Level, file: str, line: int | None, message: str) -> None:
        """Say what is odd: an error in a course of our own, a note in one of Open edX."""
        self.report.add(level if self.is_foreign else "error", file, line, message)

    # --- files --------------------------------------------------------------------------------

    def text(self, path: str) -> str:
        """Return a text file and note that it was used. Raises PackageError."""
        self.use(path)
        return self.package.text(path)

    def use(self, path: str) -> None:
        """Note that a file was used."""
        self.read_files.add(path)
        if self._progress:
            self._progress(len(self.read_files), len(self.package.files))

    def xml(self, path: str) -> Element | None:
        """Return the element in a file; None, and a line in the report, when there is none."""
        self._left -= len(self.package.files.get(path, b""))
        if self._left < 0:  # a file is read again for each pointer to it, and pointers can multiply
            self.blame(path, 1, "this file is used so often that the course has no end")
            raise TooMuchError
        try:
            text = self.text(path)
        except PackageError as error:
            at = re.search(r", line (\d+): ", str(error))
            self.blame(path, int(at[1]) if at else 1, str(error).split(": ", 1)[-1])
            return None
        if len(text) > LARGEST_XML:
            self.blame(path, 1, f"this file is larger than {LARGEST_XML // 1024 // 1024} MB")
            return None
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            line = text[: max(text.find("<!DOCTYPE"), text.find("<!ENTITY"))].count("\n") + 1
            self.blame(path, line, "document types and entities are not accepted")
            return None
        return self._element(ENCODING.sub(r"\1", text).encode(), path)

    def _element(self, data: bytes, path: str) -> Element | None:
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, huge_tree=False
        )
        try:
            found = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            self.blame(path, error.lineno, str(error.msg))
            return None
        except ValueError as error:
            self.blame(path, 1, str(error))
            return None
        element: Element
        for element in found.iter(etree.Element):
            if len(element.attrib) > MOST_ATTRIBUTES:
                self.blame(path, element.sourceline, f"more than {MOST_ATTRIBUTES} attributes")
                return None
        return found

    # --- policies -----------------------------------------------------------------------------

    def json_file(self, path: str) -> Any:
        """Return what a JSON file holds; None, and a line in the report, when it is broken."""
        try:
            return json.loads(self.package.text(path))
        except PackageError as error:
            self.blame(path, 1, str(error).split(": ", 1)[-1])
        except json.JSONDecodeError as error:
            self.blame(path, error.lineno, error.msg)
        except (ValueError, RecursionError):
            self.blame(path, 1, "this JSON cannot be read")
        return None

    def policy_file(self, name: str) -> str:
        """Return the path of a file of policies of this run; empty when there is none."""
        for path in (f"policies/{self.run}/{name}", f"policies/{name}"):
            if path in self.package.files:
                return path
        return ""

    def _policy(self) -> dict[str, dict[str, Any]]:
        path = self.policy_file("policy.json")
        if not path and f"policies/{self.run}.json" in self.package.files:
            path = f"policies/{self.run}.json"
        found = self.json_file(path) if path else {}
        if not isinstance(found, dict):
            return {}
        return {key: value for key, value in found.items() if isinstance(value, dict)}

    def override(self, node: Element) -> None:
        """Set on an element what the policy says of `type/url_name`. The file itself is kept."""
        rules = self.policy.get(f"{node.tag}/{node.get('url_name', '')}")
        for name, value in (rules or {}).items():
            if not ATTRIBUTE.fullmatch(name) or name in {"url_name", "xml_attributes", "children"}:
                continue
            if node.tag == "course" and not isinstance(value, str | int | float):
                continue  # tabs, textbooks, passwords: they stay in the file
            try:
                node.set(name, value if isinstance(value, str) else json.dumps(value))
            except ValueError:
                continue  # a control character, which XML has not

    # --- pointers and names -------------------------------------------------------------------

    def follow(  # noqa: PLR0911 - each way out is one sentence
        self, node: Element, file: str, trail: tuple[str, ...]
    ) -> tuple[Element, str] | None:
        """Return the element a pointer tag stands for, and the file it is in."""
        name = node.get("url_name")
        is_pointer = name is not None and len(node) == 0 and not (node.text or "").strip()
        if not is_pointer or not set(node.attrib) <= POINTER:
            self.override(node)
            return node, file
        path = f"{node.tag}/{name.replace(':', '/')}.xml"
        if path in trail:
            self.blame(file, node.sourceline, f"'{name}' contains itself")
            return None
        if path not in self.package.files:
            if node.tag not in STRUCTURE:
                if node.tag == "html" and path.replace(".xml", ".html") in self.package.files:
                    node.set("filename", name.replace(":", "/"))
                self.override(node)
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
        self.override(found)
        return found, path

    def take_id(self, node: Element, file: str) -> str:
        """Return the name of an element, which no other has."""
        if len(self.ids) >= MOST_IDS:
            self.blame(file, node.sourceline, f"the course has more than {MOST_IDS} parts")
            raise TooMuchError
        name = given = node.get("url_name") or f"{node.tag}-{len(self.ids) + 1}"
        if not SLUG.fullmatch(name):
            self.tell(
                "adapted", file, node.sourceline,
                f"'{name[:200]}' is no url_name: use letters, digits, . _ -",
            )  # fmt: skip
            name = NOT_SLUG.sub("_", name).lstrip("_.-")[:100] or f"{node.tag}-{len(self.ids) + 1}"
            name = name if SLUG.fullmatch(name) else f"{node.tag}-{len(self.ids) + 1}"
        if name in self.ids:
            where = "{}, line {}".format(*self.ids[name])
            self.tell(
                "adapted", file, node.sourceline, f"the url_name '{given}' is used before: {where}"
            )
            name = self.other_name(f"{NOT_SLUG.sub('_', str(node.tag))}_{name}"[:100])
        self.ids[name] = (file, node.sourceline or 1)
        return name

    def other_name(self, wished: str) -> str:
        """Return a name that is free, as near to the wished one as can be."""
        name, number = wished, 2
        while name in self.ids:
            name, number = f"{wished}_{number}", number + 1
        return name

    # --- attributes ---------------------------------------------------------------------------

    def number(self, node: Element, name: str, file: str, default: int) -> int:
        """Return a whole number from an attribute."""
        raw = node.get(name, "").strip()
        if not raw or raw in {"null", "None"}:
            return default
        if self.is_foreign and re.fullmatch(r"\d+\.0+", raw):
            raw = raw.split(".", maxsplit=1)[0]
        if not raw.isdecimal() or len(raw) > LONGEST_NUMBER:
            message = f'{name}="{raw}" must be a whole number from 0'
            self.tell("adapted", file, node.sourceline, message)
            return default
        return int(raw)

    def choice(self, node: Element, name: str, file: str, known: Any, default: str) -> str:
        """Return an attribute that has a few values."""
        raw = node.get(name, default).strip()
        if raw not in known:
            message = f'{name}="{raw}" is not one of: {", ".join(sorted(known))}'
            self.tell("adapted", file, node.sourceline, message)
            return default
        return str(raw)
