"""P11: nothing that anybody types into an address gives a 5xx."""

from __future__ import annotations

import ast
import re
from itertools import chain
from pathlib import Path
from urllib.parse import quote

import pytest

from courses.queries import FACETS
from learnenv.accounts.forms import PeopleFilter
from learnenv.areas.directory.queries.search import FACETS as GIDS_FACETS
from learnenv.kernel.permissions import Role
from learnenv.kernel.transaction import transaction
from tests.factories import make_person
from tests.house.world import World, rules

ROOT = Path(__file__).parents[2]
ODD = {
    "quote": "' OR 1=1 --",
    "double": '"><script>alert(1)</script>',
    "nul": "a\0b",
    "digits": "9" * 20,
    "very many digits": "9" * 5000,
    "negative": "-1",
    "emoji": "🙃🇳🇱",
    "superscript": "²",
    "long": "x" * 6000,
    "template": "{{7*7}}${7*7}%s%(x)s",
    "percent": "%",
    "backslash": "\\",
    "bracket": "[",
    "arabic": "٣",
}
# The parameters that pages read; others are ignored.
PARAMETERS = {
    "courses.catalogue": ("q", "theme", "duration", "form", "audience", "language"),
    "web.language": ("next",),
    "web.style_guide": ("fout",),
    "accounts.sign_in": ("next",),
    "certificates.check": ("code",),
    "certificates.manage": ("q", "staat", "pagina"),
    "certificates.many": ("q", "staat"),
    "certificates.new_template": ("naam",),
    "accounts.people": ("zoek", "organisatie", "pagina"),
    "accounts.organisations": ("pagina",),
    "accounts.outbox": ("pagina",),
    "accounts.audit": ("pagina",),
    "certification.register_list": ("q", "soort", "thema", "regio", "alle", "pagina"),
    "certification.register_entry": ("op",),
    "certification.register_statement": ("op",),
    "certification.api_list": ("q", "soort", "thema", "regio", "alle", "pagina"),
    "certification.api_entry": ("op",),
    "certification.evidence": ("stuk",),
    "certification.work": ("q", "staat", "pagina"),
    "certification.work_export": ("q", "staat"),
    "certification.inventory": ("q", "soort", "pagina"),
    "certification.inventory_export": ("q", "soort"),
    "certification.figures": ("jaar",),
    "certification.figures_export": ("jaar",),
    "directory.index": (
        "q",
        "bij",
        "km",
        "sorteer",
        "gecertificeerd",
        "pagina",
        "soort",
        "thema",
        "regio",
        "vorm",
        "prijs",
        "niveau",
        "taal",
    ),
    "directory.results": ("q", "bij", "km", "sorteer", "soort", "thema"),
    "directory.provider": ("pagina",),
    "directory.offering": ("pagina",),
    "directory.compare": ("wie",),
    "directory.new_request": ("lijst",),
    "directory.figures_page": ("jaar",),
    "pilots.index": ("pagina",),
    "pilots.figures_page": ("jaar",),
    "pilots.figures_file": ("jaar",),
    "reporting.year": ("jaar", "organisatie", "cursus"),
    "reporting.export": ("jaar", "organisatie", "cursus"),
    "reporting.people": (
        "jaar",
        "organisatie",
        "cursus",
        "maat",
        "maand",
        "tot",
        "eigen",
        "laag",
        "pagina",
    ),
    "reporting.people_export": (
        "jaar",
        "organisatie",
        "cursus",
        "maat",
        "maand",
        "tot",
        "eigen",
        "laag",
    ),
}


# The last one is the figures' own reader.
READS = re.compile(r"request\.(args|values)\.get(list)?|_number|choice_of|asked_text")


