"""A pilot is posted, guidance is ranked with reasons, asked, offers, and one is chosen (g13)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from learnenv.accounts.models import Organisation, Person
from learnenv.areas.directory.models import Provider
from learnenv.areas.directory.services import providers
from learnenv.areas.pilots.models import Invitation, InvitationState, Pilot, State
from learnenv.areas.pilots.ranking import Wanted, rank
from learnenv.areas.pilots.services import guard, posting
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, ForbiddenError, NotFoundError
from learnenv.kernel.guidance import Guide
from learnenv.kernel.permissions import Role
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.factories import actor_of, make_organisation, make_person
from tests.factories import pilots as made
from tests.factories.directory import mails_to
from tests.threads import together

FORM = {
    "title": "Bewoners denken mee", "question": "Hoe?", "help": "Iemand die meewerkt.",
    "theme": "participatie", "region": "utrecht", "budget": "5000", "measure": "Bewoners per avond",
}  # fmt: skip


@pytest.fixture
def leader(app: Flask) -> Person:
    """Somebody of a municipality."""
    del app
    return make_person("Lea", organisation=make_organisation("Gemeente Waterkant"))


@pytest.fixture
def owner(app: Flask) -> Person:
    """Somebody who guides, of an agency."""
    del app
    return make_person("Gids", organisation=make_organisation("Bureau Gids", tier="extern"))


def guide(number: int, **changes: object) -> Guide:
    values: dict[str, object] = {
        "provider_id": number, "name": f"Gids {number}", "kind": "adviser", "summary": "",
        "path": f"/gids/aanbieder/{number}", "certified_until": today() + timedelta(days=700),
        "themes": ("participatie",), "region": "utrecht", "days_free": 4, "day_rate": 1000,
        "stars": None, "reviews": 0, "is_shown": True,
    }  # fmt: skip
    return Guide(**{**values, **changes})  # type: ignore[arg-type]


def wanted(key: int = 1) -> Wanted:
    return Wanted(
        key=key, theme="participatie", region="utrecht", ends_on=today() + timedelta(days=100),
        budget=5000,
    )  # fmt: skip


def test_the_best_fit_comes_first_and_each_reason_is_told(client: Browser) -> None:
    del client
    best = guide(1, stars=4.5, reviews=8)
    other_theme = guide(2, themes=("data",))
    far = guide(3, region="zeeland")
    national = guide(4, region="landelijk")
    found = rank(wanted(), [other_theme, far, national, best])
    assert [one.guide.provider_id for one in found] == [1, 4, 3, 2]
    told = " | ".join(reason.text for reason in found[0].reasons)
    for word in (
        "Theme",
        "Region: Utrecht",
        "4 days a month free",
        "Certified until",
        "5 days",
        "4.5",
    ):
        assert word in told
    assert all(reason.fits for reason in found[0].reasons)
    assert "Does not name the theme" in found[3].reasons[0].text
    assert not found[3].reasons[0].fits


def test_who_has_no_room_or_a_short_certificate_stands_lower(client: Browser) -> None:
    del client
    full = guide(1, days_free=0, stars=5.0, reviews=40)
    short = guide(2, certified_until=today() + timedelta(days=10))
    dear = guide(3, day_rate=4000)
    found = rank(wanted(), [full, short, dear, guide(4)])
    assert found[0].guide.provider_id == 4
    assert found[-1].guide.provider_id == 1
    reasons = {one.guide.provider_id: [r.text for r in one.reasons if not r.fits] for one in found}
    assert any("before the pilot ends" in text for text in reasons[2])
    assert any("enough for 1 day" in text for text in reasons[3])
    assert any("no room" in text for text in reasons[1])


def test_equals_take_turns_so_that_nobody_is_always_first(client: Browser) -> None:
    del client
    guides = [guide(number) for number in range(1, 5)]
    firsts = {rank(wanted(key), guides)[0].guide.provider_id for key in range(1, 40)}
    assert firsts == {1, 2, 3, 4}
    again = [one.guide.provider_id for one in rank(wanted(7), guides)]
    assert again == [one.guide.provider_id for one in rank(wanted(7), list(reversed(guides)))]


def test_from_posting_to_choosing_through_the_pages(
    app: Flask, client: Browser, leader: Person, owner: Person
) -> None:
    agency = made.make_guide("Bureau Past", owner)
    made.make_guide("Bureau Past Minder", make_person(), themes=("data",))
    client.sign_in(leader)
    day = today()
    dates = {
        "starts_on": str(day + timedelta(days=10)), "ends_on": str(day + timedelta(days=90)),
        "needed_on": str(day - timedelta(days=5)),
    }  # fmt: skip
    refused = client.post("/proefprojecten/nieuw", {**FORM, **dates, "title": ""}, status=422)
    assert "Give a title." in refused.text
    page = client.post("/proefprojecten/nieuw", {**FORM, **dates}, follow=True)
    pilot = db.session.scalars(select(Pilot)).one()
    assert page.text.index("Bureau Past") < page.text.index("Bureau Past Minder")
    assert "Theme: Participation" in page.text
    client.post(f"/proefprojecten/{pilot.id}/uitnodigen/{agency.id}", follow=True)
    assert "asks for your guidance" in " ".join(mails_to(owner))

    guiding = Browser(app).sign_in(owner)
    path = f"/proefprojecten/{pilot.id}/uitnodiging/{agency.id}"
    assert "Hoe?" in guiding.get(path).main
    assert "No guide reviewed this organisation yet" in guiding.get(path).main
    guiding.post(path, {"approach": "", "price": "x", "days": "0"}, status=422)
    guiding.post(path, {"approach": "In vier stappen", "price": "4000", "days": "4"})
    assert "An offer for" in " ".join(mails_to(leader))
    guiding.get(f"/proefprojecten/{pilot.id}", status=404)

    shown = client.get(f"/proefprojecten/{pilot.id}").main
    assert "In vier stappen" in shown
    offer = db.session.scalars(select(Invitation)).one()
    client.post(f"/proefprojecten/{pilot.id}/kiezen", {"kies-reason": "Past"}, status=422)
    client.post(f"/proefprojecten/{pilot.id}/kiezen", {"aanbod": str(offer.id)}, status=422)
    client.post(
        f"/proefprojecten/{pilot.id}/kiezen", {"aanbod": str(offer.id), "kies-reason": "Past"}
    )
    db.session.expire_all()
    assert (pilot.state, pilot.provider_id, pilot.price) == (State.RUNNING, agency.id, 4000)
    assert "You guide the pilot" in " ".join(mails_to(owner))
    assert "Running" in guiding.get(f"/proefprojecten/{pilot.id}").main
    assert "In vier stappen" not in client.get("/proefprojecten").text
    assert "Bewoners denken mee" in Browser(app).get("/proefprojecten").main


def test_P3_a_pilot_and_its_offers_do_not_exist_for_others(
    app: Flask, leader: Person, owner: Person
) -> None:
    rival = make_person("Rivaal")
    agency, other = made.make_guide("Bureau Een", owner), made.make_guide("Bureau Twee", rival)
    pilot = made.post(leader, question="Kanarievraag", title="Kanarietitel")
    made.offered(pilot, leader, agency, owner)
    made.offered(pilot, leader, other, rival)
    with transaction():
        found = db.session.scalars(
            select(Invitation).where(Invitation.provider_id == agency.id)
        ).one()
        found.approach = "Kanarieaanpak"
    colleague = make_person(organisation=None)
    for person in (colleague, rival, owner):
        browser = Browser(app).sign_in(person)
        browser.get(f"/proefprojecten/{pilot.id}", status=404)
        browser.post(f"/proefprojecten/{pilot.id}/kiezen", {"kies-reason": "x"}, status=404)
        browser.post(f"/proefprojecten/{pilot.id}/stoppen", {"stop-reason": "x"}, status=404)
        assert "Kanarie" not in browser.get("/proefprojecten").text
    rivals = Browser(app).sign_in(rival)
    rivals.get(f"/proefprojecten/{pilot.id}/uitnodiging/{agency.id}", status=404)
    own = rivals.get(f"/proefprojecten/{pilot.id}/uitnodiging/{other.id}").text
    assert "Kanarievraag" in own
    assert "Kanarieaanpak" not in own
    stranger = Browser(app).sign_in(colleague)
    stranger.get(f"/proefprojecten/{pilot.id}/uitnodiging/{other.id}", status=404)


def test_a_manager_of_the_organisation_takes_over_when_the_leader_is_away(
    app: Flask, owner: Person
) -> None:
    place = make_organisation("Gemeente Ver")
    leader = make_person(organisation=place)
    manager = make_person(organisation=place, roles=[(Role.MANAGER, place)])
    elsewhere = make_organisation()
    foreign = make_person(organisation=elsewhere, roles=[(Role.MANAGER, elsewhere)])
    pilot = made.post(leader)
    made.make_guide("Bureau Past", owner)
    assert "Bureau Past" in Browser(app).sign_in(manager).get(f"/proefprojecten/{pilot.id}").main
    Browser(app).sign_in(foreign).get(f"/proefprojecten/{pilot.id}", status=404)


def test_P7_guidance_of_the_own_organisation_is_not_in_the_list_and_cannot_be_chosen(
    app: Flask, leader: Person
) -> None:
    del app
    place = db.session.get_one(Organisation, leader.organisation_id)
    colleague = make_person(organisation=place)
    own = made.make_guide("Eigen Bureau", colleague)
    pilot = made.post(leader)
    listed = posting.ranked(pilot, actor=actor_of(leader), day=today())
    assert own.id not in {one.guide.provider_id for one in listed}
    with transaction(), pytest.raises(NotFoundError):
        posting.invite(pilot, own.id, actor=actor_of(leader), at=now())
    mine = made.make_guide("Van Lea Zelf", leader, kind="adviser")
    assert mine.id not in {
        one.guide.provider_id for one in posting.ranked(pilot, actor=actor_of(leader), day=today())
    }
    # Whoever became tied after the offer cannot be chosen either.
    free = make_person()
    agency = made.make_guide("Bureau Vrij", free)
    offer = made.offered(pilot, leader, agency, free)
    with transaction():
        db.session.get_one(Provider, agency.id).organisation_id = leader.organisation_id
    with transaction(), pytest.raises(ForbiddenError):
        held = guard.own_pilot(actor_of(leader), pilot.id, hold=True)
        posting.choose(held, offer, "Past", actor=actor_of(leader), at=now())


def test_only_who_is_certified_on_the_day_can_be_chosen(
    app: Flask, leader: Person, owner: Person
) -> None:
    del app
    agency = made.make_guide("Bureau Kort", owner)
    pilot = made.post(leader)
    offer = made.offered(pilot, leader, agency, owner)
    made.certify(agency, until=today() - timedelta(days=1))
    assert posting.ranked(pilot, actor=actor_of(leader), day=today()) == []
    with transaction(), pytest.raises(DomainError, match="not certified any more"):
        held = guard.own_pilot(actor_of(leader), pilot.id, hold=True)
        posting.choose(held, offer, "Past", actor=actor_of(leader), at=now())
    with transaction(write=False):
        assert db.session.get_one(Pilot, pilot.id).state == State.OPEN


def test_P35_who_withdrew_consent_is_not_in_the_list(
    app: Flask, leader: Person, owner: Person
) -> None:
    del app
    agency = made.make_guide("Bureau Weg", owner)
    pilot = made.post(leader)
    assert len(posting.ranked(pilot, actor=actor_of(leader), day=today())) == 1
    with transaction():
        providers.withdraw(db.session.get_one(Provider, agency.id), actor=actor_of(owner))
    assert posting.ranked(pilot, actor=actor_of(leader), day=today()) == []


def test_eight_choices_at_once_choose_one(app: Flask, leader: Person) -> None:
    pilot = made.post(leader)
    offers = []
    for number in range(8):
        owner = make_person()
        agency = made.make_guide(f"Bureau {number}", owner)
        offers.append(made.offered(pilot, leader, agency, owner))
    who = actor_of(leader)

    def choose(place: int) -> bool:
        try:
            with transaction():
                held = guard.own_pilot(who, pilot.id, hold=True)
                posting.choose(held, offers[place], "Past", actor=who, at=now())
        except DomainError:
            return False
        return True

    assert sorted(together(app, 8, choose)) == [False] * 7 + [True]
    with transaction(write=False):
        states = db.session.scalars(select(Invitation.state)).all()
    assert sorted(states) == sorted([InvitationState.CHOSEN] + [InvitationState.OTHER] * 7)


def test_asking_and_answering_have_ends(app: Flask, leader: Person, owner: Person) -> None:
    del app
    agency = made.make_guide("Bureau Eind", owner)
    pilot = made.post(leader)
    made.offered(pilot, leader, agency, owner)
    who = actor_of(leader)
    with transaction():
        held = guard.own_pilot(who, pilot.id, hold=True)
        posting.invite(held, agency.id, actor=who, at=now())  # twice changes nothing
        assert len(posting.invitations(pilot.id)) == 1
    with transaction(), pytest.raises(DomainError, match="asked already"):
        posting.edit(held, made.draft(title="Anders"), actor=who, at=now())
    with transaction():
        held = guard.own_pilot(who, pilot.id, hold=True)
        posting.stop(held, "Geen tijd meer", actor=who, at=now())
    assert "Another choice" in " ".join(mails_to(owner))
    with transaction(), pytest.raises(DomainError):
        held = guard.own_pilot(who, pilot.id, hold=True)
        found = guard.invitation_of(actor_of(owner), pilot.id, agency.id, hold=True)
        posting.offer(
            found, held, approach="Toch", price=1, days=1, actor=actor_of(owner), at=now()
        )
    with transaction(), pytest.raises(DomainError):
        posting.stop(held, "Nog eens", actor=who, at=now())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_on": today() - timedelta(days=400)}, "ends_on"),
        ({"ends_on": today() + timedelta(days=5000)}, "ends_on"),
        ({"needed_on": today() + timedelta(days=2)}, "needed_on"),
        ({"theme": "koken"}, "theme"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    app: Flask, leader: Person, changes: dict[str, object], field: str
) -> None:
    del app
    with transaction(), pytest.raises(DomainError) as caught:
        posting.post(made.draft(**changes), actor=actor_of(leader), at=now())
    assert caught.value.field == field


def test_without_an_organisation_the_way_out_is_told(client: Browser) -> None:
    client.sign_in(make_person())
    day = today()
    dates = {"starts_on": str(day), "ends_on": str(day + timedelta(days=9)), "needed_on": str(day)}
    page = client.post("/proefprojecten/nieuw", {**FORM, **dates}, status=422)
    assert "Choose yours in your profile first" in page.text


def test_P7_whoever_is_near_is_no_guidance_whichever_way_he_is_near(
    app: Flask, leader: Person
) -> None:
    """An employee as adviser, the profile of the leader, an agency in which a colleague works."""
    del app
    place = db.session.get_one(Organisation, leader.organisation_id)
    manager = make_person(organisation=place, roles=[(Role.MANAGER, place)])
    employee, colleague = make_person(organisation=place), make_person(organisation=place)
    made.make_guide("Werkt Hier", employee, kind="adviser")
    made.make_guide("Van De Leider", leader, kind="adviser")
    outside = made.make_guide("Bureau Met Collega", make_person())
    with transaction():
        providers.add_member(outside, email=colleague.email, person_id=colleague.id, at=now())
    free = made.make_guide("Vrij", make_person())
    pilot = made.post(leader)
    for person in (leader, manager):
        listed = posting.ranked(pilot, actor=actor_of(person), day=today())
        assert [one.guide.provider_id for one in listed] == [free.id]


def test_a_price_that_changed_under_the_chooser_is_read_again(
    app: Flask, client: Browser, leader: Person, owner: Person
) -> None:
    agency = made.make_guide("Bureau Duurder", owner)
    pilot = made.post(leader)
    offer = made.offered(pilot, leader, agency, owner)
    client.sign_in(leader)
    path = f"/proefprojecten/{pilot.id}"
    seen = {"aanbod": str(offer), f"prijs-{offer}": "4500", "kies-reason": "Past"}
    guiding = Browser(app).sign_in(owner)
    guiding.post(
        f"{path}/uitnodiging/{agency.id}", {"approach": "x", "price": "99000", "days": "5"}
    )
    assert "changed just now" in client.post(f"{path}/kiezen", seen, status=422).text
    client.post(f"{path}/kiezen", {**seen, f"prijs-{offer}": "99000"})


def test_a_leader_who_works_elsewhere_leads_no_more(
    app: Flask, leader: Person, owner: Person
) -> None:
    agency = made.make_guide("Bureau Past", owner)
    pilot = made.post(leader)
    made.offered(pilot, leader, agency, owner)
    with transaction():
        found = db.session.get_one(Person, leader.id)
        found.organisation_id = make_organisation("Gemeente Elders").id
    Browser(app).sign_in(leader).get(f"/proefprojecten/{pilot.id}", status=404)


def test_P35_the_list_of_pilots_names_nobody_who_hid_himself(
    app: Flask, client: Browser, leader: Person, owner: Person
) -> None:
    del app
    adviser = made.make_guide("Ada Zichtbaar", owner, kind="adviser")
    made.started(leader, adviser, owner)
    assert "Ada Zichtbaar" in client.get("/proefprojecten").main
    with transaction():
        providers.withdraw(db.session.get_one(Provider, adviser.id), actor=actor_of(owner))
    shown = client.get("/proefprojecten").main
    assert "Ada Zichtbaar" not in shown
    assert "a certified adviser" in shown
