"""The place where a certificate's PDF gets its electronic seal.

For now no seal is set. An organisation's seal (a PAdES baseline signature with a certificate of
PKIoverheid or another trust service) comes behind the same `Seal`, so that whoever issues a
certificate need not change: render, seal, store the bytes once, serve those bytes for ever.
"""

from __future__ import annotations

from typing import Protocol


class Seal(Protocol):
    """Something that can put an electronic seal on a finished PDF."""

    def seal(self, pdf: bytes) -> bytes:
        """Return the sealed document.

        The result must begin with `pdf` itself: a seal is added as an incremental update. Raise
        when the seal cannot be set; an unsealed document must never pass for a sealed one.
        """
        ...


class NoSeal:
    """The seal of an installation without a key: the document stays as it is."""

    seals = False

    def seal(self, pdf: bytes) -> bytes:
        """Return the same bytes."""
        return pdf
