"""Hand-made histories of daily indices for the tests of detectors: healthy, then a fault that grows from a day on."""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from domain.signals import Kind
from models.detectors.known_faults import SIGNATURES
from models.detectors.signature import Signature
from models.features.air_conditioner import AT_HEATING
from models.healthy.fleet_prior import priors_of
from models.healthy.learners import EXPECTED, RATIO, learn_missing
from models.healthy.reference import Reference
from models.history import DatedIndex, FeatureHistory, history_of
from tests.unit.synthetic_days import FIRST, evening

AFTER = 20
"""The day from which the fault grows, for ten days, to its full severity."""
CONTEXT = {"ambient_c": 24.0, "inlet_c": 15.0, "spin_rpm": 1200.0, "load_kg": 4.0, "doors_per_h": 1.0,
           "compressor_hz": 45.0, "rest_pace_per_h": 1.0, "mains_s_per_l": 20.0}  # fmt: skip


def growth(number: int) -> float:
    """Share of the full severity on a day."""
    return float(np.clip((number - AFTER) / 10.0, 0.0, 1.0))


def signature_named(kind: Kind, fault: str) -> Signature:
    """The signature of a fault; of several stages the first."""
    return next(signature for signature in SIGNATURES if (signature.kind, signature.fault) == (kind, fault))


def story(
    kind: Kind,
    moves: Mapping[str, float],
    last: int,
    *,
    missing: frozenset[str] = frozenset(),
    seed: int = 1,
) -> tuple[FeatureHistory, dict[str, Reference]]:
    """What is remembered of a unit whose indices move by `moves` (in the scale of each) at full severity."""
    rng = np.random.default_rng(seed)
    rows: list[DatedIndex] = []
    for number in range(last + 1):
        day, share = FIRST + timedelta(days=number), growth(number)
        for index, prior in priors_of(kind).items():
            if index in missing or (index in CONTEXT and index not in moves):
                continue
            level = prior.level[0] if prior.level else 1.0
            value = level + moves.get(index, 0.0) * share + rng.normal(0.0, 0.5 * prior.noise_floor)
            rows.append(
                (day, index, float(np.exp(value)) if prior.log else float(value), 0.0, max(10.0, prior.least_weight))
            )
        for index, usual in CONTEXT.items():
            if index not in missing:
                moved = np.exp(moves[index] * share) if index in moves and index not in priors_of(kind) else 1.0
                rows.append((day, index, usual * moved * float(rng.normal(1.0, 0.02)), 0.0, 10.0))
        if kind == Kind.AIR_CONDITIONER:
            rows += _cooling(number, moves, missing, rng)
    history = history_of(rows, evening(last))
    if kind == Kind.AIR_CONDITIONER:
        return history, {index: _of_windows(index) for index in RATIO if index not in missing | AT_HEATING}
    return history, {found.index: found for found in learn_missing(kind, history, {}, lambda first, last: [])}


def fault_story(
    signature: Signature, amplitude: float, last: int, seed: int = 1
) -> tuple[FeatureHistory, dict[str, Reference]]:
    """A unit with this fault at this amplitude, exactly in the proportions of the signature."""
    return story(
        signature.kind, {effect.index: effect.size * amplitude for effect in signature.effects}, last, seed=seed
    )


def _cooling(
    number: int, moves: Mapping[str, float], missing: frozenset[str], rng: np.random.Generator
) -> list[DatedIndex]:
    day = FIRST + timedelta(days=number)
    rows: list[DatedIndex] = []
    for index, ratio in RATIO.items():
        if index not in missing | AT_HEATING:
            moved = float(np.exp(moves.get(index, 0.0) * growth(number) + rng.normal(0.0, 0.01)))
            rows += [(day, index, 10.0 * moved, 0.0, 8.0), (day, ratio, moved, 0.0, 8.0)]
            rows.append((day, EXPECTED[index], 10.0, 0.0, 8.0))
    return rows


def _of_windows(index: str) -> Reference:
    return Reference(index=index, learned_from=FIRST, learned_to=FIRST + timedelta(days=13), model={"noise": 0.02})
