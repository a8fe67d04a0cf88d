"""What a document of ours looks like: the first gate of the verifier, before any hashing.

The signature covers meaning (RDF). JSON can be changed without a change of meaning: a null, an
empty list, a full address in place of a term, "true" in place of true. And a document can be made
so that working out its meaning takes for ever. We only accept what we issue, so both ways are
closed here by describing that, term by term. Terms may be added to this description; none may ever
be taken away, or certificates issued with it would stop verifying.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from certificates.credentials.jsonld import VC_CONTEXT

Check = Callable[[Any], None]
_IRI = re.compile(r"(https://|http://(localhost|127\.0\.0\.1)(?=[:/])|did:web:|urn:uuid:)[!-~]+")
_MAX_ITEMS = 200
_MAX_TEXT = 100_000


class ShapeProblem(ValueError):  # noqa: N818
    """Something that no document of ours has."""


class UnknownTerm(ShapeProblem):
    """A term that no document of ours has."""


def text(value: Any) -> None:
    """Accept text that says something."""
    if not isinstance(value, str) or not value or len(value) > _MAX_TEXT:
        raise ShapeProblem("text expected")


def address(value: Any) -> None:
    """Accept an absolute address; a relative one vanishes before hashing."""
    if not isinstance(value, str) or not _IRI.fullmatch(value):
        raise ShapeProblem("address expected")


def truth(value: Any) -> None:
    """Accept true or false, not their names."""
    if not isinstance(value, bool):
        raise ShapeProblem("true or false expected")


def number(value: Any) -> None:
    """Accept a number, not its digits as text."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ShapeProblem("number expected")


def exactly(expected: Any) -> Check:
    """Accept one value only."""

    def check(value: Any) -> None:
        if value != expected or type(value) is not type(expected):
            raise ShapeProblem(f"{expected} expected")

    return check


def one_of(*expected: str) -> Check:
    """Accept one of some words."""

    def check(value: Any) -> None:
        if not isinstance(value, str) or value not in expected:
            raise ShapeProblem(f"one of {', '.join(expected)} expected")

    return check


def many(item: Check) -> Check:
    """Accept a list of at least one; a second copy would vanish before hashing."""

    def check(value: Any) -> None:
        if not isinstance(value, list) or not 0 < len(value) <= _MAX_ITEMS:
            raise ShapeProblem("list expected")
        for place, entry in enumerate(value):
            item(entry)
            if entry in value[:place]:
                raise ShapeProblem("the same thing twice in a list")

    return check


def thing(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """Accept an object with these terms and no other."""
    known = {**required, **(optional or {})}

    def check(value: Any) -> None:
        if not isinstance(value, dict):
            raise ShapeProblem("object expected")
        for name in value:
            if name not in known:
                raise UnknownTerm(str(name)[:200])
        for name, inner in known.items():
            if name in value:
                inner(value[name])
            elif name in required:
                raise ShapeProblem(f"{name} is missing")

    return check


_PROFILE = thing(
    {"id": address, "type": exactly(["Profile"]), "name": text, "url": address, "email": text}
    | {"address": thing({"type": exactly(["Address"]), "addressCountryCode": text})},
    {
        "otherIdentifier": many(
            thing(
                {
                    "type": exactly("IdentifierEntry"),
                    "identifier": text,
                    "identifierType": text,
                }
            )
        )
    },
)
_IDENTITY = thing(
    {
        "type": exactly("IdentityObject"),
        "hashed": truth,
        "identityHash": text,
        "identityType": text,
    },
    {"salt": text},
)
_ALIGNMENT = thing(
    {"type": exactly(["Alignment"]), "targetType": text, "targetName": text, "targetUrl": address},
    {"targetCode": text, "targetFramework": text},
)
_RESULT = thing({"type": exactly(["Result"]), "resultDescription": address, "value": text})
_RESULT_DESCRIPTION = thing(
    {"id": address, "type": exactly(["ResultDescription"]), "name": text, "resultType": text},
    {"valueMin": text, "valueMax": text},
)
_ACHIEVEMENT = thing(
    {
        "id": address,
        "type": exactly(["Achievement"]),
        "achievementType": one_of("CertificateOfCompletion", "Certification"),
        "name": text,
        "description": text,
        "criteria": thing({"narrative": text}),
        "inLanguage": text,
        "version": text,
        "resultDescription": many(_RESULT_DESCRIPTION),
    },
    {"alignment": many(_ALIGNMENT), "creditsAvailable": number},
)
_SUBJECT = thing(
    {
        "id": address,
        "type": exactly(["AchievementSubject"]),
        "identifier": many(_IDENTITY),
        "licenseNumber": text,
        "achievement": _ACHIEVEMENT,
        "result": many(_RESULT),
    },
    {"creditsEarned": number},
)
_STATUS = thing(
    {
        "id": address,
        "type": exactly("BitstringStatusListEntry"),
        "statusPurpose": exactly("revocation"),
        "statusListIndex": text,
        "statusListCredential": address,
    }
)
_SCHEMA = thing({"id": address, "type": exactly("1EdTechJsonSchemaValidator2019")})
PROOF = thing(
    {
        "type": exactly("DataIntegrityProof"),
        "created": text,
        "verificationMethod": address,
        "cryptosuite": exactly("eddsa-rdfc-2022"),
        "proofPurpose": exactly("assertionMethod"),
        "proofValue": text,
    }
)


def credential(contexts: tuple[str, ...]) -> Check:
    """Return the check of a credential without its proof."""
    return thing(
        {
            "@context": exactly(list(contexts)),
            "id": address,
            "type": exactly(["VerifiableCredential", "OpenBadgeCredential"]),
            "name": text,
            "description": text,
            "issuer": _PROFILE,
            "validFrom": text,
            "awardedDate": text,
            "credentialSubject": _SUBJECT,
            "credentialSchema": many(_SCHEMA),
            "credentialStatus": _STATUS,
        },
        {"validUntil": text},
    )


STATUS_LIST = thing(
    {
        "@context": exactly([VC_CONTEXT]),
        "id": address,
        "type": exactly(["VerifiableCredential", "BitstringStatusListCredential"]),
        "issuer": address,
        "validFrom": text,
        "credentialSubject": thing(
            {
                "id": address,
                "type": exactly("BitstringStatusList"),
                "statusPurpose": exactly("revocation"),
                "encodedList": text,
            }
        ),
    },
    {"validUntil": text},  # lists from before they had an end
)
