"""Small numbers cannot be seen, nor computed from two that can (P5)."""

import re
from collections import defaultdict
from datetime import date
from itertools import pairwise, product

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learnenv.areas.reporting.disclosure import K, shown
from learnenv.areas.reporting.page import Page
from learnenv.areas.reporting.queries import MEASURES, Node, Reach, Report
from learnenv.kernel.clock import now
from tests.areas.reporting.world import moment

HARD = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NODES = {
    1: Node(id=1, name="A", tier="rijk", path="/1/", parent_id=None, depth=0),
    2: Node(id=2, name="B", tier="rijk", path="/1/2/", parent_id=1, depth=1),
    3: Node(id=3, name="C", tier="gemeente", path="/3/", parent_id=None, depth=0),
}
counts = st.integers(0, 60)
people = st.tuples(st.sampled_from([0, *NODES]), st.sampled_from([7, 8]), st.integers(1, 12))
crowds = st.lists(st.tuples(people, st.tuples(counts, counts, counts, counts)), max_size=12)


def page_of(crowd, organisation, course, day):
    """Make the page of a programme manager about a made-up crowd, filtered as the queries do."""
    ids = (
        None
        if organisation is None
        else {n.id for n in NODES.values() if n.path.startswith(NODES[organisation].path)}
    )
    per_organisation = defaultdict(lambda: dict.fromkeys(MEASURES, 0))
    per_course = defaultdict(lambda: dict.fromkeys(MEASURES, 0))
    months, until, recent = {2024: [0] * 12, 2023: [0] * 12}, {2024: 0, 2023: 0}, 0
    for (home, followed, month), numbers in crowd:
        if (ids is not None and home not in ids) or course not in (None, followed):
            continue
        for measure, number in zip(MEASURES, numbers, strict=True):
            per_organisation[home][measure] += number
            per_course[followed][measure] += number
        months[2024][month - 1] += numbers[0]
        months[2023][month - 1] += numbers[1]
        until[2023] += numbers[1] if month <= day.month else 0
        recent += numbers[0] if day.month - 3 < month <= day.month else 0
    reach = Reach(
        exact=False,
        ids=ids if ids is None else frozenset(ids),
        organisations=NODES,
        organisation=NODES.get(organisation),
        courses={7: "Een", 8: "Twee"},
        course_id=course,
    )
    return Page(
        Report(
            year=2024,
            today=day,
            years=range(2023, 2025),
            reach=reach,
            target=1000,
            own_target=None,
            recounted_at="",
            programme=sum(months[2024]),
            months=months,
            until_today=until,
            recent=recent,
            window=90,
            organisations=per_organisation,
            by_course=per_course,
        )
    )


def visible(page):
    """Return every count that the page, its chart and its files give away, as one set."""
    found = set()
    if page.is_empty:
        return found
    headline, chart = page.headline, page.chart
    for one in (
        headline.total,
        headline.forecast,
        headline.last_today,
        headline.last_year,
        headline.programme,
    ):
        found |= {one.value} if one else set()
    for line in (chart.points, chart.previous, chart.forecast or []):
        found |= {int(y) for _x, y in line}
    for block in (page.months, *page.blocks):
        found |= {cell.shown.value for row in block.rows for cell in row.cells if cell.shown}
        assert not any(cell.link for row in block.rows for cell in row.cells)
    for key in ("maanden", "organisaties", "bestuurslagen", "cursussen"):
        found |= {v for row in page.export(key).rows for v in row[1:] if isinstance(v, int)}
    return found


@HARD
@given(crowd=crowds, day=st.dates(date(2024, 1, 1), date(2024, 12, 31)))
def test_P5_visible_numbers_differ_by_nothing_or_by_five(app, crowd, day):
    """Over all pairs of filters together: a difference is 0 or at least K, a number never 1 to 4."""
    with app.test_request_context("/"):
        found = set()
        for organisation, course in product((None, *NODES), (None, 7, 8)):
            found |= visible(page_of(crowd, organisation, course, day))
    ordered = sorted(found | {0})
    assert all(right - left >= K for left, right in pairwise(ordered))


@given(count=st.integers(0, 10**7))
def test_P5_a_count_is_never_more_precise_than_five(count):
    found = shown(count, exact=False)
    assert found.value <= count < found.value + K
    assert found.is_small == (count < K)
    assert found.cell == ("< 5" if count < K else found.value)
    assert shown(count, exact=True).cell == count


@pytest.mark.parametrize("extra", [1, 4])
def test_P5_few_look_like_none(stage, world, client, extra):
    """The order of the lines, the empty state and the bars say nothing about one to four people."""
    with stage():
        homes = [world.organisation(f"Gemeente {n}") for n in "AB"]
        course = world.course("Werken")
        viewer = world.programme_manager()
    client.sign_in(viewer)
    nobody = _without_nonce(client.get("/cijfers").text)
    with stage():
        for n in range(extra):
            world.enrolment(world.person(f"Naam {n}", homes[1]), course, at=now())
    assert _without_nonce(client.get("/cijfers").text) == nobody


def test_P5_every_number_in_the_html_is_rounded(stage, world, client):
    with stage():
        top = world.organisation("Ministerie", "rijk")
        homes = [top, world.organisation("Directie", "rijk", top), world.organisation("Gemeente A")]
        courses = [world.course("Een"), world.course("Twee")]
        for n in range(47):
            person = world.person(f"Naam {n}", homes[n % 3])
            enrolment = world.enrolment(person, courses[n % 2], at=moment(2024, 1 + n % 12))
            if n % 3:
                world.complete(enrolment, at=moment(2024, 12))
        viewer = world.programme_manager()
    client.sign_in(viewer)
    seen = 0
    for home, course in product((None, *homes), (None, *courses)):
        where = (
            f"jaar=2024&organisatie={home.id if home else ''}&cursus={course.id if course else ''}"
        )
        page = BeautifulSoup(client.get(f"/cijfers?{where}").text, "html.parser")
        for cell in page.select(
            "td, .app-stat__value, .app-stat__hint, svg desc, .app-chart__text--value"
        ):
            text = re.sub(r"20\d\d|1,000|\d+%|< 5|fewer than 5", "", cell.get_text())
            for number in re.findall(r"\d+", text):
                seen += 1
                assert int(number) % K == 0, cell
    assert seen > 100


def _without_nonce(text):
    return re.sub(r'(nonce|name="csrf_token" value)="[^"]*"', "", text)
