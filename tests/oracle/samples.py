"""The problems that are graded twice: those of the sample courses, and our own small ones."""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

HERE = Path(__file__).parent
OWN = HERE / "own"
VERDICTS = HERE / "verdicts.json"
VARIABLE = "LEARNENV_OLX_SAMPLES"


@dataclass(frozen=True, slots=True)
class Sample:
    """A problem, and where it stands."""

    place: str
    xml: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.xml.encode()).hexdigest()


def samples_folder() -> Path:
    """Where the sample courses are, unpacked or not; they are no part of this repository."""
    return Path(os.environ.get(VARIABLE) or HERE.parents[2] / "shared" / "olx")


def own() -> Iterator[Sample]:
    for path in sorted(OWN.glob("*.xml")):
        yield from _problems(f"own/{path.name}", path.read_bytes())


def courses(folder: Path) -> Iterator[Sample]:
    """All problems of the courses in a folder: `.tar.gz` files, or folders with OLX."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.name.endswith(".tar.gz"):
            name = path.name.removesuffix(".tar.gz")
            with tarfile.open(path) as archive:
                members = sorted((m for m in archive if m.isfile()), key=lambda m: m.name)
                for member in members:
                    if member.name.endswith(".xml"):
                        data = archive.extractfile(member)
                        assert data is not None
                        inside = member.name.split("/", 1)[-1]
                        yield from _problems(f"{name}/{inside}", data.read())
        elif path.is_dir():
            for file in sorted(path.rglob("*.xml")):
                yield from _problems(
                    f"{path.name}/{file.relative_to(path).as_posix()}", file.read_bytes()
                )


def _problems(place: str, data: bytes) -> Iterator[Sample]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return
    for number, node in enumerate(root.iter("problem")):
        if len(node) or (node.text or "").strip():
            xml = etree.tostring(node, encoding="unicode", with_tail=False)
            yield Sample(place if node is root else f"{place}#{number}", xml)
