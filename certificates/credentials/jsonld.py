"""What a credential means, as bytes to hash: RDF canonical form with bundled contexts only.

The signature covers what the terms mean (RDF), not the letters of the JSON. So two things must hold
before hashing: every context is one we know to the letter, and no term is left without a meaning. A
processor silently drops a term it does not know; such a term would be added after signing and the
signature would still be right (VC Data Integrity 1.0, 2.4.1 and 4.6).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

VC_CONTEXT = "https://www.w3.org/ns/credentials/v2"
OB_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OB_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
_FOLDER = resources.files("certificates.credentials") / "contexts"


class MeaningProblem(ValueError):  # noqa: N818
    """A document that has no certain meaning, so it is neither signed nor accepted."""


class UnknownContext(MeaningProblem):
    """A context that is not bundled."""


class UndefinedTerm(MeaningProblem):
    """A term or an address that would be dropped before hashing."""


@lru_cache(maxsize=1)
def _bundled() -> dict[str, str]:
    """Return the file of every context we know, by its exact address."""
    listed = json.loads((_FOLDER / "manifest.json").read_text("utf-8"))["contexts"]
    return {entry["url"]: entry["file"] for entry in listed}


@lru_cache(maxsize=8)
def _context(url: str) -> Any:
    return json.loads((_FOLDER / _bundled()[url]).read_text("utf-8"))


def load(url: str, _options: object = None) -> dict[str, Any]:
    """Hand PyLD a bundled context. There is no other way in: nothing is ever fetched."""
    if url not in _bundled():
        raise UnknownContext(url)
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": _context(url),
    }


def require_bundled(document: Mapping[str, Any]) -> None:
    """Refuse a document with a context of its own, or one we do not have.

    Checked here and not only in the loader: PyLD keeps contexts of earlier documents, and what is
    kept is not asked for again.
    """
    contexts = document.get("@context")
    if not isinstance(contexts, list) or not contexts:
        raise UnknownContext("no list of contexts")
    for context in contexts:
        if not isinstance(context, str) or context not in _bundled():
            raise UnknownContext(str(context)[:200])
    for value in document.values():
        _refuse_inner_context(value)


def _refuse_inner_context(value: object) -> None:
    if isinstance(value, Mapping):
        if "@context" in value:
            raise UnknownContext("a context inside the document")
        for inner in value.values():
            _refuse_inner_context(inner)
    elif isinstance(value, list):
        for inner in value:
            if not isinstance(inner, str):
                _refuse_inner_context(inner)


def canonical(document: Mapping[str, Any]) -> str:
    """Return the canonical N-Quads (RDFC-1.0, earlier URDNA2015) of a document without loss."""
    require_bundled(document)
    from certificates.credentials.processor import (
        normalised,  # PyLD costs 8 MB, and pages need none
    )

    return normalised(document)
