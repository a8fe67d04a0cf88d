"""The full-text port: FTS5 on SQLite, tsvector with a GIN index on PostgreSQL, one behaviour.

Words become stems in Python (`kernel.search`), so both databases compare the same words. A query
finds what holds every word, as a whole stem or the beginning of one. An index has a title and a
body; what is found in the title can be told apart. A migration makes the table of an index, named
`<area>_fulltext`: a virtual table of FTS5, or (id, document) with a GIN index (see 0009).
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    TableClause,
    Text,
    bindparam,
    cast,
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

MOST_LETTERS = 200
"""Letters of a word that are stored; no query is as long."""
IN_TITLE = "#"
"""On PostgreSQL a word of the title is stored a second time, with this before it: to look at the
weight of a word, PostgreSQL would read every document that has the word anywhere."""


def _is_postgresql() -> bool:
    return bool(db.session.get_bind().dialect.name == "postgresql")


def _table(name: str) -> TableClause:
    if _is_postgresql():
        return table(name, column("id", BigInteger), column("document"))
    return table(name, column("rowid", Integer), column("title"), column("body"))


def put(name: str, documents: Iterable[tuple[int, str, str]]) -> None:
    """Store documents (id, title, body) in an index, in this transaction."""
    read = [(key, _words(title), _words(body)) for key, title, body in documents]
    if not read:
        return
    index = _table(name)
    rows: list[dict[str, Any]]
    if not _is_postgresql():
        drop(name, [key for key, _title, _body in read])
        rows = [
            {"rowid": key, "title": " ".join(title), "body": " ".join(body)}
            for key, title, body in read
        ]
        db.session.execute(index.insert(), rows)
        return
    rows = [
        {"id": key, "words": [*title, *body, *(f"{IN_TITLE}{word}" for word in title)]}
        for key, title, body in read
    ]
    words = bindparam("words", type_=postgresql.ARRAY(Text))
    statement = postgresql.insert(index).values(
        id=bindparam("id"), document=func.array_to_tsvector(words)
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["id"], set_={"document": statement.excluded["document"]}
        ),
        rows,
    )


def _words(text: str) -> list[str]:
    """Return the stems to store: PostgreSQL refuses an empty word and one of over 2,046 bytes."""
    return [stem[:MOST_LETTERS] for stem in stems(text, LANGUAGE) if stem]


def drop(name: str, ids: Sequence[int]) -> None:
    """Take documents out of an index."""
    if not ids:
        return
    index = _table(name)
    key = index.c.id if _is_postgresql() else index.c.rowid
    db.session.execute(delete(index).where(key == bindparam("key")), [{"key": i} for i in ids])


def words_of(query: str) -> tuple[str, ...]:
    """Return the stems a query asks for; none when nothing in it is a word."""
    return tuple(dict.fromkeys(_words(query)))[:MOST_WORDS]


def ids(
    name: str, words: Sequence[str], *, among: Sequence[int] | None = None
) -> tuple[Sequence[int], Sequence[int]]:
    """Return which documents hold all of `words` (as `words_of` gives), and which in the title.

    With `among`, only these documents are looked at.
    """
    # Stems are letters and digits only, so nothing of the query language can get in.
    index = _table(name)
    if _is_postgresql():
        query = select(index.c.id)
        if among is not None:
            query = query.where(index.c.id.in_(among))
        match = index.c.document.op("@@")
        anywhere, in_title = (
            match(cast(" & ".join(f"'{before}{word}':*" for word in words), postgresql.TSQUERY))
            for before in ("", IN_TITLE)
        )
        return numbers(query.where(anywhere)), numbers(query.where(in_title))
    if among is not None:
        return _looked_at(index, words, among)
    query = select(index.c.rowid)
    match = column(name).op("MATCH")
    asked = " ".join(f'"{word}"*' for word in words)
    return numbers(query.where(match(asked))), numbers(query.where(match(f"title : ({asked})")))


def _looked_at(
    index: TableClause, words: Sequence[str], among: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Look for words in a few documents: FTS5 would ask its whole index anew for each of them."""
    rows = db.session.execute(
        select(index.c.rowid, index.c.title, index.c.body).where(index.c.rowid.in_(among))
    )
    found: tuple[list[int], list[int]] = ([], [])
    for key, title, body in rows:
        for place, text in enumerate((f" {title} {body}", f" {title}")):
            if all(f" {word}" in text for word in words):
                found[place].append(key)
    return found


def numbers(query: Select[int]) -> Sequence[int]:
    """Return the numbers that a query finds, in its order.

    The database gives them as one value: for thousands, a row each costs several times as much.
    """
    (one,) = query.subquery().c
    if _is_postgresql():
        together = func.string_agg(func.int8send(one), literal_column("''::bytea"))
        sent = array("q", db.session.scalar(select(together)) or b"")
        if sys.byteorder == "little":
            sent.byteswap()
        return sent
    found = db.session.scalar(select(func.group_concat(one)))
    return list(map(int, found.split(","))) if found else []
