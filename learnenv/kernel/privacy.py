"""What a column holds about a person, written down beside the column.

Export, erasure and retention are made from these marks (AVG articles 5, 15, 17, 20);
`tests/house` fails on a column without one.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import MappedColumn, mapped_column


class Erasure(StrEnum):
    """What happens to the value when a person is erased."""

    KEEP = "keep"
    BLANK = "blank"
    DELETE = "delete"
    PSEUDONYMISE = "pseudonymise"


@dataclass(frozen=True, slots=True)
class Privacy:
    """Why a column holds personal data and for how long."""

    purpose: str
    basis: str
    term: str
    erasure: Erasure


NOT_PERSONAL = "not personal"

ACCOUNT = Privacy(
    "let a person sign in and be addressed",
    "public task",
    "two years after the last visit",
    Erasure.BLANK,
)
SECURITY = Privacy(
    "protect the account against misuse", "legitimate interest", "one year", Erasure.DELETE
)
LEARNING = Privacy(
    "keep what a person learned and did",
    "public task",
    "two years after the last visit",
    Erasure.DELETE,
)
PROOF = Privacy(
    "prove afterwards that a certificate was issued",
    "public task (AVG 17(3)(b) and (d))",
    "the term of the selection list",
    Erasure.PSEUDONYMISE,
)
ACCOUNTABILITY = Privacy(
    "account for decisions and for access to data", "public task", "seven years", Erasure.KEEP
)
CERTIFICATION = Privacy(
    "assess and certify advisers, agencies, institutes and trainings, and account for it",
    "public task",
    "five years after the certification ended",
    Erasure.KEEP,
)
EVIDENCE = Privacy(
    "show that an applicant meets a criterion",
    "public task",
    "one year after the decision can no longer be challenged",
    Erasure.DELETE,
)
PUBLICITY = Privacy(
    "let organisations find and choose advisers, agencies and trainings",
    "consent of who is listed",
    "until the consent is withdrawn",
    Erasure.BLANK,
)
REVIEWING = Privacy(
    "show that a review comes from somebody who took part, and moderate it",
    "public task",
    "as long as the review stands, two years after",
    Erasure.PSEUDONYMISE,
)
BOOKING = Privacy(
    "keep a seat and prove attendance",
    "public task",
    "two years after the training",
    Erasure.DELETE,
)
NEEDS = Privacy(
    "let an organiser make a training accessible for who comes",
    "consent of who asks",
    "thirty days after the training",
    Erasure.DELETE,
)
PURCHASE = Privacy(
    "choose a provider, and account for the choice",
    "public task",
    "seven years",
    Erasure.PSEUDONYMISE,
)
FIGURES = Privacy(
    "count unique civil servants per year (programme plan, area 2)",
    "public task",
    "end of the programme",
    Erasure.PSEUDONYMISE,
)


def plain(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    """Declare a column that says nothing about a person."""
    return mapped_column(*args, info={"privacy": NOT_PERSONAL}, **kwargs)


def personal(privacy: Privacy, *args: Any, **kwargs: Any) -> MappedColumn[Any]:
    """Declare a column that holds personal data, with the reason."""
    return mapped_column(*args, info={"privacy": privacy}, **kwargs)
