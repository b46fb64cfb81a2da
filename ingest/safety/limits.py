"""Every threshold of the safety rules, in one frozen table each with its source; "(E)" is engineering judgement."""

from dataclasses import dataclass, field
from typing import Final

from ingest.safety.latch import Hold

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 3600 * SECOND_US
GAP_US: Final = 11 * MINUTE_US
"""Longest time between two readings that still counts as observed: five-minute sampling with one reading lost, plus
a minute of jitter (E). Whatever exceeds a rating in two readings this close is a load, not two inrushes of seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverloadLimits:
    """Shares are of the breaker's rated current In."""

    advisory_share: float = 0.8
    """A load that lasts three hours or more should stay within 80 % of the breaker (NEC 210.20(A), definition of
    continuous load)."""
    advisory_calm_share: float = 0.76
    """5 % below the advisory share, so that a load at the limit does not flicker (E)."""
    advisory: Hold = field(
        default=Hold(hold_us=3 * HOUR_US, gap_us=GAP_US, clear_us=5 * MINUTE_US, dip_us=5 * MINUTE_US)
    )
    act_share: float = 1.0
    act_calm_share: float = 0.95
    """(E)"""
    act: Hold = field(default=Hold(hold_us=30 * SECOND_US, gap_us=GAP_US, clear_us=10 * MINUTE_US))
    """30 s: contracts, section 3; inrush is shorter. Ten minutes below 0.95 In end it: thermostats and compressors
    pause for less, and a person must not be told of each pause (E)."""
    holds_share: float = 1.13
    """Conventional non-tripping current, IEC 60898-1 table 7: a breaker carries it for the conventional time."""
    trips_share: float = 1.45
    """Conventional tripping current, same table: a breaker opens within the conventional time."""
    conventional_us: int = HOUR_US
    """Conventional time up to `large_a`, same table."""
    conventional_large_us: int = 2 * HOUR_US
    large_a: float = 63.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakageLimits:
    """Standing leakage to earth, mA."""

    rcd_share: float = 0.3
    """Standing leakage downstream of an RCD should stay within 30 % of its rating (IEC 60364-5-53, 531.3.2)."""
    unknown_rcd_ma: float = 300.0
    """Taken where the rating is unknown: the largest that protects against fire (IEC 60364-4-42), so the smallest
    claim."""
    heating_ma_per_kw: float = 0.75
    """IEC 60335-1, 13.2: stationary heating appliance of class I, per kW of rated power,"""
    heating_least_ma: float = 0.75
    """at least this,"""
    heating_most_ma: float = 5.0
    """and at most this."""
    stationary_ma: float = 3.5
    """IEC 60335-1, 13.2: stationary appliance of class I; taken where the rated power is unknown."""
    calm_share: float = 0.8
    """Of the limit (E)."""
    near_share: float = 0.5
    """Above this share of the limit there is a standing current already (E): a reading above the limit then is its
    growth and no spike, so that it need not be seen twice, however long ago the reading before it was: insulation does
    not heal while a home is off the net (E)."""
    hold: Hold = field(default=Hold(hold_us=30 * SECOND_US, gap_us=GAP_US, clear_us=MINUTE_US))
    """A switching spike is over in milliseconds; 30 s and two readings are standing (E)."""
    hold_near: Hold = field(default=Hold(hold_us=0, gap_us=GAP_US, clear_us=MINUTE_US, readings=1))
    break_share: float = 0.08
    """An element's resistance changes by so much between two readings only if the winding does: a cold one differs by
    5 %, meters of voltage and power by 2 % (E). A winding that touches its sheath does so as it leaks."""
    off_w: float = 50.0
    """A heating element that takes no more carries no voltage (E): electronics and lamps of the appliance only."""
    heating_gap_us: int = 24 * HOUR_US
    """An insulation does not heal while the element is off: two heatings within a day follow each other (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLimits:
    """Loose contact: resistance between `upstream_v` and `voltage_v`, and the heat at the terminal. All (E)."""

    light_a: float = 1.5
    light_share: float = 0.1
    """A circuit is lightly loaded below the larger of `light_a` and this share of the breaker."""
    light_gain: float = 0.1
    light_step_v: float = 1.0
    """The light-load reference follows each reading by this gain, and believes at most this much of a change: a
    spike moves it by 0.3 V."""
    light_age_us: int = 24 * HOUR_US
    """A reference older than this may have drifted with its meters."""
    step_a: float = 4.0
    """Smallest current step worth a slope: 0.1 V of resolution then means 0.025 ohm; larger ones weigh more."""
    ring: int = 3
    """Slopes in the running median that tells how large the resistance is, and the fewest that make a load step."""
    learning_ring: int = 9
    """Slopes in the median of one load step of the baseline."""
    step_a2: float = 150.0
    """A load step of the baseline is told by readings whose squared current steps sum up to this, A^2: 0.2 V between
    the meters then mean 0.2 / sqrt(150) = 0.016 ohm. Shorter ones are added up."""
    baseline_steps: int = 20
    """Load steps that make the socket's own baseline, which then stays frozen: a few days of a kitchen, so that more
    than one socket has been used."""
    early_steps: int = 6
    early_ohm: float = 0.3
    """While the baseline is learned, from so many load steps on, this much over their median is no wire: it would be a
    socket more than ten metres of 1.5 mm2 further away. What is told of such a step is not learned."""
    odd_steps: int = 2
    """The third-highest of the twenty slopes is the highest usual one: sockets along a wire differ, and the furthest
    is no loose contact; two odd ones are forgiven."""
    baseline_sigmas: float = 5.0
    """What the baseline may be wrong by, in its own standard errors, is tolerated too."""
    noise_v: float = 0.3
    """Noise of the voltage lost, at least: two meters of 0.1 V resolution that do not sample at the same instant make
    0.2 V; the rest is margin. Noisier meters are known by the scatter of their baseline."""
    noise_margin: float = 1.5
    """Twenty steps tell a scatter to about 25 %: it is taken for half as much again."""
    evidence: float = 15.0
    """Logarithm of the likelihood ratio that is beyond doubt, one in exp(15) or three million; also the most that one
    reading may bring for or against, so that no single one decides."""
    most_evidence: float = 45.0
    """No more is remembered, so that an end is seen too: it takes at least three readings, and then a day."""
    warn_ohm: float = 0.05
    """Tolerated over the own resistance, or as much less as makes `act_w` at the current that flows."""
    least_ohm: float = 0.03
    """Below this nothing is claimed, however large the current: meters and baseline are no better."""
    wire_share: float = 0.15
    """Copper gains 0.39 % per kelvin: a wire 40 K warmer adds 15 % to the baseline without any loose contact."""
    act_w: float = 10.0
    least_us: int = 30 * SECOND_US
    """So long the evidence must have been there, from its first reading on: what is beyond doubt took two readings at
    least and needs no third."""
    hold: Hold = field(default=Hold(hold_us=0, gap_us=24 * HOUR_US, clear_us=24 * HOUR_US, readings=1))
    """A contact does not heal by itself: a day under load without any evidence left ends it (contracts, section 3: one
    finding within 24 h)."""
    act_rise_k: float = 45.0
    """Also the type-test limit for terminals of socket outlets (IEC 60884-1, clause 19)."""
    calm_rise_k: float = 30.0
    heat: Hold = field(default=Hold(hold_us=30 * SECOND_US, gap_us=GAP_US, clear_us=24 * HOUR_US))
    """A terminal is cool after each pause and under each small load: a day cool under load ends it."""
    grown_share: float = 1.25
    warm_us: int = 30 * MINUTE_US
    """So long after its load last grew by so much a terminal is as warm as that makes it: brass follows within
    minutes. What leaps later, in a joint that makes no `act_w`, is its thermometer (E)."""
    cool_rise_k_per_h: float = 1.0
    """How fast the unloaded terminal temperature may be re-learned upwards (season, heating),"""
    cool_step_k: float = 5.0
    """and downwards in one reading, so that a spike cannot fake a rise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipLimits:
    """A temperature sensor that changes its unit. All (E)."""

    leap_k: float = 12.0
    """Smaller changes may be the thing itself."""
    agree_k: float = 2.0
    """Read as Fahrenheit the value is that of the reading before within this."""
    stray_k: float = 12.0
    """Read as Fahrenheit it stays this close to where it was; else it was no change of unit."""
    follow_k_per_h: float = 1.0
    """So fast may that follow what is read, no more than an hour at a time: rooms cool and warm with the weather,
    heat that is none of the room's comes and goes within minutes."""
    age_us: int = 24 * HOUR_US
    """Readings further apart tell no leap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodLimits:
    """Water that rises while the machine is off. All (E)."""

    off_w: float = 5.0
    """Standby; used where the device tells no phase."""
    rise_mm: float = 20.0
    """About two litres in the tub; ripple and day-and-night drift of level sensors are a few millimetres."""
    calm_mm: float = 5.0
    first_mm: float = 5.0
    more_mm: float = 2.0
    risen_mm: float = 8.0
    """Or it is seen rising: `first_mm` above the lowest, then `more_mm` more, to `risen_mm` at least, about a litre,"""
    settle_us: int = 10 * MINUTE_US
    """in a machine that has rested so long that the hose has run back and the foam has gone."""
    drift_mm_per_h: float = 1.0
    """A slower change is the sensor's drift, not water."""
    hold: Hold = field(default=Hold(hold_us=20 * SECOND_US, gap_us=GAP_US, clear_us=MINUTE_US))
    hold_rising: Hold = field(default=Hold(hold_us=0, gap_us=GAP_US, clear_us=MINUTE_US, readings=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class TripLimits:
    """Repeated trips of a dryer's temperature limiter. All (E)."""

    trips: int = 2
    window_us: int = 7 * 24 * HOUR_US
    """About three loads of a family dryer."""
    most_at_once: int = 20
    """A larger jump is another counter, not trips."""
    running_w: float = 200.0
    """The drum motor alone takes about as much."""
    gap_us: int = GAP_US
    proof_us: int = 3 * HOUR_US
    """Observed running without a trip that ends the alarm: about three loads. Standing idle proves nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoodLimits:
    """Warm compartments, degrees Celsius."""

    fridge_c: float = 8.0
    freezer_c: float = -12.0
    """Both: design notes; 8 is the legal limit for cold food in several countries, -12 that of softening ice cream
    and of short-term frozen storage (two-star compartment, IEC 62552)."""
    calm_k: float = 1.0
    """Colder than the limit by this ends it (E)."""
    fridge: Hold = field(default=Hold(hold_us=2 * HOUR_US, gap_us=HOUR_US, clear_us=10 * MINUTE_US))
    unseen_us: int = GAP_US
    """Between the last cold reading and the first warm one, if no longer, it was warm: better said a reading early. So
    was a fridge that is warm in two readings after a silence as long as its hold: one whose door was open a moment ago
    cools. If the freezer is warm too behind a shut door, one reading tells it twice (E)."""
    freezer: Hold = field(default=Hold(hold_us=HOUR_US, gap_us=HOUR_US, clear_us=10 * MINUTE_US, dip_us=15 * MINUTE_US))
    """An hour outlasts a defrost, which warms the air of a freezer for half of one (E). Taken where the unit does not
    tell when it defrosts, and while it does or a door was open."""
    freezer_told: Hold = field(default=Hold(hold_us=0, gap_us=HOUR_US, clear_us=10 * MINUTE_US, readings=1))
    """Design notes: above -12 °C at once, where the unit tells its defrosts and there was neither that nor an open
    door; what came there by a leap has to be read twice."""
    leap_k: float = 3.0
    """More than this since the reading before is no slow warming (E)."""
    slow_k: float = 2.5
    pace_us: int = 30 * MINUTE_US
    """Less than this within half an hour or little more (90 minutes where readings are rare) is slow, and no defrost,
    which warms the air by many kelvin in half an hour (E): a freezer that creeps above the limit is believed at once,
    whether or not it tells its defrosts."""
    heater_w: float = 80.0
    """More than this beside a compressor at rest is a defrost heater (100 to 400 W); lamps, fans and heated frames of
    doors take less (E)."""
    moment_us: int = 10 * MINUTE_US
    """Apart are the four moments that are remembered for that (E)."""
    after_defrost_us: int = HOUR_US
    after_door_us: int = 30 * MINUTE_US
    """Air is warm for so long after it (E), food is not."""
    first_cold_us: int = 12 * HOUR_US
    """A compartment never seen cold is being pulled down after installation: it has this long (E)."""
    jump_k: float = 20.0
    """Air in a cabinet cannot do this between two readings; a value that jumped so and never moves again is a
    sentinel (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """All thresholds of the safety rules."""

    overload: OverloadLimits = field(default_factory=OverloadLimits)
    leakage: LeakageLimits = field(default_factory=LeakageLimits)
    contact: ContactLimits = field(default_factory=ContactLimits)
    flip: FlipLimits = field(default_factory=FlipLimits)
    flood: FloodLimits = field(default_factory=FloodLimits)
    trips: TripLimits = field(default_factory=TripLimits)
    food: FoodLimits = field(default_factory=FoodLimits)


LIMITS: Final = Limits()
