"""Finding in the Gouden Gids: words, filters that count right, near a place, and five orders."""

from __future__ import annotations

import csv
import io
import itertools
import random
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from learnenv.areas.directory.models import Entry, Offering, Provider, Session
from learnenv.areas.directory.queries import bits as kept_bits
from learnenv.areas.directory.queries.bits import Bits
from learnenv.areas.directory.queries.search import FACETS, Asked, search
from learnenv.areas.directory.services import importing, indexing, offerings, providers
from learnenv.kernel import fulltext
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db
from learnenv.kernel.permissions import SYSTEM
from learnenv.kernel.places import places
from learnenv.kernel.transaction import transaction
from tests.browser import Browser, Page
from tests.factories import actor_of, make_person
from tests.factories.directory import (
    certify,
    make_offering,
    make_provider,
    make_review,
    make_session,
)
from tests.threads import together


def titles(page: Page) -> list[str]:
    assert page.soup is not None
    return [" ".join(tag.get_text().split()) for tag in page.soup.select(".app-card__title")]


def found(client: Browser, query: str = "") -> list[str]:
    return titles(client.get(f"/gids{query}"))


def searched(**asked: Any) -> Any:
    with transaction(write=False):
        return search(Asked(**asked), at=now(), day=today())


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("training", "Trainingen voor raadsleden"),
        ("trainingen", "Training voor raadsleden"),
        ("schrijf", "Helder schrijven"),
        ("schrijven", "Schrijf helder"),
        ("raadsle", "Training voor raadsleden"),
        ("RAADSLEDEN  training", "Training voor raadsleden"),
        ("creeren", "Creëren met data"),
    ],
)
def test_g1_words_are_found_by_stem_and_by_their_beginning(
    client: Browser, asked: str, title: str
) -> None:
    academy = make_provider("Academie")
    make_offering(academy, title, goals=("Je kunt het.",))
    make_offering(academy, "Vergaderen", goals=("Je kunt het.",))
    assert found(client, f"?q={asked}") == [title]


def test_g1_every_word_must_be_there(client: Browser) -> None:
    academy = make_provider("Academie")
    make_offering(academy, "Helder schrijven", goals=("Je kunt het.",))
    make_offering(academy, "Helder spreken", goals=("Je kunt het.",))
    assert found(client, "?q=helder+schrijven") == ["Helder schrijven"]
    assert found(client, "?q=helder+zingen") == []


def test_g1_title_hits_come_before_text_hits(client: Browser) -> None:
    academy = make_provider("Academie")
    make_offering(academy, "Archief", about="Ook over participatie.", themes=("data",))
    late = make_offering(academy, "Participatie in de wijk")
    # Whatever weighs more, stands behind a title with the word.
    make_session(db.session.get_one(Offering, late.id - 1) if late.id > 1 else late)
    assert found(client, "?q=participatie") == ["Participatie in de wijk", "Archief"]


def test_g1_a_training_is_found_by_provider_theme_and_goal(client: Browser) -> None:
    academy = make_provider("Wilgenhof")
    make_offering(academy, "Dag een", themes=("data",), goals=("Je leest jaarrekeningen.",))
    assert "Dag een" in found(client, "?q=wilgenhof")
    assert found(client, "?q=jaarrekening") == ["Dag een"]


# --- filters -------------------------------------------------------------------------------------


