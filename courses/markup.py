"""Author's text as safe HTML: Markdown through markdown-it, everything through nh3 (P9)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd", "del",
    "details", "div", "dl", "dt", "em", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr",
    "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "small", "span", "strong",
    "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"lang", "dir", "title"},
    "a": {"href", "hreflang"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "type"},
    "col": {"span"},
}
_HEADING = re.compile(r"<(/?)h1\b")


def clean_html(html: str) -> str:
    """Return the HTML without anything that runs, loads from elsewhere or styles inline."""
    import nh3  # for who publishes, not for who reads

    lowered = _HEADING.sub(r"<\1h2", html)  # the page has its own h1
    return nh3.clean(
        lowered,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"https", "http", "mailto"},
        link_rel="noopener noreferrer",
        attribute_filter=_filter,
    )


def _filter(tag: str, attribute: str, value: str) -> str | None:
    # Pictures come from the course itself only: our pages call no other host (P37).
    if tag == "img" and attribute == "src" and not value.startswith("/static/"):
        return None
    return value


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # as above

    return MarkdownIt("commonmark", {"html": False, "typographer": True}).enable("table")


def markdown_to_html(text: str) -> str:
    """Return Markdown as safe HTML; HTML inside it is shown as text."""
    return clean_html(_markdown().render(text))
