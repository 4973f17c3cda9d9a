"""Things beside the subject: for size, for wrapping, by chance."""

from __future__ import annotations

from typing import Any

from training.synth.draws import Draws, Parameters


def sample_props(draws: Draws) -> list[Parameters]:
    """Draw what lies beside the subject, often nothing."""
    return []


def build_props(
    props: list[Parameters], *, centre: tuple[float, float, float], radius: float, away: tuple[float, float]
) -> list[Any]:
    """Build them around the subject, without hiding much of it."""
    return []
