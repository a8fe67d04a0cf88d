"""A test browser that looks at every page: valid HTML, title, language, ids, labels, one h1."""

from __future__ import annotations

import contextvars
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.builder._html5lib import HTML5TreeBuilder, TreeBuilderForHtml5lib
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from learnenv.accounts import services
from learnenv.accounts.models import Person
from learnenv.kernel.db import db
from learnenv.kernel.transaction import transaction

PASSWORD = "een heel lang wachtwoord 7"
# html5lib complains about these though the living standard allows them.
TOLERATED = {"non-void-element-with-trailing-solidus"}


class ClosedDoor(FlaskClient):
    """The plain test client: closed, because it looks at nothing."""

    through_browser = False

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if not self.through_browser:
            raise AssertionError("Use the `client` fixture (tests.browser.Browser), not this one.")
        return super().open(*args, **kwargs)


class _Tree(TreeBuilderForHtml5lib):
    """Keeps the parser, which knows the errors; Beautiful Soup lets go of it at the end."""

    last: Any = None

    @property
    def parser(self) -> Any:
        return self.last

    @parser.setter
    def parser(self, parser: Any) -> None:
        self.last = parser or self.last


class _Builder(HTML5TreeBuilder):
    """Reads a page once for both its tree and its errors: reading is the dearest part of a look."""

    def create_treebuilder(self, namespaceHTMLElements: bool) -> _Tree:  # noqa: N803
        self.underlying_builder = _Tree(
            namespaceHTMLElements, self.soup, store_line_numbers=self.store_line_numbers
        )
        return self.underlying_builder


class Page:
    """An answer, and its HTML as a tree when it is a page."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.text = response.get_data(as_text=True) if _is_text(response) else ""
        self.data = response.data
        self.location = response.headers.get("Location", "")
        self.soup: BeautifulSoup | None = None
        self.errors: list[Any] = []
        """What is wrong with the HTML itself: place, name and facts of each error."""
        if self.text.lstrip().startswith("<!doctype"):
            builder = _Builder()
            self.soup = BeautifulSoup(self.text, builder=builder)
            self.errors = builder.underlying_builder.parser.errors

    @property
    def main(self) -> str:
        """The words of the main part."""
        assert self.soup is not None
        found = self.soup.find("main")
        assert isinstance(found, Tag)
        return " ".join(found.get_text(" ").split())

    def json(self) -> Any:
        return self.response.get_json()


def _is_text(response: TestResponse) -> bool:
    if response.headers.get("Content-Encoding"):
        return False
    kind = response.mimetype or ""  # a 304 and a 204 have none
    return kind.startswith("text/") or kind.endswith(("json", "xml"))


def check_page(page: Page, where: str) -> None:
    """Fail when a page is not what every page must be."""
    assert page.soup is not None
    errors = [e for e in page.errors if e[1] not in TOLERATED]
    assert not errors, f"{where}: invalid HTML {errors[:3]}"
    soup = page.soup
    title = soup.title.get_text() if soup.title else ""
    assert title.strip() and not title.strip().startswith("-"), f"{where}: no title"
    html = soup.find("html")
    assert isinstance(html, Tag)
    assert html.get("lang") in {"nl", "en"}, f"{where}: no language"
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    doubles = {i for i in ids if ids.count(i) > 1}
    assert not doubles, f"{where}: id used twice: {doubles}"
    assert len(soup.find_all("h1")) == 1, f"{where}: {len(soup.find_all('h1'))} h1"
    labelled = {tag["for"] for tag in soup.find_all("label", attrs={"for": True})}
    for field in soup.find_all(["input", "select", "textarea"]):
        if field.get("type") in {"hidden", "submit"}:
            continue
        named = field.get("id") in labelled or field.get("aria-label") or field.find_parent("label")
        assert named, f"{where}: no label for {field}"
    for script in soup.find_all("script"):
        assert script.get("nonce"), f"{where}: a script without nonce"
    assert not soup.find_all(style=True), f"{where}: inline style"
    handlers = [name for tag in soup.find_all(True) for name in tag.attrs if name.startswith("on")]
    assert not handlers, f"{where}: inline handler {handlers}"
    missing = set(ref.lstrip("#") for ref in _inner_links(soup)) - set(ids)
    assert not missing, f"{where}: links to nowhere {missing}"


def _inner_links(soup: BeautifulSoup) -> list[str]:
    return [
        a["href"]
        for a in soup.find_all("a", href=True)
        if str(a["href"]).startswith("#") and len(a["href"]) > 1
    ]


class Browser:
    """Opens pages as one visitor, checks them, and sends forms with their CSRF token."""

    def __init__(self, app: Flask, language: str = "en") -> None:
        self.app = app
        self.client = app.test_client()
        self.client.through_browser = True  # type: ignore[attr-defined]
        self.headers = {"Accept-Language": language}
        self.token = ""

    def open(self, path: str, method: str = "GET", **kwargs: Any) -> Page:
        """Send any request; a page in the answer is checked."""
        headers = {**self.headers, **kwargs.pop("headers", {})}
        # In a context of its own, as on a server: the test's app context must not leak into it.
        response = contextvars.Context().run(
            self.client.open, path, method=method, headers=headers, **kwargs
        )
        page = Page(response)
        db.session.rollback()  # what the test's own session saw may be old now
        if page.soup is not None:
            check_page(page, f"{method} {path}")
            found = page.soup.find("input", attrs={"name": "csrf_token"})
            if isinstance(found, Tag):
                self.token = str(found["value"])
        return page

    def get(self, path: str, status: int = 200, follow: bool = False, **kwargs: Any) -> Page:  # noqa: FBT002
        """Open a page and expect a status."""
        page = self.open(path, **kwargs)
        while follow and page.status in {301, 302, 303}:
            page = self.open(page.location)
        assert page.status == status, (
            f"GET {path}: {page.status} {page.location or page.text[:300]}"
        )
        return page

    def post(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        status: int = 303,
        follow: bool = False,  # noqa: FBT002
        **kwargs: Any,
    ) -> Page:
        """Send a form with the token of this session and expect a status (303 by default)."""
        if not self.token:
            self.fetch_token()
        form = {"csrf_token": self.token, **(data or {})}
        page = self.open(path, method="POST", data=form, **kwargs)
        expected = status
        assert page.status == expected, (
            f"POST {path}: {page.status} {page.location or page.text[:600]}"
        )
        while follow and page.status in {301, 302, 303}:
            page = self.open(page.location)
        return page

    def fetch_token(self) -> None:
        """Open a page with a form, to have a token."""
        for path in ("/account/vergeten", "/account", "/account/nieuw"):
            page = self.open(path)
            if page.status == 200 and self.token:
                return

    def sign_in(self, person: Person) -> Browser:
        """Sign in as this person, through a session row and the real cookie."""
        with transaction():
            token = services.open_session(person, device="test")
        with self.client.session_transaction() as cookie:
            cookie.clear()
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        self.token = ""
        return self
