"""The life of a dossier, from the first answer to the register."""

from __future__ import annotations

from learnenv.areas.certification.models import Outcome, State
from learnenv.areas.certification.queries import dossiers
from learnenv.areas.certification.trail import broken
from tests.factories.certification import House, registration_of, reload


def test_f2_a_dossier_goes_the_whole_way(house: House) -> None:
    dossier = house.decided(Outcome.GRANTED)
    assert reload(dossier).state == State.GRANTED
    entry = registration_of(dossier)
    assert entry.standing == "valid"
    lines = dossiers.trail(dossier.id)
    assert not broken(lines)
    assert [line.after for line in lines if line.before != line.after] == [
        "screening", "assigning", "assessing", "advising", "deciding", "granted",
    ]  # fmt: skip
