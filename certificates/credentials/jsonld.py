"""What a credential means, as bytes to hash: RDF canonical form with bundled contexts only.

The signature covers what the terms mean (RDF), not the letters of the JSON. So two things must hold
before hashing: every context is one we know to the letter, and no term is left without a meaning. A
processor silently drops a term it does not know; such a term would be added after signing and the
signature would still be right (VC Data Integrity 1.0, 2.4.1 and 4.6).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, ClassVar

from pyld.jsonld import JsonLdError, JsonLdProcessor

VC_CONTEXT = "https://www.w3.org/ns/credentials/v2"
OB_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OB_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
_FOLDER = resources.files("certificates.credentials") / "contexts"
# The cache of PyLD is one for the process and not made for threads that write at the same time.
_lock = threading.Lock()
_REMEMBERED = 500
_NOWHERE = "relative://nowhere/"
"""The base of relative addresses: PyLD would invent one, and sign that as if it had been said."""


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


def _refuse_term(name: str | None) -> None:
    raise UndefinedTerm(str(name)[:200])


def _refuse_relative(node: object) -> None:
    """Refuse addresses and types that are not absolute: they vanish on the way to RDF."""
    if isinstance(node, list):
        for inner in node:
            _refuse_relative(inner)
    elif isinstance(node, dict):
        for name in (*_as_list(node.get("@type")), *_as_list(node.get("@id"))):
            if ":" not in name or name.startswith(("_:", _NOWHERE)):
                raise UndefinedTerm(name[:200])
        for inner in node.values():
            if not isinstance(inner, str):
                _refuse_relative(inner)


def _as_list(value: object) -> list[str]:
    if value is None:
        return []
    return [str(v) for v in value] if isinstance(value, list) else [str(value)]


class _Processor(JsonLdProcessor):  # type: ignore[misc]
    """PyLD that looks at the expanded form on its way to RDF, so that we expand only once.

    It also remembers contexts that a type brings with it. PyLD makes those anew for every node,
    which is half of all its work; ours are fixed, so the outcome depends on the two contexts and
    the flags alone. The published test vectors guard this.
    """

    _known: ClassVar[dict[tuple[Any, ...], tuple[object, Any]]] = {}

    def expand(self, input_: object, options: object) -> object:
        expanded = super().expand(input_, options)
        _refuse_relative(expanded)
        return expanded

    def _process_context(
        self, active_ctx: Any, local_ctx: Any, options: Any, *flags: Any, **named: Any
    ) -> Any:
        def process() -> Any:
            return super(_Processor, self)._process_context(
                active_ctx, local_ctx, options, *flags, **named
            )

        if not isinstance(local_ctx, Mapping) or "_uuid" not in active_ctx or "cycles" in named:
            return process()
        key = (active_ctx["_uuid"], id(local_ctx), flags, *sorted(named.items()))
        if key not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            # The local context is kept as well: its id must not be given to another.
            self._known[key] = (local_ctx, process())
        return self._known[key][1]


def canonical(document: Mapping[str, Any]) -> str:
    """Return the canonical N-Quads (RDFC-1.0, earlier URDNA2015) of a document without loss."""
    require_bundled(document)
    options = {
        "base": _NOWHERE,
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": load,
        "processingMode": "json-ld-1.1",
    }
    try:
        with _lock:
            quads = _Processor(on_property_dropped=_refuse_term).normalize(dict(document), options)
    except JsonLdError as error:
        raise MeaningProblem(_first_cause(error)) from error
    except (RecursionError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, MeaningProblem):
            raise
        raise MeaningProblem(type(error).__name__) from error
    return str(quads)


def _first_cause(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).splitlines()[0][:200]
