"""The page as its reader may see it: every count passes `shown`, once, and nothing else is used."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from learnenv.accounts.models import Tier
from learnenv.areas.reporting.disclosure import Shown, shown
from learnenv.areas.reporting.drawing import Drawing
from learnenv.areas.reporting.queries import (
    MEASURES,
    UNIQUE,
    Counts,
    Node,
    Report,
    no_counts,
    sole_root,
)
from learnenv.areas.reporting.shapes import Block, Cell, Chart, Headline, Link, Row
from learnenv.kernel.i18n import format_date
from learnenv.web import exports


class Page:
    """Makes headline, chart and tables from a report."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.reach = report.reach
        self.exact = report.reach.exact
        self.is_current = report.year == report.today.year
        self.of_course = report.reach.course_id is not None
        self.of_programme = self.reach.ids is None and not self.of_course
        self.drawing = Drawing()

    def _shown(self, count: int) -> Shown:
        return shown(count, exact=self.exact)

    def _link(self, **more: Any) -> Link | None:
        """Return the list behind a number; only who sees exact numbers sees lists."""
        if not self.exact:
            return None
        chosen = self.reach.organisation
        link = {
            "jaar": self.report.year,
            "organisatie": chosen.id if chosen else None,
            "cursus": self.reach.course_id,
            "maat": "enrolled" if self.of_course else UNIQUE,
        }
        return link | more

    @property
    def about(self) -> Node | None:
        """Return the one organisation this is about, if it is about one."""
        return self.reach.organisation or sole_root(self.reach)

    @property
    def lacks_target(self) -> bool:
        """Whether there could be a line of the needed pace, had somebody set a target."""
        return self.about is not None and not self.of_course and self.report.own_target is None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show; for aggregates few looks like none."""
        figures = self.report.by_course.values()
        enrolled = sum(counts["enrolled"] for counts in figures)
        total = sum(self.report.months[self.report.year])
        return self._shown(enrolled).value == 0 and self._shown(total).value == 0

    @property
    def headline(self) -> Headline:
        """Return the total, the target and the forecast."""
        report, before = self.report, self.report.year - 1
        total = self._shown(sum(report.months[report.year]))
        target = report.target if self.of_programme else report.own_target
        compares = self.is_current and not self.of_course
        is_part = self.exact and not self.of_course
        return Headline(
            total=total,
            link=self._link(),
            target=target,
            percent=100 * total.value // target if target else None,
            forecast=self._forecast(total) if compares and total.value else None,
            last_today=self._shown(report.until_today[before]) if compares else None,
            last_year=self._shown(sum(report.months[before])),
            last_link=self._link(jaar=before),
            programme=shown(report.programme, exact=False) if is_part else None,
            programme_target=report.target,
        )

    def _forecast(self, total: Shown) -> Shown:
        """Continue the pace of the last days to 31 December, from what may be shown."""
        report = self.report
        left = (date(report.year, 12, 31) - report.today).days
        return self._shown(total.value + self._shown(report.recent).value * left // report.window)

    def _cumulative(self, year: int) -> list[Shown]:
        months = self.report.months[year]
        return [self._shown(sum(months[: month + 1])) for month in range(12)]

    @property
    def chart(self) -> Chart:
        """Return the lines: this year, last year, the needed pace and the forecast."""
        report, headline = self.report, self.headline
        days = date(report.year, 12, 31).timetuple().tm_yday
        now = report.today.timetuple().tm_yday / days if self.is_current else 1.0
        ends = [date(report.year, m + 1, 1).timetuple().tm_yday - 1 for m in range(1, 12)] + [days]
        this, last = self._cumulative(report.year), self._cumulative(report.year - 1)
        points = [(0.0, 0.0)]
        points += [
            (e / days, float(s.value)) for e, s in zip(ends, this, strict=True) if e / days < now
        ]
        points.append((now, float(headline.total.value)))
        previous = [(e / days, float(s.value)) for e, s in zip(ends, last, strict=True)]
        forecast = headline.forecast
        return Chart(
            points=points,
            previous=[(0.0, 0.0), *previous] if last[-1].value else [],
            pace=[(0, 0), (1, headline.target)] if headline.target else None,
            forecast=[points[-1], (1, forecast.value)] if forecast and now < 1 else None,
            labels=[format_date(date(report.year, m, 1), "MMM").rstrip(".") for m in range(1, 13)],
        )

    @property
    def months(self) -> Block:
        """Return the figures of the chart: new, cumulative and last year, per month."""
        year, before = self.report.year, self.report.year - 1
        this, last = self._cumulative(year), self._cumulative(before)
        rows = []
        for month in range(1, 13):
            begun = not self.is_current or month <= self.report.today.month
            new = self._shown(self.report.months[year][month - 1])
            cells = [
                self._cell(new, maand=month) if begun else Cell(None),
                self._cell(this[month - 1], maand=month, tot=1) if begun else Cell(None),
                self._cell(last[month - 1], jaar=before, maand=month, tot=1),
            ]
            rows.append(Row(label=format_date(date(year, month, 1), "MMMM"), cells=cells))
        columns = [_("Month"), _("New"), str(year), str(before)]
        return Block(key="maanden", title=_("Per month, added up"), columns=columns, rows=rows)

    def _cell(self, count: Shown, **link: Any) -> Cell:
        return Cell(count, self._link(**link) if count.value else None)

    @property
    def organisations(self) -> Block:
        """Return what each organisation adds: those directly below the chosen one, rolled up."""
        own, nodes = self.report.organisations, self.reach.organisations
        rolled = no_counts()
        for organisation_id, counts in own.items():
            path = nodes[organisation_id].path if organisation_id in nodes else ""
            for above in path.strip("/").split("/") if path else [organisation_id]:
                _add(rolled[int(above)], counts)
        top = self.about
        below = [n for n in nodes.values() if n.parent_id == (top.id if top else None)]
        rows = [self._row(n.name, rolled[n.id], node=n, organisatie=n.id) for n in below]
        if top is not None:
            label = _("%(name)s itself", name=top.name) if below else top.name
            rows.insert(0, self._row(label, own[top.id], organisatie=top.id, eigen=1))
        if self.reach.ids is None:
            rows.append(self._row(_("Organisation not known"), own[0]))
        return self._block("organisaties", _("Per organisation"), _("Organisation"), rows)

    @property
    def tiers(self) -> Block:
        """Return the figures per layer of government, when there is more than one."""
        counts = no_counts()
        order = {tier.value: place for place, tier in enumerate(Tier)}
        present = set()
        for node in self.reach.organisations.values():
            if self.reach.ids is None or node.id in self.reach.ids:
                present.add(node.tier)
                _add(counts[order[node.tier]], self.report.organisations[node.id])
        names = tier_names()
        rows = [
            self._row(names[tier], counts[order[tier]], laag=tier)
            for tier in sorted(present, key=order.__getitem__)
        ]
        return self._block("bestuurslagen", _("Per tier of government"), _("Tier"), rows)

    @property
    def courses(self) -> Block:
        """Return the figures per course."""
        chosen = self.reach.course_id
        rows = [
            self._row(title, self.report.by_course[key], course=key, cursus=key)
            for key, title in self.reach.courses.items()
            if chosen in {None, key}
        ]
        return self._block("cursussen", _("Per course"), _("Course"), rows, measures=MEASURES[1:])

    def _measures(self) -> tuple[str, ...]:
        return MEASURES[1:] if self.of_course else MEASURES

    def _row(
        self,
        label: str,
        counts: Counts,
        *,
        node: Node | None = None,
        course: int | None = None,
        **link: Any,
    ) -> Row:
        measures = MEASURES[1:] if course is not None else self._measures()
        choose: Link = {"jaar": self.report.year, "cursus": course or self.reach.course_id}
        chosen = node or self.reach.organisation
        choose["organisatie"] = chosen.id if chosen else None
        cells = [self._cell(self._shown(counts[m]), maat=m, **link) for m in measures]
        return Row(label=label, cells=cells, choose=choose if node or course else None)

    def _block(
        self, key: str, title: str, first: str, rows: list[Row], measures: tuple[str, ...] = ()
    ) -> Block:
        titles = measure_titles()
        columns = [first, *(titles[m] for m in measures or self._measures())]
        values = [row.cells[0].shown.value if row.cells[0].shown else 0 for row in rows]
        longest = max(values, default=0) or 1
        barred = [
            Row(label=r.label, cells=r.cells, choose=r.choose, bar=100 * v // longest)
            for r, v in zip(rows, values, strict=True)
        ]
        return Block(key=key, title=title, columns=columns, rows=barred)

    @property
    def blocks(self) -> Iterator[Block]:
        """Yield the tables below the chart."""
        yield self.organisations
        if len((tiers := self.tiers).rows) > 1:
            yield tiers
        yield self.courses

    def export(self, key: str) -> exports.Table:
        """Return a table of the page as it goes into a file."""
        found = {"maanden": self.months, "bestuurslagen": self.tiers}
        found |= {"organisaties": self.organisations, "cursussen": self.courses}
        block = found[key]
        rows = [
            [row.label, *(c.shown.cell if c.shown else None for c in row.cells)]
            for row in block.rows
        ]
        return exports.Table(f"{block.title} {self.report.year}", block.columns, rows)

    @property
    def recounted_at(self) -> datetime | None:
        """Return when the figures were last made from the facts again."""
        text = self.report.recounted_at
        return datetime.fromisoformat(text) if text else None


def _add(total: Counts, counts: Counts) -> None:
    for measure, count in counts.items():
        total[measure] += count


def measure_titles() -> dict[str, str]:
    """Return what each measure is called."""
    return {
        UNIQUE: _("Civil servants"),
        "enrolled": _("Enrolments"),
        "completed": _("Completed"),
        "certified": _("Certificates"),
    }


def tier_names() -> dict[str, str]:
    """Return what each layer of government is called."""
    return {
        Tier.STATE: _("Central government"),
        Tier.PROVINCE: _("Province"),
        Tier.MUNICIPALITY: _("Municipality"),
        Tier.WATER_BOARD: _("Water board"),
        Tier.AGENCY: _("Executive agency"),
        Tier.JOINT: _("Joint arrangement"),
        Tier.EXTERNAL: _("External party"),
    }
