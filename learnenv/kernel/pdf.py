"""The PDF port: HTML in, PDF out, in a process of its own; nothing but given fonts is fetched.

WeasyPrint's default fetcher reads local files and calls URLs (TRUST.md P17), and it adds 37 MiB to
a process; a child keeps both out of the web server. For a page now and then; certificates are made
by the worker.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 30


class PdfError(RuntimeError):
    """The PDF could not be made."""


def render(html: str, *, fonts: Sequence[Path] = ()) -> bytes:
    """Return the HTML as a tagged PDF. Raises PdfError.

    The style sheet names one of `fonts` as `font:its-name.woff2`; nothing else can be fetched.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own module, and files of our own
            [sys.executable, "-m", "learnenv.kernel.pdf", *(str(font) for font in fonts)],
            input=html.encode(),
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise PdfError(str(error)) from error
    return done.stdout


def _main() -> None:
    import weasyprint
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    fonts = {path.name: path for path in map(Path, sys.argv[1:])}

    class Nothing(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            del headers
            font = fonts.get(url.removeprefix("font:"))
            if font is not None:
                return URLFetcherResponse(url, font.read_bytes(), {"Content-Type": "font/woff2"})
            raise ValueError(f"{url}: nothing is fetched")

    html = sys.stdin.buffer.read().decode()
    pdf = weasyprint.HTML(string=html, url_fetcher=Nothing()).write_pdf(pdf_variant="pdf/ua-1")
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    _main()
