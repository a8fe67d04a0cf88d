"""The runtime of an import: an XBlock class reads its own XML, and its fields are kept as JSON."""

from __future__ import annotations

import warnings
from typing import Any

from lxml import etree
from xblock.core import XBlock
from xblock.field_data import DictFieldData
from xblock.fields import Scope
from xblock.plugin import PluginMissingError
from xblock.runtime import MemoryIdManager, Runtime

from courses.olx.package import Package
from courses.runtime.ids import scope_ids, usage_key
from courses.runtime.plugins import own_first

AUTHORED = {Scope.content, Scope.settings}
_IDS = MemoryIdManager()  # never asked: our ids are opaque keys


class ImportError_(ValueError):  # noqa: N801, N818 - not the builtin of that name
    """A block cannot be read; the message says why."""


class ImportRuntime(Runtime):
    """Just enough of a runtime for `parse_xml`."""

    def __init__(self, package: Package) -> None:
        super().__init__(
            id_reader=_IDS, id_generator=_IDS, services={"field-data": DictFieldData({})}
        )
        self.package = package

    def read_text(self, path: str) -> str:
        """Return a text file of the package."""
        return self.package.text(path)

    def handler_url(self, *_args: Any, **_kwargs: Any) -> str:
        raise ImportError_("a block asked for an address while it was being read")

    resource_url = local_resource_url = handler_url

    def add_node_as_child(self, block: XBlock, node: Any) -> None:
        """Do nothing: children are blocks of the course, and the importer reads them itself."""

    def publish(self, block: XBlock, event_type: str, event_data: dict[str, Any]) -> None:
        """Nobody listens during an import."""


def holds_children(tag: str) -> bool:
    """Whether blocks of this type hold other blocks, so that what is in the tag are blocks."""
    try:
        return bool(XBlock.load_class(tag, select=own_first).has_children)
    except PluginMissingError:
        return False


def fields_of(node: Any, name: str, package: Package) -> dict[str, Any]:
    """Return the authored fields of a block, as JSON values.

    A tag that no installed XBlock reads keeps its XML, so nothing is lost (it shows a
    placeholder). Raises ImportError_ when the block refuses its XML.
    """
    try:
        cls = XBlock.load_class(node.tag, select=own_first)
    except PluginMissingError:
        return {"unknown_xml": etree.tostring(node, encoding="unicode", with_tail=False)}
    keys = scope_ids(None, usage_key("import", "import", node.tag, name))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        block = cls.parse_xml(node, ImportRuntime(package), keys)
    found = {}
    for field_name, definition in block.fields.items():
        if definition.scope in AUTHORED and definition.is_set_on(block):
            found[field_name] = definition.to_json(definition.read_from(block))
    return found
