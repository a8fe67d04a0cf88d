"""What an import tells, in the language of the page.

Courses are read on the command line, in a job and in a request, and a report is kept for years.
So its lines are plain English, and a page translates them when it shows them: a line is found by
its sentence, and what differs (a name, a number) is put into the sentence of the other language.
"""

from __future__ import annotations

import re
from functools import cache

from flask_babel import gettext as _

from courses.olx.report import CourseError, Line

LONGEST = 2_000
"""A message this long quotes a whole page: it is shown as it is."""


def _l(sentence: str) -> str:
    """Mark a sentence for the catalogue; it is translated when it is shown."""
    return sentence


GAP = re.compile(r"%\\?\((\w+)\\?\)s")
SENTENCES = (
    _l("The package holds more than %(most)s files"),
    _l("The package is larger than it may be"),
    _l("course.xml: this file is missing, so this is no course"),
    _l("%(file)s: this file is missing"),
    _l("this file is missing"),
    _l("%(file)s, line %(line)s: this is not UTF-8 text"),
    _l("this is not UTF-8 text"),
    _l("%(file)s: a file name may not hold a backslash or a NUL"),
    _l("%(file)s: this path leaves the package"),
    _l("%(file)s: this file is in the package twice"),
    _l("%(file)s: the package is larger than it may be"),
    _l("%(file)s: this file is packed too tightly to be trusted"),
    _l("%(file)s: there is no such file or folder"),
    _l("%(file)s: the archive is damaged (%(error)s)"),
    _l("%(file)s: this is no zip or tar.gz file"),
    _l("%(file)s: links are not accepted"),
    _l("%(file)s: links and devices are not accepted"),
    _l("%(file)s: encrypted files are not accepted"),
    _l("files of this kind (%(kind)s) are not accepted"),
    _l("left out: files of this kind (%(kind)s) are not accepted"),
    _l("kept for an export; learners do not get files of this kind"),
    _l("a picture may not hold scripts or outside links"),
    _l("%(number)s files have no page of their own here; an export has them"),
    _l("nothing in the course uses this file; it is kept"),
    _l("the course is empty"),
    _l("the link to '%(name)s' leads nowhere"),
    _l("this file is used so often that the course has no end"),
    _l("this file is larger than %(size)s MB"),
    _l("document types and entities are not accepted"),
    _l("more than %(most)s attributes"),
    _l("this JSON cannot be read"),
    _l("'%(name)s' contains itself"),
    _l("%(file)s is missing"),
    _l("expected <%(wanted)s>, found <%(found)s>"),
    _l("the course has more than %(most)s parts"),
    _l("'%(name)s' is no url_name: use letters, digits, . _ -"),
    _l("the url_name '%(name)s' is used before: %(where)s"),
    _l('%(name)s="%(text)s" must be a whole number from 0'),
    _l('%(name)s="%(text)s" is not one of: %(known)s'),
    _l("the first tag must be <course>"),
    _l('course="…" must name the course'),
    _l("the course has no modules (<chapter>)"),
    _l("<%(tag)s> does not belong in <%(parent)s>"),
    _l("<%(tag)s> stands in <%(parent)s>: it got a <%(own)s> of its own"),
    _l('language="%(code)s": pages of this course say English'),
    _l("module '%(name)s' is required but not there"),
    _l('preview="%(name)s" is no lesson of this course'),
    _l('bank_of="%(name)s" is no test with question banks'),
    _l("an empty lesson got an empty page"),
    _l("a graded lesson with more than questions is practice here, not a test"),
    _l("the lesson has no units (<vertical>)"),
    _l('completion="test" asks for graded="true"'),
    _l('completion="%(name)s" asks for a question'),
    _l('review="%(name)s" is not one of %(known)s'),
    _l("passing_percent must be 0 to 100"),
    _l("the lesson '%(name)s' of a path is not there"),
    _l('a band belongs in a test (graded="true")'),
    _l('from="%(text)s" of a band must be a whole number from 0 to 100'),
    _l("a band has no words"),
    _l("two bands begin at %(number)s"),
    _l("a path has no steps (<step lesson>)"),
    _l("a problem with a Python script cannot be graded here"),
    _l("<%(tag)s> cannot be graded here"),
    _l("the bank has no questions (<problem>)"),
    _l("<%(tag)s> does not belong in a bank"),
    _l("nothing here shows <%(tag)s>: a placeholder keeps its XML"),
    _l("blocks are nested deeper than %(most)s"),
    _l("<%(tag)s> is no tag of a block"),
    _l("%(file)s is not in the package"),
    _l("this block cannot be read; its XML is kept"),
    _l("this block cannot be read; its XML is kept (%(error)s)"),
    _l("this block holds what its class cannot read; it is kept"),
    _l("a block asked for an address while it was being read"),
    _l("%(name)s cannot be read"),
    _l("a checklist needs at least one <item>"),
    _l('max_count="%(text)s" must be a whole number from 1, or -1 for all'),
    _l('a picture needs alt="…": what it tells who cannot see it'),
    _l('a reflection needs prompt="…"'),
    _l("a video needs a transcript"),
    _l('%(name)s="%(file)s" is not in the package'),
    _l("a video of another site became a link"),
    _l("this video names no source that can be shown"),
    _l("this video has no captions in the package"),
    _l("the captions %(file)s are not in the package"),
    _l("%(file)s: these captions cannot be read (%(error)s)"),
    _l("an embedded page became a link"),
    _l("an embedded page became a link (%(number)s)"),
    _l("a picture of another site became a link"),
    _l("a picture of another site became a link (%(number)s)"),
    _l("addresses of files now begin with /static/"),
    _l("left out: %(tags)s"),
    _l("the problem is larger than %(size)s kB"),
    _l("the problem has more than %(most)s tags"),
    _l("more than %(most)s questions in one problem"),
    _l("more than %(most)s options"),
    _l("more than %(most)s answers"),
    _l('point_value="%(text)s" must be 0 to 1'),
    _l("no option is marked correct"),
    _l("<%(tag)s> needs two pairs"),
    _l("<%(tag)s> needs two items"),
    _l("<%(tag)s> has no answer"),
    _l("<%(tag)s> has no <%(child)s>"),
    _l("the regexp is longer than %(most)s characters"),
    _l("the answer '%(text)s' is no number"),
    _l("the tolerance '%(text)s' is no number"),
    _l("the %(what)s '%(text)s' is no number"),
    _l('samples="%(text)s" must read like x,y@1,2:3,4#10'),
    _l("'%(text)s' is no regexp: %(error)s"),
    _l("the answer '%(text)s' is no formula: %(error)s"),
    _l("<imageinput> has no rectangle and no regions"),
    _l("the rectangle or regions cannot be read"),
    _l('weight="%(text)s" must be 0 to 1000'),
    _l('%(name)s="%(text)s" cannot be read'),
    _l("the name '%(name)s' is used before: %(where)s"),
    _l("%(key)s: %(text)s is not one of: %(known)s"),
    _l("%(key)s: %(text)s must be a whole number"),
    _l("%(address)s is not in the folder"),
    _l("the course has no lessons (Markdown files)"),
    _l("write a title or a slug for the course"),
    _l("two files differ only in signs that addresses lack"),
    _l("write 'key: value' here, with one of: %(known)s"),
    _l("the lesson is empty"),
    _l("%(address)s: say between [ and ] what the picture tells"),
    _l("%(address)s: put the picture in the folder; pages load nothing elsewhere"),
    _l("folders in folders are not read: one folder is one module"),
    _l("the second --- of the lines at the top is missing"),
)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return a pattern for each English sentence, those with the most words of their own first."""
    found = []
    for sentence in sorted(SENTENCES, key=lambda sentence: -len(GAP.sub("", sentence))):
        pattern = GAP.sub(lambda gap: f"(?P<{gap[1]}>.+?)", re.escape(sentence))
        found.append((re.compile(pattern, re.DOTALL), sentence))
    return tuple(found)


def in_words(message: str) -> str:
    """Return a message in the language of the page; one that is not ours stays as it is."""
    for pattern, sentence in _patterns() if len(message) <= LONGEST else ():
        match = pattern.fullmatch(message)
        if match is not None:
            return str(_(sentence, **match.groupdict()))
    return message


def line_in_words(line: Line) -> str:
    """Return a line of a report with its file and number."""
    return str(
        _(
            "%(file)s, line %(line)s: %(message)s",
            file=line.file,
            line=line.line,
            message=in_words(line.message),
        )
    )


def refusal_in_words(error: Exception) -> list[str]:
    """Return why a course or package is refused, one sentence per problem."""
    if isinstance(error, CourseError):
        return [line_in_words(line) for line in error.problems]
    return [in_words(line) for line in str(error).splitlines()]
