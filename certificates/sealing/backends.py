"""Where the key of the seal lives: two files, one protected file, or a device that keeps it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from certificates.sealing.keys import certificates_in
from certificates.sealing.settings import SealProblem, SealSettings, needed

_PEM = serialization.Encoding.PEM


def signer_of(settings: SealSettings) -> Any:
    """Return pyHanko's signer for the configured key; raises SealProblem."""
    if settings.backend == "pem":
        return _from_pem(settings)
    if settings.backend == "pkcs12":
        return _from_pkcs12(settings)
    if settings.backend == "pkcs11":
        return _from_pkcs11(settings)
    raise SealProblem("no back-end for a seal is configured")


def chain_of(settings: SealSettings) -> list[bytes]:
    """Return the certificate of the seal and those above it, as PEM, without touching the key."""
    if settings.backend == "pem":
        return certificates_in(needed(settings.certificate, "CERTIFICATE", "pem"))
    if settings.backend == "pkcs12":
        _key, certificate, others = _opened_pkcs12(settings)
        return [one.public_bytes(_PEM) for one in (certificate, *others)]
    if settings.certificate:
        return certificates_in(settings.certificate)
    return [_as_pem(_from_pkcs11(settings).signing_cert)]


def _from_pem(settings: SealSettings) -> Any:
    path = needed(settings.key, "KEY", "pem")
    try:
        secret = settings.passphrase.encode() or None
        key = serialization.load_pem_private_key(path.read_bytes(), secret)
    except (OSError, TypeError, ValueError) as error:
        raise SealProblem(f"the key of the seal in {path} cannot be read: {error}") from error
    certificate, *others = chain_of(settings)
    return simple_signer(key, certificate, others)


def _from_pkcs12(settings: SealSettings) -> Any:
    key, certificate, others = _opened_pkcs12(settings)
    return simple_signer(
        key, certificate.public_bytes(_PEM), [one.public_bytes(_PEM) for one in others]
    )


def _opened_pkcs12(settings: SealSettings) -> tuple[Any, x509.Certificate, list[x509.Certificate]]:
    path: Path = needed(settings.pkcs12, "PKCS12", "pkcs12")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SealProblem(f"{path} cannot be read: {error}") from error
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(
            data, settings.passphrase.encode() or None
        )
    except ValueError as error:
        raise SealProblem(f"{path} does not open: a wrong pass phrase, or a broken file") from error
    if key is None or certificate is None:
        raise SealProblem(f"{path} has no key with a certificate in it")
    return key, certificate, others


def simple_signer(key: Any, certificate: bytes, others: list[bytes]) -> Any:
    """Return a signer for a key in memory; raises SealProblem when key and certificate differ."""
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    spki = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    own = x509.load_pem_x509_certificate(certificate)
    if key.public_key().public_bytes(*spki) != own.public_key().public_bytes(*spki):
        raise SealProblem("the key of the seal does not belong to its certificate")
    from asn1crypto import keys

    private = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return SimpleSigner(
        signing_cert=parsed(certificate),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore.from_certs([parsed(other) for other in others]),
        embed_roots=False,
    )


def _from_pkcs11(settings: SealSettings) -> Any:
    from pkcs11.exceptions import PKCS11Error
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

    library = needed(settings.pkcs11_library, "PKCS11_LIBRARY", "pkcs11")
    token = needed(settings.pkcs11_token, "PKCS11_TOKEN", "pkcs11")
    label = needed(settings.pkcs11_label, "PKCS11_LABEL", "pkcs11")
    pin = needed(settings.pkcs11_pin, "PKCS11_PIN", "pkcs11")
    chain = certificates_in(settings.certificate) if settings.certificate else []
    try:
        session = open_pkcs11_session(
            str(library), token_criteria=TokenCriteria(label=token), user_pin=pin
        )
        signer = PKCS11Signer(
            session,
            cert_label=None if chain else label,
            signing_cert=parsed(chain[0]) if chain else None,
            ca_chain=[parsed(other) for other in chain[1:]],
            key_label=label,
            embed_roots=False,
            use_raw_mechanism=True,  # SoftHSM and others know no mechanism that also hashes
        )
        _ = signer.signing_cert  # reads the token now, not at the first certificate
    except (PKCS11Error, OSError, RuntimeError) as error:
        what = str(error) or type(error).__name__
        raise SealProblem(f"the device with the key of the seal does not open: {what}") from error
    if signer.signing_cert is None:
        raise SealProblem(f"the token {token} has no certificate with the label {label}")
    return signer


def parsed(certificate: bytes) -> Any:
    """Return a PEM certificate as the kind that pyHanko works with."""
    from asn1crypto import pem
    from asn1crypto import x509 as asn1

    return asn1.Certificate.load(pem.unarmor(certificate)[2])


def _as_pem(certificate: Any) -> bytes:
    return x509.load_der_x509_certificate(certificate.dump()).public_bytes(_PEM)
