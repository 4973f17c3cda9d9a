"""Draw whole scenes: what is shown, on what, in what light, from where, and what was done to the picture."""

from __future__ import annotations

from training.synth.family import Family
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.covers import draw_cover
from training.synth.setting.grounds import draw_ground
from training.synth.setting.light import draw_light
from training.synth.setting.props import draw_props
from training.synth.setting.social import draw_post
from training.synth.setting.staged import STAGING

GENERATOR_VERSION = 1
"""Raised when scenes change other than through one family; `Family.version` covers that."""

_ASPECTS = {"4:3": 0.3, "3:4": 0.3, "1:1": 0.25, "9:16": 0.08, "16:9": 0.07}

COVER_SHARE = 0.2
"""Of the scenes in which something clear, bubble wrap or a glass case, is between the lens and the subject."""


def draw_scene(
    family: Family, seed: int, index: int, *, attempt: int = 0, cover_share: float = COVER_SHARE
) -> Parameters:
    """Draw all values of one picture; equal arguments give equal values, on every machine.

    Args:
        family: What is shown.
        seed: Of the run.
        index: Of the picture within its family.
        attempt: Counts the scenes before, in which the subject could not be seen.
        cover_share: See `COVER_SHARE`; it changes nothing else in the scene.
    """
    draws = Draws(seed, (family.name, index, attempt))
    form = draws.part("form").weighted(family.weights)
    lot = family.forms[form].draw(draws.part("lot"), form)
    kind, staging = lot["arrangement"]["kind"], lot.get(STAGING, {})
    return {
        "family": family.name,
        "family_version": family.version,
        "generator_version": GENERATOR_VERSION,
        "seed": seed,
        "index": index,
        "attempt": attempt,
        "cover_share": cover_share,
        "form": form,
        "lot": lot,
        "ground": draw_ground(draws.part("ground")) | staging.get("ground", {}),
        "light": draw_light(draws.part("light")) | staging.get("light", {}),
        "props": staging.get("props", draw_props(draws.part("props"))),
        "cover": draw_cover(draws.part("cover"), cover_share, kind),
        "camera": _draw_camera(draws.part("camera"), kind) | staging.get("camera", {}),
        "post": draw_post(draws.part("post")),
    }


def _draw_camera(draws: Draws, kind: str) -> Parameters:
    """Draw a view as from a phone held by hand.

    ``fill`` is the share of the picture that the subject fills, in the direction in which it fills more; over 1 it
    leaves the picture. Phone main cameras have 24 to 28 mm (35 mm equivalent) and are often zoomed.
    """
    if kind in ("hanging", "standing"):
        elevation = draws.normal(8, 8, -4, 35) if kind == "hanging" else draws.normal(18, 12, 2, 60)
    else:
        low_share = 0.05 if kind == "filled" else 0.25  # from low down a container hides what is in it
        elevation = draws.weighted({"top": 0.25, "high": 0.5, "low": low_share})
        low, high = {"top": (72, 89), "high": (35, 72), "low": (12, 35)}[elevation]
        elevation = draws.uniform(low, high)
    return {
        "aspect": draws.weighted(_ASPECTS),
        "elevation_deg": elevation,
        "azimuth_deg": draws.normal(0, 18, -50, 50) if kind == "hanging" else draws.uniform(-180, 180),
        "roll_deg": draws.normal(0, 5, -20, 20),
        "lens_mm": draws.uniform(26, 60),
        "fill": draws.normal(1.0, 0.27, 0.4, 1.8),
        "shift": [draws.normal(0, 0.1, -0.3, 0.3), draws.normal(0, 0.1, -0.3, 0.3)],
        "f_number": draws.choice([None, 16.0, 22.0, 32.0]),
        "tone": draws.weighted({"AgX": 0.3, "Filmic": 0.3, "Standard": 0.4}),
        "exposure": draws.normal(0.0, 0.35, -0.9, 0.9),
        "noise_seed": draws.seed(),
    }
