"""One contract over every detector: pure, order-free, robust to what is missing, monotone in severity."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import numpy as np
import pytest

from domain.faults import fault_of
from domain.findings import Verdict
from domain.signals import Kind
from models.detectors import DETECTORS, power_lost
from models.detectors.contract import Detector, References
from models.detectors.known_faults import SIGNATURES
from models.detectors.pattern import name_of
from models.features.day import Day
from models.features.plausible import WATCHED
from models.healthy.fleet_prior import IndexPrior, priors_of
from models.history import DatedIndex, FeatureHistory, history_of
from tests.unit.index_stories import fault_story
from tests.unit.synthetic_days import FIRST, Cooling, cooling_day, evening, remember, reported_day, washing_day

LAST = 45


def day_of(kind: Kind, number: int, severity: float) -> Day:
    """A day of a unit that is healthy until day 18; `severity` 1 is a grave fault."""
    if kind == Kind.AIR_CONDITIONER:
        flow = 1.0 if number < 18 else 1 - 0.5 * severity * min(1.0, (number - 18) / 20)
        return cooling_day(number, Cooling(flow=flow))
    if kind == Kind.WASHING_MACHINE:
        return washing_day(number, 2.0 if number < 18 else 2.0 + 4.0 * severity)
    on = number >= 18 and severity > 0
    return reported_day(number, filter_used_pct=20.0 + 100.0 * on * (1 + severity), filter_clean_alarm=float(on))


def case_of(detector: Detector, severity: float) -> tuple[FeatureHistory, References]:
    (kind, *_) = detector.kinds
    if detector.name == "defrost_silence":
        return story_of_days({"run_h": lambda n: 9.0, "defrost_h": lambda n: 0.4 * (n < 18 + 22 * (severity < 0.6))})
    if detector.name.startswith("sensor_fault"):
        return failing_sensor(kind, severity)
    if detector.name == "cooling_lost":
        warm = {index: lambda n: 30.0 * severity * (n >= 18) for index in ("fridge_c", "freezer_c")}
        return story_of_days({"run_h": lambda n: 9.0 if n < 18 else 0.0, **warm})
    if detector.name == "power_lost":
        return plug_story(lambda n: 60.0 if n < 18 else max(1.5, 60.0 * (1.0 - 0.98 * severity)))
    if detector.name == "heat_lost":
        left_k = {"tank_over_mains_k": lambda n: 35.0 if n < 18 else 35.0 * (1.0 - severity)}
        return story_of_days({"heat_h": lambda n: 2.5 if n < 18 else 2.5 * max(0.0, 1.0 - 2.0 * severity), **left_k})
    signature = next((signature for signature in SIGNATURES if name_of(signature) == detector.name), None)
    if signature is not None:
        return fault_story(signature, severity * max(4.0 * signature.level, signature.failure[1]), LAST)
    if not detector.measures:
        days = [
            reported_day(n, filter_used_pct=20 + 200 * severity * (n >= 18), filter_clean_alarm=float(n >= 18))
            for n in range(LAST + 1)
        ]
        return remember(kind, days, evening(LAST))
    return remember(kind, [day_of(kind, number, severity) for number in range(LAST + 1)], evening(LAST))


def failing_sensor(kind: Kind, severity: float) -> tuple[FeatureHistory, References]:
    """The kind's first sensor is sound until day 18 and then jumps to impossible values, on more rows the worse."""
    (signal, *_) = WATCHED[kind]
    return story_of_days(
        {
            f"usual.{signal}": lambda n: 20.0 + n % 3,
            f"odd_share.{signal}": lambda n: 0.06 * severity * (n >= 18),
        }
    )


def story_of_days(values: Mapping[str, Callable[[int], float]]) -> tuple[FeatureHistory, References]:
    rows = [
        (FIRST + timedelta(days=n), index, value(n), 0.0, 200.0)
        for n in range(LAST + 1)
        for index, value in values.items()
    ]
    return history_of(rows, evening(LAST)), {}


def plug_story(
    mean_w: Callable[[int], float], light_w: float = 16.0, only: float | None = 1.0
) -> tuple[FeatureHistory, References]:
    """A refrigerator behind a plug whose compressor draws 70 W until day 18, and whose light goes on ever after."""
    told = {"only_power": lambda _: only} if only else {"fridge_c": lambda _: 5.0}
    return story_of_days({"mean_power_w": mean_w, "on_power_w": lambda n: 70.0 if n < 18 else light_w, **told})


@pytest.mark.parametrize(("mean_w", "light_w", "only", "said"), [
    (1.6, 16.0, 1.0, True),
    (9.1, 16.0, 1.0, False),  # 0.15 of 60 W is 9 W
    (1.6, 25.0, 1.0, False),  # 0.35 of 70 W is 24.5 W: that is no light
    (1.6, 16.0, None, False),  # a unit that says its temperature is judged by it
])  # fmt: skip
def test_a_compressor_behind_a_plug_that_draws_nothing(
    mean_w: float, light_w: float, only: float | None, said: bool
) -> None:
    story = plug_story(lambda n: 60.0 if n < 18 else mean_w, light_w, only)
    verdict = power_lost.judge(*story, evening(LAST))
    assert (verdict is not None and verdict.present) is said


