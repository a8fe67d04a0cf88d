"""Commands about data: schema, backup, restore, and the list of areas."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from importlib.resources import files
from pathlib import Path

import click
from flask import Flask, current_app
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Select, column, create_engine, literal, select, table
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from learnenv.kernel.clock import now
from learnenv.kernel.errors import SetupError

# Without its keys a restored site could not say that its own certificates are real.
FOLDERS = ("mail", "keys", "uploads")
PAGES_PER_STEP = 4096


def make() -> Flask:
    """Return the app of this environment."""
    from learnenv.app import create_app

    return create_app()


def prepare_migrations() -> None:
    """Tell Alembic about the database of the app in use; only what migrates loads Alembic."""
    from flask_migrate import Migrate

    from learnenv.kernel.db import db

    if "migrate" not in current_app.extensions:
        Migrate(current_app, db, directory=str(files("migrations")), render_as_batch=True)


def upgrade_schema(revision: str = "head") -> None:
    """Bring the tables up to date. Needs an app context."""
    from flask_migrate import upgrade

    if current_app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        path = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"]).database
        if path and path != ":memory:" and not os.path.exists(path):  # noqa: PTH110
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    prepare_migrations()
    upgrade(revision=revision)


def schema_state() -> tuple[str | None, str | None]:
    """Return the revision of the tables and the one the code wants."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from learnenv.kernel.db import db

    prepare_migrations()
    config = current_app.extensions["migrate"].migrate.get_config()
    wanted = ScriptDirectory.from_config(config).get_current_head()
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision(), wanted


REVISION = re.compile(r"""^(down_)?revision(?:: [^=]+)? = ["'](\w+)["']""", re.MULTILINE)


def _is_there(database_url: str) -> bool:
    """Whether there is a file to look into: to look would make one, readable by everybody."""
    url = make_url(database_url)
    return url.get_backend_name() != "sqlite" or Path(str(url.database)).exists()


def is_in_use(database_url: str) -> bool:
    """Whether the tables are those of this code and somebody has an account.

    Asked at each start, so it loads neither the site nor Alembic; where it says no, they look.
    """
    if not _is_there(database_url):
        return False
    folder = Path(str(files("migrations"))) / "versions"
    texts = [path.read_text("utf-8") for path in folder.glob("*.py")]
    told = [found for text in texts for found in REVISION.findall(text)]
    newest = {name for down, name in told if not down} - {name for down, name in told if down}
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            stored: Select[str] = select(column("version_num")).select_from(
                table("alembic_version")
            )
            there = set(connection.scalars(stored))
            person = select(literal(1)).select_from(table("accounts_person")).limit(1)
            someone = connection.scalar(person)
    except DBAPIError:  # no tables yet
        return False
    finally:
        engine.dispose()
    return there == newest and someone is not None


def require_current_schema() -> None:
    """Raise SetupError when the tables are older or newer than the code."""
    if not _is_there(current_app.config["SQLALCHEMY_DATABASE_URI"]):
        raise SetupError("There is no database yet: run `learnenv db upgrade`.")
    there, wanted = schema_state()
    if there != wanted:
        raise SetupError(
            f"The tables are at revision {there or 'none'} and the code wants {wanted}: "
            "run `learnenv db upgrade`."
        )


@click.group("db")
def db_group() -> None:
    """Bring the tables up to date."""


@db_group.command("upgrade")
def db_upgrade() -> None:
    """Bring the tables to the newest version; nothing is lost."""
    with make().app_context():
        upgrade_schema()
        click.echo(f"The tables are at revision {schema_state()[0]}.")


@db_group.command("downgrade")
@click.argument("revision")
def db_downgrade(revision: str) -> None:
    """Take the tables back to REVISION (-1 is one step)."""
    from flask_migrate import downgrade

    with make().app_context():
        prepare_migrations()
        downgrade(revision=revision)
        click.echo(f"The tables are at revision {schema_state()[0]}.")


@db_group.command("migrate")
@click.option("--message", "-m", required=True, help="What changes, in a few words.")
def db_migrate(message: str) -> None:
    """Write a migration for what the models have and the tables lack. Read it before use."""
    from flask_migrate import migrate

    with make().app_context():
        prepare_migrations()
        migrate(message=message)


