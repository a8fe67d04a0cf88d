"""A file to take along."""

from __future__ import annotations

from typing import Any

from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.fields import Integer, Scope, String


class DownloadBlock(XBlock):
    """A file of the course, with what it is and how large."""

    src = String(default="", scope=Scope.content)
    label = String(default="", scope=Scope.content)
    description = String(default="", scope=Scope.content)
    size = Integer(default=0, scope=Scope.content)
    """Size in bytes."""

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> DownloadBlock:
        """Read the attributes; the file must be in the package."""
        block = runtime.construct_xblock_from_class(cls, keys)
        for name in ("src", "label", "description"):
            setattr(block, name, node.get(name, ""))
        data = runtime.package.files.get(block.src.removeprefix("/"))
        if data is None:
            raise ValueError(f"{block.src} is not in the package")
        block.size = len(data)
        block.label = block.label or block.src.rsplit("/", 1)[-1]
        return block  # type: ignore[no-any-return]

    def add_xml_to_node(self, node: Any) -> None:
        """Write the attributes."""
        for name in ("src", "label", "description"):
            if getattr(self, name):
                node.set(name, getattr(self, name))

    def student_view(self, _context: object = None) -> Fragment:
        """Show the link."""
        fragment = Fragment()
        fragment.add_content(
            self.runtime.render_template(
                "download.html",
                href=self.runtime.asset_url(self.src),
                label=self.label,
                description=self.description,
                kilobytes=max(1, round(self.size / 1024)),
                suffix=self.src.rsplit(".", 1)[-1].upper(),
            )
        )
        return fragment
