"""The parts a new installation starts with."""

from domain.faults import FAULTS
from domain.signals import Kind
from store.care_seed import DEMO_TECHNICIANS, part_name, parts_catalogue


def test_every_part_that_a_fault_needs_is_in_the_catalogue_and_fits() -> None:
    catalogue = parts_catalogue()
    for fault in FAULTS.values():
        for part in fault.parts:
            assert fault.kind is None or str(fault.kind) in catalogue[part]
    assert catalogue["heating_element"] == ("dishwasher", "water_heater")
    assert set(catalogue["sensor"]) == {str(kind) for kind in Kind}


def test_parts_are_named_as_people_write_them() -> None:
    assert part_name("heating_element") == "Heating element"


def test_somebody_of_the_demo_team_knows_every_kind() -> None:
    assert {kind for skills in DEMO_TECHNICIANS.values() for kind in skills} == set(Kind)
