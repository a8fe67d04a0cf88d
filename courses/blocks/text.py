"""Text: Markdown or HTML, sanitised when it is read."""

from __future__ import annotations

from typing import Any

from lxml import etree
from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.fields import Scope, String

from courses.markup import clean_html, markdown_to_html


class HtmlBlock(XBlock):
    """A piece of HTML (OLX `html`)."""

    display_name = String(default="", scope=Scope.settings)
    data = String(default="", scope=Scope.content)
    """Sanitised HTML."""

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> HtmlBlock:
        """Read inline HTML, or the file that `filename` names."""
        block = runtime.construct_xblock_from_class(cls, keys)
        block.display_name = node.get("display_name", "")
        filename = node.get("filename")
        if filename:
            source = runtime.read_text(f"html/{filename}.html")
        else:
            source = (node.text or "") + "".join(
                etree.tostring(child, encoding="unicode") for child in node
            )
        block.data = clean_html(source)
        return block  # type: ignore[no-any-return]

    def student_view(self, _context: object = None) -> Fragment:
        """Show the text."""
        fragment = Fragment()
        fragment.add_content(
            self.runtime.render_template("text.html", html=self.runtime.rewrite(self.data))
        )
        return fragment


class TextBlock(HtmlBlock):
    """A piece of Markdown (our own `text`)."""

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> TextBlock:
        """Read inline Markdown, or the file in text/ that `filename` names."""
        block = runtime.construct_xblock_from_class(cls, keys)
        block.display_name = node.get("display_name", "")
        filename = node.get("filename")
        source = runtime.read_text(f"text/{filename}") if filename else (node.text or "")
        block.data = markdown_to_html(source)
        return block  # type: ignore[no-any-return]
