"""Checks a course as a careful editor would: structure, questions, reading level.

`read_course` refuses what cannot be published. This says what should be better before it is: the
rules stand in docs/authoring.md, the numbers below. Everything is judged from the document that
would be published, so a zip from elsewhere can be checked too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import mean
from typing import Literal

from lxml import etree, html

from courses.blocks.problem.capa import parse
from courses.blocks.problem.model import Question
from courses.outline import BANKS, Block, Lesson, Outline

# Words in a lesson: less says too little, more does not fit in a quarter of an hour.
MIN_WORDS, MAX_WORDS = 150, 1000
WORDS_PER_MINUTE = 130
"""Reading to learn, with time to think; B1 readers."""
# Sentences (B1, "Taalniveaus in gewone taal": short, one message each).
MEAN_SENTENCE, LONG_SENTENCE, LONG_SHARE = 12.0, 20, 0.1
# Reading ease: Douma (1960) for Dutch, Flesch (1948) for English. B1 begins at about 55.
MIN_EASE = 55.0
MIN_FEEDBACK_WORDS = 4
MIN_ALT = 25
# A test with this many single-choice questions must not give the key away by place or length.
MANY_QUESTIONS = 8
MAX_PLACE_SHARE, MAX_LONGEST_SHARE, MAX_LENGTH_RATIO = 0.45, 0.45, 1.5
MIN_POOL = 1.5
"""Questions in a bank for each one drawn."""
GIVEAWAYS = {
    "nl": re.compile(
        r"\b(alle bovenstaande|geen van bovenstaande|alle antwoorden)\b", re.IGNORECASE
    ),
    "en": re.compile(r"\b(all of the above|none of the above)\b", re.IGNORECASE),
}
NO_VERB = {
    "nl": {"de", "het", "een", "je", "deze", "dit", "in", "hoe", "wat", "waarom", "over"},
    "en": {"the", "a", "an", "you", "this", "in", "how", "what", "why", "about"},
}
Level = Literal["error", "advice"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that should be better. `where` is the url_name of the lesson or block."""

    level: Level
    where: str
    message: str


@dataclass(frozen=True, slots=True)
class LessonReport:
    """What was measured of one lesson."""

    id: str
    title: str
    minutes: int
    words: int
    mean_sentence: float
    ease: float
    questions: int


@dataclass(slots=True)
class Report:
    """All of it."""

    lessons: list[LessonReport] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def errors(self) -> list[Finding]:
        """What must be better before the course is good."""
        return [finding for finding in self.findings if finding.level == "error"]


