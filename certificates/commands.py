"""Commands of certificates: keys, and a look at what is kept."""

from __future__ import annotations

import click
from flask import current_app

from certificates import history, queries
from certificates.credentials.keys import KeyProblem, KeyRing
from certificates.keeping import keeper, keys_folder, make_trial_keys
from certificates.sealing import SealProblem
from learnenv.kernel.clock import now


@click.group("certificates")
def certificates_group() -> None:
    """Keys and records of certificates."""


@certificates_group.command("make-dev-keys")
def make_dev_keys() -> None:
    """Make keys to try sealing with: root, seal, time stamps. They have no legal force.

    Every certificate that is sealed with them says so on the page. Refused in production, and when
    there are keys already.
    """
    if current_app.config["SETTINGS"].mode == "production":
        raise click.ClickException("Production seals with a certificate of a trust service.")
    try:
        make_trial_keys()
    except SealProblem as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Development keys made in {keys_folder()}")


@certificates_group.command("rotate-keys")
def rotate_keys() -> None:
    """Sign credentials with a new key from now on; the old public key stays listed for ever."""
    keeper()  # makes the first key on a new site
    try:
        ring = KeyRing.rotate(keys_folder(), now())
    except KeyProblem as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Credentials are signed with {ring.current.id} now.")


@certificates_group.command("check-history")
def check_history() -> None:
    """Check the chain of every certificate's history; ends with 1 when an entry does not fit."""
    wrong = 0
    for number, entries in queries.all_histories():
        for entry in history.broken(entries):
            wrong += 1
            click.echo(f"{number}: entry {entry} does not fit the chain", err=True)
    if wrong:
        raise click.ClickException(f"{wrong} entries were changed.")
    click.echo("Every history is whole.")
