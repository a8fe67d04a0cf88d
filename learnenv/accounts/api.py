"""What other parts may ask about people and organisations."""

from dataclasses import dataclass

from sqlalchemy import select

from learnenv.accounts.models import Person
from learnenv.kernel.db import db
from learnenv.kernel.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Name, address and language of a person, as they are now."""

    person_id: int
    name: str
    email: str
    language: str


def person_facts(person_id: int) -> PersonFacts:
    """Return the facts of a person. Raises NotFoundError."""
    row = db.session.execute(
        select(Person.name, Person.email, Person.language).where(Person.id == person_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return PersonFacts(person_id, row.name, row.email, row.language)
