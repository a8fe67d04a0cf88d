"""The full-text port: FTS5 on SQLite, tsvector with a GIN index on PostgreSQL, one behaviour.

Words become stems in Python (`kernel.search`), so both databases compare the same words. A query
finds what holds every word, as a whole stem or the beginning of one. An index has a title and a
body; what is found in the title can be told apart. A migration makes the table of an index, named
`<area>_fulltext`: a virtual table of FTS5, or (id, document) with a GIN index (see 0009).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    String,
    TableClause,
    bindparam,
    column,
    delete,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects import postgresql

from learnenv.kernel.db import db
from learnenv.kernel.search import stems

LANGUAGE = "nl"
MOST_WORDS = 8
"""Words of a query that count; nobody types more, and each costs."""


SIMPLE: ColumnElement[Any] = literal_column("'simple'")
"""The configuration of PostgreSQL that stems nothing: that is done already."""
WEIGHTS: dict[str, ColumnElement[Any]] = {"A": literal_column("'A'"), "B": literal_column("'B'")}


def _is_postgresql() -> bool:
    return bool(db.session.get_bind().dialect.name == "postgresql")


def _table(name: str) -> TableClause:
    if _is_postgresql():
        return table(name, column("id", BigInteger), column("document"))
    return table(name, column("rowid", Integer), column("title"), column("body"))


def put(name: str, documents: Iterable[tuple[int, str, str]]) -> None:
    """Store documents (id, title, body) in an index, in this transaction."""
    rows: list[dict[str, Any]] = [
        {
            "id": key,
            "title": " ".join(stems(title, LANGUAGE)),
            "body": " ".join(stems(body, LANGUAGE)),
        }
        for key, title, body in documents
    ]
    if not rows:
        return
    index = _table(name)
    if not _is_postgresql():
        drop(name, [row["id"] for row in rows])
        values = [{"rowid": row["id"], "title": row["title"], "body": row["body"]} for row in rows]
        db.session.execute(index.insert(), values)
        return
    document = _weighted("title", "A").op("||")(_weighted("body", "B"))
    statement = postgresql.insert(index).values(id=bindparam("id"), document=document)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["id"], set_={"document": statement.excluded["document"]}
        ),
        rows,
    )


def _weighted(name: str, weight: str) -> ColumnElement[Any]:
    words = func.to_tsvector(SIMPLE, bindparam(name, type_=String))
    return func.setweight(words, WEIGHTS[weight])


def drop(name: str, ids: Sequence[int]) -> None:
    """Take documents out of an index."""
    if not ids:
        return
    index = _table(name)
    key = index.c.id if _is_postgresql() else index.c.rowid
    db.session.execute(delete(index).where(key == bindparam("key")), [{"key": i} for i in ids])


def words_of(query: str) -> tuple[str, ...]:
    """Return the stems a query asks for; none when nothing in it is a word."""
    return tuple(dict.fromkeys(stems(query, LANGUAGE)))[:MOST_WORDS]


def ids(name: str, words: Sequence[str], *, title_only: bool = False) -> list[int]:
    """Return the ids of the documents that hold all of `words` (as `words_of` gives them)."""
    # Stems are letters and digits only, so nothing of the query language can get in.
    index = _table(name)
    if _is_postgresql():
        label = "A" if title_only else ""
        asked = " & ".join(f"{word}:*{label}" for word in words)
        query = select(index.c.id).where(index.c.document.op("@@")(func.to_tsquery(SIMPLE, asked)))
    else:
        asked = " ".join(f'"{word}"*' for word in words)
        if title_only:
            asked = f"title : ({asked})"
        query = select(index.c.rowid).where(column(name).op("MATCH")(asked))
    return list(db.session.scalars(query))
