"""Mail through a real SMTP server: both parts, sent once, the same Message-ID, retried."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import time_machine
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select

from learnenv.kernel import jobs, mail
from learnenv.kernel.db import db
from learnenv.kernel.letters import Letter, in_language, send
from learnenv.kernel.mail import Mailer, mail_job
from learnenv.kernel.models import OutboxMail
from learnenv.kernel.transaction import transaction

SECRET = "S" * 43


class Box:
    """What an SMTP server received; refuses the first `refusals` mails."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refusals = 0

    async def handle_DATA(self, _server, _session, envelope) -> str:
        if self.refusals:
            self.refusals -= 1
            return "451 try again later"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server() -> Iterator[tuple[Box, int]]:
    box, port = Box(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def deliverer(port: int, folder: Path) -> dict:
    url = f"smtp://127.0.0.1:{port}" if port else ""
    job = mail_job(Mailer(smtp_url=url, sender="Leren <leren@example.nl>", folder=folder))
    return {job.name: job}


def write(key: str = "k", recipient: str = "sanne@example.nl", subject: str = "Dag Sanné") -> None:
    with transaction(), in_language("nl"):
        letter = Letter(
            subject=subject,
            greeting="Beste Sanné,",
            paragraphs=("Eerste alinea & meer.", "Tweede <alinea>."),
            action=("Naar de site", f"http://localhost/account/herstellen/{SECRET}"),
        )
        send(letter, key=key, recipient=recipient, language="nl")


def outbox() -> OutboxMail:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(OutboxMail)).one()


def test_P43_a_mail_arrives_once_with_text_and_html(app: Flask, server, tmp_path: Path) -> None:
    box, port = server
    write()
    write()
    assert jobs.run_due(deliverer(port, tmp_path)) == 1
    [found] = box.mails
    assert found["To"] == "sanne@example.nl"
    assert found["Subject"] == "Dag Sanné"
    assert found["From"] == "Leren <leren@example.nl>"
    assert found["Auto-Submitted"] == "auto-generated"
    text = found.get_body(("plain",)).get_content()
    html = found.get_body(("html",)).get_content()
    assert "Tweede <alinea>." in text
    assert "Tweede &lt;alinea&gt;." in html
    assert f"/account/herstellen/{SECRET}" in text
    assert f"/account/herstellen/{SECRET}" in html
    assert "<script" not in html
    with transaction():
        jobs.enqueue("mail.deliver", {"mail": outbox().id})
    jobs.run_due(deliverer(port, tmp_path))
    assert len(box.mails) == 1


def test_P43_smtp_that_is_down_loses_nothing(app: Flask, server, tmp_path: Path) -> None:
    box, port = server
    with time_machine.travel(datetime(2026, 11, 24, 10, 0, tzinfo=UTC), tick=False) as clock:
        write()
        message_id = outbox().message_id
        down = deliverer(free_port(), tmp_path)
        for _ in range(4):
            assert jobs.run_due(down) == 1
            assert outbox().state == "waiting"
            clock.shift(3600)
        assert "ConnectionRefused" in outbox().last_error
        assert outbox().attempts == 4
        assert jobs.run_due(deliverer(port, tmp_path)) == 1
    assert [m["Message-ID"] for m in box.mails] == [message_id]
    assert (outbox().state, outbox().last_error) == ("sent", "")


def test_P43_a_refused_mail_is_tried_again_with_the_same_id(
    app: Flask, server, tmp_path: Path
) -> None:
    box, port = server
    box.refusals = 1
    with time_machine.travel(datetime(2026, 11, 24, 10, 0, tzinfo=UTC), tick=False) as clock:
        write("a", recipient="a@example.nl")
        write("b", recipient="b@example.nl")
        assert jobs.run_due(deliverer(port, tmp_path)) == 2
        assert len(box.mails) == 1, "the other one is not held up"
        clock.shift(10)
        assert jobs.run_due(deliverer(port, tmp_path)) == 1
    assert {m["To"] for m in box.mails} == {"a@example.nl", "b@example.nl"}
    stored = set(db.session.scalars(select(OutboxMail.message_id)))
    assert {m["Message-ID"] for m in box.mails} == stored


def test_P22_what_left_the_house_opens_nothing_here(app: Flask, server, tmp_path: Path) -> None:
    _box, port = server
    write()
    assert SECRET in outbox().text
    jobs.run_due(deliverer(port, tmp_path))
    assert SECRET not in outbox().text + outbox().html


def test_without_a_server_mails_are_kept_in_a_folder(app: Flask, tmp_path: Path) -> None:
    write()
    jobs.run_due(deliverer(0, tmp_path / "post"))
    [path] = (tmp_path / "post").glob("*.eml")
    found = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert found["Subject"] == "Dag Sanné"
    assert SECRET in outbox().text, "an administrator passes the link on"


@pytest.mark.parametrize("bad", ["Dag\r\nBcc: kaper@example.nl", "Dag\nX-Kop: ja"])
def test_a_subject_cannot_add_a_header(app: Flask, server, tmp_path: Path, bad: str) -> None:
    box, port = server
    write(subject=bad)
    jobs.run_due(deliverer(port, tmp_path))
    [found] = box.mails
    assert found["Bcc"] is None
    assert found["X-Kop"] is None


def test_what_is_rolled_back_is_not_mailed(app: Flask, server, tmp_path: Path) -> None:
    box, port = server
    with pytest.raises(ValueError, match="nee"), transaction():
        mail.send(key="k", recipient="a@b.nl", subject="x", text="x", html="<p>x</p>")
        raise ValueError("nee")
    jobs.run_due(deliverer(port, tmp_path))
    assert box.mails == []