class _Checker:
    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.language = outline.language
        self.report = Report()

    def blame(self, where: str, message: str, level: Level = "error") -> None:
        self.report.findings.append(Finding(level, where, message))

    def run(self) -> Report:
        if len(self.outline.goals) < 3:  # noqa: PLR2004
            self.blame(self.outline.slug, "name at least three goals (<goal>)")
        if not self.outline.summary:
            self.blame(self.outline.slug, "short_description is missing")
        for lesson in self.outline.lessons:
            if lesson.quiz is None:
                self.lesson(lesson)
            else:
                self.test(lesson)
            for block in _blocks(lesson):
                self.block(block)
        return self.report

    # --- lessons --------------------------------------------------------------------------

    def lesson(self, lesson: Lesson) -> None:
        texts = [b for b in _blocks(lesson) if b.type in {"text", "html"}]
        trees = [_tree(str(block.fields.get("data") or "")) for block in texts]
        sentences = [s for tree in trees for s in _sentences(tree)]
        words = sum(len(sentence) for sentence in sentences)
        questions = [b for b in _blocks(lesson) if b.type == "problem"]
        doing = [b for b in _blocks(lesson) if b.type in {"reflection", "checklist"}]
        self.goal(lesson)
        if not MIN_WORDS <= words <= MAX_WORDS:
            self.blame(lesson.id, f"{words} words; between {MIN_WORDS} and {MAX_WORDS} is right")
        self.reading(lesson, sentences)
        if not questions and not doing:
            self.blame(lesson.id, "nothing to do: add a question, a reflection or a checklist")
        elif not doing:
            self.blame(lesson.id, "nothing to do in one's own work", "advice")
        if not any(list(tree.iter("ul", "ol")) for tree in trees[-1:]):
            self.blame(lesson.id, "the last text should be a summary as a list", "advice")
        needed = words / WORDS_PER_MINUTE + len(questions) + 2 * len(doing)
        if not needed / 1.8 <= lesson.minutes <= needed * 2.2:
            self.blame(lesson.id, f'minutes="{lesson.minutes}", about {needed:.0f} seems right')
        self.headings(lesson, texts, trees)
        self.report.lessons.append(
            LessonReport(
                id=lesson.id,
                title=lesson.title,
                minutes=lesson.minutes,
                words=words,
                mean_sentence=words / len(sentences) if sentences else 0.0,
                ease=self.ease(sentences),
                questions=len(questions),
            )
        )

    def goal(self, lesson: Lesson) -> None:
        words = lesson.goal.split()
        if not words:
            self.blame(lesson.id, "the goal is missing")
            return
        if words[0].lower() in NO_VERB[self.language]:
            self.blame(lesson.id, "the goal should start with a verb")
        if len(words) > 25 or re.search(r"[.!?]\s+\S", lesson.goal):  # noqa: PLR2004
            self.blame(lesson.id, "the goal should be one short sentence")

    def reading(self, lesson: Lesson, sentences: list[list[str]]) -> None:
        if not sentences:
            return
        average = mean(len(sentence) for sentence in sentences)
        long = [sentence for sentence in sentences if len(sentence) > LONG_SENTENCE]
        if average > MEAN_SENTENCE:
            self.blame(lesson.id, f"sentences of {average:.1f} words; up to {MEAN_SENTENCE:.0f}")
        if len(long) / len(sentences) > LONG_SHARE:
            first = " ".join(long[0][:8])
            self.blame(lesson.id, f"{len(long)} sentences over {LONG_SENTENCE} words: “{first} …”")
        if (ease := self.ease(sentences)) < MIN_EASE:
            self.blame(lesson.id, f"reading ease {ease:.0f}; at least {MIN_EASE:.0f}")

    def ease(self, sentences: list[list[str]]) -> float:
        """Return the reading ease, 0 (hard) to 100: Flesch-Douma for Dutch, Flesch for English."""
        words = [word for sentence in sentences for word in sentence]
        if not words:
            return 100.0
        syllables = sum(_syllables(word, self.language) for word in words) / len(words)
        length = len(words) / len(sentences)
        if self.language == "nl":
            return 206.84 - 77 * syllables - 0.93 * length
        return 206.835 - 84.6 * syllables - 1.015 * length

    def headings(self, lesson: Lesson, texts: list[Block], trees: list[html.HtmlElement]) -> None:
        for block, tree in zip(texts, trees, strict=True):
            last = 1
            for element in tree.iter():
                if isinstance(element.tag, str) and re.fullmatch(r"h[1-6]", element.tag):
                    level = int(element.tag[1])
                    if level == 1 or level > last + 1:
                        self.blame(block.id, f"<{element.tag}> after level {last} in {lesson.id}")
                    if not (element.text_content() or "").strip():
                        self.blame(block.id, "an empty heading")
                    last = level

    # --- tests ----------------------------------------------------------------------------

    def test(self, lesson: Lesson) -> None:
        assert lesson.quiz is not None
        self.goal(lesson)
        for bank in (b for b in _blocks(lesson) if b.type in BANKS):
            drawn = int(bank.fields.get("max_count") or -1)
            if drawn > 0 and len(bank.children) < MIN_POOL * drawn:
                self.blame(bank.id, f"{drawn} of {len(bank.children)} drawn: write more questions")
        singles = [
            question
            for block in lesson.problems()
            for question in parse(str(block.fields["data"])).questions
            if question.kind in {"single", "dropdown"} and len(question.options) > 2  # noqa: PLR2004
        ]
        if len(singles) < MANY_QUESTIONS:
            return
        places = Counter(_key(question) for question in singles)
        place, number = places.most_common(1)[0]
        if number / len(singles) > MAX_PLACE_SHARE:
            self.blame(lesson.id, f"the right answer stands at {place + 1} in {number} questions")
        longest = [question for question in singles if _is_longest(question)]
        if len(longest) / len(singles) > MAX_LONGEST_SHARE:
            share = f"{len(longest)} of {len(singles)}"
            self.blame(lesson.id, f"the right answer is the longest in {share} questions")

    # --- blocks ---------------------------------------------------------------------------

    def block(self, block: Block) -> None:
        if block.type == "picture" and len(str(block.fields.get("alt") or "")) < MIN_ALT:
            self.blame(block.id, "the text alternative is too short to tell what the picture says")
        if block.type == "problem":
            problem = parse(str(block.fields["data"]))
            if not problem.solution:
                self.blame(block.id, "the explanation is missing (<solution>)")
            for question in problem.questions:
                self.question(block.id, question)

    def question(self, where: str, question: Question) -> None:
        if not _plain(question.label):
            self.blame(where, "the question has no <label>")
        self.feedback(where, question)
        if question.kind in {"single", "dropdown"} and len(question.options) > 1:
            texts = [len(_plain(option.text)) for option in question.options]
            right = texts[_key(question)]
            others = mean(texts[: _key(question)] + texts[_key(question) + 1 :])
            if right > MAX_LENGTH_RATIO * others and right - others > 15:  # noqa: PLR2004 - letters
                self.blame(where, "the right answer is much longer than the others")
        counts = Counter(_plain(option.text) for option in question.options)
        for text in (text for text, number in counts.items() if number > 1):
            self.blame(where, f"the option “{text[:40]}” is there twice")

    def feedback(self, where: str, question: Question) -> None:
        if question.kind in {"ordering", "text", "number"}:
            said = question.wrong_feedback or question.correct_feedback
            if not (said or any(text.feedback for text in question.texts)):
                self.blame(where, "no feedback (hint)")
            return
        for option in question.options:
            text = _plain(option.text)
            if len(_plain(option.feedback).split()) < MIN_FEEDBACK_WORDS:
                self.blame(where, f"no feedback that teaches on “{text[:40]}”")
            if question.kind == "multiple" and not option.feedback_not:
                self.blame(where, f"no feedback for who leaves out “{text[:40]}”")
            if GIVEAWAYS[self.language].search(text):
                self.blame(where, f"“{text[:40]}” is no real option")
        if question.kind == "matching" and not all(pair.feedback for pair in question.pairs):
            self.blame(where, "a pair has no feedback (hint)")


