"""The time on a seal: from an authority on the network, or from key files of the site itself."""

from __future__ import annotations

import secrets
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper

from certificates.sealing.backends import parsed
from certificates.sealing.keys import certificates_in
from certificates.sealing.settings import SealProblem, SealSettings
from learnenv.kernel import clock

TIMEOUT = 15
"""Seconds to wait for an authority: the worker tries again later."""
_POLICY = "1.3.6.1.4.1.4146.2.2"


def timestamper_of(settings: SealSettings) -> TimeStamper | None:
    """Return who says the time, or None when nobody is configured."""
    if settings.tsa_url:
        return HTTPTimeStamper(settings.tsa_url, timeout=TIMEOUT)
    if not (settings.tsa_key and settings.tsa_certificate):
        return None
    try:
        key = serialization.load_pem_private_key(settings.tsa_key.read_bytes(), None)
    except (OSError, TypeError, ValueError) as error:
        raise SealProblem(f"the key in {settings.tsa_key} cannot be read: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise SealProblem(f"the key in {settings.tsa_key} must be an elliptic-curve key")
    return LocalTimeStamper(parsed(certificates_in(settings.tsa_certificate)[0]), key)


class LocalTimeStamper(TimeStamper):
    """A time-stamping authority in this process (RFC 3161), for development and tests.

    pyHanko has one too, for RSA keys only: those make a seal slower and larger.
    """

    def __init__(self, certificate: asn1.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        super().__init__()
        self._certificate = certificate
        self._key = key

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Answer a request as an authority would."""
        facts = {
            "version": "v1",
            "policy": _POLICY,
            "message_imprint": req["message_imprint"],
            "serial_number": secrets.randbits(63),
            "gen_time": clock.now().replace(microsecond=0),
            "tsa": asn1.GeneralName(name="directory_name", value=self._certificate.subject),
        }
        if req["nonce"].native is not None:
            facts["nonce"] = req["nonce"]
        return tsp.TimeStampResp(
            {
                "status": tsp.PKIStatusInfo({"status": tsp.PKIStatus("granted")}),
                "time_stamp_token": self._signed(tsp.TSTInfo(facts).dump()),
            }
        )

    def _signed(self, token: bytes) -> cms.ContentInfo:
        digest = hashes.Hash(hashes.SHA256())
        digest.update(token)
        attributes = cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                simple_cms_attribute(
                    "signing_certificate_v2", as_signing_certificate_v2(self._certificate)
                ),
                simple_cms_attribute("message_digest", digest.finalize()),
            ]
        )
        sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
        signed: dict[str, Any] = {
            "version": "v3",
            "digest_algorithms": [sha256],
            "encap_content_info": {
                "content_type": "tst_info",
                "content": core.ParsableOctetString(token),
            },
            "certificates": [self._certificate],
            "signer_infos": [
                {
                    "version": "v1",
                    "sid": cms.SignerIdentifier(
                        {
                            "issuer_and_serial_number": {
                                "issuer": self._certificate.issuer,
                                "serial_number": self._certificate.serial_number,
                            }
                        }
                    ),
                    "digest_algorithm": sha256,
                    "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                    "signed_attrs": attributes,
                    "signature": self._key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256())),
                }
            ],
        }
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})
