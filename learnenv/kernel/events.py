"""Typed events: what one part tells the others, inside the same transaction."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. Subclasses add what a listener needs, never a whole model."""


E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A wish of an area to be told."""

    event: type[Event]
    handler: Callable[[Any], None]


_handlers: dict[type[Event], list[Callable[[Any], None]]] = defaultdict(list)


def on(event: type[E], handler: Callable[[E], None]) -> Subscription:
    """Say in an area's card that `handler` wants to hear of `event`."""
    return Subscription(event, handler)


def connect(subscriptions: tuple[Subscription, ...]) -> None:
    """Connect what the areas asked for; a second start in one process changes nothing."""
    for subscription in subscriptions:
        if subscription.handler not in _handlers[subscription.event]:
            _handlers[subscription.event].append(subscription.handler)


def publish(event: Event) -> None:
    """Tell every listener now. A listener that raises takes the whole transaction down."""
    for handler in _handlers[type(event)]:
        handler(event)
