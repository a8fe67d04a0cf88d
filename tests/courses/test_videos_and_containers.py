"""Videos, and blocks that hold others, as courses of Open edX write them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from courses import queries
from courses.models import Course
from courses.olx import exporter
from courses.olx.importer import CourseError, Imported, read_course
from courses.olx.package import Package
from courses.outline import content_hash
from courses.services.publishing import publish_course
from learnenv.kernel.transaction import transaction
from tests.browser import Browser, Page
from tests.factories import NOW, SYSTEM, make_enrolment, make_person, tiny_course

SRT = b"1\n00:00:01,000 --> 00:00:02,500\nGoedemorgen allemaal.\n"
PROBLEM = """<problem url_name="{name}"><multiplechoiceresponse><label>{name}</label><choicegroup>
<choice correct="true">Ja</choice><choice correct="false">Nee</choice>
</choicegroup></multiplechoiceresponse></problem>"""


def course_with(inside: str, *, foreign: bool = True, **static: bytes) -> dict[str, bytes]:
    """A course of one page with these blocks, as Open edX exports it or as one of ours."""
    found = tiny_course("film") | {
        f"static/{name.replace('__', '.')}": d for name, d in static.items()
    }
    text = found["course.xml"].decode()
    if foreign:
        found["policies/2026/policy.json"] = b"{}"
        text = text.replace("<course ", '<course url_name="2026" ', 1)
    found["course.xml"] = text.replace("</vertical>", f"{inside}</vertical>").encode()
    return found


def read(inside: str, **more: Any) -> Imported:
    return read_course(Package(course_with(inside, **more)))


def block_of(found: Imported) -> dict[str, Any]:
    """The last block of the only page."""
    assert found.document is not None, found.report
    unit = found.document["modules"][0]["lessons"][0]["units"][0]
    block: dict[str, Any] = unit["blocks"][-1]
    return block


def said(found: Imported) -> str:
    return " ".join(str(line) for line in found.report.lines)


def publish(inside: str, **more: Any) -> Course:
    with transaction():
        publish_course(read(inside, **more), actor=SYSTEM, at=NOW)
    with transaction(write=False):
        return queries.course_by_slug("film")


def page_of(app: Flask, course: Course) -> tuple[Browser, Page]:
    person = make_person()
    make_enrolment(person, course)
    browser = Browser(app).sign_in(person)
    return browser, browser.get("/cursussen/film/les/film-les/film-deel")


# --- videos ------------------------------------------------------------------------------------


def test_a_video_of_the_package_is_played_with_captions_and_text(app: Flask) -> None:
    inside = (
        '<video url_name="film-1" display_name="Welkom" sub="x" transcripts=\'{"nl": "nl.srt"}\'>'
        '<source src="/static/welkom.mp4"/><transcript language="de" src="weg.srt"/></video>'
    )
    course = publish(inside, welkom__mp4=b"\0" * 64, nl__srt=SRT)
    _browser, page = page_of(app, course)
    video = page.soup.select_one("main video")
    assert video["src"].endswith("welkom.mp4")
    assert video["aria-label"] == "Welkom"
    [track] = video.select("track")
    assert (track["srclang"], track["kind"]) == ("nl", "captions")
    assert "Goedemorgen allemaal." in page.main


def test_captions_that_are_not_there_are_told() -> None:
    inside = (
        '<video url_name="film-1" sub="x" transcripts=\'{"nl": "nl.srt", "fr": "leeg.srt"}\'>'
        '<source src="/static/welkom.mp4"/><transcript language="de" src="weg.srt"/></video>'
    )
    found = read(inside, welkom__mp4=b"\0" * 64, nl__srt=SRT, leeg__srt=b"")
    for name in ("weg.srt", "subs_x.srt.sjson"):
        assert name in said(found)
    assert set(block_of(found)["fields"]["tracks"]) == {"nl"}
    bare = read('<video url_name="film-1"><source src="/static/w.mp4"/></video>', w__mp4=b"\0")
    assert "has no captions" in said(bare)


@pytest.mark.parametrize(
    ("source", "link"),
    [
        ('youtube="1.00:abc_DEF-123"', "https://www.youtube.com/watch?v=abc_DEF-123"),
        ('youtube_id_1_0="abc_DEF-123"', "https://www.youtube.com/watch?v=abc_DEF-123"),
        ("html5_sources='[\"https://elders.example/a.mp4\"]'", "https://elders.example/a.mp4"),
        ('source="//elders.example/a.mp4"', "https://elders.example/a.mp4"),
    ],
)
def test_P37_a_video_elsewhere_is_a_link(app: Flask, source: str, link: str) -> None:
    course = publish(f'<video url_name="film-1" display_name="Welkom" {source}/>')
    _browser, page = page_of(app, course)
    assert not page.soup.select("main video")
    assert page.soup.select_one(f'main a[href="{link}"]')["rel"] == ["noopener", "noreferrer"]
    assert "a video of another site became a link" in said(
        read(f'<video url_name="film-1" {source}/>')
    )


@pytest.mark.parametrize(
    "broken", ['html5_sources="["', 'html5_sources="{}"', 'youtube="1.00:&lt;b&gt;"', ""]
)
def test_a_video_without_a_source_says_so(app: Flask, broken: str) -> None:
    inside = f'<video url_name="film-1" transcripts="[" {broken}/>'
    assert "names no source" in said(read(inside))
    _browser, page = page_of(app, publish(inside))
    assert "The video of this part did not come with the course." in page.main


def test_a_video_goes_out_as_it_came() -> None:
    inside = '<video url_name="film-1" youtube="1.00:abc_DEF-123"><source src="x.mp4"/></video>'
    one = read(inside)
    files = exporter.write(one.document, lambda digest: one.assets[digest][1])
    two = read_course(Package(files))
    assert content_hash(two.document) == content_hash(one.document)


OWN = (
    '<video url_name="v" display_name="Welkom" src="/static/w.mp4" captions="/static/w.vtt" {more}'
)
VTT = b"WEBVTT\n\n00:01.000 --> 00:02.000\nGoedemorgen.\n"


def test_a_video_of_ours_has_captions_and_a_transcript(app: Flask) -> None:
    files = {"w__mp4": b"\0" * 64, "w__vtt": VTT}
    inside = OWN.format(more='language="nl">Eerste alinea.\n\nTweede alinea.</video>')
    one = read(inside, foreign=False, **files)
    assert one.report.errors == []
    written = exporter.write(one.document, lambda digest: one.assets[digest][1])
    two = read_course(Package(written))
    assert content_hash(two.document) == content_hash(one.document)
    _browser, page = page_of(app, publish(inside, foreign=False, **files))
    assert page.soup.select_one("main video track")["srclang"] == "nl"
    shown = [p.get_text() for p in page.soup.select("main details p")]
    assert shown[-2:] == ["Eerste alinea.", "Tweede alinea."]


def test_a_video_of_ours_without_captions_or_transcript_is_refused() -> None:
    files = {"w__mp4": b"\0" * 64, "w__vtt": VTT}
    for more, missing in (
        ("/>", ()),
        (">Tekst</video>", ("w__vtt",)),
        (">Tekst</video>", ("w__mp4",)),
    ):
        there = {name: data for name, data in files.items() if name not in missing}
        try:
            errors = read(OWN.format(more=more), foreign=False, **there).report.errors
        except CourseError as error:
            errors = [str(error)]
        words = " ".join(map(str, errors))
        assert ("is not in the package" if missing else "needs a transcript") in words


# --- blocks that hold others -------------------------------------------------------------------


def both(tag: str, more: str = "") -> str:
    inner = "".join(
        f'<html url_name="deel-{n}"><![CDATA[<p>Inhoud {n}.</p>]]></html>' for n in ("a", "b")
    )
    return f'<{tag} url_name="houder" display_name="Houder" {more}>{inner}</{tag}>'


def seen(page: Page) -> list[str]:
    return [n for n in ("a", "b") if f"Inhoud {n}." in page.main]


def test_a_column_in_a_column_shows_all(app: Flask) -> None:
    _browser, page = page_of(app, publish(both("vertical")))
    assert seen(page) == ["a", "b"]


SPLIT = (
    'user_partition_id="7" group_id_to_child=\'{"0": "i4x://o/c/html/deel-b",'
    ' "1": "block-v1:o+c+r+type@html+block@weg"}\''
)


@pytest.mark.parametrize("tag", ["randomize", "split_test"])
def test_one_of_several_is_the_same_each_time_and_differs_between_people(
    app: Flask, tag: str
) -> None:
    course = publish(both(tag))
    shown = set()
    for _ in range(12):
        browser, page = page_of(app, course)
        [one] = seen(page)
        again = browser.get("/cursussen/film/les/film-les/film-deel")
        assert seen(again) == [one]
        shown.add(one)
    assert shown == {"a", "b"}


def test_a_split_shows_only_children_of_a_group(app: Flask) -> None:
    course = publish(both("split_test", SPLIT))
    for _ in range(6):
        assert seen(page_of(app, course)[1]) == ["b"]


@pytest.mark.parametrize("more", ["", SPLIT])
def test_holders_go_out_as_they_came(more: str) -> None:
    for tag in ("randomize", "split_test", "conditional"):
        one = read(both(tag, more if tag == "split_test" else ""))
        files = exporter.write(one.document, lambda digest, one=one: one.assets[digest][1])
        assert content_hash(read_course(Package(files)).document) == content_hash(one.document)


def asking(more: str) -> str:
    return PROBLEM.format(name="vraag") + both(
        "conditional", f'sources="i4x://o/c/problem/vraag" message="Maak eerst {{link}}" {more}'
    )


@pytest.mark.parametrize(
    ("more", "answer", "shown"),
    [
        ('condition="attempted"', None, False),
        ('condition="attempted"', "c1", True),
        ('condition="correct"', "c1", False),
        ('correct="True"', "c0", True),
        ('condition="correct" value="False"', "c0", False),
        ('condition="poll_answer" value="ja"', None, True),  # a problem has no such answer
    ],
)
def test_a_conditional_shows_what_is_inside_when_it_holds(
    app: Flask, more: str, answer: str | None, shown: bool
) -> None:
    browser, page = page_of(app, publish(asking(more)))
    if answer is not None:
        browser.post("/cursussen/film/blok/vraag/submit", {"vraag-r0": answer}, 204)
        page = browser.get("/cursussen/film/les/film-les/film-deel")
    assert seen(page) == (["a", "b"] if shown else [])
    assert ("Maak eerst …" in page.main) is not shown


def test_a_conditional_shows_what_it_names_and_never_itself(app: Flask) -> None:
    inside = (
        '</vertical><vertical url_name="film-deel-2">'
        '<conditional url_name="houder"><show sources="i4x://o/c/html/film-tekst;houder">'
        '<html url_name="deel-a"><![CDATA[<p>Inhoud a.</p>]]></html></show></conditional>'
    )
    browser, _page = page_of(app, publish(inside))
    page = browser.get("/cursussen/film/les/film-les/film-deel-2")
    assert seen(page) == ["a"]
    assert "Alleen in film te lezen." in page.main


ONCE = (
    '<html url_name="hier"><![CDATA[<p>Al hier.</p>]]></html>'
    '<vertical url_name="kolom"><html url_name="los"><![CDATA[<p>Los.</p>]]></html></vertical>'
    "</vertical>"
)


@pytest.mark.parametrize("shows", [("los;hier", "hier"), ("hier;hier", ""), ("los", "kolom")])
def test_what_conditionals_name_stands_on_a_page_once(app: Flask, shows: tuple[str, str]) -> None:
    inside = (
        f'{ONCE}<vertical url_name="film-deel-2">'
        f'<conditional url_name="een"><show sources="{shows[0]}"/></conditional>'
        f'<conditional url_name="twee"><show sources="{shows[1]}"/></conditional>'
    )
    browser, _page = page_of(app, publish(inside))
    for path in ("film-deel-2", "afdrukken"):
        page = browser.get(f"/cursussen/film/les/film-les/{path}")
        for name, words in (("hier", "Al hier."), ("los", "Los.")):
            named = name in " ".join(shows) or (name == "los" and "kolom" in shows)
            assert page.main.count(words) == (1 if named or path == "afdrukken" else 0)
        ids = [tag["id"] for tag in page.soup.select("[id]")]
        assert sorted(ids) == sorted(set(ids))


def test_what_is_hidden_elsewhere_on_the_page_can_be_named(app: Flask) -> None:
    inside = PROBLEM.format(name="vraag") + (
        '<conditional url_name="dicht" sources="vraag" condition="correct">'
        '<html url_name="hint"><![CDATA[<p>De hint.</p>]]></html></conditional>'
        '<conditional url_name="open" sources="vraag" condition="correct" value="False">'
        '<show sources="hint"/></conditional>'
    )
    _browser, page = page_of(app, publish(inside))
    assert page.main.count("De hint.") == 1
