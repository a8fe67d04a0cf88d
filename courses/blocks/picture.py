"""A picture with a text alternative."""

from __future__ import annotations

from typing import Any

from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.fields import Scope, String


class PictureBlock(XBlock):
    """A picture of the course. The alternative text is not optional (WCAG 1.1.1)."""

    src = String(default="", scope=Scope.content)
    alt = String(default="", scope=Scope.content)
    caption = String(default="", scope=Scope.content)

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> PictureBlock:
        """Read the attributes; refuse a picture without a file or a text alternative."""
        block = runtime.construct_xblock_from_class(cls, keys)
        for name in ("src", "alt", "caption"):
            setattr(block, name, node.get(name, ""))
        if not block.alt.strip():
            raise ValueError('a picture needs alt="…": what it tells who cannot see it')
        if block.src.removeprefix("/") not in runtime.package.files:
            raise ValueError(f"{block.src} is not in the package")
        return block  # type: ignore[no-any-return]

    def add_xml_to_node(self, node: Any) -> None:
        """Write the attributes."""
        for name in ("src", "alt", "caption"):
            if getattr(self, name):
                node.set(name, getattr(self, name))

    def student_view(self, _context: object = None) -> Fragment:
        """Show the picture with its caption."""
        fragment = Fragment()
        fragment.add_content(
            self.runtime.render_template(
                "picture.html",
                src=self.runtime.asset_url(self.src),
                alt=self.alt,
                caption=self.caption,
            )
        )
        return fragment
