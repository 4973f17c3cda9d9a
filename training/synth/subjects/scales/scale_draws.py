"""Draws of pangolin scales: loose, roasted and strung ones, and those on a body or a skin."""

from __future__ import annotations

from training.synth.kit.draws import Draws, Parameters

# Width over length, root over width, where it is widest, edge (1 point, 3 round), cusps, length in metres.
_KINDS: dict[str, tuple[tuple[float, float], ...]] = {
    "sunda": ((0.9, 1.25), (0.45, 0.7), (0.38, 0.55), (1.25, 2.0), (0.0, 0.02), (0.020, 0.045)),
    "chinese": ((0.9, 1.3), (0.5, 0.75), (0.40, 0.58), (1.5, 2.4), (0.0, 0.02), (0.020, 0.042)),
    "indian": ((1.05, 1.4), (0.5, 0.75), (0.42, 0.60), (1.8, 2.7), (0.0, 0.0), (0.035, 0.065)),
    "ground": ((0.85, 1.15), (0.4, 0.65), (0.42, 0.58), (1.9, 2.9), (0.0, 0.0), (0.030, 0.060)),
    "giant": ((0.9, 1.2), (0.45, 0.7), (0.42, 0.60), (2.0, 3.0), (0.0, 0.0), (0.045, 0.072)),
    "white_bellied": ((0.55, 0.8), (0.4, 0.65), (0.38, 0.55), (1.1, 1.6), (0.04, 0.11), (0.016, 0.034)),
    "long_tailed": ((0.55, 0.75), (0.4, 0.65), (0.36, 0.52), (1.1, 1.7), (0.02, 0.08), (0.022, 0.048)),
}
# Dark and light colour, linear, with how often, by kind.
_TONES: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "brown": ((0.105, 0.060, 0.028), (0.36, 0.22, 0.095)),
    "dark": ((0.042, 0.028, 0.018), (0.20, 0.125, 0.060)),
    "grey": ((0.130, 0.108, 0.080), (0.36, 0.30, 0.205)),
    "olive": ((0.105, 0.080, 0.042), (0.34, 0.26, 0.125)),
    "horn": ((0.190, 0.110, 0.045), (0.52, 0.34, 0.145)),
    "golden": ((0.140, 0.070, 0.024), (0.55, 0.30, 0.085)),
}
_TONES_OF: dict[str, dict[str, float]] = {
    "sunda": {"brown": 3, "olive": 3, "horn": 2, "dark": 1},
    "chinese": {"grey": 2, "brown": 3, "olive": 2, "dark": 2},
    "indian": {"horn": 3, "grey": 2, "olive": 2},
    "ground": {"brown": 3, "grey": 2, "golden": 1, "dark": 1},
    "giant": {"brown": 3, "grey": 2, "olive": 2},
    "white_bellied": {"brown": 3, "grey": 2, "dark": 2, "olive": 1},
    "long_tailed": {"dark": 3, "golden": 3, "brown": 1},
}


def draw_scales(draws: Draws) -> Parameters:
    """Draw the shape and colours of one animal's scales."""
    kind = draws.choice(sorted(_KINDS))
    width, root, corner, edge, cusps, length = (draws.uniform(*limits) for limits in _KINDS[kind])
    tone = draws.weighted(_TONES_OF[kind])
    dark, light = _TONES[tone]
    return {
        "kind": kind,
        "tone": tone,
        "width": width,
        "root": root,
        "corner": corner,
        "edge": edge,
        "cusps": cusps,
        "length": length,
        "arch": draws.uniform(0.05, 0.17),
        "keel": draws.uniform(0.0, 0.05),
        "wear": draws.uniform(0.05, 1.0),
        "dark": draws.colour(dark, value=0.3, tint=0.08),
        "light": draws.colour(light, value=0.25, tint=0.08),
        "root_colour": draws.colour(draws.choice([dark, light, (0.30, 0.20, 0.11)]), value=0.3),
        "dust": draws.colour((0.34, 0.28, 0.20), value=0.3, tint=0.1),
        "dustiness": draws.uniform(0.0, 0.7),
        "edge_light": draws.uniform(0.35, 1.0),
        "striation": draws.uniform(0.45, 1.0),
        "banding": draws.uniform(0.1, 0.7),
        "gloss": draws.uniform(0.28, 0.65),
        "remnants": draws.uniform(0.0, 1.0),
        "variety": draws.uniform(0.2, 0.5),
    }


def draw_roasted(draws: Draws) -> Parameters:
    """Draw roasted scales: smaller, more arched, of a warmer colour."""
    drawn = draw_scales(draws)
    drawn["light"] = draws.colour((0.62, 0.37, 0.10), value=0.2, tint=0.08)
    drawn["dark"] = draws.colour((0.26, 0.12, 0.035), value=0.3, tint=0.08)
    drawn["length"] = draws.uniform(0.015, 0.035)
    drawn["arch"] = draws.uniform(0.12, 0.35)
    return drawn


def draw_strung(draws: Draws) -> Parameters:
    """Draw scales on a cord."""
    return {
        **draw_scales(draws),
        "strung_count": draws.integer(9, 34),
        "looped": draws.chance(0.6),
        "lean": draws.uniform(0.15, 0.6),
        "cord_colour": draws.choice(
            [(0.55, 0.45, 0.30), (0.45, 0.04, 0.03), (0.03, 0.03, 0.03), (0.7, 0.68, 0.62)]
        ),
    }


def draw_body(draws: Draws) -> Parameters:
    """Draw scales on a body, a tail or a skin."""
    return {
        **draw_scales(draws),
        "body_length": draws.uniform(0.35, 0.75),
        "plumpness": draws.uniform(0.8, 1.25),
        "bend_deg": draws.normal(0, 35, -80, 80),
        "across": draws.integer(8, 13),
        "overlap": draws.uniform(0.42, 0.56),
        "missing": draws.choice([0.0, 0.02, 0.06, 0.15]),
        "turns": draws.uniform(1.35, 1.7),
        "roll_deg": draws.choice([0.0, 0.0, 60.0, 90.0, 110.0]),
        "skin_colour": draws.colour(
            draws.choice([(0.30, 0.20, 0.12), (0.16, 0.09, 0.05), (0.40, 0.31, 0.22)]), value=0.3
        ),
    }
