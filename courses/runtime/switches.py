"""Which blocks of others are on, for the site and per organisation; and how they behave."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask import after_this_request, g, has_request_context
from sqlalchemy import select
from werkzeug.wrappers import Response

from courses.models import BlockHealth
from learnenv.kernel import settings
from learnenv.kernel.clock import now
from learnenv.kernel.db import db, insert
from learnenv.kernel.transaction import transaction

PREFIX = "xblock."
KEY = f"{PREFIX}switches"


@dataclass(frozen=True, slots=True)
class Switches:
    """What an administrator switched off. Everything installed is on until then."""

    off: frozenset[str] = frozenset()
    off_for: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Block type to the organisations for which it is off."""

    def is_on(self, block_type: str, organisation_id: int | None) -> bool:
        """Whether people of this organisation see blocks of this type."""
        if block_type in self.off:
            return False
        return organisation_id not in self.off_for.get(block_type, frozenset())


def _settings() -> dict[str, str]:
    """Return all that is set about blocks: one query per request, none on pages without them."""
    if "xblock_settings" not in g:
        g.xblock_settings = settings.beginning_with(PREFIX)
    return g.xblock_settings  # type: ignore[no-any-return]


def switches() -> Switches:
    """Return what was switched off."""
    data = json.loads(_settings().get(KEY, "{}"))
    off_for = {name: frozenset(ids) for name, ids in data.get("off_for", {}).items()}
    return Switches(frozenset(data.get("off", [])), off_for)


def asides() -> tuple[str, ...]:
    """Return the asides that the administrator switched on."""
    return tuple(name for name in _settings().get(f"{PREFIX}asides", "").split(",") if name)


def hosts(block_type: str) -> tuple[str, ...]:
    """Return the other hosts that blocks of this type may load from, such as https://example.nl."""
    return tuple(_settings().get(f"{PREFIX}hosts.{block_type}", "").split())


def switch(block_type: str, *, on: bool, off_for: frozenset[int]) -> None:
    """Switch a block type on or off, for all or for some organisations."""
    found = switches()
    off = found.off - {block_type} if on else found.off | {block_type}
    by_organisation = {**found.off_for, block_type: off_for}
    data = {
        "off": sorted(off),
        "off_for": {name: sorted(ids) for name, ids in sorted(by_organisation.items()) if ids},
    }
    _put(KEY, json.dumps(data))


def allow_hosts(block_type: str, hosts: Iterable[str]) -> None:
    """Set which other hosts blocks of this type may load from."""
    _put(f"{PREFIX}hosts.{block_type}", " ".join(hosts))


def _put(key: str, value: str) -> None:
    settings.put(key, value)
    g.pop("xblock_settings", None)


def failed(block_type: str, error: str) -> None:
    """Count a failure of a block, for the health page; in a transaction of its own, afterwards.

    The request it happened in is rolled back, and this must stay.
    """
    if not has_request_context():
        return

    @after_this_request
    def _write(response: Response) -> Response:
        with transaction():
            statement = insert(BlockHealth).values(
                block_type=block_type, failures=1, last_error=error[:500], last_at=now()
            )
            db.session.execute(
                statement.on_conflict_do_update(
                    index_elements=["block_type"],
                    set_={
                        "failures": BlockHealth.failures + 1,
                        "last_error": error[:500],
                        "last_at": now(),
                    },
                )
            )
        return response


def health() -> dict[str, BlockHealth]:
    """Return which block types failed, by type."""
    return {row.block_type: row for row in db.session.scalars(select(BlockHealth))}
