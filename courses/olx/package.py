"""A course as it comes in: a folder, zip or tar.gz, read into memory only when it is safe (P15).

Nothing is written to disk, so nothing can escape; everything is bounded, so nothing can flood.
"""

from __future__ import annotations

import gzip
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
# One line of a zip's list of files; its length is told at the end of the file.
MAX_ENTRY_BYTES = 512
ZIP_END = struct.Struct("<4s4H2LH")
# What the readers of the standard library raise: damaged, cut off, or packed in another way.
UNREADABLE = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError,
    NotImplementedError, RuntimeError, struct.error,
)  # fmt: skip
FILE_KIND, LINK = 0o170000, 0o120000
EXTENSIONS = {
    ".css", ".csv", ".docx", ".eot", ".gif", ".html", ".htm", ".jpeg", ".jpg", ".js", ".json",
    ".m4a", ".m4v", ".md", ".mp3", ".mp4", ".odt", ".ods", ".oga", ".ogg", ".ogv", ".otf", ".pdf",
    ".png", ".pptx", ".sjson", ".srt", ".svg", ".tex", ".ttf", ".txt", ".vtt", ".webm", ".webp",
    ".woff", ".woff2", ".xlsx", ".xml", ".yaml", ".yml",
}  # fmt: skip
PLAIN = {"license", "licence", "copying", "notice", "authors", "readme"}
"""Names of text files that have no suffix."""


class PackageError(ValueError):
    """The package is refused; the message names the file and what to do."""


@dataclass(frozen=True, slots=True)
class Package:
    """The files of a course by path, relative to the folder that holds course.xml."""

    files: Mapping[str, bytes]
    left_out: tuple[str, ...] = ()
    """Files of a kind that is never read, such as an archive in the archive."""
    name: str = ""
    """Name of the folder or the archive, without its suffix."""

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
        self.left_out: list[str] = []
        self._lowered: set[str] = set()
        self._bytes = 0

    def name(self, raw: str) -> str:
        if "\0" in raw or "\\" in raw:
            raise PackageError(f"{raw!r}: a file name may not hold a backslash or a NUL")
        path = PurePosixPath(raw)
        if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0]):
            raise PackageError(f"{raw}: this path leaves the package")
        return path.as_posix()

    def add(
        self, raw: str, chunks: Iterator[bytes], *, packed: int | None, skipped: int = 0
    ) -> None:
        """Take a file. `skipped` is what passing it by costs when it is not read."""
        name = self.name(raw)
        path = PurePosixPath(name)
        if "__MACOSX" in path.parts or any(part.startswith(".") for part in path.parts):
            self._flow(name, skipped)  # what systems leave behind
            return
        if name.lower() in self._lowered:
            raise PackageError(f"{name}: this file is in the package twice")
        if len(self._lowered) >= MAX_FILES:
            raise PackageError(f"The package holds more than {MAX_FILES} files")
        self._lowered.add(name.lower())
        suffix = path.suffix.lower()
        if suffix not in EXTENSIONS and (suffix or path.name.lower() not in PLAIN):
            self._flow(name, skipped)
            self.left_out.append(name)
            return
        self.files[name] = self._read(name, chunks, packed)

    def _flow(self, name: str, size: int) -> None:
        self._bytes += size
        if self._bytes > MAX_BYTES:
            raise PackageError(f"{name}: the package is larger than it may be")

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
        return _rooted(_folder(source), source.resolve().name)
    if not source.is_file():
        raise PackageError(f"{source}: there is no such file or folder")
    return read_bytes(source.read_bytes(), source.name)


def read_bytes(data: bytes, name: str) -> Package:
    """Read an archive that was uploaded."""
    plain = PurePosixPath(name).name.split(".", maxsplit=1)[0]
    try:
        if zipfile.is_zipfile(io.BytesIO(data)):
            return _rooted(_zip(data), plain)
        if name.lower().endswith((".tar.gz", ".tgz", ".tar")):
            return _rooted(_tar(data), plain)
    except UNREADABLE as error:
        raise PackageError(f"{name}: the archive is damaged ({error})") from None
    raise PackageError(f"{name}: this is no zip or tar.gz file")


