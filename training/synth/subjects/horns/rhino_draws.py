"""Draws of rhinoceros horn: colours, whole and sawn horns, discs and chunks, and what is carved and planed from them."""

from __future__ import annotations

from training.synth.kit.draws import Draws, Parameters

Range = tuple[float, float]
"""Least and most."""

Limits = tuple[Range, Range, Range, Range, Range, Range, Range]
"""Of a kind of horn: length in metres, half width of the base over the length, depth over width, squareness, bend in
degrees, waist, taper."""

_TONES = {
    "grey": {"skin": (0.062, 0.052, 0.043), "base": (0.20, 0.165, 0.125)},
    "brown": {"skin": (0.078, 0.046, 0.026), "base": (0.22, 0.15, 0.09)},
    "black": {"skin": (0.026, 0.021, 0.018), "base": (0.13, 0.10, 0.07)},
    "tan": {"skin": (0.15, 0.10, 0.055), "base": (0.29, 0.215, 0.14)},
}

_HORNS: dict[str, Limits] = {
    "white_front": ((0.42, 0.95), (0.125, 0.19), (1.0, 1.2), (3.0, 5.5), (25, 75), (0.20, 0.36), (0.5, 0.75)),
    "black_front": ((0.32, 0.70), (0.13, 0.2), (0.92, 1.1), (2.0, 2.8), (25, 70), (0.14, 0.32), (0.55, 0.8)),
    "rear": ((0.15, 0.38), (0.22, 0.36), (1.05, 1.4), (2.0, 3.0), (0, 25), (0.1, 0.28), (0.6, 0.95)),
    "asian": ((0.14, 0.32), (0.28, 0.44), (1.05, 1.35), (2.0, 2.6), (15, 50), (0.05, 0.22), (0.65, 0.95)),
}  # fmt: skip


def draw_tones(draws: Draws, *, carved: bool) -> Parameters:
    """Draw the colours and wear of a lot."""
    tones = _TONES[draws.weighted({"grey": 0.3, "brown": 0.35, "black": 0.2, "tan": 0.15})]
    return {
        "skin": draws.colour(tones["skin"], value=0.3),
        "base": draws.colour(tones["base"], value=0.3),
        "worn": draws.colour((0.27, 0.17, 0.075), value=0.4),
        "tip": draws.colour((0.014, 0.012, 0.010), value=0.6),
        "rim": draws.colour((0.24, 0.095, 0.022) if carved else (0.33, 0.21, 0.10), value=0.45, tint=0.12),
        "core": draws.colour((0.022, 0.014, 0.009), value=0.6),
        "core_size": draws.uniform(0, 1),
        "wear": draws.uniform(0, 1),
        "polish": draws.uniform(0, 1),
        "dust": draws.uniform(0, 1),
    }


def draw_horn(draws: Draws, kind: str) -> Parameters:
    """Draw one horn of a kind, as a seller shows it."""
    asian = kind == "asian"
    shape = draw_shape(
        draws,
        _HORNS[kind],
        widest_m=0.11,
        flare=(0.02, 0.10),
        lean=(-0.1, 0.55),
        flutes=(0.6, 1.6),
        asian=asian,
    )
    return {
        **shape,
        "flutes": shape["flutes"] * (1.3 if asian else 1.0),
        "start": 0.0,
        "end": 1.0 if draws.chance(0.88) else draws.uniform(0.7, 0.95),
        "hairs": draws.integer(400, 1600),
        "seed": draws.seed(),
    }


def draw_shape(
    draws: Draws, limits: Limits, *, widest_m: float, flare: Range, lean: Range, flutes: Range, asian: bool
) -> Parameters:
    """Draw the shape of a whole horn, as `training.synth.subjects.horns.rhino.whole_horn` takes it.

    Args:
        draws: Where the values come from.
        limits: Of its kind.
        widest_m: Half width of the base that none passes.
        flare: Least and most.
        lean: Least and most.
        flutes: Least and most.
        asian: Whether it has the groove in front that Asian horns have.
    """
    length, ratio, deep_wide, square, bend, waist, taper = limits
    size = draws.log_uniform(*length)
    wide = min(size * draws.uniform(*ratio), widest_m)
    return {
        "length_m": size,
        "base_wide_m": wide,
        "base_deep_m": wide * draws.uniform(*deep_wide),
        "square": draws.uniform(*square),
        "bend_deg": draws.uniform(*bend),
        "bend_power": draws.uniform(0.8, 1.5),
        "waist": draws.uniform(*waist),
        "taper": draws.uniform(*taper),
        "flare": draws.uniform(*flare),
        "lean": draws.uniform(*lean),
        "flutes": draws.uniform(*flutes),
        "notch": draws.uniform(0.06, 0.2) if asian else 0.0,
        "blunt": draws.uniform(12, 40),
        "dish": draws.uniform(0.1, 0.4),
    }


