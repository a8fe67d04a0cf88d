"""Static files under names with a hash of their content, so that they may be kept for ever."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

from learnenv.web.packing import PACKED, pack

STATIC = Path(__file__).parent / "static"
PREFIX = "/static/"


@lru_cache(maxsize=1)
def build_id() -> str:
    """Return a hash of all static files: it changes when any of them does."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file() and path.suffix not in PACKED and path.name[0] != ".":
            digest.update(path.relative_to(STATIC).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def static_url(path: str) -> str:
    """Return the address of a static file, such as `static_url("app.js")`.

    The hash is a folder and not part of the file's name, so that relative addresses inside the
    style sheet (fonts, pictures) carry it too.
    """
    return f"{PREFIX}{build_id()}/{path}"


def install(app: Flask) -> None:
    """Serve the static files in front of the app, compressed, for a year."""
    app.jinja_env.globals["static_url"] = static_url
    pack(STATIC)

    def immutable(_path: str, url: str) -> bool:
        return url.startswith(f"{PREFIX}{build_id()}/")

    def headers(found: Headers, _path: str, url: str) -> None:
        found["X-Content-Type-Options"] = "nosniff"
        found["Referrer-Policy"] = "same-origin"
        # The frames of blocks of others have no origin, and need these scripts all the same.
        reach = "cross-origin" if "/xblock" in url else "same-origin"
        found["Cross-Origin-Resource-Policy"] = reach

    files = WhiteNoise(
        app.wsgi_app,
        max_age=31_536_000,
        immutable_file_test=immutable,
        add_headers_function=headers,
    )
    files.add_files(str(STATIC), prefix=f"{PREFIX}{build_id()}/")
    app.wsgi_app = files  # type: ignore[method-assign]


def exists(path: str) -> bool:
    """Whether a static file of this name is there."""
    return (STATIC / path).is_file()


__all__: list[Any] = ["build_id", "exists", "install", "static_url"]
