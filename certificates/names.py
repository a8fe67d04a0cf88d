"""Names that no font of ours can draw: said when one is typed, not when a certificate is due."""

from __future__ import annotations

from flask_babel import gettext as _

from certificates.rendering import undrawable_characters


def name_problem(*, name: str) -> str | None:
    """Return what is wrong with a name on a certificate, or None (CERTIFICATES.md 3)."""
    signs = undrawable_characters(name)
    if not signs:
        return None
    return str(
        _(
            "We cannot write this on a certificate: %(signs)s. Use other letters.",
            signs=" ".join(signs),
        )
    )
