"""The seal: who can set one, what is inside, and that no change goes unseen."""

from __future__ import annotations

import io
import os
import random
import shutil
import stat
import subprocess
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from samples import ATTACHED, CONTENT

from certificates.rendering import render_pdf
from certificates.sealing import (
    NoSeal,
    SealProblem,
    SealSettings,
    check_seal,
    checking,
    make_development_keys,
    seal_certificates,
    sealer_from,
)
from certificates.sealing.judging import judge
from certificates.sealing.sealer import has_proof_inside

NOW = datetime.now(UTC).replace(microsecond=0)
SOFTHSM = next(iter(sorted(Path("/usr/lib").glob("**/libsofthsm2.so"))), None)


def development(folder: Path, at: datetime = NOW, **environment: str) -> SealSettings:
    if not (folder / "seal.key.pem").exists():
        make_development_keys(folder, at)
    return SealSettings.from_environment(
        {f"LEARNENV_SEAL_{name}": value for name, value in environment.items()}, folder
    )


def loaded(folder: Path, name: str) -> tuple[x509.Certificate, serialization.PrivateFormat]:
    certificate = x509.load_pem_x509_certificate((folder / f"{name}.crt.pem").read_bytes())
    key = serialization.load_pem_private_key((folder / f"{name}.key.pem").read_bytes(), None)
    return certificate, key


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    make_development_keys(folder, NOW)
    return folder


@pytest.fixture(scope="module")
def trusted(keys) -> tuple[bytes, ...]:
    return seal_certificates(development(keys))


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return render_pdf(CONTENT, attachments=(ATTACHED,))


@pytest.fixture(scope="module")
def sealed(keys, pdf) -> bytes:
    return sealer_from(development(keys)).seal(pdf)


# --- development keys and settings ------------------------------------------------------------


def test_development_keys_are_for_the_owner_only_and_never_overwritten(tmp_path):
    folder = tmp_path / "keys"
    make_development_keys(folder, NOW)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert len(before) == 7
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with pytest.raises(SealProblem, match="already"):
        make_development_keys(folder, NOW)
    (folder / "seal.key.pem").unlink()
    with pytest.raises(SealProblem, match="already"):
        make_development_keys(folder, NOW)
    assert not (folder / "seal.key.pem").exists()


def test_development_certificates_may_do_their_work_and_no_more(keys):
    seal, _key = loaded(keys, "seal")
    usage = seal.extensions.get_extension_for_class(x509.KeyUsage)
    assert (usage.critical, usage.value.content_commitment) == (True, True)
    assert not usage.value.digital_signature
    assert not usage.value.key_cert_sign
    tsa, _key = loaded(keys, "tsa")
    purpose = tsa.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert (purpose.critical, len(purpose.value)) == (True, 1)


def test_without_anything_there_is_no_seal(tmp_path, pdf):
    sealer = sealer_from(SealSettings.from_environment({}, tmp_path))
    assert isinstance(sealer, NoSeal)
    assert (sealer.seals, sealer.is_development, sealer.subject) == (False, False, "")
    assert sealer.seal(pdf) == pdf
    assert seal_certificates(SealSettings.from_environment({}, tmp_path)) == ()


def test_development_keys_are_used_unless_the_operator_says_none(keys):
    sealer = sealer_from(development(keys))
    assert (sealer.seals, sealer.is_development) == (True, True)
    assert "no legal value" in sealer.subject
    assert isinstance(sealer_from(development(keys, BACKEND="none")), NoSeal)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"BACKEND": "usb"}, "BACKEND"),
        ({"LEVEL": "B-X"}, "LEVEL"),
        ({"TSA_URL": "ftp://time.example"}, "TSA_URL"),
        ({"BACKEND": "pkcs12"}, "LEARNENV_SEAL_PKCS12 is missing"),
        ({"BACKEND": "pkcs11"}, "LEARNENV_SEAL_PKCS11_LIBRARY is missing"),
        ({"BACKEND": "pem", "KEY": "/nowhere/key.pem"}, "cannot be read"),
        ({"BACKEND": "pem", "CERTIFICATE": "/nowhere/crt.pem"}, "no certificates"),
        ({"LEVEL": "B-LT"}, "CRLS"),
    ],
)
def test_a_wrong_setting_is_named(keys, environment, said):
    with pytest.raises(SealProblem, match=said):
        sealer_from(development(keys, **environment))


