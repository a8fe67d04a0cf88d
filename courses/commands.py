"""Commands of learning."""

from __future__ import annotations

import logging
from pathlib import Path

import click
import structlog
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from courses.checking import Report, check
from courses.olx import package
from courses.olx.importer import CourseError, read_course
from courses.olx.package import PackageError
from courses.outline import read
from courses.runtime.trial import try_block
from courses.services.publishing import Published, publish_course
from learnenv.kernel.area import OfflineCommand
from learnenv.kernel.clock import now
from learnenv.kernel.permissions import SYSTEM
from learnenv.kernel.transaction import transaction


def import_path(path: Path) -> Published:
    """Read and publish the course at `path`. Raises CourseError or PackageError."""
    imported = read_course(package.read(path))
    with transaction():
        return publish_course(imported, actor=SYSTEM, at=now())


@click.command("import-course")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def import_course(path: Path) -> None:
    """Publish the course in PATH: a folder, a .zip or a .tar.gz with OLX files.

    The same content a second time changes nothing. When anything is wrong, every problem is
    listed with its file and line, and nothing is published.
    """
    console = Console(stderr=True)
    try:
        with Progress(console=console, transient=True) as bar:
            bar.add_task("Reading the course", total=None)
            done = import_path(path)
    except (CourseError, PackageError) as error:
        for line in str(error).splitlines():
            click.echo(line, err=True)
        raise click.ClickException("Nothing was published.") from None
    word = "Published" if done.is_new else "Already published"
    click.echo(f"{word}: {done.slug}, version {done.version}")


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
