"""A list to tick off; the ticks are kept for the learner."""

from __future__ import annotations

from typing import Any

from lxml import etree
from web_fragments.fragment import Fragment
from webob import Request, Response
from xblock.core import XBlock
from xblock.fields import List, Scope, String


class ChecklistBlock(XBlock):
    """Items to tick off."""

    display_name = String(default="", scope=Scope.settings)
    items = List(default=[], scope=Scope.content)
    ticked = List(default=[], scope=Scope.user_state)
    """Places of the ticked items, from 0."""

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> ChecklistBlock:
        """Read the <item> tags."""
        block = runtime.construct_xblock_from_class(cls, keys)
        block.display_name = node.get("display_name", "")
        block.items = [" ".join("".join(e.itertext()).split()) for e in node.iterfind("item")]
        if not block.items:
            raise ValueError("a checklist needs at least one <item>")
        return block  # type: ignore[no-any-return]

    def add_xml_to_node(self, node: Any) -> None:
        """Write the items."""
        if self.display_name:
            node.set("display_name", self.display_name)
        for item in self.items:
            etree.SubElement(node, "item").text = item

    def student_view(self, _context: object = None) -> Fragment:
        """Show the list."""
        fragment = Fragment()
        fragment.add_content(
            self.runtime.render_template(
                "checklist.html", block=self, block_id=self.scope_ids.usage_id.block_id
            )
        )
        return fragment

    @XBlock.handler
    def tick(self, request: Request, suffix: str = "") -> Response:
        """Keep the ticks (form field `item`, several)."""
        del suffix
        chosen = {int(v) for v in request.POST.getall("item") if v.isdecimal() and len(v) < 4}  # noqa: PLR2004
        self.ticked = sorted(n for n in chosen if n < len(self.items))
        self.runtime.publish(self, "completion", {"completion": len(self.ticked) / len(self.items)})
        return Response(status=204)