@pytest.fixture
def mixed(app: Flask) -> None:
    """A Gids with a bit of everything, some of it hidden."""
    del app
    kinds = ("agency", "institute", "trainer", "adviser")
    themes = ("data", "open-overheid", "participatie", "leiderschap")
    regions = ("overijssel", "utrecht", "landelijk")
    cities = ("Zwolle", "Utrecht", "Kampen", "")
    prices = (0, 200, 450, 900, 4000, None)
    for number in range(8):
        provider = make_provider(
            f"Aanbieder {number}", kind=kinds[number % 4], owner=make_person(),
            shown=number != 5, region=regions[number % 3], place=cities[number % 4],
            themes=(themes[number % 4], themes[(number + 1) % 4]),
        )  # fmt: skip
        if number % 2:
            certify(provider, until=today() + timedelta(days=9 * (number - 2)))
        for place in range(3):
            mark = number + place
            offering = make_offering(
                provider, f"Training {number}.{place}", publish=place != 2 or number % 2 == 0,
                themes=(themes[mark % 4],), price=prices[mark % 6],
                form=("online", "op-locatie", "gemengd")[mark % 3],
                level=("basis", "gevorderd", "expert")[mark // 2 % 3],
                language=("nl", "en")[mark // 3 % 2],
            )  # fmt: skip
            if mark % 2:
                make_session(offering, place=cities[mark % 3], days=mark + 1)
            if mark % 3 == 0:
                certify(offering)


def rows() -> list[dict[str, Any]]:
    """Read the facts themselves, as somebody would who counts by hand."""
    made: list[dict[str, Any]] = []
    with transaction(write=False):
        for one in db.session.scalars(select(Provider).where(Provider.is_shown)):
            themes = {*one.themes, *one.certified_themes}
            made.append({
                "soort": {one.kind}, "thema": themes, "regio": {one.region}, "vorm": set(),
                "prijs": set(), "niveau": set(), "taal": set(),
                "certified": one.is_certified(today()),
            })  # fmt: skip
        for one in db.session.scalars(select(Offering).options(joinedload(Offering.provider))):
            if not one.is_shown:
                continue
            where = {
                places()[key].region
                for key in db.session.scalars(
                    select(Session.place).where(
                        Session.offering_id == one.id, Session.starts_at > now()
                    )
                )
                if key
            }
            made.append({
                "soort": {"training"}, "thema": set(one.themes), "vorm": {one.form},
                "regio": where or {one.provider.region}, "prijs": {band(one.price)},
                "niveau": {one.level}, "taal": {one.language},
                "certified": one.is_certified(today()),
            })  # fmt: skip
    return made


def band(price: int | None) -> str:
    if price is None:
        return "op-aanvraag"
    if price == 0:
        return "gratis"
    if price <= 250:
        return "tot-250"
    if price <= 500:
        return "tot-500"
    return "tot-1000" if price <= 1000 else "boven-1000"


def fits(
    row: dict[str, Any], chosen: dict[str, tuple[str, ...]], *, certified: bool, but: str = ""
) -> bool:
    return (row["certified"] or not certified) and all(
        row[facet] & set(values) for facet, values in chosen.items() if facet != but
    )


CHOICES: list[dict[str, tuple[str, ...]]] = [
    {},
    {"soort": ("training",)},
    {"thema": ("data", "participatie")},
    {"regio": ("overijssel",), "soort": ("training", "agency")},
    {"vorm": ("online", "gemengd"), "prijs": ("gratis", "op-aanvraag")},
    {"niveau": ("basis",), "taal": ("nl",), "thema": ("data", "leiderschap")},
    {"taal": ("fy",)},
]


def test_g1_counts_equal_a_count_by_hand(mixed: None) -> None:
    everything = rows()
    assert len(everything) == 7 + 7 * 2 + 4
    for chosen, certified in itertools.product(CHOICES, (False, True)):
        result = searched(chosen=chosen, certified=certified)
        case = (chosen, certified)
        assert result.total == sum(fits(r, chosen, certified=certified) for r in everything), case
        assert result.certified == sum(fits(r, chosen, certified=True) for r in everything), case
        for facet in FACETS:
            by_hand: dict[str, int] = {}
            for row in everything:
                if fits(row, chosen, certified=certified, but=facet):
                    for value in row[facet]:
                        by_hand[value] = by_hand.get(value, 0) + 1
            assert result.counts[facet] == by_hand, (facet, case)


def test_g1_the_count_beside_a_filter_is_what_one_gets(mixed: None, client: Browser) -> None:
    first = client.get("/gids?thema=data")
    assert first.soup is not None
    label = first.soup.select_one("label[for=thema-participatie] .app-facets__count")
    assert label is not None
    gain = int(label.get_text().strip("()"))
    assert gain == searched(chosen={"thema": ("participatie",)}).total
    both = client.get("/gids?thema=data&thema=participatie")
    assert f"{searched(chosen={'thema': ('data', 'participatie')}).total} results" in both.main


def test_g1_certified_only_ends_with_the_day(app: Flask, client: Browser) -> None:
    del app
    provider = make_provider("Gekeurd")
    make_provider("Ongekeurd")
    certify(provider, until=today() + timedelta(days=10))
    assert found(client, "?gecertificeerd=1") == ["Gekeurd"]
    with time_machine.travel(now() + timedelta(days=10), tick=False):
        assert found(client, "?gecertificeerd=1") == ["Gekeurd"]
    with time_machine.travel(now() + timedelta(days=11), tick=False):
        assert found(client, "?gecertificeerd=1") == []
        assert "Certified " not in client.get(f"/gids/aanbieder/{provider.id}").main


# --- places and dates ----------------------------------------------------------------------------


def test_g10_next_in_zwolle_sorts_by_the_first_date_there(client: Browser) -> None:
    academy = make_provider("Academie", place="Zwolle")
    plans = {"Laat": 20, "Vroeg": 5, "Middel": 10}
    for title, days in plans.items():
        make_session(make_offering(academy, title), place="Zwolle", days=days)
    far = make_offering(academy, "Ver weg")
    make_session(far, place="Utrecht", days=1)
    make_session(far, place="Zwolle", days=15)  # its first date near Zwolle counts
    make_session(make_offering(academy, "Alleen Utrecht"), place="Utrecht", days=2)
    make_offering(academy, "Zonder datum")
    page = client.get("/gids?bij=Zwolle&sorteer=datum")
    assert titles(page) == ["Vroeg", "Middel", "Ver weg", "Laat"]
    assert "4 results within 25 km of Zwolle" in page.main
    card = page.soup.select(".app-card")[2].get_text(" ")  # type: ignore[union-attr]
    assert "in Zwolle" in card


def test_g10_a_date_that_is_called_off_or_over_does_not_count(client: Browser) -> None:
    academy = make_provider("Academie")
    off, soon = make_offering(academy, "Afgelast"), make_offering(academy, "Gaat door")
    session = make_session(off, days=3)
    make_session(soon, days=4)
    with transaction():
        held = db.session.get_one(Session, session.id)
        offerings.cancel_session(held, "Ziek", actor=SYSTEM, at=now())
    assert found(client, "?sorteer=datum") == ["Gaat door"]
    with time_machine.travel(now() + timedelta(days=5), tick=False):
        assert found(client, "?sorteer=datum") == []
        with transaction():
            indexing.refresh_planned(now(), since=now() - timedelta(hours=26))
        assert "0 results" in client.get("/gids?sorteer=datum").main


def test_g1_distance_widens(client: Browser) -> None:
    for name, place in (("In Zwolle", "Zwolle"), ("In Kampen", "Kampen"), ("Utrecht", "Utrecht")):
        make_provider(name, place=place)
    make_provider("Nergens")
    assert set(found(client, "?bij=zwolle&km=10")) == {"In Zwolle"}
    assert set(found(client, "?bij=Zwolle")) == {"In Zwolle", "In Kampen"}
    page = client.get("/gids?bij=Zwolle&km=100&sorteer=naam")
    assert titles(page) == ["In Kampen", "In Zwolle", "Utrecht"]
    assert [f"{n} km" in page.main for n in (0, 13, 81)] == [True] * 3


# --- order ---------------------------------------------------------------------------------------


def test_g9_one_glowing_review_does_not_beat_many_good_ones(client: Browser) -> None:
    one, few, many, none = (make_provider(name) for name in ("Een", "Drie", "Twaalf", "Geen"))
    make_review(one, stars=5)
    for _number in range(3):
        make_review(few, stars=5)
    for _number in range(12):
        make_review(many, stars=4.5)
    page = client.get("/gids?sorteer=waardering")
    assert titles(page)[:2] == ["Twaalf", "Drie"]
    assert set(titles(page)[2:]) == {"Een", "Geen"}
    cards = {
        card.h3.get_text(strip=True): card.get_text(" ")  # type: ignore[union-attr]
        for card in page.soup.select(".app-card")  # type: ignore[union-attr]
    }
    assert "Too few reviews for stars (1)" in cards["Een"]
    assert "of 5" not in cards["Een"]
    assert "4.5 of 5" in cards["Twaalf"]
    assert none.stars is None


def test_g1_price_on_request_comes_last(client: Browser) -> None:
    academy = make_provider("Academie")
    for title, price in (("Vraag", None), ("Duur", 5000), ("Gratis", 0), ("Gewoon", 250)):
        make_offering(academy, title, price=price)
    assert found(client, "?sorteer=prijs&soort=training") == ["Gratis", "Gewoon", "Duur", "Vraag"]


def test_g1_names_sort_without_accents_and_capitals(client: Browser) -> None:
    for name in ("zorg", "Élan", "Delta", "elf"):
        make_provider(name)
    assert found(client, "?sorteer=naam") == ["Delta", "Élan", "elf", "zorg"]


def test_g1_pages_hold_everything_once(client: Browser) -> None:
    imported(45)
    pages = [found(client, f"?pagina={n}") for n in (1, 2, 3)]
    assert [len(page) for page in pages] == [20, 20, 5]
    assert len({title for page in pages for title in page}) == 45
    assert found(client, "?pagina=999") == pages[2]


def test_g1_long_lists_are_ordered_the_same_along_the_index(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    del app
    imported(45)
    from learnenv.areas.directory.queries import search as module

    def names() -> list[str]:
        return [h.provider.name for n in (1, 2, 3) for h in searched(sort="naam", page=n).hits]

    short = names()
    monkeypatch.setattr(module, "FEW", 1)
    monkeypatch.setattr(module, "BATCH", 3)
    assert names() == short == sorted(short)


# --- the address ---------------------------------------------------------------------------------


def test_g1_the_address_says_everything(client: Browser) -> None:
    academy = make_provider("Academie", place="Zwolle")
    for number in range(25):
        offering = make_offering(
            academy, f"Schrijven {number}", themes=("data",), form="gemengd", price=100
        )
        make_session(offering, place="Zwolle", days=number + 1)
        certify(offering)
    asked = (
        "q=schrijven&soort=training&thema=data&thema=participatie&regio=overijssel&vorm=gemengd"
        "&prijs=tot-250&niveau=basis&taal=nl&gecertificeerd=1&bij=Zwolle&km=50&sorteer=datum"
    )
    page = client.get(f"/gids?{asked}")
    assert page.soup is not None
    assert "25 results" in page.main
    wanted = parse_qs(asked)
    form = page.soup.select_one("form[role=search]")
    assert form is not None
    shown: dict[str, list[str]] = {}
    for box in form.select("input[checked]"):
        shown.setdefault(str(box["name"]), []).append(str(box["value"]))
    for option in form.select("option[selected]"):
        shown[str(option.parent["name"])] = [str(option["value"])]  # type: ignore[index]
    for name in ("q", "bij"):
        shown[name] = [str(form.select_one(f"#{name}")["value"])]  # type: ignore[index]
    assert {name: sorted(values) for name, values in shown.items()} == wanted
    links = [str(a["href"]) for a in page.soup.select("main a[href*='?']")]
    files = [link for link in links if "/gids/resultaten." in link]
    onward = [link for link in links if "pagina=2" in link]
    assert len(files) == 3
    assert onward
    for link in files + onward[:1]:
        told = parse_qs(urlsplit(link).query)
        told.pop("pagina", None)
        assert told == wanted, link
    assert len(found(client, f"?{asked}&pagina=2")) == 5


@pytest.mark.parametrize(
    "query",
    [
        "q=%00", "q=%27%22%29+OR+1%3D1--", "q=%F0%9F%98%80", "q=" + "a" * 5000, "q=*", "q=AND",
        "q=title%3Ax", "pagina=99999999999999999999", "pagina=-1", "pagina=x", "km=7",
        "km=999999999999999999999", "bij=%00", "bij=Verweggistan", "soort=zzz", "thema=%27",
        "sorteer=drop", "gecertificeerd=2", "prijs=-1", "bij=Zwolle&km=abc&sorteer=datum",
        "q=" + "+".join(["woord"] * 60), "&".join(["thema=data"] * 300),
    ],
)  # fmt: skip
def test_g1_odd_input_is_only_input(client: Browser, query: str) -> None:
    make_provider("Academie")
    page = client.get(f"/gids?{query}")
    if "Verweggistan" in query:
        assert "We do not know “Verweggistan”" in page.main
    client.get(f"/gids/resultaten.csv?{query}")


def test_P13_a_file_of_results_is_safe_to_open(client: Browser) -> None:
    make_provider("=HYPERLINK(1)", owner=make_person())
    make_offering(make_provider("Academie"), "@SOM(1)", price=10)
    text = client.get("/gids/resultaten.csv?sorteer=naam").text
    cells = [cell for row in csv.reader(io.StringIO(text.lstrip("﻿"))) for cell in row]
    assert not [cell for cell in cells if cell[:1] in "=+-@" and cell]
    for kind in ("xlsx", "ods"):
        assert client.get(f"/gids/resultaten.{kind}").data[:2] == b"PK"


# --- what does not show --------------------------------------------------------------------------


def test_g1_hidden_and_unpublished_are_never_found(client: Browser) -> None:
    hidden = make_provider("Verborgenhof", owner=make_person(), shown=False)
    make_offering(hidden, "Schimmel herkennen")
    make_offering(make_provider("Academie"), "Conceptkunde", publish=False)
    for query in ("", "?q=verborgenhof", "?q=schimmel", "?q=conceptkunde", "?sorteer=naam"):
        text = client.get(f"/gids{query}").main
        assert not [w for w in ("Verborgenhof", "Schimmel", "Conceptkunde") if w in text], query
    assert "Verborgenhof" not in client.get("/gids/resultaten.csv").text


def test_P35_a_withdrawn_consent_hides_at_once_for_every_process(
    app: Flask, client: Browser
) -> None:
    owner = make_person()
    provider = make_provider("Zeldzaamheim", kind="adviser", owner=owner, place="Zwolle")
    offering = make_offering(provider, "Zeldzaam vak")
    make_session(offering)
    other = Bits()  # what a second process would hold
    with transaction(write=False):
        other.refresh()
    entries = {
        one.ref_id: one.id for one in db.session.scalars(select(Entry)) if one.what == "offering"
    }
    assert other.shown >> entries[offering.id] & 1
    assert len(found(client, "?q=zeldzaam")) == 2  # this process has its bits now

    who, provider_id = actor_of(owner), provider.id

    def withdraw(_place: int) -> None:
        with transaction():
            providers.withdraw(db.session.get_one(Provider, provider_id), actor=who)

    together(app, 1, withdraw)
    for query in ("?q=zeldzaam", "", "?bij=Zwolle", "?bij=Zwolle&sorteer=datum", "?sorteer=naam"):
        assert "Zeldzaam" not in client.get(f"/gids{query}").text.replace('value="zeldzaam"', "")
        assert "0 results" in client.get(f"/gids{query}").main
    for kind in ("csv", "xlsx", "ods"):
        assert b"Zeldzaam" not in client.get(f"/gids/resultaten.{kind}").data
    with transaction(write=False):
        other.refresh()
    assert not other.shown


def test_g1_bits_read_step_by_step_equal_bits_read_at_once(app: Flask) -> None:
    del app
    steps = Bits()
    owner = make_person()
    one = make_provider("Eerste", owner=owner, place="Zwolle", region="overijssel")
    offering = make_offering(one, "Vak", price=0)
    with transaction(write=False):
        steps.refresh()
    who = actor_of(owner)
    with transaction():
        held = db.session.get_one(Provider, one.id)
        profile = providers.Profile(kind="agency", name="Eerste", summary="x", themes=("data",))
        providers.save(held, profile, actor=who, at=now())
        facts = offerings.Facts(
            title="Vak", summary="x", goals=("x",), price=700, level="expert", language="en"
        )
        training = db.session.get_one(Offering, offering.id)
        offerings.save(training, facts, publish=True, actor=who, at=now())
    certify(one)
    with transaction(write=False):
        steps.refresh()
        at_once = Bits()
        at_once.refresh()
    assert {k: v for k, v in steps.values.items() if v} == at_once.values
    assert {k: v for k, v in steps.until.items() if v} == at_once.until
    assert steps.shown == at_once.shown


@pytest.mark.parametrize(
    ("changes", "few", "words"), [(256, 500, 512), (2, 500, 512), (256, 1, 512), (256, 500, 2)]
)
def test_g1_words_kept_over_changes_equal_words_asked_anew(
    app: Flask, monkeypatch: pytest.MonkeyPatch, changes: int, few: int, words: int
) -> None:
    del app
    for name, value in (("KEPT_CHANGES", changes), ("FEW_CHANGED", few), ("KEPT_WORDS", words)):
        monkeypatch.setattr(kept_bits, name, value)
    vocabulary = ("appel", "appelboom", "boom", "peer", "pruim")
    asked = [*vocabulary, "app", "appel peer", "boom appel pruim", "kers"]
    trainings = [make_offering(make_provider(f"Huis {n}"), f"Vak {n}").id for n in range(6)]
    steps, dice = Bits(), random.Random(changes + few)
    some = 0
    for _round in range(30):
        with transaction():
            for key in dice.sample(trainings, 2):
                held = db.session.get_one(Offering, key)
                held.title = " ".join(["Vak", *dice.sample(vocabulary, 1)])
                held.about = " ".join(dice.sample(vocabulary, dice.randrange(3)))
                indexing.index_provider(held.provider_id)
        for text in dice.sample(asked, 2):
            with transaction(write=False):
                turn, at_once = steps.refresh(), Bits()
                assert turn == at_once.refresh()
                assert turn is not None
                kept = steps.with_words(text, turn)
                assert kept == at_once.with_words(text, turn), text
            some += kept is not None and kept[0] > 0
        assert len(steps.words) <= words
        assert len(steps.changes) <= changes
    assert some > 20  # it was about something


def test_g1_after_a_change_only_what_changed_is_asked_about_known_words(
    client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    academy, other = make_provider("Academie"), make_provider("Ander")
    make_offering(academy, "Fruit kweken")
    assert found(client, "?q=fruit") == ["Fruit kweken"]
    asked: list[Any] = []
    real = fulltext.ids

    def ids(name: str, words: Any, *, among: Any = None) -> Any:
        asked.append((words, among))
        return real(name, words, among=among)

    monkeypatch.setattr(fulltext, "ids", ids)
    new = make_offering(other, "Fruit persen")
    entries = db.session.scalars(select(Entry.id).where(Entry.provider_id == other.id)).all()
    assert set(found(client, "?q=fruit")) == {"Fruit kweken", "Fruit persen"}
    assert [(words, sorted(among)) for words, among in asked] == [(("fruit",), sorted(entries))]
    assert len(found(client, "?q=fruit")) == 2
    assert len(asked) == 1
    with transaction():
        db.session.get_one(Offering, new.id).title = "Groente persen"
        indexing.index_provider(other.id)
    assert found(client, "?q=fruit") == ["Fruit kweken"]


def test_g1_what_an_older_request_found_is_asked_again(app: Flask) -> None:
    """A request that began before a change may ask for words after another one read the change."""
    del app
    academy = make_provider("Academie")
    training = make_offering(academy, "Groente")
    bits = Bits()
    with transaction(write=False):
        older = bits.refresh()
        assert older is not None
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(fulltext, "ids", lambda *_args, **_named: ([], []))  # its snapshot
            assert bits.with_words("fruit", older) == (0, 0)
    with transaction():
        db.session.get_one(Offering, training.id).title = "Fruit"
        indexing.index_provider(academy.id)
    with transaction(write=False):
        newer = bits.refresh()  # by another request, before the older one keeps its words
        assert newer is not None
        assert newer > older
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(fulltext, "ids", lambda *_args, **_named: ([], []))
            bits.words.clear()
            assert bits.with_words("fruit", older) == (0, 0)
        assert bits.with_words("fruit", newer) != (0, 0)


# --- cost ----------------------------------------------------------------------------------------


def imported(number: int) -> None:
    """Put many agencies in at once."""
    lines = ["soort;naam;regio;plaats;thema's"]
    lines += [f"bureau;Bureau {n:04d};overijssel;Zwolle;data|participatie" for n in range(number)]
    with transaction():
        read = importing.read("\n".join(lines).encode())
        importing.write(read, actor=SYSTEM, at=now())


@pytest.mark.parametrize("query", ["", "?q=bureau", "?thema=data&bij=Zwolle", "?sorteer=naam"])
def test_g1_a_search_costs_the_same_for_10_and_200(
    client: Browser, count_queries: list[str], query: str
) -> None:
    numbers = []
    for total in (10, 200):
        imported(total)
        client.get(f"/gids{query}")  # takes over what changed
        count_queries.clear()
        client.get(f"/gids{query}")
        numbers.append(len(count_queries))
    assert numbers[0] == numbers[1] <= 12


def test_g1_a_page_of_trainings_does_not_ask_per_training(
    client: Browser, count_queries: list[str]
) -> None:
    academy = make_provider("Academie")
    make_session(make_offering(academy, "Les een"))
    numbers = []
    for total in (1, 15):
        for number in range(total):
            make_session(make_offering(academy, f"Les {total}.{number}"))
        client.get("/gids?sorteer=datum")
        count_queries.clear()
        client.get("/gids?sorteer=datum")
        numbers.append(len(count_queries))
    assert numbers[0] == numbers[1]


def test_g1_what_orders_the_results_is_told(client: Browser) -> None:
    text = client.get("/gids/uitleg").main
    for words in ("3.5", "certified", "3 people", "that it was removed, and why"):
        assert words in text


def test_g1_who_searches_while_others_write_always_finds_what_was_there(app: Flask) -> None:
    imported(30)
    moving = [make_provider(f"Wissel {n}", region="utrecht").id for n in range(4)]
    asked = Asked(chosen={"thema": ("data",)})

    def work(place: int) -> set[int]:
        totals = set()
        for step in range(25):
            if place < 4:
                with transaction():
                    held = db.session.get_one(Provider, moving[place])
                    held.region = ("utrecht", "zeeland")[step % 2]
                    providers.settle(held)
            else:
                with transaction(write=False):
                    totals.add(search(asked, at=now(), day=today()).total)
        return totals

    assert set().union(*together(app, 8, work)) == {30}
