"""The privacy page is made from the marks of the columns, so it cannot say less than is kept."""

from dataclasses import dataclass
from typing import Any

from learnenv.kernel import privacy
from learnenv.kernel.db import Base
from learnenv.kernel.i18n import lazy_gettext as _
from learnenv.kernel.privacy import Erasure, Privacy


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Data that is kept for one reason, in words for whoever it is about."""

    purpose: Any
    basis: Any
    term: Any
    erasure: Any
    fields: tuple[str, ...]


WORDS = {
    privacy.ACCOUNT: (
        _("To let you sign in and to address you"),
        _("Public task"),
        _("Two years after your last visit"),
    ),
    privacy.SECURITY: (
        _("To protect your account against misuse"),
        _("Legitimate interest"),
        _("One year"),
    ),
    privacy.LEARNING: (
        _("To keep what you learned and did"),
        _("Public task"),
        _("Two years after your last visit"),
    ),
    privacy.PROOF: (
        _("To prove later that a certificate was issued"),
        _("Public task"),
        _("The term of the selection list of the archive law"),
    ),
    privacy.ACCOUNTABILITY: (
        _("To account for decisions and for access to data"),
        _("Public task"),
        _("Seven years"),
    ),
    privacy.CERTIFICATION: (
        _("To assess and certify, and to account for it"),
        _("Public task"),
        _("Five years after the certification ended"),
    ),
    privacy.EVIDENCE: (
        _("To show that an applicant meets a criterion"),
        _("Public task"),
        _("One year after the decision can no longer be challenged"),
    ),
    privacy.PUBLICITY: (
        _("To let organisations find and choose advisers, agencies and trainings"),
        _("Your consent"),
        _("Until you withdraw your consent"),
    ),
    privacy.REVIEWING: (
        _("To show that a review comes from somebody who took part, and to moderate it"),
        _("Public task"),
        _("As long as the review stands, and two years after"),
    ),
    privacy.BOOKING: (
        _("To keep a seat for you and to prove that you were there"),
        _("Public task"),
        _("Two years after the training"),
    ),
    privacy.NEEDS: (
        _("To let an organiser make a training accessible for you"),
        _("Your consent"),
        _("30 days after the training"),
    ),
    privacy.PURCHASE: (
        _("To choose a provider, and to account for the choice"),
        _("Public task"),
        _("Seven years"),
    ),
    privacy.FIGURES: (
        _("To count how many civil servants learn in a year"),
        _("Public task"),
        _("Until the end of the programme"),
    ),
}
ERASURES = {
    Erasure.KEEP: _("It stays, because we must be able to account for it."),
    Erasure.BLANK: _("It is emptied."),
    Erasure.DELETE: _("It is deleted."),
    Erasure.PSEUDONYMISE: _("It stays, without your name."),
}


def kept_about_people() -> list[Group]:
    """Return what all tables keep about people, by purpose, the largest group first."""
    found: dict[Privacy, list[str]] = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            mark = column.info.get("privacy")
            if isinstance(mark, Privacy):
                found.setdefault(mark, []).append(f"{table.name}.{column.name}")
    ordered = sorted(found.items(), key=lambda item: -len(item[1]))
    return [_group(mark, fields) for mark, fields in ordered]


def _group(mark: Privacy, fields: list[str]) -> Group:
    purpose, basis, term = WORDS.get(mark, (mark.purpose, mark.basis, mark.term))
    return Group(
        purpose=purpose,
        basis=basis,
        term=term,
        erasure=ERASURES[mark.erasure],
        fields=tuple(sorted(fields)),
    )
