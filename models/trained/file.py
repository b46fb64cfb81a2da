"""A model as one JSON file, never a pickle: {"format", "sha256", "content"}, the hash over the canonical content.

The hash tells damage and change by hand. Who may replace the whole file may also write a fitting hash: the registry
in the database remembers the hash of every model that was registered, and runs nothing else.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from domain.errors import BadInput
from domain.faults import Urgency
from domain.signals import Kind
from models.evaluation.whole_file import write_whole
from models.trained.model import Belief, Example, Forest, Platt, Provenance, TrainedModel

FORMAT: Final = 1
SHIPPED: Final = Path(__file__).with_name("shipped.json")
MOST_BYTES: Final = 16_000_000
"""A file beyond this is no model of ours (E); ours are below one MB."""
MOST_EDGE: Final = 100.0
"""An edge of a prognosis beyond this multiple of the time that such faults take is none that was fitted (E); ours are
below 4. Far beyond it no calendar has the day."""


class Sealed(NamedTuple):
    """A model with the hash of its content, which is its name in the registry."""

    sha256: str
    model: TrainedModel


class _Content(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The content as it is stored: keys are texts."""

    provenance: Provenance
    beliefs: dict[str, dict[str, Belief]]
    limits: dict[str, dict[str, float]]
    calibration: dict[str, dict[str, Platt]]
    watch: dict[str, Forest]
    ranges: dict[str, dict[str, tuple[float, float]]]
    examples: tuple[Example, ...]
    spread: dict[str, tuple[float, float, float]] = {}


def as_text(model: TrainedModel) -> str:
    """The file's text; the same model gives the same text."""
    content = msgspec.to_builtins(_stored(model))
    document = {"format": FORMAT, "sha256": _digest(content), "content": content}
    return json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def write_model(model: TrainedModel, path: Path) -> Sealed:
    """Write the file, whole or not at all, and read it back; BadInput if it cannot be written."""
    return read_model(write_whole(path, as_text(model)))


def read_model(path: Path) -> Sealed:
    """Read and verify a file; BadInput with one line if it is no model, of another format, or was changed."""
    if path.stat().st_size > MOST_BYTES:
        raise BadInput(f"{path} is no Wellkept model: it is far too large")
    return parse_model(path.read_bytes(), str(path))


def parse_model(content: bytes, name: str) -> Sealed:
    """As `read_model`, from memory."""
    try:
        document = json.loads(content, parse_constant=_refuse, parse_float=_finite)
        stored_format, digest, stored = document["format"], document["sha256"], document["content"]
        found = _digest(stored)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadInput(f"{name} is no Wellkept model; make one with `wellkept train CASE... --out MODEL`") from error
    if stored_format != FORMAT:
        raise BadInput(f"{name} is a model of format {stored_format}, this version reads format {FORMAT}: train anew")
    if found != digest:
        raise BadInput(f"{name} was changed after training (its SHA-256 does not fit): take the original file")
    try:
        model = _model(msgspec.convert(stored, _Content))
        _check(model)
    except (msgspec.ValidationError, ValueError) as error:
        raise BadInput(f"{name} is no valid Wellkept model: {error}") from error
    return Sealed(sha256=digest, model=model)


@cache
def shipped() -> Sealed:
    """The model that comes with the program, trained on simulated fleets."""
    return read_model(SHIPPED)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _finite(text: str) -> float:
    """JSON has no infinity, but 1e999 is read as one."""
    value = float(text)
    if not isfinite(value):
        raise ValueError(f"{text} is too large a number")
    return value


def _digest(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _stored(model: TrainedModel) -> _Content:
    return _Content(
        provenance=model.provenance,
        beliefs={str(kind): dict(found) for kind, found in model.beliefs.items()},
        limits=_by_kind(model.limits),
        calibration=_by_kind(model.calibration),
        watch={str(kind): forest for kind, forest in model.watch.items()},
        ranges={str(kind): dict(found) for kind, found in model.ranges.items()},
        examples=model.examples,
        spread={str(urgency): edges for urgency, edges in model.spread.items()},
    )


def _model(content: _Content) -> TrainedModel:
    return TrainedModel(
        provenance=content.provenance,
        beliefs={Kind(kind): found for kind, found in content.beliefs.items()},
        limits=_flat(content.limits),
        calibration=_flat(content.calibration),
        watch={Kind(kind): forest for kind, forest in content.watch.items()},
        ranges={Kind(kind): found for kind, found in content.ranges.items()},
        examples=content.examples,
        spread={Urgency(urgency): edges for urgency, edges in content.spread.items()},
    )


def _by_kind(flat: Mapping[tuple[Kind, str], Any]) -> dict[str, dict[str, Any]]:
    nested: dict[str, dict[str, Any]] = {}
    for (kind, group), value in flat.items():
        nested.setdefault(str(kind), {})[group] = value
    return nested


def _flat(nested: Mapping[str, Mapping[str, Any]]) -> Mapping[tuple[Kind, str], Any]:
    return {(Kind(kind), group): value for kind, groups in nested.items() for group, value in groups.items()}


def _check(model: TrainedModel) -> None:
    """ValueError if a number makes no sense: a file with a right hash may still be written by a wrong hand."""
    if any(platt.slope < 0 for platt in model.calibration.values()):
        raise ValueError("a probability must not fall with the evidence")
    if any(not 0 <= limit < 1 for limit in model.limits.values()):
        raise ValueError("a limit must be within 0 to 1")
    if any(b.noise_floor <= 0 or b.drift < 0 for found in model.beliefs.values() for b in found.values()):
        raise ValueError("noise must be a positive number")
    if any(not low < middle < high for low, middle, high in model.spread.values()):
        raise ValueError("the edges of a prognosis must rise")
    if any(abs(edge) > MOST_EDGE for edges in model.spread.values() for edge in edges):
        raise ValueError(f"the edges of a prognosis must be within {MOST_EDGE:g} of the time that such faults take")
    if any(low > high for found in model.ranges.values() for low, high in found.values()):
        raise ValueError("a usual range must not end before it begins")
    if any(not 0 <= one.score <= 1 or one.weight < 0 for one in model.examples):
        raise ValueError("the score of an example must be within 0 to 1, and its weight not below 0")
    for forest in model.watch.values():
        if not forest.trees or not forest.indices or forest.usual_depth <= 0:
            raise ValueError("a watch for the unknown needs indices, trees and a depth")
        for tree in forest.trees:
            nodes = len(tree.feature)
            if not nodes or any(len(part) != nodes for part in (tree.threshold, tree.left, tree.right, tree.depth)):
                raise ValueError("a tree has parts of different length")
            for node in range(nodes):
                if tree.left[node] == -1:
                    continue
                # Children come after their parent, so that every walk ends.
                inside = node < tree.left[node] < nodes and node < tree.right[node] < nodes
                if not inside or not 0 <= tree.feature[node] < len(forest.indices):
                    raise ValueError("a tree points outside of itself")
