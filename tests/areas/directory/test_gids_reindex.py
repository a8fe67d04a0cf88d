"""The search can be made again from the facts, and gives the same."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import delete

from learnenv.areas.directory.commands import directory_group
from learnenv.areas.directory.models import INDEX, Entry
from learnenv.areas.directory.queries.search import Asked, search
from learnenv.kernel import fulltext
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db
from learnenv.kernel.transaction import transaction
from tests.factories import make_person
from tests.factories.directory import make_offering, make_provider, make_session


def found(text: str) -> list[str]:
    """Return what a visitor finds, by name."""
    with transaction(write=False):
        hits = search(Asked(text=text), at=now(), day=today()).hits
        return [hit.offering.title if hit.offering else hit.provider.name for hit in hits]


def test_reindex_makes_lines_and_words_again(app: Flask) -> None:
    provider = make_provider("Academie Opnieuw", owner=make_person())
    make_session(make_offering(provider, "Helder schrijven"))
    make_provider("Bureau Verborgen", owner=make_person(), shown=False)
    before = [found(text) for text in ("", "schrijf", "opnieuw", "verborgen")]
    assert before[1] == ["Helder schrijven"]
    assert before[3] == []
    with transaction():
        fulltext.drop(INDEX, list(db.session.scalars(delete(Entry).returning(Entry.id))))
    result = app.test_cli_runner().invoke(directory_group, ["reindex"])
    assert "2 providers" in result.output, result.output
    assert [found(text) for text in ("", "schrijf", "opnieuw", "verborgen")] == before
