"""A folder of Markdown files becomes a course (feature e6)."""

from __future__ import annotations

from pathlib import Path

import pytest

from courses.olx import exporter
from courses.olx.importer import CourseError, Imported, read_course
from courses.olx.package import Package, read
from courses.outline import content_hash
from courses.outline import read as outline_of

FILES = {
    "course.md": "---\ntitle: Helder schrijven\nslug: helder\nlanguage: nl\ngoal: Schrijf kort.\ngoal: Schrijf actief.\n---\n",
    "01-begin/index.md": "# Beginnen\n",
    "01-begin/01-waarom.md": "# Waarom kort\n\nEen **korte** zin helpt. ![Een zin met tien woorden](../zin.svg)\n\n---\n\n## Doe het zelf\n\n- [ ] Streep een bijzin door.\n- [ ] Lees [de volgende les](02-hoe.md).\n",
    "01-begin/02-hoe.md": "---\nminutes: 12\ncompletion: tick\n---\n# Hoe dan\n\n```\n- [ ] geen taak\n```\n",
    "zin.svg": '<svg xmlns="http://www.w3.org/2000/svg"><title>zin</title></svg>',
}


def course(**changes: str | None) -> Imported:
    files = FILES | {k.replace("__", "/") + ".md": v for k, v in changes.items()}
    return read_course(Package({k: v.encode() for k, v in files.items() if v is not None}))


def test_e6_folders_are_modules_files_are_lessons_and_rules_are_pages() -> None:
    outline = outline_of(course().document, version_id=1, number=1)
    assert (outline.slug, outline.title, outline.language) == ("helder", "Helder schrijven", "nl")
    assert outline.goals == ("Schrijf kort.", "Schrijf actief.")
    [module] = outline.modules
    assert module.title == "Beginnen"
    first, second = module.lessons
    assert [unit.title for unit in first.units] == ["Waarom kort", "Doe het zelf"]
    assert (second.title, second.minutes, second.completion) == ("Hoe dan", 12, "tick")
    text = first.units[0].blocks[0]
    assert "<strong>korte</strong>" in text.fields["data"]
    assert 'src="/static/zin.svg"' in text.fields["data"] and "/static/zin.svg" in outline.assets
    todo = first.units[1].blocks[0]
    assert todo.type == "checklist"
    assert todo.fields["items"] == ["Streep een bijzin door.", "Lees de volgende les."]
    assert [b.type for b in second.units[0].blocks] == ["text"], "code is no list to tick off"


def test_e6_it_goes_out_as_olx_and_comes_in_again() -> None:
    one = course()
    files = exporter.write(one.document, lambda digest: one.assets[digest][1])
    assert content_hash(read_course(Package(files)).document) == content_hash(one.document)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"01-begin__02-hoe": "---\nminuten: 3\n---\nx"}, "01-begin/02-hoe.md, line 2: write 'key: value'"),
        ({"01-begin__02-hoe": "---\nminutes: veel\n---\nx"}, "01-begin/02-hoe.md, line 2: minutes: veel"),
        ({"01-begin__02-hoe": "---\nminutes: 3\nx"}, "01-begin/02-hoe.md, line 1: the second ---"),
        ({"01-begin__02-hoe": "x\n\n[weg](weg.md)"}, "01-begin/02-hoe.md, line 3: weg.md is not in the folder"),
        ({"01-begin__02-hoe": "x\n![](../zin.svg)"}, "01-begin/02-hoe.md, line 2: ../zin.svg: say between"),
        ({"01-begin__02-hoe": "![Foto van elders](https://elders.nl/x.png)"}, "pages load nothing elsewhere"),
        ({"01-begin__02-hoe": " \n"}, "01-begin/02-hoe.md, line 1: the lesson is empty"),
        ({"01-begin__2-hoe": "x"}, "the name 'begin-hoe' is used before"),
        ({"01-begin__dieper__03": "x"}, "folders in folders are not read"),
        ({"course": "---\nlanguage: fr\ntitle: x\n---"}, "course.md, line 2: language: fr"),
    ],
)  # fmt: skip
def test_e6_what_is_wrong_is_named_per_file_and_line(changes: dict[str, str], message: str) -> None:
    with pytest.raises(CourseError) as caught:
        course(**changes)
    assert message in str(caught.value)


def test_e6_a_folder_on_disk_takes_its_name_from_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "schrijf-helder"
    folder.mkdir()
    (folder / "een.md").write_text("Hallo.")
    document = read_course(read(folder)).document
    assert (document["slug"], document["title"]) == ("schrijf-helder", "Schrijf helder")


def test_e6_broken_utf_8_is_named_with_its_line() -> None:
    files = {k: v.encode() for k, v in FILES.items()} | {"01-begin/02-hoe.md": b"goed\n\xff"}
    with pytest.raises(CourseError, match=r"02-hoe\.md, line 2: this is not UTF-8"):
        read_course(Package(files))
