"""Credentials: what they say, what is signed, and that nothing altered is accepted."""

from __future__ import annotations

import base64
import copy
import gzip
import hashlib
import json
import os
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.credentials import fragment, jsonld, shape, verifying
from certificates.credentials.facts import STATUS_ENTRIES, CredentialFacts, FactProblem, did_of
from certificates.credentials.issuing import (
    CONTEXTS,
    as_jwt,
    build,
    did_document,
    jwks,
    proof_hash,
    sign,
    utc_text,
)
from certificates.credentials.jsonld import MeaningProblem, UndefinedTerm, UnknownContext, canonical
from certificates.credentials.keys import IssuerKey, KeyProblem, KeyRing
from certificates.credentials.multibase import (
    MultibaseProblem,
    decode,
    encode,
    from_multikey,
    multikey,
)
from certificates.credentials.status import VALID as STATUS_VALID
from certificates.credentials.status import StatusProblem, encoded, is_set, status_list
from certificates.credentials.verifying import verify, verify_jwt
from tests.certificates.credential_samples import (
    FACTS,
    HOST,
    ISSUED,
    LATER,
    LIST_URL,
    issuer_key,
    jwt_key,
    published_badge,
    ring,
)

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
GOLDEN = HERE / "golden" / "credential.json"
# The official schema is under 1EdTech's own licence, so it is no part of this repository.
SCHEMA_FILE = Path(
    os.environ.get("LEARNENV_OB3_SCHEMA")
    or ROOT.parent / "shared" / "ob3" / "ob_v3p0_achievementcredential_schema.json"
)
VOCAB = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"


def signed(facts: CredentialFacts = FACTS) -> dict[str, Any]:
    return sign(build(facts), ring().current, ISSUED)


def reasons(document: Any, at: datetime = LATER, **more: Any) -> tuple[str, ...]:
    return verify(document, ring(), at, **more).reasons


# --- published vectors ---


def test_canonical_form_is_the_published_one_of_1edtech() -> None:
    """Open Badges 3.0 Implementation Guide, test vector, obv3p0/document-canon.txt."""
    document = published_badge(CONTEXTS[:2], {"validFrom": "2010-01-01T00:00:00Z"})
    digest = hashlib.sha256(canonical(document).encode()).hexdigest()
    assert digest == "87f65a76d40146205e3b3e06cb0fbd153f97f9ce70372390f52566bb7f9e0773"


def test_signature_is_the_published_one_of_w3c(monkeypatch: pytest.MonkeyPatch) -> None:
    """VC Data Integrity EdDSA Cryptosuites 1.0, B.1."""
    examples = "https://www.w3.org/ns/credentials/examples/v2"
    vocabulary = {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}
    known, read = jsonld._bundled(), jsonld._context
    monkeypatch.setattr(jsonld, "_bundled", lambda: {**known, examples: ""})
    monkeypatch.setattr(
        jsonld, "_context", lambda url: vocabulary if url == examples else read(url)
    )
    public = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
    secret = decode("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq")[2:]
    key = Ed25519PrivateKey.from_private_bytes(secret)
    document = {
        "@context": [CONTEXTS[0], examples],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "name": "Alumni Credential",
        "description": "A minimum viable example of an Alumni Credential.",
        "issuer": "https://vc.example/issuers/5678",
        "validFrom": "2023-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
    }
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2023-02-24T23:36:38Z",
        "verificationMethod": f"did:key:{public}#{public}",
        "proofPurpose": "assertionMethod",
    }
    data = proof_hash(document, proof)
    assert multikey(key.public_key()) == public
    assert data.hex() == (
        "bea7b7acfbad0126b135104024a5f1733e705108f42d59668b05c0c50004c6b0"
        "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017"
    )
    assert encode(key.sign(data)) == (
        "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme"
    )


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Hello World!", "z2NEpo7TZRRrLZSi2U"),
        (b"The quick brown fox jumps over the lazy dog.",
         "zUSm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z"),
        (b"\x00\x00\x28\x7f\xb4\xcd", "z11233QC4"),
        (b"", "z"),
    ],
)  # fmt: skip
def test_base58_is_the_one_of_the_draft(data: bytes, text: str) -> None:
    """draft-msporny-base58-03, section 5."""
    assert encode(data) == text
    assert decode(text) == data


@pytest.mark.parametrize("text", ["", "uabc", "z0", "zO", "zI", "zl", "z é", "z" + "1" * 300])
def test_what_is_no_base58_is_refused(text: str) -> None:
    with pytest.raises(MultibaseProblem):
        decode(text)


def test_a_multikey_of_another_kind_is_refused() -> None:
    public = issuer_key("a").public
    assert from_multikey(multikey(public)) == public
    for other in (b"\x80\x24" + b"\x02" * 33, b"\xed\x01" + b"\0" * 31, b"\xed\x01"):
        with pytest.raises(MultibaseProblem):
            from_multikey(encode(other))


# --- contexts ---


