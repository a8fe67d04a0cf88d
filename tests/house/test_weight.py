"""A first visit is light: static files go out packed, and only what got smaller is packed."""

from __future__ import annotations

import gzip
from pathlib import Path

import brotli
import pytest

from learnenv.web.assets import STATIC, static_url
from learnenv.web.packing import PACKED, pack
from tests.browser import Browser

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize("encoding", ["br", "gzip"])
@pytest.mark.parametrize("name", ["vendor/site.css", "vendor/htmx.min.js", "vendor/icons.svg"])
def test_text_goes_out_packed(client: Browser, name: str, encoding: str) -> None:
    answer = client.open(static_url(name), headers={"Accept-Encoding": encoding}).response
    plain = (STATIC / name).read_bytes()
    assert answer.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(answer.data) < len(plain) / 2
    assert UNPACK[encoding](answer.data) == plain


def test_who_cannot_unpack_gets_the_file_itself(client: Browser) -> None:
    answer = client.open(
        static_url("vendor/site.css"), headers={"Accept-Encoding": "identity"}
    ).response
    assert "Content-Encoding" not in answer.headers
    assert answer.data == (STATIC / "vendor" / "site.css").read_bytes()


def test_a_changed_file_is_packed_again_and_an_old_one_is_not(tmp_path: Path) -> None:
    source = tmp_path / "a.css"
    source.write_text("a{}" * 100)
    first = {path: path.stat().st_ino for path in pack(tmp_path)}
    assert {path.suffix for path in first} == set(PACKED)
    assert {path: path.stat().st_ino for path in pack(tmp_path)} == first
    source.write_text("b{}" * 100)
    for path in pack(tmp_path):
        assert path.stat().st_ino != first[path]
    assert brotli.decompress((tmp_path / "a.css.br").read_bytes()) == source.read_bytes()
