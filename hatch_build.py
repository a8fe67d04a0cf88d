"""Makes what the wheel holds and the repository does not: compiled translations, packed files."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from babel.messages import mofile, pofile
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class MadeFiles(BuildHookInterface):
    """Adds a compiled .mo beside every .po, and packed static files beside the plain ones."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make them before packing; in a checkout `make` and the first start do that."""
        if version == "editable":
            return
        root = Path(self.root)
        for source in sorted((root / "learnenv" / "translations").rglob("*.po")):
            compiled = source.with_suffix(".mo")
            with source.open("rb") as read, compiled.open("wb") as write:
                mofile.write_mo(write, pofile.read_po(read))
            build_data["artifacts"].append(compiled.relative_to(root).as_posix())
        for packed in _packing(root).pack(root / "learnenv" / "web" / "static"):
            build_data["artifacts"].append(packed.relative_to(root).as_posix())


def _packing(root: Path) -> ModuleType:
    """Load the one file; its package would load the whole site."""
    spec = importlib.util.spec_from_file_location(
        "packing", root / "learnenv" / "web" / "packing.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