def test_bundled_contexts_are_what_the_manifest_says() -> None:
    folder = ROOT / "certificates" / "credentials" / "contexts"
    listed = json.loads((folder / "manifest.json").read_text("utf-8"))["contexts"]
    assert {entry["url"] for entry in listed} == set(CONTEXTS)
    for entry in listed:
        assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        licence = entry["package"].lstrip("@").replace("/", "--")
        assert (folder / f"LICENSE-{licence}.txt").read_text("utf-8")


@pytest.mark.parametrize(
    "context",
    [
        [*CONTEXTS, "https://elsewhere.example/v1"],
        [*CONTEXTS, CONTEXTS[1] + "#x"],
        [*CONTEXTS, {"extra": "https://schema.org/name"}],
        [CONTEXTS[0].replace("https", "http"), *CONTEXTS[1:]],
        CONTEXTS[0],
        None,
        [],
    ],
)
def test_a_context_that_is_not_bundled_is_refused(context: Any) -> None:
    document = {**build(FACTS), "@context": context}
    with pytest.raises(UnknownContext):
        canonical(document)
    assert not verify({**signed(), "@context": context}, ring(), LATER).ok


def test_a_context_inside_the_document_is_refused() -> None:
    document = build(FACTS)
    document["credentialSubject"]["achievement"]["@context"] = {"x": "https://schema.org/name"}
    with pytest.raises(UnknownContext):
        canonical(document)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("extra",), "x"),
        (("credentialSubject", "achievement", "bsn"), "1"),
        (("credentialSubject", "id"), "relative"),
        (("credentialSubject", "id"), "_:b0"),
        (("type",), ["VerifiableCredential", "Unknown"]),
    ],
)
def test_what_would_be_dropped_before_hashing_is_never_signed(
    path: tuple[str, ...], value: Any
) -> None:
    document = build(FACTS)
    target: Any = document
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    with pytest.raises(UndefinedTerm):
        sign(document, ring().current, ISSUED)


def test_what_is_no_json_ld_is_a_problem_and_no_crash() -> None:
    for value in ({"@list": 5}, [[["a"]]], {"@value": {}, "@type": []}):
        with pytest.raises(MeaningProblem):
            canonical({**build(FACTS), "credentialSubject": value, "name": {"@value": {}}})


def test_many_threads_sign_the_same() -> None:
    found: list[str] = []

    def work() -> None:
        found.extend(json.dumps(signed()) for _ in range(5))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(found) == 20
    assert len(set(found)) == 1


# --- what a credential says ---


def test_golden_the_same_facts_give_the_same_bytes() -> None:
    """A change here changes what new certificates say: look at the difference, then renew it."""
    text = json.dumps(signed(), indent=2, ensure_ascii=False) + "\n"
    assert text == GOLDEN.read_text("utf-8")


@pytest.mark.skipif(not SCHEMA_FILE.exists(), reason="LEARNENV_OB3_SCHEMA: not on this machine")
@pytest.mark.parametrize("full", [True, False])
def test_official_schema_accepts_it(full: bool) -> None:
    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))
    checker = jsonschema.Draft201909Validator(schema, format_checker=jsonschema.FormatChecker())
    document = signed(FACTS if full else bare_facts())
    assert [error.message for error in checker.iter_errors(document)] == []
    document["credentialSubject"]["achievement"].pop("criteria")
    assert list(checker.iter_errors(document))


def bare_facts() -> CredentialFacts:
    """Return facts with everything left out that may be."""
    return replace(
        FACTS,
        kind="course",
        language="en",
        email=None,
        outcomes=(),
        ects=None,
        eqf=None,
        nlqf=None,
        quality_framework=None,
        score_percent=None,
        valid_until=None,
        issuer=replace(FACTS.issuer, oin=None),
    )


def test_every_field_of_the_eu_and_dutch_lists_is_there() -> None:
    """Council Recommendation 2022/C 243/02, annex I; edubadges micro-credentials."""
    document = build(FACTS)
    subject = document["credentialSubject"]
    achievement = subject["achievement"]
    who = {entry["identityType"]: entry["identityHash"] for entry in subject["identifier"]}
    kinds = {entry["id"]: entry["resultType"] for entry in achievement["resultDescription"]}
    results = {kinds[entry["resultDescription"]]: entry["value"] for entry in subject["result"]}
    aligned = {
        entry["targetType"]: (entry["targetName"], entry.get("targetCode"), entry["targetUrl"])
        for entry in achievement["alignment"]
    }
    outcomes = [
        entry["targetName"]
        for entry in achievement["alignment"]
        if entry["targetType"] == "ext:LearningOutcome"
    ]
    assert who["name"] == FACTS.holder_name
    assert who["ext:CertificateNumber"] == FACTS.number
    assert subject["licenseNumber"] == "K7QX-4MRT-9B2H"
    assert achievement["name"] == document["name"] == FACTS.title
    assert document["issuer"]["name"] == FACTS.issuer.name
    assert document["issuer"]["address"]["addressCountryCode"] == "NL"
    assert document["issuer"]["otherIdentifier"][0]["identifier"] == FACTS.issuer.oin
    assert document["awardedDate"] == "2026-11-23T09:30:05Z"
    assert outcomes == list(FACTS.outcomes)
    assert all(outcome in achievement["criteria"]["narrative"] for outcome in FACTS.outcomes)
    assert FACTS.criteria in achievement["criteria"]["narrative"]
    assert subject["creditsEarned"] == achievement["creditsAvailable"] == 2.5
    assert aligned["ext:EQF"][1] == aligned["ext:NLQF"][1] == "6"
    assert aligned["ext:QualityAssurance"] == (
        "Kader microcredentials",
        None,
        "https://kwaliteit.example/kader",
    )
    assert achievement["inLanguage"] == "nl-NL"
    assert achievement["version"] == "3"
    assert results == {
        "ext:StudyLoad": "PT4200M",
        "ext:ParticipationType": "online",
        "ext:AssessmentType": "Eindtoets",
        "ext:SupervisionType": "Geen toezicht",
        "ext:IdentityChecked": "false",
        "Percent": "86",
    }


