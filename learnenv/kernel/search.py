"""The search port: Dutch and English words become stems in Python, so that both databases agree."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

_WORD = re.compile(r"[a-z0-9]+")


@lru_cache(maxsize=4)
def _stemmer(language: str) -> Any:
    import snowballstemmer  # all its languages at once, so not before somebody searches

    return snowballstemmer.stemmer("dutch" if language == "nl" else "english")


def folded(text: str) -> str:
    """Return the text in small letters without accents, as it is compared."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in apart if not unicodedata.combining(c)).split())


def stems(text: str, language: str) -> list[str]:
    """Return the stems of the words of `text`, accents folded, in order."""
    words = _WORD.findall(folded(text))
    return list(_stemmer(language).stemWords(words))


def matches(query: str, document_stems: str, language: str) -> bool:
    """Whether every word of `query` begins a word of the document (prefix search)."""
    padded = f" {document_stems}"
    return all(f" {stem}" in padded for stem in stems(query, language))
