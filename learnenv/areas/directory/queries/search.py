"""Finding: words, filters with counts, near a place, four ways to sort (g1, g10).

Which entries have which value is kept in this process as bits of whole numbers, one number per
value, and brought up to date at each search by reading what changed since (docs/decisions/0011).
So the counts of all filters cost a few hundred ANDs, whatever the number of providers, and the
database is asked for words, for one page of rows, and for nothing else.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import joinedload

from learnenv.areas.directory.models import (
    INDEX,
    OFFERING_ENTRY,
    PROVIDER_ENTRY,
    Entry,
    Offering,
    Provider,
    Session,
    Turn,
)
from learnenv.kernel import fulltext
from learnenv.kernel.db import db
from learnenv.kernel.places import near

PER_PAGE = 20
MOST_PAGES = 50
"""Nobody reads further than a thousand results; whoever gets there needs a filter."""
FACETS = ("soort", "thema", "regio", "vorm", "prijs", "niveau", "taal")
"""Filters with counts; several values of one filter widen, filters together narrow."""
SORTS = ("relevantie", "datum", "waardering", "prijs", "naam")
FEW = 500
"""Up to this many rows are sorted by id; more are read along an index."""
KEPT_WORDS = 512
"""Each costs two bits per entry: 8 MB with 60,000 entries."""
KEPT_CHANGES = 256
"""What was found longer ago than this is asked anew."""
FEW_CHANGED = 500
"""Up to this many entries are asked again; for more it is cheaper to ask the word anew."""
BATCH = 500
ONE = ord("1")
CHUNK = 1000
"""Rows held at a time while everything is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a visitor looks for. The address of the page says all of it."""

    text: str = ""
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    certified: bool = False
    place: str = ""
    """Key of a place, or nothing."""
    km: int = 25
    sort: str = "relevantie"
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One result: a provider, or a training with its provider and its next date."""

    provider: Provider
    offering: Offering | None
    next: Session | None
    km: int | None
    """Distance to the place that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of results, and for each filter how many there would be."""

    hits: list[Hit]
    total: int
    counts: dict[str, dict[str, int]]
    certified: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What words were found in, as bits, by a request that had read all turns up to this one."""

    turn: int
    anywhere: int
    in_title: int


class Bits:
    """Which entries have which value: a whole number per value, bit n for entry n."""

    def __init__(self) -> None:
        self.epoch, self.turn = "", -1
        self.values: dict[tuple[str, str], int] = {}
        self.shown = 0
        self.until: dict[date, int] = {}
        self._certified: tuple[dict[date, int], date, int] = ({}, date.min, 0)
        """What was asked for last: read from which numbers, of which day, and the answer."""
        self.entry_of: dict[int, int] = {}
        """The entry of each training."""
        self.words: OrderedDict[tuple[str, ...], Kept] = OrderedDict()
        self.changes: deque[tuple[int, int]] = deque(maxlen=KEPT_CHANGES)
        """What each turn changed, as bits, oldest first: of every turn after `since`."""
        self.since = -1
        self.lock = threading.Lock()

    def refresh(self) -> int | None:
        """Read what changed since the last time; None when this is another database.

        Only for requests that write nothing: what is read here must be stored already. Returns the
        turn this request has read. It may be older than the bits, which another request brought
        further: pages load the facts again.
        """
        row = db.session.execute(select(Turn.number, Turn.epoch).where(Turn.id == 1)).one_or_none()
        number, epoch = (row.number, row.epoch) if row is not None else (0, "")
        if self.turn >= 0 and epoch != self.epoch:
            return None
        if number <= self.turn:
            return int(number)
        with self.lock:
            if number <= self.turn:
                return int(number)
            is_first = self.turn < 0
            rows = db.session.execute(
                select(
                    Entry.id, Entry.what, Entry.ref_id, Entry.is_shown, Entry.facets,
                    Entry.certified_until,
                ).where(Entry.changed > self.turn),
                execution_options={"yield_per": CHUNK} if is_first else {},
            )  # fmt: skip
            changed = self._take(rows)
            if is_first:
                self.since = number
            else:
                if len(self.changes) == KEPT_CHANGES:
                    self.since = self.changes[0][0]
                self.changes.append((number, changed))
            self.epoch, self.turn = epoch, number
        return int(number)

    def _take(self, rows: Iterable[Any]) -> int:
        """Change the bits of these rows, and return which: made whole, then put in place."""
        read: list[int] = []
        shown: list[int] = []
        values: dict[tuple[str, str], list[int]] = {}
        until: dict[date, list[int]] = {}
        for row in rows:
            read.append(row.id)
            if row.is_shown:
                shown.append(row.id)
            if row.certified_until is not None:
                until.setdefault(row.certified_until, []).append(row.id)
            if row.what == OFFERING_ENTRY:
                self.entry_of[row.ref_id] = row.id
            for facet, chosen in row.facets.items():
                for value in chosen:
                    values.setdefault((facet, value), []).append(row.id)
        gone = mask(read)
        self.values = _moved(self.values, gone, values)
        self.until = _moved(self.until, gone, until)
        self.shown = (self.shown & ~gone) | mask(shown)
        return gone

    def any_of(self, facet: str, values: Iterable[str]) -> int:
        """Return the entries with one of these values."""
        found = 0
        for value in values:
            found |= self.values.get((facet, value), 0)
        return found

    def certified(self, day: date) -> int:
        """Return the entries that are certified on a day."""
        until = self.until
        read, of, found = self._certified
        if read is not until or of != day:
            found = 0
            for last, bits in until.items():
                if last >= day:
                    found |= bits
            self._certified = until, day, found
        return found

    def with_words(self, text: str, turn: int) -> tuple[int, int] | None:
        """Return the entries with these words, and with them in the title; None for no words.

        `turn` is what `refresh` gave this request: what it finds is kept as of that turn, so that
        what changed after it is asked again, also when the bits are further already.
        """
        words = fulltext.words_of(text)
        if not words:
            return None
        alone = [(word,) for word in words if (word,) in self.words]
        together = tuple(word for word in words if (word,) not in alone)
        anywhere = in_title = -1
        for asked in [*alone, together] if together else alone:
            found = self._found(asked, turn)
            anywhere &= found.anywhere
            in_title &= found.in_title
        return anywhere, in_title

    def _found(self, words: tuple[str, ...], turn: int) -> Kept:
        """Return where all of these words are; asks only what changed since."""
        known = self.words.get(words)
        if known is not None and known.turn >= turn:
            self._keep(words, known)
            return known
        among = self._changed_since(known.turn) if known is not None else None
        if known is None or among is None:
            anywhere, in_title = fulltext.ids(INDEX, words)
            found = Kept(turn=turn, anywhere=mask(anywhere), in_title=mask(in_title))
        else:
            anywhere, in_title = fulltext.ids(INDEX, words, among=members(among))
            found = Kept(
                turn=turn,
                anywhere=(known.anywhere & ~among) | mask(anywhere),
                in_title=(known.in_title & ~among) | mask(in_title),
            )
        self._keep(words, found)
        return found

    def _changed_since(self, turn: int) -> int | None:
        """Return what changed after a turn; None when that is not known any more, or too much."""
        changed = 0
        with self.lock:
            if turn < self.since:
                return None
            for number, bits in self.changes:
                if number > turn:
                    changed |= bits
        return changed if changed.bit_count() <= FEW_CHANGED else None

    def _keep(self, words: tuple[str, ...], found: Kept) -> None:
        with self.lock:
            self.words[words] = found
            self.words.move_to_end(words)
            while len(self.words) > KEPT_WORDS:
                self.words.popitem(last=False)


def _moved(where: dict[Any, int], gone: int, come: dict[Any, list[int]]) -> dict[Any, int]:
    """Return the numbers without some bits, and with those that came."""
    moved = {key: bits & ~gone if bits & gone else bits for key, bits in where.items()}
    for key, ids in come.items():
        moved[key] = moved.get(key, 0) | mask(ids)
    return moved


def mask(ids: Sequence[int]) -> int:
    """Return a number with these bits set."""
    if not ids:
        return 0
    highest = max(ids)
    if len(ids) > highest // 16:  # so many are set twice as fast in a text of them all
        text = bytearray(b"0") * (highest + 1)
        for one in ids:
            text[highest - one] = ONE
        return int(text, 2)
    made = bytearray(highest // 8 + 1)
    for one in ids:
        made[one >> 3] |= 1 << (one & 7)
    return int.from_bytes(made, "little")


def members(bits: int) -> list[int]:
    """Return which bits are set, lowest first."""
    found: list[int] = []
    data = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    for place, byte in enumerate(data):
        if byte:
            base = place * 8
            found += [base + bit for bit in range(8) if byte >> bit & 1]
    return found


def picked(rows: Iterable[int], bits: int) -> list[int]:
    """Return those that are set, in the order given. A text is read faster than bits are moved."""
    flags = bin(bits)[:1:-1]
    size = len(flags)
    return [one for one in rows if one < size and flags[one] == "1"]


_kept: WeakKeyDictionary[Any, Bits] = WeakKeyDictionary()
"""Per database of this process: a process has one, tests have more."""


def bits_of_this_process() -> tuple[Bits, int]:
    """Return the bits, brought up to date, and the turn this request has read.

    Of another database they are read whole, then put in place: what others use stays as it is.
    """
    engine = db.engine
    found = _kept.get(engine)
    turn = found.refresh() if found is not None else None
    if found is None or turn is None:
        found = Bits()
        turn = found.refresh()
        _kept[engine] = found
    return found, turn or 0


def forget() -> None:
    """Forget all bits, after rows were put in the tables in another way than by a turn."""
    _kept.clear()


def search(asked: Asked, *, at: datetime, day: date, per_page: int = PER_PAGE) -> Found:
    """Return a page of what a visitor looks for."""
    bits, turn = bits_of_this_process()
    base = bits.shown
    in_title = 0
    words = bits.with_words(asked.text, turn)
    if words is not None:
        base &= words[0]
        in_title = words[1]
    around = near(asked.place, asked.km) if asked.place else None
    if around is not None:
        base &= bits.any_of("plaats", around)
    if asked.sort == "datum":
        base &= bits.any_of("stand", ("gepland",))
    certified = bits.certified(day)
    by_facet = {
        facet: bits.any_of(facet, asked.chosen[facet])
        for facet in FACETS
        if asked.chosen.get(facet)
    }
    allowed = base & certified if asked.certified else base
    counts = _counts(bits, allowed, by_facet)
    whatever_standing = base
    for chosen in by_facet.values():
        allowed &= chosen
        whatever_standing &= chosen
    total = allowed.bit_count()
    pages = max(1, min(MOST_PAGES, -(-total // per_page)))
    page = min(asked.page, pages)
    ids = _page(asked, allowed, in_title, bits, around, at, (page - 1) * per_page, per_page)
    return Found(
        hits=_hits(ids, around, at),
        total=total,
        counts=counts,
        certified=(whatever_standing & certified).bit_count(),
        page=page,
        pages=pages,
    )


def _counts(bits: Bits, allowed: int, by_facet: dict[str, int]) -> dict[str, dict[str, int]]:
    """Count each value with all other filters on, so that a second value of one shows its gain."""
    counts: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}
    bases = {}
    for facet in FACETS:
        base = allowed
        for other, chosen in by_facet.items():
            if other != facet:
                base &= chosen
        bases[facet] = base
    for (facet, value), having in bits.values.items():
        if facet in counts:
            number = (bases[facet] & having).bit_count()
            if number:
                counts[facet][value] = number
    return counts


def everything(asked: Asked, *, at: datetime, day: date, most: int) -> list[Hit]:
    """Return up to `most` results at once, for a file: one search, whoever asks it."""
    return search(replace(asked, page=1), at=at, day=day, per_page=most).hits


ORDERS: dict[str, tuple[Any, ...]] = {
    "relevantie": (Entry.weight.desc(), Entry.id.desc()),
    "waardering": (Entry.rank.desc(), Entry.id.desc()),
    "prijs": (Entry.price, Entry.id),
    "naam": (Entry.name, Entry.id),
}


def _page(
    asked: Asked,
    allowed: int,
    in_title: int,
    bits: Bits,
    around: dict[str, int] | None,
    at: datetime,
    offset: int,
    limit: int,
) -> list[int]:
    """Return the ids of one page."""
    if asked.sort == "datum":
        return _by_date(allowed, bits, around, at, offset, limit)
    if asked.sort != "relevantie":
        return _window(allowed, ORDERS[asked.sort], offset, limit)
    # First what has the words in its name or title, then the rest; each by weight.
    first = allowed & in_title
    number = first.bit_count()
    order = ORDERS["relevantie"]
    ids = _window(first, order, offset, limit) if offset < number else []
    if len(ids) < limit:
        rest = allowed & ~in_title
        ids += _window(rest, order, max(0, offset - number), limit - len(ids))
    return ids


def _window(allowed: int, order: tuple[Any, ...], offset: int, limit: int) -> list[int]:
    number = allowed.bit_count()
    if number <= offset or limit <= 0:
        return []
    if number <= FEW:
        ids: BindParameter[Any] = bindparam(
            "ids", members(allowed), expanding=True, literal_execute=True
        )
        query = select(Entry.id).where(Entry.id.in_(ids)).order_by(*order)
        return list(db.session.scalars(query.limit(limit).offset(offset)))
    return _along(select(Entry.id).where(Entry.is_shown).order_by(*order), allowed, offset, limit)


def _along(query: Select[int], allowed: int, offset: int, limit: int) -> list[int]:
    """Read along an index until the page is full; every row in about total/allowed is on it."""
    wanted, passed, found = offset + limit, 0, []
    step = max(BATCH, 2 * wanted)
    while True:
        rows = fulltext.numbers(query.limit(step).offset(passed))
        found += picked(rows, allowed)
        passed += len(rows)
        if len(found) >= wanted or len(rows) < step:
            return found[offset:wanted]
        step *= 4


def _by_date(
    allowed: int, bits: Bits, around: dict[str, int] | None, at: datetime, offset: int, limit: int
) -> list[int]:
    """Return trainings by their next date, near the place that was asked for."""
    query = (
        select(Session.offering_id)
        .where(Session.starts_at > at, Session.is_cancelled.is_(False))
        .order_by(Session.starts_at, Session.id)
    )
    if around is not None:
        query = query.where(Session.place.in_(list(around)))
    wanted = offset + limit
    found: dict[int, None] = {}
    passed, step = 0, max(BATCH, 2 * wanted)
    while True:
        rows = fulltext.numbers(query.limit(step).offset(passed))
        entries = [bits.entry_of[one] for one in rows if one in bits.entry_of]
        found |= dict.fromkeys(picked(entries, allowed))
        passed += len(rows)
        if len(found) >= wanted or len(rows) < step:
            return list(found)[offset:wanted]
        step *= 4


def _hits(ids: Sequence[int], around: dict[str, int] | None, at: datetime) -> list[Hit]:
    """Load what a page shows. What stopped showing meanwhile is left out, whatever the bits say."""
    if not ids:
        return []
    entries = {
        key: (what, ref)
        for key, what, ref in db.session.execute(
            select(Entry.id, Entry.what, Entry.ref_id).where(Entry.id.in_(ids))
        )
    }
    of_providers = [ref for what, ref in entries.values() if what == PROVIDER_ENTRY]
    of_offerings = [ref for what, ref in entries.values() if what == OFFERING_ENTRY]
    providers = {
        one.id: one
        for one in db.session.scalars(
            select(Provider).where(Provider.id.in_(of_providers), Provider.is_shown)
        )
    }
    offerings = {
        one.id: one
        for one in db.session.scalars(
            select(Offering)
            .options(joinedload(Offering.provider))
            .where(Offering.id.in_(of_offerings))
        )
        if one.is_shown
    }
    upcoming = next_sessions(of_offerings, at, places=around)
    hits = []
    for key in ids:
        what, ref = entries[key]
        if what == PROVIDER_ENTRY and ref in providers:
            one = providers[ref]
            hits.append(Hit(provider=one, offering=None, next=None, km=_far(one.place, around)))
        elif what == OFFERING_ENTRY and ref in offerings:
            offering, session = offerings[ref], upcoming.get(ref)
            where = session.place if session is not None else None
            hits.append(
                Hit(
                    provider=offering.provider, offering=offering, next=session,
                    km=_far(where, around),
                )
            )  # fmt: skip
    return hits


def _far(place: str | None, around: dict[str, int] | None) -> int | None:
    return around.get(place) if around is not None and place is not None else None


def next_sessions(
    offering_ids: Sequence[int], at: datetime, *, places: dict[str, int] | None = None
) -> dict[int, Session]:
    """Return the first session to come of each training, near a place if one is asked for."""
    if not offering_ids:
        return {}
    conditions: list[ColumnElement[bool]] = [
        Session.offering_id.in_(offering_ids),
        Session.starts_at > at,
        Session.is_cancelled.is_(False),
    ]
    if places is not None:
        conditions.append(Session.place.in_(list(places)))
    first = (
        select(Session.id, func.row_number().over(
            partition_by=Session.offering_id, order_by=(Session.starts_at, Session.id)
        ).label("place"))
        .where(*conditions)
        .subquery()
    )  # fmt: skip
    rows = db.session.scalars(
        select(Session).where(Session.id.in_(select(first.c.id).where(first.c.place == 1)))
    )
    return {one.offering_id: one for one in rows}