def test_a_course_is_completed_and_a_certification_is_certified() -> None:
    def kind(facts: CredentialFacts) -> str:
        return str(build(facts)["credentialSubject"]["achievement"]["achievementType"])

    assert kind(FACTS) == "Certification"
    assert kind(bare_facts()) == "CertificateOfCompletion"


def test_the_mail_address_is_only_there_as_a_salted_hash() -> None:
    document = build(FACTS)
    text = json.dumps(document).lower()
    entry = document["credentialSubject"]["identifier"][2]
    digest = hashlib.sha256(f"anouk@voorbeeld.example{entry['salt']}".encode()).hexdigest()
    assert "anouk@" not in text
    assert "voorbeeld" not in text
    assert entry["identityHash"] == f"sha256${digest}"
    other = build(replace(FACTS, uuid="00000000-0000-4000-8000-000000000000"))
    assert other["credentialSubject"]["identifier"][2]["salt"] != entry["salt"]


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2029, 11, 23), "2029-11-23T23:59:59+01:00"),
        (date(2029, 7, 1), "2029-07-01T23:59:59+02:00"),
        (date(2029, 3, 25), "2029-03-25T23:59:59+02:00"),
        (date(2029, 10, 28), "2029-10-28T23:59:59+01:00"),
    ],
)
def test_the_last_day_counts_until_midnight_in_amsterdam(day: date, text: str) -> None:
    document = signed(replace(FACTS, valid_until=day))
    end = datetime.fromisoformat(text)
    assert document["validUntil"] == text
    assert reasons(document, end) == ()
    assert reasons(document, end + timedelta(seconds=1)) == ("expired",)


def test_whole_credits_are_written_as_others_read_them() -> None:
    assert '"creditsEarned": 3}' in json.dumps(build(replace(FACTS, ects=3.0)))
    assert reasons(json.loads(json.dumps(signed(replace(FACTS, ects=3.0))))) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"id_url": "http://leren.example/certificaat/x"},
        {"id_url": "https://leren.example/certificaat/x#y"},
        {"id_url": "https://leren.example/ x"},
        {"status_list_url": "status/1"},
        {"uuid": "x"},
        {"holder_name": " "},
        {"holder_name": "A\x07"},
        {"holder_name": "A\ud800"},
        {"outcomes": ("a", "a")},
        {"outcomes": ("",)},
        {"language": "fr"},
        {"kind": "degree"},
        {"minutes": -1},
        {"ects": 0},
        {"ects": float("nan")},
        {"eqf": 9},
        {"score_percent": 101},
        {"status_index": STATUS_ENTRIES},
        {"status_index": -1},
        {"issued_at": datetime(2026, 1, 1)},  # noqa: DTZ001
        {"quality_framework": ("Kader", "geen adres")},
    ],
)
def test_facts_that_cannot_be_right_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(FactProblem):
        replace(FACTS, **change)


def test_an_issuer_that_cannot_be_right_is_refused() -> None:
    for change in ({"host": "https://x"}, {"country": "nl"}, {"name": ""}, {"url": "x"}):
        with pytest.raises(FactProblem):
            replace(FACTS.issuer, **change)
    assert did_of("Localhost:8000") == "did:web:localhost%3A8000"


def test_a_site_on_ones_own_machine_can_issue() -> None:
    issuer = replace(FACTS.issuer, host="127.0.0.1:8000", url="http://127.0.0.1:8000/")
    base = "http://127.0.0.1:8000"
    facts = replace(
        FACTS, id_url=f"{base}/certificaat/x", issuer=issuer, status_list_url=f"{base}/s"
    )
    document = signed(facts)
    assert reasons(document) == ()
    assert verify_jwt(as_jwt(document, ring().current_jwt), ring(), LATER).ok


NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40).filter(
    str.strip
)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(name=NAMES, title=NAMES, outcomes=st.lists(NAMES, unique=True, max_size=4))
def test_whatever_the_names_our_own_verifier_accepts_it(
    name: str, title: str, outcomes: list[str]
) -> None:
    facts = replace(FACTS, holder_name=name, title=title, outcomes=tuple(outcomes))
    assert reasons(json.dumps(signed(facts))) == ()


