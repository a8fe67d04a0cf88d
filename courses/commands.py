"""Commands of learning."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from courses.olx import package
from courses.olx.importer import CourseError, read_course
from courses.olx.package import PackageError
from courses.services.publishing import Published, publish_course
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
