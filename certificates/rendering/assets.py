"""What a certificate may load: names in a dict, bytes in memory, and nothing else (P17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from certificates.rendering.text import FONTS

STATIC = Path(__file__).resolve().parent.parent / "static"
SCHEME = "learnenv-asset"
MEDIA_TYPES = {".ttf": "font/ttf", ".svg": "image/svg+xml", ".png": "image/png"}


class UnsafeResource(Exception):  # noqa: N818 (it names what was met, as the house's errors do)
    """The document asked for something that is not one of our own assets."""

    def __init__(self, url: str) -> None:
        super().__init__(f"a certificate may not load {url[:200]!r}")
        self.url = url


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetResponse:
    """What a fetch of ours gives; made into WeasyPrint's own class where it is handed over."""

    body: bytes
    media_type: str


class AssetFetcher:
    """The only way from a certificate to a resource.

    On purpose no subclass of WeasyPrint's fetcher: that one inherits handlers for http, file, ftp
    and data, and this one has no code that could open anything.
    """

    # WeasyPrint reads this: a refused URL stops the rendering, where the default only logs it.
    _fail_on_errors = True

    def __init__(self, assets: Mapping[str, AssetResponse]) -> None:
        self._assets = assets

    def __call__(self, url: str) -> Any:
        """Return the asset behind `learnenv-asset:NAME`; raises UnsafeResource for all else."""
        from weasyprint.urls import URLFetcherResponse

        scheme, _, name = url.partition(":")
        asset = self._assets.get(name) if scheme == SCHEME else None
        if asset is None:
            raise UnsafeResource(url)
        return URLFetcherResponse(url, asset.body, {"Content-Type": asset.media_type})


@lru_cache(maxsize=1)
def static_assets() -> dict[str, AssetResponse]:
    """Read the fonts and the mark, by the names that the style sheet uses."""
    files = {path.name: path for path in FONTS.glob("*.ttf")}
    files["mark"] = STATIC / "certificate-mark.svg"
    return {
        name: AssetResponse(body=path.read_bytes(), media_type=MEDIA_TYPES[path.suffix])
        for name, path in files.items()
    }
