"""Reads a problem from its XML (OLX `problem`, the CAPA kinds that XBLOCK.md counts first)."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from html import escape

from courses.blocks.problem import readers, source
from courses.blocks.problem.model import Picture, Problem, Question
from courses.blocks.problem.source import MARK, Element, ProblemError, inner
from courses.markup import clean_html

MOST_QUESTIONS = 200


@lru_cache(maxsize=4096)
def parse(data: str) -> Problem:
    """Read a problem. Raises ProblemError for XML that is broken or has no key."""
    root = source.read(data)
    responses = [e for e in root.iter() if source.is_response(e)]
    reason = _unsupported(root, responses)
    solution = "".join(inner(e) for e in root.iter("solution"))
    hints = tuple(inner(e) for e in root.iterfind(".//demandhint/hint"))
    if reason:
        return Problem(
            intro=source.plain_text(root), questions=(), unsupported=reason,
            solution=solution, hints=hints,
        )  # fmt: skip
    questions: list[Question] = []
    marks: dict[Element, str] = {}
    for number, element in enumerate(responses):
        for field, question in readers.READERS[element.tag](element, f"r{number}", root):
            questions.append(question)
            marks[field] = question.id
        if len(questions) > MOST_QUESTIONS:
            raise source.fail(element, f"more than {MOST_QUESTIONS} questions in one problem")
    return _placed(source.text_of(root, marks), tuple(questions), solution, hints)


def _unsupported(root: Element, responses: list[Element]) -> str:
    """Return why a problem cannot be graded here: a script, or the tags that nobody here reads."""
    if root.find(".//script") is not None:
        return "script"
    return ", ".join(sorted({e.tag for e in responses} - set(readers.READERS)))


def _placed(
    text: str, questions: tuple[Question, ...], solution: str, hints: tuple[str, ...]
) -> Problem:
    """Cut the text at the marks and give each question the text before it."""
    parts = MARK.split(text)
    for question in questions:
        if question.id not in parts[1::2]:  # its place was lost with a tag that HTML refuses
            parts += [question.id, ""]
    pieces = [piece.strip() for piece in parts[::2]]
    by_id = {question.id: question for question in questions}
    ordered = tuple(by_id[name] for name in parts[1::2])
    nested = any(clean_html(piece) != piece for piece in pieces)
    pictures = {q.id: _picture(q.picture) for q in questions if q.picture}
    whole = MARK.sub(lambda found: pictures.get(found[1], ""), text).strip()
    ordered = _named(ordered, pieces)
    # A test shows the intro with its links made real, the text between questions as it is.
    linked = bool(pictures) or any(
        '"/static/' in piece or '"/jump_to_id/' in piece for piece in pieces[1:]
    )
    intro = whole
    if ordered and not nested and not linked:
        intro = pieces[0]
        ordered = tuple(
            replace(question, before=piece, after=pieces[-1] if question is ordered[-1] else "")
            for question, piece in zip(ordered, pieces, strict=False)
        )
    return Problem(
        intro=intro,
        questions=ordered,
        pieces=tuple(parts[::2] if nested else pieces),
        nested=nested,
        solution=solution,
        hints=hints,
    )


def _named(questions: tuple[Question, ...], pieces: list[str]) -> tuple[Question, ...]:
    """Give each question without a label the words before it, for who hears the page."""
    found, said = [], ""
    for question, piece in zip(questions, pieces, strict=False):
        said = source.last_words(piece) or said  # the second field of a row is about the same
        found.append(question if question.label else replace(question, spoken=said))
    return tuple(found)


def _picture(picture: Picture) -> str:
    """Return the picture to point at, for a page that shows it with the text."""
    if not picture.src.startswith("/static/"):
        return ""
    return clean_html(f'<p><img src="{escape(picture.src)}" alt="{escape(picture.alt)}"></p>')


__all__ = ["ProblemError", "parse"]
