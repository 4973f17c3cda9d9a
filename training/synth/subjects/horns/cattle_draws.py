"""Draws of cattle and buffalo horn: colours, whole horns, mounted pairs, tips and worked pieces."""

from __future__ import annotations

from training.synth.kit.draws import Draws, Parameters

_CREAM, _HORN, _BROWN, _BLACK = (
    (0.62, 0.47, 0.27),
    (0.42, 0.27, 0.12),
    (0.10, 0.05, 0.022),
    (0.012, 0.010, 0.009),
)
_PALETTES = {  # base, body, tip
    "amber": (_BROWN, (0.17, 0.055, 0.016), _BLACK),
    "smoke": (_BLACK, (0.11, 0.095, 0.08), _BLACK),
    "black": ((0.05, 0.042, 0.034), (0.028, 0.023, 0.019), _BLACK),
    "cream": ((0.34, 0.26, 0.16), _CREAM, _BLACK),
    "brown": ((0.20, 0.14, 0.08), _HORN, _BROWN),
    "reversed": ((0.03, 0.022, 0.016), (0.06, 0.04, 0.024), _CREAM),
}
_SHAPES = {  # length in metres, radius over length, bend, back bend, sway, height over width
    "cow": ((0.2, 0.5), (0.075, 0.12), (30, 110), (-40, 30), (-25, 25), (0.85, 1.05)),
    "buffalo": ((0.4, 0.8), (0.075, 0.11), (90, 170), (-20, 30), (-20, 20), (0.55, 0.8)),
    "longhorn": ((0.45, 0.9), (0.05, 0.075), (-60, 60), (20, 110), (-30, 30), (0.9, 1.05)),
}


def draw_tones(
    draws: Draws, *, black: float = 0.2, worked: bool = False, polished: bool = False
) -> Parameters:
    """Draw the colours; buffalo is black all over, cattle is pale with a dark tip, or the other way round.

    Args:
        draws: Where the values come from.
        black: Share of black horn among whole horns.
        worked: Whether it was cut into thin pieces, which let light through.
        polished: Whether it always is.
    """
    whole = (
        "black" if draws.chance(black) else draws.weighted({"cream": 0.6, "brown": 0.25, "reversed": 0.15})
    )
    thin = {"cream": 0.35, "brown": 0.2, "amber": 0.3, "smoke": 0.15}
    base, body, tip = _PALETTES[draws.weighted(thin) if worked else whole]
    return {
        "base": draws.colour(base, value=0.3, tint=0.1),
        "body": draws.colour(body, value=0.3, tint=0.1),
        "tip": draws.colour(tip, value=0.3, tint=0.1),
        "inside": draws.colour((0.30, 0.22, 0.13), value=0.5),
        "split": draws.uniform(0.35, 0.85),
        "ragged": draws.uniform(0.15, 0.6),
        "polish": draws.uniform(0.75, 1.0) if polished or draws.chance(0.6) else draws.uniform(0.05, 0.5),
    }


def draw_horn(draws: Draws, *, kind: str = "", bound: bool = False) -> Parameters:
    """Draw the shape of one horn.

    Args:
        draws: Where the values come from.
        kind: Cow, buffalo or longhorn; "": any.
        bound: Whether it is a drinking horn, smooth and often with metal around its mouth.
    """
    any_kind = draws.choice(
        ("cow", "longhorn", "buffalo")
    )  # drawn even if not asked for: scenes stay as they were
    kind = kind or any_kind
    length, ratio, bend, back, sway, flat = _SHAPES[kind]
    size = draws.log_uniform(*length)
    ridged = kind == "buffalo"
    return {
        "length_m": size,
        "base_m": size * draws.uniform(*ratio),
        "flat": draws.uniform(*flat),
        "square": draws.uniform(2.0, 3.2) if ridged else 2.0,
        "bend_deg": draws.uniform(*bend),
        "back_deg": draws.uniform(*back),
        "sway_deg": draws.uniform(*sway),
        "taper": draws.uniform(1.0, 1.6),
        "ridges": draws.integer(14, 30) if ridged else draws.integer(4, 12),
        "ridge": draws.uniform(0.03, 0.075) if ridged else draws.uniform(0.0, 0.02) * (not bound),
        "wall": draws.uniform(0.06, 0.16),
        "rough": draws.uniform(0.0, 0.3) if bound else draws.uniform(0.1, 1.0),
        "rim": bound and draws.chance(0.7),
        "seed": draws.seed(),
    }


def draw_pair(draws: Draws) -> Parameters:
    """Draw a pair of horns on a board."""
    horn = draw_horn(draws.part("horn"))
    return {
        "horn": {**horn, "bend_deg": abs(horn["bend_deg"]), "rim": False},
        "rise_deg": draws.uniform(-15, 25),
        "board": draws.choice(("shield", "oval", "plank")),
        "board_m": horn["base_m"] * draws.uniform(2.2, 3.4),
        "boss_m": horn["base_m"] * draws.uniform(1.15, 1.5),
        "seed": draws.seed(),
    }


def draw_tip(draws: Draws) -> Parameters:
    """Draw a sawn-off tip."""
    size = draws.uniform(0.06, 0.18)
    return {
        "length_m": size,
        "base_m": size * draws.uniform(0.11, 0.19),
        "flat": draws.uniform(0.75, 1.0),
        "bend_deg": draws.uniform(5, 70),
        "taper": draws.uniform(0.9, 1.6),
        "seed": draws.seed(),
    }


def draw_comb(draws: Draws) -> Parameters:
    """Draw a comb."""
    return {
        "length_m": draws.uniform(0.09, 0.18),
        "depth_m": draws.uniform(0.035, 0.06),
        "teeth": draws.integer(18, 42),
        "arch": draws.uniform(0.0, 0.35),
        "seed": draws.seed(),
    }


def draw_bowl(draws: Draws) -> Parameters:
    """Draw a shallow bowl."""
    return {
        "radius_m": draws.uniform(0.04, 0.1),
        "height_m": draws.uniform(0.03, 0.07),
        "oval": draws.uniform(0.7, 1.0),
        "seed": draws.seed(),
    }


def draw_button(draws: Draws) -> Parameters:
    """Draw a button."""
    return {"radius_m": draws.uniform(0.007, 0.016), "holes": draws.choice((2, 4)), "seed": draws.seed()}


def draw_cuff(draws: Draws) -> Parameters:
    """Draw a bangle cut across the horn."""
    return {
        "inner_m": draws.uniform(0.028, 0.033),
        "wide_m": draws.log_uniform(0.006, 0.05),
        "thick_m": draws.uniform(0.003, 0.008),
        "seed": draws.seed(),
    }


def draw_links(draws: Draws) -> Parameters:
    """Draw a chain of links."""
    return {
        "links": draws.integer(9, 22),
        "link_m": draws.uniform(0.012, 0.024),
        "squash": draws.uniform(0.6, 1.0),
        "seed": draws.seed(),
    }
