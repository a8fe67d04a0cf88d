"""Administrators see the installed blocks, how they behave, and switch them on and off (j11)."""

from __future__ import annotations

import json
import re

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from courses.forms import BlockForm
from courses.permissions import BLOCKS
from courses.routes import blueprint
from courses.runtime import plugins, switches
from courses.runtime.offers import SETTINGS_PREFIX
from learnenv.kernel import audit, settings
from learnenv.kernel.db import db
from learnenv.kernel.errors import InvalidInputError, NotFoundError
from learnenv.kernel.permissions import Actor, requires
from learnenv.web.shell import actor

HOST = re.compile(r"https://[a-z0-9.-]+(:\d+)?", re.IGNORECASE)


def admin_card(*, actor: Actor) -> tuple[str, str, str] | None:
    """Return the card for the administration page."""
    if not BLOCKS.allows(actor):
        return None
    text = _("Which blocks of others are installed, and how they behave.")
    return _("Blocks"), url_for("courses.block_types"), text


@blueprint.get("/beheer/blokken")
@requires(BLOCKS)
def block_types() -> str:
    """List every installed block type; those that failed are named."""
    return render_template(
        "courses/block_types.html",
        found=plugins.installed(),
        is_own=lambda entry: entry.value.startswith(plugins.OWN_PACKAGE),
        switches=switches.switches(),
        health=switches.health(),
    )


@blueprint.route("/beheer/blokken/<slug:block_type>", methods=["GET", "POST"])
@requires(BLOCKS)
def block_type(block_type: str) -> str | Response | tuple[str, int]:
    """Show and change the switches and settings of one block type of others."""
    if block_type not in plugins.installed() or not plugins.is_fenced(block_type):
        raise NotFoundError
    organisation = db.metadata.tables["accounts_organisation"].c
    rows = db.session.execute(
        select(organisation.id, organisation.name).order_by(organisation.name)
    )
    bucket = _bucket(block_type)
    found = switches.switches()
    form = BlockForm(
        organisations=[(row.id, row.name) for row in rows],
        on=block_type not in found.off,
        off_for=sorted(found.off_for.get(block_type, ())),
        hosts="\n".join(switches.hosts(block_type)),
        settings=settings.get(SETTINGS_PREFIX + bucket, ""),
    )
    if form.validate_on_submit():
        try:
            _save(block_type, bucket, form)
        except InvalidInputError as error:
            form.blame(error)
        else:
            flash(_("The block is saved."), "ok")
            return redirect(url_for("courses.block_types"), code=303)
    page = render_template(
        "courses/block_type.html",
        name=block_type,
        form=form,
        entry=plugins.installed()[block_type],
        health=switches.health().get(block_type),
    )
    return (page, 422) if form.errors else page


def _bucket(block_type: str) -> str:
    cls = plugins.block_class(block_type)
    return str(getattr(cls, "block_settings_key", None) or cls.__name__)


def _save(block_type: str, bucket: str, form: BlockForm) -> None:
    hosts = (form.hosts.data or "").split()
    wrong = next((host for host in hosts if not HOST.fullmatch(host)), None)
    if wrong is not None:
        message = _(
            "\u2018%(host)s\u2019 is no address of a host. Write https://name.nl.", host=wrong
        )
        raise InvalidInputError(message, field="hosts")
    text = (form.settings.data or "").strip()
    try:
        parsed = json.loads(text or "{}")
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise InvalidInputError(_("This is not a JSON object."), field="settings")
    switches.switch(block_type, on=bool(form.on.data), off_for=frozenset(form.off_for.data or ()))
    switches.allow_hosts(block_type, hosts)
    settings.put(SETTINGS_PREFIX + bucket, text)
    audit.record("block.changed", f"block:{block_type}", actor=actor(), on=bool(form.on.data))
