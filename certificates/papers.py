"""Sealed papers of other areas: HTML in, a sealed PDF/UA-1 out, made in a process of its own.

Such a paper is no certificate: it has no number here and no page that checks it. The seal says who
made it, when, and that nothing was changed.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from certificates.keeping import keys_folder

SECONDS = 60


class PaperError(RuntimeError):
    """The paper could not be made or sealed; nothing unsealed goes out in its place."""


def sealed_paper(html: str, *, fonts: Sequence[Path] = (), seal_label: str) -> bytes:
    """Return the HTML as a sealed, tagged PDF. Raises PaperError.

    `seal_label` is what assistive technology says of the seal. Without a key on this site the
    paper stays unsealed, as certificates do.
    """
    return made(html, keys=keys_folder(), fonts=tuple(fonts), seal_label=seal_label)


def made(html: str, *, keys: Path, fonts: tuple[Path, ...], seal_label: str) -> bytes:
    """Run the process that draws and seals. Raises PaperError."""
    try:
        done = subprocess.run(  # noqa: S603 - our own module, and files of our own
            [sys.executable, "-m", "certificates.papers", str(keys), seal_label,
             *(str(font) for font in fonts)],
            input=html.encode(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        raise PaperError(error.stderr.decode(errors="replace")[-500:]) from error
    except subprocess.TimeoutExpired as error:
        raise PaperError(str(error)) from error
    return done.stdout


def main() -> None:
    """Read HTML, write the PDF; arguments: folder of the keys, label of the seal, fonts."""
    import os

    import weasyprint
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    from certificates.rendering import conformance
    from certificates.sealing import SealSettings, sealer_from

    folder, label, *paths = sys.argv[1:]
    fonts = {path.name: path for path in map(Path, paths)}

    class Nothing(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            del headers
            font = fonts.get(url.removeprefix("font:"))
            if font is not None:
                return URLFetcherResponse(url, font.read_bytes(), {"Content-Type": "font/woff2"})
            raise ValueError(f"{url}: nothing is fetched")

    sealer = sealer_from(SealSettings.from_environment(os.environ, Path(folder)))
    labels = conformance.Labels(link=label, seal=label, name_language=None)
    html = sys.stdin.buffer.read().decode()
    pdf = weasyprint.HTML(string=html, url_fetcher=Nothing()).write_pdf(
        pdf_variant="pdf/ua-1", finisher=conformance.finisher(labels, seal_field=sealer.seals)
    )
    sys.stdout.buffer.write(sealer.seal(bytes(pdf)))


if __name__ == "__main__":
    main()
