"""Two organisations with people in every role, and one of every object: for walks over all routes."""

from __future__ import annotations

import contextvars
import hashlib
import itertools
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from certificates.models import Batch, Certificate, Document
from courses import queries
from courses.blocks.problem import grading
from courses.models import Attempt, Course, Enrolment, EnrolmentRequest
from courses.services import hand_ins, learning, quizzes
from learnenv.accounts.models import MailedToken, Organisation, Person, RoleAssignment, WebSession
from learnenv.areas.certification.models import Assignment, Invitation, Kind, Letter, Member
from learnenv.areas.certification.services import (
    base,
    deciding,
    interviews,
    parties,
    proofs,
    questions,
    schemes,
)
from learnenv.areas.directory.models import Claim, Provider, ShortlistItem, ShortlistMember
from learnenv.areas.directory.models import Member as DirectoryMember
from learnenv.areas.directory.services import participation, providers, requests, shortlists
from learnenv.areas.directory.services.providers import Profile
from learnenv.areas.directory.services.requests import Draft
from learnenv.kernel.clock import now
from learnenv.kernel.db import db
from learnenv.kernel.models import OutboxMail
from learnenv.kernel.permissions import SYSTEM, Role
from learnenv.kernel.transaction import transaction
from tests.browser import Browser
from tests.factories import (
    actor_of,
    certification,
    directory,
    make_course,
    make_organisation,
    make_person,
    make_tiny_course,
    pilots,
)

CANARY = {"a": "Kanariegeel", "b": "Kolibriblauw"}
SIGNED_OUT = "anonymous"


