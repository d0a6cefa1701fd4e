"""The faults keep up with the code they are planted in."""

from tests.faults.places import FAULTS
from tests.faults.plant import Fault, check_places


def test_every_fault_has_its_one_place():
    check_places([Fault(*row) for row in FAULTS])
