"""P19 and TRUST.md 7: what a first start makes, and what production refuses."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select, text

from learnenv import config
from learnenv.accounts.models import MailedToken, Person
from learnenv.cli import cli
from learnenv.cli.people import setup_link
from learnenv.kernel.db import db
from learnenv.kernel.errors import SetupError
from tests.browser import Browser
from tests.conftest import fresh_database, make_app
from tests.factories import make_person

ROOT = Path(__file__).parents[2]
FIRST = {
    "email": "eerste@example.nl",
    "name": "Eerste Beheerder",
    "password": "een heel lang wachtwoord 7",
}


def test_P19_the_key_is_made_once_for_the_owner_only(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    first, other = config.load(home=a), config.load(home=b)
    path = a / "secret.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(first.secret_key) >= 43, "32 random bytes"
    assert first.secret_key != other.secret_key
    assert config.load(home=a).secret_key == first.secret_key
    assert list(a.iterdir()) == [path], "nothing is left lying about"


def test_P19_processes_that_start_together_get_one_key(tmp_path: Path) -> None:
    for n in range(20):
        home = tmp_path / str(n)
        home.mkdir()
        keys, gate = [], threading.Barrier(8)

        def start(home: Path = home, keys: list = keys, gate: threading.Barrier = gate) -> None:
            gate.wait()
            try:
                keys.append(config.key_of(home))
            except Exception as error:  # noqa: BLE001
                keys.append(repr(error))

        threads = [threading.Thread(target=start) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(keys)) == 1, keys
        assert keys[0] == (home / "secret.key").read_text(encoding="ascii")


def test_P19_half_a_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("kort", encoding="ascii")
    with pytest.raises(SetupError, match="too short"):
        config.load(home=tmp_path)


def test_P19_no_account_exists(app: Flask, client: Browser) -> None:
    assert db.session.scalar(select(func.count(Person.id))) == 0
    for email, password in (("admin@example.nl", "admin"), ("admin", "admin"), ("root", "")):
        client.post("/aanmelden", {"email": email, "password": password}, status=422)


def test_P19_the_setup_link_works_once(app: Flask, client: Browser) -> None:
    link = setup_link()
    assert link is not None
    path = link.removeprefix("http://localhost")
    token = path.rsplit("/", 1)[1]
    assert token not in "".join(db.session.scalars(select(MailedToken.token_hash)))
    second = Browser(app)
    second.get(path)
    client.get(path)
    client.post(path, FIRST)
    client.get("/beheer")
    client.get(path, 404)
    second.post(path, FIRST | {"email": "tweede@example.nl"}, status=404)
    assert db.session.scalar(select(func.count(Person.id))) == 1
    assert setup_link() is None


def test_P19_the_setup_link_is_dead_as_soon_as_somebody_exists(app: Flask, client: Browser) -> None:
    path = setup_link().removeprefix("http://localhost")
    make_person()
    client.get(path, 404)
    client.post(path, FIRST, status=404)
    assert db.session.scalar(select(func.count(Person.id))) == 1


def test_P19_the_setup_link_lives_an_hour(app: Flask, client: Browser) -> None:
    with time_machine.travel("2026-11-24T10:00:00Z", tick=False) as clock:
        path = setup_link().removeprefix("http://localhost")
        clock.shift(3599)
        client.get(path)
        clock.shift(2)
        client.get(path, 404)


def test_P19_the_setup_page_is_for_who_sits_at_the_machine(app: Flask, client: Browser) -> None:
    path = setup_link().removeprefix("http://localhost")
    client.get(path, 404, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    client.get(
        path,
        404,
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
        headers={"X-Forwarded-For": "127.0.0.1"},
    )
    client.get(path, environ_base={"REMOTE_ADDR": "127.0.0.1"})


SAFE = {
    "LEARNENV_MODE": "production", "LEARNENV_BASE_URL": "https://leren.example", "LEARNENV_TRUSTED_HOSTS": "leren.example",
    "LEARNENV_SMTP_URL": "smtp://post.example", "LEARNENV_SECRET_KEY": "", "FLASK_DEBUG": "", "LEARNENV_ALLOW_HTTP": "",
    "LEARNENV_DATABASE_URL": "",
}  # fmt: skip
UNSAFE = {
    "short key": ({"LEARNENV_SECRET_KEY": "kort"}, "De geheime sleutel is te kort"),
    "known key": ({"LEARNENV_SECRET_KEY": "changeme"}, "te bekend"),
    "debug": ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG staat aan"),
    "http": ({"LEARNENV_BASE_URL": "http://leren.example"}, "begint niet met https"),
    "no hosts": ({"LEARNENV_TRUSTED_HOSTS": ""}, "LEARNENV_TRUSTED_HOSTS ontbreekt"),
    "all hosts": ({"LEARNENV_TRUSTED_HOSTS": "*.example"}, "sterretje"),
    "no mail": ({"LEARNENV_SMTP_URL": ""}, "zonder mailserver"),
}


def check(home: Path, **env: str):
    settings = SAFE | {"LEARNENV_HOME": str(home)} | env
    return CliRunner().invoke(cli, ["check"], env={k: v or None for k, v in settings.items()})


def test_P19_check_says_when_all_is_well(tmp_path: Path) -> None:
    done = check(tmp_path)
    assert done.exit_code == 0, done.output
    assert "Geen onveilige instellingen gevonden." in done.output
    assert (
        check(tmp_path, LEARNENV_BASE_URL="http://leren.example", LEARNENV_ALLOW_HTTP="1").exit_code
        == 0
    )


@pytest.mark.parametrize("name", UNSAFE)
def test_P19_each_unsafe_setting_is_named_in_dutch(tmp_path: Path, name: str) -> None:
    env, sentence = UNSAFE[name]
    done = check(tmp_path, **env)
    assert done.exit_code == 1, done.output
    assert sentence in done.output
    assert done.output.count("\n- ") + done.output.startswith("- ") == 1, (
        "one problem, one sentence"
    )


@pytest.mark.parametrize("name", ["secret.key", "learnenv.db"])
def test_P19_files_that_everybody_can_read_are_named(tmp_path: Path, name: str) -> None:
    config.load(home=tmp_path)
    (tmp_path / name).touch()
    (tmp_path / name).chmod(0o644)
    done = check(tmp_path)
    assert done.exit_code == 1
    assert f"chmod 600 {name}" in done.output


def test_P19_a_demo_is_no_production_site(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("x", encoding="utf-8")
    done = check(tmp_path)
    assert done.exit_code == 1
    assert "demonstratiesite" in done.output


def test_P19_the_server_does_not_start_unsafe_in_production(tmp_path: Path) -> None:
    env = os.environ | {k: v for k, v in SAFE.items() if v} | {
        "LEARNENV_HOME": str(tmp_path), "LEARNENV_BASE_URL": "http://leren.example",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "learnenv", "serve", "--port", "1"],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "De site start zo niet in productie" in done.stderr
    assert "begint niet met https" in done.stderr


@pytest.mark.parametrize(("version", "warns"), [((3, 40, 1), True), ((3, 51, 3), False)])
def test_P39_the_server_warns_at_its_start_of_an_old_sqlite(
    tmp_path: Path, monkeypatch, version: tuple[int, ...], warns: bool
) -> None:
    from learnenv.cli import server

    monkeypatch.setattr(server.sqlite3, "sqlite_version_info", version)
    monkeypatch.setattr(server, "_run_gunicorn", lambda *_args: None)
    monkeypatch.setattr(server, "_apart", lambda work, **named: work(**named))
    env = {"LEARNENV_HOME": str(tmp_path), "LEARNENV_DATABASE_URL": None, "LEARNENV_BASE_URL": None}
    done = CliRunner().invoke(cli, ["serve", "--without-worker"], env=env)
    assert done.exit_code == 0, done.output
    assert ("ouder dan 3.51.3" in done.stderr) is warns
    elsewhere = config.load(home=tmp_path, database_url="postgresql+psycopg://x@127.0.0.1/x")
    assert server._old_sqlite(elsewhere) == "", "SQLite does not hold the data there"


def test_P19_a_second_demo_says_what_it_does_not_do(app: Flask, monkeypatch) -> None:
    from learnenv.cli import data

    marker = app.config["SETTINGS"].home / "demo"
    marker.write_text("x", encoding="utf-8")
    monkeypatch.setattr(data, "make", lambda: app)
    monkeypatch.setattr("learnenv.cli.demo_data.new_passwords", lambda _make: [])
    try:
        done = CliRunner().invoke(cli, ["demo", "--size", "7"])
    finally:
        marker.unlink()
    assert done.exit_code == 0, done.output
    assert "--size is ignored" in done.stderr
    assert "new passwords" in done.stderr


def test_P19_demo_is_refused_where_real_people_are(app: Flask, monkeypatch) -> None:
    from learnenv.cli import data

    make_person("Echt Mens")
    monkeypatch.setattr(data, "make", lambda: app)
    done = CliRunner().invoke(cli, ["demo", "--size", "0"])
    assert isinstance(done.exception, SetupError)
    assert "real people" in str(done.exception)
    assert db.session.scalar(select(func.count(Person.id))) == 1
    assert not (app.config["SETTINGS"].home / "demo").exists()


def test_P19_a_new_database_is_for_the_owner_only(tmp_path: Path) -> None:
    from tests.conftest import make_app

    made = make_app(tmp_path, f"sqlite:///{tmp_path / 'learnenv.db'}")
    with made.app_context():
        db.engine.dispose()
    assert stat.S_IMODE((tmp_path / "learnenv.db").stat().st_mode) == 0o600


def test_P19_no_secret_stands_in_the_source() -> None:
    found = []
    for folder in ("learnenv", "courses", "certificates"):
        for path in (ROOT / folder).rglob("*.py"):
            for line in path.read_text(encoding="utf-8").splitlines():
                if re.search(r"""(password|secret_key|SECRET_KEY)\s*=\s*["'][^"']{4,}["']""", line):
                    found.append(f"{path.name}: {line.strip()}")
    assert not found


def test_P19_a_site_in_use_starts_without_looking_further(
    tmp_path: Path,
) -> None:
    from learnenv.cli import data

    database = tmp_path / "learnenv.db"
    url = f"sqlite:///{database}"
    assert not data.is_in_use(url), "there is nothing yet"
    assert not database.exists(), "looking makes no file"
    own = make_app(tmp_path, fresh_database("learnenv_test_in_use", tmp_path))
    url = own.config["SQLALCHEMY_DATABASE_URI"]
    with own.app_context():
        assert not data.is_in_use(url), "nobody has an account"
        make_person("Eerste")
        assert data.is_in_use(url)
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        assert not data.is_in_use(url), "the tables are older"


def test_P19_a_look_for_tables_makes_no_database(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from learnenv.cli import data

    missing = tmp_path / "weg.db"
    monkeypatch.setitem(app.config, "SQLALCHEMY_DATABASE_URI", f"sqlite:///{missing}")
    with pytest.raises(SetupError, match="learnenv db upgrade"):
        data.require_current_schema()
    assert not missing.exists()


def test_P19_a_start_that_is_ended_takes_what_it_began_along(tmp_path: Path) -> None:
    """SIGTERM while the site gets ready ends that too: nothing goes on making tables."""
    script = (
        "import os, time\n"
        "from pathlib import Path\n"
        "from learnenv.cli import server\n"
        "def work():\n"
        f"    Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid()))\n"
        "    time.sleep(60)\n"
        "server._apart(work)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script])
    noted = tmp_path / "pid"
    for _ in range(300):
        if noted.exists() and noted.read_text():
            break
        time.sleep(0.1)
    child = int(noted.read_text())
    parent.terminate()
    assert parent.wait(timeout=20) == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
