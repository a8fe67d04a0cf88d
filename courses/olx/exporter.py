"""From the document of a version to OLX files; importing those gives the identical document.

Modules, lessons and units are files of their own, as Open edX writes them. A block of ours writes
itself. A block of others does so too when reading that back gives the same fields; when it does
not, its fields are kept as JSON in an attribute that our import knows.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree
from xblock.core import XBlock

from courses.blocks.hidden import HiddenBlock
from courses.olx.package import Package
from courses.olx.reading import OPEN_EDX, Element
from courses.runtime.exporting import ExportRuntime
from courses.runtime.ids import scope_ids, usage_key
from courses.runtime.importing import STORED, ImportRuntime, is_own, read_block
from courses.runtime.plugins import block_class

GetAsset = Callable[[str], bytes]


@dataclass(slots=True)
class _Writer:
    document: Mapping[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def more(self) -> Mapping[str, Any]:
        """What a course of Open edX had that this site has no place for."""
        found: Mapping[str, Any] = self.document.get(OPEN_EDX, {})
        return found

    @property
    def is_foreign(self) -> bool:
        return OPEN_EDX in self.document

    # --- structure ----------------------------------------------------------------------------

    def course(self) -> None:
        run = str(self.more.get("run") or "course")
        root = etree.Element("course", url_name=run, org=self.document["org"])
        root.set("course", self.more.get("course") or self.document["slug"])
        if self.is_foreign:
            root.set("dialect", OPEN_EDX)
        node = etree.Element("course")
        self._describe(node)
        for goal in self.document["goals"]:
            etree.SubElement(node, "goal").text = goal
        for path in self.document.get("paths", []):
            way = etree.SubElement(
                node, "path", url_name=path["id"], display_name=path["title"],
                description=path["description"],
            )  # fmt: skip
            for lesson, why in path["steps"]:
                etree.SubElement(way, "step", lesson=lesson).text = why
        for xml in self.more.get("beside", []):
            node.append(etree.fromstring(xml))
        for module in self.document["modules"]:
            self._point(node, "chapter", self.module(module), module["id"])
        self._write("course.xml", root)
        self._write(f"course/{run}.xml", node)

    def _describe(self, node: Element) -> None:
        given = {
            "display_name": self.document["title"],
            "short_description": self.document["summary"],
            "passing_percent": str(self.document["passing_percent"] or ""),
            "preview": self.document["preview"],
            **self.document["meta"],
        }
        if not self.is_foreign:
            given["language"] = self.document["language"]
        for name, value in {**given, **self.more.get("attributes", {})}.items():
            if value:
                node.set(name, value)

    def module(self, module: Mapping[str, Any]) -> Element:
        node = self._node("chapter", module, module["title"])
        if module["description"]:
            node.set("description", module["description"])
        if module["requires"]:
            node.set("requires", ",".join(module["requires"]))
        for lesson in module["lessons"]:
            self._point(node, "sequential", self.lesson(lesson), lesson["id"])
        return node

    def lesson(self, lesson: Mapping[str, Any]) -> Element:
        node = self._node("sequential", lesson, lesson["title"])
        if lesson["goal"]:
            node.set("goal", lesson["goal"])
        node.set("minutes", str(lesson["minutes"]))
        node.set("completion", lesson["completion"])
        node.set("required", "true" if lesson["required"] else "false")
        for name in ("essential", "depth"):
            if lesson[name]:
                node.set(name, "true")
        if lesson["quiz"] is not None:
            self._rules(node, lesson)
        elif lesson["weight"] != 1.0:
            node.set("weight", f"{lesson['weight']:.0f}")
        for unit in lesson["units"]:
            self._point(node, "vertical", self.unit(unit), unit["id"])
        return node

    def _rules(self, node: Element, lesson: Mapping[str, Any]) -> None:
        quiz = lesson["quiz"]
        given = {
            "graded": "true",
            "weight": f"{lesson['weight']:.0f}",
            "time_limit_minutes": str(quiz["minutes"] or 0),
            "wait_minutes": str(quiz["wait_minutes"]),
            "attempt_rule": quiz["rule"],
            "passing_percent": str(quiz["passing_percent"]),
            "review": ",".join(quiz["review"]),
        }
        if quiz["attempts"]:  # Open edX hands this down to every problem, so only when it is set
            given["max_attempts"] = str(quiz["attempts"])
        if quiz.get("advice"):
            given["advice"] = "true"
        if quiz.get("bank_of"):
            given |= {"bank_of": quiz["bank_of"], "draw_each": str(quiz["draw_each"])}
        for name, value in given.items():
            node.set(name, value)
        for at, words in quiz.get("bands", []):
            etree.SubElement(node, "band", {"from": str(at)}).text = words

    def unit(self, unit: Mapping[str, Any]) -> Element:
        node = self._node("vertical", unit, unit["title"])
        for block in unit["blocks"]:
            self._hang(node, block)
        return node

    def _node(self, tag: str, source: Mapping[str, Any], title: str) -> Element:
        node = etree.Element(tag)
        for name, value in source.get("xml_attributes", {}).items():
            node.set(name, value)
        node.set("display_name", title)
        return node

    # --- blocks -------------------------------------------------------------------------------

    def _hang(self, parent: Element, block: Mapping[str, Any]) -> None:
        node = self.block(block)
        if block["type"] == "problem":
            self._point(parent, "problem", node, block["id"])
            return
        node.set("url_name", block["id"])
        node.tail = None
        parent.append(node)

    def block(self, block: Mapping[str, Any]) -> Element:
        """Return the element of a block, with what is in it."""
        cls = block_class(block["type"])
        if "unknown_xml" in block["fields"]:
            return etree.fromstring(block["fields"]["unknown_xml"])
        if cls is HiddenBlock:  # its package was there at the import and is not now
            return self._stored(block)
        node = self._own(block, cls) if is_own(cls) else self._of_others(block, cls)
        for name, value in block.get("xml_attributes", {}).items():
            if name not in node.attrib:
                node.set(name, value)
        for child in block["children"]:
            self._hang(node, child)
        return node

    def _own(self, block: Mapping[str, Any], cls: type[XBlock]) -> Element:
        return _written(block, cls, self.files, frozenset(self.more.get("kept", {})))

    def _of_others(self, block: Mapping[str, Any], cls: type[XBlock]) -> Element:
        """Let a block of others write itself; keep that when reading it back gives the same."""
        files: dict[str, bytes] = {}
        try:
            node = _written(block, cls, files, frozenset())
            node.set("url_name", block["id"])
            back = read_block(node, block["id"], ImportRuntime(Package({})))
        except Exception:  # noqa: BLE001 - whatever it does, its fields are kept in another way
            return self._stored(block)
        is_same = (
            not files
            and back.fields == block["fields"]
            and back.attributes == block.get("xml_attributes", {})
            and not back.children
        )
        return node if is_same else self._stored(block)

    def _stored(self, block: Mapping[str, Any]) -> Element:
        node = etree.Element(block["type"])
        written = json.dumps(block["fields"], ensure_ascii=False, sort_keys=True)
        node.set(STORED, written)
        return node

    # --- files --------------------------------------------------------------------------------

    def _point(self, parent: Element, tag: str, node: Element, name: str) -> None:
        """Write an element to a file of its own, and a pointer to it into its parent."""
        path = f"{tag}/{name}.xml"
        if path in self.more.get("kept", {}) or path in self.files:
            node.set("url_name", name)
            parent.append(node)
            return
        self._write(path, node)
        etree.SubElement(parent, tag, url_name=name)

    def _write(self, path: str, node: Element) -> None:
        self.files[path] = etree.tostring(node, encoding="utf-8") + b"\n"


def _written(
    block: Mapping[str, Any], cls: type[XBlock], files: dict[str, bytes], taken: frozenset[str]
) -> Element:
    values = {
        name: cls.fields[name].from_json(value)
        for name, value in block["fields"].items()
        if name in cls.fields
    }
    runtime = ExportRuntime(values, files, taken)
    usage = usage_key("export", "export", block["type"], block["id"])
    made = runtime.construct_xblock_from_class(cls, scope_ids(None, usage))
    node: Element = etree.Element(block["type"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made.add_xml_to_node(node)
    return node


def write(document: Mapping[str, Any], asset: GetAsset) -> dict[str, bytes]:
    """Return the files of a course by path. `asset` gives the bytes of a file by its hash."""
    writer = _Writer(document)
    writer.course()
    for path, digest in writer.more.get("kept", {}).items():
        writer.files[path] = asset(digest)
    for path, digest in document["assets"].items():
        writer.files[path.removeprefix("/")] = asset(digest)
    return writer.files


def archive(document: Mapping[str, Any], asset: GetAsset) -> bytes:
    """Return a course as a .tar.gz with one folder; the same course gives the same bytes."""
    out = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for path, data in sorted(write(document, asset).items()):
            info = tarfile.TarInfo(f"course/{path}")
            info.size = len(data)
            info.mode = 0o644
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()
