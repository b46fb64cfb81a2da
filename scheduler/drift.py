"""Does the speaking model still fit the data? Where it does not, the one before it speaks, and that is said."""

from models.trained.drift import DriftParams, has_drifted
from models.trained.registered import speakers_at_work
from scheduler.work import Counts, Work, log
from store.database import translated
from store.model_registry import note_drift, outside_ranges, read_drift

PARAMS = DriftParams()


def watch_drift(work: Work) -> Counts:
    """Compare the last days of every kind with what the champion was trained on."""
    with translated(), work.connection.transaction():
        champion = speakers_at_work(work.connection).champion
        if champion is None:
            return {}
        known = {check.kind: check for check in read_drift(work.connection)}
        ranges = {str(kind): found for kind, found in champion.model.ranges.items()}
        fallen = 0
        for kind, (outside, appliances) in outside_ranges(work.connection, ranges, PARAMS.days).items():
            before = known.get(kind)
            already = before is not None and before.fallen_back and before.model_sha256 == champion.sha256
            drifted = has_drifted(outside, appliances, already=already, params=PARAMS)
            note_drift(
                work.connection,
                {"kind": kind, "model_sha256": champion.sha256, "outside": outside, "appliances": appliances,
                 "fallen_back": drifted, "at": work.now},
            )  # fmt: skip
            fallen += drifted
            if drifted != already:
                text = "the model before speaks of this kind" if drifted else "the champion speaks of this kind again"
                log.warning("model_drift", text=text, kind=kind, outside=round(outside, 3), appliances=appliances)
    return {"fallen_back": fallen}
