"""A bank of questions in a lesson: each learner practises with some of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xblock.fields import Integer, Scope, String

from courses.banks import practice_of
from courses.blocks.containers import Container
from courses.outline import Block

MOST = 999


class ItemBankBlock(Container):
    """OLX `itembank` and `library_content`. In a test the quiz engine draws from it."""

    max_count = Integer(default=-1, scope=Scope.settings)
    """How many questions are drawn; -1 for all."""
    module = String(default="", scope=Scope.settings)
    """url_name of the module that teaches this subject."""

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> ItemBankBlock:
        """Read the settings and what is in it."""
        block = super().parse_xml(node, runtime, keys)
        assert isinstance(block, ItemBankBlock)
        block.display_name = node.get("display_name", "")
        block.module = node.get("module", "")
        count = node.get("max_count", "-1").strip()
        if not (count == "-1" or (count.isdecimal() and 0 < int(count) <= MOST)):
            raise ValueError(f'max_count="{count}" must be a whole number from 1, or -1 for all')
        block.max_count = int(count)
        return block

    def add_xml_to_node(self, node: Any) -> None:
        """Write the settings; the exporter writes the children."""
        super().add_xml_to_node(node)
        node.set("max_count", str(self.max_count))
        if self.module:
            node.set("module", self.module)

    def chosen(self) -> Iterable[Block]:
        """Return the questions of this learner."""
        return practice_of(self.source, self.scope_ids.user_id)
