"""Who acts for a provider: asked by a colleague, never without a yes."""

from __future__ import annotations

from datetime import datetime

from dateutil.relativedelta import relativedelta
from flask_babel import gettext as _
from sqlalchemy import func, select

from learnenv.areas.directory import mails
from learnenv.areas.directory.models import (
    FormerMember,
    Member,
    Provider,
)
from learnenv.kernel import audit, throttle
from learnenv.kernel.clock import today
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, InvalidInputError, NotFoundError
from learnenv.kernel.permissions import Actor

YEARS_TIED = 3
MOST_MEMBERS = 20
MAILS_A_DAY, DAY = 40, 86_400
"""Mails to addresses that somebody types, so that the site is no way to send mail."""


def add_member(
    provider: Provider, *, email: str, at: datetime, person_id: int | None = None
) -> None:
    """Let somebody act for a provider; twice changes nothing."""
    db.session.execute(
        insert(Member)
        .values(provider_id=provider.id, email=email.lower(), person_id=person_id, added_at=at)
        .on_conflict_do_nothing(index_elements=["provider_id", "email"])
    )


def ask_colleague(provider: Provider, *, email: str, actor: Actor, at: datetime) -> None:
    """Ask a colleague, by address, to act along. The answer tells nothing about accounts (P21)."""
    number = db.session.scalar(
        select(func.count()).select_from(Member).where(Member.provider_id == provider.id)
    )
    if (number or 0) >= MOST_MEMBERS:
        raise InvalidInputError(
            _("%(number)s people is the most.", number=MOST_MEMBERS), field="email"
        )
    throttle.check("gids-mail", str(actor.id), limit=MAILS_A_DAY, seconds=DAY)
    throttle.hit("gids-mail", str(actor.id), seconds=DAY)
    add_member(provider, email=email, at=at)
    name = provider.name

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("Work along on %(name)s in the Gouden Gids", name=name),
            (
                _("%(by)s asks you to keep the profile of %(name)s with them.",
                  by=actor.name, name=name),
                _("Sign in with this address, or make an account with it."),
            ),
            _("To the profile"),
        )  # fmt: skip

    mails.tell_address(
        email.lower(), words, language=actor.language, path="/gids/beheer",
        key=f"member:{provider.id}:{at.date().isoformat()}",
    )  # fmt: skip
    audit.record("directory.member_added", f"provider:{provider.id}", actor=actor)


def answer_invitation(member_id: int, *, accepted: bool, actor: Actor, at: datetime) -> int:
    """Begin to act for a provider that asked by address, or say no, which leaves no trace.

    Returns the provider. Raises NotFoundError for what was asked of another address.
    """
    found = db.session.scalar(
        select(Member)
        .where(
            Member.id == member_id,
            Member.person_id.is_(None),
            Member.email == actor.email.lower(),
        )
        .with_for_update()
    )
    if found is None:
        raise NotFoundError
    provider_id = found.provider_id
    if accepted:
        found.person_id, found.added_at = actor.id, at
        audit.record("directory.member_accepted", f"provider:{provider_id}", actor=actor)
    else:
        db.session.delete(found)
    db.session.flush()
    return provider_id


def drop_member(provider: Provider, member_id: int, *, actor: Actor, at: datetime) -> None:
    """Take somebody off; the last one stays, and who worked along is tied for three years."""
    # One at a time, or two who take each other off would both go.
    db.session.execute(
        select(Provider.id).where(Provider.id == provider.id).with_for_update(key_share=True)
    )
    member = db.session.get(Member, member_id)
    if member is None or member.provider_id != provider.id:
        raise NotFoundError
    if provider.is_person and member.person_id is not None and member.person_id != actor.person_id:
        raise DomainError(_("This profile is of a person, who takes himself off."))
    others = db.session.scalar(
        select(func.count())
        .select_from(Member)
        .where(
            Member.provider_id == provider.id,
            Member.id != member.id,
            Member.person_id.is_not(None),
        )
    )
    if not others and member.person_id is not None:
        raise DomainError(_("Somebody must act for the provider. Add a colleague first."))
    if member.person_id is not None:
        until = today(at) + relativedelta(years=YEARS_TIED)
        statement = insert(FormerMember).values(
            provider_id=provider.id, person_id=member.person_id, until=until
        )
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["provider_id", "person_id"], set_={"until": until}
            )
        )
    db.session.delete(member)
    db.session.flush()
    audit.record("directory.member_dropped", f"provider:{provider.id}", actor=actor)


def has_members(provider_id: int) -> bool:
    """Whether anybody acts for a provider; who was only asked does not."""
    found = db.session.scalar(
        select(Member.id)
        .where(Member.provider_id == provider_id, Member.person_id.is_not(None))
        .limit(1)
    )
    return found is not None
