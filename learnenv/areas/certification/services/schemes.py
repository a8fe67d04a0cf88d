"""Schemes: a draft is edited, a published version never changes (f1)."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from learnenv.areas.certification import rules as rulebook
from learnenv.areas.certification.models import Kind, Scheme, SchemeState
from learnenv.areas.certification.rules import Rules
from learnenv.kernel import audit
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, InvalidInputError
from learnenv.kernel.permissions import Actor


def current(kind: str) -> Scheme | None:
    """Return the version in use of a kind: the newest published one."""
    return db.session.scalar(
        select(Scheme)
        .where(Scheme.kind == kind, Scheme.state == SchemeState.PUBLISHED)
        .order_by(Scheme.version.desc())
        .limit(1)
    )


def draft_of(kind: str) -> Scheme | None:
    """Return the draft of a kind, if there is one."""
    return db.session.scalar(
        select(Scheme).where(Scheme.kind == kind, Scheme.state == SchemeState.DRAFT)
    )


def start_draft(kind: Kind, *, actor: Actor, at: datetime) -> Scheme:
    """Begin a new version from the one in use, or from the one that comes with the site."""
    found = draft_of(kind)
    if found is not None:
        return found
    latest = current(kind)
    newest = db.session.scalar(select(func.max(Scheme.version)).where(Scheme.kind == kind)) or 0
    draft = Scheme(
        kind=kind,
        version=newest + 1,
        state=SchemeState.DRAFT,
        rules=latest.rules if latest else rulebook.shipped(kind).as_dict(),
        changed_at=at,
    )
    db.session.add(draft)
    db.session.flush()
    audit.record("certification.scheme_drafted", f"scheme:{kind}:{draft.version}", actor=actor)
    return draft


def save(draft: Scheme, rules: Rules, *, actor: Actor, at: datetime) -> None:
    """Keep the work on a draft; it may be unfinished."""
    del actor
    _demand_draft(draft)
    draft.rules = rules.as_dict()
    draft.changed_at = at
    db.session.flush()


def publish(draft: Scheme, *, actor: Actor, at: datetime) -> None:
    """Make a draft the version in use. Running dossiers stay on theirs."""
    _demand_draft(draft)
    latest = current(draft.kind)
    if latest is not None and latest.rules == draft.rules:
        raise InvalidInputError(
            _("Nothing changed since version %(number)s.", number=latest.version)
        )
    found = rulebook.problems(rulebook.read(draft.rules))
    if found:
        raise InvalidInputError(" ".join(found))
    draft.state = SchemeState.PUBLISHED
    draft.published_at = draft.changed_at = at
    draft.published_by = actor.person_id
    db.session.flush()
    audit.record(
        "certification.scheme_published", f"scheme:{draft.kind}:{draft.version}", actor=actor
    )


def drop(draft: Scheme, *, actor: Actor) -> None:
    """Throw a draft away."""
    _demand_draft(draft)
    audit.record(
        "certification.scheme_dropped", f"scheme:{draft.kind}:{draft.version}", actor=actor
    )
    db.session.delete(draft)
    db.session.flush()


def publish_shipped(*, actor: Actor, at: datetime) -> list[Scheme]:
    """Publish the schemes that come with the site, of every kind that has none yet."""
    made = []
    for kind in Kind:
        if current(kind) is None and draft_of(kind) is None:
            draft = start_draft(kind, actor=actor, at=at)
            publish(draft, actor=actor, at=at)
            made.append(draft)
    return made


def _demand_draft(scheme: Scheme) -> None:
    if scheme.state != SchemeState.DRAFT:
        raise DomainError(_("A published scheme does not change. Begin a new version."))
