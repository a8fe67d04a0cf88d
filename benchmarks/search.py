"""Searching the Gouden Gids with 1,000 and with 10,000 providers: ms, statements, ratio, memory.

    python benchmarks/search.py 1000 10000

Five trainings per provider. On SQLite, or on PostgreSQL when TEST_DATABASE_URL says where. The
database of each size is made once, in bulk, from word lists and a fixed seed. See README.md.
"""

from __future__ import annotations

import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from sqlalchemy import create_engine, event, func, insert, select, text
from sqlalchemy.engine import make_url

from learnenv import config
from learnenv.app import create_app
from learnenv.areas.directory.models import Kind, Level, Offering, Provider, Session
from learnenv.areas.directory.queries import bits, search
from learnenv.areas.directory.routes.public import asked
from learnenv.areas.directory.services.indexing import index_provider, index_providers
from learnenv.cli.data import upgrade_schema
from learnenv.kernel import fulltext
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db
from learnenv.kernel.places import places
from learnenv.kernel.search import folded, stems
from learnenv.kernel.taxonomy import REGIONS, THEMES
from learnenv.kernel.transaction import transaction

Result = tuple[float, float, int]
"""Wall ms, CPU ms, statements."""
PER_PROVIDER = 5
ROUNDS = 3
CHANGES = 40
STREAM, BETWEEN_CHANGES = 1000, 10
CHUNK = 250
URL = os.environ.get("TEST_DATABASE_URL", "")


def each(listed: str) -> list[str]:
    """Return the parts between bars, or without bars the words."""
    parts = listed.split("|") if "|" in listed else listed.split()
    return [" ".join(part.split()) for part in parts]


FORMATS = each("""Training Workshop Basiscursus Masterclass Leergang Verdiepingsdag Webinar
Spoedcursus Intervisie Opleiding Praktijkdag Terugkomdag""")
SUBJECTS = each("""helder schrijven|toegankelijke documenten|burgerparticipatie|open overheid|
datagedreven werken|informatiebeheer|archiveren voor iedereen|sociale media|online vergaderen|
samenwerken in Teams|leidinggeven op afstand|verandermanagement|privacy en AVG|
informatiebeveiliging|de Omgevingswet|klantreizen|digitale dienstverlening|zaakgericht werken|
projectmatig werken|kennisdelen|gebruikersonderzoek|begrijpelijke brieven|webredactie|
communicatie in de wijk|gespreksvoering|onderhandelen|inkoop en aanbesteden|agile werken|
datavisualisatie|rekenen met Excel|algoritmen en ethiek|de Wet open overheid|debatteren|
storytelling|lastige gesprekken|beleidsadvies|subsidies beoordelen|handhaving|
crisiscommunicatie|omgevingsbewust adviseren""")
FOR = each("""gemeenten|provincies|waterschappen|ministeries|ambtenaren|beleidsmedewerkers|
managers|juristen|communicatieadviseurs|teamleiders|beginners|gevorderden|griffiers|
uitvoeringsorganisaties|raadsleden|projectleiders|informatiebeheerders|klantcontactcentra""")
FIRST = each("""water milieu zorg jeugd wijk bouw natuur verkeer energie klimaat
belasting erfgoed onderwijs sport veiligheid archief bestuur woning grond bodem afval werk inkomen
sociaal ruimte landschap haven dijk brand rampen klacht bezwaar subsidie vergunning toezicht
recht""")
SECOND = each("""beleid plannen visie beheer onderzoek advies kaarten gegevens regels teams
gesprekken loket dossiers processen programma netwerk aanpak budget systemen verordening scan
monitor kader register meldingen""")
SENTENCES = each("""Je leert {a} en oefent met {b} uit je eigen organisatie.|Na afloop ga je zelf
aan de slag met {a}.|We werken in kleine groepen aan {a}, {b} en {c}.|Veel overheden lopen vast op
{a}: deze dag helpt je verder.|De trainer kent de praktijk van {a} bij gemeenten en provincies.|
Je krijgt voorbeelden, een werkboek en feedback op je {b}.|Ook {c} komt aan bod, met ruimte voor
vragen.|Geschikt voor wie al ervaring heeft met {a} of met {b}.|Samen met collega's kijk je naar
{b} en bepaal je de volgende stap.|Je past {c} direct toe in je werk.|Een duidelijke uitleg van {a},
zonder moeilijke woorden.|Wij begeleiden organisaties bij {a} en {c}, van plan tot uitvoering.""")
SURNAMES = each("""de Vries|Jansen|van den Berg|Bakker|Visser|Smit|Meijer|de Boer|Mulder|de Groot|
Bos|Vos|Peters|Hendriks|van Leeuwen|Dekker|Brouwer|de Wit|Dijkstra|Smits|de Graaf|van der Meer|
Kok|Jacobs|Vermeulen|van Vliet|Hoekstra|Koster|Prins|Huisman|Postma|Kuipers|Veenstra|Kramer""")
GIVEN = each("""Sanne Ruben Marit Daan Fatima Joris Lieke Bram Noor Thijs Yara Pieter Anouk
Mehmet Femke Koen Ilse Wouter Samira Jeroen Eva Stijn Hanneke Omar""")
HOUSES = each("""Academie|Adviesbureau|Instituut|Bureau|Stichting|Leerhuis|Kenniscentrum|
Trainers van""")
CITIES = each("""amsterdam rotterdam den-haag utrecht eindhoven groningen tilburg almere-stad breda
nijmegen apeldoorn haarlem arnhem enschede amersfoort zwolle leeuwarden maastricht assen
middelburg lelystad deventer""")


