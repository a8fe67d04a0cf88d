"""The registry refuses what does not fit, and docs/adding-an-area.md is true."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Blueprint

from learnenv.kernel.area import Area, Indicator
from learnenv.kernel.errors import SetupError
from learnenv.kernel.permissions import Permission
from learnenv.kernel.registry import Registry

PAGE = Path(__file__).parents[2] / "docs" / "adding-an-area.md"
FOLLOW = """
import sys
import learnenv.areas
learnenv.areas.__path__.append(sys.argv[1])
from learnenv import config
from learnenv.app import create_app
from learnenv.kernel.db import db
app = create_app(config.load(home=sys.argv[2], mode="test", base_url="http://localhost"))
names = [area.name for area in app.extensions["areas"].areas]
assert "announcements" in names, names
with app.app_context():
    db.create_all()
answer = app.test_client().get("/mededelingen")
assert answer.status_code == 303 and "/aanmelden" in answer.location, answer.status
print("followed")
"""


def indicator(key: str) -> Indicator:
    return Indicator(
        key=key,
        title="",
        unit="",
        measure=lambda _p: Decimal(0),
        target=lambda _p: None,
        endpoint="",
    )


@pytest.mark.parametrize(
    ("areas", "words"),
    [
        ((Area(name="a", title=""), Area(name="a", title="")), "used 2 times"),
        ((Area(name="A b", title=""),), "is no name"),
        ((Area(name="a", title="", blueprint=Blueprint("b", __name__)),), "blueprint called 'b'"),
        (
            (Area(name="a", title="", permissions=(Permission("b.x", "", frozenset()),)),),
            "must start with its name",
        ),
        (
            (Area(name="a", title="", indicators=(indicator("x"), indicator("x"))),),
            "defined 2 times",
        ),
        ((Area(name="a", title="", depends_on=frozenset({"z"})),), "needs 'z'"),
    ],
)
def test_the_registry_names_what_does_not_fit(areas: tuple[Area, ...], words: str) -> None:
    with pytest.raises(SetupError, match=words):
        Registry(areas)


def test_the_page_about_adding_an_area_works(tmp_path: Path) -> None:
    blocks = re.findall(r"`([\w/.]+\.py)`\n```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 3
    for name, code in blocks:
        target = tmp_path / "areas" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (target.parent / "__init__.py").touch()
        target.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", FOLLOW, str(tmp_path / "areas"), str(tmp_path / "home")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == "followed", done.stderr[-1500:]
