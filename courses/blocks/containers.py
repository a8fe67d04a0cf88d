"""Blocks that hold others: a column, a choice by chance, and a choice by what was done.

They come from courses of Open edX. A block of others inside one is shown in its own frame, as
anywhere else.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import g, url_for
from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.fields import Dict, Integer, List, Scope, String

from courses.blocks.problem import grading
from courses.outline import Block
from courses.runtime import switches
from courses.runtime.plugins import is_fenced

# i4x://org/course/problem/NAME and block-v1:org+course+run+type@problem+block@NAME
NAME = re.compile(r"(?:[/@]|^)([^/@;]+)$")
CONDITIONS = ("completed", "attempted", "correct", "passed", "submitted", "poll_answer", "voted")


@dataclass(frozen=True, slots=True)
class _Frame:
    """A fenced block inside one of ours, as courses/framed.html wants it."""

    name: str
    title: str
    url: str
    handlers: list[str]
    is_on: bool


def name_in(reference: str) -> str:
    """Return the url_name at the end of a reference of Open edX."""
    found = NAME.search(reference.strip())
    return found[1] if found else reference.strip()


class Container(XBlock):
    """What these blocks share."""

    has_children = True

    display_name = String(default="", scope=Scope.settings)

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> Container:
        """Read the settings; the importer reads the children."""
        block = runtime.construct_xblock_from_class(cls, keys)
        if node.get("display_name"):
            block.display_name = node.get("display_name")
        for child in node:
            if isinstance(child.tag, str):
                runtime.add_node_as_child(block, child)
        return block  # type: ignore[no-any-return]

    def add_xml_to_node(self, node: Any) -> None:
        """Write the settings; the exporter writes the children."""
        if self.display_name:
            node.set("display_name", self.display_name)

    @property
    def source(self) -> Block:
        """What the author made of this block."""
        found: Block = self.runtime.outline.blocks[self.scope_ids.usage_id.block_id][2]
        return found

    def chosen(self) -> Iterable[Block]:
        """Return what this learner sees."""
        return self.source.children

    def student_view(self, _context: object = None) -> Fragment:
        """Show what is inside, one under the other."""
        return self.show(self.chosen())

    def show(self, sources: Iterable[Block]) -> Fragment:
        """Show blocks; those of others in a frame."""
        fragment = Fragment()
        listed = list(sources)
        own = [source.id for source in listed if not is_fenced(source.type)]
        blocks = dict(zip(own, self.runtime.blocks(own), strict=True))
        for source in listed:
            if source.id not in blocks:
                frame = self._frame(source)
                fragment.add_content(self.runtime.render_template("nested_frame.html", frame=frame))
                continue
            shown = self.runtime.render_safely(blocks[source.id])
            fragment.add_content(shown.body_html())
            fragment.add_fragment_resources(shown)
        return fragment

    def _frame(self, source: Block) -> _Frame:
        g.nested_frames = True  # the page then loads the script that serves frames
        slug = self.runtime.outline.slug
        starts = [
            url_for("courses.handler", slug=slug, block_id=part.id, handler="H").removesuffix("H")
            for part in source.walk()
        ]
        organisation = self.runtime.actor.organisation_id
        return _Frame(
            name=f"blok-{source.id}",
            title=str(source.fields.get("display_name") or source.type),
            url=url_for("courses.frame", slug=slug, block_id=source.id),
            handlers=starts,
            is_on=switches.switches().is_on(source.type, organisation),
        )


class VerticalBlock(Container):
    """A column in a column (OLX `vertical`, `sequential` or `wrapper` inside a unit)."""


def place_of(learner: int | None, block_id: str, groups: int) -> int:
    """Return the group of a learner: the same each time, and spread evenly."""
    digest = hashlib.sha256(f"{learner or 0}:{block_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % groups


class RandomBlock(Container):
    """One of its children for each learner, always the same (OLX `randomize`)."""

    def chosen(self) -> Iterable[Block]:
        """Return the one child of this learner."""
        children = self.source.children
        if not children:
            return ()
        return (children[place_of(self.scope_ids.user_id, self.source.id, len(children))],)


class SplitTestBlock(Container):
    """A content experiment: each learner sees the child of his group (OLX `split_test`)."""

    user_partition_id = Integer(default=-1, scope=Scope.content)
    group_id_to_child = Dict(default={}, scope=Scope.content)
    """Group to the reference of its child."""

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> SplitTestBlock:
        """Read the groups."""
        block = super().parse_xml(node, runtime, keys)
        assert isinstance(block, SplitTestBlock)
        number = node.get("user_partition_id", "")
        if re.fullmatch(r"-?\d{1,18}", number):
            block.user_partition_id = int(number)
        groups = node.get("group_id_to_child")
        if groups:
            try:
                found = json.loads(groups)
                block.group_id_to_child = {str(k): str(v) for k, v in found.items()}
            except (ValueError, AttributeError, RecursionError):
                raise ValueError("group_id_to_child cannot be read") from None
        return block

    def add_xml_to_node(self, node: Any) -> None:
        """Write the groups."""
        super().add_xml_to_node(node)
        if self.user_partition_id != -1:
            node.set("user_partition_id", str(self.user_partition_id))
        if self.group_id_to_child:
            node.set("group_id_to_child", json.dumps(self.group_id_to_child))

    def chosen(self) -> Iterable[Block]:
        """Return the child of this learner's group; children of no group are for nobody."""
        children = self.source.children
        by_name = {child.id: child for child in children}
        wanted = [name_in(v) for _, v in sorted((self.group_id_to_child or {}).items())]
        groups = [by_name[name] for name in wanted if name in by_name] or list(children)
        if not groups:
            return ()
        return (groups[place_of(self.scope_ids.user_id, self.source.id, len(groups))],)


