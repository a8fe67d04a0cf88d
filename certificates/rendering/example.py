"""An example of a template, as a program: JSON in, PNG out.

It runs in a process of its own, because web workers never load WeasyPrint. It imports the drawing
and nothing of the site: that took more than a third of the time somebody waits for the picture.
"""

from __future__ import annotations

import base64
import json
import sys
from datetime import date
from typing import Any

from certificates.rendering import CertificateContent, UndrawableText, preview_png, render_pdf

WIDTH = 1000
UNDRAWABLE = 3
"""Exit code for a sign that no font has; the signs stand on stderr."""


def example(look: dict[str, Any], site: str) -> CertificateContent:
    """Return what the certificate of a made-up person would say."""
    issuer = look["issuer"] or site
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
        issuer_name=issuer,
        signatory_name=look["signatory_name"] or issuer,
        signatory_role=look["signatory_role_nl"] or "programmamanager",
        assessed_by=look["assessed_nl"] or "Lessen met oefenvragen en een eindtoets.",
        valid_until=date(2029, 1, 1) if look["months_valid"] else None,
        statement=look["statement_nl"],
        logo=base64.b64decode(look["logo"]) if look["logo"] else None,
    )


def main() -> int:
    """Read a template as JSON, write a PNG."""
    look = json.load(sys.stdin)
    try:
        pdf = render_pdf(example(look, look.pop("site")))
    except UndrawableText as error:
        sys.stderr.write(" ".join(error.characters))
        return UNDRAWABLE
    sys.stdout.buffer.write(preview_png(pdf, WIDTH))
    return 0


if __name__ == "__main__":
    sys.exit(main())
