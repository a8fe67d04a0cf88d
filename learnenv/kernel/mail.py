"""The mail port: a mail is a row, sent by the worker through SMTP or written to a folder.

Without an SMTP server (the embedded default) mails are kept as .eml files and shown to staff, so
that nothing is lost and a person who tries the site can read them.
"""

import re
import smtplib
import ssl
import uuid
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from learnenv.kernel.area import Job
from learnenv.kernel.clock import now
from learnenv.kernel.db import db, insert
from learnenv.kernel.jobs import enqueue
from learnenv.kernel.models import MailState, OutboxMail
from learnenv.kernel.transaction import transaction

SMTP_TIMEOUT_SECONDS = 20
# A mailed link that works once ends in a token of 43 characters (256 random bits).
_SECRET = re.compile(r"(?<=/)[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")


def send(*, key: str, recipient: str, subject: str, text: str, html: str) -> None:
    """Put a mail in the outbox, in this transaction; the same `key` mails only once."""
    import css_inline  # most requests mail nothing

    inserted = db.session.execute(
        insert(OutboxMail)
        .values(
            key=key,
            recipient=recipient,
            subject=" ".join(subject.split()),
            text=text,
            html=css_inline.inline(html),
            state=MailState.WAITING,
            attempts=0,
            last_error="",
            message_id=f"<{uuid.uuid4().hex}@learnenv>",
            created_at=now(),
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(OutboxMail.id)
    ).scalar()
    if inserted is not None:
        enqueue("mail.deliver", {"mail": inserted}, key=f"mail:{inserted}")


class Mailer:
    """Delivers mails: through SMTP when `smtp_url` is set, else into `folder` as .eml files.

    `smtp_url` is smtp://user:password@host:port, smtps:// for TLS from the start; STARTTLS is
    used whenever the server offers it.
    """

    def __init__(self, *, smtp_url: str, sender: str, folder: Path) -> None:
        self.smtp_url = smtp_url
        self.sender = sender
        self.folder = folder

    def deliver(self, payload: dict[str, Any]) -> None:
        """Send one mail of the outbox; a mail that was sent is not sent again (P43)."""
        with transaction(write=False):
            mail = db.session.scalar(select(OutboxMail).where(OutboxMail.id == payload["mail"]))
        if mail is None or mail.state == MailState.SENT:
            return
        try:
            self._hand_over(mail)
        except Exception as error:
            with transaction():
                mail.attempts += 1
                mail.last_error = repr(error)[:2000]
                db.session.add(mail)
            raise
        with transaction():
            if self.smtp_url:  # it left the house: what stays here must open nothing (P22)
                mail.text = _SECRET.sub("...", mail.text)
                mail.html = _SECRET.sub("...", mail.html)
            mail.state = MailState.SENT
            mail.attempts += 1
            mail.last_error = ""
            mail.sent_at = now()
            db.session.add(mail)

    def _hand_over(self, mail: OutboxMail) -> None:
        message = compose(mail, self.sender)
        if not self.smtp_url:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / f"{mail.id:06d}.eml").write_bytes(bytes(message))
            return
        server = urlsplit(self.smtp_url)
        secure = server.scheme == "smtps"
        kind = smtplib.SMTP_SSL if secure else smtplib.SMTP
        with kind(
            server.hostname or "localhost",
            server.port or (465 if secure else 25),
            timeout=SMTP_TIMEOUT_SECONDS,
        ) as smtp:
            if not secure and smtp.has_extn("starttls"):
                smtp.starttls(context=ssl.create_default_context())
            if server.username:
                smtp.login(server.username, server.password or "")
            smtp.send_message(message)


def compose(mail: OutboxMail, sender: str) -> EmailMessage:
    """Make the message: plain text and HTML, with the Message-ID of the row."""
    message = EmailMessage()
    message["Subject"] = mail.subject
    message["From"] = sender
    message["To"] = mail.recipient
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def mail_job(mailer: Mailer) -> Job:
    """Return the job that delivers mails with `mailer`."""
    return Job(name="mail.deliver", run=mailer.deliver)