class ConditionalBlock(Container):
    """Shown to who did something elsewhere in the course (OLX `conditional`).

    What cannot be known here, such as the state of a block of others, does not hide anything.
    """

    sources = List(default=[], scope=Scope.content)
    """References of the blocks that it asks about (Open edX: sources_tag)."""
    shows = List(default=[], scope=Scope.content)
    """References of blocks to show that are not inside it (Open edX: show_tag)."""
    condition = String(default="completed", scope=Scope.content)
    value = String(default="True", scope=Scope.content)
    message = String(default="", scope=Scope.content)

    xml_attributes_read = (*CONDITIONS, "sources_tag", "conditional", "show", "sources_list")

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> ConditionalBlock:
        """Read the condition, in any of the ways it has been written."""
        show = [child for child in node if child.tag == "show"]
        listed = _listed(node.get("show", ""))
        for child in show:
            listed += _listed(child.get("sources", ""))
            node.remove(child)
            for inner in child:
                if isinstance(inner.tag, str):
                    node.append(inner)
        block = super().parse_xml(node, runtime, keys)
        assert isinstance(block, ConditionalBlock)
        block.sources = _listed(node.get("sources") or node.get("sources_tag") or "")
        if listed:
            block.shows = listed
        name = node.get("condition") or node.get("conditional") or ""
        found = name or next((c for c in CONDITIONS if c in node.attrib), "completed")
        block.condition = found
        block.value = node.get("value") or node.get(found) or "True"
        if node.get("message"):
            block.message = node.get("message")
        return block

    def add_xml_to_node(self, node: Any) -> None:
        """Write the condition, in one of the ways it is read."""
        super().add_xml_to_node(node)
        node.set("condition", self.condition)
        node.set("value", self.value)
        for name, value in (
            ("sources", ";".join(self.sources or [])),
            ("show", ";".join(self.shows or [])),
            ("message", self.message),
        ):
            if value:
                node.set(name, value)

    def chosen(self) -> Iterable[Block]:
        """Return what is inside, and what it names elsewhere, when the condition holds.

        Nothing stands twice on a page: two of one block would have one id and one state.
        """
        if not self.holds():
            return ()
        outline = self.runtime.outline
        named = [name_in(reference) for reference in self.shows or []]
        other = [outline.blocks[name][2] for name in named if name in outline.blocks]
        # A conditional that shows another one could show itself, without end.
        other = [b for b in other if all(part.type != "conditional" for part in b.walk())]
        units = self.runtime.units or (outline.blocks[self.source.id][1],)
        there = {one for unit in units for top in unit.blocks for one in self._drawn(top)}
        shown = []
        for block in other:
            ids = {part.id for part in block.walk()}
            if not ids & (there | self.runtime.lent):
                self.runtime.lent |= ids
                shown.append(block)
        return (*self.source.children, *shown)

    def _drawn(self, block: Block) -> Iterator[str]:
        """Yield the ids of a block and of what it draws now; what it names elsewhere aside."""
        yield block.id
        inside: Iterable[Block] = block.children
        holder = self.runtime.block(block.id)
        if isinstance(holder, ConditionalBlock):
            inside = block.children if holder.holds() else ()
        elif isinstance(holder, Container):
            inside = holder.chosen()
        for child in inside:
            yield from self._drawn(child)

    def student_view(self, _context: object = None) -> Fragment:
        """Show what is inside, or what has to be done first."""
        if self.holds():
            return self.show(self.chosen())
        fragment = Fragment()
        words = re.sub(r"<[^>]*>", " ", self.message).replace("{link}", "…").strip()
        fragment.add_content(self.runtime.render_template("conditional.html", message=words))
        return fragment

    def holds(self) -> bool:
        """Whether every block that it asks about is as it should be."""
        names = [name_in(reference) for reference in self.sources or []]
        known = [name for name in names if name in self.runtime.outline.blocks]
        wanted = self.value.lower() not in {"false", "0", "no"}
        for block in self.runtime.blocks(known):
            if self.condition == "poll_answer":
                answer = _first(block, "poll_answer", "choice")
                if answer is not None and str(answer) != self.value:
                    return False
                continue
            state = _state(block, self.condition)
            if state is not None and state != wanted:
                return False
        return True


def _listed(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;,]", text) if part.strip()]


def _first(block: XBlock, *names: str) -> Any:
    for name in names:
        if name in block.fields:
            return getattr(block, name) or ""
    return None


def _state(block: XBlock, condition: str) -> bool | None:
    """Return whether a block is as the condition says; None when that cannot be known."""
    if block.scope_ids.block_type != "problem":
        if condition in {"voted", "attempted", "submitted", "completed"}:
            answer = _first(block, "voted", "poll_answer", "choice", "submissions_count")
            return None if answer is None else bool(answer)
        return None
    given = block.runtime.hand_in(block.block_id) if block.problem.unsupported else None
    done = bool(block.response) or given is not None
    if condition in {"correct", "passed"}:
        if not block.problem.questions:
            return given is not None and bool(given.percent)
        fraction, _ = grading.grade_problem(block.problem, block.response or {}, seed=block.seed)
        return done and fraction >= 1.0
    return done
