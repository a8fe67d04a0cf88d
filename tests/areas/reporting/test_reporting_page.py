"""The page of the figures: own organisation only, rolled up, the same on screen and in a file."""

import csv
import io
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import insert

from courses.models import Enrolment
from learnenv.accounts.models import Person
from learnenv.areas.reporting import services
from learnenv.kernel import settings
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db
from learnenv.kernel.permissions import Role
from tests.areas.reporting.world import moment

YEAR = 2024


@pytest.fixture
def tree(stage, world):
    """A ministry with two directorates, the lower one deeper; and another municipality."""
    with stage():
        ministry = world.organisation("Ministerie Kanarie", "rijk")
        left = world.organisation("Directie Links", "rijk", ministry)
        deep = world.organisation("Afdeling Diep", "uitvoeringsorganisatie", left)
        right = world.organisation("Directie Rechts", "rijk", ministry)
        other = world.organisation("Gemeente Merel", "gemeente")
        course, second = world.course("Werken"), world.course("Delen")
        for home, number in ((ministry, 1), (left, 2), (deep, 3), (right, 4), (other, 9)):
            for n in range(number):
                person = world.person(f"{home.name} mens {n}", home)
                enrolment = world.enrolment(person, course, at=moment(YEAR, 1 + n))
                if n == 0:
                    world.complete(enrolment, at=moment(YEAR, 10))
                    world.certify(enrolment, at=moment(YEAR, 10))
        return SimpleNamespace(
            ministry=ministry,
            left=left,
            deep=deep,
            right=right,
            other=other,
            course=course,
            second=second,
            manager=world.manager("Manon", ministry),
            lefty=world.manager("Lena", left),
            stranger=world.manager("Sjaak", other),
            programme=world.programme_manager(),
            administrator=world.person("Ada", ministry, [(Role.ADMINISTRATOR, None)]),
            both=world.person("Bo", other, [(Role.PROGRAMME_MANAGER, None), (Role.MANAGER, other)]),
        )


def table(text, key):
    """Return a table of the page as rows of words."""
    found = BeautifulSoup(text, "html.parser").select_one(f"#table-{key}")
    for hidden in found.select(".app-sr-only"):
        hidden.extract()
    return [[c.get_text(strip=True) for c in row.select("th, td")] for row in found.select("tr")]


def test_numbers_roll_up_the_tree(tree, client):
    client.sign_in(tree.manager)
    rows = table(client.get(f"/cijfers?jaar={YEAR}").text, "organisaties")
    assert rows[1:] == [
        ["Ministerie Kanarie itself", "1", "1", "1", "1"],
        ["Directie Links", "5", "5", "2", "2"],
        ["Directie Rechts", "4", "4", "1", "1"],
    ]
    rows = table(
        client.get(f"/cijfers?jaar={YEAR}&organisatie={tree.left.id}").text, "organisaties"
    )
    assert rows[1:] == [
        ["Directie Links itself", "2", "2", "1", "1"],
        ["Afdeling Diep", "3", "3", "1", "1"],
    ]


def test_a_manager_sees_his_own_number_and_the_programme_rounded_down(tree, client):
    client.sign_in(tree.manager)
    text = client.get(f"/cijfers?jaar={YEAR}").text
    value = BeautifulSoup(text, "html.parser").select_one(".app-stat__value").get_text(strip=True)
    assert value == "10"
    assert "at least 15 of 1,000" in text
    assert "Target: 1,000" not in text


def test_P3_P4_another_organisation_does_not_exist(tree, client):
    client.sign_in(tree.lefty)
    own = client.get(f"/cijfers?jaar={YEAR}")
    for name in ("Kanarie", "Rechts", "Merel"):
        assert name not in own.text
    for organisation in (tree.ministry, tree.right, tree.other):
        where = f"jaar={YEAR}&organisatie={organisation.id}"
        for path in (
            "/cijfers",
            "/cijfers/lijst",
            "/cijfers/lijst/export.csv",
            "/cijfers/export/maanden.csv",
        ):
            client.get(f"{path}?{where}", status=404)


def test_P3_who_is_no_manager_finds_nothing(tree, client, app):
    client.sign_in(tree.administrator)
    for path in (
        "/cijfers",
        "/cijfers/lijst",
        "/cijfers/export/maanden.csv",
        "/cijfers/lijst/export.ods",
    ):
        client.get(path, status=404)


@pytest.mark.parametrize(
    "query",
    [
        "jaar=1",
        "jaar=x",
        "jaar=2099",
        "jaar=-2024",
        "jaar=9" + "9" * 30,
        "organisatie=0",
        "cursus=987",
        "cursus=²",
    ],
)
def test_P3_what_is_not_in_the_lists_is_not_found(tree, client, query):
    client.sign_in(tree.manager)
    client.get(f"/cijfers?{query}", status=404)


