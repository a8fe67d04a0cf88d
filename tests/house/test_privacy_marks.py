"""Every column says whether it holds personal data, and why (AVG 5, 15, 17)."""

from __future__ import annotations

from learnenv.kernel.db import db
from learnenv.kernel.privacy import NOT_PERSONAL, Privacy
from tests.browser import Browser


def test_every_column_has_a_privacy_mark() -> None:
    columns = [column for table in db.metadata.sorted_tables for column in table.columns]
    assert len(columns) > 120
    bare = [
        f"{column.table.name}.{column.name}"
        for column in columns
        if column.info.get("privacy") != NOT_PERSONAL
        and not isinstance(column.info.get("privacy"), Privacy)
    ]
    assert not bare, f"Say plain(…) or personal(…) of: {', '.join(bare)}"


def test_a_link_to_a_person_is_marked_personal() -> None:
    """Who is meant is personal data, whatever the column is called."""
    linked = [
        f"{key.parent.table.name}.{key.parent.name}"
        for table in db.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "accounts_person"
        and not isinstance(key.parent.info["privacy"], Privacy)
    ]
    assert not linked


def test_every_reason_is_complete_and_explained_to_people(site) -> None:
    from learnenv.web.privacy import WORDS

    marks = {
        column.info["privacy"]
        for table in db.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.info["privacy"], Privacy)
    }
    for mark in marks:
        assert mark.purpose
        assert mark.basis
        assert mark.term
        assert mark in WORDS, f"the privacy page has no words for: {mark.purpose}"


def test_the_privacy_page_names_the_personal_columns(client: Browser) -> None:
    page = client.get("/privacy")
    assert "To prove later that a certificate was issued" in page.main
