"""From an appliance's history to its verdicts: all detectors of its kind, one verdict per fault. Pure."""

from datetime import datetime

from domain.findings import Verdict
from domain.signals import Kind
from models.detectors import detectors_of
from models.detectors.agree import agree
from models.detectors.contract import References
from models.history import FeatureHistory


def judge_appliance(
    kind: Kind, history: FeatureHistory, references: References, now_data_time: datetime
) -> list[Verdict]:
    """At most one verdict per fault, as of `now_data_time`."""
    spoken = [(detector, detector.judge(history, references, now_data_time)) for detector in detectors_of(kind)]
    return agree((detector, verdict) for detector, verdict in spoken if verdict is not None)
