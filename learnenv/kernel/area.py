"""The contract of an area: one folder of the programme that hangs off the host."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import click
from flask import Blueprint
from flask_babel import LazyString

from learnenv.kernel.db import Base
from learnenv.kernel.events import Subscription
from learnenv.kernel.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """An entry of the main menu, shown to whoever has the permission."""

    label: LazyString | str
    endpoint: str
    permission: Permission
    weight: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A calendar year (Europe/Amsterdam) that a figure is about."""

    year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A figure of the programme, with its target and the page that shows the records behind it."""

    key: str
    title: LazyString | str
    unit: str
    measure: Callable[[Period], Decimal]
    target: Callable[[Period], Decimal | None]
    endpoint: str


def no_target(_period: Period) -> None:
    """Say that the programme plan names no number for an indicator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work for the worker: `run` gets the payload; `every` repeats it."""

    name: str
    run: Callable[[dict[str, Any]], None]
    every: timedelta | None = None


class OfflineCommand(click.Command):
    """A command that works on files only: it runs without a database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One area of the programme. The host reads it once, at start-up."""

    name: str
    """Folder, blueprint and table prefix are all this word."""
    title: LazyString | str
    blueprint: Blueprint | None = None
    models: tuple[type[Base], ...] = ()
    navigation: tuple[NavItem, ...] = ()
    permissions: tuple[Permission, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    commands: tuple[click.Command, ...] = ()
    jobs: tuple[Job, ...] = ()
    listens_to: tuple[Subscription, ...] = ()
    fills: tuple[tuple[str, Callable[..., Any]], ...] = ()
    """Slots of lower floors that this area fills: name and function."""
    depends_on: frozenset[str] = frozenset()