def test_secrets_are_not_in_what_is_shown_of_the_settings(tmp_path):
    settings = SealSettings.from_environment(
        {"LEARNENV_SEAL_PASSPHRASE": "geheim1", "LEARNENV_SEAL_PKCS11_PIN": "geheim2"}, tmp_path
    )
    assert settings.passphrase == "geheim1"
    assert "geheim" not in repr(settings)


def test_a_key_that_does_not_belong_to_the_certificate_is_refused(keys, tmp_path):
    make_development_keys(tmp_path, NOW)
    with pytest.raises(SealProblem, match="does not belong"):
        sealer_from(development(keys, BACKEND="pem", KEY=str(tmp_path / "seal.key.pem")))


def test_a_broken_key_is_named(keys, tmp_path):
    bad = tmp_path / "bad.pem"
    bad.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    with pytest.raises(SealProblem, match="cannot be read"):
        sealer_from(development(keys, BACKEND="pem", KEY=str(bad)))


# --- sealing ----------------------------------------------------------------------------------


def test_a_sealed_file_begins_with_the_file_and_is_ours(pdf, sealed, trusted):
    assert sealed.startswith(pdf)
    verdict = check_seal(sealed, trusted)
    assert verdict.state == "sealed"
    assert "Learnenv development seal" in verdict.subject
    assert abs(verdict.sealed_at - datetime.now(UTC)) < timedelta(minutes=10)


def test_a_seal_that_does_not_hold_is_not_handed_over(keys, pdf, monkeypatch):
    """The only look at what was made, as a stranger would, before it is stored."""
    from certificates.sealing import SealVerdict, judging

    verdict = SealVerdict(state="altered", reason="one bit")
    monkeypatch.setattr(judging, "judge", lambda *_: verdict)
    with pytest.raises(SealProblem, match="does not hold: one bit"):
        sealer_from(development(keys)).seal(pdf)


def test_the_seal_is_a_certification_that_allows_no_change_in_our_field(sealed):
    with pikepdf.open(io.BytesIO(sealed)) as opened:
        (field,) = opened.Root.AcroForm.Fields
        assert str(field.T) == "Zegel"
        assert field.V.SubFilter == "/ETSI.CAdES.detached"
        assert field.V.Reference[0].TransformMethod == "/DocMDP"
        assert field.V.Reference[0].TransformParams.P == 1
        assert opened.Root.Perms.DocMDP.objgen == field.V.objgen


def test_a_file_without_our_field_is_not_sealed_somewhere_else(keys):
    with pytest.raises(SealProblem):
        sealer_from(development(keys)).seal(render_pdf(CONTENT, sealed=False))


def test_what_is_no_pdf_or_sealed_already_is_refused(keys, sealed):
    sealer = sealer_from(development(keys))
    for wrong in (b"", b"no pdf", sealed):
        with pytest.raises(SealProblem):
            sealer.seal(wrong)


def test_an_ended_certificate_seals_nothing(tmp_path, pdf):
    sealer = sealer_from(development(tmp_path, at=NOW - timedelta(days=4000)))
    with pytest.raises(SealProblem, match="not valid now"):
        sealer.seal(pdf)


def test_long_term_has_the_proof_inside(keys, pdf, sealed, trusted):
    crl = str(keys / "root.crl.pem")
    for level in ("", "B-LT"):
        made = sealer_from(development(keys, CRLS=crl, LEVEL=level)).seal(pdf)
        assert has_proof_inside(made)
        with pikepdf.open(io.BytesIO(made)) as opened:
            assert len(opened.Root.DSS.CRLs) == 1
        assert judge(made, trusted).state == "sealed"
    assert not has_proof_inside(sealed)
    assert not has_proof_inside(sealer_from(development(keys, CRLS=crl, LEVEL="B-T")).seal(pdf))


