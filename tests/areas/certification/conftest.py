"""People in every role of certification, and a dossier in every state."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.factories.certification import House


@pytest.fixture
def house(app: Flask) -> House:
    """Return who works in certification, with the shipped schemes published."""
    del app
    return House.make()
