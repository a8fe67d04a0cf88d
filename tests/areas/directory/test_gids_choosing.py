"""Choosing: side by side, on a list with reasons, and by the same questions to several."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest
import time_machine
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from learnenv.accounts.models import Person
from learnenv.areas.directory.models import (
    Answer,
    Label,
    Participation,
    Provider,
    Request,
    Shortlist,
    ShortlistItem,
)
from learnenv.areas.directory.queries import figures
from learnenv.areas.directory.services import providers, requests
from learnenv.areas.directory.services.requests import Draft
from learnenv.kernel.clock import local, now
from learnenv.kernel.db import db
from learnenv.kernel.errors import DomainError, InvalidInputError
from learnenv.kernel.models import OutboxMail
from learnenv.kernel.permissions import Role
from learnenv.kernel.transaction import transaction
from tests.browser import Browser, Page
from tests.factories import actor_of, make_organisation, make_person
from tests.factories.directory import (
    fresh,
    mails_to,
    make_offering,
    make_provider,
    make_review,
)
from tests.threads import together

MARCH = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def march(app: Flask) -> Iterator[time_machine.Traveller]:
    """A morning in March, that a test can move on from."""
    del app
    with time_machine.travel(MARCH, tick=False) as clock:
        yield clock


# --- side by side --------------------------------------------------------------------------------


def table(page: Page) -> tuple[list[str], dict[str, list[str]]]:
    """Return what stands above the columns, and the rows by their title, in order."""
    assert page.soup is not None
    head = [" ".join(th.get_text(" ").split()) for th in page.soup.select("main thead th")]
    rows = {}
    for tr in page.soup.select("main tbody tr"):
        cells = [" ".join(cell.get_text(" ").split()) for cell in tr.select("th, td")]
        rows[cells[0]] = cells[1:]
    return head, rows


def test_g4_four_at_most_and_what_differs_first(client: Browser) -> None:
    academy = make_provider("Academie", region="utrecht")
    keys = [
        f"wie=o{make_offering(academy, f'Vak {n}', price=100 * n, terms='Gelijk.').id}"
        for n in range(5)
    ]
    head, rows = table(client.get("/gids/vergelijken?" + "&".join(keys)))
    assert [name.split(" Remove")[0] for name in head[1:5]] == [f"Vak {n}" for n in range(4)]
    assert len(head) == 5
    assert rows["Price"] == ["Free", "€ 100", "€ 200", "€ 300"]
    assert next(iter(rows)) == "Price"
    assert rows["Terms of cancellation"] == ["Gelijk."] * 4
    differs = [len(set(cells)) > 1 for cells in rows.values()]
    assert differs == sorted(differs, reverse=True)


def test_g4_hidden_and_odd_keys_are_left_out(client: Browser) -> None:
    shown = make_provider("Zichtbaar")
    hidden = [make_provider(f"Geheim {n}", owner=make_person(), shown=False) for n in range(4)]
    draft = make_offering(shown, "Concept", publish=False)
    odd = ["a0", "o999", "x1", "a", "a-1", "a1e3", "a" + "9" * 30, "", "a٣", f"o{draft.id}"]
    keys = [*odd, *(f"a{one.id}" for one in hidden), f"a{shown.id}"]
    page = client.get("/gids/vergelijken", query_string=[("wie", key) for key in keys])
    assert "Zichtbaar" in page.main
    assert "Geheim" not in page.text
    assert "Concept" not in page.main


def test_g4_few_reviews_give_no_stars_here_either(client: Browser) -> None:
    few, enough = make_provider("Weinig"), make_provider("Genoeg")
    make_review(few, stars=5)
    for _number in range(3):
        make_review(enough, stars=4)
    _head, rows = table(client.get(f"/gids/vergelijken?wie=a{few.id}&wie=a{enough.id}"))
    assert rows["Reviews"] == ["Too few reviews (1)", "4 of 5, 3 reviews"]


# --- lists ---------------------------------------------------------------------------------------


def test_g5_a_list_is_made_filled_reasoned_and_concluded(app: Flask) -> None:
    me = Browser(app).sign_in(make_person("Ina Inkoper"))
    provider = make_provider("Academie")
    offering = make_offering(provider, "Vakwerk")
    made = me.post("/gids/lijsten", {"name": "Training 2026"}).location
    for path in (f"aanbieder/{provider.id}", f"aanbod/{offering.id}", f"aanbod/{offering.id}"):
        assert me.post(f"/gids/op-lijst/{path}").location == made
    items = list(db.session.scalars(select(ShortlistItem).order_by(ShortlistItem.id)))
    assert [one.offering_id for one in items] == [None, offering.id]
    path = f"{made}/{items[1].id}"
    me.post(path, {"gekozen": "1", "reden": " "}, status=422)
    me.post(path, {"gekozen": "1", "reden": "Sluit aan bij ons werk."})
    me.post(f"{made}/besluit", {"besluit-text": ""}, status=422)
    me.post(f"{made}/besluit", {"besluit-text": "Wij kiezen Vakwerk."})
    page = me.get(made)
    assert "Chosen" in page.main
    assert "Sluit aan bij ons werk." in page.text
    assert "Wij kiezen Vakwerk." in page.text
    me.post(f"{made}/{items[0].id}", {"act": "weg"})
    assert len(db.session.scalars(select(ShortlistItem)).all()) == 1


def listed(app: Flask, owner: Person, *names: str) -> tuple[str, list[Provider]]:
    """Make a list with these providers; return its address."""
    me = Browser(app).sign_in(owner)
    made = me.post("/gids/lijsten", {"name": "Keuze"}).location
    found = [make_provider(name) for name in names]
    for one in found:
        me.post(f"/gids/op-lijst/aanbieder/{one.id}")
    return made, found


def test_g5_a_list_is_shared_by_address(app: Flask) -> None:
    owner = make_person("Ina Inkoper", organisation=make_organisation())
    path, _found = listed(app, owner, "Academie")
    colleague = make_person(email="collega@example.nl")
    others = [make_person(organisation=make_organisation()), make_person()]
    her = Browser(app).sign_in(colleague)
    her.get(path, status=404)
    me = Browser(app).sign_in(owner)
    me.get(path)
    me.post(f"{path}/delen", {"delen-email": "geen adres"}, status=422)
    me.post(f"{path}/delen", {"delen-email": "Collega@Example.nl"})
    assert mails_to(colleague) == ["A colleague shares a list of the Gouden Gids"]
    assert "Academie" in her.get(path).main
    item = db.session.scalars(select(ShortlistItem)).one()
    her.post(f"{path}/{item.id}", {"reden": "Ook goed."})
    her.get(f"{path}.pdf")
    her.post(f"{path}/verwijderen", status=404)
    for person in others:
        him = Browser(app).sign_in(person)
        for end in ("", ".pdf"):
            him.get(path + end, status=404)
        him.post(f"{path}/{item.id}", {"reden": "Gekaapt."}, status=404)
        him.post(f"{path}/besluit", {"besluit-text": "Gekaapt."}, status=404)
        him.post(f"{path}/delen", {"delen-email": "x@example.nl"}, status=404)
        him.post(f"/gids/op-lijst/aanbieder/{item.provider_id}", {"lijst": path.split("/")[-1]},
                 status=404)  # fmt: skip
    assert fresh(item).reason == "Ook goed."
    me.post(f"{path}/verwijderen")
    her.get(path, status=404)
    assert not db.session.scalars(select(Shortlist)).all()


def test_g5_an_item_of_another_list_is_not_reached(app: Flask) -> None:
    first, _one = listed(app, make_person(), "Academie")
    item = db.session.scalars(select(ShortlistItem)).one()
    second_owner = make_person()
    second, _two = listed(app, second_owner, "Bureau")
    him = Browser(app).sign_in(second_owner)
    him.post(f"{second}/{item.id}", {"act": "weg"}, status=404)
    assert first != second
    assert len(db.session.scalars(select(ShortlistItem)).all()) == 2


def test_g5_what_does_not_show_is_not_put_on_a_list(app: Flask) -> None:
    hidden = make_provider("Geheim", owner=make_person(), shown=False)
    offering = make_offering(hidden)
    me = Browser(app).sign_in(make_person())
    me.post(f"/gids/op-lijst/aanbieder/{hidden.id}", status=404)
    me.post(f"/gids/op-lijst/aanbod/{offering.id}", status=404)
    assert not db.session.scalars(select(Shortlist)).all()


def words_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(
            " ".join(page.get_textpage().get_text_bounded().split()) for page in document
        )


def test_g5_the_pdf_holds_choice_reasons_and_comparison(app: Flask) -> None:
    owner = make_person("Ina Inkoper")
    path, found = listed(app, owner, "Academie", "Bureau <b>Vet</b>")
    me = Browser(app).sign_in(owner)
    items = list(db.session.scalars(select(ShortlistItem).order_by(ShortlistItem.id)))
    me.post(f"{path}/{items[0].id}", {"gekozen": "1", "reden": "Café én ervaring."})
    me.post(f"{path}/besluit", {"besluit-text": "Wij gaan met de academie verder."})
    page = me.get(f"{path}.pdf")
    assert page.response.mimetype == "application/pdf"
    assert "no-store" in page.response.headers["Cache-Control"]
    assert page.data.startswith(b"%PDF-")
    text = words_of(page.data)
    for part in (
        "Keuze", "Ina Inkoper", "1. Academie (chosen)", "Café én ervaring.", "Bureau <b>Vet</b>",
        "No reason was written down.", "Wij gaan met de academie verder.", "Side by side",
        "Region",
    ):  # fmt: skip
        assert part in text, part
    assert len(found) == 2


def test_g5_the_pdf_compares_four_that_show(app: Flask) -> None:
    owner, hider = make_person(), make_person()
    me = Browser(app).sign_in(owner)
    path = me.post("/gids/lijsten", {"name": "Keuze"}).location
    hidden = make_provider("Verborgen Bureau", owner=hider)
    names = ["Eerste", "Tweede", "Derde", "Vierde", "Vijfde"]
    for one in [hidden, *map(make_provider, names)]:
        me.post(f"/gids/op-lijst/aanbieder/{one.id}")
    with transaction():
        providers.withdraw(db.session.get_one(Provider, hidden.id), actor=actor_of(hider))
    table_of = words_of(me.get(f"{path}.pdf").data).split("Side by side")[1]
    assert [name in table_of for name in names] == [True, True, True, True, False]


def test_g5_an_empty_list_has_no_pdf(app: Flask) -> None:
    me = Browser(app).sign_in(make_person())
    path = me.post("/gids/lijsten", {"name": "Leeg"}).location
    me.get(f"{path}.pdf", status=404)
    assert "This list is empty" in me.get(path).main


# --- the same questions --------------------------------------------------------------------------


class Round:
    """A request to two providers, and what each can do with it."""

    def __init__(self, app: Flask, *, kind: str = "quotation") -> None:
        self.app = app
        self.place = make_organisation()
        self.asker = make_person("Ina Inkoper", organisation=self.place)
        self.owners = [make_person("Otto Een"), make_person("Olga Twee")]
        self.providers = [
            make_provider(name, owner=owner)
            for name, owner in zip(("Bureau Een", "Bureau Twee"), self.owners, strict=True)
        ]
        draft = Draft(
            kind=kind, title="Schrijftraining", about="Voor 40 mensen.",
            questions=("Wie geeft les?", "Wanneer kan het?"), deadline_at=now() + timedelta(days=7),
            provider_ids=tuple(one.id for one in self.providers),
        )  # fmt: skip
        with transaction():
            self.request = requests.ask(draft, actor=actor_of(self.asker), at=now())
        self.path = f"/gids/uitvragen/{self.request.id}"

    def path_of(self, place: int) -> str:
        return f"/gids/beheer/{self.providers[place].id}/uitvragen/{self.request.id}"

    def send(self, place: int, words: str, price: str = "4000", status: int = 303) -> Page:
        him = Browser(self.app).sign_in(self.owners[place])
        him.get(self.path_of(place))
        sent = {"antwoord": [f"{words} een", f"{words} twee"], "prijs": price}
        return him.post(self.path_of(place), sent, status=status)

    def answers(self) -> list[Answer]:
        with transaction(write=False):
            return list(
                db.session.scalars(
                    select(Answer).order_by(Answer.id).execution_options(populate_existing=True)
                )
            )


def test_g15_a_request_is_asked_from_a_list(app: Flask) -> None:
    owner = make_person()
    path, found = listed(app, owner, "Academie", "Bureau")
    me = Browser(app).sign_in(owner)
    me.get(f"/gids/uitvragen/nieuw?lijst={path.split('/')[-1]}")
    later = local(now() + timedelta(days=10)).strftime("%Y-%m-%dT%H:%M")
    sent = {
        "kind": "quotation", "title": "Training", "about": "Voor ons team.",
        "questions": "Wie?\n\n Wanneer? ", "deadline_at": later,
        "providers": [str(one.id) for one in found],
    }  # fmt: skip
    for wrong in (
        {"questions": " "}, {"providers": []}, {"deadline_at": "2020-01-01T10:00"},
        {"providers": ["99999"]}, {"kind": "x"}, {"title": ""},
        {"questions": "\n".join(f"Vraag {n}?" for n in range(21))},
    ):  # fmt: skip
        me.post("/gids/uitvragen/nieuw", {**sent, **wrong}, status=422)
    page = me.get(me.post("/gids/uitvragen/nieuw", sent).location)
    assert "Academie Not yet" in page.main
    [request] = db.session.scalars(select(Request)).all()
    assert request.questions == ["Wie?", "Wanneer?"]


def test_g15_answers_are_closed_until_the_deadline_and_never_for_each_other(
    app: Flask, march: time_machine.Traveller
) -> None:
    deal = Round(app)
    assert mails_to(deal.owners[1]) == ["A request to Bureau Twee: Schrijftraining"]
    deal.send(0, "Zeldzaamantwoord", "4321")
    me = Browser(app).sign_in(deal.asker)

    def seen(browser: Browser, path: str) -> bool:
        page = browser.open(path)
        return "Zeldzaamantwoord" in page.text or "4321" in page.text or "4,321" in page.text

    page = me.get(deal.path)
    assert "Bureau Een Answered" in page.main
    assert not seen(me, deal.path)
    for kind in ("csv", "xlsx", "ods"):
        me.get(f"{deal.path}/antwoorden.{kind}", status=409)
    rival = Browser(app).sign_in(deal.owners[1])
    paths = [
        deal.path_of(1), deal.path_of(0), deal.path, f"/gids/beheer/{deal.providers[1].id}",
        f"/gids/beheer/{deal.providers[1].id}/uitvragen/{deal.request.id}",
        f"{deal.path}/antwoorden.csv",
    ]  # fmt: skip
    assert not any(seen(rival, path) for path in paths)
    assert "Bureau Een" not in rival.get(deal.path_of(1)).main
    assert seen(Browser(app).sign_in(deal.owners[0]), deal.path_of(0))
    march.shift(timedelta(days=7))
    for person, sees in ((deal.asker, True), (deal.owners[1], False), (make_person(), False)):
        him = Browser(app).sign_in(person)
        assert any(seen(him, path) for path in paths) is sees, person.name
    colleague = make_person(organisation=deal.place)
    Browser(app).sign_in(colleague).get(deal.path, status=404)


def test_g15_the_deadline_is_the_deadline(app: Flask, march: time_machine.Traveller) -> None:
    deal = Round(app)
    march.move_to(deal.request.deadline_at - timedelta(seconds=1))
    deal.send(0, "Op tijd")
    march.move_to(deal.request.deadline_at)
    late = Browser(app).sign_in(deal.owners[1])
    assert "The deadline is over" in late.get(deal.path_of(1)).main
    late.post(deal.path_of(1), {"act": "niet"}, status=409)
    for place in (0, 1):
        who = actor_of(deal.owners[place])
        with pytest.raises(DomainError, match="deadline is over"), transaction():
            found = requests.answer_of(who, deal.providers[place].id, deal.request.id)
            requests.answer(found, ["Te laat", "Te laat"], 1, actor=who, at=now())
    assert [one.answers for one in deal.answers()] == [["Op tijd een", "Op tijd twee"], []]
    me = Browser(app).sign_in(deal.asker)
    later = local(now() + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M")
    me.post(f"{deal.path}/verlengen", {"later-deadline_at": later}, status=422)
    page = me.get(deal.path)
    assert "Op tijd een" in page.main
    assert "No answer from: Bureau Twee." in page.main


def test_g15_who_answers_too_late_is_told(app: Flask, march: time_machine.Traveller) -> None:
    deal = Round(app)
    march.shift(timedelta(days=7, minutes=1))
    him = Browser(app).sign_in(deal.owners[0])
    sent = {"antwoord": ["Te laat", "Te laat"], "prijs": "1"}
    page = him.post(deal.path_of(0), sent, status=422)
    assert "The deadline is over" in page.main
    assert deal.answers()[0].answered_at is None


def test_g15_an_answer_is_whole_and_changes_until_the_deadline(app: Flask) -> None:
    deal = Round(app)
    deal.send(0, "Prijsloos", price="", status=422)
    deal.send(0, "Prijsraar", price="veel", status=422)
    deal.send(0, "Prijsraar", price="٣", status=422)
    him = Browser(app).sign_in(deal.owners[0])
    for wrong in (["Een"], ["Een", " "], ["Een", "Twee", "Drie"]):
        page = him.post(deal.path_of(0), {"antwoord": wrong, "prijs": "5"}, status=422)
        assert wrong[0] in page.text  # what was typed stays
    assert deal.answers()[0].answered_at is None
    deal.send(0, "Eerst")
    him.post(deal.path_of(0), {"act": "niet"})
    assert deal.answers()[0].is_declined
    deal.send(0, "Toch")
    held = deal.answers()[0]
    assert (held.is_declined, held.answers[0], held.price) == (False, "Toch een", 4000)


def test_g15_a_provider_answers_for_itself_only(app: Flask) -> None:
    deal = Round(app)
    sent = {"antwoord": ["Vals", "Vals"], "prijs": "1"}
    for person in (deal.owners[1], deal.asker, make_person()):
        him = Browser(app).sign_in(person)
        him.get(deal.path_of(0), status=404)
        him.post(deal.path_of(0), sent, status=404)
    other_owner = make_person()
    other = make_provider("Niet gevraagd", owner=other_owner)
    path = f"/gids/beheer/{other.id}/uitvragen/{deal.request.id}"
    Browser(app).sign_in(other_owner).post(path, sent, status=404)
    assert [one.answered_at for one in deal.answers()] == [None, None]


def test_g15_choosing_comes_after_the_deadline_with_a_reason(
    app: Flask, march: time_machine.Traveller
) -> None:
    deal = Round(app)
    for place in (0, 1):
        deal.send(place, f"Antwoord {place}", price=str(1000 * (place + 1)))
    first, second = deal.answers()
    me = Browser(app).sign_in(deal.asker)
    me.get(deal.path)
    choice = {"antwoord": str(second.id), "kies-reason": "Meer ervaring."}
    me.post(f"{deal.path}/kiezen", choice, status=422)
    march.shift(timedelta(days=7, hours=12))
    me = Browser(app).sign_in(deal.asker)
    me.get(deal.path)
    me.post(f"{deal.path}/kiezen", {**choice, "kies-reason": " "}, status=422)
    me.post(f"{deal.path}/kiezen", {**choice, "antwoord": ""}, status=422)
    me.post(f"{deal.path}/kiezen", {**choice, "antwoord": "99999"}, status=404)
    Browser(app).sign_in(make_person()).post(f"{deal.path}/kiezen", choice, status=404)
    me.post(f"{deal.path}/kiezen", choice)
    assert "Meer ervaring." in me.get(deal.path).main
    me.post(f"{deal.path}/kiezen", {**choice, "antwoord": str(first.id)}, status=422)
    assert [one.is_chosen for one in deal.answers()] == [False, True]
    assert mails_to(deal.owners[1])[-1] == "You were chosen: Schrijftraining"
    assert mails_to(deal.owners[0])[-1] == "Another choice was made: Schrijftraining"
    with transaction(write=False):
        [fact] = db.session.scalars(select(Participation)).all()
        assert (fact.proof, fact.person_id, fact.provider_id) == (
            "quotation", deal.asker.id, deal.providers[1].id,
        )  # fmt: skip
        found = figures.of_year(2026)
        assert (found.chosen, float(found.days)) == (1, 7.5)


def test_g15_two_choices_at_once_are_one(app: Flask, march: time_machine.Traveller) -> None:
    deal = Round(app)
    for place in (0, 1):
        deal.send(place, "Antwoord")
    ids, request_id, who = [a.id for a in deal.answers()], deal.request.id, actor_of(deal.asker)
    march.shift(timedelta(days=8))

    def work(place: int) -> bool:
        try:
            with transaction():
                held = requests.own_request(who, request_id)
                requests.choose(held, ids[place % 2], "Beste.", actor=who, at=now())
        except DomainError:
            return False
        return True

    assert sum(together(app, 8, work)) == 1
    assert sum(one.is_chosen for one in deal.answers()) == 1
    assert len(db.session.scalars(select(Participation)).all()) == 1


def test_g15_who_declined_or_kept_silent_is_not_chosen(
    app: Flask, march: time_machine.Traveller
) -> None:
    deal = Round(app)
    Browser(app).sign_in(deal.owners[0]).post(deal.path_of(0), {"act": "niet"})
    march.shift(timedelta(days=8))
    me = Browser(app).sign_in(deal.asker)
    for one in deal.answers():
        sent = {"antwoord": str(one.id), "kies-reason": "Toch."}
        me.post(f"{deal.path}/kiezen", sent, status=404)
    me.post(f"{deal.path}/stoppen", {"stop-reason": ""}, status=422)
    me.post(f"{deal.path}/stoppen", {"stop-reason": "Niemand had tijd."})
    assert "Niemand had tijd." in me.get(deal.path).main


def test_g15_more_time_is_for_everybody_and_never_less(
    app: Flask, march: time_machine.Traveller
) -> None:
    deal = Round(app)
    who = actor_of(deal.asker)

    def extend(days: int) -> None:
        with transaction():
            held = requests.own_request(who, deal.request.id)
            requests.extend(held, MARCH + timedelta(days=days), actor=who, at=now())

    for days in (7, 3, 181):
        with pytest.raises(InvalidInputError):
            extend(days)
    extend(14)
    for owner in deal.owners:
        assert mails_to(owner)[-1] == "More time to answer: Schrijftraining"
    march.shift(timedelta(days=10))
    deal.send(0, "Op tijd")
    with transaction():
        requests.remind(now())
    assert mails_to(deal.asker) == []
    march.shift(timedelta(days=5))
    for _time in range(2):
        with transaction():
            requests.remind(now())
    assert mails_to(deal.asker) == ["The answers are open: Schrijftraining"]


def test_g15_a_request_has_bounds(app: Flask) -> None:
    del app
    who = actor_of(make_person())
    known = make_provider("Academie")
    hidden = make_provider("Geheim", owner=make_person(), shown=False)

    def ask(**changes: object) -> None:
        values = {
            "kind": "information", "title": "x", "about": "", "questions": ("Wie?",),
            "deadline_at": now() + timedelta(days=7), "provider_ids": (known.id,), **changes,
        }  # fmt: skip
        with transaction():
            requests.ask(Draft(**values), actor=who, at=now())  # type: ignore[arg-type]

    for wrong in (
        {"deadline_at": now() + timedelta(hours=23)}, {"deadline_at": now() + timedelta(days=181)},
        {"provider_ids": ()}, {"provider_ids": (hidden.id,)}, {"questions": (" ",)},
        {"provider_ids": tuple(make_provider(f"P{n}").id for n in range(11))},
    ):  # fmt: skip
        with pytest.raises(InvalidInputError):
            ask(**wrong)
    ask()
    assert len(db.session.scalars(select(Request)).all()) == 1


def test_P13_answers_are_safe_in_every_file(app: Flask, march: time_machine.Traveller) -> None:
    deal = Round(app)
    deal.send(0, "=HYPERLINK(1)")
    deal.send(1, "+31 =x", price="7")
    march.shift(timedelta(days=8))
    me = Browser(app).sign_in(deal.asker)
    text = me.get(f"{deal.path}/antwoorden.csv").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0] == [
        "Provider", "Price in euros", "Wie geeft les?", "Wanneer kan het?", "Chosen"
    ]  # fmt: skip
    assert [row[0] for row in rows[1:]] == ["Bureau Een", "Bureau Twee"]
    assert not [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@"}]
    for kind in ("xlsx", "ods"):
        data = me.get(f"{deal.path}/antwoorden.{kind}").data
        with zipfile.ZipFile(io.BytesIO(data)) as inside:
            parts = [inside.read(name) for name in inside.namelist() if name.endswith(".xml")]
        assert not [part for part in parts if b"<f>" in part or b"table:formula" in part]
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
        assert sheet[0] == rows[0]
        assert [row[1] for row in sheet[1:]] == [4000, 7]


# --- contracts -----------------------------------------------------------------------------------


def test_g12_a_label_is_for_the_own_organisation(app: Flask) -> None:
    place, other = make_organisation("Gemeente Een"), make_organisation("Gemeente Twee")
    manager = make_person(organisation=place, roles=[(Role.MANAGER, place)])
    provider = make_provider("Academie")
    path = f"/gids/aanbieder/{provider.id}"
    him = Browser(app).sign_in(manager)
    him.get(f"{path}/contract")
    sent = {"organisation": str(place.id), "has_contract": "ja", "note": "Bestel via loket 7"}
    him.post(f"{path}/contract", {**sent, "organisation": str(other.id)}, status=422)
    him.post(f"{path}/contract", sent)
    assert len(db.session.scalars(select(Label)).all()) == 1
    part = make_organisation("Dienst van Een", parent=place)
    for person, sees in (
        (make_person(organisation=place), True), (make_person(organisation=part), True), (make_person(organisation=other), False),
        (make_person(), False), (None, False),
    ):  # fmt: skip
        browser = Browser(app)
        if person is not None:
            browser.sign_in(person)
        for address in (path, "/gids"):
            assert ("Bestel via loket 7" in browser.get(address).main) is sees
    ordinary = Browser(app).sign_in(make_person(organisation=place))
    ordinary.get(f"{path}/contract", status=404)
    ordinary.post(f"{path}/contract", sent, status=404)


def test_g12_a_label_ends_by_its_day(app: Flask) -> None:
    place = make_organisation()
    manager = make_person(organisation=place, roles=[(Role.MANAGER, place)])
    provider = make_provider("Academie")
    him = Browser(app).sign_in(manager)
    day = local(now()).date()
    sent = {
        "organisation": str(place.id), "has_contract": "nee", "note": "", "until": str(day),
    }  # fmt: skip
    him.post(f"/gids/aanbieder/{provider.id}/contract", sent)
    assert "No contract of your organisation" in him.get(f"/gids/aanbieder/{provider.id}").main
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        page = Browser(app).sign_in(manager).get(f"/gids/aanbieder/{provider.id}")
        assert "No contract of your organisation" not in page.main


def test_g15_ended_early_the_answers_stay_closed(app: Flask) -> None:
    """Or an asker ends, reads, and asks again tomorrow."""
    deal = Round(app)
    deal.send(0, "Kanarieantwoord")
    her = Browser(app).sign_in(deal.asker)
    her.get(deal.path)
    her.post(f"{deal.path}/stoppen", {"stop-reason": "Toch niet"})
    assert "Kanarieantwoord" not in her.get(deal.path).text
    assert "Nobody reads the answers" in her.get(deal.path).main
    her.get(f"{deal.path}/antwoorden.csv", status=409)
    with time_machine.travel(now() + timedelta(days=30), tick=False):
        her = Browser(app).sign_in(deal.asker)
        assert "Kanarieantwoord" not in her.get(deal.path).text
        her.get(f"{deal.path}/antwoorden.csv", status=409)


@pytest.mark.parametrize(("kind", "facts"), [("information", 0), ("quotation", 1)])
def test_g6_information_is_no_assignment(
    app: Flask, march: time_machine.Traveller, kind: str, facts: int
) -> None:
    deal = Round(app, kind=kind)
    deal.send(0, "Antwoord")
    march.shift(timedelta(days=8))
    given = next(one for one in deal.answers() if one.answered_at is not None)
    with transaction():
        held = requests.own_request(actor_of(deal.asker), deal.request.id)
        requests.choose(held, given.id, "Past", actor=actor_of(deal.asker), at=now())
    mine = select(Participation).where(Participation.person_id == deal.asker.id)
    assert len(db.session.scalars(mine).all()) == facts


def test_who_acts_for_two_hears_of_both(app: Flask, march: time_machine.Traveller) -> None:
    del app
    owner, asker = make_person(), make_person(organisation=make_organisation())
    ids = tuple(make_provider(name, owner=owner).id for name in ("Een", "Twee"))
    draft = Draft(
        kind="information", title="Vraag", about="x", questions=("Wat?",),
        deadline_at=now() + timedelta(days=3), provider_ids=ids,
    )  # fmt: skip
    with transaction():
        requests.ask(draft, actor=actor_of(asker), at=now())
    assert sorted(mails_to(owner)) == ["A request to Een: Vraag", "A request to Twee: Vraag"]


def test_mails_to_typed_addresses_have_a_limit(app: Flask) -> None:
    me = Browser(app).sign_in(make_person())
    me.get("/gids/lijsten")
    last = 0
    for number in range(3):
        list_id = me.post("/gids/lijsten", {"name": f"Lijst {number}"}).location.split("/")[-1]
        me.get(f"/gids/lijsten/{list_id}")
        for place in range(20):
            page = me.open(
                f"/gids/lijsten/{list_id}/delen", "POST",
                data={"delen-email": f"a{number}-{place}@elders.example", "csrf_token": me.token},
            )  # fmt: skip
            last = page.status
    assert last in {422, 429}
    assert db.session.scalar(select(func.count()).select_from(OutboxMail)) == 40
