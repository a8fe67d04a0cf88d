"""Handling: screening, questions that stop the clock, assessors, scores, decisions, objections."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from learnenv.areas.certification import conflicts
from learnenv.areas.certification.models import (
    Assignment,
    Decision,
    Kind,
    Outcome,
    PairFigure,
    State,
    StepFigure,
    Verdict,
)
from learnenv.areas.certification.queries import dossiers, lists
from learnenv.areas.certification.services import (
    applying,
    assessing,
    base,
    deciding,
    handling,
    pool,
    proofs,
)
from learnenv.areas.certification.trail import broken
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db
from learnenv.kernel.errors import (
    DomainError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
)
from learnenv.kernel.models import OutboxMail
from learnenv.kernel.permissions import Role
from learnenv.kernel.terms import last_day
from learnenv.kernel.transaction import transaction
from tests.factories import make_organisation, make_person
from tests.factories.certification import (
    PDF,
    House,
    actor_of,
    registration_of,
    reload,
    rules_of,
)

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def mails() -> list[str]:
    return list(db.session.scalars(select(OutboxMail.subject)))


# --- applying ------------------------------------------------------------------------------------


def test_f2_handing_in_says_what_is_missing(house: House) -> None:
    dossier = house.begin()
    with pytest.raises(InvalidInputError, match="still missing"), transaction():
        applying.hand_in(
            base.hold(dossier.id), agrees=True, actor=house.actor("applicant"), at=now()
        )
    assert reload(dossier).state == State.DRAFT


def test_f2_handing_in_needs_the_statement(house: House) -> None:
    dossier = house.begin()
    house.fill(dossier)
    with pytest.raises(InvalidInputError) as caught, transaction():
        applying.hand_in(
            base.hold(dossier.id), agrees=False, actor=house.actor("applicant"), at=now()
        )
    assert caught.value.field == "agrees"


def test_f2_right_answers_are_kept_when_another_is_wrong(house: House) -> None:
    dossier = house.begin()
    rules = rules_of(dossier)
    number = next(q.key for q in rules.questions if q.kind == "number")
    words = next(q.key for q in rules.questions if q.kind in ("text", "long"))
    with transaction():
        wrong = applying.save_answers(
            base.hold(dossier.id),
            {number: "veel", words: "  Mijn antwoord ", "bestaat-niet": "x"},
            actor=house.actor("applicant"),
            at=now(),
        )
    assert set(wrong) == {number}
    assert reload(dossier).answers == {words: "Mijn antwoord"}


def test_f2_a_next_application_is_prefilled_and_each_answer_confirmed_once(house: House) -> None:
    done = house.decided(Outcome.REFUSED)
    with transaction():
        again = applying.begin(reload(done).party, actor=house.actor("applicant"), at=now())
    assert again.id != done.id
    reusable = [q.key for q in rules_of(again).questions if q.reusable]
    assert set(again.to_confirm) == set(reusable)
    with transaction():
        applying.confirm(base.hold(again.id), reusable[0], at=now())
    assert reusable[0] not in reload(again).to_confirm
    with transaction():
        held = base.hold(again.id)
        applying.save_answers(
            held,
            {key: held.answers[key] for key in reusable},
            actor=house.actor("applicant"),
            at=now(),
        )
    assert reload(again).to_confirm == []


def test_f2_a_second_dossier_at_the_same_time_is_the_first_one(house: House) -> None:
    dossier = house.begin()
    with transaction():
        again = applying.begin(reload(dossier).party, actor=house.actor("applicant"), at=now())
    assert again.id == dossier.id


def test_f4_expired_evidence_is_refused_and_later_flagged(house: House) -> None:
    from learnenv.areas.certification import eligibility

    dossier = house.begin()
    rules = rules_of(dossier)
    asked = next(e for e in rules.evidence if e.needs_expiry and e.months_valid)
    new = proofs.NewEvidence(
        key=asked.key, data=PDF, name="oud.pdf", issued_on=today() - timedelta(days=1200)
    )
    with pytest.raises(InvalidInputError, match="expired"), transaction():
        proofs.add_evidence(base.hold(dossier.id), new, actor=house.actor("applicant"), at=now())
    house.fill(dossier)
    rows = proofs.present_evidence(dossier.id)
    assert eligibility.expired(rules, rows, today()) == []
    far = today() + timedelta(days=31 * (asked.months_valid + 1))
    assert asked in eligibility.expired(rules, rows, far)


def test_f3_amber_goes_to_a_person_and_red_keeps_out(house: House) -> None:
    dossier = house.begin()
    rules = house.fill(dossier)
    course = next(r for r in rules.eligibility if r.rule == "course")
    lights = {f.rule.key: f.light for f in applying.findings_of(reload(dossier), today())}
    assert lights[course.key] == "amber", "a mark that is held goes to a person"
    with transaction():
        applying.claim_exemption(base.hold(dossier.id), course.key, "", at=now())
    with pytest.raises(InvalidInputError, match="do not meet"), transaction():
        applying.hand_in(
            base.hold(dossier.id), agrees=True, actor=house.actor("applicant"), at=now()
        )


def test_f10_a_certificate_of_our_own_course_fills_the_rule_by_itself(house: House) -> None:
    from certificates.models import Certificate
    from tests.factories import make_tiny_course

    course = make_tiny_course("werken-2.0")
    dossier = house.begin()
    house.fill(dossier)
    person = house.people["applicant"]
    with transaction():
        db.session.add(
            Certificate(
                number="2026-TEST",
                code="a" * 26,
                short_code="b" * 12,
                source="course:1",
                person_id=person.id,
                course_id=course.id,
                period=1,
                holder_name=person.name,
                title="Werken 2.0",
                language="nl",
                minutes=1,
                outcomes=[],
                course_version=1,
                issuer="x",
                issued_at=now(),
                issued_on=today(),
                valid_from=today(),
                status="valid",
            )
        )
    found = {f.rule.rule: f for f in applying.findings_of(reload(dossier), today())}
    assert found["course"].light == "green"
    assert "2026-TEST" in found["course"].why


# --- the clock -----------------------------------------------------------------------------------


def test_f8_a_question_stops_the_clock_and_gives_the_days_back(house: House) -> None:
    dossier = house.handed_in(at=MONDAY)
    term = rules_of(dossier).term("screening")
    assert reload(dossier).due_on == last_day(MONDAY, term)
    asked, answered = MONDAY + timedelta(days=3), MONDAY + timedelta(days=13)
    with transaction():
        handling.ask(dossier.id, "Welke opdracht?", actor=house.actor("coordinator"), at=asked)
    waiting = reload(dossier)
    assert waiting.state == State.SCREENING_WAITS
    assert waiting.due_on == last_day(asked, rules_of(dossier).term("answer"))
    with transaction():
        applying.answer(dossier.id, "Deze.", actor=house.actor("applicant"), at=answered)
    back = reload(dossier)
    assert back.state == State.SCREENING
    assert back.stopped_days == 10
    assert back.due_on == last_day(MONDAY, term, stopped=10)


def test_f8_what_changed_since_the_question_is_marked(house: House) -> None:
    dossier = house.handed_in()
    rules = rules_of(dossier)
    key = next(q.key for q in rules.questions if q.kind == "long")
    with transaction():
        handling.ask(dossier.id, "Meer?", actor=house.actor("coordinator"), at=now())
    first = dossiers.revisions(dossier.id)[-1]
    old = proofs.present_evidence(dossier.id)[0]
    with transaction():
        held = base.hold(dossier.id)
        applying.save_answers(held, {key: "Beter."}, actor=house.actor("applicant"), at=now())
        proofs.add_evidence(
            held,
            proofs.NewEvidence(
                key=old.key, data=PDF, name="n.pdf", issued_on=old.issued_on,
                expires_on=old.expires_on,
            ),
            actor=house.actor("applicant"),
            at=now(),
        )  # fmt: skip
        proofs.remove_evidence(held, old, actor=house.actor("applicant"), at=now())
        applying.answer(dossier.id, "Zie dossier.", actor=house.actor("applicant"), at=now())
    found = reload(dossier)
    changed, new, gone = applying.diff(first, found.answers, proofs.present_evidence(dossier.id))
    assert changed == {key}
    assert len(new) == 1
    assert [mark["id"] for mark in gone] == [old.id]
    assert first.answers[key] != "Beter.", "what was handed in does not change"


def test_setting_aside_asks_first_and_waits_for_the_term(house: House) -> None:
    dossier = house.handed_in()
    who = house.actor("coordinator")
    with pytest.raises(DomainError, match="Ask first"), transaction():
        handling.set_aside(dossier.id, "Onvolledig.", actor=who, at=now())
    with transaction():
        handling.ask(dossier.id, "Waar is het bewijs?", actor=who, at=now())
    with pytest.raises(DomainError, match="still has time"), transaction():
        handling.set_aside(dossier.id, "Onvolledig.", actor=who, at=now())
    with transaction():
        handling.set_aside(dossier.id, "Onvolledig.", actor=who, at=now() + timedelta(days=60))
    assert reload(dossier).state == State.SET_ASIDE


# --- independence --------------------------------------------------------------------------------


def test_f5_the_system_refuses_conflicts_with_the_reason(house: House) -> None:
    parent = house.places["applicant"]
    below = make_organisation("Dochter van Zeldzaamnaam", parent=parent)
    same = make_person("Zelfde boom", organisation=below, roles=[(Role.ASSESSOR, None)])
    dossier = house.assigning()
    listed = {c.person_id: c for c in handling.candidates(reload(dossier), day=today())}
    assert "same tree" in " ".join(listed[same.id].against)
    with pytest.raises(InvalidInputError, match="same tree"), transaction():
        handling.assign(
            dossier.id, [same.id, house.people["assessor_1"].id],
            actor=house.actor("coordinator"), at=now(),
        )  # fmt: skip
    assert reload(dossier).state == State.ASSIGNING
    assert db.session.scalar(select(Assignment.id)) is None


@pytest.mark.parametrize(("years", "blocked"), [(None, True), (2.9, True), (3.1, False)])
def test_f5_business_counts_for_three_years(house: House, years, blocked: bool) -> None:
    dossier = house.assigning()
    person = house.people["assessor_1"]
    until = None if years is None else today() - timedelta(days=int(365.25 * years))
    with transaction():
        pool.add_relation(
            reload(dossier), person_id=person.id, kind="business", until=until, note="",
            actor=house.actor("coordinator"), at=now(),
        )  # fmt: skip
    why = conflicts.reasons([person.id], reload(dossier).party, today=today())[person.id]
    assert bool(why) is blocked


def test_f5_who_wrote_the_course_of_the_applicant_is_no_assessor(house: House) -> None:
    from tests.factories import make_enrolment, make_tiny_course

    course = make_tiny_course("les")
    enrolment = make_enrolment(house.people["applicant"], course)
    with transaction():
        enrolment.completed_at = now()
        db.session.add(enrolment)
    trainer = make_person("Trainer", roles=[(Role.ASSESSOR, None), (Role.AUTHOR, course)])
    dossier = house.assigning()
    why = conflicts.reasons([trainer.id], reload(dossier).party, today=today())[trainer.id]
    assert "wrote a course" in " ".join(why)


def test_f5_expertise_goes_before_load(house: House) -> None:
    expert = house.people["assessor_3"]
    with transaction():
        pool.save_profile(
            expert.id, kinds=["adviser"], themes=["open-overheid"], most=2, is_available=True,
            actor=house.actor("coordinator"),
        )  # fmt: skip
    dossier = house.assigning()
    first = handling.candidates(reload(dossier), day=today())[0]
    assert first.person_id == expert.id
    assert first.fits
    with transaction():
        pool.save_profile(
            expert.id, kinds=["adviser"], themes=[], most=2, is_available=False,
            actor=house.actor("coordinator"),
        )  # fmt: skip
    found = {c.person_id: c for c in handling.candidates(reload(dossier), day=today())}
    assert "not available" in found[expert.id].against[0]


def test_P07_a_conflict_found_late_blocks_scoring_and_deciding(house: House) -> None:
    dossier = house.assessing(Kind.TRAINING)
    for name in ("assessor_1", "decider"):
        with transaction():
            pool.add_relation(
                reload(dossier), person_id=house.people[name].id, kind="private", until=None,
                note="", actor=house.actor("coordinator"), at=now(),
            )  # fmt: skip
    key = rules_of(dossier).criteria[0].key
    with pytest.raises(ForbiddenError, match="not independent"), transaction():
        assessing.score(dossier.id, key, 3, "x", actor=house.actor("assessor_1"), at=now())
    with pytest.raises(ForbiddenError, match="not independent"), transaction():
        deciding.decide(
            dossier.id, Outcome.GRANTED, grounds="x", actor=house.actor("decider"), at=now()
        )


def test_an_assessor_with_a_conflict_makes_room_for_another(house: House) -> None:
    dossier = house.assigning()
    pair = [house.people["assessor_1"].id, house.people["assessor_2"].id]
    with transaction():
        handling.assign(dossier.id, pair, actor=house.actor("coordinator"), at=now())
    with transaction():
        assessing.declare(
            dossier.id, independent=False, text="Oud-collega.", actor=house.actor("assessor_1"),
            at=now(),
        )  # fmt: skip
    assert reload(dossier).state == State.ASSIGNING
    listed = {c.person_id: c for c in handling.candidates(reload(dossier), day=today())}
    assert listed[pair[0]].against
    with transaction():
        handling.assign(
            dossier.id, [house.people["assessor_3"].id], actor=house.actor("coordinator"), at=now()
        )
    assert reload(dossier).state == State.ASSESSING


# --- scores --------------------------------------------------------------------------------------


def test_f6_scores_need_levels_reasons_and_independence(house: House) -> None:
    dossier = house.assigning(Kind.TRAINING)
    pair = [house.people["assessor_1"].id, house.people["assessor_2"].id]
    with transaction():
        handling.assign(dossier.id, pair, actor=house.actor("coordinator"), at=now())
    who = house.actor("assessor_1")
    key = rules_of(dossier).criteria[0].key
    with pytest.raises(DomainError, match="independence first"), transaction():
        assessing.score(dossier.id, key, 3, "x", actor=who, at=now())
    house.declare(dossier, "assessor_1")
    with transaction():
        assessing.score(dossier.id, key, 3, "", actor=who, at=now())
    with pytest.raises(InvalidInputError, match="Give a level"), transaction():
        assessing.hand_in(dossier.id, "Klaar.", actor=who, at=now())
    with pytest.raises(NotFoundError), transaction():
        assessing.score(dossier.id, key, 3, "x", actor=house.actor("assessor_3"), at=now())


def test_f6_handed_in_scores_are_final(house: House) -> None:
    dossier = house.assessing(Kind.TRAINING)
    house.score(dossier, "assessor_1", 2)
    key = rules_of(dossier).criteria[0].key
    with pytest.raises(DomainError, match="already"), transaction():
        assessing.score(dossier.id, key, 4, "x", actor=house.actor("assessor_1"), at=now())


def test_f6_a_large_spread_proposes_a_third_and_waits(house: House) -> None:
    dossier = house.assessing(Kind.TRAINING)
    house.score(dossier, "assessor_1", 4)
    house.score(dossier, "assessor_2", 2)
    found = reload(dossier)
    assert (found.state, found.needs_third) == (State.ASSESSING, True)
    with transaction():
        handling.assign(
            dossier.id, [house.people["assessor_3"].id], actor=house.actor("coordinator"), at=now()
        )
    house.declare(dossier, "assessor_3")
    with pytest.raises(DomainError, match="works on it"), transaction():
        assessing.go_on_without_third(
            dossier.id, "Haast.", actor=house.actor("coordinator"), at=now()
        )
    house.score(dossier, "assessor_3", 3)
    found = reload(dossier)
    assert (found.state, found.needs_third) == (State.ADVISING, False)
    assert len(assessing.all_scores(dossier.id)) == 3


def test_f6_the_coordinator_may_go_on_without_a_third_and_says_why(house: House) -> None:
    dossier = house.assessing(Kind.TRAINING)
    house.score(dossier, "assessor_1", 4)
    house.score(dossier, "assessor_2", 2)
    with transaction():
        assessing.go_on_without_third(
            dossier.id, "Beiden eens over de uitkomst.", actor=house.actor("coordinator"), at=now()
        )
    assert reload(dossier).state == State.ADVISING
    assert dossiers.trail(dossier.id)[-1].details["without_third"]


# --- decisions -----------------------------------------------------------------------------------


def test_f11_who_assessed_screened_or_advised_does_not_decide(house: House) -> None:
    dossier = house.deciding(Kind.TRAINING)
    for name in ("assessor_1", "coordinator"):
        person = house.people[name]
        who = actor_of(person, Role.DECISION_MAKER)
        with pytest.raises(ForbiddenError, match="Somebody else"), transaction():
            deciding.decide(dossier.id, Outcome.GRANTED, grounds="x", actor=who, at=now())
        assert reload(dossier) not in lists.decider_list(who)
        with pytest.raises(NotFoundError):
            dossiers.for_decider(who, dossier.number)
    db.session.rollback()
    assert reload(dossier).state == State.DECIDING
    assert dossier.id in [d.id for d in lists.decider_list(house.actor("decider"))]


def test_f11_a_decision_has_grounds_and_conditions(house: House) -> None:
    dossier = house.deciding(Kind.TRAINING)
    who = house.actor("decider")
    for outcome, grounds in ((Outcome.GRANTED, " "), (Outcome.CONDITIONS, "Goed.")):
        with pytest.raises(InvalidInputError), transaction():
            deciding.decide(dossier.id, outcome, grounds=grounds, actor=who, at=now())
    with transaction():
        deciding.send_back(dossier.id, "Te kort.", actor=who, at=now())
    assert reload(dossier).state == State.ADVISING


def test_f11_the_letter_states_grounds_and_the_way_to_object(house: House) -> None:
    from learnenv.areas.certification.documents import make_letter

    dossier = house.decided(Outcome.CONDITIONS, Kind.TRAINING)
    decision = deciding.last_decision(dossier.id)
    assert decision is not None
    db.session.rollback()
    make_letter({"decision": decision.id})
    make_letter({"decision": decision.id})
    made = dossiers.letter(dossier.id, 1)
    words = _words(made.data)
    assert "De scores zijn voldoende." in words
    assert "Lever het verslag na." in words
    assert "bezwaar" in words.lower()
    assert dossier.number in words
    db.session.rollback()
    assert sum("Decision on your application" in subject for subject in mails()) == 1


def _words(data: bytes) -> str:
    import pypdfium2

    with pypdfium2.PdfDocument(data) as document:
        return " ".join(page.get_textpage().get_text_range() for page in document)


def test_P31_what_was_decided_is_never_overwritten(house: House) -> None:
    dossier = house.decided(kind=Kind.TRAINING)
    for table in ("certification_trail", "certification_decision", "certification_standing"):
        for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            with pytest.raises(Exception, match="only ever added"), transaction():
                db.session.execute(text(statement))
    lines = dossiers.trail(dossier.id)
    assert not broken(lines)
    lines[2].details = {**lines[2].details, "x": 1}
    assert broken(lines) == [3]
    db.session.rollback()


# --- objection and complaint ---------------------------------------------------------------------


def refused(house: House) -> tuple:
    dossier = house.decided(Outcome.REFUSED, Kind.TRAINING)
    with transaction():
        made = deciding.object_to(
            dossier.id, "Niet eens.", actor=house.actor("applicant"), at=now()
        )
    return dossier, made


def test_f14_an_objection_is_handled_by_people_not_involved(house: House) -> None:
    dossier, objection = refused(house)
    listed = {one[0]: one[2] for one in deciding.handlers(reload(dossier), at=now())}
    assert listed[house.people["decider"].id], "who decided does not handle it"
    assert not listed[house.people["decider_2"].id]
    with pytest.raises(InvalidInputError, match="decided on this dossier"), transaction():
        deciding.appoint(
            dossier.id, objection.id, house.people["decider"].id,
            actor=house.actor("coordinator"), at=now(),
        )  # fmt: skip
    with transaction():
        deciding.appoint(
            dossier.id, objection.id, house.people["decider_2"].id,
            actor=house.actor("coordinator"), at=now(),
        )  # fmt: skip
    with pytest.raises(NotFoundError), transaction():
        deciding.decide_objection(
            dossier.id, objection.id, Verdict.FOUNDED, hearing="x", grounds="x",
            outcome=Outcome.GRANTED, actor=house.actor("decider"), at=now(),
        )  # fmt: skip
    with transaction():
        deciding.decide_objection(
            dossier.id, objection.id, Verdict.FOUNDED, hearing="Gehoord.", grounds="Terecht.",
            outcome=Outcome.GRANTED, actor=house.actor("decider_2"), at=now(),
        )  # fmt: skip
    assert reload(dossier).state == State.GRANTED
    assert registration_of(dossier).standing == "valid"
    newest = deciding.last_decision(dossier.id)
    assert newest is not None
    assert (newest.number, newest.objection_id) == (2, objection.id)


def test_f14_an_unfounded_objection_changes_nothing_and_comes_once(house: House) -> None:
    dossier, objection = refused(house)
    with pytest.raises(DomainError, match="already"), transaction():
        deciding.object_to(dossier.id, "Nog eens.", actor=house.actor("applicant"), at=now())
    with transaction():
        deciding.appoint(
            dossier.id, objection.id, house.people["decider_2"].id,
            actor=house.actor("coordinator"), at=now(),
        )  # fmt: skip
        deciding.decide_objection(
            dossier.id, objection.id, Verdict.UNFOUNDED, hearing="Afgezien.", grounds="Nee.",
            actor=house.actor("decider_2"), at=now(),
        )  # fmt: skip
    assert reload(dossier).state == State.REFUSED
    with pytest.raises(DomainError, match="court"), transaction():
        deciding.object_to(dossier.id, "Toch.", actor=house.actor("applicant"), at=now())


def test_f14_a_late_objection_is_taken_in_and_marked(house: House) -> None:
    dossier = house.decided(Outcome.REFUSED, Kind.TRAINING)
    until = deciding.last_decision(dossier.id).objection_until
    db.session.rollback()
    moment = datetime(until.year, until.month, until.day, 12, tzinfo=UTC)
    with transaction():
        made = deciding.object_to(
            dossier.id, "Te laat.", actor=house.actor("applicant"), at=moment + timedelta(days=1)
        )
    assert made.is_late
    assert until >= today() + timedelta(days=42)


def test_f14_a_complaint_is_answered_by_another(house: House) -> None:
    dossier = house.decided(kind=Kind.TRAINING)
    with transaction():
        made = deciding.complain(
            dossier.id, "Onvriendelijk.", actor=house.actor("applicant"), at=now()
        )
    with pytest.raises(ForbiddenError, match="Somebody else"), transaction():
        deciding.answer_complaint(
            dossier.id, made.id, "Sorry.", actor=house.actor("coordinator"), at=now()
        )
    with transaction():
        deciding.answer_complaint(
            dossier.id, made.id, "Sorry.", actor=house.actor("coordinator_2"), at=now()
        )
    assert dossiers.complaints(dossier.id)[0].answered_at is not None


# --- figures -------------------------------------------------------------------------------------


def test_figures_follow_the_steps_without_the_days_that_the_clock_stood(house: House) -> None:
    dossier = house.handed_in(Kind.TRAINING, at=MONDAY)
    who = house.actor("coordinator")
    with transaction():
        handling.ask(dossier.id, "?", actor=who, at=MONDAY + timedelta(days=2))
    with transaction():
        applying.answer(
            dossier.id, "Ja.", actor=house.actor("applicant"), at=MONDAY + timedelta(days=12)
        )
    with transaction():
        handling.accept(dossier.id, note="", actor=who, at=MONDAY + timedelta(days=15))
    row = db.session.scalars(select(StepFigure)).one()
    assert (row.year, row.kind, row.state) == (2026, "training", "screening")
    assert (row.count, row.days, row.late) == (1, 5, 0)


def test_agreement_counts_the_first_two_assessors(house: House) -> None:
    dossier = house.assessing(Kind.TRAINING)
    house.score(dossier, "assessor_1", 3)
    house.score(dossier, "assessor_2", 2)
    rows = db.session.scalars(select(PairFigure)).all()
    assert len(rows) == len(rules_of(dossier).criteria)
    assert {(row.first, row.second, row.count) for row in rows} == {(3, 2, 1)}


def test_f18_late_dossiers_come_first(house: House) -> None:
    late = house.handed_in(Kind.TRAINING, at=now() - timedelta(days=90))
    with transaction():
        other = house.party(Kind.AGENCY, "Ander bureau")
    fresh = house.begin(other)
    house.fill(fresh)
    with transaction():
        applying.hand_in(base.hold(fresh.id), agrees=True, actor=house.actor("applicant"), at=now())
    found = lists.coordinator_list(state="", text="", page=1, day=today())
    assert [d.id for d in found.dossiers] == [late.id, fresh.id]
    assert found.late == 1
    only = lists.coordinator_list(state="late", text="", page=1, day=today())
    assert [d.id for d in only.dossiers] == [late.id]
    named = lists.coordinator_list(state="", text="ander BUR", page=1, day=today())
    assert [d.id for d in named.dossiers] == [fresh.id]


def test_one_decision_of_two_at_the_same_time(house: House) -> None:
    dossier = house.deciding(Kind.TRAINING)
    with transaction():
        deciding.decide(
            dossier.id, Outcome.REFUSED, grounds="Nee.", actor=house.actor("decider"), at=now()
        )
    with pytest.raises(DomainError, match="moved on"), transaction():
        deciding.decide(
            dossier.id, Outcome.GRANTED, grounds="Ja.", actor=house.actor("decider_2"), at=now()
        )
    assert len(db.session.scalars(select(Decision)).all()) == 1


# --- what a hostile review found -----------------------------------------------------------------


def test_P07_advising_and_asking_are_a_part_that_is_not_forgotten(house: House) -> None:
    """Who advised once cannot decide, also when somebody else advised after him."""
    dossier = house.advising(Kind.TRAINING)
    with transaction():
        handling.advise(dossier.id, "Ja.", actor=house.actor("coordinator_2"), at=now())
        deciding.send_back(dossier.id, "Te kort.", actor=house.actor("decider"), at=now())
        handling.advise(dossier.id, "Ja!", actor=house.actor("coordinator"), at=now())
    with pytest.raises(ForbiddenError), transaction():
        deciding.decide(
            dossier.id, Outcome.GRANTED, grounds="x", actor=house.actor("coordinator_2"), at=now()
        )


def test_P07_a_tie_cannot_be_made_shorter_or_noted_for_oneself(house: House) -> None:
    dossier = house.deciding(Kind.TRAINING)
    person = house.people["decider"]
    note = {"person_id": person.id, "kind": "business", "note": "", "at": now()}
    with transaction():
        pool.add_relation(reload(dossier), until=None, actor=house.actor("coordinator"), **note)
    with pytest.raises(ForbiddenError), transaction():
        pool.add_relation(reload(dossier), until=today(), actor=house.actor("decider"), **note)
    with transaction():
        pool.add_relation(
            reload(dossier), until=today() - timedelta(days=9999),
            actor=house.actor("coordinator"), **note,
        )  # fmt: skip
    assert conflicts.reasons([person.id], reload(dossier).party, today=today())[person.id]
    with pytest.raises(NotFoundError):
        dossiers.for_decider(house.actor("decider"), dossier.number)


def test_P07_who_worked_along_stays_tied_and_who_was_only_asked_is_not(house: House) -> None:
    from learnenv.areas.certification.services import parties

    dossier = house.begin()
    helper, target = make_person("Helper"), house.people["assessor_1"]
    party = reload(dossier).party
    with transaction():
        for person in (helper, target):
            parties.ask_colleague(
                party, email=person.email, actor=house.actor("applicant"), at=now()
            )
        parties.claim(actor_of(helper))
    why = conflicts.reasons([helper.id, target.id], party, today=today())
    assert why[helper.id]
    assert not why[target.id], "an applicant cannot bar an assessor by asking him"
    with transaction():
        member = next(m for m in dossiers.members(party.id) if m.person_id == helper.id)
        parties.drop_member(party, member, actor=house.actor("applicant"))
    assert conflicts.reasons([helper.id], party, today=today())[helper.id]


def test_a_colleague_of_before_is_not_who_has_the_address_now(house: House) -> None:
    from learnenv.accounts.models import Person
    from learnenv.areas.certification.services import parties

    dossier = house.begin()
    first = make_person("Eerste", email="adres@zeldzaamnaam.example")
    with transaction():
        parties.ask_colleague(
            reload(dossier).party, email=first.email, actor=house.actor("applicant"), at=now()
        )
        parties.claim(actor_of(first))
        db.session.get(Person, first.id).email = "nieuw@zeldzaamnaam.example"
    later = make_person("Later", email="adres@zeldzaamnaam.example")
    with pytest.raises(NotFoundError):
        dossiers.for_applicant(actor_of(later), dossier.number)


def test_P07_scores_of_who_turned_out_to_be_tied_do_not_count(house: House) -> None:
    dossier = house.advising(Kind.TRAINING)
    person = house.people["assessor_1"]
    with transaction():
        pool.add_relation(
            reload(dossier), person_id=person.id, kind="private", until=None, note="",
            actor=house.actor("coordinator"), at=now(),
        )  # fmt: skip
        row = next(a for a in dossiers.assignments(dossier.id) if a.person_id == person.id)
        handling.release(dossier.id, row.id, actor=house.actor("coordinator"), at=now())
    assert reload(dossier).state == State.ASSIGNING
    assert len(assessing.all_scores(dossier.id)) == 1


def test_a_dossier_goes_on_when_the_last_busy_assessor_leaves(house: House) -> None:
    dossier = house.assigning(Kind.TRAINING)
    three = [house.people[f"assessor_{n}"].id for n in (1, 2, 3)]
    with transaction():
        handling.assign(dossier.id, three, actor=house.actor("coordinator"), at=now())
    for name in ("assessor_1", "assessor_2"):
        house.declare(dossier, name)
        house.score(dossier, name)
    with transaction():
        row = next(a for a in dossiers.assignments(dossier.id) if a.person_id == three[2])
        handling.release(dossier.id, row.id, actor=house.actor("coordinator"), at=now())
    assert reload(dossier).state == State.ADVISING


def test_withdrawing_frees_the_assessors(house: House) -> None:
    dossier = house.assessing(Kind.TRAINING)
    with transaction():
        applying.withdraw(dossier.id, "x", actor=house.actor("applicant"), at=now())
    person = house.people["assessor_1"].id
    assert handling.load_of([person]) == {}
    assert lists.assessor_list(house.actor("assessor_1")) == []


def test_f8_the_clock_stands_still_no_longer_than_the_term_for_the_answer(house: House) -> None:
    dossier = house.handed_in(at=MONDAY)
    with transaction():
        handling.ask(dossier.id, "?", actor=house.actor("coordinator"), at=MONDAY)
    term = reload(dossier).due_on
    with transaction():
        applying.answer(
            dossier.id, "!", actor=house.actor("applicant"), at=MONDAY + timedelta(days=184)
        )
    assert reload(dossier).stopped_days == (term - today(MONDAY)).days


def test_f14_a_founded_objection_adds_nothing_when_certified_meanwhile(house: House) -> None:
    dossier, objection = refused(house)
    with transaction():
        again = applying.begin(reload(dossier).party, actor=house.actor("applicant"), at=now())
    house.fill(again)
    with transaction():
        applying.hand_in(base.hold(again.id), agrees=True, actor=house.actor("applicant"), at=now())
        handling.accept(again.id, note="", actor=house.actor("coordinator"), at=now())
        handling.assign(
            again.id, [house.people[f"assessor_{n}"].id for n in (1, 2)],
            actor=house.actor("coordinator"), at=now(),
        )  # fmt: skip
    for name in ("assessor_1", "assessor_2"):
        house.declare(again, name)
        house.score(again, name)
    with transaction():
        handling.advise(again.id, "Ja.", actor=house.actor("coordinator"), at=now())
        deciding.decide(
            again.id, Outcome.GRANTED, grounds="x", actor=house.actor("decider"), at=now()
        )
    before = registration_of(again).valid_until
    with transaction():
        deciding.appoint(
            dossier.id, objection.id, house.people["decider_2"].id,
            actor=house.actor("coordinator"), at=now(),
        )  # fmt: skip
        deciding.decide_objection(
            dossier.id, objection.id, Verdict.FOUNDED, hearing="x", grounds="x",
            outcome=Outcome.GRANTED, actor=house.actor("decider_2"), at=now(),
        )  # fmt: skip
    entry = registration_of(again)
    assert (entry.valid_until, entry.renewed) == (before, 0)


def test_staff_see_what_was_handed_in_and_nothing_else(house: House) -> None:
    dossier = house.begin()
    house.fill(dossier)
    secret = proofs.present_evidence(dossier.id)[0]
    with transaction():
        held = base.hold(dossier.id)
        extra = proofs.NewEvidence(
            key=secret.key, data=PDF, name="x.pdf", issued_on=secret.issued_on,
            expires_on=secret.expires_on,
        )  # fmt: skip
        proofs.add_evidence(held, extra, actor=house.actor("applicant"), at=now())
        proofs.remove_evidence(held, secret, actor=house.actor("applicant"), at=now())
        applying.hand_in(held, agrees=True, actor=house.actor("applicant"), at=now())
    found = reload(dossier)
    with pytest.raises(NotFoundError):
        dossiers.evidence_handed_in(found, secret.id)
    answers, rows = dossiers.handed_in(found)
    assert secret.id not in [row.id for row in rows]
    assert answers == found.answers
