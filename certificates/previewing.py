"""An example of a template, drawn in a process of its own: web workers never load WeasyPrint."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
import subprocess
import sys
from datetime import date

from flask_babel import gettext as _

from certificates.rendering import CertificateContent, UndrawableText, preview_png, render_pdf
from certificates.services.templates import Look
from learnenv.kernel.errors import DomainError, InvalidInputError
from learnenv.kernel.site import site_name

NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,58}")
SECONDS = 60
WIDTH = 1000


def draw(look: Look) -> bytes:
    """Return page one of an example as PNG. Raises InvalidInputError for what cannot be drawn."""
    values = dataclasses.asdict(look)
    values["logo"] = base64.b64encode(look.logo).decode() if look.logo else ""
    values["site"] = site_name()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "certificates.previewing"],
            input=json.dumps(values).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DomainError(_("Drawing takes too long now. Try again in a minute.")) from None
    if done.returncode == 3:  # noqa: PLR2004 - see main()
        raise InvalidInputError(
            _("We cannot write this on a certificate: %(signs)s.", signs=done.stderr.decode())
        )
    if done.returncode:
        raise DomainError(_("The example could not be drawn."))
    return done.stdout


def example(look: Look, site: str) -> CertificateContent:
    """Return what the certificate of a made-up person would say."""
    return CertificateContent(
        number="2026-VOORBEELD",
        code="a" * 26,
        short_code="0000V00RBEE0",
        verify_url="https://example.org/certificaat/" + "a" * 26,
        verify_host="example.org/certificaat",
        holder_name="Noor van der Voorbeeld",
        title="Werken 2.0",
        language="nl",
        issued_on=date(2026, 1, 2),
        minutes=360,
        score_percent=86,
        outcomes=(),
        course_version="1",
        issuer_name=look.issuer or site,
        signatory_name=look.signatory_name or look.issuer or site,
        signatory_role=look.signatory_role_nl or "programmamanager",
        assessed_by=look.assessed_nl or "Lessen met oefenvragen en een eindtoets.",
        valid_until=date(2029, 1, 1) if look.months_valid else None,
        statement=look.statement_nl,
        logo=look.logo,
    )


def main() -> int:
    """Read a template as JSON, write a PNG; 3 when a sign cannot be drawn (named on stderr)."""
    values = json.load(sys.stdin)
    site = values.pop("site")
    values["logo"] = base64.b64decode(values["logo"]) if values["logo"] else None
    try:
        pdf = render_pdf(example(Look(**values), site))
    except UndrawableText as error:
        sys.stderr.write(" ".join(error.characters))
        return 3
    sys.stdout.buffer.write(preview_png(pdf, WIDTH))
    return 0


if __name__ == "__main__":
    sys.exit(main())
