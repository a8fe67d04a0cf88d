"""The register: history with gaps, what a day says, changes, consent, points and the calendar."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from certificates import api as certificates
from certificates.keeping import keys_folder
from learnenv.areas.certification.models import (
    Dossier,
    DossierKind,
    Kind,
    Outcome,
    Points,
    Registration,
    StandingLine,
    State,
)
from learnenv.areas.certification.queries import register as queries
from learnenv.areas.certification.services import (
    applying,
    base,
    clock,
    deciding,
    declaring,
    handling,
    parties,
    points,
    proofs,
    register,
    schemes,
)
from learnenv.kernel import events
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, ForbiddenError, InvalidInputError
from learnenv.kernel.models import OutboxMail
from learnenv.kernel.permissions import SYSTEM
from learnenv.kernel.shared_events import PointsEarned, StandingChanged
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.factories.certification import House, registration_of, reload

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=AMSTERDAM)


def fresh(entry: Registration) -> Registration:
    with transaction(write=False):
        db.session.expire_all()
        return queries.entry(entry.number)


def subjects() -> list[str]:
    with transaction(write=False):
        return list(db.session.scalars(select(OutboxMail.subject)))


@pytest.fixture
def told(app: Flask) -> list[StandingChanged]:
    """What the other areas hear."""
    heard: list[StandingChanged] = []
    events._handlers[StandingChanged].append(heard.append)
    yield heard
    events._handlers[StandingChanged].remove(heard.append)


def test_f12_certification_gives_an_entry_and_a_certificate_for_four_years(house: House) -> None:
    entry = house.registered(Kind.TRAINING)
    assert entry.valid_from == today()
    assert entry.valid_until == date(today().year + 4, today().month, today().day) - timedelta(1)
    facts = certificates.facts_of_source(register.source_of(entry), today())
    assert facts is not None
    assert (facts.state, facts.valid_until) == ("valid", entry.valid_until)


def test_f13_every_change_reaches_certificate_and_directory_in_one_transaction(
    house: House, told: list[StandingChanged]
) -> None:
    entry = house.registered(Kind.TRAINING)
    who, second = house.actor("coordinator"), house.actor("decider_2")
    source = register.source_of(entry)

    def state() -> str:
        with transaction(write=False):
            found = certificates.facts_of_source(source, today())
        assert found is not None
        return found.state

    with transaction():
        register.suspend(entry.id, "Klacht onderzoeken.", actor=who, at=now())
    assert (fresh(entry).standing, state(), told[-1].standing) == ("suspended",) * 3
    with transaction():
        register.lift(entry.id, "Opgelost.", actor=who, at=now())
    assert (fresh(entry).standing, state(), told[-1].standing) == ("valid",) * 3
    with transaction():
        register.reduce_scope(entry.id, ["participatie"], "Geen bewijs.", actor=who, at=now())
    assert told[-1].themes == ("participatie",)
    with transaction():
        register.propose_withdrawal(entry.id, "Fraude.", actor=who, at=now())
    with pytest.raises(ForbiddenError, match="Somebody else"), transaction():
        register.withdraw(entry.id, actor=who, at=now())
    assert fresh(entry).standing == "valid"
    with transaction():
        register.withdraw(entry.id, actor=second, at=now())
    assert (fresh(entry).standing, state(), told[-1].standing) == (
        "withdrawn", "revoked", "withdrawn",
    )  # fmt: skip


def test_f13_a_listener_that_fails_takes_the_change_down(house: House) -> None:
    entry = house.registered(Kind.TRAINING)

    def fail(_event: StandingChanged) -> None:
        raise RuntimeError("directory is broken")

    events._handlers[StandingChanged].append(fail)
    try:
        with pytest.raises(RuntimeError, match="broken"), transaction():
            register.suspend(entry.id, "x", actor=house.actor("coordinator"), at=now())
    finally:
        events._handlers[StandingChanged].remove(fail)
    assert fresh(entry).standing == "valid"


def test_f13_nobody_changes_the_own_entry(house: House) -> None:
    entry = house.registered(Kind.TRAINING)
    with pytest.raises(ForbiddenError, match="for yourself"), transaction():
        register.suspend(entry.id, "x", actor=house.actor("applicant"), at=now())


def test_f13_a_scope_cannot_grow(house: House) -> None:
    entry = house.registered(Kind.TRAINING)
    for themes in ([], ["data"], ["open-overheid", "participatie"]):
        with pytest.raises(InvalidInputError), transaction():
            register.reduce_scope(entry.id, themes, "x", actor=house.actor("coordinator"), at=now())


def test_f16_what_a_day_says_with_interruptions(house: House) -> None:
    start = date(2026, 3, 2)
    with time_machine.travel(at(start), tick=False):
        entry = house.registered(Kind.TRAINING)
    who = house.actor("coordinator")
    for day, verb in ((date(2026, 6, 1), register.suspend), (date(2026, 7, 1), register.lift)):
        with time_machine.travel(at(day), tick=False), transaction():
            verb(entry.id, "reden", actor=who, at=now())
    with transaction(write=False):
        entry = fresh(entry)
        days = {
            date(2026, 3, 1): "none",
            date(2026, 3, 2): "valid",
            date(2026, 5, 31): "valid",
            date(2026, 6, 1): "suspended",
            date(2026, 6, 30): "suspended",
            date(2026, 7, 1): "valid",
            entry.valid_until: "valid",
            entry.valid_until + timedelta(days=1): "expired",
        }
        for day, expected in days.items():
            found = queries.on_day(entry, day)
            assert (found.standing, found.was_certified) == (expected, expected == "valid"), day
        assert queries.on_day(entry, date(2026, 6, 10)).scheme.version == 1
        shown = queries.periods(entry, day=date(2026, 8, 1))
        assert [(p.start, p.end, p.standing) for p in shown] == [
            (date(2026, 7, 1), None, "valid"),
            (date(2026, 6, 1), date(2026, 6, 30), "suspended"),
            (date(2026, 3, 2), date(2026, 5, 31), "valid"),
        ]
        later = queries.periods(entry, day=entry.valid_until + timedelta(days=9))
        assert later[0].standing == "expired"
        assert later[0].start == entry.valid_until + timedelta(days=1)


def test_f16_two_changes_on_one_day_leave_the_last_word(house: House) -> None:
    entry = house.registered(Kind.TRAINING)
    who = house.actor("coordinator")
    with transaction():
        register.suspend(entry.id, "x", actor=who, at=now())
        register.lift(entry.id, "x", actor=who, at=now())
    with transaction(write=False):
        assert [p.standing for p in queries.periods(fresh(entry), day=today())] == ["valid"]
        assert queries.on_day(entry, today()).was_certified


def test_f16_the_page_and_the_api_answer_for_a_day(house: House, client: Browser) -> None:
    with time_machine.travel(at(date(2026, 3, 2)), tick=False):
        entry = house.registered(Kind.TRAINING)
    with time_machine.travel(at(date(2026, 9, 1)), tick=False):
        page = client.get(f"/register/{entry.number}?op=2026-03-01")
        assert "Not certified yet" in page.main
        page = client.get(f"/register/{entry.number}?op=2026-05-01")
        assert "1 May 2026: Certified" in page.main
        assert "version 1" in page.main
        client.get(f"/register/{entry.number}?op=gisteren")
        found = client.get(f"/api/register/{entry.number}?op=2026-05-01").json()
        assert found["onDay"] == {
            "day": "2026-05-01", "certified": True, "status": "valid", "schemeVersion": 1,
        }  # fmt: skip
        assert client.get(f"/api/register/{entry.number}?op=x", status=422)
        assert client.get("/api/register?q=zeldzaam").json()["total"] == 1
        assert client.get("/api/register?q=anders").json()["total"] == 0


def test_f16_the_api_keeps_its_description(house: House, client: Browser) -> None:
    import jsonschema

    entry = house.registered(Kind.TRAINING)
    described = client.get("/api/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    schema = described["components"]["schemas"]["Entry"]
    jsonschema.validate(client.get(f"/api/register/{entry.number}?op={today()}").json(), schema)
    listed = client.get("/api/register").json()
    wanted = described["paths"]["/api/register"]["get"]["responses"]["200"]["content"]
    page = wanted["application/json"]["schema"]
    page["properties"]["items"]["items"] = schema
    jsonschema.validate(listed, page)
    assert json.dumps(listed).count(entry.number) == 2  # the number, and the address


def test_f16_the_api_is_rate_limited(house: House, client: Browser) -> None:
    del house
    with time_machine.travel(at(date(2026, 3, 2)), tick=False):  # within one minute
        for _request in range(120):
            client.get("/api/register")
        client.get("/api/register", status=429)
    with time_machine.travel(at(date(2026, 3, 2), 13), tick=False):
        client.get("/api/register")


@pytest.fixture
def trial_keys(app: Flask) -> Iterator[None]:
    """Keys to seal with; they go when the test ends, for other tests make their own."""
    certificates.make_trial_keys()
    yield
    for path in keys_folder().glob("*"):
        if path.is_file() and not path.name.startswith(("issuer-", "jwt-")):
            path.unlink()


@pytest.mark.usefixtures("trial_keys")
def test_f16_the_statement_is_a_sealed_pdf(house: House, client: Browser) -> None:
    import pypdfium2

    entry = house.registered(Kind.TRAINING)
    page = client.get(f"/register/{entry.number}/verklaring.pdf?op={today()}")
    assert page.data.startswith(b"%PDF-")
    from certificates.checking import trusted
    from certificates.sealing import check_seal

    with transaction(write=False):
        verdict = check_seal(page.data, trusted())
    assert verdict.state == "sealed", verdict.reason
    changed = page.data.replace(b"/Title", b"/Titel", 1)
    assert check_seal(changed, trusted()).state != "sealed"
    with pypdfium2.PdfDocument(page.data) as document:
        words = document[0].get_textpage().get_text_range()
    assert "Zeldzaamnaam Vries was op" in words
    tomorrow = today() + timedelta(days=1)
    client.get(f"/register/{entry.number}/verklaring.pdf?op={tomorrow}", status=422)


def test_P35_contact_data_show_only_with_consent_and_go_at_once(
    house: House, client: Browser
) -> None:
    entry = house.registered(Kind.TRAINING)
    path = f"/register/{entry.number}"

    def shows() -> list[bool]:
        return [
            "zeldzaam@zeldzaamnaam.example" in client.get(one).text
            for one in (path, f"/api{path}", "/api/register")
        ]

    assert shows() == [False, False, False]
    with transaction():
        parties.give_consent(fresh(entry).party, actor=house.actor("applicant"), at=now())
    assert shows() == [True, True, True]
    with transaction():
        parties.withdraw_consent(fresh(entry).party, actor=house.actor("applicant"), at=now())
    assert shows() == [False, False, False]


# --- the calendar --------------------------------------------------------------------------------


def tick(day: date) -> None:
    with time_machine.travel(at(day), tick=False), transaction():
        clock.run(now())


def test_f12_a_missing_declaration_suspends_after_notice(house: House) -> None:
    with time_machine.travel(at(date(2026, 3, 2)), tick=False):
        entry = house.registered(Kind.TRAINING)
    due = entry.declare_by
    assert due == date(2027, 3, 1)
    tick(due - timedelta(days=31))
    assert not [s for s in subjects() if "declaration" in s]
    tick(due - timedelta(days=30))
    tick(due - timedelta(days=29))
    assert len([s for s in subjects() if "declaration" in s]) == 1
    tick(due)
    assert fresh(entry).standing == "valid", "the last day still counts"
    tick(due + timedelta(days=1))
    assert fresh(entry).standing == "suspended"
    with time_machine.travel(at(due + timedelta(days=3)), tick=False), transaction():
        declaring.declare(entry.id, "Niets veranderd.", actor=house.actor("applicant"), at=now())
    again = fresh(entry)
    assert again.standing == "valid", "giving it lifts the suspension"
    assert again.declare_by == date(2028, 3, 1)


def test_f12_without_notice_there_is_no_suspension(house: House) -> None:
    """A site that was off for months announces first, and gives two weeks."""
    with time_machine.travel(at(date(2026, 3, 2)), tick=False):
        entry = house.registered(Kind.TRAINING)
    tick(date(2027, 6, 1))
    assert fresh(entry).standing == "valid"
    tick(date(2027, 6, 10))
    assert fresh(entry).standing == "valid"
    tick(date(2027, 6, 15))
    assert fresh(entry).standing == "suspended"


def test_f12_a_declaration_does_not_lift_another_suspension(house: House) -> None:
    with time_machine.travel(at(date(2026, 3, 2)), tick=False):
        entry = house.registered(Kind.TRAINING)
    with time_machine.travel(at(date(2027, 1, 12)), tick=False), transaction():
        register.suspend(entry.id, "Klacht.", actor=house.actor("coordinator"), at=now())
        declaring.declare(entry.id, "Niets.", actor=house.actor("applicant"), at=now())
    assert fresh(entry).standing == "suspended"


def test_the_end_is_told_once(house: House, told: list[StandingChanged]) -> None:
    with time_machine.travel(at(date(2026, 3, 2)), tick=False):
        entry = house.registered(Kind.TRAINING)
    told.clear()
    with transaction():
        db.session.execute(update(Registration).values(declare_by=None))
    tick(entry.valid_until)
    assert not told
    tick(entry.valid_until + timedelta(days=1))
    tick(entry.valid_until + timedelta(days=2))
    assert [event.standing for event in told] == ["expired"]


def test_f18_who_is_late_is_reminded_once_per_step(house: House) -> None:
    with time_machine.travel(at(date(2026, 3, 2)), tick=False):
        dossier = house.handed_in(Kind.TRAINING)
    due = reload(dossier).due_on
    for day in (due - timedelta(days=8), due - timedelta(days=7), due - timedelta(days=5),
                due - timedelta(days=1), due, due + timedelta(days=1), due + timedelta(days=9)):  # fmt: skip
        tick(day)
    with transaction(write=False):
        keys = [
            key for key in db.session.scalars(select(OutboxMail.key)) if ":due:screening:" in key
        ]
    coordinators = 2
    assert sorted({key.rsplit(":", 2)[1] for key in keys}) == ["0", "1", "7"]
    assert len(keys) == 3 * coordinators


# --- renewal -------------------------------------------------------------------------------------


def test_f15_points_count_by_themselves_and_once(house: House) -> None:
    entry = house.registered(Kind.TRAINING)
    person = house.people["applicant"].id
    event = PointsEarned(
        person_id=person, source="meeting:1", kind="meeting", title="Open Koffie", at=now()
    )
    with transaction():
        events.publish(event)
        events.publish(event)
        events.publish(
            PointsEarned(person_id=person, source="pilot:1", kind="pilot", title="P", at=now())
        )
        events.publish(
            PointsEarned(person_id=999, source="pilot:2", kind="pilot", title="P", at=now())
        )
    with transaction(write=False):
        rows = db.session.execute(select(Points.source, Points.points)).all()
        assert sorted(map(tuple, rows)) == [("meeting:1", 2), ("pilot:1", 10)]
        assert points.balance(fresh(entry), today()).earned == 12


def test_f15_a_finished_course_counts(house: House) -> None:
    from tests.factories import make_course
    from tests.house.world import complete

    entry = house.registered(Kind.TRAINING)
    complete(house.people["applicant"], make_course())
    with transaction(write=False):
        assert points.balance(fresh(entry), today()).earned == 10


def test_f15_d5_a_renewal_with_points_skips_the_assessment_and_starts_at_the_old_end(
    house: House,
) -> None:
    with time_machine.travel(at(date(2026, 3, 2)), tick=False):
        entry = house.registered(Kind.TRAINING)
    old_end = entry.valid_until
    who = house.actor("applicant")
    with transaction():
        asked = base.rules_of(fresh(entry).scheme).after.renewal_points
        db.session.add(
            Points(
                registration_id=entry.id,
                source="x",
                title="x",
                points=asked,
                earned_on=today(),
                period=0,
            )
        )
    with (
        time_machine.travel(at(old_end - timedelta(days=400)), tick=False),
        pytest.raises(DomainError, match="from"),
        transaction(),
    ):
        points.renew(fresh(entry), actor=who, at=now())
    with time_machine.travel(at(old_end - timedelta(days=100)), tick=False):
        with transaction():
            dossier = points.renew(fresh(entry), actor=who, at=now())
        assert dossier.kind == DossierKind.RENEWAL
        assert dossier.to_confirm
        house.fill(dossier)
        with transaction():
            applying.hand_in(base.hold(dossier.id), agrees=True, actor=who, at=now())
            handling.accept(dossier.id, note="", actor=house.actor("coordinator"), at=now())
        assert reload(dossier).state == State.ADVISING
        with transaction():
            handling.advise(dossier.id, "Verlengen.", actor=house.actor("coordinator"), at=now())
            deciding.decide(
                dossier.id, Outcome.GRANTED, grounds="Genoeg punten.", actor=house.actor("decider"),
                at=now(),
            )  # fmt: skip
        renewed = registration_of(dossier)
        assert renewed.id == entry.id
        assert renewed.valid_from == old_end + timedelta(days=1)
        assert renewed.valid_until.year == old_end.year + 4
        assert points.balance(renewed, today()).earned == 0, "points count for one renewal"
        assert queries.on_day(renewed, today()).was_certified
    with transaction(write=False):
        held = certificates.facts_of_source(register.source_of(renewed), today())
        assert held is not None
        assert held.valid_until == renewed.valid_until


def test_f15_a_renewal_without_points_is_assessed(house: House) -> None:
    with time_machine.travel(at(date(2026, 3, 2)), tick=False):
        entry = house.registered(Kind.TRAINING)
    with time_machine.travel(at(entry.valid_until - timedelta(days=100)), tick=False):
        who = house.actor("applicant")
        with transaction():
            dossier = points.renew(fresh(entry), actor=who, at=now())
        house.fill(dossier)
        with transaction():
            applying.hand_in(base.hold(dossier.id), agrees=True, actor=who, at=now())
            handling.accept(dossier.id, note="", actor=house.actor("coordinator"), at=now())
        assert reload(dossier).state == State.ASSIGNING


def test_P34_evidence_goes_after_its_term_and_orphans_too(house: House, app: Flask) -> None:
    from learnenv.kernel import uploads
    from tests.factories.certification import PDF

    dossier = house.handed_in(Kind.TRAINING)
    with transaction():
        applying.withdraw(dossier.id, "Toch niet.", actor=house.actor("applicant"), at=now())
    rows = proofs.present_evidence(dossier.id)
    files = [row.file for row in rows]
    orphan = uploads.keep(uploads.accept(PDF, "x.pdf"))
    db.session.rollback()
    with transaction():
        clock.tidy(now() + timedelta(days=364))
    assert all(uploads.read(file) for file in files)
    assert uploads.read(orphan) is None
    with transaction():
        clock.tidy(now() + timedelta(days=366))
    assert not any(uploads.read(file) for file in files)
    with transaction(write=False):
        assert db.session.scalar(select(Dossier.state)) == State.WITHDRAWN


def test_P31_the_chain_of_the_register_shows_a_changed_byte(house: House) -> None:
    from learnenv.areas.certification.trail import broken_standing

    entry = house.registered(Kind.TRAINING)
    with transaction():
        register.suspend(entry.id, "x", actor=SYSTEM, at=now())
    with transaction(write=False):
        lines = queries.lines(entry.id)
        assert not broken_standing(lines)
        lines[0].standing = "withdrawn"
        assert broken_standing(lines) == [lines[0].id]
        db.session.expunge_all()
    assert db.session.scalar(select(StandingLine.standing).limit(1)) == "valid"


def renewed_early(house: House) -> tuple[Registration, date]:
    """Certified on 2 March 2026 and renewed, with a new version of the scheme, in June 2029."""
    with time_machine.travel(at(date(2026, 3, 2)), tick=False):
        entry = house.registered(Kind.TRAINING)
    old_end = entry.valid_until
    with transaction():
        asked = base.rules_of(fresh(entry).scheme).after.renewal_points
        db.session.add(
            Points(
                registration_id=entry.id,
                source="x",
                title="x",
                points=asked,
                earned_on=today(),
                period=0,
            )
        )
        draft = schemes.start_draft(Kind.TRAINING, actor=SYSTEM, at=now())
        draft.rules = {**draft.rules, "summary": "Nieuw."}
        schemes.publish(draft, actor=SYSTEM, at=now())
    who = house.actor("applicant")
    with time_machine.travel(at(date(2029, 6, 1)), tick=False):
        with transaction():
            dossier = points.renew(fresh(entry), actor=who, at=now())
        house.fill(dossier)
        with transaction():
            applying.hand_in(base.hold(dossier.id), agrees=True, actor=who, at=now())
            handling.accept(dossier.id, note="", actor=house.actor("coordinator"), at=now())
            handling.advise(dossier.id, "Ja.", actor=house.actor("coordinator"), at=now())
            deciding.decide(
                dossier.id, Outcome.GRANTED, grounds="x", actor=house.actor("decider"), at=now()
            )
    return fresh(entry), old_end


def test_f13_after_an_early_renewal_both_certificates_follow(house: House) -> None:
    entry, _old_end = renewed_early(house)
    with time_machine.travel(at(date(2029, 6, 2)), tick=False):
        with transaction():
            register.propose_withdrawal(entry.id, "x", actor=house.actor("coordinator"), at=now())
            register.withdraw(entry.id, actor=house.actor("decider_2"), at=now())
        with transaction(write=False):
            states = [
                certificates.facts_of_source(f"certification:{entry.id}:{n}", today()).state
                for n in (0, 1)
            ]
    assert states == ["revoked", "revoked"]


def test_f16_until_the_new_certificate_begins_the_old_rules_hold(house: House) -> None:
    entry, old_end = renewed_early(house)
    with transaction(write=False):
        versions = [
            queries.on_day(entry, day).scheme.version
            for day in (date(2029, 7, 1), old_end, old_end + timedelta(days=1))
        ]
    assert versions == [1, 1, 2]


def test_f12_a_renewal_leaves_no_year_without_a_declaration(house: House) -> None:
    entry, old_end = renewed_early(house)
    assert entry.declare_by is not None
    assert entry.declare_by <= old_end + timedelta(days=366)


def test_f13_a_renewal_lifts_no_suspension_and_widens_nothing(house: House) -> None:
    with time_machine.travel(at(date(2026, 3, 2)), tick=False):
        entry = house.registered(Kind.TRAINING)
    who, staff = house.actor("applicant"), house.actor("coordinator")
    with transaction():
        db.session.add(
            Points(
                registration_id=entry.id,
                source="x",
                title="x",
                points=99,
                earned_on=today(),
                period=0,
            )
        )
    with time_machine.travel(at(date(2029, 6, 1)), tick=False), transaction():
        register.reduce_scope(entry.id, ["participatie"], "x", actor=staff, at=now())
        dossier = points.renew(fresh(entry), actor=who, at=now())
    house.fill(dossier, at=at(date(2029, 6, 2)))
    with time_machine.travel(at(date(2029, 6, 3)), tick=False), transaction():
        applying.hand_in(base.hold(dossier.id), agrees=True, actor=who, at=now())
        handling.accept(dossier.id, note="", actor=staff, at=now())
        handling.advise(dossier.id, "Ja.", actor=staff, at=now())
        register.suspend(entry.id, "Onderzoek.", actor=staff, at=now())
        deciding.decide(
            dossier.id, Outcome.GRANTED, grounds="x", actor=house.actor("decider"), at=now()
        )
    found = fresh(entry)
    assert (found.standing, found.themes) == ("suspended", ["participatie"])


def test_the_clock_goes_on_when_one_entry_is_odd(house: House) -> None:
    """Suspended for a missing declaration, ended, lifted: the calendar must not stop at it."""
    with time_machine.travel(at(date(2026, 3, 2)), tick=False):
        entry = house.registered(Kind.TRAINING)
    with transaction():
        db.session.execute(
            update(Registration).values(
                declare_by=date(2029, 6, 1),
                noticed_on=date(2029, 5, 1),
                valid_until=date(2029, 7, 1),
            )
        )
    tick(date(2029, 6, 20))
    assert fresh(entry).standing == "suspended"
    with time_machine.travel(at(date(2029, 8, 1)), tick=False), transaction():
        register.lift(entry.id, "x", actor=house.actor("coordinator"), at=now())
    tick(date(2029, 8, 2))
    tick(date(2029, 9, 9))
    assert fresh(entry).standing == "valid"


def test_a_past_year_counts_who_was_certified_then(house: House) -> None:
    from learnenv.areas.certification.queries import figures

    with time_machine.travel(at(date(2026, 3, 2)), tick=False):
        house.registered(Kind.TRAINING)
    with transaction(write=False):
        assert figures.certified_on(date(2025, 12, 31)) == 0
        assert figures.certified_on(date(2026, 12, 31)) == 1
        assert figures.certified_on(date(2030, 3, 2)) == 0
