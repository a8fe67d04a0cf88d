"""The keys that sign certificates: one current pair, and every older public key for ever.

A certificate names the key that signed it. Remove that key and every certificate it signed becomes
worthless paper, so a ring only grows: private keys may go, public keys stay. A pair that may be in
other hands stays too, with a mark that says since when (docs/decisions/0009).
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)

RSA_BITS = 3072
"""NIST SP 800-57 part 1: 3072 bits of RSA is as strong as Ed25519."""
_FILE = re.compile(r"(issuer|jwt)-(\d{8}(?:-\d{1,3})?)(\.pub)?\.pem")
_MARK = re.compile(r"revoked-(\d{8}(?:-\d{1,3})?)\.txt")
_PEM = serialization.Encoding.PEM


class KeyProblem(Exception):  # noqa: N818
    """Keys that are missing, broken or contradict each other. The text says which file and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerKey:
    """An Ed25519 key: signs the credential itself and the token in the QR."""

    id: str
    public: Ed25519PublicKey
    private: Ed25519PrivateKey | None = field(default=None, repr=False)
    revoked: datetime | None = None
    """Since when it may be in other hands; None for a key that is ours alone."""

    def sign(self, data: bytes) -> bytes:
        """Sign, or say that the private half is not here or not ours alone."""
        _refuse_revoked(self)
        if self.private is None:
            raise KeyProblem(f"The private key issuer-{self.id}.pem is not here: cannot sign.")
        return self.private.sign(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class JwtKey:
    """An RSA key: signs the same credential as a VC-JWT, the form most programs can read."""

    id: str
    public: RSAPublicKey
    private: RSAPrivateKey | None = field(default=None, repr=False)
    revoked: datetime | None = None

    def to_sign_with(self) -> RSAPrivateKey:
        """Return the private half, or say that it is not here or not ours alone."""
        _refuse_revoked(self)
        if self.private is None:
            raise KeyProblem(f"The private key jwt-{self.id}.pem is not here: cannot sign.")
        return self.private


def _refuse_revoked(key: IssuerKey | JwtKey) -> None:
    if key.revoked is not None:
        raise KeyProblem(f"The key {key.id} is marked as compromised: it signs nothing any more.")


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys, oldest first. The last one signs; the others only verify.

    When the newest private key is missing, signing fails. Falling back on an older one would undo a
    rotation that was perhaps made because the older key leaked.
    """

    issuer_keys: tuple[IssuerKey, ...]
    jwt_keys: tuple[JwtKey, ...]

    @property
    def current(self) -> IssuerKey:
        return self.issuer_keys[-1]

    @property
    def current_jwt(self) -> JwtKey:
        return self.jwt_keys[-1]

    def find(self, key_id: str) -> IssuerKey | None:
        """Return the key of a name, old or current."""
        return next((key for key in self.issuer_keys if key.id == key_id), None)

    def find_jwt(self, key_id: str) -> JwtKey | None:
        """Return the RSA key of a name, old or current."""
        return next((key for key in self.jwt_keys if key.id == key_id), None)

    @property
    def compromised(self) -> tuple[str, ...]:
        """The names of the keys that may be in other hands, oldest first."""
        return tuple(key.id for key in self.issuer_keys if key.revoked is not None)

    @classmethod
    def load(cls, folder: Path) -> KeyRing:
        """Read every key in a folder; a file that cannot be understood stops it."""
        marks = _marks(folder)
        return cls(
            tuple(
                IssuerKey(id=name, public=public, private=private, revoked=marks.get(name))
                for name, public, private in _pairs(
                    folder, "issuer", Ed25519PublicKey, Ed25519PrivateKey
                )
            ),
            tuple(
                JwtKey(id=name, public=public, private=private, revoked=marks.get(name))
                for name, public, private in _pairs(folder, "jwt", RSAPublicKey, RSAPrivateKey)
            ),
        )

    @classmethod
    def make(cls, folder: Path, at: datetime) -> KeyRing:
        """Make the first keys in a folder that has none."""
        if any(_FILE.fullmatch(path.name) for path in _listed(folder, missing_ok=True)):
            raise KeyProblem(f"{folder} already holds keys: rotate them instead.")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _add_pair(folder, _new_id((), at))
        return cls.load(folder)

    @classmethod
    def rotate(cls, folder: Path, at: datetime) -> KeyRing:
        """Add a new current pair. The old private files may be removed afterwards, not before."""
        ring = cls.load(folder)
        for key in ring.issuer_keys:
            _write_public(folder / f"issuer-{key.id}.pub.pem", key.public)
        for jwt_key in ring.jwt_keys:
            _write_public(folder / f"jwt-{jwt_key.id}.pub.pem", jwt_key.public)
        ids = [key.id for key in ring.issuer_keys] + [key.id for key in ring.jwt_keys]
        new = _new_id(ids, at)
        if _order(new) <= max(_order(name) for name in ids):
            raise KeyProblem(f"A key of {new} would be older than one that is there already.")
        _add_pair(folder, new)
        return cls.load(folder)

    @classmethod
    def mark_compromised(cls, folder: Path, key_id: str, since: datetime, at: datetime) -> KeyRing:
        """Say that a pair may be in other hands since a moment; a later one cannot undo it.

        A current pair is followed by a new one first, so that signing goes on.
        """
        ring = cls.load(folder)
        found = ring.find(key_id)
        if found is None:
            known = ", ".join(key.id for key in ring.issuer_keys)
            raise KeyProblem(f"There is no key {key_id}. There are: {known}.")
        since = since.astimezone(UTC).replace(microsecond=0)
        if since > at:
            raise KeyProblem("That moment has not come yet.")
        if found.revoked is not None and since >= found.revoked:
            raise KeyProblem(f"The key {key_id} is marked already, since {found.revoked}.")
        if key_id == ring.current.id:
            cls.rotate(folder, at)
        _write_mark(folder / f"revoked-{key_id}.txt", since)
        return cls.load(folder)


def _order(key_id: str) -> tuple[str, int]:
    day, _, number = key_id.partition("-")
    return day, int(number or 1)


def _new_id(taken: Iterable[str], at: datetime) -> str:
    """Name a key after its day (UTC); a second one of that day gets -2."""
    day = at.astimezone(UTC).strftime("%Y%m%d")
    count = max((_order(name)[1] for name in taken if name.startswith(day)), default=0)
    return day if count == 0 else f"{day}-{count + 1}"


def _add_pair(folder: Path, key_id: str) -> None:
    """Write a new key of both kinds; the public halves first, so that none is ever lost."""
    issuer = Ed25519PrivateKey.generate()
    jwt = generate_private_key(65537, RSA_BITS)
    _write_new(folder / f"issuer-{key_id}.pub.pem", _public_pem(issuer.public_key()))
    _write_new(folder / f"jwt-{key_id}.pub.pem", _public_pem(jwt.public_key()))
    _write_new(folder / f"issuer-{key_id}.pem", _private_pem(issuer))
    _write_new(folder / f"jwt-{key_id}.pem", _private_pem(jwt))


def _public_pem(key: Ed25519PublicKey | RSAPublicKey) -> bytes:
    return key.public_bytes(_PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _private_pem(key: Ed25519PrivateKey | RSAPrivateKey) -> bytes:
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _write_public(path: Path, key: Ed25519PublicKey | RSAPublicKey) -> None:
    """Keep a public half beside its private one, if it was not there yet."""
    if not path.exists():
        with contextlib.suppress(FileExistsError):
            _write_exclusive(path, _public_pem(key))


def _write_new(path: Path, data: bytes) -> None:
    try:
        _write_exclusive(path, data)
    except FileExistsError as error:
        raise KeyProblem(f"{path} is there already: a key is never overwritten.") from error
    except OSError as error:
        raise KeyProblem(f"{path} cannot be written: {error.strerror}.") from error


def _write_exclusive(path: Path, data: bytes) -> None:
    """Write a file as a whole or not at all, mode 0600, never over another.

    A hard link refuses a name that exists and shows the file only when it is complete, also to a
    process that starts at this very moment.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    finally:
        draft.unlink()


def _write_mark(path: Path, since: datetime) -> None:
    """Write the moment, as a whole or not at all; an earlier one takes the place of a later one."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        _write_exclusive(draft, f"{since.isoformat()}\n".encode())
        draft.replace(path)
    except OSError as error:
        raise KeyProblem(f"{path} cannot be written: {error.strerror}.") from error


def _marks(folder: Path) -> dict[str, datetime]:
    """Return since when each compromised pair is one; a mark that cannot be read stops it."""
    found = {}
    for path in _listed(folder):
        name = _MARK.fullmatch(path.name)
        if name is None:
            continue
        try:
            since = datetime.fromisoformat(path.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as error:
            raise KeyProblem(f"{path} holds no moment that can be read.") from error
        if since.utcoffset() != timedelta(0):
            raise KeyProblem(f"{path} holds a moment that is not in UTC.")
        found[name[1]] = since
    return found


def _listed(folder: Path, *, missing_ok: bool = False) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError as error:
        if missing_ok:
            return []
        raise KeyProblem(f"There are no keys: {folder} does not exist.") from error
    except OSError as error:
        raise KeyProblem(f"The keys in {folder} cannot be read: {error.strerror}.") from error


def _pairs(
    folder: Path, kind: str, public_type: type[Any], private_type: type[Any]
) -> list[tuple[str, Any, Any]]:
    """Return (id, public, private or None) of every key of a kind, oldest first."""
    publics: dict[str, Any] = {}
    privates: dict[str, Any] = {}
    for path in _listed(folder):
        name = _FILE.fullmatch(path.name)
        if name is None or name[1] != kind:
            continue
        if name[3]:
            publics[name[2]] = _read(path, public_type, private=False)
        else:
            privates[name[2]] = _read(path, private_type, private=True)
    for key_id, private in privates.items():
        own = private.public_key()
        if publics.setdefault(key_id, own) != own:
            raise KeyProblem(f"{kind}-{key_id}.pem and {kind}-{key_id}.pub.pem are no pair.")
    if not publics:
        raise KeyProblem(f"There is no key {kind}-….pem in {folder}.")
    return [(name, publics[name], privates.get(name)) for name in sorted(publics, key=_order)]


def _read(path: Path, expected: type[Any], *, private: bool) -> Any:
    try:
        data = path.read_bytes()
        key: object = (
            serialization.load_pem_private_key(data, None)
            if private
            else serialization.load_pem_public_key(data)
        )
    except OSError as error:
        raise KeyProblem(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyProblem(f"{path} holds no key that can be used.") from error
    if not isinstance(key, expected):
        raise KeyProblem(f"{path} holds a key of another kind.")
    if isinstance(key, RSAPrivateKey | RSAPublicKey) and key.key_size < RSA_BITS:
        raise KeyProblem(f"{path} holds an RSA key under {RSA_BITS} bits.")
    return key
