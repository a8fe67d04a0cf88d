"""A question to think about; the text is kept for the learner alone."""

from __future__ import annotations

from typing import Any

from web_fragments.fragment import Fragment
from webob import Request, Response
from xblock.core import XBlock
from xblock.fields import Scope, String

LONGEST = 10_000


class ReflectionBlock(XBlock):
    """Free text that only the learner reads back."""

    display_name = String(default="", scope=Scope.settings)
    prompt = String(default="", scope=Scope.content)
    hint = String(default="", scope=Scope.content)
    text = String(default="", scope=Scope.user_state)

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> ReflectionBlock:
        """Read the attributes."""
        block = runtime.construct_xblock_from_class(cls, keys)
        for name in ("display_name", "prompt", "hint"):
            setattr(block, name, node.get(name, ""))
        if not block.prompt:
            raise ValueError('a reflection needs prompt="…"')
        return block  # type: ignore[no-any-return]

    def add_xml_to_node(self, node: Any) -> None:
        """Write the attributes."""
        for name in ("display_name", "prompt", "hint"):
            if getattr(self, name):
                node.set(name, getattr(self, name))

    def student_view(self, _context: object = None) -> Fragment:
        """Show the question and what was written."""
        fragment = Fragment()
        fragment.add_content(
            self.runtime.render_template(
                "reflection.html", block=self, block_id=self.scope_ids.usage_id.block_id
            )
        )
        return fragment

    @XBlock.handler
    def save_text(self, request: Request, suffix: str = "") -> Response:
        """Keep the text (form field `text`, at most 10,000 characters)."""
        del suffix
        self.text = str(request.POST.get("text", "")).strip()[:LONGEST]
        if self.text:
            self.runtime.publish(self, "completion", {"completion": 1.0})
        return Response(status=204)