class Writer:
    """Writes profiles and trainings; the same ones every time."""

    def __init__(self) -> None:
        self.dice = random.Random(20261126)
        self.towns = sorted(places())
        # Some words are everywhere, most are rare: the n-th is chosen 1/n times as often.
        long_ones = [f"{a}{b}" for a in FIRST for b in SECOND]
        self.dice.shuffle(long_ones)
        self.rare = long_ones
        self.topics = [*SUBJECTS, *long_ones]
        self.weights = list(accumulate(1 / (n + 3) for n in range(len(self.topics))))

    def topic(self) -> str:
        return self.dice.choices(self.topics, cum_weights=self.weights)[0]

    def text(self, sentences: int) -> str:
        chosen = self.dice.sample(SENTENCES, sentences)
        return " ".join(s.format(a=self.topic(), b=self.topic(), c=self.topic()) for s in chosen)

    def town(self) -> str:
        return self.dice.choice(CITIES if self.dice.random() < 0.6 else self.towns)

    def rated(self) -> dict[str, Any]:
        """Reviews, and whether the register says it is certified."""
        dice = self.dice
        number = dice.choice([0, 0, 1, 2, 3, 5, 8, 13, 40])
        stars = round(dice.uniform(2.5, 5), 1) if number >= 3 else None
        certified = dice.random() < 0.15
        return {
            "reviews": number,
            "stars": stars,
            "spread": [0, 0, number // 4, number // 2, number - number // 2 - number // 4],
            "standing": "valid" if certified else "",
            "certified_until": today() + timedelta(days=dice.randrange(900)) if certified else None,
            "created_at": now(),
            "changed_at": now(),
        }

    def provider(self, key: int) -> dict[str, Any]:
        dice = self.dice
        kind = dice.choices(list(Kind), [45, 20, 28, 7])[0]
        surname = dice.choice(SURNAMES)
        name = f"{dice.choice(GIVEN)} {surname}"
        if kind in {Kind.AGENCY, Kind.INSTITUTE}:
            name = f"{dice.choice(HOUSES)} {surname[0].upper()}{surname[1:]} {key}"
        town = self.town()
        return {
            "id": key, "kind": kind, "name": name, "folded_name": folded(name),
            "summary": self.text(1), "about": self.text(4), "website": f"https://nr{key}.example/",
            "email": f"info@nr{key}.example", "place": town,
            "region": "landelijk" if dice.random() < 0.2 else places()[town].region,
            "themes": dice.sample(list(THEMES), dice.randint(1, 3)), "certified_themes": [],
            "day_rate": dice.choice([None, 750, 900, 1200]), "consent_at": now(), "is_shown": True,
            **self.rated(),
        }  # fmt: skip

    def offering(self, key: int, provider_id: int) -> dict[str, Any]:
        dice = self.dice
        group = f" voor {dice.choice(FOR)}" if dice.random() < 0.6 else ""
        return {
            "id": key, "provider_id": provider_id,
            "title": f"{dice.choice(FORMATS)} {self.topic()}{group}",
            "summary": self.text(1), "about": self.text(4),
            "goals": [f"Je kunt {self.topic()} uitleggen.", f"Je werkt met {self.topic()}."],
            "form": dice.choices(["op-locatie", "online", "gemengd"], [5, 3, 2])[0],
            "level": dice.choice(list(Level)), "language": dice.choices(["nl", "en"], [9, 1])[0],
            "minutes": 60 * dice.randint(2, 40),
            "price": dice.choice([None, 0, 95, 195, 245, 350, 395, 495, 650, 850, 1250, 2450]),
            "themes": dice.sample(list(THEMES), dice.randint(1, 2)),
            "is_published": dice.random() < 0.97,
            **self.rated(),
        }  # fmt: skip

    def sessions(self, one: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for _ in range(self.dice.choice([0, 1, 1, 2, 4])):
            start = now() + timedelta(hours=self.dice.randrange(-24 * 60, 24 * 240))
            yield {
                "offering_id": one["id"], "starts_at": start, "ends_at": start + timedelta(hours=7),
                "place": None if one["form"] == "online" else self.town(), "seats": 12,
                "is_cancelled": self.dice.random() < 0.05, "created_at": now(),
            }  # fmt: skip


@cache
def stem(word: str) -> str:
    return " ".join(stems(word, fulltext.LANGUAGE))


def fill(size: int) -> None:
    """Write everything in one transaction, so that a database is empty or whole.

    Stems of words are remembered meanwhile: millions of words, a few thousand different ones.
    """
    writer = Writer()
    with (
        transaction(),
        patch.object(
            fulltext, "stems", lambda given, _language: [stem(word) for word in given.split()]
        ),
    ):
        for first in range(1, size + 1, CHUNK):
            ids = range(first, min(size + 1, first + CHUNK))
            own = [(p - 1) * PER_PROVIDER + n for p in ids for n in range(1, PER_PROVIDER + 1)]
            trainings = [writer.offering(key, (key - 1) // PER_PROVIDER + 1) for key in own]
            db.session.execute(insert(Provider), [writer.provider(key) for key in ids])
            db.session.execute(insert(Offering), trainings)
            db.session.execute(insert(Session), [s for t in trainings for s in writer.sessions(t)])
            index_providers(ids)
            db.session.expunge_all()
            print(f"\r{ids[-1]:,} of {size:,}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if db.engine.dialect.name == "postgresql":  # as its autovacuum does some time later
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def searches() -> list[tuple[str, str]]:
    """Return what visitors ask: what kind of search, and its address. Twenty of each kind."""
    writer = Writer()
    dice = random.Random(7)
    often = [*FORMATS, *each("gemeenten overheid werken organisatie praktijk oefent open je")]
    some = [
        word for word in re.findall(r"[a-z]{6,}", " ".join(SUBJECTS).lower()) if word != "iedereen"
    ]
    themes, regions = list(THEMES), [key for key in REGIONS if key != "caribisch"]
    pairs = [
        f"{a} {b}" for a, b in zip(dice.sample(some, 20), [*some[:10], *often[:10]], strict=False)
    ]
    towns = [places()[key].name for key in CITIES[:20]]

    def many(kind: str, made: Callable[[int], dict[str, Any]]) -> list[tuple[str, str]]:
        return [(kind, "/gids?" + urlencode(made(n), doseq=True)) for n in range(20)]

    return [
        *many("no words", lambda n: {"pagina": n // 4 + 1}),
        *many("word with many hits", lambda n: {"q": often[n]}),
        *many("word with some hits", lambda n: {"q": some[n]}),
        *many("word with few hits", lambda n: {"q": writer.rare[-1 - n * 40]}),
        *many("word without hits", lambda n: {"q": f"{writer.rare[n][::-1]}x"}),
        *many("beginning of a word", lambda n: {"q": some[-1 - n][: 2 + n % 4]}),
        *many("two words", lambda n: {"q": pairs[n]}),
        *many("filters", lambda n: {"thema": dice.sample(themes, 2), "regio": regions[n % 12],
              "vorm": ["online", "gemengd"][n % 2]}),
        *many("filters, word", lambda n: {"q": some[n], "soort": "training",
              "prijs": ["gratis", "tot-250", "tot-500"][n % 3], "niveau": "basis"}),
        *many("near a place", lambda n: {"bij": towns[n], "km": [10, 25, 50, 100][n % 4],
              "q": some[n] if n % 2 else ""}),
        *many("by date near a place", lambda n: {"sorteer": "datum", "bij": towns[n],
              "km": [25, 10, 50][n % 3], "q": some[-n] if n % 4 == 0 else ""}),
        *many("by date", lambda n: {"sorteer": "datum", "thema": themes[n % 10]}),
        *many("by rating", lambda n: {"sorteer": "waardering", "q": often[n] if n % 2 else ""}),
        *many("by price", lambda n: {"sorteer": "prijs", "thema": themes[n % 10],
              "regio": regions[n % 12] if n % 2 else ()}),
        *many("by name", lambda n: {"sorteer": "naam", "soort": list(Kind)[n % 4]}),
        *many("deep page", lambda n: {"pagina": 20 + 30 * (n % 2), "q": some[n] if n % 4 else "",
              "sorteer": search.SORTS[n % 5]}),
        *many("certified only", lambda n: {"gecertificeerd": 1, "q": some[n] if n % 2 else "",
              "thema": themes[n % 10]}),
    ]  # fmt: skip


class Gids:
    """A directory of one size, and how it is asked."""

    def __init__(self, size: int) -> None:
        kind, url = "sqlite", ""
        home = Path("var/bench") / f"search-{size}"
        if URL:
            kind, name = "postgresql", f"learnenv_bench_search_{size}"
            home, url = home.with_name(f"search-pg-{size}"), database(name)
        home.mkdir(parents=True, exist_ok=True)
        address = {"database_url": url} if url else {}
        self.kind, self.size = kind, size
        self.app = create_app(
            config.load(home=home, mode="test", base_url="http://localhost", **address)
        )
        self.client = self.app.test_client()
        self.statements: list[str] = []
        with self.app.app_context(), self.app.test_request_context():
            upgrade_schema()
            if db.session.scalar(select(func.count()).select_from(Provider)) != size:
                db.session.rollback()
                fill(size)
            event.listen(db.engine, "before_cursor_execute", self._note)
            self.backends: list[Path] = []
            if kind == "postgresql":
                pid = db.session.scalar(select(func.pg_backend_pid()))
                self.backends = [Path(f"/proc/{pid}/schedstat")]

    def _note(self, *args: Any) -> None:
        if not args[2].startswith("BEGIN"):
            self.statements.append(args[2])

    def bits(self) -> bits.Bits:
        with self.app.app_context():
            return bits.bits_of_this_process()[0]

    def page(self, path: str) -> Result:
        """Ask the page; return wall ms, CPU ms, statements."""

        def ask() -> None:
            answer = self.client.get(path, headers={"Accept-Language": "nl"})
            assert answer.status_code == 200, (path, answer.status_code)

        return self._timed(ask)

    def query(self, path: str) -> Result:
        """Ask the search alone, as the page does."""
        with self.app.test_request_context(path):
            what = asked()[0]
        with self.app.app_context():
            return self._timed(lambda: search.search(what, at=now(), day=today()))

    def _cpu(self) -> float:
        """Return the CPU seconds of this process, and of the server's process on PostgreSQL."""
        return time.process_time() + sum(
            int(one.read_text().split()[0]) / 1e9 for one in self.backends if one.exists()
        )

    def _timed(self, run: Callable[[], object]) -> Result:
        self.statements.clear()
        wall, cpu = time.perf_counter(), self._cpu()
        run()
        cpu, wall = self._cpu() - cpu, time.perf_counter() - wall
        return wall * 1000, cpu * 1000, len(self.statements)

    def changed(self, path: str) -> list[Result]:
        """Change one provider with its trainings; return what the next refresh and page take."""
        with self.app.app_context(), self.app.test_request_context():
            self.change(path)
            refresh = self._timed(bits.bits_of_this_process)
        return [refresh, self.page(path)]

    def change(self, seed: str) -> None:
        """Change one provider with its trainings, chosen by the seed."""
        with transaction():
            index_provider(random.Random(seed).randrange(1, self.size))
        db.session.remove()


def database(name: str) -> str:
    """Return the address of a database of this name, made when it is not there yet."""
    url = make_url(URL)
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        known = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.scalar(known, {"name": name}) is None:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
    admin.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


def held(what: Any, seen: set[int]) -> int:
    """Return the bytes of an object and of all it holds."""
    if id(what) in seen:
        return 0
    seen.add(id(what))
    own = sys.getsizeof(what)
    if isinstance(what, dict):
        own += sum(held(k, seen) + held(v, seen) for k, v in what.items())
    elif isinstance(what, list | tuple):
        own += sum(held(one, seen) for one in what)
    return own


def first(size: int) -> None:
    """Say what the first search of this process takes, and the bits in memory."""

    def resident() -> float:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

    gids = Gids(size)
    gids.client.get("/gids/uitleg")  # the shell of a page, so that what follows is the search
    before = resident()
    cold = gids.page("/gids?q=gemeente")
    grown = resident() - before
    warm = gids.page("/gids?q=provincie")
    size_of = held({k: v for k, v in vars(gids.bits()).items() if k != "lock"}, set()) / 1e6
    print(f"{cold[0]:.0f}, {cold[1]:.0f} | {warm[0]:.0f} | {size_of:.1f} | {grown:.0f}")


def figures(times: list[float]) -> tuple[float, float, float]:
    ordered = sorted(times)
    return statistics.median(ordered), ordered[int(len(ordered) * 0.95)], ordered[-1]


Table = dict[tuple[str, int], list[list[Result]]]
"""Per kind and size, per search, each time it was asked."""


def measure(sizes: list[Gids], way: str, *, known: bool) -> Table:
    """Ask everything of every size in turns; results of words are forgotten unless `known`."""
    found: Table = {}
    asks = searches()
    times: dict[tuple[int, int], list[Result]] = {}
    for _ in range(ROUNDS):
        for number, (_kind, path) in enumerate(asks):
            for gids in sizes:
                if not known:
                    gids.bits().words.clear()
                times.setdefault((number, gids.size), []).append(getattr(gids, way)(path))
    for (number, size), results in times.items():
        found.setdefault((asks[number][0], size), []).append(results)
    return found


def stream(gids: Gids) -> list[list[Result]]:
    """Ask as visitors come to a process that knows no words: some searches often, most seldom.

    A provider changes after every tenth. Each search is its own list: none is asked for its least.
    """
    gids.bits().words.clear()
    dice = random.Random(10)
    paths = [path for _kind, path in searches()]
    dice.shuffle(paths)
    often = [1 / (n + 3) for n in range(len(paths))]
    results = []
    for number, path in enumerate(dice.choices(paths, often, k=STREAM)):
        if number % BETWEEN_CHANGES == 0:
            with gids.app.app_context(), gids.app.test_request_context():
                gids.change(f"{number}")
        results.append([gids.page(path)])
    return results


def row(title: str, sizes: list[Gids], of: Callable[[int], list[list[Result]]]) -> None:
    """Print what all asks cost; the least wall time of each search leaves out the neighbours."""
    cells, p95 = [], []
    for gids in sizes:
        results = [result for search_ in of(gids.size) for result in search_]
        wall, cpu = figures([r[0] for r in results]), figures([r[1] for r in results])
        least = figures([min(r[0] for r in search_) for search_ in of(gids.size)])
        sql = [r[2] for r in results]
        numbers = f"{min(sql)}-{max(sql)}" if min(sql) < max(sql) else f"{sql[0]}"
        cells.append(numbers)
        cells += ["{:.1f}, {:.1f}, {:.1f}".format(*each) for each in (cpu, wall, least)]
        p95.append((cpu[1], least[1]))
    ratio = f"{p95[-1][0] / p95[0][0]:.2f}, {p95[-1][1] / p95[0][1]:.2f}"
    print(f"| {title} | " + " | ".join(cells) + f" | {ratio} |", flush=True)


def main(numbers: list[int]) -> None:
    sizes = [Gids(number) for number in numbers]
    print(f"{sizes[0].kind}, {len(searches())} searches, load {os.getloadavg()[0]:.1f}\n")
    heads = [f"{n:,}: SQL | CPU ms p50, p95, max | wall | least wall" for n in numbers]
    print("| | " + " | ".join(heads) + " | ratio of p95: CPU, least wall |")
    print("|---" * (4 * len(numbers) + 2) + "|")
    for gids in sizes:
        for _kind, path in searches()[::20]:
            gids.page(path)
    for way, known, title in (
        ("page", False, "page"), ("page", True, "page, words asked before"),
        ("query", False, "search alone"), ("query", True, "search alone, words asked before"),
    ):  # fmt: skip
        found = measure(sizes, way, known=known)
        kinds = list(dict.fromkeys(kind for kind, _size in found))
        row(f"**{title}**", sizes, lambda size: [r for k in kinds for r in found[k, size]])  # noqa: B023
        if way == "page" and not known:
            for kind in kinds:
                row(kind, sizes, lambda size: found[kind, size])  # noqa: B023
    streams = {gids.size: stream(gids) for gids in sizes}
    row("**page, as visitors come**", sizes, lambda size: streams[size])
    home = {gids.size: [[gids.page("/") for _ in range(CHANGES)]] for gids in sizes}
    row("home page of a visitor, for scale", sizes, lambda size: home[size])
    paths = [path for _kind, path in searches()][:: len(searches()) // CHANGES]
    after = {gids.size: [gids.changed(path) for path in paths] for gids in sizes}
    row("refresh after one provider changed", sizes, lambda size: [r[:1] for r in after[size]])
    row("page after that", sizes, lambda size: [r[1:] for r in after[size]])
    print("\n| size | first search of a process, wall and CPU ms | the next | bits, MB | RSS, MB |")
    print("|---|---|---|---|---|")
    for number in numbers:
        command = [sys.executable, __file__, "first", str(number)]
        print(f"| {number:,} | " + subprocess.check_output(command, text=True).strip() + " |")
    print(f"\nload at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["first"]:
        first(int(sys.argv[2]))
    else:
        main([int(one) for one in sys.argv[1:]] or [1000, 10_000])