@click.command("areas")
def areas() -> None:
    """List the areas of the site and what each brings."""
    app = make()
    for area in app.extensions["areas"].areas:
        brings = [
            f"{len(area.models)} tables",
            f"{len(area.permissions)} permissions",
            f"{len(area.indicators)} indicators",
            f"{len(area.jobs)} jobs",
            f"{len(area.listens_to)} listeners",
        ]
        click.echo(f"{area.name:16} {', '.join(brings)}")


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def backup(target: Path) -> None:
    """Write a consistent backup to TARGET (a .tar.gz), also while the site runs.

    It holds the database, made through SQLite's backup API or pg_dump (never a copy of the file),
    the mail folder, uploads, the secret key, the keys of certificates and a manifest with hashes.
    """
    app = make()
    settings = app.config["SETTINGS"]
    url = make_url(settings.database_url)
    with tempfile.TemporaryDirectory() as folder, _bar() as bar:
        work = Path(folder)
        if url.get_backend_name() == "sqlite":
            _copy_sqlite(str(url.database), work / "learnenv.db", bar)
        else:
            dump = work / "learnenv.dump"
            bar.add_task("Database", total=None)
            _run(["pg_dump", "--format=custom", f"--file={dump}", _libpq(settings.database_url)])
        if (settings.home / "secret.key").exists():  # else LEARNENV_SECRET_KEY holds it
            shutil.copy2(settings.home / "secret.key", work / "secret.key")
        for name in FOLDERS:
            if (settings.home / name).is_dir():
                shutil.copytree(settings.home / name, work / name)
        files = sorted(p for p in work.rglob("*") if p.is_file())
        manifest = {
            "made_at": now().isoformat(),
            "files": {
                p.relative_to(work).as_posix(): _digest(p)
                for p in bar.track(files, description="Hashes")
            },
        }
        (work / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        part = target.with_name(target.name + ".part")
        with tarfile.open(part, "w:gz") as archive:
            for path in bar.track([*files, work / "manifest.json"], description="Packing"):
                archive.add(path, arcname=f"learnenv-backup/{path.relative_to(work).as_posix()}")
        part.chmod(0o600)
        part.replace(target)
    click.echo(f"Backup written: {target} ({target.stat().st_size / 1e6:.1f} MB)")


@click.command("restore")
@click.argument("source", type=click.Path(exists=True, path_type=Path, dir_okay=False))
def restore(source: Path) -> None:
    """Restore the backup in SOURCE into an empty LEARNENV_HOME (and an empty database)."""
    from learnenv import config

    settings = config.load()
    url = make_url(settings.database_url)
    sqlite = url.get_backend_name() == "sqlite"
    if sqlite and Path(str(url.database)).exists():
        raise click.ClickException(f"{url.database} exists: restore into an empty folder.")
    with tempfile.TemporaryDirectory() as folder, _bar() as bar:
        with tarfile.open(source) as archive:
            for member in bar.track(archive.getmembers(), description="Unpacking"):
                archive.extract(member, folder, filter="data")
        work = Path(folder) / "learnenv-backup"
        manifest = json.loads((work / "manifest.json").read_text(encoding="utf-8"))
        for name, digest in bar.track(manifest["files"].items(), description="Hashes"):
            if _digest(work / name) != digest:
                raise click.ClickException(
                    f"{name} in the backup is damaged; nothing was restored."
                )
        bar.add_task("Database", total=None)
        if sqlite:
            target = Path(str(url.database))
            shutil.copyfile(work / "learnenv.db", target)
            target.chmod(0o600)
        else:
            _run(
                ["pg_restore", "--no-owner", f"--dbname={_libpq(settings.database_url)}",
                 str(work / "learnenv.dump")]
            )  # fmt: skip
        if (work / "secret.key").exists():
            shutil.copy2(work / "secret.key", settings.home / "secret.key")
        for name in FOLDERS:
            if (work / name).is_dir():
                shutil.copytree(work / name, settings.home / name, dirs_exist_ok=True)
    app = make()
    with app.app_context():
        require_current_schema()
    click.echo(f"Restored the backup of {manifest['made_at']}; the tables fit this version.")


def _bar() -> Progress:
    """Return a bar that shows how far it is, where somebody looks."""
    return Progress(console=Console(stderr=True), transient=True)


def _copy_sqlite(source: str, target: Path, bar: Progress) -> None:
    """Copy a database that is in use, as it is at this moment.

    The open read transaction holds that moment. Without it SQLite starts again after each write
    of the site, and a large database on a busy site would never be copied.
    """
    task = bar.add_task("Database", total=None)

    def show(_status: int, remaining: int, total: int) -> None:
        bar.update(task, completed=total - remaining, total=total)

    reader, copy = sqlite3.connect(source, timeout=30), sqlite3.connect(target)
    try:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reader.backup(copy, pages=PAGES_PER_STEP, progress=show)
    finally:
        copy.close()
        reader.close()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _libpq(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise click.ClickException(f"{command[0]} failed: {done.stderr.strip()[:500]}")
