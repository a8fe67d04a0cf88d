"""Rules of the house that no linter knows, read from the code itself."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import conftest

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


def faults(kind: str) -> list[str]:
    return [
        f"{name}:{call.lineno}" for name, tree in sources() for call in CHECKS[kind](name, tree)
    ]


def commits(name: str, tree: ast.Module) -> Iterator[ast.Call]:
    """Whatever is committed, outside the one place that does."""
    if name != "learnenv/kernel/transaction.py":
        yield from (c for c in calls(tree) if dotted(c.func).split(".")[-1] == "commit")


CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
CLOCKS |= {"time.localtime", "time.gmtime", "time.strftime"}


def clocks(name: str, tree: ast.Module) -> Iterator[ast.Call]:
    """Another clock than the one that tests can set."""
    if name != "learnenv/kernel/clock.py":
        for call in calls(tree):
            words = dotted(call.func).split(".")
            if ".".join(words[-2:]) in CLOCKS:
                yield call


SQL = {"text", "execute", "exec_driver_sql", "executemany", "executescript", "literal_column"}
SQL |= {"scalar", "scalars"}


def is_made(node: ast.expr) -> bool:
    """Whether a string is put together: nobody can see what ends up in it (ruff S608 sees less)."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return any(is_text(side) for side in (node.left, node.right))
    if isinstance(node, ast.Call):
        name = dotted(node.func)
        if isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "join"}:
            return is_text(node.func.value)
        return name.split(".")[-1] == "text" and bool(node.args) and is_made(node.args[0])
    return False


def is_text(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.JoinedStr)
        or is_made(node)
        or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    )


def made_sql(_name: str, tree: ast.Module) -> Iterator[ast.Call]:
    """SQL that is put together; also when it first gets a name in the same function."""
    for scope in ast.walk(tree):
        if not isinstance(scope, ast.FunctionDef | ast.Module):
            continue
        made = {
            target.id
            for node in ast.walk(scope)
            if isinstance(node, ast.Assign) and is_made(node.value)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in (n for n in ast.walk(scope) if isinstance(n, ast.Call) and n.args):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else dotted(call.func)
            if name not in SQL or (name == "text" and dotted(call.func) not in {"text", "sa.text"}):
                continue
            first = call.args[0]
            if is_made(first) or (isinstance(first, ast.Name) and first.id in made):
                yield call


LOOSE = ("render_template_string", "stream_template_string", "env.from_string", "jinja2.Template")


def loose_templates(_name: str, tree: ast.Module) -> Iterator[ast.Call]:
    """A template made at run time: what a user sends could become one."""
    for call in calls(tree):
        if dotted(call.func).endswith(LOOSE):
            yield call


CHECKS = {
    "commit": commits, "clock": clocks, "sql": made_sql, "template": loose_templates,
}  # fmt: skip


@pytest.mark.parametrize("kind", CHECKS)
def test_P11_the_code_keeps_the_rule(kind: str) -> None:
    assert faults(kind) == []


BAD = {
    "commit": ("connection.commit()", "db.session.commit()"),
    "clock": ("datetime.now(UTC)", "datetime.datetime.utcnow()", "time.time()", "date.today()"),
    "sql": (
        "db.session.execute(text(f'SELECT {x}'))", "text('SELECT %s' % x)", "text('a' + x)",
        "cursor.execute('SELECT {}'.format(x))", "db.session.scalar(text(f'{x}'))",
        "literal_column(f'{x} DESC')", "def f(x):\n  q = f'SELECT {x}'\n  db.session.execute(q)",
        "def f(x):\n  q = text('SELECT ' + x)\n  db.session.execute(q)",
        "connect().exec_driver_sql(', '.join(names))",
    ),
    "template": ("render_template_string(request.args['x'])", "env.from_string(x)"),
}  # fmt: skip
GOOD = {
    "commit": ("committed()",),
    "clock": ("now()", "time.monotonic()", "clock.today()"),
    "sql": ("text('SELECT 1')", "db.session.execute(select(x))", "db.session.scalars(query)"),
    "template": (
        "render_template('x.html')",
        "UsageKey.from_string(x)",
    ),
}


@pytest.mark.parametrize("kind", CHECKS)
def test_P11_the_rule_sees_what_it_must_not_see(kind: str) -> None:
    for code in BAD[kind]:
        assert list(CHECKS[kind]("x.py", ast.parse(code))), code
    for code in GOOD[kind]:
        assert not list(CHECKS[kind]("x.py", ast.parse(code))), code


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


def test_a_test_that_opens_a_database_cannot_be_left_out_on_postgresql(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """The mark is set by looking at fixtures; whoever gets it wrongly fails on SQLite already."""
    assert request.node.get_closest_marker("no_database")
    with pytest.raises(AssertionError, match="opens a database"):
        conftest.fresh_database("learnenv_test_none", tmp_path)