def test_left_out_facts_leave_no_trace() -> None:
    document = signed(bare_facts())
    assert reasons(document) == ()
    text = json.dumps(document)
    for word in ("null", "[]", "creditsEarned", "ext:EQF", "validUntil", "emailAddress", "OIN"):
        assert word not in text


# --- nothing altered is accepted ---


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Name every place in a document, leaves and branches."""
    entries = node.items() if isinstance(node, dict) else enumerate(node)
    for key, inner in entries:
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, key))


def at_place(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


PLACES = list(places(signed()))


def test_a_credential_is_accepted_unchanged() -> None:
    assert reasons(signed()) == ()
    verdict = verify(json.dumps(signed()).encode(), ring(), LATER)
    assert verdict.ok
    assert verdict.claims == build(FACTS)
    assert not verdict.status_checked


def test_nothing_can_be_left_out() -> None:
    for path in PLACES:
        document = signed_copy()
        del at_place(document, path[:-1])[path[-1]]
        verdict = verify(document, ring(), LATER)
        assert not verdict.ok, path
        assert verdict.claims == {}, path


def test_no_value_can_be_changed() -> None:
    for path in PLACES:
        document = signed_copy()
        holder = at_place(document, path[:-1])
        value = holder[path[-1]]
        if isinstance(value, dict | list):
            continue
        holder[path[-1]] = other_value(value)
        assert not verify(document, ring(), LATER).ok, path


def other_value(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return f"{value[:-1]}{'a' if value[-1] != 'a' else 'b'}"
    return value + 1


_SIGNED = signed()


def signed_copy() -> dict[str, Any]:
    return copy.deepcopy(_SIGNED)


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.just([]),
    st.just({}),
    st.lists(st.text(max_size=5), min_size=1, max_size=2),
    st.dictionaries(st.sampled_from(["id", "type", "name", "x"]), st.text(max_size=5), max_size=2),
)
KNOWN_WORDS = (
    *("name", "image", "evidence", "endorsement", "dateOfBirth", "id", "type", "proof", "tag"),
    *("@context", "@id", "@type", "@graph", "@included", "role", "fieldOfStudy", "parentOrg"),
    *(VOCAB + "achievementType", "https://schema.org/name"),
)
TERMS = st.one_of(st.sampled_from(KNOWN_WORDS), st.text(min_size=1, max_size=8))


@settings(max_examples=250, deadline=None, derandomize=True)
@given(data=st.data())
def test_no_change_of_any_kind_is_accepted(data: st.DataObject) -> None:
    document = signed_copy()
    path = data.draw(st.sampled_from([(), *PLACES]), "place")
    target = at_place(document, path)
    value = data.draw(ANYTHING, "value")
    if isinstance(target, dict):
        target[data.draw(TERMS, "term")] = value
    elif isinstance(target, list):
        target.append(value)
    else:
        at_place(document, path[:-1])[path[-1]] = value
    if json.dumps(document) != json.dumps(_SIGNED):
        assert not verify(document, ring(), LATER).ok


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("credentialSubject", "identifier", 0, "hashed"), "false"),
        (("credentialSubject", "creditsEarned"), "2.5E0"),
        (("credentialSubject", "type"), [VOCAB + "AchievementSubject"]),
        (("credentialSubject", "type"), "AchievementSubject"),
        (("credentialSubject", "achievement", "tag"), []),
        (("credentialSubject", "achievement", "humanCode"), None),
        (("name",), ["Werken bij de overheid 2.0"]),
        (("name",), {"@value": "Werken bij de overheid 2.0"}),
        (("credentialSubject", "achievement", "criteria", "id"), "_:b0"),
        (("credentialSubject", "achievement", "criteria", "id"), "page"),
        (("proof", 0, "proofPurpose"), "https://w3id.org/security#assertionMethod"),
    ],
)
def test_another_spelling_of_the_same_meaning_is_refused(path: Any, value: Any) -> None:
    """The signature would still be right: it covers the meaning. So the shape must say no."""
    document = signed_copy()
    at_place(document, path[:-1])[path[-1]] = value
    assert reasons(document)[0] in {verifying.SHAPE, verifying.TERM}


def test_an_empty_list_is_refused() -> None:
    document = signed(bare_facts())
    document["credentialSubject"]["achievement"]["alignment"] = []
    assert reasons(document) == (verifying.SHAPE,)


def test_the_same_thing_twice_is_refused() -> None:
    document = signed_copy()
    identifiers = document["credentialSubject"]["identifier"]
    identifiers.append(dict(identifiers[0]))
    assert reasons(document) == (verifying.SHAPE,)
    text = json.dumps(signed_copy()).replace('"name":', '"name": "Someone else", "name":', 1)
    assert reasons(text) == (verifying.UNREADABLE,)


def test_an_undefined_term_is_called_that() -> None:
    document = signed_copy()
    document["credentialSubject"]["grade"] = "10"
    assert reasons(document) == (verifying.TERM,)


def test_an_unknown_context_is_called_that() -> None:
    document = signed_copy()
    document["@context"].append("https://elsewhere.example/v1")
    assert reasons(document) == (verifying.CONTEXT,)


@pytest.mark.parametrize(
    "data", ["", "[]", "null", "{", "NaN", '{"a": NaN}', "[" * 100_000, b"\xff", " " * 300_000]
)
def test_what_cannot_be_read_is_called_that(data: Any) -> None:
    assert reasons(data) == (verifying.UNREADABLE,)
    assert not verify_jwt(data if isinstance(data, str) else "x", ring(), LATER).ok


def test_proofs_of_another_number_are_refused() -> None:
    document = signed_copy()
    for proofs in ([], [*document["proof"], *document["proof"]], document["proof"][0], None):
        assert reasons({**document, "proof": proofs}) == (verifying.NO_PROOF,)


def test_too_early_and_too_late_are_told_apart() -> None:
    assert reasons(signed(), ISSUED - timedelta(seconds=1)) == ("not-yet-valid",)
    assert reasons(signed(), ISSUED) == ()
    assert reasons(signed(), datetime(2030, 1, 1, tzinfo=UTC)) == ("expired",)


def test_a_document_made_to_keep_us_busy_is_refused_at_once() -> None:
    document = signed_copy()
    knot = [{"id": f"_:n{i}", "role": f"_:n{(i + 1) % 12}"} for i in range(12)]
    document["credentialSubject"]["achievement"]["related"] = knot
    started = time.process_time()
    assert not verify(document, ring(), LATER).ok
    assert time.process_time() - started < 0.05


# --- keys ---


def test_a_key_we_do_not_know_is_refused() -> None:
    stranger = sign(build(FACTS), issuer_key("20991231"), ISSUED)
    namesake = sign(
        build(FACTS), IssuerKey(**{**_fields(issuer_key("thief")), "id": "20261101"}), ISSUED
    )
    assert reasons(stranger) == (verifying.KEY,)
    assert reasons(namesake) == (verifying.SIGNATURE,)


def _fields(key: IssuerKey) -> dict[str, Any]:
    return {"id": key.id, "public": key.public, "private": key.private}


def test_a_key_of_another_issuer_is_refused() -> None:
    """Our key signed it, but in the name of someone else: the proof must name the issuer's key."""
    document = build(FACTS)
    document["issuer"]["id"] = "did:web:minister.example"
    made = sign(document, ring().current, ISSUED)
    made["proof"][0]["verificationMethod"] = f"did:web:{HOST}#20261101"
    data = proof_hash(document, made["proof"][0])
    made["proof"][0]["proofValue"] = encode(ring().current.sign(data))
    assert reasons(made) == (verifying.KEY,)


