"""What makes one file PDF/A-3a and PDF/UA-1 at once, and leaves a tagged place for the seal.

WeasyPrint writes one variant at a time. It writes PDF/A-3a here; this module adds the claim of
PDF/UA-1 and mends what a checker of either would refuse. It works on the objects before they are
written, so that the result stays the same bytes for the same certificate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pydyf

SEAL_FIELD = "Zegel"

_END = b"</rdf:RDF>"
_UA_CLAIM = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the document follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The words that only assistive technology says, and the language of the holder's name."""

    link: str
    seal: str
    name_language: str | None


def claim_universal_access(metadata: Any) -> None:
    """Claim PDF/UA-1 inside the same rdf:RDF that claims PDF/A-3a.

    A second rdf:RDF, which is what the documented option makes, is read by nobody; and a property
    that PDF/A does not know must come with its description, the extension schema.
    """
    generate: Callable[..., bytes] = metadata.generate_rdf_metadata

    def with_claim(*args: Any) -> bytes:
        head, _, tail = generate(*args).rpartition(_END)
        return head + _UA_CLAIM + _END + tail

    metadata.generate_rdf_metadata = with_claim


def finisher(labels: Labels, *, seal_field: bool) -> Callable[[Any, Any], None]:
    """Return what WeasyPrint calls with the objects of the file, just before they are written."""

    def finish(_document: Any, pdf: Any) -> None:
        _list_attachments_once(pdf)
        for annotation in _objects(pdf, Subtype="/Link"):
            annotation["Contents"] = pydyf.String(labels.link)
        if labels.name_language:
            _mark_name(pdf, labels.name_language)
        if seal_field:
            _add_seal_field(pdf, labels.seal)

    return finish


def _objects(pdf: Any, **wanted: str) -> Iterator[Any]:
    for found in pdf.objects:
        if isinstance(found, dict) and all(found.get(key) == wanted[key] for key in wanted):
            yield found


def _object(pdf: Any, reference: bytes | str) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _list_attachments_once(pdf: Any) -> None:
    if listed := pdf.catalog.get("AF"):
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(listed))


def _mark_name(pdf: Any, language: str) -> None:
    """Give the spans of the template a language: it has them round the holder's name only.

    Every run of text is a Span too, but one with a number for a child, not with an element.
    """
    for element in _objects(pdf, Type="/StructElem", S="/Span"):
        if any(not isinstance(child, int) for child in element["K"]):
            element["Lang"] = pydyf.String(language)


def _add_seal_field(pdf: Any, label: str) -> None:
    """Add an empty signature field that is part of the tagged document.

    The field that a signing library adds by itself has no tag, and PDF/UA refuses a file with it.
    """
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    document = _object(pdf, root["K"][0])
    tree = _object(pdf, root["ParentTree"])
    page_reference = pdf.page_references[0]
    page = _object(pdf, page_reference)
    key = max(tree["Nums"][0::2]) + 1
    widget = pydyf.Dictionary(
        {
            "Type": "/Annot",
            "Subtype": "/Widget",
            "FT": "/Sig",
            "T": pydyf.String(SEAL_FIELD),
            "TU": pydyf.String(label),
            "Rect": pydyf.Array([0, 0, 0, 0]),
            "F": 4,
            "P": page_reference,
            "StructParent": key,
        }
    )
    pdf.add_object(widget)
    place = pydyf.Dictionary({"Type": "/OBJR", "Obj": widget.reference, "Pg": page_reference})
    pdf.add_object(place)
    form = pydyf.Dictionary(
        {
            "Type": "/StructElem",
            "S": "/Form",
            "P": document.reference,
            "Pg": page_reference,
            "Alt": pydyf.String(label),
            "K": pydyf.Array([place.reference]),
        }
    )
    pdf.add_object(form)
    document["K"].append(form.reference)
    tree["Nums"].extend([key, form.reference])
    root["ParentTreeNextKey"] = key + 1
    page.setdefault("Annots", pydyf.Array()).append(widget.reference)
    pdf.catalog["AcroForm"] = pydyf.Dictionary(
        {"Fields": pydyf.Array([widget.reference]), "SigFlags": 3}
    )
