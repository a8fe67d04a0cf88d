"""P6: a form changes only its own fields, whatever else is sent along with it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from werkzeug.routing import Rule

from learnenv.kernel.clock import today
from learnenv.kernel.db import db
from tests.house.world import World, rules

MARK = "666013"
"""A number and a text that nothing in the world has, so that it shows wherever it lands."""
ALIEN = (
    "id", "role_id", "org_id", "organisation", "person", "user", "user_id", "person_id",
    "actor_id", "granted_at", "created_at", "status", "state", "score", "percent_done", "earned",
    "possible", "completed_at", "issued_at", "issued_on", "is_admin", "is_active", "is_blocked",
    "is_staff", "password_hash", "email_confirmed", "version_id", "course", "period", "done",
    "enrolled_at", "deadline_at", "number", "code_hash", "holder_name", "valid_until",
    "decided_by", "decided_at", "approved", "graded_by", "graded_at", "token_hash", "view_as",
    "slug", "path", "merged_into_id", "scope", "expires_at", "reported_by_browser",
)  # fmt: skip
EXTRA = dict.fromkeys(ALIEN, MARK)
# Fields of some forms, and of others not: sent to whoever does not ask for them.
FIELDS = {
    "role", "organisation_id", "scope_id", "course_id", "name", "email", "is_leader", "language",
    "job_title", "parent_id", "tier", "seats", "needs_approval", "target", "year", "percent", "lesson",
    "domains", "into_id", "code", "stars", "comment", "reason",
}  # fmt: skip
OWN = {
    "accounts.sign_in": {"email", "password"},
    "accounts.sign_up": {"name", "email", "password", "code"},
    "accounts.profile": {"name", "organisation_id", "job_title", "is_leader", "language"},
    "accounts.ask_email_change": {"email"},
    "accounts.recover_ask": {"email"},
    "accounts.grant_role": {"role", "scope_id", "course_id"},
    "accounts.invite": {"organisation_id", "role"},
    "accounts.organisation": {
        "name", "tier", "parent_id", "domains", "needs_approval", "seats", "target",
    },
    "accounts.organisation_new": {"name", "tier", "parent_id", "domains"},
    "accounts.organisation_merge": {"into_id"},
    "accounts.look_as": {"role"},
    "accounts.target": {"target", "year"},
    "accounts.setup": {"name", "email"},
    "accounts.invitation": {"name"},
    "courses.evaluate": {"stars"},
    "courses.grade": {"percent", "comment"},
    "courses.override": {"lesson", "reason"},
    "courses.decline": {"reason"},
    "certificates.propose": {"reason"},
    "certificates.suspend": {"reason"},
    "certificates.lift": {"reason"},
    "certificates.replace": {"holder_name", "reason"},
    "certificates.make_zip": {"reason"},
    "certification.begin": {"name", "email"},
    "certification.add_party": {"name", "email"},
    "certification.add_colleague": {"email"},
    "directory.make_provider": {"name"},
    "directory.save_profile": {"name", "email"},
    "directory.make_list": {"name"},
    "directory.share_list": {"email"},
    "directory.ask_colleague": {"email"},
    "directory.change_seats": {"seats"},
    "directory.plan_session": {"seats"},
    "directory.report": {"reason"},
    "directory.confirm_assignment": {"reason"},
    "directory.moderate": {"reason"},
    "directory.decide_change": {"reason"},
    "directory.decide_claim": {"reason"},
    "directory.decide_assignment": {"reason"},
}  # fmt: skip
# What each form is filled in with, so that it is really sent and not refused for its shape.
VALID: dict[str, dict[str, Any]] = {
    "accounts.sign_up": {
        "name": "Nieuw Mens", "email": "nieuw@elders.example", "password": "een heel lange zin",
    },
    "accounts.profile": {"name": "Zelf", "organisation_id": "", "language": "nl"},
    "accounts.recover_ask": {"email": "kanariegeel@example.nl"},
    "accounts.grant_role": {"role": "author", "scope_id": "", "course_id": ""},
    "accounts.invite": {"addresses": "gast@elders.example", "organisation_id": "", "role": ""},
    "accounts.organisation": {
        "name": "Gemeente Anders", "tier": "gemeente", "parent_id": "", "domains": "",
    },
    "accounts.organisation_new": {"name": "Gemeente Nieuw", "tier": "gemeente", "parent_id": ""},
    "accounts.look_as": {"role": "learner"},
    "accounts.target": {"year": "2027", "target": "1200"},
    "courses.evaluate": {"stars": "4", "useful": "Veel"},
    "courses.grade": {"percent": "50", "comment": "Goed"},
    "courses.override": {"lesson": "proef-les", "reason": "Gedaan"},
    "courses.decline": {"reason": "Nu niet"},
    "certificates.propose": {"reason": "Fout"},
    "certificates.suspend": {"reason": "Wordt bekeken"},
    "certificates.lift": {"reason": "Was in orde"},
    "certificates.decide": {},
    "certificates.replace": {"holder_name": "Anders Genoemd", "reason": "Tikfout"},
    "certificates.make_zip": {"reason": "Archief"},
    "certification.begin": {"name": "Nieuw Bureau", "email": "", "region": "utrecht"},
    "certification.add_party": {
        "name": "Bekend Bureau", "email": "", "region": "utrecht", "kind": "agency",
    },
    "certification.add_colleague": {"email": "nog-een@example.nl"},
    "certification.ask_public": {"vraag-text": "Wat kost het?"},
    "certification.save_assessor": {"most": "3"},
    "certification.assessor_asks": {"vraag-text": "Welke opdracht?"},
    "certification.answer": {"antwoord-text": "Deze."},
    "certification.add_relation": {"relatie-kind": "business", "relatie-note": "x"},
    "certification.suspend": {"schors-reason": "Klacht"},
    "certification.lift": {"hef-reason": "Opgelost"},
    "certification.propose_end": {"einde-reason": "Gestopt"},
    "certification.consent": {},
    "certification.withdraw": {"stop-reason": "Toch niet"},
    "directory.make_provider": {"name": "Nieuw", "kind": "trainer", "summary": "Wij helpen."},
    "directory.save_profile": {"name": "Anders", "kind": "agency", "summary": "x", "region": "utrecht"},
    "directory.add_offering": {
        "title": "Nieuw", "form": "online", "level": "basis", "language": "nl", "summary": "x", "goals": "y", "course": "",
    },
    "directory.make_list": {"name": "Nog een"},
    "directory.share_list": {"delen-email": "een@elders.example"},
    "directory.conclude_list": {"besluit-text": "Deze"},
    "directory.ask_colleague": {"collega-email": "twee@elders.example"},
    "directory.change_seats": {"seats": "5"},
    "directory.write_review": {
        **dict.fromkeys(("content", "guidance", "use", "organisation"), "4"), "honest": "y",
        "text": "Veel geleerd in korte tijd.",
    },
    "directory.report": {"reason": "Een scheldwoord"},
    "directory.state_assignment": {"title": "Opdracht 9", "text": "Ordernummer 9"},
    "directory.end_request": {"stop-reason": "Niet meer nodig"},
    "directory.moderate": {"reason": "In orde"},
    "directory.decide_change": {"reason": "Klopt"},
    "directory.set_label": {"has_contract": "ja"},
    "pilots.post_pilot": {
        "title": "Nieuw", "question": "Wat?", "help": "Wie?", "theme": "data", "region": "utrecht",
        "starts_on": "2199-01-01", "ends_on": "2199-06-01", "budget": "5000", "measure": "Uren",
        "needed_on": "2026-11-01",
    },
    "pilots.answer": {"approach": "Zo", "price": "100", "days": "2"},
    "pilots.write_line": {"log-day": str(today()), "log-text": "Gedaan"},
    "pilots.close": {"outcome": "yes", "result": "Werkt", "lessons": "Begin klein"},
    "pilots.review": {"question": "4", "time": "4", "use": "4", "text": "Fijn"},
    "pilots.stop": {"stop-reason": "Geen tijd"},
    "courses.save_answers": {"question": "proef-vraag-1", "proef-vraag-1-r0": "c0"},
    "courses.handler": {"proef-oefenvraag-r0": "c1"},
}  # fmt: skip
# Who can send the form at all.
SENDERS = {
    "accounts.": "admin", "certificates.": "admin", "courses.": "learner_a",
    "courses.grade": "author", "courses.import_package": "author", "courses.override": "admin",
    "courses.approve": "manager_a", "courses.decline": "manager_b", "courses.block_type": "admin",
    "certificates.decide": "programme", "accounts.profile": "programme", "accounts.ask_email_change": "learner_b",
    "accounts.change_password": "learner_b", "accounts.sign_up": "anonymous",
    "accounts.recover_ask": "anonymous", "accounts.end_session": "learner_a",
    "certification.": "learner_a",
    "pilots.": "learner_a", "pilots.follow_up": "programme",
    "directory.": "learner_a", "directory.state_assignment": "learner_b",
    "directory.report": "programme", "directory.set_label": "manager_a",
    **{f"directory.{name}": "moderator" for name in (
        "moderate", "decide_change", "decide_claim", "decide_assignment", "import_file",
    )},
    **{f"certification.{name}": "coordinator" for name in (
        "accept", "add_party", "add_relation", "advise", "answer_complaint", "answer_public", "appoint",
        "assign", "coordinator_asks", "import_file", "invite", "lift", "propose_end", "reduce_scope",
        "release", "save_assessor", "set_aside", "suspend", "without_third",
    )},
    **{f"certification.{name}": "assessor" for name in (
        "assessor_asks", "away", "declare_independence", "hand_in_scores", "offer", "report", "score",
        "seen",
    )},
    **{f"certification.{name}": "decider" for name in (
        "decide_objection", "end_entry", "make_decision", "send_back",
    )},
    **{f"certification.{name}": "admin" for name in (
        "drop_scheme", "publish_scheme", "publish_shipped", "save_part", "save_scheme", "start_draft",
    )},
}  # fmt: skip
# These need what another did, or end what others need (the session, the attempt): last, in this order.
LAST = (
    "certificates.suspend", "certificates.lift", "certificates.propose", "certificates.decide",
    "certification.suspend", "certification.lift", "certification.declare",
    "certification.propose_end", "certification.assessor_asks", "certification.answer",
    "certification.release", "certification.add_relation", "certification.withdraw",
    "certification.accept_invitation",
    "pilots.close", "pilots.stop", "directory.answer_invitation", "directory.cancel_session", "directory.drop_list", "directory.drop_colleague",
    "directory.show_or_hide", "courses.hand_in", "accounts.look_as", "accounts.stop_looking", "accounts.sign_out",
)  # fmt: skip
# A switch takes any text for yes, so a mark does not show in it: these are compared.
FLAGS = {
    "accounts_person": ("is_active", "is_blocked", "is_leader", "organisation_id"),
    "accounts_role": ("person_id", "role", "scope", "scope_id"),
    "accounts_organisation": ("needs_approval", "merged_into_id", "parent_id"),
}
MEANT = {
    "accounts.block": {"accounts_person.is_active", "accounts_person.is_blocked"},
    "accounts.unblock": {"accounts_person.is_active", "accounts_person.is_blocked"},
    "accounts.profile": {"accounts_person.organisation_id"},
    "accounts.organisation_merge": {
        "accounts_organisation.merged_into_id", "accounts_organisation.parent_id",
        "accounts_person.organisation_id",
    },
}  # fmt: skip


def order(rule: Rule) -> tuple[int, str]:
    return (LAST.index(rule.endpoint) if rule.endpoint in LAST else -1, rule.endpoint)


def sender(endpoint: str) -> str:
    return max((k for k in SENDERS if endpoint.startswith(k)), key=len)


def landed() -> list[str]:
    """Return where in the database the mark stands: table, column and value."""
    found = []
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            rows = connection.execute(select(table)).all()
            if MARK in repr(rows):  # whole rows first: a look at each value costs far more
                found += [
                    f"{table.name}.{column.name}: {row[place]!r}"
                    for row in rows
                    for place, column in enumerate(table.columns)
                    if MARK in str(row[place])
                ]
    return found


def flags() -> dict[str, dict[int, Any]]:
    """Return rights and switches: per column the value of each row."""
    found = {}
    with db.engine.connect() as connection:
        for name, columns in FLAGS.items():
            table = db.metadata.tables[name]
            for column in columns:
                rows = connection.execute(select(table.c.id, table.c[column]))
                found[f"{name}.{column}"] = {row[0]: row[1] for row in rows}
    return found


def changed(before: dict[str, dict[int, Any]], after: dict[str, dict[int, Any]]) -> set[str]:
    """Return the columns in which a row that was there has another value now."""
    return {
        column
        for column, rows in before.items()
        if any(after[column].get(key, value) != value for key, value in rows.items())
    }


def sent(world: World, rule: Rule) -> int:
    own = OWN.get(rule.endpoint, set())
    extra = EXTRA | dict.fromkeys(FIELDS - own, MARK)
    role = SENDERS[sender(rule.endpoint)]
    form = {**extra, **VALID.get(rule.endpoint, {}), "csrf_token": world.browser(role).token}
    whose = "b" if rule.endpoint.startswith("accounts.") or role == "manager_b" else "a"
    if rule.endpoint == "accounts.end_session":
        whose = "a"
    if rule.endpoint == "certificates.replace":  # that of "a" is suspended and revoked
        whose = "b"
    if rule.endpoint == "courses.decline":  # there may be several of these on a page
        form[f"r{world.objects[whose]['request_id']}-reason"] = form["reason"]
    if rule.endpoint == "certification.add_relation":
        form["relatie-person"] = str(world.people["decider"].id)
    if rule.endpoint == "directory.set_label":
        form["organisation"] = str(world.organisations["a"].id)
    answer = world.ask(role, world.path(rule, whose), "POST", data=form)
    assert answer.status_code < 500, str(rule)
    return answer.status_code


def test_P06_a_form_changes_only_its_own_fields(world: World) -> None:
    found = sorted(rules(world.app, "POST"), key=order)
    assert len(found) > 40
    accepted = set()
    for rule in found:
        before = flags()
        status = sent(world, rule)
        wrong = changed(before, flags()) - MEANT.get(rule.endpoint, set())
        assert not wrong, f"POST {rule.endpoint} changed {wrong}"
        assert landed() == [], f"POST {rule.endpoint} wrote a field that is not its own"
        if status in {200, 204, 303}:
            accepted.add(rule.endpoint)
    missing = set(VALID) - accepted
    assert not missing, f"these were refused for their shape, so nothing was tried: {missing}"
    assert len(accepted) >= 30
