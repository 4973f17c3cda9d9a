"""Raw elephant tusks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.draws import Draws, Parameters
from training.synth.family import Fact, Family
from training.synth.tusk import add_tusk


def sample(draws: Draws, form: str) -> Parameters:
    """Draw one lot of tusks."""
    del form
    return {"arrangement": {"kind": "single", "turn_deg": draws.uniform(0, 360)}}


def build(parameters: Parameters) -> Sequence[Any]:
    """Make the tusk."""
    del parameters
    return [add_tusk()]


FAMILY = Family(
    name="elephant_tusk",
    label="elephant_tusk",
    facts=(Fact("x", "y"),),
    forms={"whole": 1.0},
    sample=sample,
    build=build,
)
