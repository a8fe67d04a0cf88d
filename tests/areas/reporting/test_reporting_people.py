"""The list behind a number: it adds up, also when people leave, and nobody else sees it."""

import csv
import io
import re

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy import text as sql

from learnenv.areas.reporting import people
from learnenv.kernel.db import db
from learnenv.kernel.models import AuditEntry
from tests.areas.reporting.test_reporting_page import YEAR, table, tree
from tests.areas.reporting.world import moment

__all__ = ["tree"]

RISKY = ("=HYPERLINK('http://x')", "+31", "-1", "@x", "\tx")


def every_link(client, path):
    """Return (number, address of its list) for each number of the page that has one."""
    page = BeautifulSoup(client.get(path).text, "html.parser")
    for link in page.select("a[href*='/cijfers/lijst']"):
        if "export" in link["href"]:
            continue
        for hidden in link.select(".app-sr-only"):
            hidden.extract()
        yield link.get_text(strip=True), link["href"]


def lines(client, address):
    text = client.get(address.replace("/lijst?", "/lijst/export.csv?")).data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))[1:]


@pytest.mark.parametrize(
    "query",
    ["", "&organisatie={left}", "&cursus={course}", "&organisatie={ministry}&cursus={course}"],
)
def test_every_number_is_the_sum_of_its_list(tree, client, stage, query):
    """Also after people left: one to another organisation, one to none."""
    with stage():
        gone = list(
            db.session.scalars(
                select(type(tree.manager)).where(type(tree.manager).name.like("Directie%0"))
            )
        )
        gone[0].organisation_id, gone[1].organisation_id = tree.other.id, None
    client.sign_in(tree.manager)
    where = query.format(left=tree.left.id, course=tree.course.id, ministry=tree.ministry.id)
    found = [
        pair for pair in every_link(client, f"/cijfers?jaar={YEAR}{where}") if pair[0].isdigit()
    ]
    assert len(found) > 10
    for number, address in found:
        assert len(lines(client, address)) == int(number), address


def test_P4_who_left_is_a_line_without_a_name(tree, client, stage):
    with stage():
        person = db.session.scalar(
            select(type(tree.manager)).filter_by(name="Directie Rechts mens 0")
        )
        person.organisation_id = tree.other.id
    address = f"/cijfers/lijst?jaar={YEAR}&organisatie={tree.right.id}&maat=enrolled"
    client.sign_in(tree.manager)
    text = client.get(address).text
    assert "Directie Rechts mens 0" not in text
    rows = table(text, "people")
    assert len(rows) == 1 + 4
    assert rows[-1] == ["Former employee", "Werken", "", "", ""]
    assert b"mens 0" not in client.get(address.replace("/lijst?", "/lijst/export.csv?")).data


def test_P4_the_new_manager_does_not_get_the_old_enrolment(tree, client, stage):
    with stage():
        person = db.session.scalar(
            select(type(tree.manager)).filter_by(name="Directie Rechts mens 0")
        )
        person.organisation_id = tree.other.id
    client.sign_in(tree.stranger)
    assert "Directie Rechts" not in client.get(f"/cijfers/lijst?jaar={YEAR}&maat=enrolled").text


def test_P5_the_programme_manager_gets_no_list(tree, client):
    client.sign_in(tree.programme)
    for path in ("/cijfers/lijst", "/cijfers/lijst/export.csv"):
        for query in ("", f"&organisatie={tree.left.id}", "&maat=certified"):
            client.get(f"{path}?jaar={YEAR}{query}", status=404)


@pytest.mark.parametrize(
    "query",
    [
        "maat=x",
        "maand=13",
        "maand=x",
        "pagina=2",
        "pagina=0x",
        "laag=maan",
        "maat=unique&cursus={course}",
    ],
)
def test_P3_what_cannot_be_asked_is_not_found(tree, client, query):
    client.sign_in(tree.manager)
    asked = query.format(course=tree.course.id)
    client.get(f"/cijfers/lijst?jaar={YEAR}&{asked}", status=404)


def test_a_long_list_has_pages_that_hold_everybody_once(stage, world, client):
    with stage():
        home, course = world.organisation("Gemeente A"), world.course("Werken")
        for n in range(60):
            world.enrolment(world.person(f"Naam {n:02}", home), course, at=moment(YEAR))
        manager = world.manager("Manon", home)
    client.sign_in(manager)
    names = []
    for page in (1, 2, 3):
        rows = table(client.get(f"/cijfers/lijst?jaar={YEAR}&pagina={page}").text, "people")[1:]
        names += [row[0] for row in rows]
    assert names == [f"Naam {n:02}" for n in range(60)]
    client.get(f"/cijfers/lijst?jaar={YEAR}&pagina=4", status=404)


def test_P13_names_that_look_like_formulas_are_text(stage, world, client):
    with stage():
        home, course = world.organisation("Gemeente A"), world.course("=1+1")
        for name in RISKY:
            world.enrolment(world.person(name, home), course, at=moment(YEAR))
        manager = world.manager("Manon", home)
    client.sign_in(manager)
    cells = [row[:2] for row in lines(client, f"/cijfers/lijst?jaar={YEAR}")]
    assert sorted(cells) == sorted([f"'{name}", "'=1+1"] for name in RISKY)


def test_too_long_a_list_gives_an_explanation(tree, client, monkeypatch):
    monkeypatch.setattr(people, "LARGEST_EXPORT", 5)
    client.sign_in(tree.manager)
    answer = client.get(f"/cijfers/lijst/export.csv?jaar={YEAR}", status=409)
    assert "Choose one month, course or organisation" in answer.text


