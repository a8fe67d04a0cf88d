"""Templates of blocks of others are compiled once per process, not once per view.

Most blocks read their template from a file and compile it each time they draw: half of what such a
page costs, and the same text every time. Neither Django nor Mako keeps templates that come as a
string or through a lookup made for one call, so this keeps what they made of a text.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable
from functools import cache, wraps
from types import SimpleNamespace
from typing import Any

MOST_LETTERS = 1_000_000
"""Of texts kept, per engine: what is made of one takes up to twenty times as much memory."""
LONGEST = 100_000
Key = tuple[object, ...]


class Kept:
    """What was made of texts. A block that makes its text anew for each view cannot fill it."""

    def __init__(self) -> None:
        self.found: dict[Key, Any] = {}
        self.letters = 0
        self._lock = threading.Lock()

    def of(self, text: str | bytes, key: Key, make: Callable[[], Any]) -> Any:
        """Return what is made of a text, made now if need be. `key` holds all that matters."""
        try:
            known = self.found.get(key)
        except TypeError:  # an option that cannot be compared: nothing of it is kept
            return make()
        if known is not None:
            return known
        made = make()
        if len(text) <= LONGEST:
            with self._lock:
                if self.letters + len(text) > MOST_LETTERS:
                    self.found.clear()
                    self.letters = 0
                self.found[key] = made
                self.letters += len(text)
        return made


@cache
def keep() -> None:
    """Let Django and Mako, where it is installed, keep what they compile. Once per process."""
    _keep_django()
    if importlib.util.find_spec("mako") is not None:
        _keep_mako()


def _keep_django() -> None:
    from django.template.base import Template
    from xblock.utils import resources

    compile_anew = Template.compile_nodelist
    kept = Kept()

    @wraps(compile_anew)
    def compile_once(self: Template) -> Any:
        # The engine may be made for this call (xblock.utils does so): what counts is what it knows.
        engine, text = self.engine, str(self.source)
        known = tuple(engine.builtins), tuple(sorted(engine.libraries.items()))
        nodes, self.extra_data = kept.of(
            text,
            (text, str(self.origin), engine.debug, *known),
            lambda: (compile_anew(self), getattr(self, "extra_data", None)),
        )
        return nodes

    Template.compile_nodelist = compile_once
    # It looks through all apps for each template; they do not change while a process lives.
    look = cache(resources.get_installed_libraries)
    resources.get_installed_libraries = lambda: dict(look())


def _keep_mako() -> None:
    from mako import template

    compile_anew = template._compile  # noqa: SLF001 - the one place between text and Python
    kept = Kept()

    @wraps(compile_anew)
    def compile_once(made: Any, text: Any, filename: Any, generate_magic_comment: Any) -> Any:
        def make() -> Any:
            source, lexer = compile_anew(made, text, filename, generate_magic_comment)
            # All that is read of the lexer after this; the lexer itself holds the whole tree.
            return source, SimpleNamespace(encoding=lexer.encoding)

        # A text without a file gets an address of its own each time, made of where it lies.
        uri = None if made.uri.startswith("memory:") else made.uri
        options = (
            made.input_encoding, made.preprocessor, made.lexer_cls, made.strict_undefined,
            made.enable_loop, *(repr(each) for each in (
                made.default_filters, made.buffer_filters, made.imports, made.future_imports,
                made.reserved_names,
            )),
        )  # fmt: skip
        return kept.of(text, (text, filename, uri, generate_magic_comment, *options), make)

    template._compile = compile_once  # noqa: SLF001
