"""j5: what an import tells is in the language of the page: every sentence in the code is known."""

from __future__ import annotations

import ast
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from courses.olx import words
from learnenv.kernel.permissions import Role
from tests.browser import Browser
from tests.factories import make_person, tiny_course

ROOT = Path(__file__).parents[2] / "courses"
SOURCES = [*(ROOT / "olx").rglob("*.py"), *(ROOT / "blocks").rglob("*.py")]
SOURCES += [ROOT / "runtime" / "importing.py"]
# Where a message goes in: what is called, or the name it has until then.
TELLS = {"blame", "tell", "fail", "_refuse", "_refused", "Problem", "ValueError", "ImportError_"}
TELLS |= {"ProblemError", "PackageError", "report.add", "notes.append"}
NAMES = {"message", "level_message"}
# These carry another message inside, or never leave the house.
INNER = {"☂: ☂", "line ☂: ☂", "left out: ☂", "too many points"}
INNER |= {"these captions cannot be read (☂)"}
# Made of parts that the harvest does not see as one sentence.
MORE = (
    "an embedded page became a link", "an embedded page became a link (3)",
    "a picture of another site became a link", "a picture of another site became a link (2)",
    "static/x.srt: these captions cannot be read (no)", "this file is missing",
    "this is not UTF-8 text", "left out: files of this kind (.exe) are not accepted",
)  # fmt: skip


def texts(node: ast.expr) -> list[str]:
    """Return a string as it may look, an umbrella for whatever is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        parts = [v.value if isinstance(v, ast.Constant) else "☂" for v in node.values]
        return ["".join(map(str, parts))]
    if isinstance(node, ast.IfExp):
        return texts(node.body) + texts(node.orelse)
    if isinstance(node, ast.Tuple):
        return [text for part in node.elts for text in texts(part)]
    return []


def told() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCES):
        if path.name in {"words.py", "expressions.py"}:  # errors of formulas stay inside
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            found: list[str] = []
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                if name.split(".")[-1] in TELLS or name.endswith(("report.add", "notes.append")):
                    found = [text for arg in node.args for text in texts(arg)]
            elif isinstance(node, ast.Assign) and NAMES & set(map(ast.unparse, node.targets)):
                found = texts(node.value)
            for text in found:
                if " " in text and text not in INNER:
                    yield f"{path.name}:{node.lineno}", text


def matching(message: str) -> list[str]:
    return [s for pattern, s in words._patterns() if pattern.fullmatch(message)]


def test_every_sentence_of_an_import_is_known() -> None:
    found = list(told())
    assert len(found) > 90
    unknown = [f"{where}: {text}" for where, text in found if not matching(text)]
    assert not unknown, "add them to courses/olx/words.py:\n" + "\n".join(unknown)
    used = {s for text in [t for _, t in found] + list(MORE) for s in matching(text)}
    used |= {"the answer '%(text)s' is no number"}  # a kind of "the %(what)s …"
    unused = sorted(set(words.SENTENCES) - used)
    assert not unused, f"nothing says this any more: {unused}"


@pytest.mark.parametrize(
    ("english", "dutch"),
    [
        ("chapter/a.xml is missing", "chapter/a.xml ontbreekt"),
        ("the answer '12 %(x)s 100%' is no number", "het antwoord '12 %(x)s 100%' is geen getal"),
        ('weight="<b>" must be 0 to 1000', 'weight="<b>" moet 0 tot en met 1000 zijn'),
        ("Opening and ending tag mismatch", "Opening and ending tag mismatch"),
        ("x" * 100_000, "x" * 100_000),
    ],
)
def test_a_message_is_translated_with_what_is_in_it(app: Flask, english: str, dutch: str) -> None:
    with force_locale("nl"):
        assert words.in_words(english) == dutch
    with force_locale("en"):
        assert words.in_words(english) == english


def send(client: Browser, files: dict[str, bytes], status: int = 422) -> str:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    data.seek(0)
    form = {"package": (data, "x.zip")}
    page = client.post("/beheer/cursussen", form, status, content_type="multipart/form-data")
    return page.main if status == 422 else page.location


def test_the_import_page_and_the_report_are_dutch(app: Flask) -> None:
    client = Browser(app, "nl").sign_in(make_person(roles=[(Role.AUTHOR, None)], language="nl"))
    course = tiny_course("fout")
    course["course.xml"] = course["course.xml"].replace(b"sequential", b"vertical")
    assert "regel 2: <vertical> hoort niet in <chapter>" in send(client, course)
    assert "course.xml: dit bestand ontbreekt" in send(client, {"vertical/a.xml": b"<a/>"})
    assert "../a.xml: dit pad wijst buiten het pakket" in send(client, {"../a.xml": b"<a/>"})
    page = b'<p>Kijk:</p><iframe src="https://elders.example/x"></iframe>'
    foreign = tiny_course("mee") | {"html/mee-tekst.html": page, "policies/2026/policy.json": b"{}"}
    foreign["course.xml"] = foreign["course.xml"].replace(b"<course ", b'<course url_name="2026" ')
    report = send(client, foreign, 303)
    assert report == "/beheer/cursussen/mee/importverslag"
    shown = client.get(report).main
    assert "een ingesloten pagina werd een link" in shown
    assert "became" not in shown
