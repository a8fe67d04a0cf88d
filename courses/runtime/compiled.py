"""Templates of blocks of others are compiled once per process, not once per view.

Most blocks read their template from a file and compile it each time they draw: half of what such a
page costs, and the same text every time. Neither Django nor Mako keeps templates that come as a
string or through a lookup made for one call, so this keeps what they made of a text.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

MOST = 1000
"""Different templates kept: a block that makes its text anew for each view may not fill memory."""
Key = tuple[object, ...]


def once(make: Callable[[], Any], key: Key, kept: dict[Key, Any]) -> Any:
    """Return what was made for a key, made now if need be."""
    found = kept.get(key)
    if found is None:
        found = make()
        if len(kept) >= MOST:
            kept.clear()
        kept[key] = found
    return found


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
    kept: dict[Key, Any] = {}

    @wraps(compile_anew)
    def compile_once(self: Template) -> Any:
        # The engine may be made for this call (xblock.utils does so): what counts is what it knows.
        engine = self.engine
        known = tuple(engine.builtins), tuple(sorted(engine.libraries.items()))
        key = str(self.source), str(self.origin), engine.debug, *known
        nodes, self.extra_data = once(
            lambda: (compile_anew(self), getattr(self, "extra_data", None)), key, kept
        )
        return nodes

    Template.compile_nodelist = compile_once
    # It looks through all apps for each template; they do not change while a process lives.
    look = cache(resources.get_installed_libraries)
    resources.get_installed_libraries = lambda: dict(look())


def _keep_mako() -> None:
    from mako import template

    compile_anew = template._compile  # noqa: SLF001 - the one place between text and Python
    kept: dict[Key, Any] = {}

    @wraps(compile_anew)
    def compile_once(made: Any, text: Any, filename: Any, generate_magic_comment: Any) -> Any:
        options = (
            made.input_encoding, made.preprocessor, made.lexer_cls, made.strict_undefined,
            made.enable_loop, *(repr(each) for each in (
                made.default_filters, made.buffer_filters, made.imports, made.future_imports,
                made.reserved_names,
            )),
        )  # fmt: skip
        key = text, filename, made.uri, generate_magic_comment, *options
        return once(lambda: compile_anew(made, text, filename, generate_magic_comment), key, kept)

    template._compile = compile_once  # noqa: SLF001
