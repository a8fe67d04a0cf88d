"""Compiles the translations into the wheel: the source of truth is the .po, the site reads .mo."""

from pathlib import Path
from typing import Any

from babel.messages import mofile, pofile
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Translations(BuildHookInterface):
    """Adds a compiled .mo beside every .po of the package."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before packing; an editable install leaves that to `make`."""
        if version == "editable":
            return
        root = Path(self.root)
        for source in sorted((root / "learnenv" / "translations").rglob("*.po")):
            compiled = source.with_suffix(".mo")
            with source.open("rb") as read, compiled.open("wb") as write:
                mofile.write_mo(write, pofile.read_po(read))
            build_data["artifacts"].append(compiled.relative_to(root).as_posix())
