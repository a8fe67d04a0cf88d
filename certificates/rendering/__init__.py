"""A certificate in, PDF bytes out.

The same content gives the same bytes (with the same versions of WeasyPrint, Pango and fonts), so a
golden hash is possible and a document can be compared with a stored one. Still: render once, seal,
store the bytes and serve those. A later version of this package draws differently.

Three things keep the text of others from doing harm: autoescape in the template, a fetcher that
knows only what lies in memory (`AssetFetcher`), and a check that our own fonts can draw every
letter, because a missing one would silently come from a font of the machine.

The result is PDF/A-3a (an archive can keep it, with what is attached) and PDF/UA-1 (a screen
reader can read it) at once, and stays both when the seal is set in the field that waits for it.
"""

from certificates.rendering.assets import AssetFetcher, AssetResponse, UnsafeResource
from certificates.rendering.conformance import SEAL_FIELD
from certificates.rendering.content import Attached, CertificateContent
from certificates.rendering.pdf import preview_png, render_pdf
from certificates.rendering.pictures import UnusableLogo
from certificates.rendering.text import (
    UndrawableName,
    UndrawableText,
    undrawable_characters,
)
from certificates.rendering.view import grouped, study_load

__all__ = [
    "SEAL_FIELD",
    "AssetFetcher",
    "AssetResponse",
    "Attached",
    "CertificateContent",
    "UndrawableName",
    "UndrawableText",
    "UnsafeResource",
    "UnusableLogo",
    "grouped",
    "preview_png",
    "render_pdf",
    "study_load",
    "undrawable_characters",
]