def test_any_source_of_keys_will_do() -> None:
    found = {
        method["id"]: from_multikey(method["publicKeyMultibase"])
        for method in did_document(HOST, ring())["verificationMethod"]
    }
    assert verify(signed(), found.get, LATER).ok
    assert verify(signed(), lambda _: None, LATER).reasons == (verifying.KEY,)


def test_rotation_keeps_old_certificates_valid(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = KeyRing.make(folder, ISSUED)
    old = sign(build(FACTS), first.current, ISSUED)
    old_jwt = as_jwt(old, first.current_jwt)
    second = KeyRing.rotate(folder, ISSUED)
    new = sign(build(FACTS), second.current, LATER)
    assert [key.id for key in second.issuer_keys] == ["20261123", "20261123-2"]
    assert second.current.id == second.current_jwt.id == "20261123-2"
    assert old["proof"] != new["proof"]
    (folder / "issuer-20261123.pem").unlink()
    (folder / "jwt-20261123.pem").unlink()
    kept = KeyRing.load(folder)
    for document in (old, new):
        assert verify(document, kept, LATER).ok
    assert verify_jwt(old_jwt, kept, LATER).ok
    assert verify(new, first, LATER).reasons == (verifying.KEY,)
    assert len(did_document(HOST, kept)["verificationMethod"]) == 2
    assert len(jwks(HOST, kept)["keys"]) == 2
    with pytest.raises(KeyProblem, match=r"issuer-20261123\.pem is not here"):
        kept.issuer_keys[0].sign(b"x")
    third = KeyRing.rotate(folder, LATER)
    assert third.current.id == "20270301"
    with pytest.raises(KeyProblem, match="older"):
        KeyRing.rotate(folder, ISSUED)


def test_a_compromised_key_can_be_looked_up_and_proves_nothing(tmp_path: Path) -> None:
    first = KeyRing.make(tmp_path, ISSUED)
    thief = KeyRing(first.issuer_keys, first.jwt_keys)
    since = ISSUED + timedelta(days=3)
    before = sign(build(FACTS), first.current, ISSUED)
    token = as_jwt(build(FACTS), first.current_jwt)
    paper = make_token(key=first.current)
    ring_now = KeyRing.mark_compromised(tmp_path, "20261123", since, LATER)
    assert ring_now.compromised == ("20261123",)
    assert ring_now.current.id == ring_now.current_jwt.id == "20270301", "signing goes on"
    assert KeyRing.load(tmp_path).find("20261123").revoked == since
    with pytest.raises(KeyProblem, match="compromised"):
        ring_now.find("20261123").sign(b"x")
    with pytest.raises(KeyProblem, match="compromised"):
        ring_now.find_jwt("20261123").to_sign_with()

    document = did_document(HOST, ring_now)
    old, new = document["verificationMethod"]
    assert old["revoked"] == utc_text(since)
    assert from_multikey(old["publicKeyMultibase"]) == first.current.public
    assert "revoked" not in new
    assert document["assertionMethod"] == [new["id"]]
    assert [key["kid"].rpartition("/")[2] for key in jwks(HOST, ring_now)["keys"]] == [
        "20270301.json"
    ]

    told = verify(before, ring_now, LATER)
    assert (told.ok, told.doubtful) == (True, True), "the moment is what the signer wrote"
    after = sign(build(FACTS), thief.current, since)
    assert verify(after, ring_now, LATER).reasons == (verifying.COMPROMISED,)
    assert verify(after, first, LATER).ok
    good = verify(sign(build(FACTS), ring_now.current, LATER), ring_now, LATER)
    assert (good.ok, good.doubtful) == (True, False)
    listed = status_list(LIST_URL, [], thief, since).document
    assert verify(
        sign(build(FACTS), ring_now.current, since), ring_now, since, status=listed
    ).reasons == (verifying.STATUS,)
    assert verify_jwt(token, ring_now, LATER).reasons == (verifying.COMPROMISED,)
    with pytest.raises(fragment.FragmentProblem, match="other hands"):
        fragment.read(paper, ring_now)


@pytest.mark.parametrize("created", ["yesterday", "2026-11-23T09:30:05"])
def test_a_proof_of_a_compromised_key_without_a_moment_is_refused(
    tmp_path: Path, created: str
) -> None:
    first = KeyRing.make(tmp_path, ISSUED)
    made = sign(build(FACTS), first.current, ISSUED)
    made["proof"][0]["created"] = created
    made["proof"][0].pop("proofValue")
    data = proof_hash(made, made["proof"][0])
    made["proof"][0]["proofValue"] = encode(first.current.sign(data))
    ring_now = KeyRing.mark_compromised(tmp_path, "20261123", LATER, LATER)
    assert verify(made, ring_now, LATER).reasons[0] in {verifying.SHAPE, verifying.TERM}


def test_a_mark_is_only_ever_moved_back(tmp_path: Path) -> None:
    KeyRing.make(tmp_path, ISSUED)
    KeyRing.rotate(tmp_path, LATER)
    with pytest.raises(KeyProblem, match=r"no key 20200101\. There are: 20261123, 20270301"):
        KeyRing.mark_compromised(tmp_path, "20200101", ISSUED, LATER)
    with pytest.raises(KeyProblem, match="not come yet"):
        KeyRing.mark_compromised(tmp_path, "20261123", LATER + timedelta(hours=1), LATER)
    KeyRing.mark_compromised(tmp_path, "20261123", LATER, LATER)
    with pytest.raises(KeyProblem, match="marked already"):
        KeyRing.mark_compromised(tmp_path, "20261123", LATER, LATER)
    marked = KeyRing.mark_compromised(tmp_path, "20261123", ISSUED, LATER)
    assert marked.find("20261123").revoked == ISSUED
    assert marked.current.id == "20270301", "an old key needs no new one"
    mark = tmp_path / "revoked-20261123.txt"
    assert stat.S_IMODE(mark.stat().st_mode) == 0o600
    for broken in ("", "gisteren", "2026-11-23T09:30:05"):
        mark.write_text(broken)
        with pytest.raises(KeyProblem, match=r"revoked-20261123\.txt"):
            KeyRing.load(tmp_path)


def test_without_its_newest_private_key_a_ring_signs_with_no_other(tmp_path: Path) -> None:
    KeyRing.make(tmp_path, ISSUED)
    KeyRing.rotate(tmp_path, LATER)
    (tmp_path / "issuer-20270301.pem").unlink()
    with pytest.raises(KeyProblem, match="cannot sign"):
        sign(build(FACTS), KeyRing.load(tmp_path).current, LATER)


def test_key_files_are_for_their_owner_and_never_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    KeyRing.make(folder, ISSUED)
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        "issuer-20261123.pem",
        "issuer-20261123.pub.pem",
        "jwt-20261123.pem",
        "jwt-20261123.pub.pem",
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(KeyProblem, match="already holds keys"):
        KeyRing.make(folder, ISSUED)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_two_processes_that_make_the_first_keys_do_not_mix_them(tmp_path: Path) -> None:
    from certificates.credentials import keys

    keys._write_new(tmp_path / "issuer-20261123.pub.pem", b"theirs")
    with pytest.raises(KeyProblem, match="never overwritten"):
        keys._add_pair(tmp_path, "20261123")
    assert (tmp_path / "issuer-20261123.pub.pem").read_bytes() == b"theirs"
    assert len(list(tmp_path.iterdir())) == 1


def test_keys_that_are_broken_are_named(tmp_path: Path) -> None:
    with pytest.raises(KeyProblem, match="does not exist"):
        KeyRing.load(tmp_path / "none")
    with pytest.raises(KeyProblem, match="no key issuer"):
        KeyRing.load(tmp_path)
    KeyRing.make(tmp_path, ISSUED)
    issuer, jwt = tmp_path / "issuer-20261123.pem", tmp_path / "jwt-20261123.pem"
    good, rsa = issuer.read_bytes(), jwt.read_bytes()
    for data, words in (
        (b"", "holds no key"),
        (good[:60], "holds no key"),
        (b"\xff" * 99, "holds no key"),
        (rsa, "holds a key of another kind"),
    ):
        issuer.write_bytes(data)
        with pytest.raises(KeyProblem, match=rf"issuer-20261123\.pem {words}"):
            KeyRing.load(tmp_path)
    from certificates.credentials.keys import _private_pem

    issuer.write_bytes(_private_pem(Ed25519PrivateKey.generate()))
    with pytest.raises(KeyProblem, match="no pair"):
        KeyRing.load(tmp_path)
    issuer.unlink()
    issuer.mkdir()
    with pytest.raises(KeyProblem, match="cannot be read"):
        KeyRing.load(tmp_path)


def test_a_key_never_shows_in_a_log() -> None:
    assert "private" not in repr(ring())


# --- VC-JWT ---


def test_the_jwt_says_the_same_and_no_more() -> None:
    token = as_jwt(signed(), ring().current_jwt)
    header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    verdict = verify_jwt(token, ring(), LATER)
    assert header == {
        "alg": "RS256",
        "typ": "JWT",
        "kid": f"https://{HOST}/.well-known/jwk/20261101.json",
    }
    assert verdict.ok
    assert verdict.claims == build(FACTS)
    assert verify_jwt(token, ring(), datetime(2030, 1, 1, tzinfo=UTC)).reasons == ("expired",)


def test_an_altered_jwt_is_refused() -> None:
    token = as_jwt(signed(), ring().current_jwt)
    head, body, tail = token.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    for other in (
        f"{head}.{body[:-4]}AAAA.{tail}",
        f"{head}.{body}.{tail[:-4]}AAAA",
        f"{head}.{body}.",
        f"{none}.{body}.",
        f"{none}.{body}.{tail}",
        "a.b.c",
        "",
    ):
        assert not verify_jwt(other, ring(), LATER).ok
    stranger = KeyRing(ring().issuer_keys, (jwt_key("20250101"),))
    assert verify_jwt(token, stranger, LATER).reasons == (verifying.KEY,)


def test_a_jwt_whose_registered_claims_say_something_else_is_refused() -> None:
    from joserfc import jwt
    from joserfc.jwk import RSAKey

    from certificates.credentials.issuing import jwk_url, jwt_claims

    key = ring().current_jwt
    header = {"alg": "RS256", "typ": "JWT", "kid": jwk_url(did_of(HOST), key.id)}
    good = jwt_claims(build(FACTS))
    for change in ({"exp": 9_999_999_999}, {"sub": "urn:uuid:x"}, {"iss": "x"}, {"aud": "x"}):
        private = RSAKey.import_key(key.to_sign_with())
        token = jwt.encode(header, good | change, private, algorithms=["RS256"])
        assert not verify_jwt(token, ring(), LATER).ok, change


# --- status list ---


def test_the_first_entry_is_the_leftmost_bit() -> None:
    """W3C Bitstring Status List 1.0, 6.1 and 6.2."""
    text = encoded([0, 9, STATUS_ENTRIES - 1])
    bits = gzip.decompress(base64.urlsafe_b64decode(text[1:] + "=="))
    assert text[0] == "u"
    assert len(bits) * 8 == STATUS_ENTRIES == 131_072
    assert (bits[0], bits[1], bits[-1]) == (0b1000_0000, 0b0100_0000, 0b0000_0001)
    assert sum(byte.bit_count() for byte in bits) == 3
    assert encoded([9, 0, STATUS_ENTRIES - 1, 9]) == text
    assert base64.urlsafe_b64decode(text[1:] + "==")[4:8] == b"\0\0\0\0"  # no time of making


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.sets(st.integers(0, STATUS_ENTRIES - 1), max_size=50), st.integers(0, STATUS_ENTRIES - 1))
def test_a_bit_is_set_when_it_was_asked_and_else_not(revoked: set[int], index: int) -> None:
    text = encoded(revoked)
    assert is_set(text, index) == (index in revoked)
    assert all(is_set(text, one) for one in revoked)


