"""Text: Markdown or HTML, sanitised when it is read."""

from __future__ import annotations

import re
from typing import Any

from flask import url_for
from lxml import etree
from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.fields import Scope, String

from courses.markup import clean_html, markdown_to_html
from courses.olx.foreign_html import adapt

# Pages of Open edX that this site does not have: the course itself is the nearest.
COURSE_PAGE = re.compile(r'"/course/[^"]*"')
JUMP_MORE = re.compile(r'"(/jump_to_id/[A-Za-z0-9_.\-]+)[/#?][^"]*"')


class HtmlBlock(XBlock):
    """A piece of HTML (OLX `html`)."""

    display_name = String(default="", scope=Scope.settings)
    data = String(default="", scope=Scope.content)
    """Sanitised HTML."""

    xml_attributes_read: tuple[str, ...] = ("filename",)

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
        adapted, notes = adapt(source)
        for note in notes:
            runtime.tell("adapted", note)
        block.data = clean_html(adapted)
        return block  # type: ignore[no-any-return]

    def add_xml_to_node(self, node: Any) -> None:
        """Write the text to a file of its own."""
        name = self.scope_ids.usage_id.block_id
        file = self.runtime.write_text("html", name, ".html", self.data)
        node.set("filename", file.removesuffix(".html"))
        if self.display_name:
            node.set("display_name", self.display_name)

    def student_view(self, _context: object = None) -> Fragment:
        """Show the text."""
        fragment = Fragment()
        html = JUMP_MORE.sub(r'"\1"', self.data)
        if '"/course/' in html:
            home = url_for("courses.course", slug=self.runtime.outline.slug)
            html = COURSE_PAGE.sub(f'"{home}"', html)
        fragment.add_content(
            self.runtime.render_template("text.html", html=self.runtime.rewrite(html))
        )
        return fragment


class TextBlock(HtmlBlock):
    """A piece of Markdown (our own `text`)."""

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> TextBlock:
        """Read inline Markdown, or the file in text/ that `filename` names.

        A file that ends in .html is HTML: so an exported course is written.
        """
        block = runtime.construct_xblock_from_class(cls, keys)
        block.display_name = node.get("display_name", "")
        filename = node.get("filename")
        source = runtime.read_text(f"text/{filename}") if filename else (node.text or "")
        is_html = bool(filename) and filename.endswith(".html")
        block.data = clean_html(source) if is_html else markdown_to_html(source)
        return block  # type: ignore[no-any-return]

    def add_xml_to_node(self, node: Any) -> None:
        """Write the text as HTML: the Markdown it came from is not kept."""
        name = self.scope_ids.usage_id.block_id
        node.set("filename", self.runtime.write_text("text", name, ".html", self.data))
        if self.display_name:
            node.set("display_name", self.display_name)
