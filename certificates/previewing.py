"""An example of a template, drawn in a process of its own: web workers never load WeasyPrint."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
import subprocess
import sys

from flask_babel import gettext as _

from certificates.services.templates import Look
from learnenv.kernel.errors import DomainError, InvalidInputError
from learnenv.kernel.site import site_name

NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,58}")
SECONDS = 60
UNDRAWABLE = 3
"""Exit code of the program for a sign that no font has (rendering/example.py)."""


def draw(look: Look) -> bytes:
    """Return page one of an example as PNG. Raises InvalidInputError for what cannot be drawn."""
    values = dataclasses.asdict(look)
    values["logo"] = base64.b64encode(look.logo).decode() if look.logo else ""
    values["site"] = site_name()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "certificates.rendering.example"],
            input=json.dumps(values).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DomainError(_("Drawing takes too long now. Try again in a minute.")) from None
    if done.returncode == UNDRAWABLE:
        raise InvalidInputError(
            _("We cannot write this on a certificate: %(signs)s.", signs=done.stderr.decode())
        )
    if done.returncode:
        raise DomainError(_("The example could not be drawn."))
    return done.stdout