def test_without_proof_long_term_fails_and_the_default_becomes_b_t(keys, tmp_path, pdf, trusted):
    make_development_keys(tmp_path, NOW)
    other = str(tmp_path / "root.crl.pem")
    with pytest.raises(SealProblem):
        sealer_from(development(keys, CRLS=other, LEVEL="B-LT")).seal(pdf)
    made = sealer_from(development(keys, CRLS=other)).seal(pdf)
    assert not has_proof_inside(made)
    assert judge(made, trusted).state == "sealed"


def test_a_revoked_seal_gets_no_proof(keys, tmp_path, pdf):
    root, root_key = loaded(keys, "root")
    seal, _key = loaded(keys, "seal")
    revoked = (
        x509.RevokedCertificateBuilder()
        .serial_number(seal.serial_number)
        .revocation_date(NOW)
        .build()
    )
    crl = (
        x509.CertificateRevocationListBuilder().issuer_name(root.subject)
        .last_update(NOW - timedelta(days=1)).next_update(NOW + timedelta(days=1))
        .add_revoked_certificate(revoked).sign(root_key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path / "revoked.pem"
    path.write_bytes(crl.public_bytes(serialization.Encoding.PEM))
    with pytest.raises(SealProblem):
        sealer_from(development(keys, CRLS=str(path), LEVEL="B-LT")).seal(pdf)


def test_without_an_authority_for_the_time_the_level_must_say_so(keys, tmp_path, pdf, trusted):
    for name in ("seal.key.pem", "seal.crt.pem"):
        shutil.copy(keys / name, tmp_path)
    with pytest.raises(SealProblem, match="TSA_URL"):
        sealer_from(SealSettings.from_environment({}, tmp_path))
    plain = SealSettings.from_environment({"LEARNENV_SEAL_LEVEL": "B-B"}, tmp_path)
    assert judge(sealer_from(plain).seal(pdf), trusted).state == "sealed"


# --- the time ---------------------------------------------------------------------------------


@pytest.fixture
def authority(keys):
    """A time-stamping authority on a loopback port, which can be told to fail."""
    from asn1crypto import tsp

    from certificates.sealing.timestamps import timestamper_of

    stamper = timestamper_of(development(keys))
    mood = {"status": 200, "asked": 0}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            import asyncio

            mood["asked"] += 1
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = asyncio.run(stamper.async_request_tsa_response(tsp.TimeStampReq.load(body)))
            self.send_response(mood["status"])
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer.dump() if mood["status"] == 200 else b"")

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", mood
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_time_comes_from_the_authority_on_the_network(keys, authority, pdf, trusted):
    url, mood = authority
    made = sealer_from(development(keys, TSA_URL=url)).seal(pdf)
    assert mood["asked"] >= 1
    assert judge(made, trusted).state == "sealed"


def test_an_authority_that_fails_means_no_seal(keys, authority, pdf):
    url, mood = authority
    mood["status"] = 500
    with pytest.raises(SealProblem, match="could not be set"):
        sealer_from(development(keys, TSA_URL=url)).seal(pdf)
    with pytest.raises(SealProblem, match="could not be set"):
        sealer_from(development(keys, TSA_URL="http://127.0.0.1:9/")).seal(pdf)


def test_a_time_of_a_stranger_is_no_time(keys, tmp_path, pdf):
    make_development_keys(tmp_path, NOW)
    settings = replace(
        development(keys),
        tsa_key=tmp_path / "tsa.key.pem",
        tsa_certificate=tmp_path / "tsa.crt.pem",
    )
    stranger = sealer_from(settings).seal(pdf)
    assert judge(stranger, seal_certificates(development(keys))).state == "unknown_seal"


# --- other places for the key -----------------------------------------------------------------


def p12(keys: Path, folder: Path) -> Path:
    seal, key = loaded(keys, "seal")
    root, _key = loaded(keys, "root")
    path = folder / "seal.p12"
    protection = serialization.BestAvailableEncryption(b"open sesame")
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"seal", key, seal, [root], protection))
    return path


