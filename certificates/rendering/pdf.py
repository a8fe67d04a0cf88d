"""Drawing a certificate, and a picture of it."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Sequence
from datetime import UTC
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from certificates.rendering import conformance, pictures, view
from certificates.rendering.assets import (
    MEDIA_TYPES,
    AssetFetcher,
    AssetResponse,
    UnsafeResource,
    static_assets,
)
from certificates.rendering.content import Attached, CertificateContent

MOST_WIDE = 4000
PAGES = 2
"""A front and an explanation; only a text that does not fit at the smallest size gets more."""

# Pango's font map is shared by all renderings of a process and is not made for two threads.
_LOCK = threading.Lock()


def render_pdf(
    content: CertificateContent,
    *,
    attachments: Sequence[Attached] = (),
    development: bool = False,
    sealed: bool = True,
) -> bytes:
    """Draw the certificate: A4 landscape, PDF/A-3a and PDF/UA-1, one page or, with outcomes, two.

    `attachments` go inside the file. With `sealed` the page says that a seal is set and the file
    has an empty field that waits for it; give False when no seal will come. `development` prints
    in red that the seal is one of nobody.

    Takes about a fifth of a second, and more the first time in a process; threads wait for each
    other. Call it in the process that renders, not before a fork.

    Raises UndrawableName (a ValueError) when the holder's name has a letter no vendored font has,
    UndrawableText for any other text, UnusableLogo for a logo that is no PNG, UnsafeResource when
    something outside our assets is asked.
    """
    from weasyprint.urls import FatalURLFetchingError

    if len({attached.name for attached in attachments}) < len(attachments):
        raise ValueError("two attachments have the same name")
    logo = pictures.logo(content.logo) if content.logo else None
    fetcher = AssetFetcher({**static_assets(), **_own_assets(content, logo, sealed=sealed)})
    options = {
        "pdf_variant": "pdf/a-3a",
        "pdf_identifier": hashlib.sha256(content.code.encode()).digest()[:16],
        "attachments": [_attachment(attached, fetcher) for attached in attachments],
    }
    shown = {"logo": logo, "attachments": attachments, "development": development, "sealed": sealed}
    with _LOCK:
        try:
            document, printed = _laid_out(content, fetcher, options, shown)
            conformance.claim_universal_access(document.metadata)
            words = printed["words"]
            labels = conformance.Labels(
                link=words["link"].format(host=printed["verify_host"]),
                seal=words["seal_field"],
                name_language=printed["name_language"],
            )
            finish = conformance.finisher(labels, seal_field=sealed)
            # The options are given twice on purpose: without them here it is an ordinary PDF.
            return bytes(document.write_pdf(finisher=finish, **options))
        except FatalURLFetchingError as error:
            # A BaseException there, which would end a worker: ours is an ordinary one.
            raise UnsafeResource(_refused_url(error)) from error


def preview_png(pdf: bytes, width: int = 1200) -> bytes:
    """Return page one as a PNG of that many pixels wide, for a page, a mail or a link preview."""
    import pypdfium2
    from PIL import Image

    if not 1 <= width <= MOST_WIDE:
        raise ValueError(f"width must be from 1 to {MOST_WIDE}")
    with _LOCK, pypdfium2.PdfDocument(pdf) as document:  # pdfium is not made for two threads either
        page = document[0]
        picture = page.render(scale=width / page.get_width()).to_pil()
    if picture.width != width:  # rounding up of a fraction of a pixel
        picture = picture.crop((0, 0, width, picture.height))
    out = io.BytesIO()
    # 15 ms instead of 130: by octree instead of median cut, and packed at the usual level.
    colours = picture.convert("RGB").quantize(256, method=Image.Quantize.FASTOCTREE, dither=0)
    colours.save(out, "PNG", compress_level=6)
    return out.getvalue()


def _laid_out(
    content: CertificateContent,
    fetcher: AssetFetcher,
    options: dict[str, Any],
    shown: dict[str, Any],
) -> tuple[Any, dict[str, Any]]:
    """Lay the pages out at the largest sizes that keep explanation and facts on one page.

    Measured, not guessed: what does not fit runs on to another page, or is not drawn at all.
    """
    from weasyprint import HTML

    font_config, sheet = _type_case()
    backs = iter(view.back_sizes(content))
    panels = iter(view.panel_sizes(content, shown["attachments"], sealed=shown["sealed"]))
    back, panel = next(backs), next(panels)
    while True:
        printed = view.view(content, back_size=back, panel_size=panel, **shown)
        document = HTML(string=_template().render(printed), url_fetcher=fetcher).render(
            font_config=font_config, stylesheets=[sheet], **options
        )
        smaller = next(backs, None) if len(document.pages) > PAGES else None
        barer = None if _panel_is_whole(document) else next(panels, None)
        if smaller is None and barer is None:
            return document, printed
        back, panel = smaller or back, barer or panel


def _panel_is_whole(document: Any) -> bool:
    return len(document.pages) < PAGES or view.PANEL_END in document.pages[1].anchors


def _attachment(attached: Attached, fetcher: AssetFetcher) -> Any:
    from weasyprint import Attachment

    at = attached.at.astimezone(UTC)
    return Attachment(
        file_obj=io.BytesIO(attached.data),
        url_fetcher=fetcher,
        name=attached.name,
        description=attached.description,
        relationship=attached.relationship,
        created=at,
        modified=at,
    )


def _refused_url(error: BaseException) -> str:
    cause = error.__cause__
    return cause.url if isinstance(cause, UnsafeResource) else str(error)


@lru_cache(maxsize=1)
def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(view.TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("certificate.html")


@lru_cache(maxsize=1)
def _type_case() -> tuple[Any, Any]:
    """Load fonts and style sheet, once in a process: it costs more than a page does."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    font_config = FontConfiguration()
    css = (view.TEMPLATES / "certificate.css").read_text(encoding="utf-8")
    fetcher = AssetFetcher(static_assets())
    return font_config, CSS(string=css, font_config=font_config, url_fetcher=fetcher)


def _own_assets(
    content: CertificateContent, logo: pictures.Logo | None, *, sealed: bool
) -> dict[str, AssetResponse]:
    """Draw the pictures that belong to this certificate alone."""
    drawn = {
        "rosette": pictures.rosette(content.code),
        "corner": pictures.rosette(content.code, pictures.BACK_RINGS),
    }
    if sealed:
        drawn["seal"] = pictures.seal_emblem()
    assets = {
        name: AssetResponse(body=svg.encode(), media_type=MEDIA_TYPES[".svg"])
        for name, svg in drawn.items()
    }
    png = MEDIA_TYPES[".png"]
    assets["qr"] = AssetResponse(
        body=pictures.qr_code(content.qr_text or content.verify_url), media_type=png
    )
    if logo:
        assets["logo"] = AssetResponse(body=logo.body, media_type=png)
    return assets
