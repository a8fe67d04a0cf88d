"""Rules of the house that no linter knows, read from the code itself."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("learnenv", "courses", "certificates")


def sources() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def test_only_the_transaction_commits() -> None:
    found = [
        f"{name}:{call.lineno}"
        for name, tree in sources()
        for call in calls(tree)
        if dotted(call.func).endswith("session.commit")
    ]
    assert [f.split(":")[0] for f in found] == ["learnenv/kernel/transaction.py"], found


def test_only_the_clock_tells_the_time() -> None:
    allowed = {"learnenv/kernel/clock.py", "learnenv/cli/data.py"}  # a backup's manifest
    found = [
        f"{name}:{call.lineno}"
        for name, tree in sources()
        for call in calls(tree)
        if dotted(call.func) in {"datetime.now", "datetime.utcnow", "date.today", "datetime.today"}
        and name not in allowed
    ]
    assert not found, found


@pytest.mark.parametrize("package", ["courses", "certificates"])
def test_a_new_module_is_closed_to_others_at_once(package: str) -> None:
    """Import-linter protects what is named; a module that is not named would stand open."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    protected = {
        name
        for contract in contracts["contracts"]
        for name in contract.get("protected_modules", ())
    }
    inside = {
        f"{package}.{path.stem}"
        for path in (ROOT / package).iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    public = {f"{package}.{name}" for name in ("__init__", "api", "events")}
    assert inside - public <= protected, "name it in the contract of pyproject.toml"


def test_services_and_models_know_no_request() -> None:
    kinds = re.compile(r"/(models|services|queries)(/|\.py)")
    found = []
    for name, tree in sources():
        if not kinds.search(f"/{name}"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "flask":
                found.append(f"{name}:{node.lineno}")
    assert not found, found


def test_no_test_is_skipped_or_loosened() -> None:
    words = re.compile(r"mark\.(skip\b|xfail)|pytest\.(skip|xfail)\(")
    found = [
        path.name
        for path in (ROOT / "tests").rglob("*.py")
        if path.name != "test_rules.py" and words.search(path.read_text(encoding="utf-8"))
    ]
    assert not found, found


def test_no_registry_host_and_no_machine_path_in_the_project() -> None:
    hosts = re.compile(
        "|".join(("py" + "pi" + r"\.org", "python" + "hosted", "registry" + r"\.npmjs"))
    )
    names = [
        *ROOT.glob("requirements/*"),
        *ROOT.glob("**/package-lock.json"),
        ROOT / "pyproject.toml",
        ROOT / "Makefile",
        ROOT / "README.md",
        *ROOT.glob("docs/**/*.md"),
    ]
    found = [
        path.relative_to(ROOT).as_posix()
        for path in names
        if "node_modules" not in path.parts and hosts.search(path.read_text(encoding="utf-8"))
    ]
    assert not found, found
