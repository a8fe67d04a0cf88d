"""What several pages of certificates need."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from certificates import queries
from certificates.checking import has_unsafe_key
from certificates.codes import grouped
from certificates.content import verify_url
from certificates.models import Certificate
from learnenv.kernel.clock import today

PRIVATE = "private, no-store"


def facts(found: Certificate) -> dict[str, Any]:
    """Return what a page about one certificate shows."""
    return {
        "certificate": found,
        "made": queries.is_made(found),
        "state": queries.state_of(found, today()),
        "short": grouped(found.short_code),
        "check_url": verify_url(found),
        "unsafe": has_unsafe_key(found),
    }


def file(data: bytes | str, *, kind: str, name: str, shown: bool = False) -> Response:
    """Answer with a file that no cache keeps."""
    way = "inline" if shown else "attachment"
    return Response(
        data,
        content_type=kind,
        headers={
            "Content-Disposition": f'{way}; filename="{name}"',
            "Cache-Control": PRIVATE,
        },
    )


def pdf(found: Certificate) -> Response:
    """Answer with the document as it was made at issue."""
    return file(
        queries.document(found).data,
        kind="application/pdf",
        name=f"certificaat-{found.number}.pdf",
    )
