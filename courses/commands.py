"""Commands of learning."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import click
import structlog
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from courses import queries
from courses.checking import Report, check
from courses.olx import exporter, package
from courses.olx.importer import CourseError, Imported, read_course
from courses.olx.package import PackageError
from courses.olx.reading import Progress as Reading
from courses.olx.report import Report as ImportReport
from courses.outline import read
from courses.runtime.trial import try_block
from courses.services.publishing import Published, publish_course
from learnenv.kernel.area import OfflineCommand
from learnenv.kernel.clock import now
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.permissions import SYSTEM
from learnenv.kernel.transaction import transaction


def import_path(path: Path, *, progress: Reading | None = None) -> Published:
    """Read and publish the course at `path`. Raises CourseError or PackageError."""
    return _publish(read_course(package.read(path), progress=progress))


def _publish(imported: Imported) -> Published:
    with transaction():
        return publish_course(imported, actor=SYSTEM, at=now())


@click.command("import-course")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--lines", default=40, show_default=True, help="Lines of the report to print.")
def import_course(path: Path, lines: int) -> None:
    """Publish the course in PATH: a folder, a .zip or a .tar.gz.

    OLX as this site and Open edX write it, or a folder of Markdown files. The same content a
    second time changes nothing. What was adapted or is not supported is reported with its file
    and line. When anything is wrong, every problem is listed and nothing is published.
    """
    console = Console(stderr=True)
    try:
        with Progress(console=console, transient=True) as bar:
            task = bar.add_task("Reading the course", total=None)
            imported = read_course(
                package.read(path),
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
            bar.update(task, description="Publishing", total=None)
            done = _publish(imported)
    except (CourseError, PackageError) as error:
        for line in str(error).splitlines():
            click.echo(line, err=True)
        raise click.ClickException("Nothing was published.") from None
    _tell(imported.report, lines)
    word = "Published" if done.is_new else "Already published"
    click.echo(f"{word}: {done.slug}, version {done.version}")


def _tell(report: ImportReport, most: int) -> None:
    totals = report.totals()
    for level, title in (("adapted", "Adapted"), ("not_supported", "Not supported")):
        found = report.of(level)  # type: ignore[arg-type]
        for line in found[:most]:
            click.echo(f"{title}: {line}")
        if len(found) > most:
            click.echo(f"{title}: and {len(found) - most} more lines; --lines shows more of them")
    click.echo(
        f"{totals['came_over']} parts came over, {totals['adapted']} were adapted, "
        f"{totals['not_supported']} are not supported here."
    )


@click.command("export-course")
@click.argument("slug")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export_course(slug: str, file: Path) -> None:
    """Write the published version of course SLUG to FILE (.tar.gz), as OLX.

    Importing the file, here or in another site, gives the identical content.
    """
    try:
        version = queries.current_version(queries.course_by_slug(slug))
    except NotFoundError:
        raise click.ClickException(f"There is no course {slug}.") from None
    data = exporter.archive(json.loads(version.document), lambda d: queries.asset(d).data)
    file.write_bytes(data)
    click.echo(f"{slug}, version {version.number}: {len(data) // 1024} kB in {file}")


@click.group("course")
def course_group() -> None:
    """Work on a course in files."""


def check_path(path: Path) -> Report:
    """Check the course at `path`. Raises CourseError or PackageError when it cannot be read."""
    return check(read(read_course(package.read(path)).document, version_id=0, number=0))


@course_group.command("check", cls=OfflineCommand)
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def check_course(path: Path) -> None:
    """Say what could be better in the course in PATH: structure, questions, reading level.

    Ends with 1 when something must be better, so it can stand in a test. Advice does not count.
    """
    console = Console(width=None if Console().is_terminal else 120)
    try:
        report = check_path(path)
    except (CourseError, PackageError) as error:
        for line in str(error).splitlines():
            click.echo(line, err=True)
        raise click.ClickException("This course cannot be published.") from None
    table = Table("Lesson", "Minutes", "Words", "Words a sentence", "Reading ease", "Questions")
    for lesson in report.lessons:
        table.add_row(
            lesson.id, str(lesson.minutes), str(lesson.words), f"{lesson.mean_sentence:.1f}",
            f"{lesson.ease:.0f}", str(lesson.questions),
        )  # fmt: skip
    console.print(table)
    for finding in report.findings:
        click.echo(f"{finding.level}: {finding.where}: {finding.message}")
    if report.errors:
        raise click.ClickException(f"{len(report.errors)} things must be better.")
    click.echo("Nothing must be better.")


@click.group("xblock")
def xblock_group() -> None:
    """Look at the blocks that are installed."""


@xblock_group.command("check", cls=OfflineCommand)
@click.argument("names", nargs=-1, required=True)
@click.option("--markdown", is_flag=True, help="Write the table of docs/xblocks.md.")
def check_xblocks(names: tuple[str, ...], *, markdown: bool) -> None:
    """Try the block types NAMES in this host, with all their defaults, without a course.

    Says per view whether it draws, which handlers there are, and which other hosts it asks for.
    Ends with 1 when a learner would see nothing of one of them.
    """
    # What a block writes to the log is in the verdict already.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    found = [try_block(name) for name in names]
    if markdown:
        click.echo("| block | package | student view | studio view | handlers | other hosts |")
        click.echo("|---|---|---|---|---|---|")
    for trial in found:
        studio = trial.views.get("studio_view", "")
        student = trial.views.get("student_view") or trial.views.get("import", "")
        hosts = ", ".join(dict.fromkeys(trial.outside)) or "none"
        if markdown:
            package_name = f"{trial.package} {trial.version}".strip()
            click.echo(
                f"| {trial.name} | {package_name} | {student} | {studio} "
                f"| {len(trial.handlers)} | {hosts} |"
            )
            continue
        click.echo(f"{trial.name}: {trial.package} {trial.version}")
        for view, verdict in trial.views.items():
            click.echo(f"  {view}: {verdict}")
        click.echo(f"  handlers: {', '.join(trial.handlers) or 'none'}")
        click.echo(f"  other hosts: {hosts}")
    ill = [trial.name for trial in found if not trial.works]
    if ill:
        raise click.ClickException(f"A learner would see nothing of: {', '.join(ill)}")
