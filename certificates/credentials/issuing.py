"""From facts to a signed credential, and the two documents with which anyone can check it.

Only terms of the three published contexts are used: a context of our own would not be bundled by
any verifier of others. What has no field in Open Badges 3.0 goes in as a result with a type of our
own (`ext:`), which the standard allows (OB 3.0, B.5.5).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from certificates.codes import grouped
from certificates.credentials.facts import LOOPBACK, CredentialFacts, IssuerFacts, did_of
from certificates.credentials.jsonld import OB_CONTEXT, OB_EXTENSIONS, VC_CONTEXT, canonical
from certificates.credentials.keys import IssuerKey, JwtKey, KeyRing
from certificates.credentials.multibase import encode, multikey
from learnenv.kernel.clock import AMSTERDAM

CONTEXTS = (VC_CONTEXT, OB_CONTEXT, OB_EXTENSIONS)
SCHEMA = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
)
CRYPTOSUITE = "eddsa-rdfc-2022"
EQF_URL = "https://europass.europa.eu/en/description-eight-eqf-levels"
NLQF_URL = "https://nlqf.nl/nlqf-niveaus"
_KINDS = {
    "course": "CertificateOfCompletion",
    "certification": "Certification",
    "attendance": "Achievement",  # Open Badges 3.0, AchievementType: nothing nearer was assessed
}
_LANGUAGES = {"nl": "nl-NL", "en": "en"}
_WORDS = {
    "nl": {
        "assessed": "Hoe is getoetst",
        "outcomes": "Leeruitkomsten",
        "minutes": "Studielast",
        "participation": "Vorm van deelname",
        "assessment": "Type toets",
        "supervision": "Toezicht bij de toets",
        "identity": "Identiteit gecontroleerd",
        "score": "Score",
        "eqf": "EQF-niveau",
        "nlqf": "NLQF-niveau",
    },
    "en": {
        "assessed": "How it was assessed",
        "outcomes": "Learning outcomes",
        "minutes": "Study load",
        "participation": "Form of participation",
        "assessment": "Type of assessment",
        "supervision": "Supervision of the assessment",
        "identity": "Identity checked",
        "score": "Score",
        "eqf": "EQF level",
        "nlqf": "NLQF level",
    },
}
"""In the credential's own language, not the reader's: signed text does not follow a page."""


def utc_text(moment: datetime) -> str:
    """Return a moment as XML Schema dateTimeStamp in UTC, in whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def end_of_day(day: date) -> str:
    """Return the last second of an Amsterdam day: "until 23 November" holds all of that day."""
    return datetime.combine(day, time(23, 59, 59), AMSTERDAM).isoformat()


def build(facts: CredentialFacts) -> dict[str, Any]:
    """Return the credential without a proof. The same facts give the same document."""
    moment = utc_text(facts.issued_at)
    document: dict[str, Any] = {
        "@context": list(CONTEXTS),
        "id": facts.id_url,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": facts.title,
        "description": facts.description,
        "issuer": _issuer(facts.issuer),
        "validFrom": moment,
        "awardedDate": moment,
        "credentialSubject": _subject(facts),
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        "credentialStatus": {
            "id": f"{facts.status_list_url}#{facts.status_index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(facts.status_index),
            "statusListCredential": facts.status_list_url,
        },
    }
    if facts.valid_until is not None:
        document["validUntil"] = end_of_day(facts.valid_until)
    return document


def _issuer(issuer: IssuerFacts) -> dict[str, Any]:
    profile: dict[str, Any] = {
        "id": issuer.did,
        "type": ["Profile"],
        "name": issuer.name,
        "url": issuer.url,
        "email": issuer.email,
        "address": {"type": ["Address"], "addressCountryCode": issuer.country},
    }
    if issuer.oin is not None:
        profile["otherIdentifier"] = [
            {
                "type": "IdentifierEntry",
                "identifier": issuer.oin,
                "identifierType": "ext:OIN",
            }
        ]
    return profile


def _subject(facts: CredentialFacts) -> dict[str, Any]:
    subject: dict[str, Any] = {
        "id": f"urn:uuid:{facts.uuid}",
        "type": ["AchievementSubject"],
        "identifier": _identifiers(facts),
        "licenseNumber": grouped(facts.short_code),
        "achievement": _achievement(facts),
        "result": [
            {
                "type": ["Result"],
                "resultDescription": f"{facts.id_url}#{key}",
                "value": value,
            }
            for key, _kind, value in _results(facts)
        ],
    }
    if facts.ects is not None:
        subject["creditsEarned"] = _number(facts.ects)
    return subject


