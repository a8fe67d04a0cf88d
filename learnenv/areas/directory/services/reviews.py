"""Reviews: by who took part, once, open for a while; replies, reports and decisions (g6-g9).

The rules are those of the Dutch authority for consumers and markets (ACM) on honest reviews: who
reviews took part, every review weighs the same, none is removed for being bad, what is removed
says so, and how the average is made is told (/gids/uitleg).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from learnenv.areas.directory import mails
from learnenv.areas.directory.models import (
    CRITERIA,
    Moderation,
    Offering,
    Participation,
    Provider,
    Report,
    Review,
    ReviewState,
    Verdict,
)
from learnenv.areas.directory.rating import HIGHEST, LOWEST, average, rating
from learnenv.areas.directory.services import guard, indexing, providers
from learnenv.kernel import audit
from learnenv.kernel.clock import today
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import DomainError, ForbiddenError, InvalidInputError, NotFoundError
from learnenv.kernel.permissions import Actor

OPEN = timedelta(days=30)
"""How long the writer can change a review."""
TERM = timedelta(days=365)
"""How long after taking part somebody can still write one: memories fade."""
SHORTEST, LONGEST = 20, 4000
REPORTS_A_DAY = 10


def own_participation(actor: Actor, participation_id: int) -> Participation:
    """Return what the actor took part in. Raises NotFoundError for anybody else's."""
    found = db.session.get(Participation, participation_id)
    if found is None or found.person_id != actor.id or found.is_refused:
        raise NotFoundError
    return found


def of_participation(participation_id: int) -> Review | None:
    """Return the review of a participation."""
    return db.session.scalar(select(Review).where(Review.participation_id == participation_id))


