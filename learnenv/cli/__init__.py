"""The command line of the site."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import click
from flask import Flask

from learnenv import __version__
from learnenv.cli import data, demo, people, server
from learnenv.kernel.area import OfflineCommand
from learnenv.kernel.errors import DomainError, SetupError


class _Lazy(click.Group):
    """A group whose commands run inside the app, made only when one is called."""

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        found = super().get_command(ctx, name)
        if found is not None:
            return found
        return _area_commands().get(name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_area_commands()})


@functools.lru_cache(maxsize=1)
def _app() -> Flask:
    from learnenv.app import create_app

    return create_app()


@functools.lru_cache(maxsize=1)
def _area_commands() -> dict[str, click.Command]:
    registry = _app().extensions["areas"]
    return {
        str(command.name): _in_app(command) for area in registry.areas for command in area.commands
    }


def _in_app(command: click.Command) -> click.Command:
    if isinstance(command, OfflineCommand):
        return command
    if isinstance(command, click.Group):
        for child in command.commands.values():
            _in_app(child)
        return command
    inner: Callable[..., Any] | None = command.callback
    assert inner is not None

    @functools.wraps(inner)
    def run(*args: Any, **kwargs: Any) -> Any:
        with _app().app_context():
            data.require_current_schema()
            return inner(*args, **kwargs)

    command.callback = run
    return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Learnenv: a learning site for government.

    All state lies in one folder: LEARNENV_HOME, or ./var. To try the site:

        learnenv demo && learnenv serve
    """


cli.add_command(server.serve)
cli.add_command(server.worker)
cli.add_command(server.check)
cli.add_command(data.db_group)
cli.add_command(data.backup)
cli.add_command(data.restore)
cli.add_command(data.areas)
cli.add_command(people.create_admin)
cli.add_command(demo.demo)


def main() -> None:
    """Run the command line; an expected problem is one sentence and exit code 1."""
    try:
        cli()
    except (SetupError, DomainError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
