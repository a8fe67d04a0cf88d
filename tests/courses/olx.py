"""Making courses for tests: a problem, a small package, a changed copy of the mini course."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from courses.commands import import_path
from courses.models import Course
from courses.olx.importer import Imported, read_course
from courses.olx.package import Package, read_bytes
from tests.factories import MINI, make_course

MINI_FILES = {
    p.relative_to(MINI).as_posix(): p.read_bytes() for p in sorted(MINI.rglob("*")) if p.is_file()
}


def files(**changes: str | bytes | None) -> dict[str, bytes]:
    """The files of the mini course; keys with `__` for `/` and without `.xml` change them."""
    return with_files({k.replace("__", "/") + ".xml": v for k, v in changes.items()})


def with_files(changes: dict[str, str | bytes | None]) -> dict[str, bytes]:
    found = dict(MINI_FILES)
    for name, text in changes.items():
        if text is None:
            del found[name]
        else:
            found[name] = text.encode() if isinstance(text, str) else text
    return found


def replaced(name: str, old: str, new: str) -> dict[str, bytes]:
    """The mini course with some words of one file replaced."""
    text = MINI_FILES[name].decode()
    assert old in text, f"{name} does not hold {old}"
    return with_files({name: text.replace(old, new)})


def zipped(found: dict[str, bytes], *, top: str = "proef/") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in found.items():
            archive.writestr(top + name, data)
    return out.getvalue()


def read_files(found: dict[str, bytes]) -> Imported:
    return read_course(Package(found))


def publish_files(found: dict[str, bytes], folder: Path) -> Course:
    """Publish a course from its files, through a zip, as an author does."""
    path = folder / "cursus.zip"
    path.write_bytes(zipped(found))
    import_path(path)
    read_bytes(path.read_bytes(), path.name)
    return make_course(path)
