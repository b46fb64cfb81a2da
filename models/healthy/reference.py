"""A frozen reference: what one index of one appliance was while it was taken to be healthy."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from models.features.day import Floats, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """`model` is plain JSON, written and read by the module that learns it; days are UTC and inclusive.

    Work on the appliance adds to it (`carried_on`): `steps`, days from which the level is another one and by how much,
    `unsure`, how well that is known, and `watched_from`.
    """

    index: str
    learned_from: date
    learned_to: date
    model: Mapping[str, Any]

    @property
    def watched_from(self) -> date:
        """The first day that is compared with it."""
        told = self.model.get("watched_from")
        return self.learned_to + timedelta(days=1) if told is None else date.fromisoformat(told)

    @property
    def watched_to(self) -> date:
        """The last day that is compared with it: as long as it is not known what work has done, none after that."""
        return date.fromisoformat(self.model.get("watched_to", "9999-12-31"))

    @property
    def carried(self) -> bool:
        """Whether work has been done since it was learned."""
        return "watched_from" in self.model

    @property
    def mended(self) -> bool:
        """Whether people may have put right a fault that shows in it; little of a fault may be left then."""
        return bool(self.model.get("mended", False))

    @property
    def unsure(self) -> float:
        """Standard deviation of its steps, in the scale of the index."""
        return float(self.model.get("unsure", 0.0))

    def knows(self, contexts: int | None) -> bool:
        """Whether it was learned with so many contexts as an index now has; None: the index has none to check."""
        means = self.model.get("means")
        return means is None or contexts is None or len(means) == contexts

    def stepped(self, ordinals: Whole) -> Floats:
        """What the steps add to the level on these day numbers, in the scale of the index."""
        total = np.zeros(len(ordinals))
        for day, by in self.model.get("steps", ()):
            total[ordinals >= date.fromisoformat(day).toordinal()] += by
        return total

    def carried_on(self, first: date, last: date, step: float, unsure: float) -> "Reference":
        """The same over work on the appliance: another level by `step` from `first` on, as seen up to `last`."""
        steps = [*self.model.get("steps", ()), *([[first.isoformat(), step]] if step else [])]
        model = {
            **self.model,
            "steps": steps,
            "unsure": float(np.hypot(self.unsure, unsure)),
            "watched_from": self.watched_from.isoformat(),
        }
        return replace(self, learned_from=first, learned_to=last, model=model)

    def watching(self, first: date, last: date | None = None) -> "Reference":
        """The same for the days from `first` on, and up to `last`, only."""
        model = {**self.model, "watched_from": max(first, self.watched_from).isoformat()}
        return replace(self, model=model if last is None else {**model, "watched_to": last.isoformat()})

    def after_repair(self) -> "Reference":
        """The same of what people may have mended."""
        return replace(self, model={**self.model, "mended": True})
