"""Reviews: by who took part, once, open for thirty days, and never by who stands too near."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from learnenv.accounts.models import Organisation, Person
from learnenv.areas.directory.models import (
    CRITERIA,
    Member,
    Participation,
    Provider,
    Report,
    Review,
    ReviewState,
)
from learnenv.areas.directory.services import participation, providers, reviews
from learnenv.areas.directory.services.participation import MOST_WAITING
from learnenv.areas.directory.services.reviews import OPEN, REPORTS_A_DAY, TERM
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, ForbiddenError, InvalidInputError, NotFoundError
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.factories import actor_of, make_organisation, make_person
from tests.factories.directory import (
    TEXT,
    fresh,
    mails_to,
    make_moderator,
    make_offering,
    make_provider,
    make_review,
    overlapping,
    scores_of,
    took_part,
)
from tests.threads import together

FORM = {**dict.fromkeys(CRITERIA, "4"), "text": TEXT, "honest": "y"}


def write(
    fact: Participation, person: Person, *, stars: float = 4, text: str = TEXT, days: int = 0
) -> Review:
    with transaction():
        held = db.session.get_one(Participation, fact.id)
        at = now() + timedelta(days=days)
        return reviews.write(held, scores_of(stars), text, actor=actor_of(person), at=at)


def number_of_reviews() -> int:
    with transaction(write=False):
        return db.session.scalar(select(func.count()).select_from(Review)) or 0


# --- who may -------------------------------------------------------------------------------------


def test_g6_who_took_part_reviews_and_it_shows(client: Browser) -> None:
    owner, writer = make_person(), make_person("Roos Schrijfster")
    provider = make_provider(owner=owner)
    offering = make_offering(provider)
    fact = took_part(writer, provider, offering=offering)
    client.sign_in(writer)
    client.get(f"/gids/beoordelen/{fact.id}")
    client.post(f"/gids/beoordelen/{fact.id}", FORM)
    for path in (f"/gids/aanbieder/{provider.id}", f"/gids/aanbod/{offering.id}"):
        page = Browser(client.app).get(path)
        assert TEXT in page.main
        assert "Stood on the attendance list" in page.main
        assert "Roos" not in page.text
    assert mails_to(owner) == ["A new review of Academie Dichtbij"]
    assert [fresh(thing).reviews for thing in (provider, offering)] == [1, 1]


def test_g6_without_taking_part_there_is_nothing_to_review(client: Browser) -> None:
    provider = make_provider()
    fact = took_part(make_person(), provider)
    client.sign_in(make_person())
    client.get(f"/gids/beoordelen/{fact.id}", status=404)
    client.post(f"/gids/beoordelen/{fact.id}", FORM, status=404)
    client.get("/gids/beoordelen/999", status=404)
    assert number_of_reviews() == 0
    assert "/aanmelden" in Browser(client.app).open(f"/gids/beoordelen/{fact.id}").location


@pytest.mark.parametrize(
    "wrong", [{"text": "Kort"}, {"content": "6"}, {"content": "0"}, {"use": ""}, {"honest": ""}]
)
def test_g6_a_review_is_whole(client: Browser, wrong: dict[str, str]) -> None:
    writer = make_person()
    fact = took_part(writer, make_provider())
    client.sign_in(writer).post(f"/gids/beoordelen/{fact.id}", {**FORM, **wrong}, status=422)
    assert number_of_reviews() == 0


def own(place: Organisation, provider: Provider) -> Person:
    del place
    with transaction(write=False):
        member = db.session.scalars(
            select(Member).where(Member.provider_id == provider.id).order_by(Member.id)
        ).first()
        assert member is not None
        return db.session.get_one(Person, member.person_id)


def colleague(place: Organisation, provider: Provider) -> Person:
    del provider
    return make_person(organisation=place)


def colleague_elsewhere(place: Organisation, provider: Provider) -> Person:
    """Somebody of another part of the same tree."""
    del provider
    with transaction(write=False):
        top = db.session.get_one(Organisation, place.parent_id)
    return make_person(organisation=make_organisation("Andere directie", parent=top))


def accepted(place: Organisation, provider: Provider) -> Person:
    del place
    person = make_person(email="gevraagd@example.nl")
    with transaction():
        held = db.session.get_one(Provider, provider.id)
        providers.ask_colleague(
            held, email="Gevraagd@Example.nl", actor=actor_of(make_person()), at=now()
        )
        asked = db.session.scalars(select(Member).where(Member.email == person.email)).one()
        providers.answer_invitation(asked.id, accepted=True, actor=actor_of(person), at=now())
    return person


def former(place: Organisation, provider: Provider, *, days_ago: int = 0) -> Person:
    del place
    person, at = make_person(), now() - timedelta(days=days_ago)
    with transaction():
        held = db.session.get_one(Provider, provider.id)
        providers.add_member(held, email=person.email, person_id=person.id, at=at)
        member = db.session.scalars(select(Member).where(Member.person_id == person.id)).one()
        providers.drop_member(held, member.id, actor=actor_of(person), at=at)
    return person


TIED = [own, colleague, colleague_elsewhere, accepted, former]


@pytest.mark.parametrize("who", TIED)
@pytest.mark.parametrize("kind", ["agency", "trainer"])
def test_g7_who_stands_too_near_does_not_review(app: Flask, who: object, kind: str) -> None:
    top = make_organisation("Ministerie", tier="rijk")
    place = make_organisation("Directie", parent=top)
    provider = make_provider(kind=kind, owner=make_person(organisation=place))
    person = who(place, provider)  # type: ignore[operator]
    fact = took_part(person, provider)
    with pytest.raises(ForbiddenError, match="cannot review"):
        write(fact, person)
    page = Browser(app).sign_in(person).post(f"/gids/beoordelen/{fact.id}", FORM, status=422)
    assert "So you cannot review it." in page.main
    with pytest.raises(ForbiddenError), transaction():
        participation.state_assignment(
            db.session.get_one(Provider, provider.id), "Advies", "Zie order", at=now(),
            actor=actor_of(person),
        )  # fmt: skip
    assert number_of_reviews() == 0


def test_g7_after_three_years_one_is_free(app: Flask) -> None:
    del app
    provider = make_provider(owner=make_person())
    person = former(None, provider, days_ago=3 * 365 + 2)  # type: ignore[arg-type]
    assert write(took_part(person, provider), person).state == ReviewState.PUBLISHED


def test_g7_people_of_another_organisation_review(app: Flask) -> None:
    del app
    provider = make_provider(owner=make_person(organisation=make_organisation()))
    person = make_person(organisation=make_organisation())
    assert write(took_part(person, provider), person).state == ReviewState.PUBLISHED


# --- once, and for a while -----------------------------------------------------------------------


def test_g6_a_review_is_changed_for_thirty_days(app: Flask) -> None:
    del app
    provider, person = make_provider(), make_person()
    fact = took_part(person, provider)
    first = write(fact, person, stars=2)
    later = write(fact, person, stars=4, text="Na een maand denk ik er anders over.", days=29)
    assert (later.id, later.stars, number_of_reviews()) == (first.id, 4.0, 1)
    assert later.edited_at is not None
    with pytest.raises(DomainError, match="30 days"):
        write(fact, person, stars=1, days=OPEN.days + 1)
    assert fresh(first).stars == 4.0


def test_g6_after_a_year_memories_fade(app: Flask) -> None:
    del app
    person = make_person()
    fact = took_part(person, make_provider(), at=now() - TERM - timedelta(days=1))
    with pytest.raises(DomainError, match="more than a year"):
        write(fact, person)


def test_P8_eight_at_once_leave_one_review(app: Flask) -> None:
    provider, person = make_provider(), make_person()
    fact_id, who = took_part(person, provider).id, actor_of(person)

    def work(place: int) -> int:
        with transaction():
            held = reviews.own_participation(who, fact_id)
            return reviews.write(
                held, scores_of(4), f"{TEXT} Poging {place}.", actor=who, at=now()
            ).id

    assert len(set(together(app, 8, work))) == 1
    assert number_of_reviews() == 1
    held = fresh(provider)
    assert (held.reviews, held.spread) == (1, [0, 0, 0, 1, 0])


def test_g9_eight_reviews_at_once_are_all_counted(app: Flask) -> None:
    provider = make_provider()
    people = [make_person() for _number in range(8)]
    facts = [(took_part(p, provider).id, actor_of(p)) for p in people]

    def work(place: int) -> None:
        fact_id, who = facts[place]
        with transaction():
            held = reviews.own_participation(who, fact_id)
            reviews.write(held, scores_of(4), TEXT, actor=who, at=now())

    together(app, 8, work)
    held = fresh(provider)
    assert (held.reviews, held.stars, held.spread) == (8, 4.0, [0, 0, 0, 8, 0])


# --- assignments ---------------------------------------------------------------------------------


@pytest.fixture
def stated(app: Flask) -> tuple[Provider, Person, Person, Participation]:
    """An assignment that somebody names, with a review that waits: provider, owner, writer, it."""
    owner, writer = make_person("Otto Eigenaar"), make_person("Wim Schrijver")
    provider = make_provider(owner=owner, kind="adviser")
    me = Browser(app).sign_in(writer)
    me.get(f"/gids/aanbieder/{provider.id}/opdracht")
    sent = {"title": "Advies archief", "text": "Order 12, mei."}
    page = me.post(f"/gids/aanbieder/{provider.id}/opdracht", sent)
    fact = db.session.scalars(select(Participation)).one()
    assert page.location.endswith(f"/gids/beoordelen/{fact.id}")
    me.post(f"/gids/beoordelen/{fact.id}", FORM)
    return provider, owner, writer, fact


Stated = tuple[Provider, Person, Person, Participation]


def only_review() -> Review:
    with transaction(write=False):
        return db.session.scalars(select(Review).execution_options(populate_existing=True)).one()


def test_g6_a_stated_assignment_shows_when_the_provider_confirms(
    app: Flask, stated: Stated
) -> None:
    provider, owner, writer, fact = stated
    assert only_review().state == ReviewState.PENDING
    assert fresh(provider).reviews == 0
    boss = Browser(app).sign_in(owner)
    page = boss.get(f"/gids/beheer/{provider.id}")
    assert "Advies archief" in page.main
    assert TEXT not in page.main
    assert "Wim" not in page.main
    boss.post(f"/gids/beheer/{provider.id}/opdracht/{fact.id}/bevestigen")
    assert only_review().state == ReviewState.PUBLISHED
    assert fresh(provider).reviews == 1
    assert "Your assignment is confirmed" in mails_to(writer)
    boss.post(f"/gids/beheer/{provider.id}/opdracht/{fact.id}/ontkennen", status=404)


def test_g6_a_provider_cannot_keep_a_bad_review_out(app: Flask, stated: Stated) -> None:
    provider, owner, writer, fact = stated
    boss = Browser(app).sign_in(owner)
    deny = f"/gids/beheer/{provider.id}/opdracht/{fact.id}/ontkennen"
    boss.post(deny, {"reason": " "}, status=422)
    boss.post(deny, {"reason": "Nooit gezien."})
    assert not fresh(fact).is_refused
    assert not [s for s in mails_to(writer) if "not confirmed" in s]
    moderator = Browser(app).sign_in(make_moderator())
    page = moderator.get("/gids/moderatie")
    assert "Nooit gezien." in page.main
    assert "Order 12, mei." in page.main
    moderator.post(f"/gids/moderatie/opdracht/{fact.id}/bevestigen", {"reason": "Order gezien."})
    assert only_review().state == ReviewState.PUBLISHED


def test_g6_a_moderator_refuses_for_good_with_a_reason(app: Flask, stated: Stated) -> None:
    _provider, _owner, writer, fact = stated
    moderator = Browser(app).sign_in(make_moderator())
    moderator.get("/gids/moderatie")
    moderator.post(f"/gids/moderatie/opdracht/{fact.id}/weigeren", status=422)
    moderator.post(f"/gids/moderatie/opdracht/{fact.id}/weigeren", {"reason": "Geen order."})
    assert only_review().state == ReviewState.PENDING
    me = Browser(app).sign_in(writer)
    assert "Geen order." in me.get("/gids/mijn").main
    me.get(f"/gids/beoordelen/{fact.id}", status=404)
    moderator.post(f"/gids/moderatie/opdracht/{fact.id}/bevestigen", status=404)


def test_g6_strangers_confirm_nothing(app: Flask, stated: Stated) -> None:
    provider, _owner, writer, fact = stated
    other_owner = make_person()
    other = make_provider("Anders", owner=other_owner)
    for person in (writer, make_person(), other_owner):
        him = Browser(app).sign_in(person)
        him.post(f"/gids/beheer/{provider.id}/opdracht/{fact.id}/bevestigen", status=404)
        him.post(f"/gids/beheer/{other.id}/opdracht/{fact.id}/bevestigen", status=404)
        him.post(f"/gids/moderatie/opdracht/{fact.id}/bevestigen", status=404)
    assert not fresh(fact).is_confirmed


def test_g7_who_joins_later_does_not_confirm_the_own_assignment(stated: Stated) -> None:
    provider, _owner, writer, fact = stated
    with transaction():
        held = db.session.get_one(Provider, provider.id)
        providers.add_member(held, email=writer.email, person_id=writer.id, at=now())
    with pytest.raises(ForbiddenError), transaction():
        participation.decide(
            db.session.get_one(Participation, fact.id), confirmed=True, reason="",
            actor=actor_of(writer), at=now(), as_moderator=False,
        )  # fmt: skip
    assert only_review().state == ReviewState.PENDING


def test_g7_a_review_of_who_joined_meanwhile_is_not_published(stated: Stated) -> None:
    provider, owner, writer, fact = stated
    with transaction():
        held = db.session.get_one(Provider, provider.id)
        providers.add_member(held, email=writer.email, person_id=writer.id, at=now())
    with transaction():
        participation.decide(
            db.session.get_one(Participation, fact.id), confirmed=True, reason="",
            actor=actor_of(owner), at=now(), as_moderator=False,
        )  # fmt: skip
    assert only_review().state == ReviewState.PENDING


def test_g6_a_moderator_does_not_decide_on_the_own_assignment(app: Flask) -> None:
    writer = make_moderator()
    provider = make_provider(owner=make_person())
    with transaction():
        made = participation.state_assignment(
            db.session.get_one(Provider, provider.id), "Advies", "Order 3", at=now(),
            actor=actor_of(writer),
        )  # fmt: skip
    me = Browser(app).sign_in(writer)
    me.post(f"/gids/moderatie/opdracht/{made.id}/bevestigen", {"reason": "ja"}, status=403)
    assert not fresh(made).is_confirmed


def test_g6_assignments_are_named_once_and_a_few_at_a_time(app: Flask) -> None:
    del app
    writer, provider = make_person(), make_provider()

    def state(title: str) -> None:
        with transaction():
            held = db.session.get_one(Provider, provider.id)
            participation.state_assignment(held, title, "Order", actor=actor_of(writer), at=now())

    state("Advies")
    with pytest.raises(InvalidInputError, match="already"):
        state(" advies ")
    for number in range(MOST_WAITING - 1):
        state(f"Opdracht {number}")
    with pytest.raises(DomainError, match="Wait"):
        state("Nog een")


def test_g6_two_long_titles_are_two_assignments(app: Flask) -> None:
    del app
    writer, provider = make_person(), make_provider()
    for end in ("eerste deel", "tweede deel"):
        with transaction():
            held = db.session.get_one(Provider, provider.id)
            title = "Advies over de archieven en de samenwerking van alle directies, " * 2 + end
            participation.state_assignment(held, title, "x", actor=actor_of(writer), at=now())


@pytest.mark.parametrize("writes_first", [True, False])
def test_g6_a_review_written_while_it_is_confirmed_shows(
    app: Flask,
    writes_first: bool,
) -> None:
    owner, writer = make_person(), make_person()
    provider = make_provider(owner=owner)
    who, boss = actor_of(writer), actor_of(owner)
    with transaction():
        held = db.session.get_one(Provider, provider.id)
        fact_id = participation.state_assignment(held, "Advies", "x", actor=who, at=now()).id

    def review() -> None:
        found = reviews.own_participation(who, fact_id)
        reviews.write(found, scores_of(4), TEXT, actor=who, at=now())

    def agree() -> None:
        found = participation.waiting_assignment(fact_id)
        participation.decide(
            found, confirmed=True, reason="", actor=boss, at=now(), as_moderator=False
        )

    acts = (review, agree) if writes_first else (agree, review)
    assert overlapping(app, *acts) == [True, True]
    assert only_review().state == ReviewState.PUBLISHED
    assert fresh(provider).reviews == 1


# --- replies -------------------------------------------------------------------------------------


def test_g8_only_who_acts_for_the_provider_replies(app: Flask) -> None:
    owner, writer, other_owner = make_person(), make_person(), make_person()
    provider = make_provider(owner=owner)
    other = make_provider("Anders", owner=other_owner)
    review = make_review(provider, person=writer)
    field = {f"reactie-{review.id}-text": "Dank je wel."}
    for person in (writer, other_owner, make_moderator()):
        him = Browser(app).sign_in(person)
        him.post(f"/gids/beheer/{provider.id}/beoordeling/{review.id}", field, status=404)
        him.post(f"/gids/beheer/{other.id}/beoordeling/{review.id}", field, status=404)
    boss = Browser(app).sign_in(owner)
    boss.get(f"/gids/beheer/{provider.id}")
    boss.post(f"/gids/beheer/{provider.id}/beoordeling/{review.id}", field)
    page = Browser(app).get(f"/gids/aanbieder/{provider.id}")
    assert "Answer of the provider Dank je wel." in page.main
    assert mails_to(writer) == [f"{provider.name} answered your review"]


# --- reports and decisions -----------------------------------------------------------------------


def report(review: Review, person: Person, reason: str = "Noemt een naam.") -> None:
    with transaction():
        reviews.report(reviews.published(review.id), reason, actor=actor_of(person), at=now())


def test_g8_a_report_waits_for_a_moderator_who_keeps_it(app: Flask) -> None:
    review = make_review(make_provider())
    him = Browser(app).sign_in(make_person("Melle Melder"))
    him.get(f"/gids/beoordeling/{review.id}/melden")
    him.post(f"/gids/beoordeling/{review.id}/melden", {"reason": ""}, status=422)
    him.post(f"/gids/beoordeling/{review.id}/melden", {"reason": "Noemt een naam."})
    him.get("/gids/moderatie", status=404)
    moderator = Browser(app).sign_in(make_moderator())
    page = moderator.get("/gids/moderatie")
    assert "Noemt een naam." in page.main
    assert "Melle" not in page.main
    moderator.post(f"/gids/moderatie/beoordeling/{review.id}/houden", {"reason": "Geen naam."})
    assert "Nothing waits" in moderator.get("/gids/moderatie").main
    assert only_review().state == ReviewState.PUBLISHED


def test_g8_a_report_of_one_person_counts_once(app: Flask) -> None:
    del app
    review, person = make_review(make_provider()), make_person()
    report(review, person, "Eerst")
    report(review, person, "Later")
    assert [one.reason for one in db.session.scalars(select(Report))] == ["Later"]


def test_g8_nobody_reports_without_end(app: Flask) -> None:
    del app
    provider, person = make_provider(), make_person()
    for _number in range(REPORTS_A_DAY):
        report(make_review(provider), person)
    last = make_review(provider)
    with pytest.raises(DomainError, match="tomorrow"):
        report(last, person)
    report(last, make_person())


def test_g8_removing_needs_a_reason_which_is_published(app: Flask, client: Browser) -> None:
    writer = make_person()
    provider = make_provider()
    review = make_review(provider, person=writer, text="Juf Annelies was er niet bij, jammer.")
    moderator = Browser(app).sign_in(make_moderator())
    path = f"/gids/moderatie/beoordeling/{review.id}/verwijderen"
    moderator.get("/gids/moderatie")
    moderator.post(path, {"reason": "  "}, status=422)
    assert only_review().state == ReviewState.PUBLISHED
    moderator.post(path, {"reason": "Noemt een persoon."})
    page = client.get(f"/gids/aanbieder/{provider.id}")
    assert "Removed because: Noemt een persoon." in page.main
    assert "Annelies" not in page.text
    assert mails_to(writer) == [f"Your review of {provider.name} was removed"]
    moderator.post(path, {"reason": "Nog eens."}, status=422)
    Browser(app).sign_in(writer).post(
        f"/gids/beoordelen/{review.participation_id}", FORM, status=422
    )


def test_g8_a_removed_review_comes_back(app: Flask, client: Browser) -> None:
    provider = make_provider()
    review = make_review(provider)
    moderator = Browser(app).sign_in(make_moderator())
    moderator.get("/gids/moderatie")
    base = f"/gids/moderatie/beoordeling/{review.id}"
    moderator.post(f"{base}/terugzetten", {"reason": "Het staat er."}, status=422)
    moderator.post(f"{base}/verwijderen", {"reason": "Vergissing."})
    assert fresh(provider).reviews == 0
    assert "Vergissing." in moderator.get("/gids/moderatie").main
    moderator.post(f"{base}/terugzetten", {"reason": "Het mag toch."})
    assert fresh(provider).reviews == 1
    page = client.get(f"/gids/aanbieder/{provider.id}")
    assert TEXT in page.main
    assert "Vergissing" not in page.main


def test_g8_what_was_removed_twice_stands_in_the_list_once(app: Flask) -> None:
    review = make_review(make_provider())
    moderator = Browser(app).sign_in(make_moderator())
    for act in ("verwijderen", "terugzetten", "verwijderen"):
        path = f"/gids/moderatie/beoordeling/{review.id}/{act}"
        moderator.post(path, {"reason": f"Reden {act}."})
    page = moderator.get("/gids/moderatie")
    assert page.main.count("Reden verwijderen.") == 1


def test_P8_a_review_that_never_showed_leaves_nothing(app: Flask, stated: Stated) -> None:
    """Otherwise anybody could mark a provider with what nobody confirmed."""
    provider, _owner, writer, fact = stated
    me = Browser(app).sign_in(writer)
    me.post(f"/gids/beoordelen/{fact.id}/intrekken")
    assert "Removed" not in Browser(app).get(f"/gids/aanbieder/{provider.id}").main
    assert number_of_reviews() == 0
    me.post(f"/gids/beoordelen/{fact.id}", FORM)
    assert only_review().state == ReviewState.PENDING


def test_g8_take_back_is_for_good(app: Flask, client: Browser) -> None:
    writer, provider = make_person(), make_provider()
    review = make_review(provider, person=writer)
    Browser(app).sign_in(make_person()).post(
        f"/gids/beoordelen/{review.participation_id}/intrekken", status=404
    )
    me = Browser(app).sign_in(writer)
    me.post(f"/gids/beoordelen/{review.participation_id}/intrekken")
    me.post(f"/gids/beoordelen/{review.participation_id}/intrekken", status=404)
    me.post(f"/gids/beoordelen/{review.participation_id}", FORM, status=422)
    page = client.get(f"/gids/aanbieder/{provider.id}")
    assert "the writer took it back" in page.main
    assert TEXT not in page.text
    moderator = Browser(app).sign_in(make_moderator())
    path = f"/gids/moderatie/beoordeling/{review.id}/terugzetten"
    moderator.post(path, {"reason": "Terug."}, status=422)
    assert only_review().state == ReviewState.REMOVED


@pytest.mark.parametrize("earlier", [["houden"], ["verwijderen", "terugzetten"]])
def test_g8_nobody_brings_back_what_the_writer_took_back(app: Flask, earlier: list[str]) -> None:
    writer = make_person()
    review = make_review(make_provider(), person=writer)
    moderator = Browser(app).sign_in(make_moderator())
    base = f"/gids/moderatie/beoordeling/{review.id}"
    for act in earlier:
        moderator.post(f"{base}/{act}", {"reason": "Bekeken."})
    Browser(app).sign_in(writer).post(f"/gids/beoordelen/{review.participation_id}/intrekken")
    moderator.post(f"{base}/terugzetten", {"reason": "Terug."}, status=422)
    assert only_review().state == ReviewState.REMOVED
    assert TEXT not in moderator.get("/gids/moderatie").main


def test_g8_a_report_of_what_was_taken_back_does_not_wait_for_ever(app: Flask) -> None:
    writer = make_person()
    review = make_review(make_provider(), person=writer)
    report(review, make_person())
    Browser(app).sign_in(writer).post(f"/gids/beoordelen/{review.participation_id}/intrekken")
    page = Browser(app).sign_in(make_moderator()).get("/gids/moderatie")
    assert "Nothing waits" in page.main
    assert TEXT not in page.main


def test_P7_a_moderator_who_stands_too_near_is_refused(app: Flask) -> None:
    top = make_organisation("Ministerie", tier="rijk")
    place, other = make_organisation("Directie", parent=top), make_organisation()
    writer = make_person(organisation=other)
    owner = make_moderator(organisation=place)
    provider = make_provider(owner=owner)
    review = make_review(provider, person=writer)
    reporter = make_moderator()
    report(review, reporter)
    refused = {
        "own provider": owner,
        "own organisation": make_moderator(organisation=make_organisation(parent=top)),
        "colleague's review": make_moderator(organisation=other),
        "own report": reporter,
        "used to act for it": former(None, provider),  # type: ignore[arg-type]
    }
    with transaction():
        from learnenv.accounts.models import RoleAssignment, Scope
        from learnenv.kernel.permissions import Role

        db.session.add(
            RoleAssignment(
                person_id=refused["used to act for it"].id, role=Role.MODERATOR,
                scope=Scope.SITE, scope_id=0, granted_at=now(),
            )
        )  # fmt: skip
    for why, person in refused.items():
        him = Browser(app).sign_in(person)
        for act in ("houden", "verwijderen"):
            page = him.post(
                f"/gids/moderatie/beoordeling/{review.id}/{act}", {"reason": "x"}, status=403
            )
            assert "Another moderator decides" in page.main, why
    assert only_review().state == ReviewState.PUBLISHED
    free = Browser(app).sign_in(make_moderator(organisation=make_organisation()))
    free.post(f"/gids/moderatie/beoordeling/{review.id}/verwijderen", {"reason": "Smaad."})


def test_P7_nobody_moderates_the_own_review(app: Flask) -> None:
    writer = make_moderator()
    review = make_review(make_provider(), person=writer)
    me = Browser(app).sign_in(writer)
    page = me.post(
        f"/gids/moderatie/beoordeling/{review.id}/verwijderen", {"reason": "x"}, status=403
    )
    assert "You wrote this review" in page.main


def test_g8_eight_decisions_at_once_are_one(app: Flask) -> None:
    from learnenv.areas.directory.models import Moderation, Verdict

    review_id = make_review(make_provider()).id
    judges = [actor_of(make_moderator()) for _number in range(8)]

    def work(place: int) -> bool:
        try:
            with transaction():
                reviews.moderate(review_id, Verdict.REMOVE, "Smaad.", actor=judges[place], at=now())
        except DomainError:
            return False
        return True

    assert sum(together(app, 8, work)) == 1
    assert len(db.session.scalars(select(Moderation)).all()) == 1


def test_g9_stars_and_numbers_stay_honest(app: Flask, client: Browser) -> None:
    provider = make_provider()
    made = [make_review(provider, stars=stars) for stars in (5, 5, 5, 1)]
    assert (fresh(provider).reviews, fresh(provider).stars) == (4, 4.0)
    assert fresh(provider).spread == [1, 0, 0, 0, 3]
    assert "4 of 5 (4 reviews)" in client.get(f"/gids/aanbieder/{provider.id}").main
    moderator = Browser(app).sign_in(make_moderator())
    moderator.post(f"/gids/moderatie/beoordeling/{made[3].id}/verwijderen", {"reason": "Smaad."})
    assert (fresh(provider).reviews, fresh(provider).stars) == (3, 5.0)
    with transaction():
        held = db.session.get_one(Review, made[0].id)
        writer = db.session.get_one(Person, held.person_id)
        reviews.take_back(held, actor=actor_of(writer), at=now())
    page = client.get(f"/gids/aanbieder/{provider.id}")
    assert (fresh(provider).reviews, fresh(provider).stars) == (2, None)
    assert "Too few reviews for stars (2)" in page.main
    assert page.main.count("Removed because") == 2


def test_g6_a_pending_review_cannot_be_moderated_or_reported(stated: Stated) -> None:
    from learnenv.areas.directory.models import Verdict

    review = only_review()
    with pytest.raises(NotFoundError), transaction():
        reviews.moderate(review.id, Verdict.REMOVE, "x", actor=actor_of(make_moderator()), at=now())
    with pytest.raises(NotFoundError), transaction():
        reviews.published(review.id)


def test_g9_three_reviews_of_one_person_are_one_opinion(app: Flask) -> None:
    del app
    provider, friend = make_provider(), make_person()
    for _number in range(3):
        make_review(provider, person=friend, stars=5)
    assert (fresh(provider).reviews, fresh(provider).stars) == (1, None)
    for stars in (3, 4):
        make_review(provider, stars=stars)
    make_review(provider, person=friend, stars=2)
    assert (fresh(provider).reviews, fresh(provider).stars) == (3, 3.0), "the newest of each"


def test_g6_what_waited_while_the_writer_was_tied_shows_when_written_again(app: Flask) -> None:
    owner, writer = make_person(), make_person()
    provider = make_provider(owner=owner)
    with transaction():
        held = db.session.get_one(Provider, provider.id)
        fact = participation.state_assignment(
            held, "Opdracht", "Order 1", actor=actor_of(writer), at=now()
        )
        scores = dict.fromkeys(("content", "guidance", "use", "organisation"), 4)
        reviews.write(fact, scores, "Goed gedaan, op tijd klaar.", actor=actor_of(writer), at=now())
        providers.add_member(held, email=writer.email, person_id=writer.id, at=now())
        participation.decide(
            fact, confirmed=True, reason="", actor=actor_of(owner), at=now(), as_moderator=False
        )
    assert only_review().state == ReviewState.PENDING
    with transaction():
        member = db.session.scalars(select(Member).where(Member.person_id == writer.id)).one()
        db.session.delete(member)
    with transaction():
        again = db.session.get_one(Participation, fact.id)
        reviews.write(
            again, scores, "Goed gedaan, op tijd klaar.", actor=actor_of(writer), at=now()
        )
    assert only_review().state == ReviewState.PUBLISHED