def write(
    took_part: Participation,
    scores: Mapping[str, int],
    text: str,
    *,
    actor: Actor,
    at: datetime,
) -> Review:
    """Write the review of a participation, or change it within thirty days.

    One that is confirmed shows at once; one that waits shows when the assignment is confirmed.
    Raises ForbiddenError for who is tied to the provider, DomainError when it is too late.
    """
    if took_part.person_id != actor.id or took_part.is_refused:
        raise NotFoundError
    provider = db.session.get_one(Provider, took_part.provider_id)
    tied = guard.tie(actor.id, actor.organisation_id, provider, today(at))
    if tied is not None:
        raise ForbiddenError(tied + " " + _("So you cannot review it."))
    given, words = _checked(scores, text)
    db.session.refresh(took_part, with_for_update=True)  # it may be confirmed at this moment
    state = ReviewState.PUBLISHED if took_part.is_confirmed else ReviewState.PENDING
    if at - took_part.at > TERM and of_participation(took_part.id) is None:
        raise DomainError(_("This was more than a year ago: too long for a review."))
    made = db.session.execute(
        insert(Review)
        .values(
            participation_id=took_part.id, provider_id=provider.id,
            offering_id=took_part.offering_id, person_id=actor.id, scores=given,
            stars=average(list(given.values())), text=words, state=state, written_at=at,
            removed_reason="", reply="",
        )
        .on_conflict_do_nothing(index_elements=["participation_id"])
        .returning(Review.id)
    ).scalar()  # fmt: skip
    review = db.session.scalars(
        select(Review)
        .where(Review.participation_id == took_part.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if made is None:
        _edit(review, given, words, at)
        if review.state == ReviewState.PENDING and state == ReviewState.PUBLISHED:
            review.state, review.written_at = state, at  # it waited while the writer was tied
            _tell_provider(review, provider)
    elif state == ReviewState.PUBLISHED:
        _tell_provider(review, provider)
    db.session.flush()
    count(provider.id, review.offering_id)
    audit.record("directory.reviewed", f"review:{review.id}", actor=actor, edited=made is None)
    return review


def _checked(scores: Mapping[str, int], text: str) -> tuple[dict[str, int], str]:
    given = {key: scores.get(key, 0) for key in CRITERIA}
    if any(not LOWEST <= value <= HIGHEST for value in given.values()):
        raise InvalidInputError(_("Give every part a score from 1 to 5."))
    words = text.strip()
    if not SHORTEST <= len(words) <= LONGEST:
        raise InvalidInputError(
            _("Write at least %(least)s and at most %(most)s characters: others learn from why.",
              least=SHORTEST, most=LONGEST),
            field="text",
        )  # fmt: skip
    return given, words


def _edit(review: Review, scores: dict[str, int], text: str, at: datetime) -> None:
    if review.state == ReviewState.REMOVED:
        raise DomainError(_("This review was removed and cannot be changed."))
    if at - review.written_at > OPEN:
        raise DomainError(_("A review can be changed for 30 days. This one is older."))
    if (review.scores, review.text) == (scores, text):
        return
    review.scores, review.text = scores, text
    review.stars, review.edited_at = average(list(scores.values())), at


def count(provider_id: int, offering_id: int | None) -> None:
    """Work out anew what the published reviews of a provider, and of a training, say together."""
    db.session.flush()
    # One at a time: two reviews at once would each count without the other.
    db.session.execute(
        select(Provider.id).where(Provider.id == provider_id).with_for_update(key_share=True)
    )
    pairs: list[tuple[type[Provider | Offering], int, Any]] = [
        (Provider, provider_id, Review.provider_id)
    ]
    if offering_id is not None:
        pairs.append((Offering, offering_id, Review.offering_id))
    for model, key, column in pairs:
        rows = db.session.execute(
            select(Review.person_id, Review.stars, Review.written_at)
            .where(column == key, Review.state == ReviewState.PUBLISHED)
            .order_by(Review.written_at, Review.id)
        ).all()
        newest = {row.person_id: row.stars for row in rows}  # one opinion is no average
        found = rating(list(newest.values()))
        db.session.execute(
            update(model)
            .where(model.id == key)
            .values(
                reviews=found.number, stars=found.stars, spread=list(found.spread),
                reviewed_at=max((row.written_at for row in rows), default=None),
            )
        )  # fmt: skip
    indexing.index_provider(provider_id)


def publish_waiting(took_part: Participation, *, at: datetime) -> None:
    """Show the review that waited for an assignment to be confirmed.

    Not when the writer became tied to the provider meanwhile (g7).
    """
    review = of_participation(took_part.id)
    if review is None or review.state != ReviewState.PENDING:
        return
    provider = db.session.get_one(Provider, review.provider_id)
    if guard.tie(review.person_id, None, provider, today(at)) is not None:
        return
    review.state, review.written_at = ReviewState.PUBLISHED, at
    _tell_provider(review, provider)
    count(review.provider_id, review.offering_id)


def take_back(review: Review, *, actor: Actor, at: datetime) -> None:
    """Let the writer remove the own review; its place says so.

    One that never showed leaves nothing: nobody marks a provider with what nobody confirmed.
    """
    db.session.refresh(review, with_for_update=True)  # it may be published at this moment
    if review.person_id != actor.id or review.state == ReviewState.REMOVED:
        raise NotFoundError
    if review.state == ReviewState.PENDING:
        db.session.delete(review)
        db.session.flush()
        audit.record("directory.review_taken_back", f"review:{review.id}", actor=actor)
        return
    db.session.execute(update(Report).where(Report.review_id == review.id).values(is_open=False))
    review.state = ReviewState.REMOVED
    review.removed_reason = ""  # pages say that the writer did, in the language of the reader
    review.edited_at = at
    count(review.provider_id, review.offering_id)
    audit.record("directory.review_taken_back", f"review:{review.id}", actor=actor)


def published(review_id: int) -> Review:
    """Return a review that visitors may see. Raises NotFoundError for any other (P8)."""
    found = db.session.scalar(
        select(Review)
        .options(
            joinedload(Review.provider),
            joinedload(Review.participation),
            joinedload(Review.offering),
        )
        .where(Review.id == review_id, Review.state == ReviewState.PUBLISHED)
    )
    if found is None or not found.provider.is_shown:
        raise NotFoundError
    return found


def reply(review: Review, text: str, *, actor: Actor, at: datetime) -> None:
    """Answer a review for the provider; once, and to be changed."""
    if not guard.acts_for(actor, review.provider_id):
        raise NotFoundError
    if review.state != ReviewState.PUBLISHED:
        raise DomainError(_("This review does not show any more."))
    review.reply, review.replied_at, review.replied_by = text.strip(), at, actor.person_id
    db.session.flush()
    audit.record("directory.replied", f"review:{review.id}", actor=actor)
    name, provider_id = review.provider.name, review.provider_id

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("%(name)s answered your review", name=name),
            (_("You can read the answer below your review."),),
            _("To the review"),
        )

    mails.tell_person(
        review.person_id, words, path=f"/gids/aanbieder/{provider_id}",
        key=f"reply:{review.id}",
    )  # fmt: skip


def report(review: Review, reason: str, *, actor: Actor, at: datetime) -> None:
    """Say that a review breaks the rules; a moderator looks. Twice changes the reason only."""
    today_ = db.session.scalar(
        select(func.count())
        .select_from(Report)
        .where(Report.person_id == actor.id, Report.at > at - timedelta(days=1))
    )
    if (today_ or 0) >= REPORTS_A_DAY:
        raise DomainError(_("You reported many reviews today. Go on tomorrow."))
    values = {"reason": reason.strip(), "at": at, "is_open": True}
    statement = insert(Report).values(review_id=review.id, person_id=actor.id, **values)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["review_id", "person_id"], set_=values)
    )
    audit.record("directory.reported", f"review:{review.id}", actor=actor)


