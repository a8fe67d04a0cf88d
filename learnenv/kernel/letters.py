"""Letters: one plain shape for every mail the site sends, in the reader's language."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from learnenv.kernel import mail
from learnenv.kernel.site import site_name, site_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail says: paragraphs, at most one button, and a line why one gets it."""

    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    action: tuple[str, str] | None = None
    reason: str = ""
    closing: tuple[str, ...] = field(default_factory=tuple)


def send(letter: Letter, *, key: str, recipient: str, language: str) -> None:
    """Put the letter in the outbox, as text and as HTML. Call within `in_language`."""
    site = site_name()
    lines = [letter.greeting, *letter.paragraphs]
    if letter.action:
        lines.append(f"{letter.action[0]}:\n{letter.action[1]}")
    lines += [*letter.closing, _("Kind regards,") + f"\n{site}"]
    if letter.reason:
        lines.append(f"-- \n{letter.reason}")
    html = render_template("layouts/letter.html", letter=letter, site_name=site, language=language)
    mail.send(
        key=key,
        recipient=recipient,
        subject=letter.subject,
        text="\n\n".join(lines) + "\n",
        html=html,
    )


in_language = force_locale


class Reader(Protocol):
    """Who gets a letter."""

    @property
    def person_id(self) -> int:
        """Id of the person."""

    @property
    def name(self) -> str:
        """Name, for the greeting."""

    @property
    def email(self) -> str:
        """Address."""

    @property
    def language(self) -> str:
        """Language of the mail: nl or en."""


Words = Callable[[], tuple[str, tuple[str, ...], str]]
"""Subject, paragraphs and label of the button; called in the language of the reader."""


def tell(readers: Iterable[Reader], words: Words, *, path: str, key: str, reason: Any) -> None:
    """Mail everybody once for this `key`; the button leads to `path` of the site.

    `reason` says why one gets it: a lazy text, so that it is in the language of each reader.
    """
    for reader in readers:
        with in_language(reader.language):
            subject, paragraphs, label = words()
            letter = Letter(
                subject=subject,
                greeting=_("Hello %(name)s,", name=reader.name),
                paragraphs=paragraphs,
                action=(label, site_url(path)),
                reason=str(reason),
            )
            send(
                letter,
                key=f"{key}:{reader.person_id}",
                recipient=reader.email,
                language=reader.language,
            )


__all__ = ["Letter", "Reader", "Words", "in_language", "send", "site_name", "site_url", "tell"]
