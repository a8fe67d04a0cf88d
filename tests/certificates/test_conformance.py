"""Programs of others judge the file: PDF/A-3a and PDF/UA-1, before and after the seal.

Each is also shown a file with a planted defect: a judge that finds nothing there judges nothing.
"""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pytest
from checkers import PROFILES, VeraPdf, outloud_findings, said_by
from samples import ATTACHED, CONTENT, KEY_COPY, LONG_NAME, logo, of_course

from certificates.rendering import render_pdf
from certificates.sealing import SealSettings, make_development_keys, sealer_from

BOTH = tuple(PROFILES)


@pytest.fixture(scope="module")
def verapdf(tmp_path_factory):
    engine = VeraPdf(tmp_path_factory.mktemp("verapdf"))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return render_pdf(of_course("werken-2.0"), attachments=(ATTACHED, KEY_COPY), development=True)


@pytest.fixture(scope="module")
def sealed(pdf, tmp_path_factory) -> dict[str, bytes]:
    keys = tmp_path_factory.mktemp("keys")
    make_development_keys(keys, datetime.now(UTC))
    settings = SealSettings.from_environment({}, keys)
    long_term = replace(settings, level="B-LT", crls=(keys / "root.crl.pem",))
    return {"B-T": sealer_from(settings).seal(pdf), "B-LT": sealer_from(long_term).seal(pdf)}


def failures(verapdf: VeraPdf, pdf: bytes) -> dict[str, tuple[str, ...]]:
    verdicts = verapdf.judge(pdf)
    assert {name: verdict.rules for name, verdict in verdicts.items()} == PROFILES
    assert all(verdict.compliant == (not verdict.failed) for verdict in verdicts.values())
    return {name: verdict.failed for name, verdict in verdicts.items() if verdict.failed}


@pytest.mark.parametrize(
    "content",
    [
        CONTENT,
        replace(CONTENT, outcomes=(), score_percent=None),
        replace(CONTENT, language="en", kind="certification", valid_until=CONTENT.issued_on),
        replace(CONTENT, holder_name="Ελένη Παπαδοπούλου"),
        replace(CONTENT, holder_name="Љубица", statement="voor moed, beleid en trouw"),
        replace(CONTENT, holder_name="Ĳsbrand Ŧ", logo=logo()),
        replace(CONTENT, holder_name="Nguyễn Thị Ánh", outcomes=("β ≥ 3 ✓ 🎉",)),
        replace(CONTENT, holder_name=LONG_NAME, outcomes=CONTENT.outcomes * 30),
    ],
    ids=["plain", "one page", "english", "greek", "cyrillic", "logo", "vietnamese", "long"],
)
def test_every_kind_of_certificate_conforms(verapdf, tmp_path, content):
    pdf = render_pdf(content, attachments=(ATTACHED,))
    assert failures(verapdf, pdf) == {}
    assert outloud_findings(pdf, tmp_path) == []


def test_an_unsealed_certificate_conforms_too(verapdf, tmp_path):
    pdf = render_pdf(CONTENT, sealed=False)
    assert failures(verapdf, pdf) == {}
    assert outloud_findings(pdf, tmp_path) == []


@pytest.mark.parametrize("level", ["B-T", "B-LT"])
def test_the_seal_breaks_nothing(verapdf, tmp_path, sealed, level):
    assert failures(verapdf, sealed[level]) == {}
    assert outloud_findings(sealed[level], tmp_path) == []


def test_a_sealed_certificate_is_small(sealed):
    assert len(sealed["B-T"]) <= 80_000


# --- planted defects --------------------------------------------------------------------------


def objects(pdf: pikepdf.Pdf, key: str, value: str):
    return [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get(key) == value]


def without_tags(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.StructTreeRoot


def without_alternative_text(pdf: pikepdf.Pdf) -> None:
    for figure in objects(pdf, "/S", "/Figure"):
        del figure.Alt


def without_fonts(pdf: pikepdf.Pdf) -> None:
    for descriptor in objects(pdf, "/Type", "/FontDescriptor"):
        for key in {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor.keys()):
            del descriptor[key]


def with_a_second_rdf(pdf: pikepdf.Pdf) -> None:
    data = pdf.Root.Metadata.read_bytes()
    head, claim = data.split(b'<rdf:Description rdf:about="" xmlns:pdfuaid', 1)
    opening = b'</rdf:RDF><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    pdf.Root.Metadata.write(head + opening + b'<rdf:Description rdf:about="" xmlns:pdfuaid' + claim)


def with_an_untagged_field(pdf: pikepdf.Pdf) -> None:
    (form,) = objects(pdf, "/S", "/Form")
    form.P.K = pikepdf.Array([kid for kid in form.P.K if kid.objgen != form.objgen])
    del pdf.Root.AcroForm.Fields[0].StructParent


def without_relationship(pdf: pikepdf.Pdf) -> None:
    for file in objects(pdf, "/Type", "/Filespec"):
        del file.AFRelationship


def planted(pdf: bytes, defect) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        defect(opened)
        opened.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("defect", "broken", "heard"),
    [
        (lambda _pdf: None, (), False),
        (without_tags, BOTH, True),
        (without_alternative_text, ("PDFUA-1",), True),
        (without_fonts, BOTH, True),
        (with_a_second_rdf, ("PDFUA-1",), False),
        (with_an_untagged_field, (), True),
        (without_relationship, ("PDFA-3A",), False),
    ],
    ids=["none", "tags", "alt", "fonts", "second rdf", "untagged field", "relationship"],
)
def test_a_planted_defect_is_found(verapdf, tmp_path, pdf, defect, broken, heard):
    bad = planted(pdf, defect)
    assert tuple(failures(verapdf, bad)) == broken
    assert bool(outloud_findings(bad, tmp_path)) == heard
    assert defect is None or broken or heard or bad != pdf


def test_qpdf_finds_the_syntax_whole_and_a_cut_file_not(sealed, tmp_path):
    whole, cut = tmp_path / "whole.pdf", tmp_path / "cut.pdf"
    whole.write_bytes(sealed["B-T"])
    cut.write_bytes(sealed["B-T"][:-2000])
    code, said = said_by("qpdf", "--check", whole)
    assert (code, "No syntax or stream encoding errors" in said) == (0, True), said
    assert said_by("qpdf", "--check", cut)[0] != 0


def test_pdfsig_reads_the_seal_and_sees_a_change(sealed, tmp_path):
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed["B-T"])
    _code, said = said_by("pdfsig", "-nocert", path)
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    changed = bytearray(sealed["B-T"])
    changed[5000] ^= 1
    path.write_bytes(changed)
    assert "Signature is Valid." not in said_by("pdfsig", "-nocert", path)[1]
