"""The composition root: the only file that sees every part."""

from typing import Any

from flask import Flask
from flask_babel import format_decimal, get_locale
from markupsafe import Markup
from werkzeug.middleware.proxy_fix import ProxyFix

from learnenv import config
from learnenv.accounts import identity
from learnenv.accounts.permissions import ADMINISTER
from learnenv.accounts.routes import blueprint as accounts_blueprint
from learnenv.config import Settings
from learnenv.kernel.area import Job, NavItem
from learnenv.kernel.clock import AMSTERDAM
from learnenv.kernel.db import db, prepare_engine
from learnenv.kernel.i18n import (
    DEFAULT_LANGUAGE,
    LANGUAGES,
    babel,
    format_date,
    format_datetime,
    lazy_gettext,
    study_load,
)
from learnenv.kernel.mail import Mailer, mail_job
from learnenv.kernel.permissions import PUBLIC, Actor, Permission, Role
from learnenv.kernel.registry import Registry, find_areas
from learnenv.web import assets, converters, failures, security, shell, ui
from learnenv.web.csrf import csrf
from learnenv.web.routes import blueprint as web_blueprint
from learnenv.web.shell import Link, Site, login_manager

MEGABYTE = 1024 * 1024
# Accounts are a floor and no area, so their menu entries stand here.
OWN_MENU = (
    NavItem(
        label=lazy_gettext("Invite people"),
        endpoint="accounts.invite",
        permission=Permission("accounts.invite_menu", "", frozenset({Role.MANAGER})),
        weight=60,
    ),
    NavItem(
        label=lazy_gettext("Administration"),
        endpoint="accounts.admin",
        permission=ADMINISTER,
        weight=90,
    ),
)


def create_app(settings: Settings | None = None) -> Flask:
    """Make the site from its settings. Raises SetupError when the parts do not fit."""
    settings = settings or config.load()
    app = Site("learnenv", template_folder="web/templates", static_folder=None)
    _configure(app, settings)
    _database(app)
    converters.install(app)
    assets.install(app)
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies
        )
    csrf.init_app(app)
    babel.init_app(app, locale_selector=shell.choose_language, timezone_selector=_timezone)
    _templates(app)
    registry = find_areas("courses.area", "certificates.area")
    app.register_blueprint(web_blueprint)
    app.register_blueprint(accounts_blueprint)
    registry.install(app)
    security.install(app, secure=settings.is_secure)
    failures.install(app)
    shell.install(app, lambda actor: menu(registry, actor))
    shell.check_walls(app)
    _sessions(app)
    app.extensions["jobs"] = all_jobs(registry, settings)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        SESSION_COOKIE_NAME="__Host-session" if settings.is_secure else "session",
        SESSION_COOKIE_SECURE=settings.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session
        WTF_CSRF_SSL_STRICT=settings.is_secure,
        MAX_CONTENT_LENGTH=2 * MEGABYTE,
        MAX_FORM_MEMORY_SIZE=MEGABYTE,
        MAX_FORM_PARTS=1000,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        BABEL_DEFAULT_LOCALE=DEFAULT_LANGUAGE,
        BABEL_DEFAULT_TIMEZONE="Europe/Amsterdam",
        BABEL_TRANSLATION_DIRECTORIES="translations",
        SITE_NAME=settings.site_name,
        BASE_URL=settings.base_url,
        DEMO=settings.demo,
        SECURITY_CONTACT="security@learnenv.example",
        SETTINGS=settings,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]


def _engine_options(settings: Settings) -> dict[str, Any]:
    if settings.database_url.startswith("sqlite"):
        return {"connect_args": {"timeout": 10}}
    return {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 10}


def _database(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


def _timezone() -> str:
    return AMSTERDAM.key


def _templates(app: Flask) -> None:
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.globals["_"] = env.globals["gettext"]  # without the detour that Jinja makes at each string
    env.globals.update(
        csp_nonce=security.csp_nonce,
        format_date=format_date,
        format_datetime=format_datetime,
        format_number=format_decimal,
        get_locale=get_locale,
        study_load=study_load,
        LANGUAGES=LANGUAGES,
    )
    # HTML that was sanitised when it was read (courses.markup) or made by our own templates.
    env.filters["trusted"] = Markup
    ui.install(app)


def _sessions(app: Flask) -> None:
    @login_manager.user_loader  # type: ignore[untyped-decorator]
    def _load(token: str) -> identity.SignedIn | None:
        return identity.load(token)

    @app.teardown_request
    def _touch(_error: BaseException | None) -> None:
        from flask import g

        signed_in = g.get("_login_user")
        if isinstance(signed_in, identity.SignedIn):
            identity.touch(signed_in)


def menu(registry: Registry, actor: Actor) -> list[Link]:
    """Return the menu entries that this actor may open, lightest first."""
    offered = [item for area in registry.areas for item in area.navigation]
    items = [
        item
        for item in (*offered, *OWN_MENU)
        if item.permission is PUBLIC or item.permission.allows(actor)
    ]
    links = [Link(str(i.label), i.endpoint) for i in sorted(items, key=lambda i: i.weight)]
    nearest = max((len(link.href) for link in links if link.current), default=0)
    for link in links:  # of /certificering and /certificering/besluiten only the last is here
        link.current = link.current and len(link.href) == nearest
    return links


def all_jobs(registry: Registry, settings: Settings) -> dict[str, Job]:
    """Return every job of the site by name."""
    mailer = Mailer(
        smtp_url=settings.smtp_url, sender=settings.mail_sender, folder=settings.home / "mail"
    )
    own = mail_job(mailer)
    return {own.name: own, **registry.jobs}


__all__ = ["create_app", "menu"]