def moderate(
    review_id: int, verdict: Verdict, reason: str, *, actor: Actor, at: datetime
) -> Review:
    """Keep, remove or bring back a review, with a reason that is published when it is removed.

    Raises ForbiddenError for a moderator who is tied to the provider, wrote the review, works
    with who wrote it, or reported it (P7).
    """
    review = db.session.scalar(
        select(Review)
        .options(joinedload(Review.provider))
        .where(Review.id == review_id)
        .with_for_update(of=Review)
        .execution_options(populate_existing=True)
    )
    if review is None or review.state == ReviewState.PENDING:
        raise NotFoundError
    _stand_apart(review, actor, at)
    why = reason.strip()
    if not why:
        raise InvalidInputError(_("Say why: it is published."), field="reason")
    if (verdict == Verdict.RESTORE) != (review.state == ReviewState.REMOVED):
        raise DomainError(_("This review changed just now. Look again."))
    last = last_verdict(review.id) if verdict == Verdict.RESTORE else None
    if verdict == Verdict.RESTORE and (last is None or last.verdict != Verdict.REMOVE):
        raise DomainError(_("The writer took this review back himself."))
    db.session.add(
        Moderation(review_id=review.id, verdict=verdict, reason=why, at=at, decided_by=actor.id)
    )
    db.session.execute(update(Report).where(Report.review_id == review.id).values(is_open=False))
    if verdict == Verdict.REMOVE:
        review.state, review.removed_reason = ReviewState.REMOVED, why
    elif verdict == Verdict.RESTORE:
        review.state, review.removed_reason = ReviewState.PUBLISHED, ""
    count(review.provider_id, review.offering_id)
    audit.record("directory.moderated", f"review:{review.id}", actor=actor, verdict=verdict.value)
    if verdict != Verdict.KEEP:
        _tell_writer(review, removed=verdict == Verdict.REMOVE, reason=why, at=at)
    return review


def last_verdict(review_id: int) -> Moderation | None:
    """Return the newest decision about a review."""
    return db.session.scalar(
        select(Moderation)
        .where(Moderation.review_id == review_id)
        .order_by(Moderation.id.desc())
        .limit(1)
    )


def _stand_apart(review: Review, actor: Actor, at: datetime) -> None:
    from learnenv.accounts.api import tops_of

    providers.stand_apart(actor, review.provider, at=at)
    if review.person_id == actor.person_id:
        raise ForbiddenError(_("You wrote this review. Another moderator decides."))
    tops, _places = tops_of([review.person_id, actor.id])
    mine = tops.get(actor.id)
    if mine is not None and mine == tops.get(review.person_id):
        raise ForbiddenError(_("A colleague wrote this review. Another moderator decides."))
    own = db.session.scalar(
        select(Report.id).where(Report.review_id == review.id, Report.person_id == actor.id)
    )
    if own is not None:
        raise ForbiddenError(_("You reported this review. Another moderator decides."))


def _tell_provider(review: Review, provider: Provider) -> None:
    name = provider.name

    def words() -> tuple[str, tuple[str, ...], str]:
        return (
            _("A new review of %(name)s", name=name),
            (_("You can answer it. The answer stands below the review."),),
            _("To the review"),
        )

    mails.tell_provider(
        provider.id, words, path=f"/gids/beheer/{provider.id}", key=f"reviewed:{review.id}"
    )


def _tell_writer(review: Review, *, removed: bool, reason: str, at: datetime) -> None:
    name = review.provider.name

    def words() -> tuple[str, tuple[str, ...], str]:
        if removed:
            return (
                _("Your review of %(name)s was removed", name=name),
                (
                    _("The moderator gives this reason: %(reason)s", reason=reason),
                    _("You do not agree? Answer this mail to have another moderator look."),
                ),
                _("To the rules for reviews"),
            )
        return (
            _("Your review of %(name)s shows again", name=name),
            (_("The moderator gives this reason: %(reason)s", reason=reason),),
            _("To the rules for reviews"),
        )

    mails.tell_person(
        review.person_id, words, path="/gids/uitleg",
        key=f"moderated:{review.id}:{at.isoformat()}",
    )  # fmt: skip
