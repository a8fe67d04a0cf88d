"""Pages of certification: what each role does by clicking, and what it may not see."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from learnenv.areas.certification.models import (
    Dossier,
    Evidence,
    Invitation,
    Kind,
    Party,
    Registration,
    Scheme,
    State,
)
from learnenv.areas.certification.services import base, handling
from learnenv.kernel.clock import now, today
from learnenv.kernel.db import db
from learnenv.kernel.models import OutboxMail
from learnenv.kernel.permissions import Role
from learnenv.kernel.transaction import transaction
from tests.browser import Browser, Page
from tests.factories import make_person
from tests.factories.certification import (
    PDF,
    House,
    good_answers,
    registration_of,
    reload,
    rules_of,
)

D = "/certificering/dossiers"


def as_(app: Flask, house: House, name: str) -> Browser:
    return Browser(app).sign_in(house.people[name])


def only_dossier() -> Dossier:
    with transaction(write=False):
        return reload(db.session.scalars(select(Dossier).order_by(Dossier.id.desc())).first())


# --- the applicant -------------------------------------------------------------------------------


def test_f2_an_applicant_fills_in_and_hands_in(house: House, app: Flask) -> None:
    me = as_(app, house, "applicant")
    assert "My applications" in me.get("/certificering/mijn").main
    me.get("/certificering/aanvragen/adviser")
    me.post("/certificering/aanvragen/adviser", {"name": " ", "region": "utrecht"}, status=422)
    me.post(
        "/certificering/aanvragen/adviser",
        {"name": "Nora Zeldzaamnaam", "region": "utrecht", "themes": ["data"]},
        follow=True,
    )
    dossier = only_dossier()
    rules, path = rules_of(dossier), f"{D}/{dossier.number}"
    good = good_answers(rules)
    assert "Does not meet this yet" in me.get(path).main
    for step, group in enumerate(rules.groups, start=1):
        me.get(f"{path}/vragen/{step}")
        me.post(
            f"{path}/vragen/{step}",
            {f"a-{q.key}": good[q.key] for q in rules.questions if q.group == group},
        )
    number = next(q for q in rules.questions if q.kind == "number")
    step = rules.groups.index(number.group) + 1
    words = next(q for q in rules.questions if q.group == number.group and q.kind != "number")
    wrong = me.post(
        f"{path}/vragen/{step}",
        {f"a-{number.key}": "tien", f"a-{words.key}": good[words.key]},
        status=422,
    )
    assert "Give a number of 0 or more" in wrong.main
    me.get(f"{path}/vragen/99", status=404)
    me.post(f"{path}/indienen", {"agrees": "y"}, status=422)
    course = next(r for r in rules.eligibility if r.exempt)
    me.post(f"{path}/vrijstelling", {"rule": course.key, "mark": course.exempt[0]})
    me.post(f"{path}/vrijstelling", {"rule": course.key, "mark": "zelfbedacht"}, status=422)
    for asked in rules.evidence:
        me.post(
            f"{path}/bewijs",
            {
                "key": asked.key,
                "file": (io.BytesIO(PDF), f"{asked.key}.pdf"),
                "issued_on": today().isoformat(),
                "expires_on": "2031-01-01",
            },
            content_type="multipart/form-data",
        )
    refused = me.post(
        f"{path}/bewijs",
        {"key": rules.evidence[0].key, "file": (io.BytesIO(b"<html>"), "x.pdf")},
        status=422,
        content_type="multipart/form-data",
    )
    assert "not a readable PDF" in refused.main or "Give the date" in refused.main
    with transaction(write=False):
        row = db.session.scalars(select(Evidence).order_by(Evidence.id)).first()
    answer = me.get(f"{path}/bewijs/{row.id}")
    assert answer.response.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.response.headers["Content-Security-Policy"]
    me.get(f"{path}/indienen")
    me.post(f"{path}/indienen", {"agrees": "y"})
    assert only_dossier().state == State.SCREENING
    assert "Checked for completeness" in me.get(path).main
    me.post(f"{path}/bewijs/{row.id}/weg", status=409)
    me.post(f"{path}/stoppen", {"stop-reason": "Toch niet."})
    assert only_dossier().state == State.WITHDRAWN


def test_f2_autosave_keeps_what_is_typed(house: House, app: Flask) -> None:
    me, dossier = as_(app, house, "applicant"), house.begin()
    rules = rules_of(dossier)
    key = next(q.key for q in rules.questions if q.kind == "long")
    number = next(q.key for q in rules.questions if q.kind == "number")
    saved = me.post(f"{D}/{dossier.number}/bewaren", {f"a-{key}": "Halverwege"}, status=200)
    assert "Kept at" in saved.text
    saved = me.post(f"{D}/{dossier.number}/bewaren", {f"a-{number}": "x"}, status=200)
    assert "Not kept" in saved.text
    assert "Halverwege" in as_(app, house, "applicant").get(
        f"{D}/{dossier.number}/vragen/{_step(rules, key)}"
    ).text  # fmt: skip


def _step(rules, key: str) -> int:
    group = next(q.group for q in rules.questions if q.key == key)
    return rules.groups.index(group) + 1


def test_f2_answers_taken_over_are_confirmed_by_a_click(house: House, app: Flask) -> None:
    first = house.begin()
    house.fill(first)
    me = as_(app, house, "applicant")
    me.post(f"{D}/{first.number}/stoppen", {"stop-reason": "Overnieuw."})
    me.post("/certificering/aanvragen/adviser", {"party": str(reload(first).party_id)})
    again = only_dossier()
    key = again.to_confirm[0]
    step = _step(rules_of(again), key)
    assert "Taken over" in me.get(f"{D}/{again.number}/vragen/{step}").main
    me.post(f"{D}/{again.number}/bevestigen", {"key": key, "step": str(step)})
    assert key not in only_dossier().to_confirm


def test_f2_a_colleague_works_on_the_same_dossier(house: House, app: Flask) -> None:
    dossier = house.begin()
    other = make_person("Collega", email="collega@zeldzaamnaam.example")
    theirs = Browser(app).sign_in(other)
    theirs.get(f"{D}/{dossier.number}", status=404)
    me = as_(app, house, "applicant")
    me.post(f"{D}/{dossier.number}/collegas", {"email": "geen adres"}, status=422)
    me.post(f"{D}/{dossier.number}/collegas", {"email": other.email})
    theirs.get(f"{D}/{dossier.number}")
    assert "My applications" in theirs.get("/certificering/mijn").main
    page = me.get(f"{D}/{dossier.number}/collegas")
    found = re.search(r"collegas/(\d+)/weg", page.text)
    assert found is not None
    me.post(f"{D}/{dossier.number}/collegas/{found[1]}/weg")
    theirs.get(f"{D}/{dossier.number}", status=404)


def test_f17_the_export_is_complete_and_keeps_the_assessors_secret(
    house: House, app: Flask
) -> None:
    dossier = house.decided(kind=Kind.TRAINING)
    for name, path, sees in (
        ("applicant", f"{D}/{dossier.number}/dossier.zip", False),
        ("coordinator", f"/certificering/coordinatie/{dossier.number}/dossier.zip", True),
    ):
        data = as_(app, house, name).get(path).data
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            trail = archive.read("spoor.csv").decode("utf-8-sig")
            facts = archive.read("dossier.json").decode()
        assert sum(n.startswith("bewijs/") for n in names) == len(rules_of(dossier).evidence)
        numbers = [int(line.split(";")[0]) for line in trail.splitlines()[1:]]
        assert numbers == list(range(1, len(numbers) + 1)), "complete, and in order"
        assert ("assessor_1" in trail) is sees
        assert ("Mijn oordeel." in facts) is sees


# --- assessors -----------------------------------------------------------------------------------


def test_f6_an_assessor_declares_scores_and_hands_in(house: House, app: Flask) -> None:
    dossier = house.assigning(Kind.TRAINING)
    staff = as_(app, house, "coordinator")
    page = staff.get(f"/certificering/coordinatie/{dossier.number}")
    assert "The pool, best first" in page.main
    pair = [str(house.people[n].id) for n in ("assessor_1", "assessor_2")]
    staff.post(f"/certificering/coordinatie/{dossier.number}/toewijzen", {"kies-assessors": pair})
    me = as_(app, house, "assessor_1")
    assert dossier.number in me.get("/certificering/beoordelen").main
    path = f"/certificering/beoordelen/{dossier.number}"
    rules = rules_of(dossier)
    with transaction(write=False):
        row = db.session.scalars(select(Evidence)).first()
    me.get(f"{path}/bewijs/{row.id}", status=404)
    assert "First: are you independent?" in me.get(path).main
    me.post(f"{path}/verklaren", {"verklaar-independent": "no"}, status=422)
    me.post(f"{path}/verklaren", {"verklaar-independent": "yes"})
    me.get(f"{path}/bewijs/{row.id}")
    for c in rules.criteria:
        me.post(f"{path}/score/{c.key}", {f"{c.key}-level": "3", f"{c.key}-note": "Zie bewijs."})
    me.post(f"{path}/score/bestaat-niet", {}, status=404)
    me.post(f"{path}/score/{rules.criteria[0].key}", {f"{rules.criteria[0].key}-level": "9"},
            status=422)  # fmt: skip
    me.post(f"{path}/klaar", {"klaar-text": ""}, status=422)
    me.post(f"{path}/klaar", {"klaar-text": "Goed."})
    mine = me.get(path)
    assert "You see those of the others when everybody is done" in mine.main
    as_(app, house, "assessor_3").get(path, status=404)
    other = as_(app, house, "assessor_2")
    other.post(f"{path}/verklaren", {"verklaar-independent": "yes"})
    assert "Zie bewijs." not in other.get(path).text, "hidden until both are in"
    for c in rules.criteria:
        other.post(f"{path}/score/{c.key}", {f"{c.key}-level": "3", f"{c.key}-note": "Eens."})
    other.post(f"{path}/klaar", {"klaar-text": "Eens."})
    assert "All scores" in me.get(path).main
    assert "Eens." in me.get(path).main


def test_f7_no_page_of_an_assessor_shows_who_applies_when_blind(house: House, app: Flask) -> None:
    """Crawl everything an assessor can open, in every state of a blind dossier."""
    dossier = house.assessing(Kind.TRAINING)
    assert rules_of(dossier).blind
    me = as_(app, house, "assessor_1")
    seen: set[str] = set()

    def crawl() -> None:
        todo, done = ["/certificering/beoordelen"], set()
        while todo:
            path = todo.pop()
            if path in done:
                continue
            done.add(path)
            page: Page = me.open(path)
            assert page.status in {200, 404}, path
            for secret in ("zeldzaamnaam", "zeldzaam"):
                words = page.text.lower() + str(page.response.headers).lower()
                assert secret not in words, f"{path} tells who applies"
            if page.soup is not None:
                todo += [
                    a["href"]
                    for a in page.soup.select("main a[href]")
                    if a["href"].startswith("/certificering/beoordelen")
                ]
        seen.update(done)

    crawl()
    with transaction():
        handling.ask(dossier.id, "Meer?", actor=house.actor("coordinator"), at=now())
    crawl()
    from learnenv.areas.certification.services import applying

    with transaction():
        applying.answer(dossier.id, "Kijk maar.", actor=house.actor("applicant"), at=now())
    me.post(f"/certificering/beoordelen/{dossier.number}/gezien")
    for name in ("assessor_1", "assessor_2"):
        house.score(dossier, name)
    crawl()
    shown = {key for c in rules_of(dossier).criteria for key in c.evidence}
    assert sum("/bewijs/" in path for path in seen) == len(shown)
    shown = as_(app, house, "coordinator").get(f"/certificering/coordinatie/{dossier.number}")
    assert "Zeldzaamnaam" in shown.text, "the secret is there for who may see it"


def test_f8_an_assessor_sees_only_what_changed(house: House, app: Flask) -> None:
    from learnenv.areas.certification.services import applying

    dossier = house.assessing(Kind.TRAINING)
    me, path = as_(app, house, "assessor_1"), f"/certificering/beoordelen/{dossier.number}"
    me.post(f"{path}/gezien")
    assert "changed since" not in me.get(path).main
    me.post(f"{path}/vraag", {"vraag-text": "Welke leerdoelen?"})
    assert only_dossier().state == State.ASSESSING_WAITS
    rules = rules_of(dossier)
    used = {key for c in rules.criteria for key in c.questions}
    key = next(q.key for q in rules.questions if q.key in used and q.kind == "long")
    applicant = as_(app, house, "applicant")
    with transaction():
        applying.save_answers(
            base.hold(dossier.id), {key: "Nu beter."}, actor=house.actor("applicant"), at=now()
        )
    applicant.post(f"{D}/{dossier.number}/antwoord", {"antwoord-text": "Aangevuld."})
    page = me.get(path)
    assert "The dossier changed since you looked" in page.main
    assert page.main.count("Changed") == sum(key in c.questions for c in rules.criteria)


# --- coordinator and decider ---------------------------------------------------------------------


def test_f11_from_screening_to_the_letter(house: House, app: Flask) -> None:
    dossier = house.handed_in(Kind.TRAINING)
    staff, path = as_(app, house, "coordinator"), f"/certificering/coordinatie/{dossier.number}"
    assert dossier.number in staff.get("/certificering/coordinatie").main
    staff.get("/certificering/coordinatie?staat=late&q=x&pagina=3")
    staff.post(f"{path}/vraag", {"vraag-text": " "}, status=422)
    staff.post(f"{path}/buiten-behandeling", {"opzij-text": "x"}, status=422)
    staff.post(f"{path}/compleet", {"compleet-text": "In orde."})
    staff.post(f"{path}/toewijzen", {}, status=422)
    with transaction():
        handling.assign(
            dossier.id, [house.people["assessor_1"].id, house.people["assessor_2"].id],
            actor=house.actor("coordinator"), at=now(),
        )  # fmt: skip
    for name in ("assessor_1", "assessor_2"):
        house.declare(dossier, name)
        house.score(dossier, name)
    staff.post(f"{path}/advies", {"advies-text": "Verlenen."})
    boss, desk = as_(app, house, "decider"), f"/certificering/besluiten/{dossier.number}"
    assert dossier.number in boss.get("/certificering/besluiten").main
    assert "Verlenen." in boss.get(desk).main
    boss.post(f"{desk}/besluit", {"besluit-outcome": "conditions", "besluit-grounds": "Goed."},
              status=422)  # fmt: skip
    boss.post(f"{desk}/besluit", {"besluit-outcome": "granted", "besluit-grounds": "Goed."})
    assert only_dossier().state == State.GRANTED
    as_(app, house, "decider_2").get(desk, status=404)
    app.extensions["jobs"]["certification.letter"].run({"decision": 1})
    me = as_(app, house, "applicant")
    assert "The letter (PDF)" in me.get(f"{D}/{dossier.number}").main
    assert me.get(f"{D}/{dossier.number}/besluit-1.pdf").data.startswith(b"%PDF")
    assert "0 of" in me.get("/certificering/mijn").main


def test_f11_a_conflicted_decider_gets_a_404_and_nothing_changes(house: House, app: Flask) -> None:
    """P7: a direct POST of who screened, advised or assessed."""
    dossier = house.deciding(Kind.TRAINING)
    with transaction():
        from learnenv.accounts.models import RoleAssignment

        for name in ("coordinator", "assessor_1"):
            db.session.add(
                RoleAssignment(
                    person_id=house.people[name].id,
                    role=Role.DECISION_MAKER,
                    scope="site",
                    scope_id=0,
                    granted_at=now(),
                )
            )
    for name in ("coordinator", "assessor_1", "applicant"):
        browser = as_(app, house, name)
        browser.post(
            f"/certificering/besluiten/{dossier.number}/besluit",
            {"besluit-outcome": "granted", "besluit-grounds": "x"},
            status=404,
        )
    assert only_dossier().state == State.DECIDING


def test_f14_an_objection_by_clicks(house: House, app: Flask) -> None:
    from learnenv.areas.certification.models import Outcome

    dossier = house.decided(Outcome.REFUSED, Kind.TRAINING)
    me = as_(app, house, "applicant")
    me.post(f"{D}/{dossier.number}/bezwaar", {"bezwaar-text": ""}, status=422)
    me.post(f"{D}/{dossier.number}/bezwaar", {"bezwaar-text": "Niet eens."})
    me.post(f"{D}/{dossier.number}/klacht", {"klacht-text": "Traag."})
    staff, path = as_(app, house, "coordinator"), f"/certificering/coordinatie/{dossier.number}"
    assert "Objection in" in staff.get("/certificering/coordinatie").main
    page = staff.get(path)
    assert "decided on this dossier" in page.main
    staff.post(f"{path}/bezwaar/1", {"bezwaar-person": str(house.people["decider"].id)}, status=422)
    staff.post(f"{path}/bezwaar/1", {"bezwaar-person": str(house.people["decider_2"].id)})
    staff.post(f"{path}/klacht/1", {"klacht-text": "Sorry."}, status=422)
    as_(app, house, "coordinator_2").post(f"{path}/klacht/1", {"klacht-text": "Sorry."})
    boss, desk = as_(app, house, "decider_2"), f"/certificering/besluiten/{dossier.number}"
    assert "Niet eens." in boss.get(desk).main
    form = {"bezwaar-verdict": "founded", "bezwaar-hearing": "Gehoord.", "bezwaar-grounds": "Ja."}
    boss.post(f"{desk}/bezwaar/1", form, status=422)
    boss.post(f"{desk}/bezwaar/1", {**form, "bezwaar-outcome": "granted"})
    assert only_dossier().state == State.GRANTED
    assert "Founded" in me.get(f"{D}/{dossier.number}").main


def test_f13_a_coordinator_changes_an_entry_by_clicks(house: House, app: Flask) -> None:
    entry = house.registered(Kind.TRAINING)
    staff, path = as_(app, house, "coordinator"), f"/certificering/ingeschreven/{entry.number}"
    visitor = Browser(app)
    staff.post(f"{path}/schorsen", {"schors-reason": " "}, status=422)
    staff.post(f"{path}/schorsen", {"schors-reason": "Onderzoek."})
    assert "Suspended: not certified now" in visitor.get(f"/register/{entry.number}").main
    assert "Onderzoek." not in visitor.get(f"/register/{entry.number}").text
    assert entry.party.name not in visitor.get("/register").main
    assert entry.party.name in visitor.get("/register?alle=1").main
    staff.post(f"{path}/schorsen", {"schors-reason": "Weer."}, status=422)
    staff.post(f"{path}/opheffen", {"hef-reason": "Klaar."})
    staff.post(f"{path}/bereik", {"bereik-reason": "x"}, status=422)
    staff.post(f"{path}/bereik", {"bereik-reason": "x", "bereik-themes": "participatie"})
    staff.post(f"{path}/einde", {"einde-reason": "Gestopt."})
    boss = as_(app, house, "decider")
    assert "Gestopt." in boss.get("/certificering/besluiten").main
    boss.post(f"/certificering/besluiten/einde/{entry.number}/bevestigen")
    assert "Withdrawn" in visitor.get(f"/register/{entry.number}").main
    me = as_(app, house, "applicant")
    me.post(f"/certificering/register/{entry.number}/verlengen", status=409)


def test_f12_the_declaration_by_clicks(house: House, app: Flask) -> None:
    entry = house.registered(Kind.TRAINING)
    me, path = as_(app, house, "applicant"), f"/certificering/verklaring/{entry.number}"
    assert "No declaration is asked now" in me.get(path).main
    me.post(path, {"verklaring-text": "Te vroeg."}, status=422)
    with transaction():
        held = db.session.get(Registration, entry.id)
        held.declare_by = today() + timedelta(days=80)
    me.post(path, {"verklaring-text": ""}, status=422)
    me.post(path, {"verklaring-text": "Niets veranderd."})
    me.post(f"/certificering/register/{entry.number}/tonen")
    assert "zeldzaamnaam.example" in Browser(app).get(f"/register/{entry.number}").main
    me.post(f"/certificering/register/{entry.number}/verbergen")
    assert "zeldzaamnaam.example" not in Browser(app).get(f"/register/{entry.number}").main


def test_k15_who_is_only_known_is_taken_over_by_who_applies(house: House, app: Flask) -> None:
    staff = as_(app, house, "coordinator")
    known = {"name": "Bureau Bekend", "kind": "agency", "region": "utrecht"}
    staff.post("/certificering/inventaris", known)
    me = as_(app, house, "applicant")
    me.post("/certificering/aanvragen/agency", {"name": "Bureau Bekend", "region": "zeeland"})
    with transaction(write=False):
        party = db.session.scalars(select(Party)).one()
        assert party.region == "zeeland"
    other = Browser(app).sign_in(make_person("Kaper"))
    refused = other.post(
        "/certificering/aanvragen/agency", {"name": "Bureau Bekend", "region": "zeeland"},
        status=422,
    )  # fmt: skip
    assert "Ask that colleague" in refused.main


def test_f13_who_was_withdrawn_can_apply_again(house: House, app: Flask) -> None:
    entry = house.registered(Kind.TRAINING)
    from learnenv.areas.certification.services import applying, register
    from learnenv.kernel.errors import DomainError

    with pytest.raises(DomainError, match="renew"), transaction():
        applying.begin(entry.party, actor=house.actor("applicant"), at=now())
    with transaction():
        register.propose_withdrawal(entry.id, "x", actor=house.actor("coordinator"), at=now())
        register.withdraw(entry.id, actor=house.actor("decider"), at=now())
    with transaction():
        again = applying.begin(entry.party, actor=house.actor("applicant"), at=now())
    assert again.kind == "first"


# --- inventory, questions, schemes ---------------------------------------------------------------


def test_k15_inventory_invitation_and_what_became_of_it(house: House, app: Flask) -> None:
    staff = as_(app, house, "coordinator")
    assert "Nobody in the list" in staff.get("/certificering/inventaris").main
    new = {"name": "Bureau Bekend", "kind": "agency", "region": "utrecht",
           "email": "info@bekend.example"}  # fmt: skip
    staff.post("/certificering/inventaris", {**new, "name": ""}, status=422)
    staff.post("/certificering/inventaris", new)
    staff.post("/certificering/inventaris", new, status=422)
    with transaction(write=False):
        party = db.session.scalars(select(Party).where(Party.name == "Bureau Bekend")).one()
    staff.post("/certificering/inventaris/uitnodigen", {}, status=422)
    staff.post("/certificering/inventaris/uitnodigen", {"party": str(party.id)})
    with transaction(write=False):
        mail = db.session.scalars(
            select(OutboxMail).where(OutboxMail.recipient == "info@bekend.example")
        ).one()
        assert db.session.scalar(select(Invitation.answer)) == ""
    found = re.search(r"/certificering/uitnodiging/[\w-]{43}", mail.text)
    assert found is not None
    visitor = Browser(app)
    assert "Bureau Bekend" in visitor.get(found[0]).main
    visitor.get("/certificering/uitnodiging/" + "x" * 43, status=404)
    visitor.post(f"{found[0]}/nee")
    assert "Does not want to" in staff.get("/certificering/inventaris").main
    me = as_(app, house, "applicant")
    me.post(f"{found[0]}/ja", follow=True)
    assert only_dossier().party.name == "Bureau Bekend"
    assert "Bureau Bekend" not in staff.get("/certificering/inventaris").main
    other = Browser(app).sign_in(make_person("Kaper"))
    other.post(f"{found[0]}/ja", status=409)


CSV = """soort;naam;e-mail;website;regio;thema's
adviseur;Nora Noord;nora@noord.example;noord.example;Groningen;data|participatie
bureau;=SOM(A1);;;;
"""


def upload(browser: Browser, text: str | bytes, status: int = 200) -> Page:
    data = text.encode() if isinstance(text, str) else text
    return browser.post(
        "/certificering/inventaris/importeren",
        {"file": (io.BytesIO(data), "lijst.csv")},
        status=status,
        content_type="multipart/form-data",
    )


def test_k15_a_csv_is_shown_first_and_written_after_a_second_click(
    house: House, app: Flask
) -> None:
    staff = as_(app, house, "coordinator")
    page = upload(staff, CSV)
    assert "2 rows are new" in page.main
    with transaction(write=False):
        assert db.session.scalar(select(Party.id)) is None, "looking writes nothing"
    data = page.soup.find("input", attrs={"name": "data"})["value"]
    staff.post("/certificering/inventaris/importeren", {"data": data})
    with transaction(write=False):
        assert len(db.session.scalars(select(Party)).all()) == 2
    again = upload(staff, CSV)
    assert "2 rows are in the list already" in again.main
    sheet = staff.get("/certificering/inventaris/lijst.csv").text
    assert "'=SOM(A1)" in sheet


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("tovenaar;Nora;;;;", "is no kind"),
        ("adviseur;;;;;", "The name is missing"),
        ("adviseur;Nora;geen adres;;;", "is no e-mail address"),
        ("adviseur;Nora;;;Atlantis;", "is no region"),
        ("adviseur;Nora;;;;koken", "no themes: koken"),
        ("adviseur;Goed;;;;\nadviseur;Goed;;;;", "twice"),
    ],
)
def test_k15_a_wrong_row_is_named_and_nothing_is_written(
    house: House, app: Flask, row: str, said: str
) -> None:
    staff = as_(app, house, "coordinator")
    head = CSV.splitlines()[0]
    page = upload(staff, f"{head}\nadviseur;Prima;;;;\n{row}\n", status=422)
    assert said in page.main
    assert "nothing was imported" in page.main
    with transaction(write=False):
        assert db.session.scalar(select(Party.id)) is None


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"naam\nNora\n", b"soort;naam\n", b"a" * 1_000_001]
)
def test_k15_what_is_no_such_file_is_refused(house: House, app: Flask, data: bytes) -> None:
    upload(as_(app, house, "coordinator"), data, status=422)


def test_f19_a_question_is_answered_once_for_everybody(house: House, app: Flask) -> None:
    dossier = house.begin()
    asker = Browser(app).sign_in(make_person("Vraagt Veel", email="vraag@elders.example"))
    path = "/certificering/regelingen/adviser"
    asker.post(f"{path}/vraag", {"vraag-text": ""}, status=422)
    asker.post(f"{path}/vraag", {"vraag-text": "Ik, Vraagt Veel, wil weten: telt dit?"})
    assert "telt dit" not in Browser(app).get(path).main, "not before it is answered"
    staff = as_(app, house, "coordinator")
    assert "telt dit" in staff.get("/certificering/vragen").text
    staff.post("/certificering/vragen/1", {"v1-shown_text": "", "v1-answer": "Ja."}, status=422)
    staff.post("/certificering/vragen/1", {"v1-shown_text": "Telt dit?", "v1-answer": "Ja."})
    shown = Browser(app).get(path)
    assert "Telt dit?" in shown.main
    assert "Vraagt Veel" not in shown.text
    with transaction(write=False):
        told = {
            mail.recipient
            for mail in db.session.scalars(select(OutboxMail))
            if ":public-question:" in mail.key
        }
    assert told == {"vraag@elders.example", house.people["applicant"].email}
    assert dossier.state == State.DRAFT


def test_f1_a_new_version_leaves_running_dossiers_on_theirs(house: House, app: Flask) -> None:
    dossier = house.begin()
    admin = Browser(app).sign_in(make_person(roles=[(Role.ADMINISTRATOR, None)]))
    base_path = "/beheer/regelingen/adviser"
    admin.get("/beheer/regelingen")
    admin.get(base_path, status=404)
    admin.post(f"{base_path}/concept")
    page = admin.get(base_path)
    assert "Publish this version" in page.main
    rules = rules_of(dossier)
    first = rules.criteria[0]
    for part, key in (("criterium", first.key), ("bewijs", rules.evidence[0].key),
                      ("vraag", rules.questions[0].key), ("regel", rules.eligibility[0].key)):  # fmt: skip
        admin.get(f"{base_path}/{part}/{key}")
        admin.get(f"{base_path}/{part}/nieuw")
        admin.post(f"{base_path}/{part}/{key}", {"title": ""}, status=422)
    admin.get(f"{base_path}/criterium/bestaat-niet", status=404)
    admin.post(
        f"{base_path}/criterium/nieuw",
        {"title": "Nieuw criterium", "text": "x", "weight": "5",
         **{f"level_{n}": f"Niveau {n}" for n in range(1, 5)}},
    )  # fmt: skip
    assert "The weights add up to 105" in admin.get(base_path).main
    admin.post(f"{base_path}/publiceren", status=422)
    admin.post(
        f"{base_path}/criterium/{first.key}",
        {"title": "Anders", "text": first.text, "weight": str(first.weight - 5),
         **{f"level_{n}": text for n, text in enumerate(first.levels, 1)},
         "evidence": first.evidence, "questions": first.questions},
    )  # fmt: skip
    admin.post(f"{base_path}/criterium/nieuw_criterium", {"act": "omhoog"})
    admin.post(f"{base_path}/publiceren")
    with transaction(write=False):
        versions = [s.version for s in db.session.scalars(
            select(Scheme).where(Scheme.kind == "adviser").order_by(Scheme.version))]  # fmt: skip
    assert versions == [1, 2]
    assert "Nieuw criterium" in Browser(app).get("/certificering/regelingen/adviser").main
    assert rules_of(dossier).criteria[0].title == first.title
    admin.post(f"{base_path}/concept")
    admin.post(f"{base_path}/weggooien")
    admin.get(base_path, status=404)


def test_the_schemes_that_come_with_the_site_are_published_by_one_click(
    app: Flask, client: Browser
) -> None:
    assert "There is no scheme yet" in client.get("/certificering").main
    admin = Browser(app).sign_in(make_person(roles=[(Role.ADMINISTRATOR, None)]))
    admin.post("/beheer/regelingen/meegeleverd")
    assert client.get("/certificering").main.count("Valid for") == 4


def test_figures_are_for_staff_and_export_the_same(house: House, app: Flask) -> None:
    house.registered(Kind.TRAINING)
    for role in (Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR):
        boss = Browser(app).sign_in(make_person(roles=[(role, None)]))
        page = boss.get("/certificering/cijfers")
        assert "Check for completeness" in page.main
        boss.get("/certificering/cijfers?jaar=1", status=404)
    staff = as_(app, house, "coordinator")
    assert "training;screening;1" in staff.get("/certificering/cijfers/stappen.csv").text
    staff.get("/certificering/cijfers/overeenstemming.ods")
    area = next(a for a in app.extensions["areas"].areas if a.name == "certification")
    from learnenv.kernel.area import Period

    with transaction(write=False):
        values = {i.key: i.measure(Period(year=today().year)) for i in area.indicators}
    assert values == {"certified_parties": 1, "certification_days": 0}


def test_f5_the_pool_by_clicks(house: House, app: Flask) -> None:
    staff = as_(app, house, "coordinator")
    person = house.people["assessor_1"].id
    staff.get("/certificering/beoordelaars")
    staff.get(f"/certificering/beoordelaars/{person}")
    staff.get(f"/certificering/beoordelaars/{house.people['decider'].id}", status=404)
    staff.post(f"/certificering/beoordelaars/{person}", {"most": "99"}, status=422)
    staff.post(
        f"/certificering/beoordelaars/{person}",
        {"most": "2", "kinds": ["adviser"], "themes": ["data"], "is_available": "y"},
    )
    assert "0 / 2" in staff.get("/certificering/beoordelaars").main


def test_f9_an_interview_by_clicks(house: House, app: Flask) -> None:
    dossier = house.assessing()
    me, path = as_(app, house, "assessor_1"), f"/certificering/beoordelen/{dossier.number}"
    slot = {"gesprek-starts_at": "2031-03-03T10:00", "gesprek-minutes": "60",
            "gesprek-place": "Zaal 1"}  # fmt: skip
    me.post(f"{path}/gesprek", {**slot, "gesprek-place": ""}, status=422)
    me.post(f"{path}/gesprek", slot)
    applicant = as_(app, house, "applicant")
    assert "Choose a time" in applicant.get(f"{D}/{dossier.number}").main
    applicant.post(f"{D}/{dossier.number}/gesprek/1")
    file = applicant.get(f"{D}/{dossier.number}/gesprek.ics")
    assert b"DTSTART:20310303T090000Z" in file.data
    assert b"DTSTART:20310303T090000Z" in me.get(f"{path}/gesprek.ics").data
    me.post("/certificering/beoordelen/afwezig",
            {"starts_at": "2031-03-03T10:30", "hours": "2"}, status=422)  # fmt: skip
    me.post("/certificering/beoordelen/afwezig", {"starts_at": "2031-03-04T10:30", "hours": "2"})
    applicant.post(f"{D}/{dossier.number}/gesprek/1/afzeggen")
    applicant.get(f"{D}/{dossier.number}/gesprek.ics", status=404)


def test_P16_a_file_that_waits_for_the_scanner_is_read_by_nobody(house: House, app: Flask) -> None:
    dossier = house.assessing(Kind.TRAINING)
    with transaction():
        row = db.session.scalars(select(Evidence)).first()
        row.scan = "waiting"
    for name, path in (
        ("applicant", f"{D}/{dossier.number}"),
        ("assessor_1", f"/certificering/beoordelen/{dossier.number}"),
        ("coordinator", f"/certificering/coordinatie/{dossier.number}"),
    ):
        as_(app, house, name).get(f"{path}/bewijs/{row.id}", status=404)


def test_every_list_keeps_its_number_of_queries(
    house: House, app: Flask, count_queries: list[str]
) -> None:
    dossier = house.decided(kind=Kind.TRAINING)
    staff = as_(app, house, "coordinator")
    pages = ("/certificering/coordinatie", "/certificering/inventaris", "/register",
             "/certificering/besluiten", "/certificering/beoordelen")  # fmt: skip
    people = {"/certificering/besluiten": "decider", "/certificering/beoordelen": "assessor_1"}
    browsers = {path: as_(app, house, people[path]) if path in people else staff for path in pages}

    def numbers() -> dict[str, int]:
        found = {}
        for path, browser in browsers.items():
            browser.get(path)
            count_queries.clear()
            browser.get(path)
            found[path] = len(count_queries)
        return found

    def add(numbers_of: range) -> None:
        with transaction():
            for n in numbers_of:
                source = reload(dossier)
                party = house.party(Kind.AGENCY, f"Bureau {n}")
                values = {
                    c.name: getattr(source, c.name)
                    for c in Dossier.__table__.columns
                    if c.name not in {"id", "number", "party_id", "state", "due_on"}
                }
                state = State.DECIDING if n % 2 else State.SCREENING
                db.session.add(
                    Dossier(
                        number=f"D{n}", party_id=party.id, state=state, due_on=today(), **values
                    )
                )
                entry = registration_of(dossier)
                kept = {
                    c.name: getattr(entry, c.name)
                    for c in Registration.__table__.columns
                    if c.name not in {"id", "number", "party_id"}
                }
                db.session.add(Registration(number=f"R{n}", party_id=party.id, **kept))
                house.party(Kind.INSTITUTE, f"Instituut {n}")

    add(range(2))
    few = numbers()
    add(range(2, 42))
    many = numbers()
    assert many == few
    assert max(many.values()) <= 12, many
