"""Schemes, edited on pages and published; running dossiers stay on their version (f1)."""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, replace
from typing import Any

from flask import request
from flask_babel import gettext as _

from learnenv.areas.certification import rules as rulebook
from learnenv.areas.certification.models import Kind, Scheme
from learnenv.areas.certification.permissions import SCHEMES
from learnenv.areas.certification.routes import blueprint
from learnenv.areas.certification.routes.parts import Answer, go, page
from learnenv.areas.certification.rules import (
    Criterion,
    EntryRule,
    EvidenceRule,
    QuestionRule,
    Rules,
)
from learnenv.areas.certification.scheme_forms import (
    CriterionForm,
    EntryRuleForm,
    EvidenceRuleForm,
    PartForm,
    QuestionRuleForm,
    SchemeForm,
)
from learnenv.areas.certification.services import schemes
from learnenv.kernel.clock import now
from learnenv.kernel.errors import NotFoundError
from learnenv.kernel.forms import SelectChoice, blaming
from learnenv.kernel.permissions import Actor, requires
from learnenv.web.shell import actor

KIND = "<any(adviser, agency, institute, training):kind>"
PART = "<any(criterium, bewijs, vraag, regel):part>"
LISTS = {
    "criterium": "criteria",
    "bewijs": "evidence",
    "vraag": "questions",
    "regel": "eligibility",
}
NEW = "nieuw"


def admin_card(actor: Actor) -> tuple[str, str, str] | None:
    """Fill the slot of the administrator's page: title, address and text."""
    if not SCHEMES.allows(actor):
        return None
    from flask import url_for

    text = _("Edit and publish the rules of certification.")
    return _("Certification schemes"), url_for("certification.scheme_list"), text


@blueprint.get("/beheer/regelingen")
@requires(SCHEMES)
def scheme_list() -> Answer:
    """Show the schemes and their drafts."""
    listed = [(kind, schemes.current(kind), schemes.draft_of(kind)) for kind in Kind]
    return page("schemes", listed=listed)


@blueprint.post("/beheer/regelingen/meegeleverd")
@requires(SCHEMES)
def publish_shipped() -> Answer:
    """Publish the schemes that come with the site."""
    made = schemes.publish_shipped(actor=actor(), at=now())
    return go("scheme_list", _("%(number)s schemes published.", number=len(made)))


def _draft(kind: str) -> tuple[Scheme, Rules]:
    found = schemes.draft_of(kind)
    if found is None:
        raise NotFoundError
    return found, rulebook.read(found.rules)


@blueprint.post(f"/beheer/regelingen/{KIND}/concept")
@requires(SCHEMES)
def start_draft(kind: str) -> Answer:
    """Begin a new version."""
    schemes.start_draft(Kind(kind), actor=actor(), at=now())
    return go("edit_scheme", _("This is the draft. Change it, then publish it."), kind=kind)


GENERAL = (
    "title", "summary", "statement", "assessors", "months_valid", "interview", "blind",
)  # fmt: skip
PASS = ("least_percent", "least_level", "spread")
AFTER = ("declaration_months", "renewal_window_days", "renewal_points")
POINTS = ("course", "meeting", "pilot")


def _general_form(rules: Rules) -> SchemeForm:
    values: dict[str, Any] = {name: getattr(rules, name) for name in GENERAL}
    values |= {name: getattr(rules.pass_rule, name) for name in PASS}
    values |= {name: rules.terms.get(name) for name in rulebook.STEPS}
    values |= {name: getattr(rules.after, name) for name in AFTER}
    values |= {f"points_{name}": rules.after.points.get(name, 0) for name in POINTS}
    return SchemeForm(**values)


def _edit(draft: Scheme, rules: Rules, form: SchemeForm, *, refused: bool = False) -> Answer:
    return page(
        "edit_scheme",
        refused=refused,
        draft=draft,
        rules=rules,
        form=form,
        problems=rulebook.problems(rules),
        lists=LISTS,
    )


@blueprint.get(f"/beheer/regelingen/{KIND}")
@requires(SCHEMES)
def edit_scheme(kind: str) -> Answer:
    """Show the draft with everything that can be changed."""
    draft, rules = _draft(kind)
    return _edit(draft, rules, _general_form(rules))


@blueprint.post(f"/beheer/regelingen/{KIND}")
@requires(SCHEMES)
def save_scheme(kind: str) -> Answer:
    """Keep the general part of the draft."""
    draft, rules = _draft(kind)
    form = SchemeForm()
    if form.validate():
        given = form.data
        changed = replace(
            rules,
            **{name: given[name] for name in GENERAL},
            pass_rule=replace(rules.pass_rule, **{name: given[name] for name in PASS}),
            terms={name: given[name] or 0 for name in rulebook.STEPS},
            after=replace(
                rules.after,
                **{name: given[name] for name in AFTER},
                points={name: given[f"points_{name}"] or 0 for name in POINTS},
            ),
        )
        schemes.save(draft, changed, actor=actor(), at=now())
        return go("edit_scheme", _("Saved."), kind=kind)
    return _edit(draft, rules, form, refused=True)


