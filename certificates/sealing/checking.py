"""Judging a file of a stranger: in a process of its own, with a limit on time and memory."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime

from certificates.sealing.judging import MOST_BYTES, SealVerdict, judge

SECONDS = 20
MEMORY = 1_500_000_000
_MODULE = "certificates.sealing.checking"


def check_seal(pdf: bytes, trusted: Sequence[bytes]) -> SealVerdict:
    """Return the verdict on an uploaded file: sealed by us, altered since, or something else.

    `trusted` comes from `seal_certificates`. Whatever the file is, the answer comes within half
    a minute; what takes longer, or more memory than a certificate can need, is unreadable.
    """
    if len(pdf) > MOST_BYTES:
        return SealVerdict(state="unreadable", reason=f"larger than {MOST_BYTES} bytes")
    if b"%PDF-" not in pdf[:1024]:
        return SealVerdict(state="unreadable", reason="not a PDF file")
    head = json.dumps([certificate.decode("ascii") for certificate in trusted]).encode()
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(  # noqa: S603 (this interpreter, this module)
            [sys.executable, "-m", _MODULE],
            input=len(head).to_bytes(4, "big") + head + pdf,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=SECONDS + 10,
            check=True,
        )
        facts = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        return SealVerdict(state="unreadable", reason=f"no verdict: {type(error).__name__}")
    at = facts.pop("sealed_at")
    return SealVerdict(sealed_at=datetime.fromisoformat(at) if at else None, **facts)


def main() -> None:
    """Read trusted certificates and a file, write the verdict: what the other process does."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    data = sys.stdin.buffer.read()
    end = 4 + int.from_bytes(data[:4], "big")
    trusted = [certificate.encode("ascii") for certificate in json.loads(data[4:end])]
    verdict = judge(data[end:], trusted)
    facts = {
        "state": verdict.state,
        "subject": verdict.subject,
        "sealed_at": verdict.sealed_at.isoformat() if verdict.sealed_at else None,
        "reason": verdict.reason,
    }
    sys.stdout.write(json.dumps(facts))


if __name__ == "__main__":
    main()