def test_what_is_no_list_is_refused() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    short = gzip.compress(b"\0" * 100)
    for data in (b"", b"x", short, bomb, gzip.compress(b"\0" * 16384)[:-20]):
        text = "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode()
        with pytest.raises(StatusProblem):
            is_set(text, 1)
    for text in ("", "zabc", "u*", "ué"):
        with pytest.raises(StatusProblem):
            is_set(text, 1)
    with pytest.raises(StatusProblem):
        encoded([STATUS_ENTRIES])


def test_a_revoked_certificate_is_refused() -> None:
    clean = status_list(LIST_URL, [4710, 4712], ring(), LATER).document
    dirty = status_list(LIST_URL, [4711], ring(), LATER).document
    good = verify(signed(), ring(), LATER, status=clean)
    assert (good.ok, good.status_checked) == (True, True)
    bad = verify(signed(), ring(), LATER, status=dirty)
    assert (bad.ok, bad.reasons, bad.status_checked) == (False, ("revoked",), True)
    token = as_jwt(signed(), ring().current_jwt)
    assert verify_jwt(token, ring(), LATER, status=dirty).reasons == ("revoked",)
    late = datetime(2030, 1, 1, tzinfo=UTC)
    dirty = status_list(LIST_URL, [4711], ring(), late).document
    assert reasons(signed(), late, status=dirty) == ("expired", "revoked")


