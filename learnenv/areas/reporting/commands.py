"""The figures from the command line."""

from collections.abc import Iterable, Iterator

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from learnenv.areas.reporting import services
from learnenv.kernel.transaction import transaction


@click.command("rebuild-figures")
@click.option("--check", is_flag=True, help="Only compare; exit with 1 when something differs.")
def rebuild_figures(check: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Count all figures again from the enrolments and certificates."""
    console = Console()

    def steps(years: Iterable[int]) -> Iterator[int]:
        listed = list(years)
        yield from track(listed, description="Counting the years", console=console)

    with transaction(write=not check):
        found = services.rebuild(check, progress=steps)
    if not found:
        console.print("All figures agree with the enrolments and certificates.")
        return
    console.print(_table(found))
    if check:
        console.print(f"{len(found)} figures differ. Run rebuild-figures to make them right.")
        raise SystemExit(1)
    console.print(f"{len(found)} figures were made right.")


def _table(found: list[services.Difference]) -> Table:
    table = Table("table", "key", "stored", "expected")
    for line in found:
        stored, expected = (_text(side) for side in (line.stored, line.expected))
        table.add_row(line.table, _text(line.key), stored, expected)
    return table


def _text(values: tuple[object, ...] | None) -> str:
    return "-" if values is None else ", ".join(str(value) for value in values)