@dataclass
class World:
    """Who there is, and what is theirs."""

    app: Flask
    course: Course
    organisations: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Per learner ("a", "b"): what fills the arguments of a route."""
    _browsers: dict[str, Browser] = field(default_factory=dict)

    @property
    def roles(self) -> list[str]:
        return [SIGNED_OUT, *self.people]

    def browser(self, role: str) -> Browser:
        if role not in self._browsers:
            browser = Browser(self.app)
            if role != SIGNED_OUT:
                browser.sign_in(self.people[role])
            browser.fetch_token()
            if not browser.token:
                raise AssertionError(f"no token for {role}")
            self._browsers[role] = browser
        return self._browsers[role]

    def ask(self, role: str, path: str, method: str = "GET", **kwargs: Any) -> TestResponse:
        """Ask without looking at the page: walks ask hundreds, and other tests look at each page."""
        browser = self.browser(role)
        headers = {**browser.headers, **kwargs.pop("headers", {})}
        answer = contextvars.Context().run(
            browser.client.open, path, method=method, headers=headers, **kwargs
        )
        db.session.rollback()
        return answer

    def renew(self, role: str) -> None:
        """Sign in again, for a walk that signs people out."""
        self._browsers.pop(role, None)

    def path(self, rule: Rule, whose: str) -> str:
        """Fill a rule with the objects of a learner; a number means another thing elsewhere."""
        known = self.objects[whose]
        area = rule.endpoint.split(".")[0]
        values = {
            name: known.get(f"{rule.endpoint}.{name}", known.get(f"{area}.{name}", known.get(name)))
            for name in rule.arguments
        }
        return self.build(rule, values)

    def build(self, rule: Rule, values: dict[str, Any]) -> str:
        with self.app.test_request_context():
            adapter = self.app.create_url_adapter(None) or self.app.url_map.bind("localhost")
            return adapter.build(rule.endpoint, values, method=method_of(rule))


def method_of(rule: Rule) -> str:
    return "GET" if "GET" in (rule.methods or ()) else "POST"


def rules(app: Flask, method: str) -> list[Rule]:
    """Return every route that takes the method, in a fixed order."""
    found = [r for r in app.url_map.iter_rules() if method in (r.methods or ())]
    return sorted(found, key=lambda r: (r.rule, r.endpoint))


def make_world(app: Flask, *, certified: bool = True) -> World:
    """Make the world; without certified parties where certificates must be of courses only."""
    world = World(app, make_course())
    for key, canary in CANARY.items():
        world.organisations[key] = make_organisation(f"Gemeente {canary}")
    for key in CANARY:
        _learner(world, key)
    a, b = world.organisations["a"], world.organisations["b"]
    own = make_tiny_course("eigen")
    staff: dict[str, tuple[Organisation, Role, Organisation | Course | None]] = {
        "author": (b, Role.AUTHOR, None),
        "scoped": (b, Role.AUTHOR, own),  # of another course than the one the routes are about
        "manager_a": (a, Role.MANAGER, a),
        "manager_b": (b, Role.MANAGER, b),
        "programme": (b, Role.PROGRAMME_MANAGER, None),
        "admin": (b, Role.ADMINISTRATOR, None),
    }
    staff["moderator"] = (b, Role.MODERATOR, None)
    if certified:
        staff |= {
            "coordinator": (b, Role.COORDINATOR, None),
            "assessor": (b, Role.ASSESSOR, None),
            "decider": (b, Role.DECISION_MAKER, None),
        }
    for name, (organisation, role, scope) in staff.items():
        world.people[name] = make_person(
            f"Staf {name}", organisation=organisation, roles=[(role, scope)]
        )
    if certified:
        certify(world)
    for key in CANARY:
        _list_in_the_gids(world, key)
    _try_something(world)
    return world


def _try_something(world: World) -> None:
    """Let each learner lead pilots that the provider of the other guides."""
    made: dict[str, dict[str, Any]] = {}
    for key, other in (("a", "b"), ("b", "a")):
        leader, owner = world.people[f"learner_{key}"], world.people[f"learner_{other}"]
        guide = db.session.get_one(Provider, world.objects[other]["provider_id"])
        pilots.certify(guide)
        looking = pilots.post(leader, title=f"Proef {CANARY[key]}")
        pilots.offered(looking, leader, guide, owner)
        made[key] = {
            "open": looking.id,
            "running": pilots.at_the_end(leader, guide, owner, title=f"Loopt {CANARY[key]}").id,
            "begun": pilots.started(leader, guide, owner, title=f"Begon {CANARY[key]}").id,
            "closed": pilots.closed(leader, guide, owner, title=f"Klaar {CANARY[key]}").id,
        }
    for key, other in (("a", "b"), ("b", "a")):
        running = ("write_line", "log_file", "close_page", "close")
        world.objects[key] |= {
            "pilot_id": made[key]["open"],
            "pilots.provider_id": world.objects[other]["provider_id"],
            "pilots.next_stage.pilot_id": made[key]["begun"],
            **{f"pilots.{name}.pilot_id": made[key]["running"] for name in running},
            **{f"pilots.{name}.pilot_id": made[other]["open"] for name in ("invitation", "answer")},
            **{
                f"pilots.{name}.provider_id": world.objects[key]["provider_id"]
                for name in ("invitation", "answer")
            },
            **{
                f"pilots.{name}.pilot_id": made[other]["closed"]
                for name in ("review_page", "review")
            },
            **{
                f"pilots.{name}.pilot_id": made[key]["closed"]
                for name in ("follow_up_page", "follow_up")
            },
        }


def _list_in_the_gids(world: World, key: str) -> None:
    """Give each learner a provider with a training, and one of everything that waits or is kept."""
    canary, owner = CANARY[key], world.people[f"learner_{key}"]
    provider = directory.make_provider(f"Aanbieder {canary}", owner=owner)
    offering = directory.make_offering(provider, f"Training {canary}")
    session = directory.make_session(offering)
    guest = make_person(f"Deelnemer {canary}", organisation=make_organisation())
    booking = directory.book(session, owner, f"Behoefte {canary}")
    review = directory.make_review(provider, person=guest, offering=offering)
    other = directory.make_provider(f"Bureau van {canary}")
    part = directory.took_part(owner, other)
    who = actor_of(owner)
    with transaction():
        colleague = f"collega-{key}@voorbeeld.example"
        providers.ask_colleague(provider, email=colleague, actor=who, at=now())
        found = shortlists.make(f"Lijst {canary}", actor=who, at=now())
        shortlists.add(found, provider_id=other.id, offering_id=None, actor=who, at=now())
        item = db.session.scalars(
            select(ShortlistItem).where(ShortlistItem.shortlist_id == found.id)
        ).one()
        asked = requests.ask(
            Draft(
                kind="quotation", title=f"Uitvraag {canary}", about="Waarom", questions=("Wat kost het?",),
                deadline_at=now() + timedelta(days=7), provider_ids=(provider.id, other.id),
            ),
            actor=who, at=now(),
        )  # fmt: skip
        waiting = participation.state_assignment(
            provider, f"Opdracht {canary}", "Ordernummer 12", actor=actor_of(guest), at=now()
        )
        change = providers.save(
            provider, Profile(kind="agency", name=f"Nieuw {canary}", summary="Wij helpen."),
            actor=who, at=now(),
        )  # fmt: skip
        providers.claim(other, f"Ik ben van {canary}", actor=actor_of(guest), at=now())
        claim = db.session.scalars(select(Claim).where(Claim.provider_id == other.id)).one()
        member = db.session.scalars(
            select(DirectoryMember).where(DirectoryMember.email == colleague)
        ).one()
        assert change is not None
        shortlists.share(found, f"kijkt-{key}@voorbeeld.example", actor=who, at=now())
        sharer = db.session.scalars(
            select(ShortlistMember).where(ShortlistMember.shortlist_id == found.id)
        ).one()
        providers.add_member(other, email=owner.email, at=now())
        asked_too = db.session.scalars(
            select(DirectoryMember).where(DirectoryMember.provider_id == other.id)
        ).one()
    world.objects[key] |= {
        "provider_id": provider.id,
        "directory.claim_page.provider_id": other.id,
        "directory.claim.provider_id": other.id,
        "offering_id": offering.id,
        "directory.session_id": session.id,
        "booking_id": booking.id,
        "review_id": review.id,
        "participation_id": part.id,
        "directory.confirm_assignment.participation_id": waiting.id,
        "directory.decide_assignment.participation_id": waiting.id,
        "directory.list_id": found.id,
        "item_id": item.id,
        "directory.request_id": asked.id,
        "directory.member_id": member.id,
        "directory.answer_invitation.member_id": asked_too.id,
        "directory.answer_invitation.act": "aannemen",
        "sharer_id": sharer.id,
        "change_id": change.id,
        "claim_id": claim.id,
        "directory.what": "aanbieder",
        "ref": provider.id,
        "directory.change_booking.act": "annuleren",
        "directory.show_or_hide.act": "verbergen",
        "directory.answer_booking.act": "toelaten",
        "directory.confirm_assignment.act": "bevestigen",
        "directory.moderate.act": "houden",
        "directory.decide_change.act": "overnemen",
        "directory.decide_claim.act": "toekennen",
        "directory.decide_assignment.act": "bevestigen",
    }


# Where `number` is that of an entry of the register, or of the dossier that was decided.
OF_AN_ENTRY = (
    "register_entry", "register_statement", "api_entry", "renew", "declaration", "declare",
    "consent", "staff_entry", "suspend", "lift", "reduce_scope", "propose_end", "end_entry",
)  # fmt: skip
OF_A_DECISION = (
    "decide", "make_decision", "send_back", "decide_objection", "decider_file", "decision_letter",
    "appoint", "answer_complaint", "make_objection",
)  # fmt: skip


def certify(world: World) -> None:
    """Give each learner a certified party and a dossier that is being assessed."""
    elsewhere = make_organisation("Beoordelaars BV")
    staff = {
        "coordinator": world.people["coordinator"], "assessor_1": world.people["assessor"],
        "decider": world.people["decider"],
    }  # fmt: skip
    with transaction():
        for person in staff.values():
            person.organisation_id = elsewhere.id
            db.session.add(person)
        schemes.publish_shipped(actor=SYSTEM, at=now())
    staff["assessor_2"] = make_person(
        "Tweede beoordelaar", organisation=elsewhere, roles=[(Role.ASSESSOR, None)]
    )
    staff["decider_2"] = make_person(
        "Tweede beslisser", organisation=elsewhere, roles=[(Role.DECISION_MAKER, None)]
    )
    base.forget_rules()
    for key in CANARY:
        with transaction():
            _certify(world, key, staff)


def _certify(world: World, key: str, staff: dict[str, Person]) -> None:
    house = certification.House(
        people={**staff, "applicant": world.people[f"learner_{key}"]},
        places={"applicant": world.organisations[key]},
        applicant=f"Bureau {key}",
    )
    done = house.decided(kind=Kind.AGENCY)
    running = house.assessing(Kind.ADVISER)
    entry = certification.registration_of(done)
    who = house.actor("applicant")
    decision = deciding.last_decision(done.id)
    objection = deciding.object_to(done.id, f"Bezwaar van {key}", actor=who, at=now())
    objection.handler_id = staff["decider_2"].id
    complaint = deciding.complain(done.id, f"Klacht van {key}", actor=who, at=now())
    asked = questions.ask(kind="adviser", text=f"Vraag van {key}", actor=who, at=now())
    start = now() + timedelta(days=3)
    slot = interviews.offer(
        running.id, start=start, end=start + timedelta(hours=1), place="Zaal",
        actor=house.actor("assessor_1"), at=now(),
    )  # fmt: skip
    evidence = proofs.present_evidence(running.id)[0]
    evidence_done = proofs.present_evidence(done.id)[0]
    colleague = Member(party_id=running.party_id, email=f"collega-{key}@example.nl", added_at=now())
    invitation = Invitation(
        party_id=running.party_id, token_hash=parties.token_hash(key.upper() * 43), sent_at=now()
    )
    letter = Letter(decision_id=decision.id, data=b"%PDF-1.7 brief", digest="", made_at=now())
    db.session.add_all([colleague, invitation, letter])
    db.session.flush()
    assignment = db.session.scalars(
        select(Assignment).where(Assignment.dossier_id == running.id).limit(1)
    ).one()
    world.objects[key] |= {
        "certification.number": running.number,
        "certification.kind": "adviser",
        "certification.token": key.upper() * 43,
        "step": 1,
        "evidence_id": evidence.id,
        "certification.decider_file.evidence_id": evidence_done.id,
        "member_id": colleague.id,
        "interview_id": slot.id,
        "decision": 1,
        "criterion": certification.rules_of(running).criteria[0].key,
        "objection_id": objection.id,
        "complaint_id": complaint.id,
        "question_id": asked.id,
        "certification.person_id": staff["assessor_1"].id,
        "certification.assignment_id": assignment.id,
        "what": "verbergen",
        "part": "criterium",
        "key": "nieuw",
        "certification.verdict": "bevestigen",
        "certification.table": "stappen",
        **{f"certification.{name}.number": entry.number for name in OF_AN_ENTRY},
        **{f"certification.{name}.number": done.number for name in OF_A_DECISION},
        "certification.work_export.kind": "csv",
        "certification.inventory_export.kind": "csv",
        "certification.figures_export.kind": "csv",
    }


def _learner(world: World, key: str) -> None:
    """A learner with one open attempt, a certificate, a session, a mail and a role."""
    canary = CANARY[key]
    person = make_person(
        f"{canary} Jansen",
        email=f"{canary.lower()}@example.nl",
        organisation=world.organisations[key],
        job_title=f"Adviseur {canary}",
    )
    world.people[f"learner_{key}"] = person
    enrolment = complete(person, world.course)
    outline = queries.current(world.course)
    test = outline.by_lesson["proef-toets"]
    with transaction():
        attempt = quizzes.start(enrolment, outline, test, at=now())
        found = db.session.scalars(
            select(Certificate).where(Certificate.enrolment_id == enrolment.id)
        ).one()
        pdf = f"%PDF-1.7 {canary}".encode()
        db.session.add(
            Document(
                certificate_id=found.id,
                content_hash=hashlib.sha256(pdf).hexdigest(),
                data=pdf,
                made_at=now(),
            )
        )
        block = outline.blocks["proef-oefenvraag"][2]
        hand_ins.hand_in(enrolment, outline, block, f"Woorden {canary}", at=now())
        session = WebSession(
            token_hash=hashlib.sha256(canary.encode()).hexdigest(),
            person_id=person.id,
            device=f"Toestel {canary}",
            created_at=now(),
            last_seen_at=now(),
        )
        mail = OutboxMail(
            key=f"world:{key}", recipient=person.email, subject=f"Post {canary}",
            text=f"Beste {canary}", html=f"<p>Beste {canary}</p>", message_id=f"<{key}@x>",
            created_at=now(),
        )  # fmt: skip
        role = RoleAssignment(
            person_id=person.id, role=Role.LEARNER, scope="site", scope_id=0, granted_at=now()
        )
        asked = EnrolmentRequest(
            person_id=person.id, course_id=world.course.id, state="waiting", asked_at=now(),
            organisation_id=world.organisations[key].id, managers=f"Manager {canary}",
        )  # fmt: skip
        batch = Batch(
            kind="zip", items=[found.id], total=1, done=0, state="running", asked_by=person.id,
            asked_at=now(), file="",
        )  # fmt: skip
        db.session.add_all([session, mail, role, asked, batch])
    world.objects[key] = {
        "slug": world.course.slug,
        "lesson_id": "proef-les",
        "unit_id": "proef-deel-2",
        "block_id": "proef-oefenvraag",
        "handler": "submit",
        "suffix": "x",
        "attempt_id": attempt.id,
        "enrolment_id": enrolment.id,
        "request_id": asked.id,
        "number": found.number,
        "code": found.code,
        "person_id": person.id,
        "assignment_id": role.id,
        "session_id": session.id,
        "organisation_id": world.organisations[key].id,
        "mail_id": mail.id,
        "token": "A" * 43,
        "digest": "0" * 64,
        "name": "x.svg",
        "block_type": "problem",
        "aside_type": "acid_aside",
        "path": "public/x.js",
        "kind": "csv",
        "table": "organisaties",
        "act": "schorsen",
        "verdict": "bevestigen",
        "key_id": "20260101",
        "list_id": 1,
        "template": "standaard",
        "batch_id": batch.id,
    }


def complete(person: Person, course: Course, *, at: Any = None) -> Enrolment:
    """Let somebody do the whole course; the certificate follows."""
    moment = at or now()
    outline = queries.current(course)
    with transaction():
        enrolment = learning.enrol(course=course, actor=actor_of(person), at=moment)
        for lesson in outline.lessons:
            if lesson.quiz is None:
                for unit in lesson.units:
                    learning.finish_unit(enrolment, outline, lesson, unit.id, at=moment)
                for block in lesson.problems():
                    grade = learning.Grade(earned=1.0, possible=1.0)
                    learning.record_grade(enrolment, outline, block, grade, at=moment)
            else:
                attempt = quizzes.start(enrolment, outline, lesson, at=moment)
                quizzes.save(attempt, right_answers(attempt), at=moment)
                quizzes.hand_in(attempt, enrolment, at=moment)
    return enrolment


def right_answers(attempt: Attempt) -> dict[str, tuple[dict[str, Any], bool]]:
    """Return what earns everything in an attempt."""
    answers = {}
    for question in attempt.questions:
        seed = quizzes.seed_of(attempt, question)
        problem = quizzes.problem_of(attempt, question)
        answers[question] = (
            {q.id: grading.right_response(q, seed=seed) for q in problem.questions},
            False,
        )
    return answers


# --- what the tables hold ----------------------------------------------------------------------

# Counting tries and noting that a session is in use are no change of state for a person.
NOT_STATE = {"kernel_throttle"}
NOT_STATE_COLUMNS = {"accounts_session": {"last_seen_at"}}


Version = tuple[str, int]
_watching: dict[str, sqlite3.Connection] = {}
_counted = itertools.count()
_read: dict[tuple[Version, frozenset[str]], dict[str, str]] = {}


def version() -> Version:
    """Return a mark of the database that differs when anything was stored in between.

    On SQLite what the database says itself (`PRAGMA data_version`, asked on one connection that
    never writes). PostgreSQL has no such mark, so there it always differs.
    """
    url = db.engine.url
    name = url.render_as_string()
    if url.get_backend_name() != "sqlite":
        return name, next(_counted)
    name = f"{name} {Path(str(url.database)).stat().st_ino}"  # another file is another database
    if name not in _watching:
        _watching[name] = sqlite3.connect(str(url.database), check_same_thread=False)
    return name, int(_watching[name].execute("PRAGMA data_version").fetchone()[0])


def snapshot(*, without: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return number of rows and a hash of every table; read once for as long as nothing changes."""
    key = version(), without
    if key not in _read:
        _read.clear()
        _read[key] = _every_table(without)
    return _read[key]


def _every_table(without: frozenset[str]) -> dict[str, str]:
    found = {}
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            if table.name in NOT_STATE | without:
                continue
            left_out = NOT_STATE_COLUMNS.get(table.name, set())
            columns = [c for c in table.columns if c.name not in left_out]
            rows = connection.execute(select(*columns).order_by(*table.primary_key.columns)).all()
            digest = hashlib.sha256(repr(rows).encode()).hexdigest()[:12]
            found[table.name] = f"{len(rows)} rows, {digest}"
    return found


def changes(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Name the tables that differ."""
    return [f"{t}: {before[t]} -> {after[t]}" for t in before if before[t] != after[t]]


def words_of(answer: TestResponse) -> str:
    """Return all text in an answer, spreadsheets unpacked."""
    if answer.data[:2] == b"PK":
        import io
        import zipfile

        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            return " ".join(archive.read(n).decode("utf-8", "replace") for n in archive.namelist())
    return answer.data.decode("utf-8", "replace")


def tokens() -> Iterator[MailedToken]:
    yield from db.session.scalars(select(MailedToken))
