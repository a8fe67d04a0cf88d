"""What blocks of others cost a web worker in memory: RSS before the first, and after all of them.

Run as `.venv-blocks/bin/python -W ignore benchmarks/memory.py` (the venv of `make blocks`); in the
venv of the site itself, with the word `own`, it asks for pages of our own only. `light` leaves the
blocks of xblocks-contrib out, which bring numpy, scipy and nltk.
A real server answers over HTTP; the figure is that of its largest worker.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import tests.blocks  # noqa: E402, F401 - names the apps of Django
from tests.journeys.live import Live, Processes, start_site  # noqa: E402

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
OWN = ("/", "/cursussen", "/cursussen/proef", "/cursussen/proef/les/proef-les/proef-deel-1")


class Visitor:
    """Somebody at the other end of the wire."""

    def __init__(self, site: Live) -> None:
        self.site = site
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.token = ""

    def ask(self, path: str, **form: str) -> None:
        """Open a page, or send a form."""
        data = urlencode({"csrf_token": self.token, **form}).encode() if form else None
        headers = {"Referer": self.site.url + "/"}
        self.opener.addheaders = list(headers.items())
        with self.opener.open(self.site.url + path, data, timeout=60) as answer:
            found = TOKEN.search(answer.read().decode("utf-8", "replace"))
        self.token = found[1] if found else self.token


def largest(server: int) -> str:
    """Return what the largest worker holds in memory, in MB, and how much of it is its own."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text("ascii").split()
    sizes = []
    for child in children:
        told = Path(f"/proc/{child}/smaps_rollup").read_text("ascii")
        held = sum(map(int, re.findall(r"^Rss:\s+(\d+) kB", told, re.MULTILINE)))
        own = sum(map(int, re.findall(r"^Private_\w+:\s+(\d+) kB", told, re.MULTILINE)))
        sizes.append((held / 1024, own / 1024))
    return "{:.0f} MB, {:.0f} MB of it its own".format(*max(sizes))


def main() -> None:
    """Measure."""
    processes = Processes()
    home = Path(tempfile.mkdtemp())
    try:
        site = start_site(home, f"sqlite:///{home / 'memory.db'}", processes)
        server = processes.started[0].pid
        visitor = Visitor(site)
        account = site.account("learner")
        visitor.ask("/aanmelden")
        visitor.ask("/aanmelden", email=account.email, password=account.password)
        for _time in range(10):
            for path in OWN:
                visitor.ask(path)
        print(f"pages of our own: {largest(server)}")
        if sys.argv[1:] != ["own"]:
            foreign(visitor, home)
            print(f"after all blocks of others: {largest(server)}")
    finally:
        processes.stop()


def foreign(visitor: Visitor, home: Path) -> None:
    """Open every block of the table twice: a site has at least two workers."""
    from tests.blocks.cases import CASES

    command = [sys.executable, "-m", "tests.blocks.course", str(home / "studio.json")]
    subprocess.run(command, env=visitor.site.env, cwd=ROOT, check=True, capture_output=True)
    visitor.ask("/cursussen/blokken")
    visitor.ask("/cursussen/blokken/inschrijven", go="1")
    for case in CASES * 4:
        if sys.argv[1:] == ["light"] and case.tag.endswith("_extracted"):
            continue
        visitor.ask(f"/cursussen/blokken/beeld/{case.id}", go="1")


if __name__ == "__main__":
    main()
