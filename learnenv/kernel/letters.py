"""Letters: one plain shape for every mail the site sends, in the reader's language."""

from dataclasses import dataclass, field

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

__all__ = ["Letter", "in_language", "send", "site_name", "site_url"]
