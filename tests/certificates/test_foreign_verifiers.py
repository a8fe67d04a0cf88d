"""Verifiers by others accept our credentials, and refuse altered, expired and revoked ones.

One run of node for all of it: @digitalbazaar/vc (contexts bundled), verifier-core of the Digital
Credentials Consortium, jose for the VC-JWT, WebCrypto for the token of the QR. No request leaves
the process; `verify.mjs` answers each from what is given here.
"""

from __future__ import annotations

import base64
import copy
import json
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certificates.credentials import jsonld
from certificates.credentials.issuing import (
    SCHEMA,
    as_jwt,
    build,
    did_document,
    jwks,
    proof_hash,
    sign,
)
from certificates.credentials.multibase import decode, encode, multikey
from certificates.credentials.status import status_list
from tests.certificates.credential_samples import (
    FACTS,
    HOST,
    ISSUED,
    LATER,
    LIST_URL,
    issuer_key,
    published_badge,
    ring,
)
from tests.certificates.test_credentials import SCHEMA_FILE, bare_facts, make_token

NODE = Path(__file__).parent / "node"
VERIFIERS = ("digitalbazaar", "dcc")
REVOKED = 99
LEAKED = replace(issuer_key("20240101"), revoked=datetime(2026, 1, 1, tzinfo=UTC))
"""A key in other hands: whoever has it signs as before, whatever the mark says."""
OLD_CONTEXTS = (
    "https://www.w3.org/2018/credentials/v1",
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
    "https://w3id.org/security/data-integrity/v1",
)


def credentials() -> dict[str, dict[str, Any]]:
    """Return the credentials to judge, by what is the matter with them."""
    good = sign(build(FACTS), ring().current, ISSUED)
    renamed, added, later_date = copy.deepcopy(good), copy.deepcopy(good), copy.deepcopy(good)
    renamed["credentialSubject"]["identifier"][0]["identityHash"] = "Someone Else"
    added["credentialSubject"]["achievement"]["undefinedTerm"] = "x"
    later_date["validUntil"] = "2039-11-23T23:59:59+01:00"
    whole = replace(FACTS, ects=3.0, language="en", title="Two\nlines")
    return {
        "good": good,
        "bare": sign(build(bare_facts()), ring().current, ISSUED),
        "whole": sign(build(whole), ring().current, ISSUED),
        "old-key": sign(build(FACTS), ring().issuer_keys[0], ISSUED),
        "leaked-key": sign(build(FACTS), issuer_key("20240101"), ISSUED),
        "leaked-backdated": sign(
            build(FACTS), issuer_key("20240101"), datetime(2025, 1, 1, tzinfo=UTC)
        ),
        "renamed": renamed,
        "added": added,
        "later-date": later_date,
        "expired": sign(
            build(replace(FACTS, valid_until=date(2027, 2, 28))), ring().current, ISSUED
        ),
        "revoked": sign(build(replace(FACTS, status_index=REVOKED)), ring().current, ISSUED),
    }


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    """Ask node once. The list is signed by the current key, so a rotation is part of the story."""
    jobs = [
        {"name": f"{kind} {name}", "kind": kind, "credential": credential}
        for name, credential in credentials().items()
        for kind in VERIFIERS
    ]
    token = as_jwt(build(FACTS), ring().current_jwt)
    old_token = as_jwt(build(FACTS), ring().jwt_keys[0])
    expired = as_jwt(build(replace(FACTS, valid_until=date(2027, 2, 28))), ring().current_jwt)
    listed = status_list(LIST_URL, [REVOKED], ring(), LATER - timedelta(days=6))
    head, body, tail = token.split(".")
    for name, text in (
        ("good", token),
        ("old-key", old_token),
        ("expired", expired),
        ("altered", f"{head}.{body[:-8]}AAAAAAAA.{tail}"),
        ("status", listed.jwt),
    ):
        jobs.append({"name": f"jose {name}", "kind": "jose", "token": text})
    paper = make_token()
    head, body, tail = paper.split(".")
    jobs.append({"name": "fragment good", "kind": "fragment", "token": paper})
    jobs.append(
        {"name": "fragment altered", "kind": "fragment", "token": f"{head}.{body}.AA{tail[2:]}"}
    )
    documents = {
        f"https://{HOST}/.well-known/did.json": did_document(
            HOST, replace(ring(), issuer_keys=(LEAKED, *ring().issuer_keys))
        ),
        LIST_URL: listed.document,
    }
    if SCHEMA_FILE.exists():
        documents[SCHEMA] = json.loads(SCHEMA_FILE.read_text("utf-8"))
    question = {
        "jobs": jobs,
        "documents": documents,
        "at": LATER.isoformat(),
        "keys": jwks(HOST, ring()),
        "fragmentKeys": {
            key.id: base64.b64encode(
                key.public.public_bytes(Encoding.Raw, PublicFormat.Raw)
            ).decode()
            for key in ring().issuer_keys
        },
        "contexts": OLD_CONTEXTS,
    }
    ran = subprocess.run(
        ["node", "verify.mjs"],
        cwd=NODE,
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout) | {"offered": set(documents)}


@pytest.mark.parametrize("name", ["good", "bare", "whole", "old-key"])
def test_others_accept_ours(answer: dict[str, Any], name: str) -> None:
    bazaar = answer["verdicts"][f"digitalbazaar {name}"]
    consortium = answer["verdicts"][f"dcc {name}"]
    assert bazaar == {"verified": True, "revoked": False, "errors": []}
    steps = {"valid_signature": True, "revocation_status": True, "registered_issuer": False}
    if name != "bare":  # without an end there is nothing to say about it
        steps["expiration"] = True
    consortium["steps"].pop("expiration" if name == "bare" else "", None)
    assert consortium["steps"] == steps
    assert consortium["errors"] == []


