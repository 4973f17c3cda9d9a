"""The footprint of training: time, and an estimate of electricity and carbon with every assumption beside it."""

from __future__ import annotations

import msgspec

from training.config import ReportConfig
from training.learning.run_record import RunRecord

# Mean draw in W and what it is taken from: an order of magnitude, for nothing is metered.
CPU_WATTS = 100.0, "a desktop computer at work"
GPU_WATTS = 800.0, "a data-centre GPU of 700 W (NVIDIA's rating of the H100 SXM) and its share of the host"


class Footprint(msgspec.Struct, frozen=True, kw_only=True):
    """An estimate.

    Attributes:
        hours: Of training, as its clock showed.
        device: What it ran on.
        watts: Assumed mean draw.
        watts_source: Why that.
        kwh: Their product.
        grid_g_per_kwh: Assumed grams of CO2 equivalent for each kWh.
        grid_source: Where that is from.
        grams_co2e: Their product.
    """

    hours: float
    device: str
    watts: float
    watts_source: str
    kwh: float
    grid_g_per_kwh: float
    grid_source: str
    grams_co2e: float

    def sentence(self) -> str:
        """Say it in words, for the card."""
        return (
            f"Training took {_duration(self.hours)} on {self.device}: about {self.kwh:.2g} kWh and "
            f"{self.grams_co2e:.2g} g of CO2 equivalent. Assumed is that the machine drew {self.watts:.0f} W "
            f"({self.watts_source}; nothing was metered). A kWh is assumed to emit {self.grid_g_per_kwh:.0f} g "
            f"({self.grid_source}). Preparing photos, calibration, evaluation, earlier attempts and making the "
            "hardware are not counted."
        )


def footprint(run: RunRecord | None, config: ReportConfig) -> Footprint | None:
    """Estimate from the record of a run; None where it does not say how long training took."""
    if run is None or not run.seconds:
        return None
    watts, source = _assumed_watts(run.device, run.processes)
    if config.watts is not None:
        watts, source = config.watts, "as configured"
    kwh = run.seconds / 3600 * watts / 1000
    return Footprint(
        hours=run.seconds / 3600,
        device=run.device,
        watts=watts,
        watts_source=source,
        kwh=kwh,
        grid_g_per_kwh=config.grid_g_per_kwh,
        grid_source=config.grid_source,
        grams_co2e=kwh * config.grid_g_per_kwh,
    )


def _assumed_watts(device: str, processes: int) -> tuple[float, str]:
    if "cpu" in device.lower():
        return CPU_WATTS
    watts, source = GPU_WATTS
    return watts * processes, source if processes == 1 else f"{processes} times {source}"


def _duration(hours: float) -> str:
    return f"{hours * 60:.1f} minutes" if hours < 1 else f"{hours:.1f} hours"