def test_a_meter_that_stands_still_is_no_dead_compressor() -> None:
    """Its constant value is below what running is told by, so that no day has a power of running."""
    history, _ = plug_story(lambda n: 60.0 if n < 18 else 1.5)
    rows = [row for row in rows_of(history) if row[1] != "on_power_w" or row[0] < FIRST + timedelta(days=18)]
    assert power_lost.judge(history_of(rows, evening(LAST)), {}, evening(LAST)) is None
    one_day = plug_story(lambda n: 60.0 if n < LAST - 1 else 1.5)  # of which the last is not over yet
    assert power_lost.judge(*one_day, evening(LAST - 1)) is None


def test_a_meter_that_reads_less_after_work_on_it_is_no_dead_compressor() -> None:
    """It read 500 W in place of 55 W until it was replaced: what runs as long as ever has not stopped."""
    read = {"mean_power_w": (240.0, 26.0), "on_power_w": (500.0, 55.0), "only_power": (1.0, 1.0)}
    for run_h, said in ((9.0, False), (0.5, True)):
        rows = [
            (FIRST + timedelta(days=n), index, values[n >= 18], 0.0, 200.0)
            for n in range(LAST + 1)
            for index, values in (read | {"run_h": (9.0, run_h)}).items()
        ]
        verdict = power_lost.judge(history_of(rows, evening(LAST)), {}, evening(LAST))
        assert (verdict is not None and verdict.present) is said


def rows_of(history: FeatureHistory) -> list[DatedIndex]:
    return [
        (day, index, float(value), float(spread), float(weight))
        for index, series in history.series.items()
        for day, value, spread, weight in zip(series.days, series.values, series.spreads, series.weights, strict=True)
    ]


def watched_priors(detector: Detector) -> list[IndexPrior]:
    """Where the fleet tells a level, a detector may speak before anything of the unit is learned."""
    (kind, *_) = detector.kinds
    return [prior for index, prior in priors_of(kind).items() if index in detector.indices]


@pytest.fixture(scope="module", params=DETECTORS, ids=lambda detector: detector.label)
def detector(request: pytest.FixtureRequest) -> Detector:
    found: Detector = request.param
    return found


@pytest.fixture(scope="module")
def grave(detector: Detector) -> tuple[FeatureHistory, References]:
    return case_of(detector, 1.0)


def spoken(detector: Detector, case: tuple[FeatureHistory, References], now: datetime) -> Verdict:
    verdict = detector.judge(*case, now)
    assert verdict is not None
    return verdict


def test_it_says_what_it_is(detector: Detector) -> None:
    assert len(detector.cannot_see) > 40
    assert all(fault_of(kind, detector.fault).code == detector.fault for kind in detector.kinds)
    assert len({other.label for other in DETECTORS}) == len(DETECTORS)


def test_a_grave_fault_is_seen_with_evidence(detector: Detector, grave: tuple[FeatureHistory, References]) -> None:
    verdict = spoken(detector, grave, evening(LAST))
    assert verdict.present
    assert verdict.fault == detector.fault
    assert verdict.detector == detector.label
    assert verdict.at == evening(LAST)
    assert all(evidence.since <= verdict.at and evidence.note for evidence in verdict.evidence)
    assert evening(16) < verdict.evidence[0].since <= evening(40)


def test_same_input_same_verdict_and_input_untouched(
    detector: Detector, grave: tuple[FeatureHistory, References]
) -> None:
    before = rows_of(grave[0])
    first = detector.judge(*grave, evening(LAST))
    assert detector.judge(*grave, evening(LAST)) == first
    assert rows_of(grave[0]) == before


def test_order_of_days_does_not_matter(detector: Detector, grave: tuple[FeatureHistory, References]) -> None:
    rows = rows_of(grave[0])
    shuffled = [rows[place] for place in np.random.default_rng(5).permutation(len(rows))]
    history = history_of(shuffled, evening(LAST))
    assert detector.judge(history, grave[1], evening(LAST)) == detector.judge(*grave, evening(LAST))


def test_missing_indices_and_references_are_survived(
    detector: Detector, grave: tuple[FeatureHistory, References]
) -> None:
    history, references = grave
    for gone in (*detector.indices, None):
        kept = {name: series for name, series in history.series.items() if gone is not None and name != gone}
        detector.judge(FeatureHistory(series=kept, today=history.today), references, evening(LAST))
    nothing = FeatureHistory(series={}, today=history.today, memo={})
    assert detector.judge(nothing, {}, evening(LAST)) is None
    if detector.references and not any(prior.level for prior in watched_priors(detector)):
        assert detector.judge(history, {}, evening(LAST)) is None


def test_graver_is_never_less_probable(detector: Detector) -> None:
    probabilities = []
    for severity in (0.5, 0.7, 0.9, 1.1):
        verdict = detector.judge(*case_of(detector, severity), evening(LAST))
        probabilities.append(verdict.probability if verdict and verdict.present else 0.0)
    assert probabilities == sorted(probabilities)
    assert probabilities[-1] >= 0.6


def test_no_look_ahead(detector: Detector, grave: tuple[FeatureHistory, References]) -> None:
    early = history_of(rows_of(grave[0]), evening(15))
    verdict = detector.judge(early, grave[1], evening(15))
    assert verdict is None or not verdict.present
