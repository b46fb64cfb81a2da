"""A model's file is verified; what it says is monotone, repeatable, and never touches a hazard."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.faults import Urgency
from domain.findings import Evidence, Verdict
from domain.signals import Kind
from models.evaluation.ledger import Finding
from models.healthy.fleet_prior import priors_of
from models.trained.drift import has_drifted
from models.trained.file import as_text, parse_model, read_model, shipped, write_model
from models.trained.hold import hold
from models.trained.model import Belief, Example, Forest, Platt, Provenance, TrainedModel
from models.trained.name import checked_name
from models.trained.speak import speak
from models.trained.speakers import Speakers, believed, hear
from models.trained.unknown import as_row, score
from models.training.fleet import Labelled
from models.training.intervals import LEAST_FAILURES, coverage, fit_edges, fit_spread, held
from models.training.probability import fit_probabilities
from models.training.train import refit
from models.training.unknown import fit_forest
from tests.unit.index_stories import fault_story, signature_named, story
from tests.unit.synthetic_days import evening

WASHER = Kind.WASHING_MACHINE
GROUP = (WASHER, "washing_machine_drain_filter_clog")
INDICES = ("a", "b", "c")


def healthy_rows(seed: int = 3) -> np.ndarray:
    return np.abs(np.random.default_rng(seed).normal(0.0, 1.0, (400, 3)))


@pytest.fixture(scope="module")
def forest() -> Forest:
    fitted = fit_forest(INDICES, healthy_rows(), seed=7)
    assert fitted is not None
    return fitted


@pytest.fixture(scope="module")
def model(forest: Forest) -> TrainedModel:
    return TrainedModel(
        provenance=Provenance(
            name="test", simulated=True, labels=("truth.csv",), cases=("c",), appliances=9, appliance_months=12.5,
            data_from="2025-03-01", data_to="2025-06-01", appliance_models=("M1",), code_version="0+abc",
            figures={"held_out": {"n": 3, "ece": 0.01}},
        ),
        beliefs={WASHER: {"drain_s_per_l": Belief(noise_floor=0.09, drift=0.05)}},
        limits={GROUP: 0.7},
        calibration={GROUP: Platt(intercept=-1.0, slope=2.0)},
        watch={Kind.REFRIGERATOR: forest},
        ranges={WASHER: {"drain_s_per_l": (1.0, 3.5)}},
        spread={Urgency.SELF: (0.0, 0.5, 3.0)},
        examples=(Example(kind=WASHER, group=GROUP[1], urgency=Urgency.SELF, score=0.8, there=True, weight=0.5),),
    )  # fmt: skip


def verdict(probability: float, urgency: Urgency = Urgency.SELF, *, present: bool = True) -> Verdict:
    evidence = (Evidence(signal="x", expected=1.0, observed=2.0, unit="s", since=evening(3)),)
    return Verdict(fault="drain_filter_clog", present=present, at=evening(9), probability=probability,
                   urgency=urgency, evidence=evidence, detector=f"{GROUP[1]}/9")  # fmt: skip


# ---------------------------------------------------------------- the file
def test_saved_and_loaded_is_the_same(model: TrainedModel, tmp_path: Path) -> None:
    sealed = write_model(model, tmp_path / "m.json")
    assert sealed.model == model
    assert read_model(tmp_path / "m.json").sha256 == sealed.sha256
    assert as_text(sealed.model) == as_text(model)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace('"slope":2.0', '"slope":3.0'), "changed after training"),
        (lambda text: text.replace('"format":1', '"format":2'), "format 2"),
        (lambda text: text[: len(text) // 2], "no Wellkept model"),
        (lambda text: text.replace("2.0", "NaN"), "no Wellkept model"),
        (lambda text: text.replace("2.0", "1e999"), "no Wellkept model"),
        (lambda text: text.replace('"test"', '"\\ud800"'), "no Wellkept model"),
        (lambda text: "[]", "no Wellkept model"),
        (lambda text: "\x80\x04pickle", "no Wellkept model"),
    ],
    ids=[
        "tampered",
        "other format",
        "cut off",
        "not a number",
        "no finite number",
        "no letter",
        "other JSON",
        "no JSON",
    ],
)
def test_a_wrong_file_gets_one_clear_line(model: TrainedModel, change: object, words: str) -> None:
    with pytest.raises(BadInput, match=words) as refused:
        parse_model(change(as_text(model)).encode("latin-1"), "m.json")  # type: ignore[operator]
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"calibration": {GROUP: Platt(intercept=0.0, slope=-1.0)}},
        {"limits": {GROUP: 1.5}},
        {"beliefs": {WASHER: {"x": Belief(noise_floor=0.0, drift=0.1)}}},
        {"spread": {Urgency.SELF: (2.0, 1.0, 3.0)}},
        {"spread": {Urgency.SELF: (0.0, 1.0, 1e9)}},
        {"ranges": {WASHER: {"drain_s_per_l": (3.5, 1.0)}}},
        {"watch": {WASHER: Forest(indices=("a",), trees=(), usual_depth=5.0, limit=0.7)}},
        {"examples": (Example(kind=WASHER, group="x", urgency=Urgency.SELF, score=1e9, there=True),)},
    ],
)
def test_a_well_signed_file_with_senseless_numbers_is_refused(model: TrainedModel, wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput, match="no valid"):
        parse_model(as_text(replace(model, **wrong)).encode(), "m.json")  # type: ignore[arg-type]


def test_a_tree_that_walks_in_circles_is_refused(model: TrainedModel, forest: Forest) -> None:
    tree = forest.trees[0]
    circle = replace(forest, trees=(replace(tree, left=(0, *tree.left[1:])),))
    with pytest.raises(BadInput, match="outside of itself"):
        parse_model(as_text(replace(model, watch={WASHER: circle})).encode(), "m.json")


def test_the_shipped_model_is_whole_small_and_honest() -> None:
    sealed = shipped()
    assert len(as_text(sealed.model)) < 1_000_000
    assert sealed.model.provenance.simulated


# ---------------------------------------------------------------- what it says
def test_below_the_limit_nothing_is_said_and_absence_passes(model: TrainedModel) -> None:
    # 0.7 -> logit 0.8473; -1 + 2 * 0.8473 = 0.6946; 1 / (1 + e^-0.6946) = 0.667
    (said,) = speak(model, WASHER, [verdict(0.7)])
    assert said.probability == pytest.approx(0.667, abs=1e-3)
    assert said.score == 0.7
    assert speak(model, WASHER, [verdict(0.69)]) == []
    absent = verdict(0.0, present=False)
    assert speak(model, WASHER, [absent]) == [absent]


def test_a_hazard_is_never_held_back_nor_weakened(model: TrainedModel) -> None:
    urgent = verdict(0.3, Urgency.URGENT)
    assert speak(model, WASHER, [urgent]) == [urgent]


def test_what_the_model_never_met_passes_as_it_is(model: TrainedModel) -> None:
    other = replace(verdict(0.62), detector="newer_detector/1")
    (said,) = speak(model, WASHER, [other])
    assert said.probability == 0.62


@given(st.floats(0, 1), st.floats(0, 1), st.floats(-8, 8), st.floats(0, 8))
def test_a_higher_score_is_never_less_probable(low: float, high: float, intercept: float, slope: float) -> None:
    platt = Platt(intercept=intercept, slope=slope)
    assert 0.01 <= platt.probability(min(low, high)) <= platt.probability(max(low, high)) <= 0.99


def test_beliefs_of_the_model_reach_references_and_deviations(model: TrainedModel) -> None:
    assert believed(model, WASHER)["drain_s_per_l"].noise_floor == 0.09
    assert believed(model, WASHER)["fill_s_per_l"] == priors_of(WASHER)["fill_s_per_l"]
    assert believed(model, Kind.DRYER) is priors_of(Kind.DRYER)


def test_a_kind_whose_data_drifted_is_spoken_of_by_another(model: TrainedModel, tmp_path: Path) -> None:
    champion = write_model(model, tmp_path / "m.json")
    history, references = fault_story(signature_named(WASHER, "drain_filter_clog"), 0.6, 45)
    loud = hear(Speakers(champion=champion), WASHER, history, references, evening(45))
    fallen = hear(Speakers(champion=champion, instead={WASHER: None}), WASHER, history, references, evening(45))
    assert (loud.speaker, fallen.speaker) == (champion.sha256, None)
    assert [one.fault for one in loud.verdicts if one.present] == ["drain_filter_clog"]
    assert all(one.score is None for one in fallen.verdicts)


def test_a_challenger_is_heard_apart(model: TrainedModel, tmp_path: Path) -> None:
    champion = write_model(replace(model, limits={GROUP: 0.99}), tmp_path / "m.json")
    challenger = write_model(model, tmp_path / "c.json")
    history, references = fault_story(signature_named(WASHER, "drain_filter_clog"), 0.6, 45)
    heard = hear(Speakers(champion=champion, shadows=[challenger]), WASHER, history, references, evening(45))
    assert not any(one.present for one in heard.verdicts)
    said = [(sha256, one.fault) for sha256, one in heard.quiet if one.present]
    assert said == [(challenger.sha256, "drain_filter_clog")]


# ---------------------------------------------------------------- the watch for the unknown
def test_numbers_of_the_exported_trees_are_those_of_the_library(forest: Forest) -> None:
    from sklearn.ensemble import IsolationForest

    rows = healthy_rows()
    fitted = IsolationForest(n_estimators=16, max_samples=64, random_state=7).fit(rows)
    ours = [score(forest, row) for row in rows[:50]]
    assert ours == pytest.approx((-fitted.score_samples(rows[:50])).tolist(), abs=0.01)  # thresholds are rounded


def test_stranger_is_never_less_strange_by_much_and_the_order_of_indices_is_nothing(forest: Forest) -> None:
    scores = [score(forest, np.full(3, height)) for height in (0.5, 2.0, 4.0, 8.0)]
    assert scores == sorted(scores)
    strange = {"c": 3.0, "a": 1.0}
    assert as_row(INDICES, strange).tolist() == [1.0, 0.0, 3.0]
    assert as_row(INDICES, dict(reversed(strange.items()))).tolist() == [1.0, 0.0, 3.0]


def test_same_seed_same_forest_and_rows_untouched(forest: Forest) -> None:
    rows = healthy_rows()
    before = rows.copy()
    assert fit_forest(INDICES, rows, seed=7) == forest
    assert (rows == before).all()
    assert fit_forest(INDICES, rows[:50], seed=7) is None


def test_what_moves_without_a_name_is_for_review_only(tmp_path: Path, model: TrainedModel) -> None:
    kind = Kind.WATER_HEATER
    odd = {"end_lag_k": -9.0, "heat_rate_k_per_kwh": 0.9, "starts_per_heat_h": -1.2, "leakage_on_ma": 1.5}
    history, references = story(kind, odd, 45)
    indices = tuple(sorted(priors_of(kind)))
    rows = np.abs(np.random.default_rng(5).normal(0.0, 1.0, (400, len(indices))))
    watch = fit_forest(indices, rows, seed=7)
    assert watch is not None
    champion = write_model(replace(model, watch={kind: watch}), tmp_path / "m.json")
    heard = hear(Speakers(champion=champion), kind, history, references, evening(45))
    assert not any(one.present for one in heard.verdicts)
    ((sha256, review),) = heard.quiet
    assert (sha256, review.fault, review.present) == (champion.sha256, "unknown", True)
    assert {one.signal for one in review.evidence} <= set(odd)


# ---------------------------------------------------------------- fitting probabilities
def examples(group: str, share: float, number: int, score_of: float = 0.8) -> list[Example]:
    return [
        Example(kind=WASHER, group=group, urgency=Urgency.VISIT, score=score_of, there=place < share * number)
        for place in range(number)
    ]


def test_probabilities_are_those_of_the_examples() -> None:
    fitted = fit_probabilities([*examples("good", 0.95, 400), *examples("poor", 0.5, 400)])
    assert fitted[(WASHER, "good")].probability(0.8) == pytest.approx(0.95, abs=0.02)
    assert fitted[(WASHER, "poor")].probability(0.8) == pytest.approx(0.50, abs=0.02)


def test_few_examples_are_not_certain() -> None:
    fitted = fit_probabilities([*examples("many", 0.9, 200), *examples("three", 1.0, 3)])
    assert fitted[(WASHER, "many")].probability(0.8) == pytest.approx(0.9, abs=0.02)
    assert 0.8 < fitted[(WASHER, "three")].probability(0.8) < 0.88


def test_a_detector_that_never_spoke_is_believed_as_its_class_is() -> None:
    fitted = fit_probabilities([one for number in range(6) for one in examples(f"sound {number}", 0.99, 100)])
    never = fitted[(Kind.WATER_HEATER, "water_heater_limescale")]
    assert 0.9 < never.probability(0.8) < fitted[(WASHER, "sound 1")].probability(0.8)
    assert (Kind.WATER_HEATER, "sensor_fault_water_heater") not in fitted


def test_weak_evidence_is_worth_less_even_if_all_examples_were_true() -> None:
    true = [*examples("bearing", 1.0, 30, 0.6), *examples("bearing", 1.0, 30, 0.9)]
    fitted = fit_probabilities(true)[(WASHER, "bearing")]
    assert fitted.probability(0.55) < fitted.probability(0.9) - 0.05


def test_how_little_an_enriched_fleet_weighs_makes_nobody_unsure() -> None:
    light = [replace(one, weight=0.03) for one in examples("light", 1.0, 36)]
    assert fit_probabilities(light)[(WASHER, "light")].probability(0.8) > 0.9


def test_a_detector_that_is_often_wrong_does_not_hide_behind_its_class() -> None:
    class_of_it = [one for number in range(6) for one in examples(f"sound {number}", 0.99, 100)]
    fitted = fit_probabilities([*class_of_it, *examples("often wrong", 0.4, 40)])
    assert fitted[(WASHER, "often wrong")].probability(0.8) < 0.6
    assert fitted[(WASHER, "sound 1")].probability(0.8) > 0.95


def test_wrongly_blamed_sensors_say_nothing_of_parts() -> None:
    sound = examples("bearing", 1.0, 30)
    alone = fit_probabilities(sound)[(WASHER, "bearing")]
    beside = fit_probabilities([*sound, *examples("sensor_fault_washing_machine", 0.3, 300)])
    assert beside[(WASHER, "bearing")] == alone
    assert beside[(WASHER, "sensor_fault_washing_machine")].probability(0.8) == pytest.approx(0.3, abs=0.05)


def test_more_evidence_never_means_less_probability_even_if_the_examples_say_so() -> None:
    fitted = fit_probabilities([*examples("odd", 0.9, 50, 0.6), *examples("odd", 0.5, 50, 0.9)])
    assert fitted[(WASHER, "odd")].slope == 0.0


@pytest.mark.parametrize(
    ("outside", "appliances", "already", "drifted"),
    [(0.31, 10, False, True), (0.30, 10, False, False), (0.9, 9, False, False), (0.25, 50, True, True),
     (0.20, 50, True, False)],
)  # fmt: skip
def test_drift_has_a_limit_to_leave_and_a_lower_one_to_come_back(
    outside: float, appliances: int, already: bool, drifted: bool
) -> None:
    assert has_drifted(outside, appliances, already=already) is drifted


def test_the_hash_is_over_the_content_alone(model: TrainedModel) -> None:
    document = json.loads(as_text(model))
    assert parse_model(json.dumps(document, indent=3).encode(), "pretty").model == model


# ---------------------------------------------------------------- when it will fail
def test_edges_hold_their_share_of_as_many_more() -> None:
    ratios = [float(number) for number in range(1, 100)]
    # 0.125 - 1 / 100 = 0.115 to either side of 1 to 99; of nine in ten 0.04
    assert fit_edges(ratios) == pytest.approx((1 + 0.115 * 98, 50.0, 99 - 0.115 * 98))
    assert fit_edges(ratios, 0.9) == pytest.approx((1 + 0.04 * 98, 50.0, 99 - 0.04 * 98))
    assert fit_edges([1.0, 2.0, 3.0]) == (1.0, 2.0, 3.0)


def test_a_model_says_its_own_interval_from_the_same_moment(model: TrainedModel) -> None:
    # The code's edges of self-care are -0.1, 0.65, 2.1: over 20 days from evening 9 that is -2, 13 and 42 days.
    by_code = replace(
        verdict(0.9), fails_p10=evening(9) - timedelta(days=2), fails_p50=evening(22), fails_p90=evening(51)
    )
    (said,) = speak(model, WASHER, [by_code])
    assert (said.fails_p10, said.fails_p50, said.fails_p90) == (evening(9), evening(19), evening(69))
    (same,) = speak(replace(model, spread={}), WASHER, [by_code])
    assert (same.fails_p10, same.fails_p50, same.fails_p90) == (by_code.fails_p10, by_code.fails_p50, by_code.fails_p90)


def test_edges_are_fitted_by_class_where_enough_failed() -> None:
    finding = Finding(
        appliance_id="a", fault="drain_filter_clog", raised_at=evening(9), cleared_at=None, probability=0.9,
        urgency=Urgency.SELF, fails=None, action="", parts=(), evidence=(),
    )  # fmt: skip
    failed = [Labelled(kind=WASHER, finding=finding, there=True, ending=(float(days), 10.0))
              for days in range(1, 100)]  # fmt: skip
    never_failed = replace(failed[0], ending=None)
    assert fit_spread([*failed[: LEAST_FAILURES - 1], never_failed]) == {}
    spread = fit_spread(failed)
    assert spread[Urgency.SELF] == pytest.approx((-0.05, 5.0, 8.773))  # 1.227 to 8.773, but it may have failed already
    # up to 87 of 1 to 99
    assert coverage(held(failed, spread)) == {"self": {"n": 99, "inside": round(87 / 99, 4)}}


def test_a_rule_on_trial_is_quiet_and_the_others_speak() -> None:
    rule = "refrigerator_condenser_dust"
    held = hold(shipped().model, rule)
    loud = replace(verdict(0.95), fault="condenser_dust", detector=f"{rule}/1")
    assert speak(shipped().model, Kind.REFRIGERATOR, [loud]) != []
    assert speak(held, Kind.REFRIGERATOR, [loud]) == []
    others = {group: limit for group, limit in held.limits.items() if group != (Kind.REFRIGERATOR, rule)}
    assert others.items() <= shipped().model.limits.items()
    assert held.provenance.name.endswith(f"{rule} on trial")


def test_the_name_of_a_rule_on_trial_fits_the_registry() -> None:
    plain = shipped().model
    long = replace(plain, provenance=replace(plain.provenance, name=200 * "x"))
    name = hold(long, "washing_machine_drain_filter_clog").provenance.name
    assert checked_name(name).endswith("xx, washing_machine_drain_filter_clog on trial")


def test_a_rule_that_there_is_not_cannot_be_on_trial() -> None:
    with pytest.raises(BadInput, match="did you mean refrigerator_condenser_dust"):
        hold(shipped().model, "refrigerator_condensor_dust")
    with pytest.raises(BadInput, match=r"there are .*ac_filter_clog.*dryer_vent_clog.*water_heater"):
        hold(shipped().model, "nonsense")


def test_outcomes_do_not_hide_that_a_model_is_of_other_detectors(model: TrainedModel) -> None:
    outcome = Example(kind=WASHER, group=GROUP[1], urgency=Urgency.SELF, score=0.9, there=False)
    anew = refit(model, "anew", [outcome], "2026-01-01")
    assert anew.provenance.code_version == model.provenance.code_version
    assert anew.provenance.labels == ("outcomes", "truth.csv")
    assert anew.examples == (*model.examples, outcome)
