"""A state machine over the whole life (P7, issue of certification): nobody decides where he had a
part, no state without a line in the trail, and the clock is right across stops and weekends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from learnenv.areas.certification import conflicts, life
from learnenv.areas.certification.models import (
    Assignment,
    AssignmentState,
    Decision,
    Kind,
    Objection,
    Outcome,
    State,
    Verdict,
)
from learnenv.areas.certification.queries import dossiers
from learnenv.areas.certification.services import (
    applying,
    assessing,
    base,
    deciding,
    handling,
    pool,
)
from learnenv.areas.certification.trail import broken
from learnenv.kernel.clock import today
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError
from learnenv.kernel.permissions import Role
from learnenv.kernel.terms import is_working_day
from learnenv.kernel.transaction import transaction
from tests.conftest import empty
from tests.factories.certification import House, actor_of, reload, rules_of

STAFF = ("coordinator", "coordinator_2", "assessor_1", "assessor_2", "assessor_3", "decider",
         "decider_2")  # fmt: skip
ROLES = (Role.COORDINATOR, Role.ASSESSOR, Role.DECISION_MAKER)
START = datetime(2026, 3, 23, 9, tzinfo=UTC)  # a week before summer time begins


def world(app: Flask) -> type[RuleBasedStateMachine]:  # noqa: C901 - a class inside
    """Return the machine on this app."""

    class Life(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            db.session.rollback()
            db.session.expunge_all()
            empty(app)
            base.forget_rules()

        @initialize()
        def begin(self) -> None:
            self.house = House.make()
            # Everybody holds every role: only independence and four eyes keep them apart.
            from learnenv.accounts.models import RoleAssignment

            with transaction():
                for name in STAFF:
                    for role in ROLES:
                        held = db.session.scalar(
                            select(RoleAssignment.id).where(
                                RoleAssignment.person_id == self.house.people[name].id,
                                RoleAssignment.role == role,
                            )
                        )
                        if held is None:
                            db.session.add(
                                RoleAssignment(
                                    person_id=self.house.people[name].id,
                                    role=role,
                                    scope="site",
                                    scope_id=0,
                                    granted_at=START,
                                )
                            )
            self.at = START
            self.stopped = 0
            self.asked_at: datetime | None = None
            self.tied: set[int] = set()
            self.dossier = self.house.handed_in(Kind.TRAINING, at=self.at)

        def who(self, name: str):
            return actor_of(self.house.people[name], *ROLES)

        def attempt(self, work) -> bool:
            before = reload(self.dossier).state
            try:
                with transaction():
                    work()
            except DomainError:
                assert reload(self.dossier).state == before, "what was refused changed something"
                return False
            after = reload(self.dossier).state
            if after != before and after not in life.WAITING and before not in life.WAITING:
                self.stopped = 0  # another step began
            return True

        def next_step(self, name: str, other: str, level: int) -> None:
            """Do what the state asks for, by whoever is drawn: random steps alone get nowhere."""
            state = reload(self.dossier).state
            if state == State.SCREENING:
                self.accept(name)
            elif state == State.ASSIGNING:
                self.assign(name, [other, STAFF[(STAFF.index(other) + 1) % len(STAFF)]])
            elif state == State.ASSESSING:
                with transaction(write=False):
                    asked = db.session.scalars(
                        select(Assignment.person_id).where(
                            Assignment.state.in_([AssignmentState.ASKED, "independent"])
                        )
                    ).all()
                for one in STAFF:
                    if self.house.people[one].id in asked:
                        self.declare(one, True)
                        self.score(one, level)
                self.without_third(name)
            elif state == State.ADVISING:
                self.advise(name)
            elif state == State.DECIDING:
                self.decide(name, "refused")
            elif state == State.REFUSED:
                self.object()
                self.handle_objection(name, other, Verdict.FOUNDED)

        @rule(name=st.sampled_from(STAFF), other=st.sampled_from(STAFF), level=st.integers(2, 4))
        def go_on(self, name: str, other: str, level: int) -> None:
            self.next_step(name, other, level)

        @rule(
            names=st.lists(st.sampled_from(STAFF), min_size=6, max_size=6),
            level=st.integers(2, 4),
        )
        def go_far(self, names: list[str], level: int) -> None:
            """Several steps in a row, so that decisions and objections are reached often."""
            for name, other in pairwise([*names, names[0]]):
                self.next_step(name, other, level)

        @rule(days=st.integers(0, 12), hours=st.integers(0, 23))
        def wait(self, days: int, hours: int) -> None:
            self.at += timedelta(days=days, hours=hours)

        @rule(name=st.sampled_from(STAFF))
        def ask(self, name: str) -> None:
            if self.attempt(
                lambda: handling.ask(self.dossier.id, "?", actor=self.who(name), at=self.at)
            ):
                self.asked_at = self.at

        @precondition(lambda self: self.asked_at is not None)
        @rule(days=st.integers(0, 9))
        def answer(self, days: int) -> None:
            self.at += timedelta(days=days)
            due = reload(self.dossier).due_on
            if self.attempt(
                lambda: applying.answer(
                    self.dossier.id, "!", actor=self.house.actor("applicant"), at=self.at
                )
            ):
                waited = (today(self.at) - today(self.asked_at)).days
                self.stopped += min(waited, (due - today(self.asked_at)).days)
                self.asked_at = None

        @rule(name=st.sampled_from(STAFF), days=st.integers(1, 9))
        def ask_and_answer(self, name: str, days: int) -> None:
            """A question and, days later, its answer."""
            if self.asked_at is None:
                self.ask(name)
            if self.asked_at is not None:
                self.answer(days)

        @rule(name=st.sampled_from(STAFF))
        def accept(self, name: str) -> None:
            self.attempt(
                lambda: handling.accept(self.dossier.id, note="", actor=self.who(name), at=self.at)
            )

        @rule(name=st.sampled_from(STAFF), chosen=st.lists(st.sampled_from(STAFF), max_size=3))
        def assign(self, name: str, chosen: list[str]) -> None:
            ids = [self.house.people[one].id for one in chosen]
            self.attempt(
                lambda: handling.assign(self.dossier.id, ids, actor=self.who(name), at=self.at)
            )

        @rule(name=st.sampled_from(STAFF), independent=st.booleans())
        def declare(self, name: str, independent: bool) -> None:
            done = self.attempt(
                lambda: assessing.declare(
                    self.dossier.id,
                    independent=independent,
                    text="Ja.",
                    actor=self.who(name),
                    at=self.at,
                )
            )
            if done and not independent:
                self.tied.add(self.house.people[name].id)

        @rule(name=st.sampled_from(STAFF), level=st.integers(1, 4))
        def score(self, name: str, level: int) -> None:
            def work() -> None:
                for criterion in rules_of(self.dossier).criteria:
                    assessing.score(
                        self.dossier.id, criterion.key, level, "x", actor=self.who(name),
                        at=self.at,
                    )  # fmt: skip
                assessing.hand_in(self.dossier.id, "x", actor=self.who(name), at=self.at)

            self.attempt(work)

        @rule(name=st.sampled_from(STAFF))
        def without_third(self, name: str) -> None:
            self.attempt(
                lambda: assessing.go_on_without_third(
                    self.dossier.id, "x", actor=self.who(name), at=self.at
                )
            )

        @rule(name=st.sampled_from(STAFF))
        def advise(self, name: str) -> None:
            self.attempt(
                lambda: handling.advise(self.dossier.id, "x", actor=self.who(name), at=self.at)
            )

        @rule(name=st.sampled_from(STAFF), outcome=st.sampled_from(["granted", "refused"]))
        def decide(self, name: str, outcome: str) -> None:
            self.attempt(
                lambda: deciding.decide(
                    self.dossier.id,
                    Outcome(outcome),
                    grounds="x",
                    actor=self.who(name),
                    at=self.at,
                )
            )

        @rule(name=st.sampled_from(STAFF))
        def tie(self, name: str) -> None:
            if len(self.tied) > 2:
                return
            person = self.house.people[name].id
            with transaction():
                pool.add_relation(
                    reload(self.dossier), person_id=person, kind="business", until=None, note="",
                    actor=self.who("coordinator" if name == "coordinator_2" else "coordinator_2"),
                    at=self.at,
                )  # fmt: skip
            self.tied.add(person)

        @rule(name=st.sampled_from(STAFF))
        def tie_and_go_on(self, name: str) -> None:
            """Who was just tied tries at once to do what the state asks for."""
            self.tie(name)
            self.accept(name)
            self.advise(name)
            self.decide(name, "refused")

        @rule()
        def object(self) -> None:
            self.attempt(
                lambda: deciding.object_to(
                    self.dossier.id, "Nee.", actor=self.house.actor("applicant"), at=self.at
                )
            )

        @rule(name=st.sampled_from(STAFF), by=st.sampled_from(STAFF),
              verdict=st.sampled_from(list(Verdict)))  # fmt: skip
        def handle_objection(self, name: str, by: str, verdict: Verdict) -> None:
            def work() -> None:
                made = db.session.scalars(select(Objection)).first()
                if made is None:
                    raise DomainError("none")
                deciding.appoint(
                    self.dossier.id, made.id, self.house.people[name].id, actor=self.who(by),
                    at=self.at,
                )  # fmt: skip
                deciding.decide_objection(
                    self.dossier.id, made.id, verdict, hearing="x", grounds="x",
                    outcome=Outcome.GRANTED, actor=self.who(name), at=self.at,
                )  # fmt: skip

            self.attempt(work)

        @invariant()
        def no_state_without_a_line(self) -> None:
            if not hasattr(self, "dossier"):
                return
            found = reload(self.dossier)
            with transaction(write=False):
                lines = dossiers.trail(found.id)
            assert not broken(lines)
            assert lines[-1].after == found.state
            for before, after in pairwise(lines):
                assert after.before == before.after, "a state was entered without a line"

        @invariant()
        def nobody_decides_on_a_dossier_he_had_a_part_in(self) -> None:
            if not hasattr(self, "dossier"):
                return
            found = reload(self.dossier)
            with transaction(write=False):
                involved = conflicts.involved(found)
                decided = db.session.scalars(select(Decision).order_by(Decision.number)).all()
                people = [d.decided_by for d in decided]
            assert not set(people) & set(involved), "who had a part decided"
            assert len(set(people)) == len(people), "who decided also handled the objection"

        @invariant()
        def who_is_tied_works_no_more(self) -> None:
            if not hasattr(self, "dossier"):
                return
            with transaction(write=False):
                lines = dossiers.trail(self.dossier.id)
            tied: set[int] = set()
            for line in lines:
                if line.action == "relation_noted":
                    tied.add(int(line.details["person"]))
                elif line.action == "declared_conflict":
                    tied.add(int(line.actor_id))
                elif line.action in {"scored", "grant", "refuse", "accept", "advise",
                                     "objection_decided"}:  # fmt: skip
                    assert line.actor_id not in tied, f"{line.action} by who is not independent"

        @invariant()
        def the_clock_is_right(self) -> None:
            if not hasattr(self, "dossier"):
                return
            found = reload(self.dossier)
            if found.state in life.ENDED:
                assert found.due_on is None
                return
            assert found.due_on is not None
            assert is_working_day(found.due_on)
            term = rules_of(found).term(life.TERM_OF[State(found.state)])
            if found.state in life.WAITING:
                first = today(self.asked_at) + timedelta(days=term)
            else:
                assert found.stopped_days == self.stopped
                first = today(found.step_at) + timedelta(days=term + self.stopped)
            assert first <= found.due_on <= first + timedelta(days=5)

        @invariant()
        def enough_assessors_while_assessing(self) -> None:
            if not hasattr(self, "dossier"):
                return
            if reload(self.dossier).state == State.ASSESSING:  # also after an answer
                with transaction(write=False):
                    working = db.session.scalars(
                        select(Assignment.person_id).where(
                            Assignment.state.not_in(
                                [AssignmentState.CONFLICT, AssignmentState.ENDED]
                            )
                        )
                    ).all()
                assert len(set(working)) >= 2

    return Life


RUN = settings(
    max_examples=12,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.generate],  # a failure is shown as it was drawn: shrinking takes minutes
)


def test_P07_nobody_decides_on_a_conflicted_dossier_whatever_happens(app: Flask) -> None:
    run_state_machine_as_test(world(app), settings=RUN)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (conflicts, "demand_four_eyes"),
        (conflicts, "demand_independent"),
        (base, "days_between"),
    ],
)
def test_P07_the_machine_finds_a_planted_fault(
    app: Flask, monkeypatch: pytest.MonkeyPatch, module, name: str
) -> None:
    """A wall taken away, or a clock that forgets its stops, must be seen."""
    monkeypatch.setattr(module, name, lambda *_a, **_k: 0)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(world(app), settings=RUN)