def _folder(source: Path) -> _Collector:
    collector = _Collector()
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if path.is_symlink():
            raise PackageError(f"{name}: links are not accepted")
        if path.is_file():
            collector.add(name, _chunks(path), packed=None)
    return collector


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _zip(data: bytes) -> _Collector:
    collector = _Collector()
    _check_list(data)
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
    return collector


def _check_list(data: bytes) -> None:
    """Refuse a zip whose list of files is longer than it may be, before it is read."""
    place = data.rfind(b"PK\5\6")
    end = data[place : place + ZIP_END.size]
    if place < 0 or len(end) < ZIP_END.size:
        raise zipfile.BadZipFile("the end of the file is missing")
    length = ZIP_END.unpack(end)[5]
    if length > 2 * MAX_FILES * MAX_ENTRY_BYTES:
        raise PackageError(f"The package holds more than {MAX_FILES} files")


class _Bounded(io.RawIOBase):
    """What is read from a packed tar: never more than a package may be, however it is asked."""

    def __init__(self, source: io.BufferedIOBase | gzip.GzipFile) -> None:
        self._source = source
        self._left = MAX_BYTES + MAX_FILES * 4096

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size > self._left:
            raise PackageError("The package is larger than it may be")
        found = self._source.read(min(size, self._left) if size >= 0 else self._left)
        self._left -= len(found)
        return found


def _tar(data: bytes) -> _Collector:
    collector = _Collector()
    source: io.BufferedIOBase | gzip.GzipFile = io.BytesIO(data)
    if data[:2] == b"\x1f\x8b":
        source = gzip.GzipFile(fileobj=io.BytesIO(data))
    with tarfile.open(fileobj=_Bounded(source), mode="r|") as archive:
        for member in archive:
            if member.isdir():
                collector.name(member.name)
                continue
            if not member.isreg() or member.issparse():
                raise PackageError(f"{member.name}: links and devices are not accepted")
            if member.size > MAX_FILE_BYTES:
                raise PackageError(f"{member.name}: the package is larger than it may be")
            file = archive.extractfile(member)
            assert file is not None
            chunks = iter(lambda f=file: f.read(CHUNK), b"")  # type: ignore[misc]
            collector.add(member.name, chunks, packed=None, skipped=member.size)
    return collector


def _rooted(found: _Collector, name: str) -> Package:
    """Strip the one top folder that archives have, down to where course.xml lies."""
    files, left_out = found.files, tuple(found.left_out)
    roots = [n for n in files if PurePosixPath(n).name == "course.xml"]
    roots.sort(key=lambda n: (n.count("/"), n))
    if not roots:
        if any(n.endswith(".md") for n in files):
            return Package(_common(files), left_out, name)
        raise PackageError("course.xml: this file is missing, so this is no course")
    top = PurePosixPath(roots[0]).parent.as_posix()
    if top == ".":
        return Package(files, left_out, name)
    left_out = tuple(n for n in left_out if n.startswith(f"{top}/"))
    return Package(_below(files, top), left_out, name)


def _below(files: Mapping[str, bytes], top: str) -> dict[str, bytes]:
    cut = len(top) + 1
    return {n[cut:]: data for n, data in files.items() if n.startswith(f"{top}/")}


def _common(files: dict[str, bytes]) -> dict[str, bytes]:
    """Strip the top folder of an archive of Markdown: the one that holds the file of the course."""
    tops = {n.split("/", 1)[0] for n in files}
    if len(tops) == 1 and all("/" in n for n in files):
        [top] = tops
        inner = _below(files, top)
        is_module = any(n.endswith(".md") and "/" not in n for n in inner)
        if not is_module or {"course.md", "index.md", "README.md"} & set(inner):
            return inner
    return files
