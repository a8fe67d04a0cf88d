"""Commands of certificates: keys, and a look at what is kept."""

from __future__ import annotations

from datetime import datetime

import click
from flask import current_app

from certificates import history, queries
from certificates.credentials.keys import KeyProblem, KeyRing
from certificates.keeping import keeper, keys_folder, make_trial_keys
from certificates.sealing import SealProblem
from certificates.services import batches
from learnenv.accounts.api import administrator
from learnenv.kernel import audit
from learnenv.kernel.clock import AMSTERDAM, now, today
from learnenv.kernel.permissions import SYSTEM
from learnenv.kernel.transaction import transaction


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


@certificates_group.command("mark-compromised")
@click.argument("key")
@click.option("--since", required=True, help="When it leaked, such as 2026-11-20T14:30.")
def mark_compromised(key: str, since: str) -> None:
    """Say that the key KEY (its date, such as 20261124) may be in other hands since a moment.

    It stays listed, as revoked: nothing that it signed is trusted any more. A moment without a time
    zone is that of Amsterdam. When KEY signs now, a new key takes its place first.
    """
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        raise click.ClickException(f"{since} is no moment: write 2026-11-20T14:30.") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=AMSTERDAM)
    try:
        ring = KeyRing.mark_compromised(keys_folder(), key, moment, now())
    except KeyProblem as error:
        raise click.ClickException(str(error)) from None
    with transaction():
        audit.record("key.compromised", f"key:{key}", actor=SYSTEM, moment=since)
    click.echo(f"The key {key} is revoked. Credentials are signed with {ring.current.id} now.")
    _tell_how_many(len(_need_new_document()))


def _need_new_document() -> list[int]:
    with transaction(write=False):
        return queries.need_new_document(keeper().ring.compromised, today=today())


def _tell_how_many(number: int) -> None:
    click.echo(f"Valid certificates that need a new document: {number}")
    if number:
        click.echo("Make them: learnenv certificates renew-documents --by ADDRESS")


@certificates_group.command("renew-documents")
@click.option("--by", "address", required=True, help="Mail address of an administrator.")
def renew_documents(address: str) -> None:
    """Make new documents for valid certificates that a compromised key signed.

    The worker does it; Beheer > Certificaten > Veel tegelijk shows how far it is. The old ones stay
    and point to the new ones; each holder gets a mail.
    """
    who = administrator(address)
    if who is None:
        raise click.ClickException(f"{address} is not the address of an administrator.")
    found = _need_new_document()
    if not found:
        click.echo("No valid certificate needs a new document.")
        return
    with transaction():
        started = batches.start_all("renew", found, actor=who, at=now())
        names = ", ".join(str(batch.id) for batch in started)
    click.echo(f"Certificates that get a new document: {len(found)} (work {names}).")


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
