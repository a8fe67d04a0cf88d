"""j5: every string on screen has a Dutch translation with the same placeholders."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "learnenv" / "translations" / "nl" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "_l": None, "lazy_gettext": None}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")


def source_strings() -> Catalog:
    found = Catalog()
    for folder in ("learnenv", "courses", "certificates"):
        options = {"**/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}
        for name, line, message, _comments, context in extract_from_dir(
            str(ROOT / folder), METHODS, options, KEYWORDS
        ):
            found.add(message, locations=[(f"{folder}/{name}", line)], context=context)
    return found


def dutch() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="nl")


def forms(text: str | tuple[str, ...]) -> list[str]:
    return list(text) if isinstance(text, tuple | list) else [text]


def test_every_string_is_translated() -> None:
    catalogue = dutch()
    missing = []
    for message in source_strings():
        if not message.id:
            continue
        found = catalogue.get(message.id)
        if found is None or not all(forms(found.string)) or found.fuzzy:
            missing.append((message.id, message.locations[:1]))
    assert not missing, f"no Dutch for {missing[:10]}: run `make translations` and fill them in"


def test_placeholders_are_the_same() -> None:
    for message in dutch():
        if not message.id:
            continue
        source, target = forms(message.id), forms(message.string)
        for a, b in zip(source, target, strict=True):
            assert set(PLACEHOLDER.findall(a)) >= set(PLACEHOLDER.findall(b)), (a, b)
        wanted = set().union(*(PLACEHOLDER.findall(a) for a in source))
        given = set().union(*(PLACEHOLDER.findall(b) for b in target))
        assert given == wanted, (source, target)


def test_there_are_no_left_overs() -> None:
    used = {str(message.id) for message in source_strings()}
    stale = [message.id for message in dutch() if message.id and str(message.id) not in used]
    assert not stale, f"translated but not used any more: {stale[:10]}"


def test_the_catalogue_compiles() -> None:
    """Without its header the compiler takes the file for a draft and quietly skips it."""
    catalogue = dutch()
    assert not catalogue.fuzzy
    assert catalogue.num_plurals == 2
    text = CATALOGUE.read_text(encoding="utf-8")
    assert '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"' in text
