"""Static files packed beside themselves (.br and .gz), for WhiteNoise to hand out.

Packed when the wheel is built, or at the first start of a checkout. Pages themselves go out as they
are: they are small, and packing a secret (the CSRF token) beside what a stranger can put into an
address tells that secret bit by bit (BREACH).

Imports nothing of the site, because the build of the wheel reads this file too.
"""

import contextlib
import gzip
import os
import secrets
from pathlib import Path

import brotli

PACKED = (".br", ".gz")
WORTH_IT = (".css", ".js", ".json", ".svg", ".txt")
"""Fonts and pictures are packed already."""


def pack(folder: Path) -> list[Path]:
    """Pack every file that gets smaller by it; return what is packed now.

    A packed file carries the time of its source, so a change of the source is seen. In a folder
    that may not be written the files go out as they are.
    """
    found: list[Path] = []
    with contextlib.suppress(OSError):
        for source in sorted(folder.rglob("*")):
            if source.suffix in WORTH_IT and "LICENSES" not in source.parts:
                found += [_packed(source, ending) for ending in PACKED]
    return found


def _packed(source: Path, ending: str) -> Path:
    target = source.with_name(source.name + ending)
    made = source.stat().st_mtime_ns
    if target.exists() and target.stat().st_mtime_ns == made:
        return target
    plain = source.read_bytes()
    data = brotli.compress(plain) if ending == ".br" else gzip.compress(plain, 9, mtime=0)
    # Written aside and moved into place: processes that start together never read half a file.
    aside = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    aside.write_bytes(data)
    os.utime(aside, ns=(made, made))
    aside.replace(target)
    return target
