"""The verdict on the seal of a file, in this process. For files of strangers: `checking`."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from certificates.sealing.backends import parsed
from learnenv.kernel import clock

MOST_BYTES = 20_000_000
State = Literal["sealed", "altered", "unsealed", "unknown_seal", "unreadable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealVerdict:
    """What is known of a file's seal. `reason` is for a log, not for the visitor of a page.

    `sealed_at` is the time of the time-stamping authority, or what the seal itself claims when it
    has none; None unless the state is "sealed".
    """

    state: State
    subject: str = ""
    sealed_at: datetime | None = None
    reason: str = ""


def judge(pdf: bytes, trusted: Sequence[bytes]) -> SealVerdict:
    """Return the verdict on a file; never raises on what a file has in it.

    Only a seal made with a certificate that is itself in `trusted` counts as ours: a large issuer
    seals for others too.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader

    if len(pdf) > MOST_BYTES:
        return SealVerdict(state="unreadable", reason=f"larger than {MOST_BYTES} bytes")
    known = {one.dump(): one for one in map(parsed, trusted)}
    quiet = logging.getLogger("pyhanko"), logging.getLogger("pyhanko_certvalidator")
    for logger in quiet:
        logger.setLevel(logging.CRITICAL)  # it logs the traceback of every broken file
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        signatures = list(reader.embedded_regular_signatures)
    except Exception as error:  # noqa: BLE001 (a broken file can break a reader in any way)
        return SealVerdict(state="unreadable", reason=_said(error))
    if not signatures:
        return SealVerdict(state="unsealed", reason="no signature in the file")
    verdicts = [_verdict(signature, known) for signature in signatures]
    # A seal of ours that is broken weighs more than whatever somebody added to it.
    order = ("altered", "sealed", "unknown_seal")
    return min(verdicts, key=lambda verdict: order.index(verdict.state))


def _verdict(signature: Any, known: dict[bytes, Any]) -> SealVerdict:
    try:
        certificate = signature.signer_cert
        subject = str(certificate.subject.human_friendly)[:300]
        ours = certificate.dump() in known
    except Exception as error:  # noqa: BLE001
        return SealVerdict(state="altered", reason=f"the seal cannot be read: {_said(error)}")
    try:
        status, moment = _status(signature, list(known.values()))
    except Exception as error:  # noqa: BLE001
        state: State = "altered" if ours else "unknown_seal"
        return SealVerdict(state=state, subject=subject, reason=_said(error))
    if not ours:
        return SealVerdict(
            state="unknown_seal", subject=subject, reason="not a certificate of this site"
        )
    covered = _covers_all(signature, status)
    if status.bottom_line and covered:
        if certificate.not_valid_before <= moment <= certificate.not_valid_after:
            return SealVerdict(state="sealed", subject=subject, sealed_at=moment)
        return SealVerdict(
            state="unknown_seal", subject=subject, reason="its certificate was not valid then"
        )
    whole = covered and status.intact and status.valid and status.docmdp_ok
    return SealVerdict(
        state="unknown_seal" if whole else "altered", subject=subject, reason=status.summary()
    )


def _status(signature: Any, certificates: list[Any]) -> tuple[Any, datetime]:
    """Judge a signature as of the moment it was set.

    A certificate of three years must not take what it sealed along when it ends. The moment comes
    from the time stamp, whose own signature is judged in the same go; without one only today
    counts.
    """
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko_certvalidator import ValidationContext

    stamped = _stamped(signature.signer_info)

    def context() -> ValidationContext:
        return ValidationContext(
            trust_roots=certificates,
            allow_fetching=False,
            moment=stamped,
            best_signature_time=stamped,
        )

    status = validate_pdf_signature(
        signature,
        signer_validation_context=context(),
        ts_validation_context=context(),
        key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation", "digital_signature"}),
    )
    return status, stamped or clock.now()


def _stamped(signer_info: Any) -> datetime | None:
    """Return the time that a time stamp says, not judged yet; raises when there is a choice."""
    tokens = [
        token
        for attribute in signer_info["unsigned_attrs"] or ()
        if attribute["type"].native == "signature_time_stamp_token"
        for token in attribute["values"]
    ]
    if len(tokens) > 1:
        raise ValueError("more than one time stamp")
    if not tokens:
        return None
    stamped = tokens[0]["content"]["encap_content_info"]["content"].parsed["gen_time"].native
    return stamped if isinstance(stamped, datetime) else None


def _covers_all(signature: Any, status: Any) -> bool:
    """Whether nothing follows the seal but the revision with which it proves itself (B-LT).

    pyHanko has judged what that revision changes; bytes behind it are in no revision at all.
    """
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return True
    reader = signature.reader
    later = reader.xrefs.total_revisions - 1 - signature.signed_revision
    return bool(status.coverage == SignatureCoverageLevel.ENTIRE_REVISION and later == 1)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
