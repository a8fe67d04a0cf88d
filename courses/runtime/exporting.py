"""The runtime of an export: an XBlock writes its own XML, and its texts as files."""

from __future__ import annotations

from typing import Any

from xblock.core import XBlock
from xblock.field_data import DictFieldData
from xblock.runtime import MemoryIdManager, Runtime

_IDS = MemoryIdManager()


class ExportRuntime(Runtime):
    """Just enough of a runtime for `add_xml_to_node` of one block with these `values`."""

    def __init__(
        self, values: dict[str, Any], files: dict[str, bytes], taken: frozenset[str]
    ) -> None:
        super().__init__(
            id_reader=_IDS, id_generator=_IDS, services={"field-data": DictFieldData(values)}
        )
        self.files = files
        self.taken = taken

    def write_text(self, folder: str, name: str, suffix: str, text: str) -> str:
        """Write a text file; return the name that it got, without folder."""
        wished, number = f"{name}{suffix}", 2
        while f"{folder}/{wished}" in self.taken or f"{folder}/{wished}" in self.files:
            wished, number = f"{name}_{number}{suffix}", number + 1
        self.files[f"{folder}/{wished}"] = text.encode()
        return wished

    def handler_url(self, *_args: Any, **_kwargs: Any) -> str:
        raise NotImplementedError("a block asked for an address while it was being written")

    resource_url = local_resource_url = handler_url

    def publish(self, block: XBlock, event_type: str, event_data: dict[str, Any]) -> None:
        """Nobody listens during an export."""