def draw_sawn(draws: Draws) -> Parameters:
    """Draw a length sawn out of a horn, or its tip."""
    horn = draw_horn(draws.part("horn"), draws.choice(("white_front", "black_front", "asian")))
    start = draws.choice((0.06, 0.12, 0.3, 0.5)) + draws.uniform(-0.04, 0.08)
    return {**horn, **draw_cuts(draws, start)}


def draw_cuts(draws: Draws, start: float) -> Parameters:
    """Draw where a length that begins at ``start`` (share of the horn) ends: some keep the tip; its fibres are gone."""
    end = 1.0 if draws.chance(0.4) else min(start + draws.uniform(0.15, 0.4), 0.97)
    return {"start": start, "end": end, "hairs": 0}


def draw_disc(draws: Draws, *, wide_m: Range = (0.025, 0.075), thick_m: Range = (0.006, 0.045)) -> Parameters:
    """Draw a disc sawn across a horn."""
    wide = draws.uniform(*wide_m)
    return {
        "wide_m": wide,
        "deep_m": wide * draws.uniform(1.0, 1.3),
        "square": draws.uniform(2.0, 3.0),
        "thick_m": draws.log_uniform(*thick_m),
        "slant": draws.normal(0, 0.08),
        "notch": draws.uniform(0, 0.12),
        "seed": draws.seed(),
    }


def draw_chunk(draws: Draws) -> Parameters:
    """Draw a chunk: a length split along the horn."""
    wide = draws.uniform(0.03, 0.07)
    turn, cuts = draws.uniform(0, 360), draws.integer(1, 3)
    return {
        "wide_m": wide,
        "deep_m": wide * draws.uniform(1.0, 1.25),
        "length_m": draws.log_uniform(0.03, 0.12),
        "cuts": [[turn + 95 * n + draws.uniform(-25, 25), draws.uniform(-0.15, 0.5)] for n in range(cuts)],
        "slants": [[draws.normal(0, 0.15), draws.normal(0, 0.15)] for _ in range(2)],
        "seed": draws.seed(),
    }


def draw_cup(draws: Draws) -> Parameters:
    """Draw a libation cup."""
    return {
        "height_m": draws.uniform(0.07, 0.14),
        "rim_m": draws.uniform(0.055, 0.085),
        "oval": draws.uniform(0.62, 0.85),
        "foot": draws.uniform(0.3, 0.46),
        "spout": draws.uniform(0.08, 0.35),
        "wave": draws.uniform(0.0, 0.05),
        "branches": draws.integer(5, 12),
        "blossoms": draws.integer(20, 90),
        "relief_m": draws.uniform(0.003, 0.008),
        "handle": draws.chance(0.6),
        "dark_end": draws.choice(("foot", "rim", "none")),
        "seed": draws.seed(),
    }


def draw_bangle(draws: Draws) -> Parameters:
    """Draw a bangle."""
    return {
        "inner_m": draws.uniform(0.026, 0.031),
        "wide_m": draws.uniform(0.008, 0.022),
        "thick_m": draws.uniform(0.006, 0.012),
        "section": draws.choice((2.0, 2.6, 4.5)),
        "core": draws.uniform(0.0, 0.45),
        "seed": draws.seed(),
    }


def draw_bracelet(draws: Draws) -> Parameters:
    """Draw a bracelet, or a longer string, of beads."""
    return {
        "bead_m": draws.uniform(0.005, 0.011),
        "around_m": draws.uniform(0.026, 0.034) if draws.chance(0.7) else draws.uniform(0.05, 0.09),
        "barrel": draws.choice((1.0, 1.0, 1.35)),
        "squash": draws.uniform(0.75, 1.0),
        "seed": draws.seed(),
    }


def draw_shaving(draws: Draws) -> Parameters:
    """Draw a curled shaving."""
    return {
        "length_m": draws.log_uniform(0.02, 0.09),
        "wide_m": draws.uniform(0.003, 0.010),
        "turns": draws.uniform(0.3, 2.2),
        "drift": draws.uniform(0.05, 0.5),
        "seed": draws.seed(),
    }
