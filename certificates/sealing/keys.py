"""Keys to try the seal with, and the list of certificates that a seal of ours may carry."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certificates.sealing.settings import (
    SEAL_CERTIFICATE,
    SEAL_KEY,
    TSA_CERTIFICATE,
    TSA_KEY,
    SealProblem,
    SealSettings,
)

DEVELOPMENT = "Learnenv development, no legal value"
"""Organisation in every certificate made here: how a development seal is recognised."""
ROOT_CERTIFICATE, ROOT_KEY, ROOT_CRL = "root.crt.pem", "root.key.pem", "root.crl.pem"
OLD = "old"
VALID = timedelta(days=3650)
_USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def make_development_keys(folder: Path, at: datetime) -> None:
    """Make a root, a seal, a time-stamping authority and a revocation list, for development only.

    Raises SealProblem when one of the files is there already: certificates were sealed with it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_files = (ROOT_KEY, SEAL_KEY, TSA_KEY)
    certificate_files = (ROOT_CERTIFICATE, SEAL_CERTIFICATE, TSA_CERTIFICATE)
    names = (ROOT_CRL, *key_files, *certificate_files)
    if there := [name for name in names if (folder / name).exists()]:
        raise SealProblem(f"{folder} already has {', '.join(there)}; nothing was made.")
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
    root_key, seal_key, tsa_key = keys
    root_name = _name("Learnenv development root")
    root = _certificate(
        root_name, root_key, (root_name, root_key), at, uses=("key_cert_sign", "crl_sign")
    )
    issuer = (root_name, root_key)
    seal = _certificate(
        _name("Learnenv development seal"), seal_key, issuer, at, uses=("content_commitment",)
    )
    tsa = _certificate(
        _name("Learnenv development time"), tsa_key, issuer, at, uses=("digital_signature",),
        purpose=ExtendedKeyUsageOID.TIME_STAMPING,
    )  # fmt: skip
    crl = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root_name)
        .last_update(at - timedelta(days=1))
        .next_update(at + VALID)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(_authority(root_key), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    certificates = [made.public_bytes(pem) for made in (root, seal, tsa)]
    _write(folder / ROOT_CRL, crl.public_bytes(pem))
    for name, data in zip(key_files, map(_pem_of_key, keys), strict=True):
        _write(folder / name, data)
    for name, data in zip(certificate_files, certificates, strict=True):
        _write(folder / name, data)


def seal_certificates(settings: SealSettings) -> tuple[bytes, ...]:
    """Return, as PEM, the certificates that `check_seal` may trust: of now and of before.

    A seal counts as ours when its own certificate is in this list. The rest of the list are the
    roots that vouch for it and for the time. `old/*.crt.pem` in the keys folder keeps the seals
    of before a change of keys valid; taking a file away there withdraws trust from them all.
    """
    from certificates.sealing.backends import chain_of

    found: dict[bytes, None] = {}
    sources = [settings.trust, settings.tsa_certificate, *_kept(settings.keys_folder)]
    for path in filter(None, sources):
        found.update(dict.fromkeys(certificates_in(path)))
    if settings.backend != "none":
        found.update(dict.fromkeys(chain_of(settings)))
    return tuple(found)


def certificates_in(path: Path) -> list[bytes]:
    """Return the certificates of a PEM file, each as PEM of its own."""
    try:
        loaded = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SealProblem(f"{path} has no certificates that can be read: {error}") from error
    return [one.public_bytes(serialization.Encoding.PEM) for one in loaded]


def _kept(folder: Path) -> Iterator[Path]:
    if (folder / ROOT_CERTIFICATE).exists():
        yield folder / ROOT_CERTIFICATE
    yield from sorted((folder / OLD).glob("*.crt.pem"))


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "NL"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, DEVELOPMENT),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: tuple[x509.Name, ec.EllipticCurvePrivateKey],
    at: datetime,
    *,
    uses: tuple[str, ...],
    purpose: x509.ObjectIdentifier | None = None,
) -> x509.Certificate:
    issuer_name, issuer_key = issuer
    public = key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + VALID)
        .add_extension(
            x509.BasicConstraints(ca="key_cert_sign" in uses, path_length=None), critical=True
        )
        .add_extension(x509.KeyUsage(**{use: use in uses for use in _USES}), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(_authority(issuer_key), critical=False)
    )
    if purpose is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def _pem_of_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
