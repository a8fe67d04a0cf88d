"""How Django finds the templates of a block's own package; Django itself imports this.

In Open edX each package is an app of Django, listed by hand. Here the block that draws is enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import ContextVar
from functools import lru_cache
from importlib import resources
from pathlib import Path

from django.template.base import Origin
from django.template.exceptions import TemplateDoesNotExist
from django.template.loaders.base import Loader

drawing: ContextVar[str] = ContextVar("xblock_drawing", default="")
"""The module of the block that draws or answers now."""


class PackageLoader(Loader):
    """Looks in the folders `templates` of the package that the drawing block is from."""

    def get_contents(self, origin: Origin) -> str:
        """Return the text of a template."""
        try:
            return Path(origin.name).read_text("utf-8")
        except OSError:
            raise TemplateDoesNotExist(origin) from None

    def get_template_sources(self, template_name: str) -> Iterator[Origin]:
        """Yield where the template may be: the folder nearest to the block first."""
        for folder in folders(drawing.get()):
            path = folder.joinpath(*template_name.split("/")).resolve()
            if path.is_relative_to(folder):
                yield Origin(name=str(path), template_name=template_name, loader=self)


@lru_cache(maxsize=128)
def folders(module: str) -> tuple[Path, ...]:
    """Return the folders `templates` of a module's package, the nearest first."""
    found: dict[Path, None] = {}
    package = module.rpartition(".")[0] or module
    while package:
        root = Path(str(resources.files(package))).resolve()
        if (root / "templates").is_dir():
            found[root / "templates"] = None
        outermost, package = root, package.rpartition(".")[0]
    if module:
        found |= dict.fromkeys(sorted(p for p in outermost.rglob("templates") if p.is_dir()))
    return tuple(found)
