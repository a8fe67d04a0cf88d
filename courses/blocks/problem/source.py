"""The XML of a problem: read within bounds, and its text taken out without a word of the key.

Responses may stand anywhere in the text (in a paragraph, in a table), and text may stand inside a
response. So each field is first replaced by a mark, then everything secret is dropped, then the
whole is sanitised as one piece of HTML, and only then cut at the marks.
"""

from __future__ import annotations

import copy
import html
from typing import Any

import regex
from lxml import etree

from courses.markup import TAGS, clean_html

Element = Any
LARGEST = 500_000
MOST_ELEMENTS = 5_000
# The marks are characters that no text has: an author's own are taken out first.
OPEN, CLOSE = "\ue000", "\ue001"
MARK = regex.compile(f"{OPEN}([a-z0-9]+){CLOSE}")
# What is never text for the learner, wherever it stands.
SECRET = {
    "solution", "demandhint", "script", "style", "label", "legend", "description", "responseparam",
    "additional_answer", "answer", "correcthint", "wronghint", "stringequalhint", "regexphint",
    "optionhint", "choicehint", "compoundhint", "hintgroup", "hint", "codeparam", "openendedparam",
    "openendedrubric", "targetedfeedbackset", "targetedfeedback", "grader", "grader_payload",
}  # fmt: skip
# Tags of older courses: their text stays, they go.
LOOSE = {
    "text", "center", "font", "big", "tt", "small", "section", "article", "header", "main",
    "nobr", "clarification", "startouttext", "endouttext", "span", "h1", "fieldset", "form",
}  # fmt: skip
LOST = "lost"  # a tag that goes, its content stays
BLOCK_END = regex.compile(r"</(?:p|div|li|td|th|h[1-6]|tr|table|ul|ol|blockquote|pre)>|<br>")
VOID = {"br", "hr", "img", "col"}
INLINE = {"p", "span", "b", "i", "em", "strong", "u", "small", "a", "h2", "h3", "h4", "h5", "h6"}


class ProblemError(ValueError):
    """The XML is no problem that can be shown; the message says why and, if known, the line."""


def read(data: str) -> Element:
    """Return the element of a problem. Raises ProblemError for what is broken or too large."""
    if len(data) > LARGEST:
        raise ProblemError(f"the problem is larger than {LARGEST // 1000} kB")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    clean = data.replace(OPEN, "").replace(CLOSE, "")
    try:
        root = etree.fromstring(clean.encode(errors="replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line, message = getattr(error, "lineno", 1), getattr(error, "msg", str(error))
        raise ProblemError(f"line {line}: {message}") from None
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        raise ProblemError(f"the problem has more than {MOST_ELEMENTS} tags")
    return root


def fail(element: Element, message: str) -> ProblemError:
    """Return what is wrong with an element, with its line."""
    return ProblemError(f"line {element.sourceline}: {message}")


def inner(element: Element | None) -> str:
    """Return the sanitised HTML inside an element."""
    if element is None:
        return ""
    for child in element.iter():
        # <p/> is a whole paragraph in XML and an open one in HTML.
        if len(child) == 0 and not child.text and child.tag not in VOID:
            child.text = ""
    parts = [escape(element.text or "")]
    parts += [etree.tostring(child, encoding="unicode", with_tail=True) for child in element]
    return clean_html("".join(parts)).strip()


def escape(text: str) -> str:
    """Return text as HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def without(element: Element, *tags: str) -> Element:
    """Return a copy of the element without the named children (their tail text is kept)."""
    twin = copy.deepcopy(element)
    for child in [c for c in twin if c.tag in tags]:
        drop(child)
    return twin


def drop(element: Element, instead: str = "") -> None:
    """Take an element out of its parent; the text after it stays, after `instead`."""
    text = instead + (element.tail or "")
    parent, previous = element.getparent(), element.getprevious()
    if previous is not None:
        previous.tail = (previous.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
    element.tail = None
    parent.remove(element)


def words(source: str) -> str:
    """Return HTML as plain text on one line."""
    return " ".join(html.unescape(regex.sub(r"<[^>]*>", " ", source)).split())


def last_words(source: str, most: int = 200) -> str:
    """Return the last block of HTML with words in it, as plain text: what a field is about."""
    blocks = [words(block) for block in BLOCK_END.split(source)]
    found = next((block for block in reversed(blocks) if block), "")
    return found if len(found) <= most else f"{found[:most].rsplit(' ', 1)[0]} …"


def is_response(element: Element) -> bool:
    """Whether this tag asks something."""
    return isinstance(element.tag, str) and element.tag.endswith("response")


def text_of(root: Element, marks: dict[Element, str]) -> str:
    """Return the text of a problem as sanitised HTML, with a mark for each field in its place.

    `marks` has the element of each field with its name; a response itself stands for the field of
    a response that has none. Nothing of a response, a hint or a solution is in it (P26).
    """
    for element, name in marks.items():
        mark = f"{OPEN}{name}{CLOSE}"
        if is_response(element):
            last = etree.SubElement(element, LOST)
            last.tail = mark
        else:
            _unfold(element, root)
            drop(element, mark)
    for element in list(root.iter()):
        if element.getparent() is None:
            continue
        if is_response(element):
            continue
        if element.tag in SECRET or (_asks(element) and not _is_text(element)):
            drop(element)
        elif element.tag == "clarification":
            element.text = f" ({(element.text or '').strip()}"
            element.tail = f") {element.tail or ''}"
    for response in [e for e in root.iter() if is_response(e)]:
        response.tag = LOST
    etree.strip_tags(root, LOST)
    return inner(root)


def _asks(element: Element) -> bool:
    """Whether this stands inside a response."""
    return any(is_response(above) for above in element.iterancestors())


def _is_text(element: Element) -> bool:
    return element.tag in TAGS or element.tag in LOOSE or element.tag == LOST


def _unfold(element: Element, root: Element) -> None:
    """Make room for a field: paragraphs and such cannot hold one, so they become plain boxes."""
    for above in element.iterancestors():
        if above is not root and above.tag in INLINE:
            above.tag = "div"


def plain_text(root: Element) -> str:
    """Return the text of a problem that is not graded here, with the questions in it."""
    for element in root.iter("label", "legend", "description"):
        element.tag = "p"
    for element in list(root.iter("comment", "comment_prompt", "tag_prompt")):
        element.tag = "p"
    return text_of(root, {})
