"""Where XBlock fields live: authored ones in the version, the learner's in one table.

Authored scopes are read-only on the learner's side: a learner who posts to a studio handler
changes nothing (the hole that XBLOCK.md found). Learner scopes are read with one query per page
and written with one upsert per save.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

import simplejson  # it keeps named tuples as objects; the standard library makes lists of them
from opaque_keys.edx.keys import UsageKey
from sqlalchemy import bindparam, select
from xblock.core import XBlock, XBlockAside
from xblock.exceptions import InvalidScopeError
from xblock.field_data import FieldData
from xblock.fields import (
    BlockScope,
    Field,
    Reference,
    ReferenceList,
    ReferenceValueDict,
    Scope,
    UserScope,
)

from courses.models import BlockState
from courses.outline import Block, Outline
from courses.runtime.ids import usage_key
from learnenv.kernel.db import db, insert

AUTHORED = {Scope.content, Scope.settings, Scope.children, Scope.parent}
EVERYONE = 0
Key = tuple[int, str, str, str]
# What Open edX hands down from a container to what is in it.
INHERITED = frozenset(
    {
        "due", "start", "graded", "format", "showanswer", "show_correctness", "max_attempts",
        "rerandomize", "graceperiod", "show_reset_button", "submission_wait_seconds",
        "static_asset_path", "self_paced", "visible_to_staff_only", "group_access",
        "user_partitions", "matlab_api_key", "use_latex_compiler",
    }
)  # fmt: skip


def is_aside(block: XBlock) -> bool:
    """Whether this stands beside a block instead of being one."""
    return isinstance(block, XBlockAside)


def name_of(block: XBlock) -> str:
    """Return what tells a block from all others of the course; asides name their block too."""
    usage = block.scope_ids.usage_id
    return f"{usage.usage_key.block_id}:{usage.aside_type}" if is_aside(block) else usage.block_id


def to_stored(field: Field, value: Any) -> Any:
    """Return what is kept of a value that XBlock made JSON of; keys have no JSON, so text."""
    if isinstance(field, ReferenceValueDict):
        return {key: str(reference) for key, reference in (value or {}).items()}
    if isinstance(field, ReferenceList):
        return [str(reference) for reference in value or []]
    if isinstance(field, Reference):
        return None if value is None else str(value)
    return value


def from_stored(field: Field, value: Any) -> Any:
    """Return the JSON value of what `to_stored` kept; XBlock makes the field's type of it."""
    if isinstance(field, ReferenceValueDict):
        return {key: UsageKey.from_string(text) for key, text in (value or {}).items()}
    if isinstance(field, ReferenceList):
        return [UsageKey.from_string(text) for text in value or []]
    if isinstance(field, Reference):
        return None if value is None else UsageKey.from_string(value)
    # Blocks change lists and dicts in place; two of them must not hold the same one.
    return copy.deepcopy(value) if isinstance(value, dict | list) else value


