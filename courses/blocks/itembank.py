"""A bank of questions in a lesson: each learner practises with some of them."""

from __future__ import annotations

from typing import Any

from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.fields import Integer, Scope, String

from courses.banks import practice_of


class ItemBankBlock(XBlock):
    """OLX `itembank` and `library_content`. In a test the quiz engine draws from it."""

    has_children = True

    display_name = String(default="", scope=Scope.settings)
    max_count = Integer(default=-1, scope=Scope.settings)
    """How many questions are drawn; -1 for all."""
    module = String(default="", scope=Scope.settings)
    """url_name of the module that teaches this subject."""

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> ItemBankBlock:
        """Read the settings; the importer reads the children."""
        block = runtime.construct_xblock_from_class(cls, keys)
        block.display_name = node.get("display_name", "")
        block.module = node.get("module", "")
        count = node.get("max_count", "-1").strip()
        if not (count == "-1" or (count.isdecimal() and 0 < int(count) < 1000)):  # noqa: PLR2004
            raise ValueError(f'max_count="{count}" must be a whole number from 1, or -1 for all')
        block.max_count = int(count)
        return block  # type: ignore[no-any-return]

    def student_view(self, _context: object = None) -> Fragment:
        """Show the questions that this learner got."""
        source = self.runtime.outline.blocks[self.scope_ids.usage_id.block_id][2]
        chosen = practice_of(source, self.scope_ids.user_id)
        fragment = Fragment()
        for block in self.runtime.blocks(child.id for child in chosen):
            shown = self.runtime.render_safely(block)
            fragment.add_content(shown.body_html())
            fragment.add_fragment_resources(shown)
        return fragment
