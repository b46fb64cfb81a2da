"""Precision and notice of rules and models, from what technicians and telemetry said of their findings. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from domain.service_record import FindingRecord
from quality.bounds import Bounded, share


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorFigures:
    """What became of some findings; days from a finding to the finished work are told where one was confirmed so."""

    findings: int
    confirmed: int
    wrong: int
    precision: Bounded
    """Confirmed by a technician or proved by telemetry, against what was wrong."""
    days_before_work: float | None
    """Median."""
    days_p10: float | None
    days_p90: float | None


def detector_figures(findings: Sequence[FindingRecord]) -> DetectorFigures:
    """The figures of some findings together."""
    confirmed, wrong = sum(one.confirmed for one in findings), sum(one.wrong for one in findings)
    days = [one.days_before_work for one in findings if one.days_before_work is not None]
    p10, p50, p90 = (float(day) for day in np.percentile(days, (10, 50, 90))) if days else (None, None, None)
    return DetectorFigures(
        findings=len(findings),
        confirmed=confirmed,
        wrong=wrong,
        precision=share(confirmed, confirmed + wrong),
        days_before_work=p50,
        days_p10=p10,
        days_p90=p90,
    )


def by_detector(findings: Iterable[FindingRecord]) -> dict[tuple[str, str, str], list[FindingRecord]]:
    """Findings by kind, fault and detector."""
    groups: dict[tuple[str, str, str], list[FindingRecord]] = {}
    for one in findings:
        groups.setdefault((one.kind, one.fault, one.detector), []).append(one)
    return dict(sorted(groups.items()))
