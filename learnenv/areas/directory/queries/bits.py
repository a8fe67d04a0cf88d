"""Which entries have which value and hold which words, kept in this process as bits.

A whole number per value, bit n for entry n, brought up to date at each search by reading what
changed since (docs/decisions/0011). So the counts of all filters cost a few hundred ANDs, whatever
the number of providers, and words that were asked before cost nothing.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select

from learnenv.areas.directory.models import INDEX, OFFERING_ENTRY, Entry, Turn
from learnenv.kernel import fulltext
from learnenv.kernel.db import db

KEPT_WORDS = 512
"""Each costs two bits per entry: 8 MB with 60,000 entries."""
KEPT_CHANGES = 256
"""What was found longer ago than this is asked anew."""
FEW_CHANGED = 500
"""Up to this many entries are asked again; for more it is cheaper to ask the word anew."""
ONE = ord("1")
CHUNK = 1000
"""Rows held at a time while everything is read."""


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
