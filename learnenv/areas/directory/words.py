"""What kinds, states and filters are called on screen."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from learnenv.areas.directory.models import (
    BookingState,
    Form,
    Kind,
    Language,
    Level,
    Proof,
    RequestKind,
)
from learnenv.areas.directory.services.indexing import ASK, DEAR, TRAINING
from learnenv.kernel.taxonomy import REGIONS, THEMES

KINDS: dict[str, Any] = {
    Kind.TRAINER: _l("Trainer"),
    Kind.ADVISER: _l("Adviser"),
    Kind.AGENCY: _l("Agency"),
    Kind.INSTITUTE: _l("Institute"),
}
FORMS: dict[str, Any] = {
    Form.ONLINE: _l("Online"),
    Form.ON_SITE: _l("On site"),
    Form.BLENDED: _l("Online and on site"),
}
LEVELS: dict[str, Any] = {
    Level.BASIC: _l("Basic"),
    Level.ADVANCED: _l("Advanced"),
    Level.EXPERT: _l("Expert"),
}
LANGUAGES: dict[str, Any] = {
    Language.DUTCH: _l("Dutch"),
    Language.ENGLISH: _l("English"),
    Language.FRISIAN: _l("Frisian"),
}
PRICES: dict[str, Any] = {
    "gratis": _l("Free"),
    "tot-250": _l("Up to € 250"),
    "tot-500": _l("€ 251 to € 500"),
    "tot-1000": _l("€ 501 to € 1,000"),
    DEAR: _l("More than € 1,000"),
    ASK: _l("Price on request"),
}
FACETS: dict[str, Any] = {
    "soort": _l("What are you looking for?"),
    "thema": _l("Theme"),
    "regio": _l("Region"),
    "vorm": _l("Form"),
    "prijs": _l("Price per person"),
    "niveau": _l("Level"),
    "taal": _l("Language"),
}
VALUES: dict[str, dict[str, Any]] = {
    "soort": {TRAINING: _l("Training"), **KINDS},
    "thema": THEMES,
    "regio": REGIONS,
    "vorm": FORMS,
    "prijs": PRICES,
    "niveau": LEVELS,
    "taal": LANGUAGES,
}
SORTS: dict[str, Any] = {
    "relevantie": _l("Relevance"),
    "datum": _l("Next date"),
    "waardering": _l("Reviews"),
    "prijs": _l("Price, low to high"),
    "naam": _l("Name"),
}
BOOKINGS: dict[str, Any] = {
    BookingState.ASKED: _l("Asked, waits for the organiser"),
    BookingState.BOOKED: _l("You have a seat"),
    BookingState.WAITING: _l("On the waiting list"),
    BookingState.OFFERED: _l("A seat came free: confirm it"),
    BookingState.CANCELLED: _l("Cancelled"),
    BookingState.REFUSED: _l("No seat"),
    BookingState.LAPSED: _l("Not confirmed in time"),
    BookingState.ATTENDED: _l("Followed"),
    BookingState.ABSENT: _l("Not there"),
}
PARTICIPANTS: dict[str, Any] = {
    **BOOKINGS,
    BookingState.BOOKED: _l("Has a seat"),
    BookingState.OFFERED: _l("May confirm a seat"),
}
LOOKS = {
    BookingState.BOOKED: "success",
    BookingState.ATTENDED: "success",
    BookingState.OFFERED: "warning",
    BookingState.ASKED: "warning",
    BookingState.REFUSED: "danger",
}
CRITERIA: dict[str, Any] = {
    "content": _l("Content"),
    "guidance": _l("Trainer or adviser"),
    "use": _l("Of use in the work"),
    "organisation": _l("Organisation and agreements"),
}
PROOFS: dict[str, Any] = {
    Proof.ENROLMENT: _l("Finished the course on this site"),
    Proof.ATTENDANCE: _l("Stood on the attendance list"),
    Proof.QUOTATION: _l("Chose a quotation of this provider"),
    Proof.ASSIGNMENT: _l("Had a confirmed assignment done"),
    Proof.PILOT: _l("Did a pilot project together"),
}
REQUESTS: dict[str, Any] = {
    RequestKind.INFORMATION: _l("Request for information"),
    RequestKind.QUOTATION: _l("Request for quotation"),
}
CHANGED: dict[str, Any] = {"name": _l("Name"), "kind": _l("Kind"), "website": _l("Website")}
