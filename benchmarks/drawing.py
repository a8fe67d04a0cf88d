"""What one certificate costs: CPU of drawing, sealing and checking, and its size."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# The samples of the tests.
sys.path[0] = str(Path(__file__).parents[1] / "tests" / "certificates")

from samples import ATTACHED, of_course  # noqa: E402

from certificates.rendering import preview_png, render_pdf  # noqa: E402
from certificates.sealing import SealSettings, make_development_keys, seal_certificates, sealer_from  # noqa: E402
from certificates.sealing.judging import judge  # noqa: E402

RUNS = 10


def best(work: Callable[[], Any]) -> float:
    """Best of ten in CPU milliseconds: what runs beside it cannot make a run cheaper."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times) * 1000


def main() -> None:
    content = of_course("werken-2.0")
    # A credential of a real size, which does not compress to nothing.
    facts = {"proof": {f"{i:x}": hash((i, 7)) for i in range(120)}}
    attached = (replace(ATTACHED, data=json.dumps(facts).encode()),)
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder)
        make_development_keys(keys, datetime.now(UTC))
        settings = SealSettings.from_environment({}, keys)
        sealer, trusted = sealer_from(settings), seal_certificates(settings)
        long_term = sealer_from(replace(settings, crls=(keys / "root.crl.pem",)))

        def drawn() -> bytes:
            return render_pdf(content, attachments=attached, development=True)

        pdf = drawn()
        sealed = sealer.seal(pdf)
        rows = [
            ("draw", best(drawn), len(pdf)),
            ("seal (B-T, own check included)", best(lambda: sealer.seal(pdf)), len(sealed)),
            ("draw and seal", best(lambda: sealer.seal(drawn())), len(sealed)),
            ("seal (B-LT)", best(lambda: long_term.seal(pdf)), len(long_term.seal(pdf))),
            ("check", best(lambda: judge(sealed, trusted)), 0),
            ("preview, 1200 pixels", best(lambda: preview_png(sealed)), len(preview_png(sealed))),
        ]
    print("| work | CPU ms | KB |\n|---|---|---|")
    for name, milliseconds, size in rows:
        print(f"| {name} | {milliseconds:.0f} | {f'{size / 1000:.1f}' if size else ''} |")


if __name__ == "__main__":
    main()
