"""The runtime of an import: an XBlock class reads its own XML, and its fields are kept as JSON."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, field
from typing import Any

from lxml import etree
from opaque_keys import InvalidKeyError
from xblock.core import XBlock
from xblock.field_data import DictFieldData
from xblock.fields import Scope
from xblock.runtime import MemoryIdManager, Runtime

from courses.blocks.hidden import HiddenBlock
from courses.olx.package import Package, PackageError
from courses.runtime.ids import scope_ids, usage_key
from courses.runtime.plugins import OWN_PACKAGE, block_class

AUTHORED = {Scope.content, Scope.settings}
STORED = "stored-fields"
"""The attribute with the fields of a block of others that cannot write itself."""
ALWAYS = {"url_name", "xblock-family", STORED}
_IDS = MemoryIdManager()  # never asked: our ids are opaque keys


class ImportError_(ValueError):  # noqa: N801, N818 - not the builtin of that name
    """A block cannot be read; the message says why."""


@dataclass(slots=True)
class ReadBlock:
    """What an XBlock class made of its XML."""

    fields: dict[str, Any] = field(default_factory=dict)
    children: list[Any] = field(default_factory=list)
    """The elements of the blocks inside it."""
    attributes: dict[str, str] = field(default_factory=dict)
    """Attributes that the class does not know; they are kept."""
    notes: list[tuple[str, str]] = field(default_factory=list)
    """Level and message, for the report."""
    is_placeholder: bool = False


class ImportRuntime(Runtime):
    """Just enough of a runtime for `parse_xml`."""

    def __init__(self, package: Package, *, is_foreign: bool = False) -> None:
        super().__init__(
            id_reader=_IDS, id_generator=_IDS, services={"field-data": DictFieldData({})}
        )
        self.package = package
        self.is_foreign = is_foreign
        self.children: list[Any] = []
        self.notes: list[tuple[str, str]] = []
        self.files_read: list[str] = []
        self.made: dict[str, bytes] = {}
        """Files made during the import, such as captions in another form."""

    def read_text(self, path: str) -> str:
        """Return a text file of the package."""
        self.files_read.append(path)
        return self.package.text(path)

    def tell(self, level: str, message: str) -> None:
        """Add a line to the report of the import."""
        self.notes.append((level, message))

    def add_node_as_child(self, block: XBlock, node: Any) -> None:
        """Keep the element: the importer reads it as a block of its own."""
        del block
        self.children.append(node)

    def handler_url(self, *_args: Any, **_kwargs: Any) -> str:
        raise ImportError_("a block asked for an address while it was being read")

    resource_url = local_resource_url = handler_url

    def publish(self, block: XBlock, event_type: str, event_data: dict[str, Any]) -> None:
        """Nobody listens during an import."""


def is_own(cls: type[XBlock]) -> bool:
    """Whether this class is one of ours, so its HTML is shown without a frame."""
    return cls.__module__.startswith(OWN_PACKAGE)


def authored(block: XBlock) -> dict[str, Any]:
    """Return the fields that an author set, as JSON values."""
    return {
        name: definition.to_json(definition.read_from(block))
        for name, definition in block.fields.items()
        if definition.scope in AUTHORED and definition.is_set_on(block)
    }


def read_block(node: Any, name: str, runtime: ImportRuntime) -> ReadBlock:
    """Return what the class of a tag makes of its XML.

    A tag that no installed XBlock reads keeps its XML, so nothing is lost (it shows a
    placeholder). Raises ValueError when a block of ours refuses its XML.
    """
    cls = block_class(str(node.tag))
    if cls is HiddenBlock:
        return placeholder(node)
    runtime.children, runtime.notes = [], []
    try:
        keys = scope_ids(None, usage_key("import", "import", node.tag, name))
        if STORED in node.attrib and not is_own(cls):
            return ReadBlock(stored(node.get(STORED), cls), _elements(node))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            block = cls.parse_xml(node, runtime, keys)
        fields = authored(block)
        json.dumps(fields)
    except PackageError as error:
        raise ImportError_(str(error)) from None
    except ValueError:
        if is_own(cls):
            raise
        return _refused(node, runtime, "this block cannot be read; its XML is kept")
    except Exception as error:
        if is_own(cls) and not isinstance(error, InvalidKeyError):
            raise
        return _refused(node, runtime, f"this block cannot be read; its XML is kept ({error!r})")
    if runtime.children and not cls.has_children:
        return _refused(node, runtime, "this block holds what its class cannot read; it is kept")
    known = set(block.fields) | ALWAYS | set(getattr(cls, "xml_attributes_read", ()))
    unknown = {key: value for key, value in node.attrib.items() if key not in known}
    if "xml_attributes" in block.fields:
        unknown = {}  # it keeps them itself
    return ReadBlock(fields, runtime.children, unknown, runtime.notes)


def placeholder(node: Any) -> ReadBlock:
    """Return a block that keeps its XML."""
    xml = etree.tostring(node, encoding="unicode", with_tail=False)
    return ReadBlock({"unknown_xml": xml}, is_placeholder=True)


def _refused(node: Any, runtime: ImportRuntime, message: str) -> ReadBlock:
    found = placeholder(node)
    found.notes = [*runtime.notes, ("not_supported", message[:500])]
    return found


def stored(text: str, cls: type[XBlock]) -> dict[str, Any]:
    """Return fields that were written as JSON: only those that are the author's."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise ImportError_(f"{STORED} cannot be read") from None
    if not isinstance(values, dict):
        raise ImportError_(f"{STORED} cannot be read")
    return {
        name: value
        for name, value in values.items()
        if name in cls.fields and cls.fields[name].scope in AUTHORED
    }


def _elements(node: Any) -> list[Any]:
    return [child for child in node if isinstance(child.tag, str)]
