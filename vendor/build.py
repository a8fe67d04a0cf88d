"""Make learnenv/web/static/vendor/ from the packages in node_modules.

Run by a developer, never at run time. Every run gives the same bytes, so a
change in the result is a change in the packages, in theme.css or in icons.txt.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
TARGET = HERE.parent / "learnenv" / "web" / "static" / "vendor"
TOKENS = "@nl-design-system-unstable/voorbeeld-design-tokens"
FONTS = "@fontsource-variable/source-sans-3"
ICONS = "lucide-static"
HTMX = "htmx.org"
BLOCK_SCRIPTS = {
    "jquery": "dist/jquery.min.js",
    "jquery-migrate": "dist/jquery-migrate.min.js",
    "underscore": "underscore-umd-min.js",
}
FONT_FILES = ("source-sans-3-latin-wght-normal.woff2", "source-sans-3-latin-ext-wght-normal.woff2")


def packages() -> list[str]:
    """Name the packages that package.json asks for, in alphabetical order."""
    return sorted(json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"])


def component_file(package: str) -> Path | None:
    """Find the stylesheet of a component package; other packages have none."""
    if package.startswith("@utrecht/"):
        return MODULES / package / "dist" / "index.css"
    if package.startswith("@nl-design-system-candidate/"):
        return MODULES / package / "dist" / (package.split("/")[1].removesuffix("-css") + ".css")
    return None


def shrink(css: str) -> str:
    """Drop comments, the charset line and white space that means nothing."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r'@charset "[^"]*";', "", css)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r"\s*([{};,])\s*", r"\1", css).replace(";}", "}").strip()


def used(css: str) -> set[str]:
    """Collect the custom properties that a piece of CSS reads."""
    return set(re.findall(r"var\(\s*(--[\w-]+)", css))


def reachable(tokens: dict[str, str], start: set[str]) -> tuple[dict[str, str], set[str]]:
    """Follow references from start; return the tokens met and the names without a value."""
    todo = set(start)
    kept: dict[str, str] = {}
    missing: set[str] = set()
    while todo:
        name = todo.pop()
        if name in kept or name in missing:
            continue
        if name not in tokens:
            missing.add(name)
            continue
        kept[name] = tokens[name]
        todo |= used(tokens[name])
    return dict(sorted(kept.items())), missing


def stylesheet() -> tuple[str, set[str]]:
    """Put tokens, components and our own theme together, each in its own layer."""
    files = [path for name in packages() if (path := component_file(name))]
    components = "\n".join(shrink(path.read_text("utf-8")) for path in files)
    theme = shrink((HERE / "theme.css").read_text("utf-8"))
    published = shrink((MODULES / TOKENS / "dist" / "theme.css").read_text("utf-8"))
    tokens = dict(re.findall(r"(--[\w-]+):\s*([^;}]+)", published))
    own = dict(re.findall(r"(--[\w-]+):\s*([^;}]+)", theme))
    kept, missing = reachable(tokens | own, used(components) | used(theme))
    root = ";".join(f"{name}:{value}" for name, value in kept.items() if name not in own)
    css = (
        "/* NL Design System: EUPL-1.2, see LICENSES/. Made by vendor/build.py; do not edit. */\n"
        "@layer tokens,components,app;\n"
        f"@layer tokens{{:root{{{root}}}}}\n"
        f"@layer components{{\n{components}\n}}\n"
        f"@layer app{{\n{theme}\n}}\n"
    )
    inside = set(re.findall(r"(--[\w-]+):", components))
    return css, missing - inside


def icon_body(name: str) -> str:
    """Return the drawing inside one Lucide icon, on one line."""
    svg = (MODULES / ICONS / "icons" / f"{name}.svg").read_text("utf-8")
    inner = re.sub(r"^.*?<svg[^>]*>|</svg>.*$", "", svg, flags=re.DOTALL)
    return re.sub(r"\s+", " ", inner).replace(" />", "/>").replace("> <", "><").strip()


def sprite() -> str:
    """Gather the icons of icons.txt as symbols of one SVG file."""
    look = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
    names = sorted(set((HERE / "icons.txt").read_text("utf-8").split()))
    symbols = (
        f'<symbol id="{n}" viewBox="0 0 24 24" {look}>{icon_body(n)}</symbol>' for n in names
    )
    lines = "\n".join(symbols)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{lines}\n</svg>\n'


def select_arrow() -> str:
    """Draw the arrow of a select as a file, so the page needs no data: address."""
    look = 'fill="none" stroke="#14243a" stroke-width="2.5" stroke-linecap="round"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" {look}>'
    return f"{head}{icon_body('chevron-down')}</svg>\n"


def write(name: str, content: bytes) -> None:
    """Write one file of the result."""
    path = TARGET / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def manifest() -> str:
    """Say which packages went in, under which licence, and what came out."""
    sources = []
    for name in packages():
        about = json.loads((MODULES / name / "package.json").read_text("utf-8"))
        licence = next(
            p for p in (MODULES / name / n for n in ("LICENSE.md", "LICENSE", "LICENSE.txt")) if p.exists()
        )
        write(f"LICENSES/{name.replace('/', '--')}.txt", licence.read_bytes())
        sources.append({"name": name, "version": about["version"], "licence": about["license"]})
    files = {
        path.relative_to(TARGET).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(TARGET.rglob("*"))
        if path.is_file()
    }
    return json.dumps({"packages": sources, "files": files}, indent=2) + "\n"


def main() -> None:
    """Make the folder anew and report what the CSS reads but nobody defines."""
    shutil.rmtree(TARGET, ignore_errors=True)
    css, missing = stylesheet()
    write("site.css", css.encode())
    write("htmx.min.js", (MODULES / HTMX / "dist" / "htmx.min.js").read_bytes())
    for name, path in BLOCK_SCRIPTS.items():  # only pages of blocks of others load these
        write(f"xblock/{path.rsplit('/', 1)[-1]}", (MODULES / name / path).read_bytes())
    write("icons.svg", sprite().encode())
    write("select.svg", select_arrow().encode())
    for name in FONT_FILES:
        write(f"fonts/{name}", (MODULES / FONTS / "files" / name).read_bytes())
    write("manifest.json", manifest().encode())
    size = len(css.encode())
    packed = len(gzip.compress(css.encode(), 9, mtime=0))
    sys.stdout.write(f"site.css: {size} bytes, {packed} gzipped\n")
    sys.stdout.write(f"used but undefined: {len(missing)}\n")
    sys.stdout.writelines(f"  {name}\n" for name in sorted(missing))


if __name__ == "__main__":
    main()
