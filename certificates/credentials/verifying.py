"""Our own verifier: says whether a document is a certificate of ours, unchanged and valid now.

It fetches nothing. Keys come from the ring (or from whoever asks), contexts from the package, the
status list from the caller. Every reason to refuse has a code, so that a page can say it in words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from certificates.credentials.issuing import (
    CONTEXTS,
    issuer_id,
    jwk_url,
    jwt_claims,
    proof_hash,
)
from certificates.credentials.jsonld import MeaningProblem, UndefinedTerm, UnknownContext
from certificates.credentials.keys import KeyRing
from certificates.credentials.multibase import MultibaseProblem, decode
from certificates.credentials.shape import (
    PROOF,
    STATUS_LIST,
    ShapeProblem,
    UnknownTerm,
    credential,
)
from certificates.credentials.status import StatusProblem, is_set

Resolver = Callable[[str], Ed25519PublicKey | None]
"""From the full address of a verification method to its key, or None."""

UNREADABLE = "unreadable"
CONTEXT = "unknown-context"
TERM = "undefined-term"
SHAPE = "not-our-shape"
NO_PROOF = "no-proof"
KEY = "unknown-key"
COMPROMISED = "key-compromised"
SIGNATURE = "signature-wrong"
NOT_YET = "not-yet-valid"
EXPIRED = "expired"
REVOKED = "revoked"
STATUS = "status-unreadable"
REASONS = (
    *(UNREADABLE, CONTEXT, TERM, SHAPE, NO_PROOF, KEY, COMPROMISED, SIGNATURE),
    *(NOT_YET, EXPIRED, REVOKED, STATUS),
)

MAX_SIZE = 200_000
"""Characters. A credential of ours has about 6,000."""
_CREDENTIAL = credential(CONTEXTS)
_REGISTERED = frozenset({"iss", "jti", "sub", "nbf", "exp"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verifier found. `claims` is filled only when the signature is right."""

    ok: bool
    reasons: tuple[str, ...] = ()
    claims: Mapping[str, Any] = field(default_factory=dict)
    status_checked: bool = False
    doubtful: bool = False
    """Signed, it says, before its key came into other hands. But that moment is what the signer
    wrote: only our register can tell whether it is true."""