def test_a_protected_file_opens_with_its_pass_phrase_only(keys, tmp_path, authority, pdf, trusted):
    url, _mood = authority
    environment = {"BACKEND": "pkcs12", "PKCS12": str(p12(keys, tmp_path)), "TSA_URL": url}
    settings = development(keys, PASSPHRASE="open sesame", **environment)
    assert set(seal_certificates(settings)) <= set(trusted)
    sealer = sealer_from(settings)
    assert sealer.is_development  # the certificate says it, wherever its key lives
    assert judge(sealer.seal(pdf), trusted).state == "sealed"
    for wrong in ({"PASSPHRASE": "open barley"}, {}):
        with pytest.raises(SealProblem, match="wrong pass phrase"):
            sealer_from(development(keys, **wrong, **environment))


def test_a_real_seal_never_takes_its_time_from_the_site_itself(keys, tmp_path):
    with pytest.raises(SealProblem, match="TSA_URL"):
        sealer_from(
            development(
                keys, BACKEND="pkcs12", PKCS12=str(p12(keys, tmp_path)), PASSPHRASE="open sesame"
            )
        )


@pytest.fixture(scope="module")
def token(keys, tmp_path_factory):
    """A token in SoftHSM with the key of the seal; the library reads its folder once, at load."""
    if SOFTHSM is None or not shutil.which("softhsm2-util"):
        pytest.fail("install softhsm2 (make test does)")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "seals", "--pin", "1234", "--so-pin", "5678"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    subprocess.run(
        ["softhsm2-util", "--import", keys / "seal.key.pem", "--token", "seals", "--label", "seal",
         "--id", "01", "--pin", "1234"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    yield {
        "BACKEND": "pkcs11", "PKCS11_LIBRARY": str(SOFTHSM), "PKCS11_TOKEN": "seals",
        "PKCS11_LABEL": "seal", "PKCS11_PIN": "1234", "CERTIFICATE": str(keys / "seal.crt.pem"),
    }  # fmt: skip
    del os.environ["SOFTHSM2_CONF"]


def test_a_device_seals_without_giving_its_key(keys, token, authority, pdf, trusted):
    url, _mood = authority
    settings = development(keys, TSA_URL=url, **token)
    sealer = sealer_from(settings)
    assert judge(sealer.seal(pdf), trusted).state == "sealed"
    assert judge(sealer.seal(pdf), trusted).state == "sealed"
    assert set(seal_certificates(settings)) <= set(trusted)


@pytest.mark.parametrize(
    "wrong", [{"PKCS11_PIN": "0000"}, {"PKCS11_TOKEN": "other"}, {"PKCS11_LIBRARY": "/no.so"}]
)
def test_a_device_that_does_not_open_is_named(keys, token, authority, wrong):
    url, _mood = authority
    with pytest.raises(SealProblem, match="device"):
        sealer_from(development(keys, TSA_URL=url, **{**token, **wrong}))


# --- tampering --------------------------------------------------------------------------------


def signed_ranges(sealed: bytes) -> list[range]:
    with pikepdf.open(io.BytesIO(sealed)) as opened:
        first, length, second, rest = map(int, opened.Root.AcroForm.Fields[0].V.ByteRange)
    return [range(first, first + length), range(second, second + rest)]


def test_one_flipped_bit_anywhere_is_seen(sealed, trusted):
    """A fixed sample of places, and both edges of what is sealed; never once is it let through."""
    before, after = signed_ranges(sealed)
    assert len(before) + len(after) > 50_000
    chosen = random.Random(20261123)
    places = [before[0], before[-1], after[0], after[-1]]
    places += chosen.sample(before, 40) + chosen.sample(after, 16)
    states = []
    for place in places:
        changed = bytearray(sealed)
        changed[place] ^= 1 << chosen.randrange(8)
        states.append(judge(bytes(changed), trusted).state)
    assert "sealed" not in states
    assert states.count("altered") > len(places) * 0.7
    assert set(states) <= {"altered", "unsealed", "unreadable"}


def test_an_added_revision_is_seen(sealed, trusted):
    from pyhanko.pdf_utils.generic import TextStringObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    writer.root["/Lang"] = TextStringObject("en")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(sealed)
    assert check_seal(out.getvalue(), trusted).state == "altered"


def test_a_saved_again_file_is_seen(sealed, trusted):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sealed)) as opened:
        opened.save(out)
    assert check_seal(out.getvalue(), trusted).state in ("altered", "unsealed")


