"""An estimate of the energy of a training and of the carbon dioxide behind it. Nothing is measured at the socket."""

import resource
from dataclasses import dataclass

from workspace.model import Footprint
from workspace.settings import Settings

_SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True)
class Energy:
    """What a busy core takes, and what the grid gives off for it.

    12 W is what the Green Algorithms calculator takes for a core of an unknown processor (Lannelongue, Grealey and
    Inouye 2021); 473 g per kilowatt hour is the world's mean of 2024 (Ember, Global Electricity Review 2025).
    """

    watts_per_core: float = 12.0
    grams_per_kwh: float = 473.0

    @classmethod
    def of(cls, settings: Settings) -> "Energy":
        return cls(settings.watts_per_core, settings.grid_grams_per_kwh)

    def used(self, cpu_seconds: float) -> Footprint:
        """For so many seconds of one core. Memory, cooling and graphics cards are left out."""
        kwh = cpu_seconds * self.watts_per_core / 1000 / _SECONDS_PER_HOUR
        return Footprint(
            cpu_seconds=round(cpu_seconds, 1),
            kwh=round(kwh, 9),
            grams_co2=round(kwh * self.grams_per_kwh, 6),
            watts_per_core=self.watts_per_core,
            grams_per_kwh=self.grams_per_kwh,
        )


def cpu_seconds() -> float:
    """Of this process and of those it has waited for, user and system, so far."""
    parts = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(part.ru_utime + part.ru_stime for part in parts)
