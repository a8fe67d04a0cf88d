"""`learnenv demo`: a believable site, from a handful of people to a million enrolments."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from learnenv.cli import data
from learnenv.kernel.errors import SetupError

DEFAULT_SIZE = 1500


@click.command("demo")
@click.option(
    "--size", default=DEFAULT_SIZE, show_default=True, type=click.IntRange(0, 5_000_000),
    help="How many enrolments to make up.",
)  # fmt: skip
@click.option(
    "--accounts-json",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the accounts (role, organisation, e-mail, password) to this file.",
)
def demo(size: int, accounts_json: Path | None) -> None:
    """Fill an empty site with the courses, made-up people and their progress.

    Prints the accounts with random passwords, once. Refused on a site with real people; on a site
    that has demo data already it only renews the passwords of the demo accounts.
    """
    from certificates.api import make_trial_keys
    from learnenv.cli.demo_data import make_site, new_passwords

    app = data.make()
    home = app.config["SETTINGS"].home
    marker = home / "demo"
    console = Console(stderr=True)
    with app.app_context(), app.test_request_context():
        data.upgrade_schema()
        if marker.exists():
            click.echo(
                "This site has demo data: nothing is made up again and --size is ignored. "
                "The demo accounts get new passwords.",
                err=True,
            )
        else:
            _refuse_real_people()
            make_trial_keys()
            with Progress(console=console) as bar:
                make_site(size, bar)
            marker.write_text("made-up people and figures\n", encoding="utf-8")
        accounts = new_passwords(lambda: secrets.token_urlsafe(12))
    for account in accounts:
        click.echo(
            f"{account['role']:18} {account['email']:44} {account['password']}  "
            f"({account['organisation']})"
        )
    if accounts_json is not None:
        accounts_json.write_text(json.dumps(accounts, indent=1, ensure_ascii=False), "utf-8")
        accounts_json.chmod(0o600)


def _refuse_real_people() -> None:
    from sqlalchemy import select

    from learnenv.accounts.models import Person
    from learnenv.kernel.db import db

    if db.session.scalar(select(Person.id).limit(1)) is not None:
        raise SetupError("There are real people on this site: demo data would mix with them.")
