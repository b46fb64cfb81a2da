"""Firmware steps: on some day an appliance behaves a little otherwise, for a reason that is no fault."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from device_sim.air_conditioner import AirConditionerUnits
from device_sim.description import PARTS, HomeSpec
from device_sim.habits import firmware_day
from device_sim.params import SimParams
from device_sim.refrigerator import RefrigeratorUnits
from device_sim.streams import Purpose, stream

if TYPE_CHECKING:
    from device_sim.extras import Extras


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareStep:
    """New firmware on `part` of home index `home`, at the start of that day."""

    home: int
    who: int
    part: str
    day: int


class FirmwareSteps:
    """All steps of a block, applied to its unit constants when their day comes."""

    def __init__(self, params: SimParams, specs: list[HomeSpec]) -> None:
        self._seed = params.seed
        self.steps = [
            FirmwareStep(home=spec.index, who=who, part=part, day=day)
            for who, spec in enumerate(specs)
            for part in spec.parts
            if (day := firmware_day(params, spec.index, PARTS.index(part))) is not None
        ]

    def apply(
        self, day: int, *, ac_units: AirConditionerUnits, fridge_units: RefrigeratorUnits, extras: "Extras | None"
    ) -> None:
        """Change the constants of the units whose step falls on `day`."""
        for step in self.steps:
            if step.day != day:
                continue
            rng = stream(self._seed, Purpose.FIRMWARE, step.home, PARTS.index(step.part), 1)
            way, who = float(rng.choice([-1.0, 1.0])), step.who
            if step.part == "ac":
                ac_units.hz_min[who] *= 1.0 + 0.08 * way
                ac_units.sensor_offset_c[who] += 0.3 * way
                ac_units.hz_max[who] *= 1.0 - 0.05 * way
            elif step.part == "fridge":
                fridge_units.fridge_set_c[who] += 0.4 * way
                fridge_units.freezer_set_c[who] += 0.5 * way
                fridge_units.defrost_after_min[who] *= 1.0 + 0.25 * way
            elif extras is not None and step.part == "heater":
                extras.heaters.setpoint_c[who] += 3.0 * way
                extras.heaters.band_k[who] *= 1.0 + 0.2 * way
            elif extras is not None and step.part == "dryer":
                extras.dryers.dry_at_pct[who] += 1.0 * way
            elif extras is not None and step.part == "purifier":
                extras.purifiers.full_rpm[who] *= 1.0 + 0.03 * way
                extras.purifiers.full_w[who] *= 1.0 + 0.05 * way
