"""Commands about people."""

from __future__ import annotations

import click

from learnenv.cli import data
from learnenv.kernel.transaction import transaction


@click.command("create-admin")
def create_admin() -> None:
    """Print the one-time link with which the first administrator makes an account.

    The link works once, for one hour, and only while nobody has an account. There is no default
    password.
    """
    app = data.make()
    with app.app_context():
        data.require_current_schema()
        link = setup_link()
    if link is None:
        raise click.ClickException(
            "There are accounts already: an administrator can invite people."
        )
    click.echo(link)


def setup_link() -> str | None:
    """Return a fresh set-up link, or None when people exist. Needs an app context."""
    from learnenv.accounts.services import setup_token
    from learnenv.kernel.site import site_url

    with transaction():
        token = setup_token()
    return None if token is None else site_url(f"/account/eerste-start/{token}")
