"""One world for the walks of a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from certificates import papers
from tests.conftest import empty
from tests.house.kept import Kept, keep, put_back
from tests.house.world import World, make_world

TIME_OF_DAY = re.compile(r"\d{1,2}:\d\d:\d\d")


@pytest.fixture(scope="session")
def kept_worlds() -> list[Kept]:
    """At most one: the world of this process."""
    return []


@pytest.fixture
def world(app: Flask, kept_worlds: list[Kept]) -> World:
    if not kept_worlds:
        kept_worlds.append(keep(make_world(app)))
        empty(app)
    return put_back(kept_worlds[0])


@pytest.fixture(scope="session")
def made_papers() -> dict[tuple[str, ...], bytes]:
    """The sealed papers that walks have asked for in this process."""
    return {}


@pytest.fixture(autouse=True)
def each_paper_once(
    monkeypatch: pytest.MonkeyPatch, made_papers: dict[tuple[str, ...], bytes]
) -> None:
    """Make a sealed paper once, however many roles ask for it: each costs a process of its own.

    It is the real one. A walk gets it again when only the time of day on it would differ; what is
    on a paper, and its seal, is looked at in tests/areas/certification and tests/certificates.
    """
    make = papers.made

    def once(html: str, *, keys: Path, fonts: tuple[Path, ...], seal_label: str) -> bytes:
        key = (TIME_OF_DAY.sub("", html), str(keys), *map(str, fonts), seal_label)
        if key not in made_papers:
            made_papers[key] = make(html, keys=keys, fonts=fonts, seal_label=seal_label)
        return made_papers[key]

    monkeypatch.setattr(papers, "made", once)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count coverage in one of the walks only.

    The others pass the same code a hundred times with other roles and odd input; being watched
    costs them half of their time again, and a line they alone reach is better called untested.
    """
    here = Path(__file__).parent
    for item in items:
        walks = item.path.parent == here and "world" in getattr(item, "fixturenames", ())
        if walks and item.path.name != "test_authorisation.py":
            item.add_marker("no_cover")