def test_bytes_after_the_end_and_a_cut_are_seen(sealed, trusted):
    for more in (b"\n% more\n", b"\0", b"\n% more\n%%EOF\n"):
        assert judge(sealed + more, trusted).state in ("altered", "unreadable")
    assert judge(sealed[:-7], trusted).state != "sealed"


def test_an_unsealed_file_and_a_seal_of_a_stranger(pdf, tmp_path, trusted):
    assert check_seal(pdf, trusted).state == "unsealed"
    stranger = sealer_from(development(tmp_path)).seal(pdf)
    verdict = check_seal(stranger, trusted)
    assert (verdict.state, verdict.sealed_at) == ("unknown_seal", None)


def test_another_certificate_of_our_own_issuer_is_not_our_seal(keys, pdf, sealed, trusted):
    """A large issuer seals for others too: its root alone makes nothing ours."""
    seal = (keys / "seal.crt.pem").read_bytes()
    root_only = tuple(one for one in trusted if one.strip() != seal.strip())
    assert len(root_only) == len(trusted) - 1
    assert judge(sealed, root_only).state == "unknown_seal"


@pytest.mark.parametrize(
    "rubbish",
    [b"", b"x", b"%PDF-1.7\n", b"%PDF-1.7\nstartxref\n0\n%%EOF", b"%PDF-" + bytes(range(256)) * 400,
     b"%PDF-1.7\n" + b"[" * 200_000, b"PK\x03\x04" + b"\0" * 500],
)  # fmt: skip
def test_rubbish_gets_a_verdict(rubbish, trusted):
    assert check_seal(rubbish, trusted).state == "unreadable"


def test_too_large_or_too_slow_is_unreadable(monkeypatch, sealed, trusted):
    assert check_seal(b"%PDF-" + b"\0" * 20_000_001, trusted).state == "unreadable"
    monkeypatch.setattr(checking, "SECONDS", -9.999)
    verdict = check_seal(sealed, trusted)
    assert (verdict.state, verdict.reason) == ("unreadable", "no verdict: TimeoutExpired")


# --- a change of keys -------------------------------------------------------------------------


def test_a_change_of_keys_keeps_old_certificates_valid(tmp_path, pdf):
    settings = development(tmp_path)
    before = sealer_from(settings).seal(pdf)
    old = tmp_path / "old"
    old.mkdir()
    for name in ("root", "seal", "tsa"):
        (tmp_path / f"{name}.crt.pem").rename(old / f"{name}-2026.crt.pem")
        (tmp_path / f"{name}.key.pem").unlink()
    (tmp_path / "root.crl.pem").unlink()
    make_development_keys(tmp_path, NOW)
    settings = development(tmp_path)
    after = sealer_from(settings).seal(pdf)
    trusted = seal_certificates(settings)
    assert judge(before, trusted).state == judge(after, trusted).state == "sealed"
    # Taking the old certificate away withdraws the trust in all that it sealed.
    (old / "seal-2026.crt.pem").unlink()
    assert judge(before, seal_certificates(settings)).state == "unknown_seal"
    assert judge(after, seal_certificates(settings)).state == "sealed"


def test_what_was_sealed_stays_sealed_when_the_certificate_ends(sealed, trusted):
    import time_machine

    with time_machine.travel(NOW + timedelta(days=5000), tick=False):
        verdict = judge(sealed, trusted)
    assert verdict.state == "sealed", verdict.reason