class _Refused(Exception):  # noqa: N818
    """A reason not to look any further."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _read_json(data: str | bytes) -> dict[str, Any]:
    """Read a file that someone hands over; a name that is there twice has no certain meaning."""
    if len(data) > MAX_SIZE:
        raise _Refused(UNREADABLE)
    try:
        value = json.loads(data, object_pairs_hook=_no_double, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _Refused(UNREADABLE) from error
    if not isinstance(value, dict):
        raise _Refused(UNREADABLE)
    return value


def _no_double(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name stands there twice")
    return dict(pairs)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def verify(
    document: Mapping[str, Any] | str | bytes,
    keys: KeyRing | Resolver,
    at: datetime,
    status: Mapping[str, Any] | None = None,
) -> Verdict:
    """Say whether a credential with a proof is ours, unchanged and valid at a moment.

    Without `status` (the signed list of its `statusListCredential`) revocation is not looked at,
    and the verdict says so.
    """
    try:
        whole = _read_json(document) if isinstance(document, str | bytes) else dict(document)
        bare = _checked(whole, _CREDENTIAL, keys)
    except _Refused as refusal:
        return Verdict(ok=False, reasons=(refusal.reason,))
    verdict = _judged(bare, keys, at, status)
    doubtful = _revoked(whole["proof"][0]["verificationMethod"], keys) is not None
    return replace(verdict, doubtful=doubtful)


def verify_jwt(
    token: str,
    keys: KeyRing,
    at: datetime,
    status: Mapping[str, Any] | None = None,
) -> Verdict:
    """Say the same of a VC-JWT. Its registered claims must repeat what the credential says."""
    try:
        bare = _checked_jwt(token, keys)
    except _Refused as refusal:
        return Verdict(ok=False, reasons=(refusal.reason,))
    return _judged(bare, keys, at, status)


def _checked(whole: dict[str, Any], shape: Callable[[Any], None], keys: KeyRing | Resolver) -> Any:
    """Return the document without its proof, when its shape, key and signature are right."""
    proofs = whole.get("proof")
    if not isinstance(proofs, list) or len(proofs) != 1:
        raise _Refused(NO_PROOF)
    bare = {name: value for name, value in whole.items() if name != "proof"}
    _require_shape(bare, shape)
    _require_shape(proofs[0], PROOF)
    method = proofs[0]["verificationMethod"]
    key = _resolve(method, issuer_id(bare), keys)
    try:
        key.verify(decode(proofs[0]["proofValue"]), proof_hash(bare, proofs[0]))
    except (InvalidSignature, MultibaseProblem) as error:
        raise _Refused(SIGNATURE) from error
    except UnknownContext as error:
        raise _Refused(CONTEXT) from error
    except UndefinedTerm as error:
        raise _Refused(TERM) from error
    except MeaningProblem as error:
        raise _Refused(SHAPE) from error
    since = _revoked(method, keys)
    if since is not None and _signed_at(proofs[0]) >= since:
        raise _Refused(COMPROMISED)
    return bare


def _require_shape(value: Any, shape: Callable[[Any], None]) -> None:
    try:
        shape(value)
    except UnknownTerm as error:
        raise _Refused(TERM) from error
    except ShapeProblem as error:
        foreign = isinstance(value, dict) and value.get("@context") not in (
            list(CONTEXTS),
            [CONTEXTS[0]],
            None,
        )
        raise _Refused(CONTEXT if foreign else SHAPE) from error


def _resolve(method: str, issuer: str, keys: KeyRing | Resolver) -> Ed25519PublicKey:
    """Return the key that a proof names; it must be a key of the issuer that the document names."""
    controller, _, key_id = method.partition("#")
    if controller != issuer:
        raise _Refused(KEY)
    if isinstance(keys, KeyRing):
        known = keys.find(key_id)
        found = known.public if known else None
    else:
        found = keys(method)
    if found is None:
        raise _Refused(KEY)
    return found


def _revoked(method: str, keys: KeyRing | Resolver) -> datetime | None:
    """Return since when the key that a proof names may be in other hands, as far as we know."""
    found = keys.find(method.partition("#")[2]) if isinstance(keys, KeyRing) else None
    return found.revoked if found is not None else None


def _signed_at(proof: Mapping[str, Any]) -> datetime:
    """Return when a proof says it was made."""
    try:
        at = datetime.fromisoformat(proof["created"])
    except ValueError as error:
        raise _Refused(SHAPE) from error
    if at.tzinfo is None:
        raise _Refused(SHAPE)
    return at


def _checked_jwt(token: str, keys: KeyRing) -> dict[str, Any]:
    from joserfc import jws  # most workers never read one
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey

    if len(token) > MAX_SIZE:
        raise _Refused(UNREADABLE)
    try:
        header = jws.extract_compact(token.encode()).protected
        kid = str(header.get("kid"))
        key = keys.find_jwt(kid.rpartition("/")[2].removesuffix(".json"))
        if key is None:
            raise _Refused(KEY)
        if key.revoked is not None:  # a JWT does not say when it was signed
            raise _Refused(COMPROMISED)
        public = RSAKey.import_key(key.public)
        payload = jws.deserialize_compact(token, public, algorithms=["RS256"]).payload
    except (JoseError, ValueError, TypeError) as error:
        raise _Refused(SIGNATURE) from error
    claims = _read_json(payload)
    bare = {name: value for name, value in claims.items() if name not in _REGISTERED}
    _require_shape(bare, _CREDENTIAL)
    if kid != jwk_url(issuer_id(bare), key.id):
        raise _Refused(KEY)
    try:
        repeated = jwt_claims(bare)
    except ValueError as error:
        raise _Refused(SHAPE) from error
    if repeated != claims:
        raise _Refused(SHAPE)
    return bare


def _judged(
    bare: dict[str, Any],
    keys: KeyRing | Resolver,
    at: datetime,
    status: Mapping[str, Any] | None,
) -> Verdict:
    """Weigh what may change with time: dates and revocation. Every reason is given."""
    try:
        reasons = _dates(bare, at)
    except (ValueError, TypeError):
        return Verdict(ok=False, reasons=(SHAPE,))
    if status is not None:
        reasons += _revocation(bare, keys, at, status)
    return Verdict(
        ok=not reasons,
        reasons=reasons,
        claims=bare,
        status_checked=status is not None and STATUS not in reasons,
    )


def _dates(document: Mapping[str, Any], at: datetime) -> tuple[str, ...]:
    found = []
    if datetime.fromisoformat(document["validFrom"]) > at:
        found.append(NOT_YET)
    if "validUntil" in document and datetime.fromisoformat(document["validUntil"]) < at:
        found.append(EXPIRED)
    return tuple(found)


def _revocation(
    bare: Mapping[str, Any],
    keys: KeyRing | Resolver,
    at: datetime,
    status: Mapping[str, Any],
) -> tuple[str, ...]:
    """Look at the bit; a list of another issuer, or not the one that is named, says nothing."""
    entry = bare["credentialStatus"]
    try:
        listed = _checked(dict(status), STATUS_LIST, keys)
        same = listed["id"] == entry["statusListCredential"]
        if not same or issuer_id(listed) != issuer_id(bare) or _dates(listed, at):
            return (STATUS,)
        revoked = is_set(listed["credentialSubject"]["encodedList"], int(entry["statusListIndex"]))
    except (_Refused, StatusProblem, ValueError, TypeError):
        return (STATUS,)
    return (REVOKED,) if revoked else ()