def _identifiers(facts: CredentialFacts) -> list[dict[str, Any]]:
    """Say who the holder is: the name in clear, the address as a hash, the number as printed.

    Never a citizen service number or a date of birth, though the standard has fields for them.
    """
    entries = [
        _identity("name", facts.holder_name),
        _identity("ext:CertificateNumber", facts.number),
    ]
    if facts.email is not None:
        salt = hashlib.sha256(f"salt {facts.uuid}".encode()).hexdigest()[:32]
        digest = hashlib.sha256((facts.email.strip().lower() + salt).encode()).hexdigest()
        entries.append(
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": f"sha256${digest}",
                "identityType": "emailAddress",
                "salt": salt,
            }
        )
    return entries


def _identity(kind: str, value: str) -> dict[str, Any]:
    return {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": value,
        "identityType": kind,
    }


def _achievement(facts: CredentialFacts) -> dict[str, Any]:
    words = _WORDS[facts.language]
    achievement: dict[str, Any] = {
        "id": facts.achievement_url or f"{facts.id_url}#achievement",
        "type": ["Achievement"],
        "achievementType": _KINDS[facts.kind],
        "name": facts.title,
        "description": facts.description,
        "criteria": {"narrative": _narrative(facts)},
        "inLanguage": _LANGUAGES[facts.language],
        "version": facts.version,
        "resultDescription": [
            {
                "id": f"{facts.id_url}#{key}",
                "type": ["ResultDescription"],
                "name": words[key],
                "resultType": kind,
            }
            | ({"valueMin": "0", "valueMax": "100"} if kind == "Percent" else {})
            for key, kind, _value in _results(facts)
        ],
    }
    if alignments := _alignments(facts):
        achievement["alignment"] = alignments
    if facts.ects is not None:
        achievement["creditsAvailable"] = _number(facts.ects)
    return achievement


def _narrative(facts: CredentialFacts) -> str:
    """Return the criteria as Markdown: what any wallet shows, whatever else it knows."""
    words = _WORDS[facts.language]
    parts = [f"**{words['assessed']}**\n\n{facts.criteria}"]
    if facts.outcomes:
        listed = "\n".join(f"- {outcome}" for outcome in facts.outcomes)
        parts.append(f"**{words['outcomes']}**\n\n{listed}")
    return "\n\n".join(parts)


def _results(facts: CredentialFacts) -> list[tuple[str, str, str]]:
    """Return (key, result type, value) of what Open Badges has no field for, and of the score."""
    identity = "true" if facts.identity_checked else "false"
    entries = [
        ("minutes", "ext:StudyLoad", f"PT{facts.minutes}M"),
        ("participation", "ext:ParticipationType", facts.participation),
        ("assessment", "ext:AssessmentType", facts.assessment_type),
        ("supervision", "ext:SupervisionType", facts.supervision),
        ("identity", "ext:IdentityChecked", identity),
    ]
    if facts.score_percent is not None:
        entries.append(("score", "Percent", str(facts.score_percent)))
    return entries


def _alignments(facts: CredentialFacts) -> list[dict[str, Any]]:
    words = _WORDS[facts.language]
    found = [
        _alignment(
            "ext:LearningOutcome",
            outcome,
            f"{facts.id_url}#outcome-{number}",
            targetCode=str(number),
        )
        for number, outcome in enumerate(facts.outcomes, 1)
    ]
    if facts.eqf is not None:
        name = f"{words['eqf']} {facts.eqf}"
        found.append(_alignment("ext:EQF", name, EQF_URL, targetCode=str(facts.eqf)))
    if facts.nlqf is not None:
        name = f"{words['nlqf']} {facts.nlqf}"
        found.append(
            _alignment("ext:NLQF", name, NLQF_URL, targetCode=facts.nlqf, targetFramework="NLQF")
        )
    if facts.quality_framework is not None:
        found.append(_alignment("ext:QualityAssurance", *facts.quality_framework))
    return found


def _alignment(kind: str, name: str, url: str, **more: str) -> dict[str, Any]:
    return {
        "type": ["Alignment"],
        "targetType": kind,
        "targetName": name,
        "targetUrl": url,
        **more,
    }


