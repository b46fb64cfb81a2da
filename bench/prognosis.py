"""How often P10 to P90 held, and the edges that would: `python -m bench.prognosis OUT CASE...` after an evaluation.

Only findings with a prognosis whose failure is known count, once each, as they were raised. The edges are those of
`models.prognosis.SPREAD`: days left over the centre, conformal for so few (the share is widened by one in n).
"""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import numpy as np

from domain.faults import Urgency
from models.evaluation.runner import FINDINGS_FILE
from models.evaluation.tally import DAY
from models.evaluation.truth import Truth, read_truth
from models.prognosis import SPREAD

SHARE = 0.9


def fit_edges(left_over_centre: Sequence[float], share: float = SHARE) -> tuple[float, float, float]:
    """The edges that hold `share` of as many more, and the middle (split conformal prediction, Lei et al. 2018)."""
    count = len(left_over_centre)
    beside = max(0.0, (1.0 - share) / 2 - 1.0 / (count + 1))
    low, middle, high = np.quantile(np.asarray(left_over_centre, dtype=np.float64), [beside, 0.5, 1.0 - beside])
    return float(low), float(middle), float(high)


def measure(findings: Sequence[dict[str, Any]], truth: Sequence[Truth]) -> dict[Urgency, list[tuple[bool, float]]]:
    """By class: whether the interval held, and the days left over its centre, of each fault's first finding."""
    found: dict[Urgency, list[tuple[bool, float]]] = {}
    for one in truth:
        said = next((line for line in findings if _speaks_of(line, one)), None)
        if said is None or said["fails_p50"] is None or one.failure is None:
            continue
        urgency = Urgency(said["urgency"])
        raised, p10, p50, p90 = (_at(said[name]) for name in ("raised_at", "fails_p10", "fails_p50", "fails_p90"))
        centre = (p50 - raised) / DAY / SPREAD[urgency][1]
        if centre > 0:
            entry = (p10 <= one.failure <= p90, (one.failure - raised) / DAY / centre)
            found.setdefault(urgency, []).append(entry)
    return found


def _speaks_of(line: dict[str, Any], one: Truth) -> bool:
    """Raised between the day before the fault began and its end; `findings` are in order of raising."""
    if (line["appliance_id"], line["fault"]) != (one.appliance_id, one.fault) or one.onset is None:
        return False
    raised = _at(line["raised_at"])
    return one.onset - DAY <= raised and (one.end is None or raised <= one.end)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@click.command()
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("cases", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(out: Path, cases: tuple[Path, ...]) -> None:
    """Print coverage and refitted edges by class, over all CASES evaluated into OUT."""
    total: dict[Urgency, list[tuple[bool, float]]] = {}
    for case in cases:
        lines = (out / case.resolve().name / FINDINGS_FILE).read_text(encoding="utf-8").splitlines()
        for urgency, entries in measure([json.loads(line) for line in lines], read_truth(case) or ()).items():
            total.setdefault(urgency, []).extend(entries)
    for urgency, entries in sorted(total.items()):
        low, middle, high = fit_edges([ratio for _, ratio in entries])
        held = sum(inside for inside, _ in entries)
        click.echo(f"{urgency}: {held} of {len(entries)} held; edges {low:.2f}, {middle:.2f}, {high:.2f}")


if __name__ == "__main__":
    main()
