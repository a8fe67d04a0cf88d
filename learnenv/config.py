"""Typed settings, read once from the environment. All state lies under one folder."""

import contextlib
import os
import secrets
import stat
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from pathlib import Path
from typing import Literal

from learnenv.kernel.errors import SetupError

KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator can set. Names in the environment: LEARNENV_ + upper case."""

    home: Path
    """Folder of all state (LEARNENV_HOME, default ./var)."""
    database_url: str
    mode: Literal["embedded", "production", "test"]
    base_url: str
    """Public address of the site, for links in mails and on certificates."""
    trusted_hosts: tuple[str, ...]
    smtp_url: str
    mail_sender: str
    secret_key: str
    site_name: str
    proxies: int
    """How many reverse proxies stand before the site; 0 trusts no X-Forwarded header."""
    allow_http: bool
    demo: bool
    scanner: str
    """Command that looks at an uploaded file (its path is added): 0 is clean, 1 is refused."""

    @property
    def is_secure(self) -> bool:
        """Whether visitors come over TLS."""
        return self.base_url.startswith("https://")


def load(**overrides: object) -> Settings:
    """Read the settings; `overrides` win (tests, the command line)."""
    env = os.environ.get
    home = Path(str(overrides.pop("home", None) or env("LEARNENV_HOME") or "var")).resolve()
    home.mkdir(parents=True, exist_ok=True)
    base_url = env("LEARNENV_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    values: dict[str, object] = {
        "home": home,
        "database_url": env("LEARNENV_DATABASE_URL") or f"sqlite:///{home / 'learnenv.db'}",
        "mode": env("LEARNENV_MODE", "embedded"),
        "base_url": base_url,
        "trusted_hosts": tuple(filter(None, env("LEARNENV_TRUSTED_HOSTS", "").split(","))),
        "smtp_url": env("LEARNENV_SMTP_URL", ""),
        "mail_sender": env("LEARNENV_MAIL_SENDER", "noreply@localhost"),
        "secret_key": env("LEARNENV_SECRET_KEY") or "",
        "site_name": env("LEARNENV_SITE_NAME", "Leeromgeving Werken 2.0"),
        "proxies": int(env("LEARNENV_PROXIES", "0")),
        "allow_http": env("LEARNENV_ALLOW_HTTP", "") == "1",
        "demo": (home / "demo").exists(),
        "scanner": env("LEARNENV_SCANNER", ""),
        **overrides,
    }
    values["secret_key"] = values["secret_key"] or key_of(home)
    values["mail_sender"] = named(str(values["mail_sender"]), str(values["site_name"]))
    return Settings(**values)  # type: ignore[arg-type]


def named(sender: str, name: str) -> str:
    """Return the sender with a name: the site's own, when the operator gave only an address."""
    given, address = parseaddr(sender)
    return formataddr((given or name, address))


def key_of(home: Path) -> str:
    """Return the site's secret key; make it on the first start, readable by the owner only.

    Written aside and then linked into place, which fails when it is there: of two processes that
    start together one makes the key, and the other never reads half of it (TRUST.md 7).
    """
    path = home / "secret.key"
    if not path.exists():
        _make_key(path)
    key = path.read_text(encoding="ascii").strip()
    if len(key) < KEY_BYTES:
        raise SetupError(f"{path} is too short; remove it, and a new key is made.")
    return key


def _make_key(path: Path) -> None:
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(KEY_BYTES))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(aside)
    finally:
        aside.unlink()


def problems(settings: Settings) -> list[str]:
    """List what is unsafe for production, one sentence each, in Dutch (TRUST.md 7)."""
    found = []
    weak = {"secret", "changeme", "change-me", "dev", "development", "password", "learnenv"}
    if len(settings.secret_key) < KEY_BYTES or settings.secret_key.lower() in weak:
        found.append("De geheime sleutel is te kort of te bekend: maak een nieuwe van 32 tekens.")
    if os.environ.get("FLASK_DEBUG", "0") not in {"", "0"}:
        found.append("FLASK_DEBUG staat aan: zet het uit.")
    if not settings.is_secure and not settings.allow_http:
        found.append("LEARNENV_BASE_URL begint niet met https: gebruik TLS.")
    if not settings.trusted_hosts or any("*" in host for host in settings.trusted_hosts):
        found.append("LEARNENV_TRUSTED_HOSTS ontbreekt of bevat een sterretje: noem de hostnaam.")
    if not settings.smtp_url:
        found.append("LEARNENV_SMTP_URL ontbreekt: zonder mailserver komt geen mail aan.")
    if settings.demo:
        found.append("Dit is een demonstratiesite: begin voor productie met een lege map.")
    for name in ("secret.key", "learnenv.db"):
        path = settings.home / name
        if path.exists() and path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
            found.append(f"{name} is leesbaar voor iedereen op deze computer: chmod 600 {name}.")
    return found