class LearnerFieldData(FieldData):
    """The fields of the blocks of one page, for one person."""

    def __init__(self, outline: Outline, person_id: int | None) -> None:
        self.outline = outline
        self.person_id = person_id
        self._rows: dict[Key, dict[str, Any]] = {}
        self._loaded: set[Key] = set()

    # --- authored fields --------------------------------------------------------------------

    def _authored(self, block: XBlock) -> Block:
        return self.outline.blocks[block.scope_ids.usage_id.block_id][2]

    def _authored_value(self, block: XBlock, name: str) -> Any:
        field = block.fields[name]
        if is_aside(block):
            raise KeyError(name)  # asides have no authored fields in a published course
        source = self._authored(block)
        if field.scope == Scope.children:
            return [
                usage_key(self.outline.org, self.outline.slug, child.type, child.id)
                for child in source.children
            ]
        if field.scope == Scope.parent:
            if not source.parent:
                raise KeyError(name)
            parent = self.outline.blocks[source.parent][2]
            return usage_key(self.outline.org, self.outline.slug, parent.type, parent.id)
        return from_stored(field, source.fields[name])

    # --- the learner's fields ---------------------------------------------------------------

    def key_of(self, block: XBlock, name: str) -> Key:
        """Return the row a field lives in: person, scope, what it is about, family."""
        scope = block.fields[name].scope
        ids = block.scope_ids
        here = f"{self.outline.slug}/{name_of(block)}"
        about = {
            BlockScope.USAGE: here,
            BlockScope.DEFINITION: here,
            BlockScope.TYPE: ids.block_type,
            BlockScope.ALL: "",
        }[scope.block]
        shared = scope.user != UserScope.ONE
        person = EVERYONE if shared or self.person_id is None else self.person_id
        return person, f"{scope.user}-{scope.block}", about, block.entry_point

    def prefetch(self, blocks: Iterable[XBlock]) -> None:
        """Read the state of all blocks of a page in one query."""
        keys = {
            self.key_of(block, name)
            for block in blocks
            for name, field in block.fields.items()
            if field.scope not in AUTHORED
        }
        self._load(keys - self._loaded)

    def _load(self, keys: set[Key]) -> None:
        if not keys:
            return
        self._loaded |= keys
        asked = {"people": {k[0] for k in keys}, "abouts": {k[2] for k in keys}}
        rows = db.session.execute(STATES, asked)
        for person, scope, about, family, fields in rows:
            # The query may bring more rows than asked; what was read before may have changed here.
            if (key := (person, scope, about, family)) in keys:
                self._rows[key] = simplejson.loads(fields)

    def _row(self, key: Key) -> dict[str, Any]:
        self._load({key} - self._loaded)
        return self._rows.get(key, {})

    # --- the contract -----------------------------------------------------------------------

    def get(self, block: XBlock, name: str) -> Any:
        if block.fields[name].scope in AUTHORED:
            return self._authored_value(block, name)
        if self._is_nobodys(block, name):
            raise KeyError(name)
        return from_stored(block.fields[name], self._row(self.key_of(block, name))[name])

    def has(self, block: XBlock, name: str) -> bool:
        try:
            self.get(block, name)
        except KeyError:
            return False
        return True

    def set(self, block: XBlock, name: str, value: Any) -> None:
        self.set_many(block, {name: value})

    def set_many(self, block: XBlock, update_dict: dict[str, Any]) -> None:
        changed: dict[Key, dict[str, Any]] = defaultdict(dict)
        for name, value in update_dict.items():
            if block.fields[name].scope in AUTHORED:
                raise InvalidScopeError(block.fields[name].scope)
            if not self._is_nobodys(block, name):
                key = self.key_of(block, name)
                changed[key][name] = to_stored(block.fields[name], value)
        self._lock(changed)
        for key, fields in changed.items():
            self._rows[key] = {**self._row(key), **fields}
        self._store(changed)

    def delete(self, block: XBlock, name: str) -> None:
        if block.fields[name].scope in AUTHORED:
            raise InvalidScopeError(block.fields[name].scope)
        key = self.key_of(block, name)
        row = dict(self._row(key))
        del row[name]
        self._rows[key] = row
        self._store([key])

    def default(self, block: XBlock, name: str) -> Any:
        """Return what a parent says, for the fields that courses hand down (due, showanswer)."""
        if name not in INHERITED or is_aside(block):
            raise KeyError(name)
        parent = self._authored(block).parent
        while parent:
            above = self.outline.blocks[parent][2]
            if name in above.fields:
                return from_stored(block.fields[name], above.fields[name])
            parent = above.parent
        raise KeyError(name)

    def _is_nobodys(self, block: XBlock, name: str) -> bool:
        """Whether the field belongs to a person and nobody is signed in."""
        return self.person_id is None and block.fields[name].scope.user == UserScope.ONE

    def _lock(self, keys: Iterable[Key]) -> None:
        """Re-read rows that all users share, locked, because they are changed as a whole."""
        for key in keys:
            if key[0] == EVERYONE:
                fields = db.session.scalar(LOCKED, dict(zip(KEY, key, strict=True)))
                if fields is not None:
                    self._rows[key] = {**simplejson.loads(fields), **self._rows.get(key, {})}

    def _store(self, keys: Iterable[Key]) -> None:
        values = [
            {**dict(zip(KEY, key, strict=True)), "fields": simplejson.dumps(self._rows[key])}
            for key in keys
        ]
        if values:
            db.session.execute(_upsert(db.session.get_bind().dialect.name), values)


# Built once: blocks of others save often, and building costs more than the row.
KEY = ("person_id", "scope", "scope_id", "family")
STATES = select(*(BlockState.__table__.c[name] for name in (*KEY, "fields"))).where(
    BlockState.person_id.in_(bindparam("people", expanding=True)),
    BlockState.scope_id.in_(bindparam("abouts", expanding=True)),
)
LOCKED = (
    select(BlockState.fields)
    .where(*(BlockState.__table__.c[name] == bindparam(name) for name in KEY))
    .with_for_update()
)


@cache
def _upsert(_dialect: str) -> Any:
    statement = insert(BlockState.__table__)
    return statement.on_conflict_do_update(
        index_elements=KEY, set_={"fields": statement.excluded.fields}
    )
