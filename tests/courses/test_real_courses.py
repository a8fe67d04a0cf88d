"""Real courses of others: they come in, every page of them stands, and they go out as they came."""

from __future__ import annotations

import io
import logging
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask
from lxml import etree

from courses import queries
from courses.olx import exporter
from courses.olx.importer import Imported, read_course
from courses.olx.package import Package, read, read_bytes
from courses.outline import canonical, content_hash
from courses.services.publishing import publish_course
from learnenv.kernel.permissions import SYSTEM, Role
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.courses.olx import MINI_FILES
from tests.factories import NOW, make_enrolment, make_person
from tests.oracle.samples import samples_folder

CONTENT = Path(__file__).parents[2] / "courses" / "content"
SAMPLES = samples_folder()
NAMES = ("openedx-demo-course", "edx-supported-components", "microsoft-kitchen-sink")
real = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample courses are not here")


@pytest.fixture(scope="module", params=NAMES)
def sample(request: pytest.FixtureRequest) -> tuple[Path, Imported]:
    path = SAMPLES / f"{request.param}.tar.gz"
    return path, read_course(read(path))


def blocks(document: dict[str, Any]) -> list[dict[str, Any]]:
    found = [
        block
        for module in document["modules"]
        for lesson in module["lessons"]
        for unit in lesson["units"]
        for block in unit["blocks"]
    ]
    for block in found:
        found += block["children"]
    return found


def elements(path: Path) -> Counter[str]:
    """Walk a course from course.xml, by another way than the importer's, and count its tags."""
    with tarfile.open(path) as archive:
        files = {
            m.name.split("/", 1)[-1]: archive.extractfile(m).read()  # type: ignore[union-attr]
            for m in archive
            if m.isfile()
        }

    def walk(node: Any) -> Counter[str]:
        name = node.get("url_name")
        file = f"{node.tag}/{name}.xml"
        if name and not len(node) and not (node.text or "").strip() and file in files:
            node = etree.fromstring(files[file])
        inner = [c for c in node if isinstance(c.tag, str)] if node.tag in HOLD else []
        return sum((walk(child) for child in inner), Counter({node.tag: 1}))

    return walk(etree.fromstring(files["course.xml"]))


HOLD = {"course", "chapter", "sequential", "vertical", "library_content", "split_test"}


@real
def test_every_block_is_there_once_and_in_the_report(sample: tuple[Path, Imported]) -> None:
    path, imported = sample
    counted = Counter(
        "problem" if block["type"] == "unreadable-problem" else block["type"]
        for block in blocks(imported.document)
    )
    wanted = elements(path)
    for tag in HOLD | {"wiki"}:
        wanted.pop(tag, None)
        counted.pop(tag, None)
    assert counted == wanted
    told = Counter({tag: sum(c.values()) for tag, c in imported.report.tags.items()})
    assert all(told[tag] == number for tag, number in wanted.items())
    assert not imported.report.errors


@real
def test_e5_a_real_course_goes_out_and_comes_in_with_the_same_hash(
    sample: tuple[Path, Imported],
) -> None:
    _path, one = sample
    data = exporter.archive(one.document, lambda digest: one.assets[digest][1])
    two = read_course(read_bytes(data, "course.tar.gz"))
    assert canonical(two.document) == canonical(one.document)
    again = exporter.archive(two.document, lambda digest: two.assets[digest][1])
    assert again == data, "the same course gives the same bytes"


@pytest.mark.parametrize("name", ["werken-2.0", "working-openly"])
def test_e5_our_own_courses_go_out_and_come_in_with_the_same_hash(name: str) -> None:
    one = read_course(read(CONTENT / name))
    files = exporter.write(one.document, lambda digest: one.assets[digest][1])
    two = read_course(Package(files))
    assert content_hash(two.document) == content_hash(one.document)


def test_an_export_that_loses_something_is_seen() -> None:
    """The planted fault: without its feedback a question is another question."""
    one = read_course(Package(dict(MINI_FILES)))
    files = exporter.write(one.document, lambda digest: one.assets[digest][1])
    path = "problem/proef-oefenvraag.xml"
    files[path] = files[path].replace(b"<choicehint>", b"<choicehint> ", 1)
    two = read_course(Package(files))
    assert content_hash(two.document) != content_hash(one.document)


@real
def test_every_unit_of_a_real_course_is_shown(
    app: Flask, client: Browser, sample: tuple[Path, Imported]
) -> None:
    """Valid HTML, labelled fields, no block that failed, no key in the page (tests/browser.py)."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    _path, imported = sample
    with transaction():
        done = publish_course(imported, actor=SYSTEM, at=NOW)
    course = queries.course_by_slug(done.slug)
    outline = queries.current(course)
    person = make_person(roles=[(Role.AUTHOR, None)])
    make_enrolment(person, course, at=NOW)
    client.sign_in(person)
    seen = 0
    for lesson, unit in outline.units:
        if lesson.quiz is not None:
            continue
        page = client.get(f"/cursussen/{course.slug}/les/{lesson.id}/{unit.id}")
        assert "went wrong" not in page.text, unit.id
        assert 'src="http' not in page.text, f"{unit.id} loads from another site (P37)"
        seen += 1
    assert seen > 10
    report = client.get(f"/beheer/cursussen/{course.slug}/importverslag")
    assert "Not supported" in report.main


def test_an_author_takes_a_course_out_and_brings_it_to_another_site(
    app: Flask, client: Browser, tmp_path: Path
) -> None:
    with transaction():
        imported = read_course(Package(dict(MINI_FILES)))
        done = publish_course(imported, actor=SYSTEM, at=NOW)
    client.sign_in(make_person(roles=[(Role.AUTHOR, None)]))
    page = client.get(f"/beheer/cursussen/{done.slug}/exporteren")
    assert page.response.headers["Content-Type"] == "application/gzip"
    back = read_course(read_bytes(page.data, "x.tar.gz"))
    assert content_hash(back.document) == content_hash(imported.document)
    answer = client.post(
        "/beheer/cursussen", {"package": (io.BytesIO(page.data), "x.tar.gz")}, follow=True
    )
    assert "nothing changed" in answer.text
