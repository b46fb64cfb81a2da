"""Planned care of what no signal shows: the anode of a water heater is spent by age, hardness and heat. Pure rules.

Limescale needs no rule here: its signature is detected. Manufacturers ask for a look at the anode every one to two
years and name a life of three to five; the figures below are engineering judgement (E) within that.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from domain.faults import Urgency
from domain.findings import Evidence, Verdict

ANODE: Final = "anode_spent"
DETECTOR: Final = "planned care 1"
YEAR: Final = timedelta(days=365.25)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnodeParams:
    """How long an anode lasts; all of it engineering judgement (E)."""

    life: timedelta = 4 * YEAR
    """In soft to medium water below `hot_c`."""
    hard_dh: float = 14.0
    """From this hardness on (degrees dH, the German class "hard") the water conducts enough to take a fifth off."""
    very_hard_dh: float = 21.0
    hard_share: float = 0.8
    very_hard_share: float = 0.6
    hot_c: float = 65.0
    hot_share: float = 0.7
    look_again: timedelta = YEAR
    """After a technician looked and found it sound; manufacturers ask for a look every one to two years."""
    lead: timedelta = timedelta(days=60)
    """So long before its time it is put on the list, so that it can wait for a visit that is made anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tank:
    """A water heater and what is known of it; `renewed_at` is when its anode was last renewed, as somebody told,
    `found_sound_at` when a technician who came for it last found nothing wrong.
    """

    installed_on: date
    renewed_at: datetime | None
    hardness_dh: float | None
    top_c: float | None
    found_sound_at: datetime | None = None


def anode_life(tank: Tank, params: AnodeParams) -> timedelta:
    """How long an anode lasts in this tank; what is not known counts as mild."""
    hardness, top_c = tank.hardness_dh or 0.0, tank.top_c or 0.0
    share = params.hot_share if top_c >= params.hot_c else 1.0
    if hardness >= params.very_hard_dh:
        share *= params.very_hard_share
    elif hardness >= params.hard_dh:
        share *= params.hard_share
    return params.life * share


def judge_anode(tank: Tank, at: datetime, params: AnodeParams) -> Verdict:
    """Whether the anode is due or nearly so by the data time `at`; once renewed, the finding is over.

    It cannot see the anode: a tank that never was told of a renewal counts from its installation.
    """
    since = tank.renewed_at or datetime.combine(tank.installed_on, time(), UTC)
    life = anode_life(tank, params)
    due = since + life
    if tank.found_sound_at is not None:  # who looked knows better than the rule
        due = max(due, tank.found_sound_at + params.look_again)
    evidence = Evidence(
        signal="anode_age",
        expected=round(life / YEAR, 2),
        observed=round((at - since) / YEAR, 2),
        unit="years",
        since=since,
        note="age of the anode against its life in this water; no signal shows it",
    )
    return Verdict(
        fault=ANODE,
        present=at >= due - params.lead,
        at=at,
        probability=0.5 if at < due else 0.8,  # (E)
        urgency=Urgency.VISIT,
        evidence=(evidence,),
        fails_p10=max(at, due),
        fails_p50=max(at, due) + life / 2,
        fails_p90=max(at, due) + life,
        detector=DETECTOR,
    )
