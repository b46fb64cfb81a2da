"""What a finding counts at real base rates, worked out by hand."""

import pytest

from domain.readings import to_us
from domain.signals import Kind
from models.evaluation.base_rates import counts_of, with_runs
from models.evaluation.matching import Judged, match
from models.evaluation.truth import Truth, Weight
from models.training.fleet import Fleet
from models.training.real_rates import at_real_rates
from models.training.record import Recorded
from tests.unit.evaluation_cases import at, finding, fleet, truth

FRIDGE = Kind.REFRIGERATOR
SEAL, COMPRESSOR = ("refrigerator", "door_seal_leak"), ("refrigerator", "compressor_failing")
NAMES = [f"fridge-{number}" for number in range(10)]
WATCHED = {name: (FRIDGE, at(0), at(100)) for name in NAMES}
TORN = truth("fridge-0", "door_seal_leak", onset=21, detectable=30, end=68)
"""With its tolerances, a day and two, there for half of the hundred days: a twentieth of the time of ten units."""


def judged(days: float, *there: Truth) -> Judged:
    """A compressor found on the first unit."""
    return match([finding("fridge-0", "compressor_failing", days)], there, fleet({"fridge-0": FRIDGE})).judged[0]


def test_the_share_of_time_in_which_a_fault_is_there_is_read_off_the_truth() -> None:
    other = truth("fridge-1", "door_seal_leak", onset=91, detectable=None)  # there until the end: a tenth of its time
    found = with_runs({SEAL: Weight(0.2, 0.02), COMPRESSOR: Weight(0.1, 0.01)}, [TORN, other], WATCHED)
    assert found[SEAL].runs == pytest.approx((50 + 10) / 1000)
    assert found[COMPRESSOR].runs == 0.0


def test_a_finding_counts_as_the_moment_at_which_it_is_raised_is_frequent() -> None:
    # Seals are there in a tenth of the time of the fleet and are drawn ten times as often as they happen: nothing is
    # there in 0.9 of its time and in 0.99 of that of real homes.
    count = counts_of({SEAL: Weight(0.2, 0.02, runs=0.1), COMPRESSOR: Weight(0.1, 0.02)}, [TORN])
    beside_a_seal, before_it = count(FRIDGE, judged(40, TORN)), count(FRIDGE, judged(10, TORN))
    assert beside_a_seal == pytest.approx((0.2, 0.1))
    assert before_it == pytest.approx((0.2, 0.99 / 0.9))
    # A detector that is wrong at any moment alike is wrong as often in real homes as in the fleet.
    assert 0.1 * beside_a_seal.false + 0.9 * before_it.false == pytest.approx(1.0)


def test_a_false_finding_beside_a_broken_sensor_counts_as_broken_sensors_do() -> None:
    broken = truth("fridge-0", "sensor_fault", onset=10, detectable=10)
    count = counts_of({("refrigerator", "sensor_fault"): Weight(0.04, 0.01, runs=0.02)}, [broken])
    assert count(FRIDGE, judged(40, broken)).false == pytest.approx(0.25)
    assert count(FRIDGE, judged(5, broken)).false == pytest.approx((1 - 0.005) / (1 - 0.02))


def test_without_chances_every_finding_counts_one() -> None:
    assert counts_of({}, [TORN])(FRIDGE, judged(40, TORN)) == (1.0, 1.0)


def recorded(name: str, *there: Truth, drawn: float = 0.0, days: float = 100.0) -> Fleet:
    """A fleet of ten refrigerators; with `drawn` its chance of a seal, of which a tenth is real."""
    units = [
        Recorded(appliance=one, said=(), services=(), first_us=to_us(at(0)), last_us=to_us(at(days)))
        for one in fleet(dict.fromkeys(NAMES, FRIDGE)).values()
    ]
    weights = {SEAL: Weight(drawn, drawn / 10)} if drawn else {}
    return Fleet(name=name, recorded=units, truth=there, weights=weights)


def test_healthy_months_beside_an_enriched_fleet_make_its_true_findings_count_for_them_too() -> None:
    """A seal there in a twentieth of the enriched fleet is there in a fortieth of both: what is true counts twice as
    much. Nothing is there in 0.975 of the time of both, and in 0.995 of that of real homes."""
    enriched, sound = at_real_rates([recorded("a", TORN, drawn=0.2), recorded("b")])
    assert enriched.weights == sound.weights
    assert enriched.weights[SEAL] == pytest.approx((0.1, 0.02, 0.025))
    assert counts_of(sound.weights, ())(FRIDGE, judged(40)).false == pytest.approx(0.995 / 0.975)


def test_a_fleet_with_faults_whose_chances_nobody_knows_is_real_as_it_is() -> None:
    enriched, field = at_real_rates([recorded("a", TORN, drawn=0.2), recorded("field", TORN)])
    assert enriched.weights[SEAL] == pytest.approx((0.2, 0.02, 0.05))
    assert field.weights == {}
    assert at_real_rates([field]) == [field]
