"""How Django finds the templates of a block's own package; Django itself imports this.

In Open edX each package is an app of Django, listed by hand. Here the block that draws is enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

from django.template.base import Origin
from django.template.exceptions import TemplateDoesNotExist
from django.template.loaders.base import Loader

from courses.runtime.plugins import package_folders

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
    if not module:
        return ()
    packages = package_folders(module)
    near = [root / "templates" for root in packages]
    # Several blocks in one package: one may keep its templates in a folder of another.
    far = sorted(packages[-1].rglob("templates"))
    return tuple(dict.fromkeys(folder for folder in (*near, *far) if folder.is_dir()))
