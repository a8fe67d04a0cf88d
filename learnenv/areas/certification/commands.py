"""Certification from the command line."""

from __future__ import annotations

import click

from learnenv.areas.certification import life
from learnenv.areas.certification.services import schemes
from learnenv.kernel.area import OfflineCommand
from learnenv.kernel.clock import now
from learnenv.kernel.permissions import SYSTEM
from learnenv.kernel.transaction import transaction


@click.group("certification")
def certification_group() -> None:
    """Schemes and the life of a dossier."""


@certification_group.command("publish-schemes")
def publish_schemes() -> None:
    """Publish the schemes that come with the site, of every kind that has none yet."""
    with transaction():
        made = schemes.publish_shipped(actor=SYSTEM, at=now())
    for scheme in made:
        click.echo(f"{scheme.kind}: version {scheme.version}")
    if not made:
        click.echo("Every kind has a scheme already.")


@certification_group.command("diagram", cls=OfflineCommand)
def diagram() -> None:
    """Draw the life of a dossier as a Mermaid diagram."""
    click.echo(life.diagram(), nl=False)
