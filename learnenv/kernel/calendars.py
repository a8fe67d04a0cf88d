"""Something with a time as a file for a calendar (iCalendar, RFC 5545)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from learnenv.kernel.site import site_url


def calendar_file(
    key: str, title: str, starts_at: datetime, ends_at: datetime, *, stamp: datetime, **more: Any
) -> bytes:
    """Return one event as iCalendar.

    `key` is unique in this site and stays the same for the same event, so that a calendar knows it
    again. `stamp` says when it was last changed. `more` are properties such as location or url;
    those without a value are left out.
    """
    from icalendar import Calendar, Event  # most workers never make one

    event = Event()
    event.add("uid", f"{key}@{site_url('').split('//')[-1]}")
    event.add("dtstamp", stamp)
    event.add("dtstart", starts_at)
    event.add("dtend", ends_at)
    event.add("summary", title)
    for name, value in more.items():
        if value:
            event.add(name, value)
    calendar = Calendar()
    calendar.add("prodid", "-//Learnenv//Learnenv//NL")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
