"""Profiles: kept by who acts for them, watched where visitors could be misled, shown by consent."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from learnenv.accounts.models import Person
from learnenv.areas.directory.models import Change, Claim, FormerMember, Member, Offering, Provider
from learnenv.areas.directory.queries import pages
from learnenv.areas.directory.services import providers
from learnenv.areas.directory.services.providers import Profile
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, InvalidInputError
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.factories import actor_of, make_organisation, make_person
from tests.factories.directory import (
    certify,
    fresh,
    mails_to,
    make_moderator,
    make_offering,
    make_provider,
    make_review,
    make_session,
    overlapping,
    took_part,
)


def form_of(provider: Provider, **changes: str) -> dict[str, Any]:
    """Return what the edit page would send."""
    held = fresh(provider)
    return {
        "name": held.name, "kind": held.kind, "summary": held.summary, "about": held.about,
        "themes": list(held.themes), "region": held.region, "place": "", "website": held.website,
        "email": held.email, "phone": held.phone,
        "day_rate": "" if held.day_rate is None else str(held.day_rate), "days_free": "",
        **changes,
    }  # fmt: skip


def edit(app: Flask, owner: Person, provider: Provider, **changes: str) -> Browser:
    him = Browser(app).sign_in(owner)
    him.get(f"/gids/beheer/{provider.id}/profiel")
    him.post(f"/gids/beheer/{provider.id}/profiel", form_of(provider, **changes))
    return him


# --- a new one -----------------------------------------------------------------------------------


def test_g2_a_profile_is_made_filled_and_shown(app: Flask, client: Browser) -> None:
    me = Browser(app).sign_in(make_person())
    me.get("/gids/beheer")
    sent = {"kind": "trainer", "name": "Tineke Trainer", "summary": "Traint raadsleden."}
    made = me.post("/gids/beheer", sent).location
    number = int(made.rsplit("/", 1)[-1])
    assert "Nobody sees it" in me.get(made).main
    assert "Nobody sees it now" in me.get(f"/gids/aanbieder/{number}").main
    client.get(f"/gids/aanbieder/{number}", status=404)
    me.post(f"{made}/tonen")
    assert "Traint raadsleden." in client.get(f"/gids/aanbieder/{number}").main
    assert "Tineke Trainer" in client.get("/gids?q=tineke").main


def test_g2_one_agency_is_not_listed_twice(app: Flask) -> None:
    make_provider("Bureau Élan")
    me = Browser(app).sign_in(make_person())
    sent = {"kind": "agency", "name": "bureau elan", "summary": "Adviseert."}
    page = me.post("/gids/beheer", sent, status=422)
    assert "is in the Gouden Gids already" in page.main
    me.post("/gids/beheer", {**sent, "kind": "adviser"})  # people may share a name


def test_g2_only_who_acts_for_it_manages_it(app: Flask) -> None:
    provider = make_provider(owner=make_person())
    offering = make_offering(provider)
    session = make_session(offering)
    other = make_person()
    make_provider("Anders", owner=other)
    base = f"/gids/beheer/{provider.id}"
    for person in (make_person(), other, make_moderator()):
        him = Browser(app).sign_in(person)
        for path in (
            base, f"{base}/profiel", f"{base}/aanbod/nieuw", f"/gids/beheer/aanbod/{offering.id}",
            f"/gids/beheer/aanbod/{offering.id}/bewerken",
            f"/gids/beheer/uitvoering/{session.id}",
        ):  # fmt: skip
            him.get(path, status=404)
        him.post(f"{base}/profiel", form_of(provider, summary="Gekaapt."), status=404)
        him.post(f"{base}/verbergen", status=404)
        him.post(f"{base}/collegas", {"collega-email": "x@example.nl"}, status=404)
    assert fresh(provider).is_shown
    assert fresh(provider).summary != "Gekaapt."


# --- what is sensitive waits ---------------------------------------------------------------------


def test_g2_a_price_shows_at_once_and_a_name_waits_with_its_difference(
    app: Flask, client: Browser
) -> None:
    owner = make_person()
    provider = make_provider("Oude Naam", owner=owner, kind="adviser", summary="Adviseert.")
    me = edit(
        app, owner, provider, name="Nieuwe Naam", website="https://nieuw.example", day_rate="1250"
    )
    page = client.get(f"/gids/aanbieder/{provider.id}")
    assert "1,250" in page.main
    assert "Oude Naam" in page.main
    assert "ieuw" not in page.main
    assert "Nieuwe Naam" not in client.get("/gids?q=naam").main
    assert "A change waits for a moderator" in me.get(f"/gids/beheer/{provider.id}").main
    moderator = Browser(app).sign_in(make_moderator())
    waiting = moderator.get("/gids/moderatie").main
    assert "Name Oude Naam Nieuwe Naam" in waiting
    assert "Website - https://nieuw.example" in waiting
    [change] = db.session.scalars(select(Change)).all()
    moderator.post(f"/gids/moderatie/wijziging/{change.id}/overnemen")
    page = client.get(f"/gids/aanbieder/{provider.id}")
    assert "Nieuwe Naam" in page.main
    assert "nieuw.example" in page.main
    assert "Nieuwe Naam" in client.get("/gids?q=nieuwe").main
    assert "0 results" in client.get("/gids?q=oude").main
    assert "Your change of Nieuwe Naam" in mails_to(owner)
    moderator.post(f"/gids/moderatie/wijziging/{change.id}/weigeren", {"reason": "x"}, status=404)


def test_g2_a_refused_change_has_a_reason(app: Flask) -> None:
    owner = make_person()
    provider = make_provider("Oude Naam", owner=owner)
    edit(app, owner, provider, name="Rijksoverheid")
    [change] = db.session.scalars(select(Change)).all()
    moderator = Browser(app).sign_in(make_moderator())
    moderator.get("/gids/moderatie")
    moderator.post(f"/gids/moderatie/wijziging/{change.id}/weigeren", status=422)
    moderator.post(f"/gids/moderatie/wijziging/{change.id}/weigeren", {"reason": "Misleidt."})
    assert fresh(provider).name == "Oude Naam"
    assert fresh(change).reason == "Misleidt."


def test_g2_a_later_edit_replaces_what_waits_and_an_undone_one_ends_it(app: Flask) -> None:
    owner = make_person()
    provider = make_provider("Oude Naam", owner=owner)
    edit(app, owner, provider, name="Tweede Naam")
    edit(app, owner, provider, name="Derde Naam")
    [change] = db.session.scalars(select(Change)).all()
    assert change.after == {"name": "Derde Naam"}
    edit(app, owner, provider)  # the old name again
    assert "Nothing waits" in Browser(app).sign_in(make_moderator()).get("/gids/moderatie").main


def test_g2_hiding_is_no_way_round_the_moderator(app: Flask) -> None:
    """Who is certified or reviewed does not come back under another name."""
    for number in range(2):
        owner = make_person()
        provider = make_provider(f"Oude Naam {number}", owner=owner, kind="adviser")
        if number:
            make_review(provider)
        else:
            certify(provider)
        him = Browser(app).sign_in(owner)
        him.post(f"/gids/beheer/{provider.id}/verbergen")
        edit(app, owner, provider, name="Rijksoverheid")
        him.post(f"/gids/beheer/{provider.id}/tonen")
        assert fresh(provider).name == f"Oude Naam {number}"
    assert len(db.session.scalars(select(Change)).all()) == 2


def test_g2_a_profile_nobody_knows_yet_changes_freely(app: Flask) -> None:
    owner = make_person()
    provider = make_provider("Concept", owner=owner, shown=False)
    edit(app, owner, provider, name="Definitief")
    assert fresh(provider).name == "Definitief"
    assert not db.session.scalars(select(Change)).all()


def test_P7_a_moderator_does_not_decide_for_the_own_organisation(app: Flask) -> None:
    place = make_organisation()
    owner = make_moderator(organisation=place)
    provider = make_provider(owner=owner)
    edit(app, owner, provider, name="Anders")
    [change] = db.session.scalars(select(Change)).all()
    for person in (owner, make_moderator(organisation=place)):
        him = Browser(app).sign_in(person)
        path = f"/gids/moderatie/wijziging/{change.id}/overnemen"
        him.post(path, {"reason": "ja"}, status=403)
    assert fresh(provider).name == "Academie Dichtbij"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "}, {"summary": ""}, {"kind": "koning"}, {"place": "Nergenshuizen"},
        {"website": "javascript:alert(1)"}, {"email": "geen adres"}, {"phone": "<script>"},
        {"day_rate": "-5"}, {"days_free": "32"},
    ],
)  # fmt: skip
def test_g2_a_profile_is_checked(app: Flask, wrong: dict[str, str]) -> None:
    owner = make_person()
    provider = make_provider(owner=owner)
    him = Browser(app).sign_in(owner)
    sent = form_of(provider, **{"summary": "Anders.", **wrong})
    him.post(f"/gids/beheer/{provider.id}/profiel", sent, status=422)
    assert fresh(provider).summary != "Anders."


# --- consent -------------------------------------------------------------------------------------


def test_P35_hidden_is_gone_for_strangers_and_there_for_the_owner(
    app: Flask, client: Browser
) -> None:
    owner = make_person()
    provider = make_provider("Zeldzaam", owner=owner)
    offering = make_offering(provider, "Vakwerk")
    session = make_session(offering)
    review = make_review(provider, offering=offering)
    paths = [
        f"/gids/aanbieder/{provider.id}", f"/gids/aanbod/{offering.id}",
        f"/gids/uitvoering/{session.id}.ics", f"/gids/beoordeling/{review.id}",
    ]  # fmt: skip
    for path in paths:
        client.get(path)
    him = Browser(app).sign_in(owner)
    him.get(f"/gids/beheer/{provider.id}")
    him.post(f"/gids/beheer/{provider.id}/verbergen")
    for path in paths:
        client.get(path, status=404)
    assert "Nothing to compare" in client.get(f"/gids/vergelijken?wie=a{provider.id}").main
    for path in paths[:2]:
        assert "Nobody sees it now" in him.get(path).main
    assert fresh(provider).consent_at is None
    him.post(f"/gids/beheer/{provider.id}/tonen")
    client.get(paths[1])


def test_P35_consent_is_dated_and_signed(app: Flask) -> None:
    owner = make_person()
    provider = make_provider(owner=owner, shown=False)
    before = now()
    Browser(app).sign_in(owner).post(f"/gids/beheer/{provider.id}/tonen")
    held = fresh(provider)
    assert held.consent_at >= before
    assert held.consent_by == owner.id


def test_P35_without_a_summary_nothing_is_shown(app: Flask) -> None:
    owner = make_person()
    provider = make_provider(owner=owner, shown=False, summary="")
    page = Browser(app).sign_in(owner).post(f"/gids/beheer/{provider.id}/tonen", status=409)
    assert "Write a summary first" in page.main
    assert not fresh(provider).is_shown


@pytest.mark.parametrize("kind", ["trainer", "adviser"])
def test_P35_people_are_never_listed_without_consent(client: Browser, kind: str) -> None:
    provider = make_provider("Zeldzaam Mens", kind=kind)  # listed by staff, as if it could be
    client.get(f"/gids/aanbieder/{provider.id}", status=404)
    assert "0 results" in client.get("/gids").main


def test_P35_a_listed_agency_shows_public_facts_only(client: Browser) -> None:
    provider = make_provider(
        "Bureau", email="info@bureau.example", phone="010 1234567", about="Zeldzaam verhaal.",
        website="https://bureau.example",
    )  # fmt: skip
    page = client.get(f"/gids/aanbieder/{provider.id}")
    assert "bureau.example" in page.main
    for words in ("info@", "1234567", "Zeldzaam"):
        assert words not in page.text
    assert "0 results" in client.get("/gids?q=zeldzaam").main


def test_P35_a_listed_agency_that_is_claimed_can_hide_altogether(
    app: Flask, client: Browser
) -> None:
    provider = make_provider("Bureau", website="https://bureau.example")
    her = Browser(app).sign_in(make_person(email="ineke@bureau.example"))
    her.post(f"/gids/aanbieder/{provider.id}/beheren", {"text": "Ik werk er."})
    her.post(f"/gids/beheer/{provider.id}/tonen")
    client.get(f"/gids/aanbieder/{provider.id}")
    her.post(f"/gids/beheer/{provider.id}/verbergen")
    client.get(f"/gids/aanbieder/{provider.id}", status=404)
    assert "0 results" in client.get("/gids").main


# --- people --------------------------------------------------------------------------------------


def test_g2_a_colleague_is_asked_by_address_and_acts_along(app: Flask) -> None:
    owner, colleague = make_person(), make_person(email="nieuw@example.nl")
    provider = make_provider(owner=owner)
    him = Browser(app).sign_in(owner)
    him.get(f"/gids/beheer/{provider.id}")
    for address in ("Nieuw@Example.nl", "niemand@example.nl"):
        page = him.post(
            f"/gids/beheer/{provider.id}/collegas", {"collega-email": address}, follow=True
        )
        assert "Your colleague gets a mail." in page.text  # the same for both (P21)
    her = Browser(app).sign_in(colleague)
    her.get(f"/gids/beheer/{provider.id}", status=404)  # nothing begins before a yes
    assert f"{provider.name} asks you to act along" in her.get("/gids/beheer").main
    asked = members(provider)[1]
    stranger = Browser(app).sign_in(make_person())
    stranger.post(f"/gids/beheer/uitnodiging/{asked.id}/aannemen", status=404)
    her.post(f"/gids/beheer/uitnodiging/{asked.id}/aannemen")
    her.post(f"/gids/beheer/uitnodiging/{asked.id}/aannemen", status=404)
    her.get(f"/gids/beheer/{provider.id}")
    her.post(f"/gids/beheer/{provider.id}/verbergen")
    assert not fresh(provider).is_shown


def members(provider: Provider) -> list[Member]:
    with transaction(write=False):
        return list(
            db.session.scalars(
                select(Member).where(Member.provider_id == provider.id).order_by(Member.id)
            )
        )


def test_g2_who_says_no_leaves_no_trace_and_reviews_freely(app: Flask) -> None:
    owner, critic = make_person(), make_person(email="kritisch@example.nl")
    provider = make_provider(owner=owner)
    fact = took_part(critic, provider)
    with transaction():
        providers.ask_colleague(provider, email=critic.email, actor=actor_of(owner), at=now())
    him = Browser(app).sign_in(critic)
    form = {**dict.fromkeys(("content", "guidance", "use", "organisation"), "2"), "honest": "y"}
    him.post(f"/gids/beoordelen/{fact.id}", {**form, "text": "Ik vond het niet goed uitgelegd."})
    him.post(f"/gids/beheer/uitnodiging/{members(provider)[1].id}/afslaan")
    assert len(members(provider)) == 1
    assert db.session.scalars(select(FormerMember)).all() == []


def test_g2_the_last_one_cannot_go(app: Flask) -> None:
    owner = make_person()
    provider = make_provider(owner=owner)
    him = Browser(app).sign_in(owner)
    base = f"/gids/beheer/{provider.id}/collegas"
    him.post(f"{base}/{members(provider)[0].id}/weg", status=409)
    him.post(base, {"collega-email": "komt-nooit@example.nl"})  # asked is not there
    him.post(f"{base}/{members(provider)[0].id}/weg", status=409)
    him.post(f"{base}/{members(provider)[1].id}/weg")
    assert [one.person_id for one in members(provider)] == [owner.id]


def test_g2_two_who_take_each_other_off_leave_one(app: Flask) -> None:
    people = [make_person(), make_person()]
    provider = make_provider(owner=people[0])
    with transaction():
        held = db.session.get_one(Provider, provider.id)
        providers.add_member(held, email=people[1].email, person_id=people[1].id, at=now())
    ids = [one.id for one in members(provider)]
    actors, provider_id = [actor_of(person) for person in people], provider.id

    def drop(place: int) -> None:
        held = db.session.get_one(Provider, provider_id)
        providers.drop_member(held, ids[1 - place], actor=actors[place], at=now())

    assert overlapping(app, lambda: drop(0), lambda: drop(1)) == [True, False]
    assert len(members(provider)) == 1


def test_g2_of_another_provider_nobody_is_taken_off(app: Flask) -> None:
    owner, other_owner = make_person(), make_person()
    provider, other = make_provider(owner=owner), make_provider("Anders", owner=other_owner)
    him = Browser(app).sign_in(owner)
    him.post(f"/gids/beheer/{provider.id}/collegas/{members(other)[0].id}/weg", status=404)
    assert len(members(other)) == 1


# --- claims --------------------------------------------------------------------------------------


def test_g2_an_address_at_the_website_claims_at_once(app: Flask) -> None:
    provider = make_provider("Bureau", website="https://www.bureau.example/")
    her = Browser(app).sign_in(make_person(email="ineke@bureau.example"))
    her.get(f"/gids/aanbieder/{provider.id}/beheren")
    page = her.post(f"/gids/aanbieder/{provider.id}/beheren", {"text": "Ik werk er."})
    assert page.location.endswith(f"/gids/beheer/{provider.id}")
    her.get(f"/gids/beheer/{provider.id}")
    for path in ("", "/beheren"):  # somebody keeps it now
        status = 404 if path else 200
        late = Browser(app).sign_in(make_person())
        late.get(f"/gids/aanbieder/{provider.id}{path}", status=status)


@pytest.mark.parametrize(
    "address",
    ["x@example.nl", "x@kwaadbureau.example", "x@bureau.example.nl", "x@sub.bureau.example"],
)
def test_g2_another_address_waits_for_a_moderator(app: Flask, address: str) -> None:
    provider = make_provider("Bureau", website="https://bureau.example")
    person = make_person("Klaas Klaimer", email=address)
    him = Browser(app).sign_in(person)
    path = f"/gids/aanbieder/{provider.id}/beheren"
    him.get(path)
    him.post(path, {"text": " "}, status=422)
    him.post(path, {"text": "Ik ben de directeur."})
    him.get(f"/gids/beheer/{provider.id}", status=404)
    moderator = Browser(app).sign_in(make_moderator())
    assert "Ik ben de directeur." in moderator.get("/gids/moderatie").main
    [claim] = db.session.scalars(select(Claim)).all()
    moderator.post(f"/gids/moderatie/claim/{claim.id}/weigeren", status=422)
    moderator.post(f"/gids/moderatie/claim/{claim.id}/weigeren", {"reason": "Onbekend."})
    assert mails_to(person)[-1] == "You cannot manage Bureau"
    him.get(f"/gids/beheer/{provider.id}", status=404)
    him.post(path, {"text": "Zie het handelsregister."})
    moderator.post(f"/gids/moderatie/claim/{claim.id}/toekennen")
    assert mails_to(person)[-1] == "You manage Bureau in the Gouden Gids"
    him.get(f"/gids/beheer/{provider.id}")


def test_P7_nobody_grants_the_own_claim(app: Flask) -> None:
    provider = make_provider("Bureau")
    person = make_moderator()
    him = Browser(app).sign_in(person)
    him.post(f"/gids/aanbieder/{provider.id}/beheren", {"text": "Van mij."})
    [claim] = db.session.scalars(select(Claim)).all()
    him.post(f"/gids/moderatie/claim/{claim.id}/toekennen", status=403)
    assert members(provider) == []


def test_g2_people_and_kept_profiles_are_not_claimed(app: Flask) -> None:
    kept = make_provider("Bureau", owner=make_person())
    person = make_provider("Anna Adviseur", kind="adviser", owner=make_person())
    him = Browser(app).sign_in(make_person())
    for provider in (kept, person):
        path = f"/gids/aanbieder/{provider.id}/beheren"
        him.get(path, status=404)
        him.post(path, {"text": "Van mij."}, status=404)


# --- complete ------------------------------------------------------------------------------------


def test_g3_the_score_says_what_the_next_step_brings(app: Flask) -> None:
    owner = make_person()
    provider = make_provider(owner=owner, shown=False, summary="", themes=())
    offering: Offering | None = None
    steps: dict[str, dict[str, Any]] = {
        "Add a summary": {"summary": "Wij trainen."},
        "Choose your themes": {"themes": ("data",)},
        "Add contact details": {"email": "info@example.nl"},
        "Add a training": {},
        "Add a price": {"day_rate": 900},
        "Tell more about how you work": {"about": "Wij werken samen. " * 10},
        "Add where you are": {"place": "Zwolle"},
        "Add your website": {"website": "https://example.nl"},
        "Add a date, or how many days you have free": {},
    }
    profile: dict[str, Any] = {"kind": "agency", "name": provider.name}
    scores = []
    for words, change in steps.items():
        page = Browser(app).sign_in(owner).get(f"/gids/beheer/{provider.id}")
        complete = pages.managed(fresh(provider)).complete
        scores.append(complete.percent)
        assert str(complete.next.todo) == words  # type: ignore[union-attr]
        assert f"{words} : {complete.percent} → {complete.then}%" in page.main
        promised = complete.then
        profile |= change
        if words == "Add a training":
            offering = make_offering(provider, price=None)
        elif not change:
            assert offering is not None
            make_session(offering)
        with transaction():
            held = db.session.get_one(Provider, provider.id)
            providers.save(held, Profile(**profile), actor=actor_of(owner), at=now())
        assert pages.managed(fresh(provider)).complete.percent == promised
    assert scores == [0, 15, 25, 40, 55, 70, 80, 85, 90]
    assert (
        "Profile 100% complete"
        in Browser(app).sign_in(owner).get(f"/gids/beheer/{provider.id}").main
    )


def test_g2_nobody_makes_providers_without_end(app: Flask) -> None:
    del app
    owner = make_person()
    for number in range(providers.MOST_OWN):
        make_provider(f"Bureau {number}", owner=owner)
    with pytest.raises(DomainError, match="Ask the moderator"):
        make_provider("Nog een", owner=owner)


def test_g2_a_training_needs_words_before_it_shows(app: Flask) -> None:
    del app
    provider = make_provider()
    for missing in ({"summary": ""}, {"goals": ()}):
        with pytest.raises(InvalidInputError, match="before you publish"):
            make_offering(provider, **missing)
    make_offering(provider, publish=False, summary="", goals=())


def test_g2_a_refused_training_leaves_nothing_behind(app: Flask) -> None:
    owner = make_person()
    provider = make_provider(owner=owner)
    offering = make_offering(provider, "Vakwerk", price=100)
    him = Browser(app).sign_in(owner)
    sent = {
        "title": "Half", "summary": "x", "goals": "x", "form": "online", "level": "basis",
        "language": "nl", "price": "1", "course": "bestaat-niet", "is_published": "y",
    }  # fmt: skip
    him.get(f"/gids/beheer/{provider.id}/aanbod/nieuw")
    him.post(f"/gids/beheer/{provider.id}/aanbod/nieuw", sent, status=422)
    him.post(f"/gids/beheer/aanbod/{offering.id}/bewerken", sent, status=422)
    [kept] = db.session.scalars(select(Offering)).all()
    assert (kept.title, kept.price) == ("Vakwerk", 100)


def test_g2_a_price_of_a_training_shows_at_once(app: Flask, client: Browser) -> None:
    owner = make_person()
    offering = make_offering(make_provider(owner=owner), "Vakwerk", price=100)
    him = Browser(app).sign_in(owner)
    path = f"/gids/beheer/aanbod/{offering.id}/bewerken"
    page = him.get(path)
    assert page.soup is not None
    sent = {
        "title": "Vakwerk", "summary": "In een dag.", "goals": "Je kunt het.", "form": "online",
        "level": "expert", "language": "en", "minutes": "60", "price": "", "is_published": "y",
    }  # fmt: skip
    him.post(path, sent)
    shown = client.get(f"/gids/aanbod/{offering.id}").main
    assert "Price on request" in shown
    assert "1 result" in client.get("/gids?prijs=op-aanvraag&niveau=expert&taal=en").main
    assert "0 results" in client.get("/gids?prijs=tot-250").main
