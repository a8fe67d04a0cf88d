"""A course as it comes in: a folder, zip or tar.gz, read into memory only when it is safe (P15).

Nothing is written to disk, so nothing can escape; everything is bounded, so nothing can flood.
"""

from __future__ import annotations

import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

MAX_FILES = 2_000
MAX_BYTES = 200 * 1024 * 1024
MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_RATIO = 100
RATIO_FROM_BYTES = 1024 * 1024
CHUNK = 64 * 1024
# What the readers of the standard library raise: damaged, cut off, or packed in another way.
UNREADABLE = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError,
    NotImplementedError, RuntimeError, struct.error,
)  # fmt: skip
FILE_KIND, LINK = 0o170000, 0o120000
EXTENSIONS = {
    ".css", ".csv", ".docx", ".gif", ".html", ".htm", ".jpeg", ".jpg", ".json", ".md", ".mp3",
    ".mp4", ".odt", ".ods", ".pdf", ".png", ".pptx", ".sjson", ".srt", ".svg", ".txt", ".vtt",
    ".webm", ".webp", ".woff2", ".xlsx", ".xml", ".yaml", ".yml",
}  # fmt: skip


class PackageError(ValueError):
    """The package is refused; the message names the file and what to do."""


@dataclass(frozen=True, slots=True)
class Package:
    """The files of a course by path, relative to the folder that holds course.xml."""

    files: Mapping[str, bytes]

    def text(self, path: str) -> str:
        """Return a text file. Raises PackageError when it is missing or not UTF-8."""
        try:
            return self.files[path].decode("utf-8-sig")
        except KeyError:
            raise PackageError(f"{path}: this file is missing") from None
        except UnicodeDecodeError as error:
            line = self.files[path][: error.start].count(b"\n") + 1
            raise PackageError(f"{path}, line {line}: this is not UTF-8 text") from None


class _Collector:
    """Takes files one by one and refuses the first that does not fit."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self._lowered: set[str] = set()
        self._bytes = 0

    def name(self, raw: str) -> str:
        if "\0" in raw or "\\" in raw:
            raise PackageError(f"{raw!r}: a file name may not hold a backslash or a NUL")
        path = PurePosixPath(raw)
        if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0]):
            raise PackageError(f"{raw}: this path leaves the package")
        return path.as_posix()

    def add(self, raw: str, chunks: Iterator[bytes], *, packed: int | None) -> None:
        name = self.name(raw)
        if name.lower() in self._lowered:
            raise PackageError(f"{name}: this file is in the package twice")
        if len(self.files) >= MAX_FILES:
            raise PackageError(f"The package holds more than {MAX_FILES} files")
        suffix = PurePosixPath(name).suffix.lower()
        if suffix not in EXTENSIONS:
            raise PackageError(f"{name}: files of this kind ({suffix or 'none'}) are not accepted")
        self._lowered.add(name.lower())
        self.files[name] = self._read(name, chunks, packed)

    def _read(self, name: str, chunks: Iterator[bytes], packed: int | None) -> bytes:
        parts, size = [], 0
        for chunk in chunks:  # the header may lie about the size, so count what really comes
            size += len(chunk)
            self._bytes += len(chunk)
            if size > MAX_FILE_BYTES or self._bytes > MAX_BYTES:
                raise PackageError(f"{name}: the package is larger than it may be")
            if packed is not None and size > RATIO_FROM_BYTES and size > MAX_RATIO * max(packed, 1):
                raise PackageError(f"{name}: this file is packed too tightly to be trusted")
            parts.append(chunk)
        return b"".join(parts)


def read(source: Path) -> Package:
    """Read a folder, a .zip or a .tar.gz. Raises PackageError with file and reason."""
    if source.is_dir():
        return _rooted(_folder(source))
    if not source.is_file():
        raise PackageError(f"{source}: there is no such file or folder")
    return read_bytes(source.read_bytes(), source.name)


def read_bytes(data: bytes, name: str) -> Package:
    """Read an archive that was uploaded."""
    try:
        if zipfile.is_zipfile(io.BytesIO(data)):
            return _rooted(_zip(data))
        if name.endswith((".tar.gz", ".tgz", ".tar")):
            return _rooted(_tar(data))
    except UNREADABLE as error:
        raise PackageError(f"{name}: the archive is damaged ({error})") from None
    raise PackageError(f"{name}: this is no zip or tar.gz file")


def _folder(source: Path) -> dict[str, bytes]:
    collector = _Collector()
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if path.is_symlink():
            raise PackageError(f"{name}: links are not accepted")
        if path.is_file() and not any(part.startswith(".") for part in path.parts[-1:]):
            collector.add(name, iter([path.read_bytes()]), packed=None)
    return collector.files


def _zip(data: bytes) -> dict[str, bytes]:
    collector = _Collector()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if info.orig_filename != info.filename:
                collector.name(info.orig_filename)
            if (info.external_attr >> 16) & FILE_KIND == LINK:
                raise PackageError(f"{info.filename}: links are not accepted")
            if info.is_dir():
                collector.name(info.filename)
                continue
            if info.flag_bits & 1:
                raise PackageError(f"{info.filename}: encrypted files are not accepted")
            with archive.open(info) as file:
                chunks = iter(lambda f=file: f.read(CHUNK), b"")  # type: ignore[misc]
                collector.add(info.filename, chunks, packed=info.compress_size)
    return collector.files


def _tar(data: bytes) -> dict[str, bytes]:
    collector = _Collector()
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:*") as archive:
        for member in archive:
            if member.isdir():
                collector.name(member.name)
                continue
            if not member.isfile():
                raise PackageError(f"{member.name}: links and devices are not accepted")
            file = archive.extractfile(member)
            assert file is not None
            chunks = iter(lambda f=file: f.read(CHUNK), b"")  # type: ignore[misc]
            collector.add(member.name, chunks, packed=None)
    return collector.files


def _rooted(files: dict[str, bytes]) -> Package:
    """Strip the one top folder that archives have, down to where course.xml lies."""
    roots = sorted((n for n in files if PurePosixPath(n).name == "course.xml"), key=len)
    if not roots:
        raise PackageError("course.xml: this file is missing, so this is no course")
    top = PurePosixPath(roots[0]).parent.as_posix()
    if top == ".":
        return Package(files)
    cut = len(top) + 1
    return Package({n[cut:]: data for n, data in files.items() if n.startswith(f"{top}/")})