def test_the_programme_manager_sees_the_whole_with_target_and_pace(tree, client):
    client.sign_in(tree.programme)
    text = client.get(f"/cijfers?jaar={YEAR}").text
    assert "at least 15 of 1,000" in text
    assert "1% of the target" in text
    assert "Needed pace" in text
    assert "/cijfers/lijst" not in text
    assert table(text, "organisaties")[1:] == [
        ["Gemeente Merel", "5", "5", "< 5", "< 5"],
        ["Ministerie Kanarie", "10", "10", "< 5", "< 5"],
        ["Organisation not known", "< 5", "< 5", "< 5", "< 5"],
    ]


def test_who_has_both_roles_sees_exactly_what_he_manages_and_no_more(tree, client):
    client.sign_in(tree.both)
    whole = table(client.get(f"/cijfers?jaar={YEAR}").text, "organisaties")
    own = client.get(f"/cijfers?jaar={YEAR}&organisatie={tree.other.id}").text
    assert whole[1][1] == "5"
    assert table(own, "organisaties")[1][1] == "9"
    client.get(f"/cijfers/lijst?jaar={YEAR}&organisatie={tree.other.id}", status=200)
    client.get(f"/cijfers/lijst?jaar={YEAR}&organisatie={tree.right.id}", status=404)
    client.get(f"/cijfers/lijst?jaar={YEAR}", status=404)


def test_a_course_shows_its_enrolments_instead_of_persons(tree, client):
    client.sign_in(tree.manager)
    text = client.get(f"/cijfers?jaar={YEAR}&cursus={tree.course.id}").text
    assert table(text, "organisaties")[0] == [
        "Organisation",
        "Enrolments",
        "Completed",
        "Certificates",
    ]
    assert table(text, "cursussen")[1:] == [["Werken", "10", "4", "4"]]
    assert "Target" not in text


def test_a_year_without_data_says_so(tree, client):
    client.sign_in(tree.manager)
    assert "No figures yet" in client.get("/cijfers").text
    assert "Nobody has started a course" in client.get("/cijfers").text


@pytest.mark.parametrize("who", ["manager", "programme"])
@pytest.mark.parametrize("key", ["maanden", "organisaties", "bestuurslagen", "cursussen"])
def test_a_file_equals_the_screen(tree, client, who, key):
    client.sign_in(getattr(tree, who))
    screen = table(client.get(f"/cijfers?jaar={YEAR}").text, key)
    answer = client.get(f"/cijfers/export/{key}.csv?jaar={YEAR}")
    assert answer.response.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert rows == screen
    for kind in ("xlsx", "ods"):
        assert _rows(client.get(f"/cijfers/export/{key}.{kind}?jaar={YEAR}").data) == screen


def _rows(data):
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    rows = sheet.to_python(skip_empty_area=False)
    return [[str(int(c)) if isinstance(c, float) else str(c) for c in row] for row in rows]


@pytest.mark.parametrize("path", ["/cijfers", "/cijfers/lijst", "/cijfers/lijst?maat=enrolled"])
def test_the_cost_of_a_page_does_not_grow_with_the_learners(tree, stage, client, statements, path):
    client.sign_in(tree.manager)
    numbers = []
    for more in (0, 1000):
        with stage():
            if more:
                _many(tree, more)
        with statements() as found:
            text = client.get(path).text
        numbers.append(len([s for s in found if s.startswith("SELECT")]))
    assert "1,000" in text
    assert numbers[0] == numbers[1] <= 8


def _many(tree, number):
    ids = [10_000 + n for n in range(number)]
    person = {"organisation_id": tree.right.id, "created_at": now(), "is_active": True}
    db.session.execute(
        insert(Person),
        [person | {"id": i, "email": f"m{i}@example.nl", "name": f"Velen {i}"} for i in ids],
    )
    enrolment = {
        "course_id": tree.course.id,
        "version_id": tree.course.version_id,
        "year": today().year,
    }
    enrolment |= {
        "organisation_id": tree.right.id,
        "enrolled_at": now(),
        "last_seen_at": now(),
        "period": 1,
    }
    db.session.execute(insert(Enrolment), [enrolment | {"person_id": i} for i in ids])
    services.rebuild(False)


def test_a_manager_sees_the_pace_when_the_organisation_has_a_target(tree, stage, client):
    client.sign_in(tree.manager)
    before = client.get(f"/cijfers?jaar={YEAR}")
    assert "has no target of its own" in before.main
    assert "Target:" not in before.text
    with stage():
        settings.put_organisation_target(YEAR, tree.ministry.id, 40)
    after = client.get(f"/cijfers?jaar={YEAR}")
    assert "has no target of its own" not in after.main
    assert "Target: 40" in after.text
    assert "of 40" in after.main


def test_every_figure_leads_to_its_list_or_to_how_it_is_counted(tree, client):
    client.sign_in(tree.manager)
    page = client.get(f"/cijfers?jaar={YEAR}")
    for stat in page.soup.select(".app-stat"):
        assert stat.find("a", href=True), stat.get_text(" ", strip=True)
    assert page.soup.find(id="telling")
