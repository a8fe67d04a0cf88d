"""Where places lie (GeoNames, CC BY 4.0): for "near Zwolle", without asking another host."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from learnenv.kernel.search import folded

SOURCE = Path(__file__).with_name("places.csv")
EARTH_KM = 6371.0
DISTANCES = (10, 25, 50, 100)
"""Kilometres that a visitor can choose from."""


@dataclass(frozen=True, slots=True)
class Place:
    """A town or village."""

    key: str
    name: str
    region: str
    latitude: float
    longitude: float


@cache
def places() -> dict[str, Place]:
    """Return every place by its key."""
    with SOURCE.open(encoding="utf-8", newline="") as file:
        return {
            row["key"]: Place(
                row["key"], row["name"], row["region"],
                float(row["latitude"]), float(row["longitude"]),
            )
            for row in csv.DictReader(file)
        }  # fmt: skip


@cache
def _by_name() -> dict[str, Place]:
    found: dict[str, Place] = {}
    for place in places().values():
        found.setdefault(folded(place.name), place)
        found.setdefault(place.key, place)
    return {"den bosch": found["s-hertogenbosch"], "'s-gravenhage": found["den-haag"], **found}


def find(text: str) -> Place | None:
    """Return the place somebody typed, or None when we know none of that name."""
    return _by_name().get(folded(text))


def kilometres(one: Place, other: Place) -> float:
    """Return the distance as the crow flies (haversine)."""
    lat1, lat2 = math.radians(one.latitude), math.radians(other.latitude)
    half_lat = math.sin((lat2 - lat1) / 2) ** 2
    half_lon = math.sin(math.radians(other.longitude - one.longitude) / 2) ** 2
    return (
        2 * EARTH_KM * math.asin(math.sqrt(half_lat + math.cos(lat1) * math.cos(lat2) * half_lon))
    )


@lru_cache(maxsize=512)
def near(key: str, km: int) -> dict[str, int]:
    """Return the places within `km` of one, with the whole kilometres; itself with 0."""
    middle = places()[key]
    found = ((place.key, kilometres(middle, place)) for place in places().values())
    return {key: round(far) for key, far in found if far <= km}