def test_a_status_list_ends_and_an_old_one_is_not_believed() -> None:
    listed = status_list(LIST_URL, [], ring(), LATER)
    ends = LATER + STATUS_VALID
    assert listed.document["validUntil"] == utc_text(ends)
    assert json.loads(jws_payload(listed.jwt))["exp"] == int(ends.timestamp())
    assert verify(signed(), ring(), ends, status=listed.document).ok
    late = verify(signed(), ring(), ends + timedelta(seconds=1), status=listed.document)
    assert (late.reasons, late.status_checked) == ((verifying.STATUS,), False)


def jws_payload(token: str) -> bytes:
    text = token.split(".")[1]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_status_list_that_says_nothing_is_not_taken_for_valid() -> None:
    good = status_list(LIST_URL, [], ring(), LATER).document
    altered = copy.deepcopy(good)
    altered["credentialSubject"]["encodedList"] = encoded([1])
    foreign = status_list("https://other.example/status/1", [], ring(), LATER).document
    another = status_list(f"https://{HOST}/status/2", [], ring(), LATER).document
    future = status_list(LIST_URL, [], ring(), LATER + timedelta(days=1)).document
    for listed in (altered, foreign, another, future, {}, signed(), {**good, "extra": 1}):
        verdict = verify(signed(), ring(), LATER, status=listed)
        assert verdict.reasons == (verifying.STATUS,)
        assert not verdict.status_checked


