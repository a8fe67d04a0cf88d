"""Fixtures of the tests of accounts."""

import pytest

from learnenv.kernel.permissions import Role
from tests.factories import make_person


@pytest.fixture
def administrator(client):
    """An administrator, signed in."""
    person = make_person(roles=[(Role.ADMINISTRATOR, None)])
    client.sign_in(person)
    return person