def test_P36_who_looks_at_names_leaves_a_line(tree, client, stage):
    client.sign_in(tree.manager)
    client.get(f"/cijfers/lijst?jaar={YEAR}&organisatie={tree.left.id}&maat=enrolled")
    client.get(f"/cijfers/lijst/export.ods?jaar={YEAR}")
    client.get(f"/cijfers/lijst?jaar={YEAR}&organisatie={tree.other.id}", status=404)
    client.get(f"/cijfers?jaar={YEAR}")
    with stage():
        found = db.session.scalars(
            select(AuditEntry).where(AuditEntry.action.like("figures.%")).order_by(AuditEntry.id)
        ).all()
    assert [(e.action, e.subject, e.actor_id) for e in found] == [
        ("figures.list_viewed", f"organisation:{tree.left.id}", tree.manager.id),
        ("figures.list_exported", "organisation:managed", tree.manager.id),
    ]
    assert found[0].details["lines"] == 5


MEASURES = ("unique", "enrolled", "completed", "certified")


@pytest.fixture
def crowd(stage, world, monkeypatch):
    """Two organisations, two courses, three months; some left. Every list counts as long."""
    monkeypatch.setattr(people, "SORTED_BY_NAME", 0)
    monkeypatch.setattr(people, "PAGE", 5)
    with stage():
        above = world.organisation("Gemeente A")
        below = world.organisation("Afdeling B", parent=above)
        elsewhere = world.organisation("Gemeente Z")
        courses = world.course("Werken"), world.course("Delen")
        for n in range(32):
            person = world.person(f"Naam {n:02}", (above, below)[n % 2])
            for course in courses[: 1 + n % 3 % 2]:
                at = moment(YEAR, 1 + n % 3, 1 + n % 7)
                enrolment = world.enrolment(person, course, at=at)
                if n % 4:
                    world.complete(enrolment, at=moment(YEAR, 4 + n % 3))
                    world.certify(enrolment, at=moment(YEAR, 4 + n % 3))
            if n % 5 == 0:
                person.organisation_id = (elsewhere.id, None)[n % 2]
        return world.manager("Manon", above)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("query", ["", "&maand=2", "&maand=5&tot=1"])
def test_the_pages_of_a_long_list_add_up_to_its_number(crowd, client, measure, query):
    """Whatever is counted: on the pages stand the same lines as in the file, each once."""
    client.sign_in(crowd)
    address = f"/cijfers/lijst?jaar={YEAR}&maat={measure}{query}"
    text = client.get(address).text
    number = int(re.search(r": (\d+) lines?<", text)[1])
    rows = []
    for page in range(1, max(1, -(-number // 5)) + 1):
        found = table(client.get(f"{address}&pagina={page}").text, "people")[1:] if number else []
        names = [row[0] for row in found]
        assert names == sorted(names, key=lambda name: name == "Former employee"), "left: last"
        rows += found
    assert len(rows) == number
    in_file = lines(client, address)
    assert sorted(row[:2] for row in rows) == sorted(row[:2] for row in in_file)
    client.get(f"{address}&pagina={number + 2}", status=404)


def test_a_long_list_stands_per_organisation_and_course_by_date(crowd, client):
    client.sign_in(crowd)
    address = f"/cijfers/lijst?jaar={YEAR}&maat=enrolled"
    rows = [
        r
        for n in range(1, 9)
        for r in table(client.get(f"{address}&pagina={n}").text, "people")[1:]
    ]
    named = [row for row in rows if row[0] != "Former employee"]
    keys = [
        (int(name[-2:]) % 2, course, 1 + int(name[-2:]) % 3, 1 + int(name[-2:]) % 7)
        for name, course, *_rest in named
    ]
    assert keys == sorted(keys), "Gemeente A before what is below it, Delen before Werken, by date"
    assert len({key[:2] for key in keys}) == 4


@pytest.mark.parametrize("measure", MEASURES)
def test_a_page_of_a_long_list_costs_what_a_short_one_costs(
    crowd, client, statements, monkeypatch, measure
):
    """As many statements, however long the list."""
    client.sign_in(crowd)
    numbers = []
    for longest in (1000, 0):
        monkeypatch.setattr(people, "SORTED_BY_NAME", longest)
        with statements() as found:
            client.get(f"/cijfers/lijst?jaar={YEAR}&maat={measure}&pagina=2")
        numbers.append(len(found))
    assert numbers[0] == numbers[1] <= 6


@pytest.mark.parametrize("measure", MEASURES)
def test_the_index_serves_the_order_of_a_long_list(app, crowd, measure):
    """Read from its index, in its order: nothing is scanned, nothing sorted."""
    question = people.Question(choice=people.Choice(), year=YEAR, measure=measure)
    group = people.Group(organisation_id=1, course_id=None if measure == "unique" else 1, count=9)
    with app.app_context():
        is_sqlite = db.engine.dialect.name == "sqlite"
        query = people._source(question).keys(group).limit(5)
        text = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
        if not is_sqlite:  # with few rows it would rather read the whole table
            # Which index it likes best depends on what the tests before left in its statistics.
            for name in ("enable_seqscan", "enable_bitmapscan", "enable_sort"):
                db.session.execute(sql(f"SET LOCAL {name} = off"))
        explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
        plan = " / ".join(str(row[-1]) for row in db.session.execute(sql(f"{explain} {text}")))
    assert re.search("USING COVERING INDEX ix_|Index (Only )?Scan using ix_", plan), plan
    assert not re.search("TEMP B-TREE|Sort", plan), plan
