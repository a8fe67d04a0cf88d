"""The service "fs": small files that a block keeps, as a field of the block (XBlock's Filesystem).

They lie in the database with all other state: so they are in the backup, roll back with the
request, and no folder of the server is open to a block.
"""

from __future__ import annotations

import base64
import mimetypes
from typing import Any

from xblock.core import XBlock
from xblock.field_data import FieldData

from learnenv.kernel.errors import InvalidInputError

MOST_BYTES = 1_000_000
"""Of all files of one field together: they are read and written as one value."""


class FileService:
    """Gives blocks a file system for a field, and keeps what they changed."""

    def __init__(self, fields: FieldData) -> None:
        self._fields = fields
        self._open: list[tuple[XBlock, str, Any, dict[str, str]]] = []

    def load(self, field: Any, block: XBlock) -> Any:
        """Return the file system of a field; XBlock asks for it once per block."""
        kept = self._fields.get(block, field.name) if self._fields.has(block, field.name) else {}
        system = _system(kept)
        self._open.append((block, field.name, system, kept))
        return system

    def keep(self) -> None:
        """Write what changed; the runtime calls this when a view or handler is done."""
        for number, (block, name, system, before) in enumerate(self._open):
            after = {
                path: base64.b64encode(system.readbytes(path)).decode("ascii")
                for path in system.walk.files()
            }
            if after == before:
                continue
            if sum(map(len, after.values())) > MOST_BYTES * 4 // 3:
                raise InvalidInputError("too much")
            self._fields.set(block, name, after)
            self._open[number] = (block, name, system, after)


def _system(kept: dict[str, str]) -> Any:
    # Late: pyfilesystem is slow to load, and almost no block asks for it.
    from fs.memoryfs import MemoryFS

    class KeptFiles(MemoryFS):
        def get_url(self, path: str, timeout: int = 0) -> str:
            """Return an address of a file that needs no road to it: the file itself."""
            del timeout
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            return f"data:{kind};base64,{base64.b64encode(self.readbytes(path)).decode('ascii')}"

    system = KeptFiles()
    for path, content in kept.items():
        system.makedirs(path.rpartition("/")[0] or "/", recreate=True)
        system.writebytes(path, base64.b64decode(content))
    return system
