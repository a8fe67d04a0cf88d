"""Setting the seal on a finished certificate."""

from __future__ import annotations

import io
import logging
import threading
from typing import Any, Protocol

from certificates.rendering.conformance import SEAL_FIELD
from certificates.sealing.keys import DEVELOPMENT, seal_certificates
from certificates.sealing.settings import SealProblem, SealSettings
from learnenv.kernel import clock

log = logging.getLogger(__name__)


class Sealer(Protocol):
    """Something that can put an electronic seal on a finished PDF."""

    @property
    def seals(self) -> bool:
        """Whether a seal is really set: the page must not speak of one otherwise."""
        ...

    @property
    def is_development(self) -> bool:
        """Whether the seal is one of nobody, which the page must then say."""
        ...

    @property
    def subject(self) -> str:
        """Whose seal it is, as its certificate says; "" without a seal."""
        ...

    def seal(self, pdf: bytes) -> bytes:
        """Return the sealed document, which begins with `pdf` itself.

        Raises SealProblem when the seal cannot be set: an unsealed document must never pass for a
        sealed one. Not to be called inside a running event loop.
        """
        ...


class NoSeal:
    """The seal of an installation without a key: the document stays as it is."""

    seals = False
    is_development = False
    subject = ""

    def seal(self, pdf: bytes) -> bytes:
        """Return the same bytes."""
        return pdf


def sealer_from(settings: SealSettings) -> Sealer:
    """Return the sealer that the settings describe; raises SealProblem when it cannot work."""
    return NoSeal() if settings.backend == "none" else PadesSealer(settings)


class PadesSealer:
    """A PAdES seal: B-T, or B-LT when the proof that nothing is revoked can be had.

    Keep one per process: it holds the opened key and what it learned of the time-stamping
    authority. Threads wait for each other; a device with one session asks for that.
    """

    seals = True

    def __init__(self, settings: SealSettings) -> None:
        from certificates.sealing.backends import signer_of
        from certificates.sealing.timestamps import timestamper_of

        self._settings = settings
        self._signer = signer_of(settings)
        self._timestamper = None if settings.level == "B-B" else timestamper_of(settings)
        if self._timestamper is None and settings.level != "B-B":
            raise SealProblem(
                "no time-stamping authority: set LEARNENV_SEAL_TSA_URL, or choose"
                " LEARNENV_SEAL_LEVEL=B-B for a seal whose time nobody vouches for"
            )
        has_proof = bool(settings.crls or settings.fetch)
        if settings.level == "B-LT" and not has_proof:
            raise SealProblem("LEARNENV_SEAL_LEVEL=B-LT needs LEARNENV_SEAL_CRLS or _FETCH=1")
        self._long_term = has_proof and settings.level in ("", "B-LT")
        self._trusted = seal_certificates(settings)
        self._lock = threading.Lock()

    @property
    def is_development(self) -> bool:
        """Two files are for development, and so is every certificate made by this package."""
        organisation = self._certificate.subject.native.get("organization_name", "")
        return self._settings.backend == "pem" or organisation == DEVELOPMENT

    @property
    def subject(self) -> str:
        """The subject of the seal's certificate, readable."""
        return str(self._certificate.subject.human_friendly)

    @property
    def _certificate(self) -> Any:
        return self._signer.signing_cert

    def seal(self, pdf: bytes) -> bytes:
        """Seal, and look at the result as a stranger would before handing it over."""
        with self._lock:
            self._demand_valid_now()
            sealed = self._sealed(pdf)
        self._demand_good(pdf, sealed)
        return sealed

    def _sealed(self, pdf: bytes) -> bytes:
        if not self._long_term:
            return self._signed(pdf, proof=False)
        try:
            return self._signed(pdf, proof=True)
        except SealProblem as problem:
            if self._settings.level == "B-LT":
                raise
            log.warning("No proof of revocation could be had; sealed as B-T: %s", problem)
            return self._signed(pdf, proof=False)

    def _signed(self, pdf: bytes, *, proof: bool) -> bytes:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
        from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

        metadata = PdfSignatureMetadata(
            field_name=SEAL_FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            embed_validation_info=proof,
            validation_context=self._proof_context() if proof else None,
        )
        signer = PdfSigner(metadata, signer=self._signer, timestamper=self._timestamper)
        try:
            writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
            sealed = bytes(signer.sign_pdf(writer, existing_fields_only=True).getvalue())
        except Exception as error:  # a library, a device and a network have no common error
            what = str(error) or type(error).__name__
            raise SealProblem(f"the seal could not be set: {what}") from error
        if proof and not has_proof_inside(sealed):
            raise SealProblem("the sealed file has no revocation data in it")
        return sealed

    def _proof_context(self) -> Any:
        """Return what must be proved: that neither seal nor time was revoked.

        It requires an answer. With less, pyHanko makes a file that looks like B-LT and proves
        nothing.
        """
        from pyhanko_certvalidator import ValidationContext

        from certificates.sealing.backends import parsed

        certificates = [parsed(one) for one in self._trusted]
        return ValidationContext(
            trust_roots=[one for one in certificates if one.self_signed != "no"],
            other_certs=certificates,
            crls=[_crl(path) for path in self._settings.crls],
            allow_fetching=self._settings.fetch,
            revocation_mode="require",
        )

    def _demand_valid_now(self) -> None:
        now = clock.now()
        if not self._certificate.not_valid_before <= now <= self._certificate.not_valid_after:
            ends = f"{self._certificate.not_valid_after:%d-%m-%Y}"
            raise SealProblem(f"the certificate of the seal is not valid now: it ends {ends}")

    def _demand_good(self, pdf: bytes, sealed: bytes) -> None:
        from certificates.sealing.judging import judge

        verdict = judge(sealed, self._trusted)
        if verdict.state != "sealed":
            raise SealProblem(f"the seal was set but does not hold: {verdict.reason}")
        if not sealed.startswith(pdf):
            raise SealProblem("the seal changed the document instead of adding to it")


def has_proof_inside(pdf: bytes) -> bool:
    """Whether a file carries revocation data: what makes it B-LT, and not its looks."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    root = PdfFileReader(io.BytesIO(pdf)).root
    if "/DSS" not in root:
        return False
    store = root["/DSS"]
    return any(kind in store and len(store[kind]) for kind in ("/CRLs", "/OCSPs"))


def _crl(path: Any) -> bytes:
    from asn1crypto import pem

    try:
        data = path.read_bytes()
        return bytes(pem.unarmor(data)[2]) if pem.detect(data) else data
    except (OSError, ValueError) as error:
        raise SealProblem(f"the revocation list {path} cannot be read: {error}") from error