def check(outline: Outline) -> Report:
    """Measure a course and list what should be better."""
    return _Checker(outline).run()


def _blocks(lesson: Lesson) -> Iterator[Block]:
    for unit in lesson.units:
        yield from unit.walk()


def _key(question: Question) -> int:
    return next((n for n, option in enumerate(question.options) if option.correct), 0)


def _is_longest(question: Question) -> bool:
    lengths = [len(_plain(option.text)) for option in question.options]
    right = lengths.pop(_key(question))
    return right > max(lengths)


def _tree(source: str) -> html.HtmlElement:
    try:
        return html.fromstring(f"<div>{source}</div>")
    except (etree.ParserError, etree.XMLSyntaxError):
        return html.fromstring("<div></div>")


def _plain(source: str) -> str:
    return " ".join((_tree(source).text_content() or "").split())


def _sentences(tree: html.HtmlElement) -> list[list[str]]:
    """Return the sentences as words. A heading, a list item and a table cell end one."""
    found = []
    for element in tree.iter("p", "li", "h2", "h3", "h4", "h5", "h6", "td", "th", "blockquote"):
        if element.tag in {"li", "blockquote", "td", "th"} and element.find(".//p") is not None:
            continue
        for sentence in re.split(r"(?<=[.!?:;])\s+", (element.text_content() or "").strip()):
            words = re.findall(r"[^\W_][\w’'.-]*", sentence)
            if words:
                found.append(words)
    return found


@lru_cache(maxsize=65536)
def _syllables(word: str, language: str) -> int:
    """Count the groups of vowels: right for nearly all words, and never off by more than one."""
    lower = word.lower()
    if language == "nl":
        lower = lower.replace("ij", "y")
    groups = re.findall(r"[äëïöü]|[aeiouyáéíóúàèìòùâêîôû]+", lower)
    silent = language == "en" and len(groups) > 1 and re.search(r"[^aeiouyl]e$|[^td]ed$", lower)
    return max(1, len(groups) - bool(silent))


__all__ = ["Finding", "LessonReport", "Report", "check"]