def _number(value: float) -> float | int:
    """Write 3.0 as 3: JSON knows one kind of number, and others read 3.0 back as 3."""
    return int(value) if float(value).is_integer() else value


def proof_hash(document: Mapping[str, Any], proof: Mapping[str, Any]) -> bytes:
    """Return what is signed: hash of the proof's options, then of the document.

    VC Data Integrity EdDSA Cryptosuites 1.0, 3.2.4.
    """
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    options["@context"] = document["@context"]
    bare = {name: value for name, value in document.items() if name != "proof"}
    return b"".join(hashlib.sha256(canonical(part).encode()).digest() for part in (options, bare))


def issuer_id(document: Mapping[str, Any]) -> str:
    """Return the DID of the issuer, which stands there as such or in a profile."""
    issuer = document["issuer"]
    return str(issuer["id"] if isinstance(issuer, Mapping) else issuer)


def sign(document: Mapping[str, Any], key: IssuerKey, at: datetime) -> dict[str, Any]:
    """Return the document with a Data Integrity proof (eddsa-rdfc-2022)."""
    proof = {
        "type": "DataIntegrityProof",
        "created": utc_text(at),
        "verificationMethod": f"{issuer_id(document)}#{key.id}",
        "cryptosuite": CRYPTOSUITE,
        "proofPurpose": "assertionMethod",
    }
    proof["proofValue"] = encode(key.sign(proof_hash(document, proof)))
    bare = {name: value for name, value in document.items() if name != "proof"}
    return {**bare, "proof": [proof]}


def jwk_url(did: str, key_id: str) -> str:
    """Return where one RSA key stands alone: 1EdTech's validator wants that address in `kid`."""
    host = did.removeprefix("did:web:").replace("%3A", ":")
    scheme = "http" if host.partition(":")[0] in LOOPBACK else "https"
    return f"{scheme}://{host}/.well-known/jwk/{key_id}.json"


def jwt_claims(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the credential as claims, with the registered ones beside it (OB 3.0, 8.2.4)."""
    bare = {name: value for name, value in document.items() if name != "proof"}
    claims = {
        **bare,
        "iss": issuer_id(document),
        "jti": document["id"],
        "sub": document["credentialSubject"]["id"],
        "nbf": _timestamp(document["validFrom"]),
    }
    if "validUntil" in document:
        claims["exp"] = _timestamp(document["validUntil"])
    return claims


def _timestamp(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def as_jwt(document: Mapping[str, Any], key: JwtKey) -> str:
    """Return the same credential as a VC-JWT, signed with RS256."""
    from joserfc import jwt  # here, as below: most workers sign nothing
    from joserfc.jwk import RSAKey

    header = {"alg": "RS256", "typ": "JWT", "kid": jwk_url(issuer_id(document), key.id)}
    private = RSAKey.import_key(key.to_sign_with())
    return jwt.encode(header, jwt_claims(document), private, algorithms=["RS256"])


def did_document(host: str, ring: KeyRing) -> dict[str, Any]:
    """Return what stands at /.well-known/did.json: every key that ever signed.

    One that may be in other hands can still be looked up, with the moment of its revocation, but
    it is no method to make assertions with any more (Controlled Identifiers 1.0, 2.2 and 2.3.2).
    """
    did = did_of(host)
    methods = [
        {
            "id": f"{did}#{key.id}",
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": multikey(key.public),
        }
        | ({"revoked": utc_text(key.revoked)} if key.revoked else {})
        for key in ring.issuer_keys
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods if "revoked" not in method],
    }


def jwk(host: str, key: JwtKey) -> dict[str, Any]:
    """Return one public RSA key, for /.well-known/jwk/<id>.json."""
    return _jwk(key.public) | {"kid": jwk_url(did_of(host), key.id), "alg": "RS256", "use": "sig"}


def _jwk(public: RSAPublicKey) -> dict[str, Any]:
    from joserfc.jwk import RSAKey

    return dict(RSAKey.import_key(public).as_dict(private=False))


def jwks(host: str, ring: KeyRing) -> dict[str, Any]:
    """Return what stands at /.well-known/jwks.json: every RSA key that ever signed.

    Without those that may be in other hands: a JWK has no field that says so.
    """
    return {"keys": [jwk(host, key) for key in ring.jwt_keys if key.revoked is None]}
