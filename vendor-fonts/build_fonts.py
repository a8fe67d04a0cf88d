"""Make the certificate fonts: merge the script subsets of each style into one renamed TTF.

Run it once, by hand, after `npm ci` in this folder:  python vendor-fonts/build_fonts.py

Why merge: the npm packages hold one file per script. WeasyPrint keys fonts by family and weight,
so two subset files of one family collide and a letter is drawn from the wrong one while the text
layer still reads well. Why rename: the merged file is a modified version, and the licence
(SIL OFL 1.1, condition 3) keeps the name "Source" for the original.

The output depends on the input and the fontTools version only: all time stamps are fixed.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
PACKAGES = HERE / "node_modules" / "@fontsource"
TARGET = HERE.parent / "certificates" / "static" / "fonts"

# 2026-01-01 in seconds since 1904, the zero of the `head` table: the same bytes at every run.
FIXED_TIME = 3_850_070_400
RENAMED_IDS = (1, 2, 3, 4, 6, 16, 17, 18, 21, 22, 25)
REGULAR = 400
STYLE_NAMES = {REGULAR: "Regular", 600: "SemiBold"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One family to build: the package it comes from and the name it gets."""

    package: str
    name: str
    weights: tuple[int, ...]
    subsets: tuple[str, ...]

    @property
    def slug(self) -> str:
        """File name stem, e.g. `certificaat-serif`."""
        return self.name.lower().replace(" ", "-")


LATIN = ("latin", "latin-ext", "vietnamese")
FAMILIES = (
    Family(
        package="source-serif-4",
        name="Certificaat Serif",
        weights=(400, 600),
        subsets=LATIN,
    ),
    Family(
        package="source-sans-3",
        name="Certificaat Sans",
        weights=(400, 600),
        subsets=LATIN,
    ),
    Family(
        package="noto-serif",
        name="Certificaat Noto Serif",
        weights=(400,),
        subsets=(*LATIN, "greek", "greek-ext", "cyrillic", "cyrillic-ext"),
    ),
)


def subset_files(family: Family, weight: int) -> list[Path]:
    """List the files of one weight; raises FileNotFoundError when a script is missing."""
    folder = PACKAGES / family.package / "files"
    files = [folder / f"{family.package}-{s}-{weight}-normal.woff2" for s in family.subsets]
    for file in files:
        if not file.exists():
            raise FileNotFoundError(f"{file.name}: run `npm ci` in {HERE.name} first")
    return files


def unpack(file: Path) -> io.BytesIO:
    """Turn one woff2 into an ordinary TTF in memory (the merger reads no woff2)."""
    font = TTFont(file, recalcTimestamp=False)
    font.flavor = None
    plain = io.BytesIO()
    font.save(plain)
    plain.seek(0)
    return plain


def rename(font: TTFont, family: Family, weight: int) -> None:
    """Give the font its own names and a fixed date."""
    style = STYLE_NAMES[weight]
    postscript = f"{family.name.replace(' ', '')}-{style}"
    names = {
        1: family.name if weight == REGULAR else f"{family.name} {style}",
        2: "Regular",
        3: f"learnenv;{postscript}",
        4: f"{family.name} {style}",
        6: postscript,
        16: family.name,
        17: style,
    }
    table = font["name"]
    for name_id in RENAMED_IDS:
        table.removeNames(nameID=name_id)
    for name_id, value in names.items():
        table.setName(value, name_id, 3, 1, 0x409)
    font["head"].created = font["head"].modified = FIXED_TIME
    font.recalcTimestamp = False


def build(family: Family, weight: int) -> tuple[str, dict[str, object]]:
    """Write one TTF; returns its file name and its line in the manifest."""
    font = Merger().merge([unpack(file) for file in subset_files(family, weight)])
    rename(font, family, weight)
    target = TARGET / f"{family.slug}-{weight}.ttf"
    font.save(target)
    data = target.read_bytes()
    return target.name, {
        "family": family.name,
        "weight": weight,
        "source": f"@fontsource/{family.package}",
        "source_version": package_version(family),
        "subsets": list(family.subsets),
        "codepoints": len(font.getBestCmap()),
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def package_version(family: Family) -> str:
    """Read the installed version of the npm package."""
    text = (PACKAGES / family.package / "package.json").read_text(encoding="utf-8")
    return str(json.loads(text)["version"])


def write_licence(family: Family) -> None:
    """Write OFL-<family>.txt: who made it, what was changed, and the licence in full.

    The copyright line, with any reserved name, comes from the font: the package's LICENSE file
    leaves both out for the Source families. Only the body of the licence is taken from there.
    """
    font = TTFont(TARGET / f"{family.slug}-{family.weights[0]}.ttf")
    licence = (PACKAGES / family.package / "LICENSE").read_text(encoding="utf-8")
    body = licence[licence.index("This Font Software is licensed") :]
    head = (
        f"{font['name'].getDebugName(0).rstrip('.')}.\n\n"
        f'"{family.name}" is a modified version: the script subsets of '
        f"@fontsource/{family.package} {package_version(family)}\n"
        "were merged into one file per style and the font was renamed.\n\n"
    )
    (TARGET / f"OFL-{family.slug}.txt").write_text(head + body.rstrip() + "\n", encoding="utf-8")


def main() -> None:
    """Build everything and write manifest.json."""
    TARGET.mkdir(parents=True, exist_ok=True)
    manifest = dict(build(family, weight) for family in FAMILIES for weight in family.weights)
    for family in FAMILIES:
        write_licence(family)
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    (TARGET / "manifest.json").write_text(text, encoding="utf-8")
    for name, facts in sorted(manifest.items()):
        print(f"{name}: {facts['codepoints']} code points, {facts['bytes']} bytes")


if __name__ == "__main__":
    main()
