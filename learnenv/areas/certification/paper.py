"""What letters and statements on paper share."""

from pathlib import Path

import learnenv.web

FONTS = [
    Path(learnenv.web.__file__).parent
    / "static" / "vendor" / "fonts" / f"source-sans-3-{part}-wght-normal.woff2"
    for part in ("latin", "latin-ext")
]  # fmt: skip
"""The fonts of the pages: one latin, one for names such as Şahin and Wałęsa."""