# --- the token behind the QR ---


def make_token(**change: Any) -> str:
    facts: dict[str, Any] = {
        "code": "k7qx4mrt2b2hpz6vya3dtwe5nf",
        "holder_name": "Anouk Şahin-de Bruijn",
        "title": "Gecertificeerd adviseur digitale toegankelijkheid",
        "issued_on": date(2026, 11, 23),
        "valid_until": date(2029, 11, 23),
        "key": ring().current,
    }
    return fragment.make(**(facts | change))


def test_the_token_says_what_the_paper_says_and_is_small() -> None:
    token = make_token()
    claims = fragment.read(token, ring())
    assert len(token) <= fragment.ORDINARY_SIZE == 360
    assert claims == fragment.FragmentClaims(
        code="k7qx4mrt2b2hpz6vya3dtwe5nf",
        holder_name="Anouk Şahin-de Bruijn",
        title="Gecertificeerd adviseur digitale toegankelijkheid",
        issued_on=date(2026, 11, 23),
        valid_until=date(2029, 11, 23),
        key_id="20261101",
    )
    assert fragment.read(make_token(valid_until=None), ring()).valid_until is None
    assert fragment.read(make_token(key=ring().issuer_keys[0]), ring()).key_id == "20250101"


def test_no_letter_of_the_token_can_be_changed() -> None:
    token = make_token()
    for place, letter in enumerate(token):
        other = token[:place] + ("A" if letter != "A" else "B") + token[place + 1 :]
        with pytest.raises(fragment.FragmentProblem):
            fragment.read(other, ring())


def test_what_is_no_token_of_ours_is_refused() -> None:
    token = make_token()
    head, body, _ = token.split(".")
    stranger = make_token(key=issuer_key("20991231"))
    nested = base64.urlsafe_b64encode(b"[" * 2000).decode()
    for other in ("", "a.b", "a.b.c.d", f"{head}.{body}.", stranger, token + "=", token + "\n",
                  f"{nested}.{body}.x", f"{head}.W10.x", "x" * 5000):  # fmt: skip
        with pytest.raises(fragment.FragmentProblem):
            fragment.read(other, ring())


# --- speed ---


def test_a_credential_takes_little_time() -> None:
    """About 9 ms on the machine this was written on; the bound leaves room for a busy one."""
    document = build(FACTS)
    sign(document, ring().current, ISSUED)
    best = 9.0
    for _ in range(15):
        started = time.process_time()
        sign(document, ring().current, ISSUED)
        best = min(best, time.process_time() - started)
    assert best < 0.06


def test_the_shape_describes_all_we_issue() -> None:
    check = shape.credential(CONTEXTS)
    for facts in (FACTS, bare_facts()):
        check(build(facts))