@blueprint.post(f"/beheer/regelingen/{KIND}/publiceren")
@requires(SCHEMES)
def publish_scheme(kind: str) -> Answer:
    """Make the draft the version in use."""
    draft, rules = _draft(kind)
    form = _general_form(rules)
    with blaming(form):
        schemes.publish(draft, actor=actor(), at=now())
        return go("scheme_list", _("Published. New applications use this version."))
    return _edit(draft, rules, form, refused=True)


@blueprint.post(f"/beheer/regelingen/{KIND}/weggooien")
@requires(SCHEMES)
def drop_scheme(kind: str) -> Answer:
    """Throw the draft away."""
    draft, _rules = _draft(kind)
    schemes.drop(draft, actor=actor())
    return go("scheme_list", _("The draft is gone; the version in use stays."))


# --- parts ---------------------------------------------------------------------------------------

Part = Criterion | EvidenceRule | QuestionRule | EntryRule


def _part(rules: Rules, part: str, key: str) -> Part | None:
    if key == NEW:
        return None
    found: Part | None = next((p for p in getattr(rules, LISTS[part]) if p.key == key), None)
    if found is None:
        raise NotFoundError
    return found


def _part_form(rules: Rules, part: str, found: Part | None, **more: Any) -> PartForm:
    values = asdict(found) if found is not None else {}
    if part == "criterium":
        levels = values.pop("levels", []) + [""] * 4
        values |= {f"level_{place}": levels[place - 1] for place in range(1, 5)}
        criterion = CriterionForm(**more, **values)
        criterion.evidence.choices = [SelectChoice(e.key, e.title) for e in rules.evidence]
        criterion.questions.choices = [SelectChoice(q.key, q.label) for q in rules.questions]
        return criterion
    if part == "bewijs":
        return EvidenceRuleForm(**more, **values)
    if part == "vraag":
        values["title"] = values.pop("label", "")
        values["options"] = "\n".join(values.get("options", []))
        return QuestionRuleForm(**more, **values)
    values["exempt"] = "\n".join(values.get("exempt", []))
    entry = EntryRuleForm(**more, **values)
    none = SelectChoice("", "-")
    entry.question.choices = [none, *(SelectChoice(q.key, q.label) for q in rules.questions)]
    entry.evidence.choices = [none, *(SelectChoice(e.key, e.title) for e in rules.evidence)]
    return entry


def _new_key(title: str) -> str:
    words = re.findall(r"[a-z0-9]+", title.lower())
    return "_".join(words)[:50] or secrets.token_hex(4)


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _from_form(part: str, key: str, form: PartForm) -> Part:
    given = {k: v for k, v in form.data.items() if k != "csrf_token"}
    title = given.pop("title")
    if isinstance(form, CriterionForm):
        levels = [given.pop(f"level_{place}") or "" for place in range(1, 5)]
        given["evidence"], given["questions"] = given["evidence"] or [], given["questions"] or []
        return Criterion(key=key, title=title, levels=levels, **given)
    if isinstance(form, EvidenceRuleForm):
        return EvidenceRule(key=key, title=title, **{**given, "hint": given["hint"] or ""})
    if isinstance(form, QuestionRuleForm):
        given |= {"options": _lines(given["options"]), "hint": given["hint"] or ""}
        given["group"] = given["group"] or ""
        return QuestionRule(key=key, label=title, **given)
    del part
    given |= {
        "exempt": _lines(given["exempt"]), "course": given["course"] or "",
        "green": given["green"] or 0, "amber": given["amber"] or 0,
    }  # fmt: skip
    return EntryRule(key=key, title=title, **given)


@blueprint.get(f"/beheer/regelingen/{KIND}/{PART}/<slug:key>")
@requires(SCHEMES)
def edit_part(kind: str, part: str, key: str) -> Answer:
    """Show a criterion, a piece of evidence, a question or an entry rule of the draft."""
    _found, rules = _draft(kind)
    form = _part_form(rules, part, _part(rules, part, key), formdata=None)
    return page("edit_part", kind=kind, part=part, key=key, form=form, is_new=key == NEW)


@blueprint.post(f"/beheer/regelingen/{KIND}/{PART}/<slug:key>")
@requires(SCHEMES)
def save_part(kind: str, part: str, key: str) -> Answer:
    """Keep a part of the draft, take it away, or move it up."""
    draft, rules = _draft(kind)
    found = _part(rules, part, key)
    listed: list[Part] = list(getattr(rules, LISTS[part]))
    act = request.form.get("act", "")
    if found is not None and act == "weg":
        listed.remove(found)
    elif found is not None and act == "omhoog":
        place = listed.index(found)
        listed.insert(max(0, place - 1), listed.pop(place))
    else:
        form = _part_form(rules, part, None)
        if not form.validate():
            return page(
                "edit_part", refused=True, kind=kind, part=part, key=key, form=form,
                is_new=found is None,
            )  # fmt: skip
        own = found.key if found else _free_key(listed, form.title.data or "")
        made = _from_form(part, own, form)
        if found is None:
            listed.append(made)
        else:
            listed[listed.index(found)] = made
    changed: dict[str, Any] = {LISTS[part]: listed}
    schemes.save(draft, replace(rules, **changed), actor=actor(), at=now())
    return go("edit_scheme", _("Saved."), kind=kind, _anchor=LISTS[part])


def _free_key(listed: list[Part], title: str) -> str:
    key, taken = _new_key(title), {one.key for one in listed}
    while key in taken or key == NEW:
        key = f"{key}_2"
    return key
