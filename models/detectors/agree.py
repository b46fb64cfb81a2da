"""Several detectors may speak of one fault; the appliance gets one verdict per fault."""

from collections.abc import Iterable
from dataclasses import replace

from domain.findings import Verdict
from models.detectors.contract import Detector


def agree(spoken: Iterable[tuple[Detector, Verdict]]) -> list[Verdict]:
    """One verdict per fault, in order of fault.

    Present wins over absent, with the evidence of all who see it, the measured first. One exception: when a
    measurement saw the fault end, a mere report that began before that end is outdated (the owner cleaned the filter
    but did not reset the counter).
    """
    by_fault: dict[str, list[tuple[Detector, Verdict]]] = {}
    for detector, verdict in spoken:
        by_fault.setdefault(verdict.fault, []).append((detector, verdict))
    return [_one(by_fault[fault]) for fault in sorted(by_fault)]


def _one(spoken: list[tuple[Detector, Verdict]]) -> Verdict:
    spoken = sorted(spoken, key=lambda pair: (not pair[0].measures, -pair[1].probability, pair[0].name))
    ends = [e.since for detector, verdict in spoken if detector.measures and not verdict.present
            for e in verdict.evidence]  # fmt: skip
    seen = [
        verdict
        for detector, verdict in spoken
        if verdict.present and (detector.measures or not ends or verdict.evidence[0].since > max(ends))
    ]
    if not seen:
        absent = [verdict for _, verdict in spoken if not verdict.present]
        return next((verdict for verdict in absent if verdict.evidence), absent[0])
    return replace(
        seen[0],
        probability=max(verdict.probability for verdict in seen),
        evidence=tuple(evidence for verdict in seen for evidence in verdict.evidence),
    )