def read_by_the_code() -> set[str]:
    """Return every name that a route asks of the address, as it stands in the code."""
    found = set()
    for package in ("learnenv", "courses", "certificates"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names: list[ast.expr] = []
                if isinstance(node, ast.Call) and READS.fullmatch(ast.unparse(node.func)):
                    names = node.args[:1]
                elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "request.args":
                    names = [node.slice]
                elif (
                    isinstance(node, ast.Compare)
                    and ast.unparse(node.comparators[0]) == "request.args"
                ):
                    names = [node.left]
                found |= {n.value for n in names if isinstance(n, ast.Constant)}
    return (
        found
        | set(FACETS)
        | set(GIDS_FACETS)
        | {f for f in PeopleFilter.__dict__ if f in {"zoek", "organisatie"}}
    )


def test_P11_every_parameter_that_the_code_reads_is_tried() -> None:
    found = read_by_the_code()
    assert len(found) > 12
    tried = set(chain.from_iterable(PARAMETERS.values()))
    assert found <= tried, f"add to PARAMETERS: {found - tried}"
    assert tried <= found, f"nothing reads these any more: {tried - found}"


def sign_in_everything(world: World) -> None:
    """One person with every role: nothing is refused before it is read."""
    organisation = world.organisations["a"]
    roles = [(role, organisation if role == Role.MANAGER else None) for role in Role]
    world.people["everything"] = make_person("Alleskunner", organisation=organisation, roles=roles)


@pytest.mark.parametrize("name", ODD)
def test_P11_odd_parameters_are_no_server_error(world: World, name: str) -> None:
    sign_in_everything(world)
    asked = 0
    for rule in rules(world.app, "GET"):
        path = world.path(rule, "a")
        for parameter in PARAMETERS.get(rule.endpoint, ()):
            answer = world.ask("everything", path, query_string={parameter: ODD[name]})
            assert answer.status_code < 500, f"{path}?{parameter}={name}"
            asked += 1
        every = dict.fromkeys(set(chain.from_iterable(PARAMETERS.values())), ODD[name])
        answer = world.ask("everything", path, query_string=every)
        assert answer.status_code < 500, f"{path} with all parameters: {name}"
        assert b"<script>alert(1)" not in answer.data
    assert asked == sum(map(len, PARAMETERS.values()))


@pytest.mark.parametrize("name", ODD)
def test_P11_odd_path_parts_are_no_server_error(world: World, name: str) -> None:
    sign_in_everything(world)
    asked = 0
    for method in ("GET", "POST"):
        for rule in rules(world.app, method):
            for odd in sorted(rule.arguments):
                parts = world.objects["a"] | {odd: ODD[name]}
                path = "".join(
                    quote(str(parts[text]), safe="") if dynamic else text
                    for dynamic, text in rule._trace
                ).lstrip("|")
                form = (
                    {"csrf_token": world.browser("everything").token} if method == "POST" else None
                )
                answer = world.ask("everything", path, method, data=form)
                assert answer.status_code < 500, f"{method} {path[:200]}"
                asked += 1
    assert asked > 60


def senders(endpoint: str) -> tuple[str, ...]:
    if endpoint.startswith("certification."):  # pages of applicants and of staff
        return ("learner_a", "everything")
    return ("learner_a",) if endpoint.startswith(("courses.", "certificates.")) else ("everything",)


@pytest.mark.parametrize("name", ODD)
def test_P11_odd_answers_and_forms_are_no_server_error(world: World, name: str) -> None:
    """Every field of every form, and the answers to questions."""
    from courses.models import Attempt
    from learnenv.kernel.db import db

    sign_in_everything(world)
    odd = ODD[name]
    fields = {
        "item": odd, "text": odd, "stars": odd, "useful": odd, "missing": odd, "question": "proef-vraag-3",
        "proef-vraag-3-r0": odd, "proef-oefenvraag-r0": odd, "name": odd, "email": odd, "domains": odd,
        "addresses": odd, "organisation_id": odd, "role": odd, "year": odd, "target": odd, "reason": odd,
        "language": odd, "parent_id": odd, "tier": odd, "password": odd, "scope_id": odd, "job_title": odd,
        "party": odd, "key": odd, "step": odd, "rule": odd, "mark": odd, "agrees": odd, "link": odd,
        "issued_on": odd, "expires_on": odd, "region": odd, "themes": odd, "kind": odd, "website": odd,
        "data": odd, "title": odd, "weight": odd, "most": odd, "hours": odd, "starts_at": odd, "act": odd,
        "a-experience_years": odd, **{f"{name}-text": odd for name in (
            "vraag", "antwoord", "bezwaar", "klacht", "compleet", "opzij", "advies", "klaar", "verslag",
            "verklaring", "verklaar")},
        **{f"{name}-reason": odd for name in ("stop", "derde", "schors", "hef", "bereik", "einde", "terug")},
        "bezwaar-person": odd, "kies-assessors": odd, "verklaar-independent": odd, "relatie-person": odd,
        "relatie-kind": odd, "relatie-until": odd, "gesprek-starts_at": odd, "gesprek-minutes": odd,
        "gesprek-place": odd, "besluit-outcome": odd, "besluit-grounds": odd, "bezwaar-verdict": odd,
    }  # fmt: skip
    for rule in rules(world.app, "POST"):
        if rule.endpoint in {"accounts.sign_out", "accounts.end_sessions"}:
            continue
        for role in senders(rule.endpoint):
            form = fields | {"csrf_token": world.browser(role).token}
            whose = "a" if role == "learner_a" else "b"  # who is blocked on the way cannot go on
            answer = world.ask(role, world.path(rule, whose), "POST", data=form)
            assert answer.status_code < 500, f"POST {rule}: {name}"
    with transaction(write=False):
        assert db.session.get(Attempt, world.objects["a"]["attempt_id"]).state == "submitted"
