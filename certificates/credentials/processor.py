"""PyLD, watched: it may drop nothing on the way from JSON to RDF, and fetches nothing.

Apart from `jsonld`, which uses it, because PyLD brings more along than pages of the site need.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, ClassVar

from pyld.jsonld import JsonLdError, JsonLdProcessor

from certificates.credentials.jsonld import MeaningProblem, UndefinedTerm, load

# The cache of PyLD is one for the process and not made for threads that write at the same time.
_lock = threading.Lock()
_REMEMBERED = 500
_NOWHERE = "relative://nowhere/"
"""The base of relative addresses: PyLD would invent one, and sign that as if it had been said."""


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


def normalised(document: Mapping[str, Any]) -> str:
    """Return the canonical N-Quads of a document. Raises MeaningProblem."""
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
