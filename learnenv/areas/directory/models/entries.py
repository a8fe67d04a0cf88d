"""What the search reads: one row per provider and training, with everything to filter by."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from learnenv.kernel.db import Base, Id
from learnenv.kernel.privacy import PUBLICITY, personal, plain

PROVIDER_ENTRY = "provider"
OFFERING_ENTRY = "offering"
INDEX = "directory_fulltext"
"""Table of the words (`kernel.fulltext`); its ids are those of the entries."""


class Entry(Base):
    """A line of the search. Written with the fact, in one transaction; never the truth itself."""

    __tablename__ = "directory_entry"
    __table_args__ = (
        UniqueConstraint("what", "ref_id"),
        Index("ix_directory_entry_changed", "changed"),
        Index("ix_directory_entry_weight", "is_shown", "weight", "id"),
        Index("ix_directory_entry_rank", "is_shown", "rank", "id"),
        Index("ix_directory_entry_name", "is_shown", "name", "id"),
        Index("ix_directory_entry_price", "is_shown", "price", "id"),
        Index("ix_directory_entry_provider", "provider_id"),
    )

    id: Mapped[int] = plain(Id, primary_key=True)
    what: Mapped[str] = plain(String(10))
    """"provider" or "offering"."""
    ref_id: Mapped[int] = plain(Id)
    provider_id: Mapped[int] = plain(Id)
    is_shown: Mapped[bool] = plain(default=True)
    name: Mapped[str] = personal(PUBLICITY, String(600))
    """Folded, to sort by."""
    facets: Mapped[dict[str, Any]] = plain()
    """Per facet its values: sort, theme, region, form, price, level, language, place."""
    certified_until: Mapped[date | None] = plain()
    price: Mapped[int] = plain(default=1_000_000)
    """Euros; what is on request comes last."""
    rank: Mapped[float] = plain(default=0.0)
    """Rating for sorting: with few reviews nearer to the middle, 0 below three (g9)."""
    weight: Mapped[float] = plain(default=0.0)
    """What comes first when words do not decide: see `services.indexing.weight_of`."""
    changed: Mapped[int] = plain(Id)
    """The turn at which it was written last: readers fetch what is newer than they have."""


class Turn(Base):
    """The one counter of changes; who writes holds it to the end, so turns come in order."""

    __tablename__ = "directory_turn"

    id: Mapped[int] = plain(Id, primary_key=True)
    number: Mapped[int] = plain(Id, default=0)
    epoch: Mapped[str] = plain(String(16), default="")
    """Another one means another database: whoever kept something begins anew."""