@pytest.mark.skipif(not SCHEMA_FILE.exists(), reason="LEARNENV_OB3_SCHEMA: not on this machine")
@pytest.mark.parametrize("name", ["good", "bare", "whole"])
def test_others_find_the_official_schema_kept(answer: dict[str, Any], name: str) -> None:
    assert answer["verdicts"][f"dcc {name}"]["schema"] == [{"valid": True}]


@pytest.mark.parametrize("name", ["renamed", "later-date"])
def test_others_refuse_an_altered_one(answer: dict[str, Any], name: str) -> None:
    bazaar = answer["verdicts"][f"digitalbazaar {name}"]
    assert (bazaar["verified"], "Invalid signature." in bazaar["errors"]) == (False, True)
    assert answer["verdicts"][f"dcc {name}"]["errors"] == [
        "invalid_signature: The signature is not valid."
    ]


def test_others_refuse_an_added_term(answer: dict[str, Any]) -> None:
    assert "Safe mode validation error." in answer["verdicts"]["digitalbazaar added"]["errors"]
    assert answer["verdicts"]["dcc added"]["errors"] == [
        "jsonld.ValidationError: Safe mode validation error."
    ]


def test_others_refuse_an_expired_one(answer: dict[str, Any]) -> None:
    bazaar = answer["verdicts"]["digitalbazaar expired"]
    assert bazaar["verified"] is False, bazaar
    assert 'is after "validUntil"' in " ".join(bazaar["errors"])
    assert answer["verdicts"]["dcc expired"]["steps"]["expiration"] is False


def test_others_see_a_revoked_one(answer: dict[str, Any]) -> None:
    assert answer["verdicts"]["digitalbazaar revoked"]["revoked"] is True
    steps = answer["verdicts"]["dcc revoked"]["steps"]
    assert (steps["valid_signature"], steps["revocation_status"]) == (True, False)


@pytest.mark.parametrize("name", ["leaked-key", "leaked-backdated"])
def test_others_refuse_a_key_in_other_hands(answer: dict[str, Any], name: str) -> None:
    bazaar = answer["verdicts"][f"digitalbazaar {name}"]
    assert bazaar["verified"] is False
    assert "not authorized by controller" in " ".join(bazaar["errors"])
    assert answer["verdicts"][f"dcc {name}"]["errors"] == [
        "invalid_signature: The signature is not valid."
    ]


def test_jose_reads_the_jwt(answer: dict[str, Any]) -> None:
    verdicts = answer["verdicts"]
    assert verdicts["jose good"]["verified"]
    assert (
        verdicts["jose good"]["payload"]["credentialSubject"] == (build(FACTS)["credentialSubject"])
    )
    assert verdicts["jose old-key"]["verified"]
    assert verdicts["jose status"]["payload"]["jti"] == LIST_URL
    assert verdicts["jose expired"]["errors"] == ["ERR_JWT_EXPIRED"]
    assert verdicts["jose altered"]["errors"] == ["ERR_JWS_SIGNATURE_VERIFICATION_FAILED"]


def test_a_browser_checks_the_token_of_the_paper(answer: dict[str, Any]) -> None:
    good = answer["verdicts"]["fragment good"]
    assert (good["verified"], good["claims"]["n"]) == (True, "Anouk Şahin-de Bruijn")
    assert answer["verdicts"]["fragment altered"]["verified"] is False


def test_nothing_was_fetched_but_what_we_publish(answer: dict[str, Any]) -> None:
    assert set(answer["fetched"]) - {SCHEMA} <= answer["offered"]
    assert LIST_URL in answer["fetched"]


def test_signature_is_the_published_one_of_1edtech(
    answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Open Badges 3.0 Implementation Guide, linked data proof test vector."""
    contexts = answer["contexts"]
    monkeypatch.setattr(jsonld, "_bundled", lambda: dict.fromkeys(OLD_CONTEXTS, ""))
    monkeypatch.setattr(jsonld, "_context", contexts.__getitem__)
    seed = "6241a409e6707bb640a0140a8a32bc3d193c33a661747284d6adfa4ed4180be4"
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    public = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"
    issuer = "https://example.edu/issuers/565049"
    document = published_badge(OLD_CONTEXTS, {"issuanceDate": "2010-01-01T00:00:00Z"})
    proof = {
        "type": "DataIntegrityProof",
        "created": "2010-01-01T19:23:24Z",
        "verificationMethod": f"{issuer}#{public}",
        "cryptosuite": "eddsa-rdfc-2022",
        "proofPurpose": "assertionMethod",
    }
    data = proof_hash(document, proof)
    assert multikey(key.public_key()) == public
    assert data.hex() == (
        "3cf3c265b6c8ebb29b4d5ea310b87d2f31c79b633eff8af561d2e8c97a85c8cb"
        "d994aebd5e53f4af4495dbe9e1155410bae683811107c26acf83671075c163b3"
    )
    value = (
        "zUSD5bjo6mYV1n9i9E6ZwUiHuj4JyZDjCDfDqoJcPi9XJrc9LYstik9mdBvutdwBdquWXjWrwJDVGJrAarvRs8uD"
    )
    assert encode(key.sign(data)) == value
    assert decode(value) == key.sign(data)
