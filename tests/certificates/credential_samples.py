"""Fixed facts and keys: the same input for every test, so that bytes can be compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from certificates.credentials.facts import CredentialFacts, IssuerFacts
from certificates.credentials.keys import IssuerKey, JwtKey, KeyRing

HOST = "leren.example"
LIST_URL = f"https://{HOST}/status/1"
ISSUED = datetime(2026, 11, 23, 9, 30, 5, tzinfo=UTC)
LATER = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
FACTS = CredentialFacts(
    id_url=f"https://{HOST}/certificaat/k7qx4mrt2b2hpz6vya3dtwe5nf",
    uuid="7d4f7c3e-8a51-4f0e-9f53-0d2a6b9f3c11",
    short_code="K7QX4MRT9B2H",
    number="2026-4F7KQ2MB",
    holder_name='Anouk "Nouk" Şahin-de Bruijn Ελένη 🎓',
    email="Anouk@Voorbeeld.example ",
    kind="certification",
    title="Werken bij de overheid 2.0",
    description="De houder kent de overheid en werkt er veilig.",
    language="nl",
    outcomes=("Legt uit hoe een besluit tot stand komt.", "Schrijft wat iedereen begrijpt."),
    criteria="Eindtoets,\nautomatisch nagekeken. Een \\ telt ook.",
    minutes=4200,
    ects=2.5,
    eqf=6,
    nlqf="6",
    quality_framework=("Kader microcredentials", "https://kwaliteit.example/kader"),
    assessment_type="Eindtoets",
    supervision="Geen toezicht",
    identity_checked=False,
    version="3",
    score_percent=86,
    issued_at=ISSUED,
    valid_until=date(2029, 11, 23),
    issuer=IssuerFacts(
        host=HOST,
        name="Leerhuis Publieke Dienst",
        url=f"https://{HOST}/",
        email=f"certificaten@{HOST}",
        oin="00000001003214345000",
    ),
    status_list_url=LIST_URL,
    status_index=4711,
)


def issuer_key(name: str) -> IssuerKey:
    """Return a key that is the same in every run."""
    private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
    return IssuerKey(id=name, public=private.public_key(), private=private)


@lru_cache
def jwt_key(name: str) -> JwtKey:
    """Return an RSA key, one per process: making one takes a while."""
    private = generate_private_key(65537, 3072)
    return JwtKey(id=name, public=private.public_key(), private=private)


@lru_cache
def ring() -> KeyRing:
    """Return a ring with an older and a current key."""
    return KeyRing(
        (issuer_key("20250101"), issuer_key("20261101")), (jwt_key("20250101"), jwt_key("20261101"))
    )


def published_badge(contexts: Iterable[str], when: dict[str, str]) -> dict[str, Any]:
    """Return the badge of the test vectors in the Open Badges 3.0 Implementation Guide."""
    return {
        "@context": list(contexts),
        "id": "http://example.com/credentials/3527",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {
            "id": "https://example.edu/issuers/565049",
            "type": ["Profile"],
            "url": "https://www.imsglobal.org",
            "name": "Example Corp",
        },
        **when,
        "name": "Teamwork Badge",
        "credentialSubject": {
            "id": "did:example:ebfeb1f712ebc6f1c276e12ec21",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://example.com/achievements/21st-century-skills/teamwork",
                "type": ["Achievement"],
                "criteria": {
                    "narrative": "Team members are nominated for this badge by their peers and "
                    "recognized upon review by Example Corp management."
                },
                "description": "This badge recognizes the development of the capacity to "
                "collaborate within a group environment.",
                "name": "Teamwork",
            },
        },
    }
