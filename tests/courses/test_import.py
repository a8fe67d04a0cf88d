"""Importing OLX: what is refused and why, and what a second import does."""

from __future__ import annotations

import io
import os
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from courses import queries
from courses.models import Asset, Course, CourseVersion
from courses.olx.importer import CourseError, read_course
from courses.olx.package import PackageError, read, read_bytes
from courses.services import learning
from learnenv.kernel.db import db
from learnenv.kernel.permissions import Role
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.courses.olx import (
    MINI_FILES,
    publish_files,
    read_files,
    replaced,
    with_files,
    zipped,
)
from tests.factories import NOW, make_course, make_enrolment, make_person
from tests.house.world import snapshot

BOMB = (
    '<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><chapter>&i;</chapter>"
)
OUTSIDE = '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><chapter display_name="&x;"/>'


def raw_zip(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [*MINI_FILES.items(), *members]:
            archive.writestr(name, data, compress_type=zipfile.ZIP_DEFLATED)
    return out.getvalue()


def link() -> bytes:
    info = zipfile.ZipInfo("static/link.svg")
    info.external_attr = 0o120777 << 16
    return raw_zip((info, b"/etc/passwd"))


def lying() -> bytes:
    """The header says one byte, 60 MB come out."""
    data = bytearray(raw_zip(("static/lies.txt", bytes(60_000_000))))
    size = (60_000_000).to_bytes(4, "little")
    return bytes(data.replace(size, (1).to_bytes(4, "little")))


def tar_with(name: str, *, kind: bytes = tarfile.REGTYPE, size: int = 5) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for path, data in MINI_FILES.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        info = tarfile.TarInfo(name)
        info.type, info.size, info.linkname = kind, size, "/etc/passwd"
        archive.addfile(info, io.BytesIO(bytes(size)))
    return out.getvalue()


BAD = {
    "slip": lambda: raw_zip(("../../weg.xml", b"x")),
    "deep slip": lambda: raw_zip(("static/../../weg.xml", b"x")),
    "absolute": lambda: raw_zip(("/etc/weg.xml", b"x")),
    "backslash": lambda: raw_zip(("static\\..\\weg.xml", b"x")),
    "drive letter": lambda: raw_zip(("C:/weg.xml", b"x")),
    "nul": lambda: raw_zip(("weg.xml", b"x")).replace(b"weg.xml", b"we\0.xml"),
    "symlink": link,
    "case duplicate": lambda: raw_zip(("static/A.svg", b"<svg/>"), ("static/a.svg", b"<svg/>")),
    "bomb": lambda: raw_zip(("static/bom.txt", bytes(300_000_000))),
    "many bombs": lambda: raw_zip(*((f"static/{n}.txt", bytes(40_000_000)) for n in range(6))),
    "lying header": lying,
    "5000 files": lambda: raw_zip(*((f"static/{n}.txt", b"x") for n in range(5000))),
    "nested zip": lambda: raw_zip(("static/binnen.zip", zipped(dict(MINI_FILES)))),
    "program": lambda: raw_zip(("static/x.exe", b"MZ")),
    "script": lambda: raw_zip(("static/x.js", b"alert(1)")),
    "entity bomb": lambda: zipped(with_files({"chapter/test.xml": BOMB})),
    "external entity": lambda: zipped(with_files({"chapter/test.xml": OUTSIDE})),
    "utf-16": lambda: zipped(with_files({"chapter/test.xml": OUTSIDE.encode("utf-16")})),
    "bad utf-8": lambda: zipped(with_files({"chapter/test.xml": b"<chapter>\n\xff\xfe</chapter>"})),
    "script in svg": lambda: raw_zip(("static/x.svg", b"<svg><script>alert(1)</script></svg>")),
    "handler in svg": lambda: raw_zip(("static/x.svg", b'<svg onload="alert(1)"/>')),
    "link in svg": lambda: raw_zip(("static/x.svg", b'<svg><image href="https://elders/x"/></svg>')),
    "no course": lambda: zipped({"static/x.txt": b"x"}),
    "no zip": lambda: b"PK\x03\x04 dit is geen zip",
    "empty": lambda: b"",
    "cut off": lambda: zipped(dict(MINI_FILES))[:-200],
    "python": lambda: zipped(replaced("problem/proef-vraag-3.xml", "<solution>", "<script type='loncapa/python'>x</script><solution>")),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_P15_a_bad_package_is_refused_quickly_and_nothing_is_written(
    app: Flask, tmp_path: Path, name: str
) -> None:
    data = BAD[name]()
    before, here = snapshot(), set(tmp_path.rglob("*"))
    start = time.perf_counter()
    with pytest.raises((PackageError, CourseError)):
        read_course(read_bytes(data, "cursus.zip"))
    assert time.perf_counter() - start < 2
    assert snapshot() == before
    assert set(tmp_path.rglob("*")) == here


@pytest.mark.parametrize(
    ("name", "kind", "size"),
    [
        ("../weg.xml", tarfile.REGTYPE, 5), ("/etc/weg.xml", tarfile.REGTYPE, 5), ("static/l.svg", tarfile.SYMTYPE, 0),
        ("static/l.svg", tarfile.LNKTYPE, 0), ("static/l.svg", tarfile.FIFOTYPE, 0), ("static/l.svg", tarfile.CHRTYPE, 0),
        ("static/bom.txt", tarfile.REGTYPE, 120_000_000),
    ],
)  # fmt: skip
def test_P15_a_bad_tar_is_refused_quickly(name: str, kind: bytes, size: int) -> None:
    data = tar_with(name, kind=kind, size=size)
    start = time.perf_counter()
    with pytest.raises(PackageError):
        read_bytes(data, "cursus.tar.gz")
    assert time.perf_counter() - start < 2


def test_a_good_tar_and_zip_are_the_same_course() -> None:
    tar = read_course(read_bytes(tar_with("static/x.txt"), "c.tar.gz")).document
    plain = read_course(read_bytes(raw_zip(("static/x.txt", bytes(5))), "c.zip")).document
    assert tar == plain


def test_P15_a_link_in_a_folder_is_refused(tmp_path: Path) -> None:
    for path, data in MINI_FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    assert read(tmp_path).files.keys() == MINI_FILES.keys()
    (tmp_path / "static").mkdir()
    os.symlink("/etc/passwd", tmp_path / "static" / "x.txt")
    with pytest.raises(PackageError, match=r"static/x\.txt: links"):
        read(tmp_path)


GOOD = zipped(dict(MINI_FILES))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=6)
)
def test_P15_a_damaged_zip_is_refused_or_read_never_a_crash(wounds: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for place, value in wounds:
        data[place] = value
    try:
        read_course(read_bytes(bytes(data), "cursus.zip"))
    except (PackageError, CourseError):
        pass


@pytest.mark.parametrize("method", [97, 99, 12, 14, 1])
def test_P15_an_unknown_way_of_packing_is_refused(method: int) -> None:
    data = bytearray(GOOD)
    place = data.index(b"PK\x01\x02")
    data[place + 10] = method
    data[data.index(b"PK\x03\x04") + 8] = method
    with pytest.raises(PackageError):
        read_bytes(bytes(data), "cursus.zip")


def problems(found: dict[str, bytes]) -> str:
    with pytest.raises(CourseError) as caught:
        read_files(found)
    return str(caught.value)


S, V, C = "sequential/proef-les.xml", "vertical/proef-deel-1.xml", "course/course.xml"


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (S, '<vertical url_name="proef-deel-1"/>', '<vertical url_name="proef-deel-1">', S + ", line 4: "),
        (S, "proef-deel-1", "weg", S + ", line 2: vertical/weg.xml is missing"),
        (C, "proef-module", "weg", C + ", line 5: chapter/weg.xml is missing"),
        (V, '<text url_name="proef-tekst-1"/>', '<text url_name="proef-tekst-2"/>', "'proef-tekst-2' is used before"),
        (V, '<text url_name="proef-tekst-1"/>', '\n<vertical url_name="proef-deel-1"/>', V + ", line 3: 'proef-deel-1' contains itself"),
        (V, "proef-tekst-1", "a b", "'a b' is no url_name"),
        ("text/proef-tekst-2.md", "/jump_to_id/proef-les", "/jump_to_id/weg", "text/proef-tekst-2.xml, line 1: the link to 'weg' leads nowhere"),
        (S, 'minutes="2"', 'minutes="twee"', S + ', line 1: minutes="twee"'), (S, 'minutes="2"', 'minutes="-2"', 'minutes="-2"'),
        (S, 'minutes="2"', 'minutes="²"', 'minutes="²"'), (S, 'minutes="2"', 'minutes="9999999999"', "minutes="),
        (S, 'completion="practice"', 'completion="soms"', "is not one of: practice, read, test, tick"),
        (S, 'completion="practice"', 'completion="test"', 'asks for graded="true"'),
        ("sequential/proef-toets.xml", 'attempt_rule="best"', 'attempt_rule="x"', "attempt_rule"),
        ("sequential/proef-toets.xml", 'passing_percent="70"', 'passing_percent="101"', "passing_percent must be 0 to 100"),
        ("sequential/proef-toets.xml", 'review="own,feedback"', 'review="alles"', 'review="alles"'),
        (C, 'language="nl"', 'language="de"', 'language="de"'), (C, 'preview="proef-les"', 'preview="weg"', 'preview="weg"'),
        ("chapter/test.xml", 'requires="proef-module"', 'requires="weg"', "module 'weg' is required but not there"),
        ("course.xml", 'course="proef"', 'course="../x"', "must name the course"),
        ("text/proef-tekst-1.xml", "proef-tekst-1.md", "../../../etc/passwd", "this file is missing"),
        ("problem/proef-vraag-3.xml", 'answer="7"', 'answer="zeven"', "problem/proef-vraag-3.xml, line 2: "),
        ("problem/proef-vraag-3.xml", 'weight="1"', 'weight="nan"', "weight"), ("problem/proef-vraag-3.xml", 'weight="1"', 'weight="-1"', "weight"),
        ("problem/proef-vraag-3.xml", 'weight="1"', 'weight="zwaar"', "zwaar"),
        (V, "<text", '<picture src="/static/weg.svg" alt="x" url_name="p"/><text', "/static/weg.svg is not in the package"),
        (V, "<text", '<picture src="/static/weg.svg" alt=" " url_name="p"/><text', "a picture needs alt"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_and_line(
    name: str, old: str, new: str, message: str
) -> None:
    found = problems(replaced(name, old, new))
    assert message in found, found
    assert all(", line " in line for line in found.splitlines())


def test_every_problem_is_named_at_once() -> None:
    found = dict(MINI_FILES)
    found |= {
        S: MINI_FILES[S].replace(b'minutes="2"', b'minutes="x"'),
        "problem/proef-vraag-1.xml": b"<problem><",
    }
    text = problems(found)
    assert S in text
    assert "problem/proef-vraag-1.xml" in text


def test_a_failed_import_publishes_nothing(app: Flask, client: Browser) -> None:
    client.sign_in(make_person(roles=[(Role.AUTHOR, None)]))
    client.get("/beheer/cursussen")
    before = snapshot()
    bad = {"package": (io.BytesIO(zipped(replaced(S, 'minutes="2"', 'minutes="x"'))), "c.zip")}
    page = client.post("/beheer/cursussen", bad, status=422)
    assert f"{S}, line 1" in page.main
    page = client.post("/beheer/cursussen", {"package": (io.BytesIO(b"x"), "<b>.zip")}, status=422)
    assert "<b>.zip" in page.main
    client.post("/beheer/cursussen", {}, status=422)
    assert snapshot() == before
    client.post("/beheer/cursussen", {"package": (io.BytesIO(GOOD), "c.zip")})
    assert [c.slug for c in db.session.scalars(select(Course))] == ["proef"]


def test_a_second_import_changes_nothing(app: Flask) -> None:
    make_course()
    before = snapshot()
    make_course()
    assert snapshot() == before


def test_a_changed_import_makes_a_second_version_and_keeps_the_first(
    app: Flask, tmp_path: Path
) -> None:
    first = make_course()
    old = queries.current(first)
    changed = publish_files(replaced(C, "Proefcursus", "Proefcursus twee"), tmp_path)
    assert changed.id == first.id
    assert changed.title == "Proefcursus twee"
    numbers = db.session.scalars(select(CourseVersion.number).order_by(CourseVersion.number)).all()
    assert numbers == [1, 2]
    from courses.versions import outline_of

    assert outline_of(old.version_id).title == "Proefcursus"
    back = make_course()
    assert back.version_id == old.version_id, "the old content again is the old version again"
    assert len(db.session.scalars(select(CourseVersion)).all()) == 2


def new_lesson(*, essential: bool) -> dict[str, bytes]:
    mark = ' essential="true"' if essential else ""
    return with_files(
        {
            "chapter/proef-module.xml": MINI_FILES["chapter/proef-module.xml"]
            .decode()
            .replace("</chapter>", '<sequential url_name="nieuw"/></chapter>'),
            "sequential/nieuw.xml": f'<sequential display_name="Nieuw" completion="tick"{mark}><vertical url_name="nieuw-1"/></sequential>',
            "vertical/nieuw-1.xml": '<vertical display_name="N"><text url_name="nieuw-t">Nieuwe tekst.</text></vertical>',
        }
    )


@pytest.mark.parametrize("essential", [False, True])
def test_c3_a_new_lesson_is_an_offer_unless_it_is_essential(
    app: Flask, tmp_path: Path, essential: bool
) -> None:
    course = make_course()
    person, late = make_person(), make_person()
    enrolment = make_enrolment(person, course)
    outline = queries.current(course)
    with transaction():
        learning.record_grade(
            enrolment,
            outline,
            outline.blocks["proef-oefenvraag"][2],
            learning.Grade(earned=1, possible=1),
            at=NOW,
        )
    assert (enrolment.done, enrolment.asked, enrolment.percent) == (1, 2, 50)
    fresh = queries.current(publish_files(new_lesson(essential=essential), tmp_path))
    assert "nieuw" in fresh.required
    with transaction():
        learning.recalculate(enrolment, fresh, at=NOW)
    assert enrolment.done == 1, "what was finished stays finished"
    assert enrolment.asked == (3 if essential else 2)
    state = queries.progress(fresh, enrolment).lesson("nieuw")
    assert (state.extra, state.asked) == (True, essential)
    assert make_enrolment(late, course).asked == 3, "who comes later is asked everything"


def test_assets_are_stored_once_and_served_fenced(
    app: Flask, client: Browser, tmp_path: Path
) -> None:
    found = with_files(
        {
            "static/plaat.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
            "static/p.html": "<p>x</p>",
        }
    )
    course = publish_files(found, tmp_path)
    publish_files(found | {"static/nog.txt": b"x"}, tmp_path)
    assert len(db.session.scalars(select(Asset.content_hash)).all()) == 3
    assets = queries.current(course).assets
    page = client.get(f"/bestand/{assets['/static/plaat.svg']}/plaat.svg")
    assert "sandbox" in page.response.headers["Content-Security-Policy"]
    assert "immutable" in page.response.headers["Cache-Control"]
    assert (
        client.get(f"/bestand/{assets['/static/p.html']}/p.html").response.headers[
            "Content-Disposition"
        ]
        == "attachment"
    )
    client.get(f"/bestand/{'0' * 64}/x.svg", 404)
    etag = page.response.headers["ETag"]
    client.get(f"/bestand/{assets['/static/plaat.svg']}/x", 304, headers={"If-None-Match": etag})


@pytest.mark.parametrize(
    "path",
    [
        "../model.py",
        "public/../../model.py",
        "model.py",
        "%2Fetc%2Fpasswd",
        "public/%2e%2e/model.py",
    ],
)
def test_a_block_gives_away_no_file_but_its_public_ones(client: Browser, path: str) -> None:
    for kind in ("problem", "text", "nergens"):
        assert client.open(f"/blok-bestand/{kind}/{path}").status in {308, 404}, (
            "308 folds a double slash"
        )
