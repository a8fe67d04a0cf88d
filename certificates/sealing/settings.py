"""What an operator says about the seal, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar, cast, get_args
from urllib.parse import urlsplit

T = TypeVar("T")
Backend = Literal["none", "pem", "pkcs12", "pkcs11"]
Level = Literal["", "B-B", "B-T", "B-LT"]

SEAL_KEY, SEAL_CERTIFICATE = "seal.key.pem", "seal.crt.pem"
TSA_KEY, TSA_CERTIFICATE = "tsa.key.pem", "tsa.crt.pem"


class SealProblem(Exception):  # noqa: N818 (it names what was met, as the house's errors do)
    """No seal can be set, and why, in words for the operator. Secrets are never among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealSettings:
    """Where the key is, who says what time it is, and how much proof goes into the file.

    `level` "" means: B-LT when revocation data is configured and can be had, otherwise B-T.
    """

    keys_folder: Path
    backend: Backend = "none"
    certificate: Path | None = None
    """PEM: the seal's certificate, and after it those of its issuers."""
    key: Path | None = None
    pkcs12: Path | None = None
    passphrase: str = field(default="", repr=False)
    pkcs11_library: Path | None = None
    pkcs11_token: str = ""
    pkcs11_label: str = ""
    pkcs11_pin: str = field(default="", repr=False)
    tsa_url: str = ""
    tsa_key: Path | None = None
    tsa_certificate: Path | None = None
    level: Level = ""
    crls: tuple[Path, ...] = ()
    fetch: bool = False
    """Ask the issuers on the network whether the certificates are revoked (for B-LT)."""
    trust: Path | None = None
    """PEM: the roots of the seal and of the time-stamping authority."""

    @classmethod
    def from_environment(cls, env: Mapping[str, str], keys_folder: Path) -> SealSettings:
        """Read LEARNENV_SEAL_*; without any, the development keys of the folder, if they exist."""
        given = {
            name.removeprefix("LEARNENV_SEAL_"): value.strip()
            for name, value in env.items()
            if name.startswith("LEARNENV_SEAL_") and value.strip()
        }
        local = _files(keys_folder, TSA_KEY, TSA_CERTIFICATE)
        development = _files(keys_folder, SEAL_KEY, SEAL_CERTIFICATE)
        backend = given.get("BACKEND") or ("pem" if development else "none")
        if backend == "pem":
            key, certificate = development or (None, None)
        else:
            key, certificate = None, None
            local = None  # a time that the site itself says proves nothing about a real seal
        tsa_key, tsa_certificate = local if local and not given.get("TSA_URL") else (None, None)
        return cls(
            keys_folder=keys_folder,
            backend=cast("Backend", _one_of("BACKEND", backend, get_args(Backend))),
            certificate=_path(given, "CERTIFICATE") or certificate,
            key=_path(given, "KEY") or key,
            pkcs12=_path(given, "PKCS12"),
            passphrase=given.get("PASSPHRASE", ""),
            pkcs11_library=_path(given, "PKCS11_LIBRARY"),
            pkcs11_token=given.get("PKCS11_TOKEN", ""),
            pkcs11_label=given.get("PKCS11_LABEL", ""),
            pkcs11_pin=given.get("PKCS11_PIN", ""),
            tsa_url=_address(given.get("TSA_URL", "")),
            tsa_key=tsa_key,
            tsa_certificate=tsa_certificate,
            level=cast("Level", _one_of("LEVEL", given.get("LEVEL", ""), get_args(Level))),
            crls=tuple(map(Path, filter(None, given.get("CRLS", "").split(os.pathsep)))),
            fetch=given.get("FETCH") == "1",
            trust=_path(given, "TRUST"),
        )

    def stamp(self) -> tuple[str, ...]:
        """Return the state of every file that these settings name: another one, another seal."""
        named = (
            *(self.certificate, self.key, self.pkcs12, self.tsa_key, self.tsa_certificate),
            *(self.trust, *self.crls, *sorted(self.keys_folder.rglob("*.crt.pem"))),
        )
        return tuple(f"{path}:{_changed(path)}" for path in named if path is not None)


def _changed(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:  # whoever opens it says what is wrong
        return 0, 0
    return found.st_mtime_ns, found.st_size


def needed(value: T | None, name: str, backend: str) -> T:
    """Return a setting that a back-end cannot do without; raises SealProblem that names it."""
    if not value:
        raise SealProblem(f"LEARNENV_SEAL_{name} is missing: the back-end {backend} needs it.")
    return value


def _files(folder: Path, *names: str) -> tuple[Path, ...] | None:
    paths = tuple(folder / name for name in names)
    return paths if all(path.exists() for path in paths) else None


def _path(given: Mapping[str, str], name: str) -> Path | None:
    return Path(given[name]) if name in given else None


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        choices = ", ".join(filter(None, allowed))
        raise SealProblem(f"LEARNENV_SEAL_{name} is {value!r}: choose one of {choices}.")
    return value


def _address(url: str) -> str:
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise SealProblem("LEARNENV_SEAL_TSA_URL must be an http or https address.")
    return url
