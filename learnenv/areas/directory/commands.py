"""The Gouden Gids from the command line."""

from __future__ import annotations

import click
from rich.console import Console
from rich.progress import track
from sqlalchemy import select

from learnenv.areas.directory.models import Provider
from learnenv.areas.directory.services import indexing
from learnenv.kernel.db import db
from learnenv.kernel.transaction import transaction

AT_ONCE = 200


@click.group("directory")
def directory_group() -> None:
    """Search of the Gouden Gids."""


@directory_group.command("reindex")
def reindex() -> None:
    """Make the lines and words of the search again from the providers and trainings.

    They are kept with every change; this is for after a change of the rules, or a doubt.
    """
    with transaction(write=False):
        ids = list(db.session.scalars(select(Provider.id).order_by(Provider.id)))
    parts = [ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE)]
    for part in track(parts, "Providers", console=Console(stderr=True)):
        with transaction():
            indexing.index_providers(part)
    click.echo(f"{len(ids)} providers and their trainings are indexed.")
