"""What lots of worked ivory consist of: how often each form, how it is laid out, and the sizes of its pieces."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.jewellery.bead_strings import draw_string

_ONE = {"single": 0.9, "hand": 0.1}
_STANDING = {"standing": 0.85, "scattered": 0.15}
_NO_STAND = {"wood": 0.6, "black": 0.4}
_METAL = {"gold": 0.5, "silver": 0.5}

# By form: weight, layouts, pieces at most, variants at most, and the second material.
FORMS: dict[str, tuple[float, Mapping[str, float], int, int, Mapping[str, float]]] = {
    "person": (0.12, {"standing": 0.8, "single": 0.05, "scattered": 0.15}, 4, 3, _NO_STAND),
    "seated": (0.07, {"standing": 0.8, "scattered": 0.1, "hand": 0.1}, 4, 2, _NO_STAND),
    "netsuke": (0.07, {"standing": 0.7, "scattered": 0.15, "hand": 0.15}, 5, 3, _NO_STAND),
    "animal": (0.08, {"standing": 0.75, "scattered": 0.15, "hand": 0.1}, 5, 3, _NO_STAND),
    "elephant": (0.045, _STANDING, 5, 2, _NO_STAND),
    "group": (0.035, {"standing": 1.0}, 1, 1, _NO_STAND),
    "openwork": (0.05, {"standing": 0.9, "scattered": 0.1}, 3, 1, _NO_STAND),
    "brooch": (0.025, {"single": 0.6, "scattered": 0.2, "hand": 0.2}, 4, 2, _METAL),
    "string": (0.07, {"single": 0.6, "hanging": 0.12, "row": 0.14, "scattered": 0.14}, 5, 3, {"cord": 1.0}),
    "beads": (0.02, {"heap": 0.4, "filled": 0.25, "spread": 0.2, "hand": 0.15}, 80, 6, {"cord": 1.0}),
    "pendant": (0.045, {"single": 0.6, "row": 0.15, "scattered": 0.1, "hand": 0.15}, 4, 3, {"gold": 0.3, "silver": 0.3, "cord": 0.4}),
    "bangle": (0.07, {"single": 0.3, "scattered": 0.3, "heap": 0.15, "row": 0.1, "hand": 0.15}, 8, 4, _METAL),
    "bridge": (0.03, {"standing": 1.0}, 1, 1, _NO_STAND),
    "carved_tusk": (0.05, {"standing": 0.5, "single": 0.5}, 1, 1, _NO_STAND),
    "seal": (0.06, {"scattered": 0.3, "row": 0.3, "single": 0.2, "hand": 0.2}, 7, 5, _NO_STAND),
    "plaque": (0.055, {"single": 0.55, "standing": 0.25, "hanging": 0.1, "row": 0.1}, 3, 2, _NO_STAND),
    "medallion": (0.025, {"single": 0.7, "scattered": 0.15, "hand": 0.15}, 3, 2, _METAL),
    "case": (0.03, {"standing": 0.8, "scattered": 0.2}, 3, 2, _NO_STAND),
    "chopsticks": (0.035, {"single": 0.5, "row": 0.35, "bundle": 0.15}, 6, 4, {"silver": 0.7, "gold": 0.3}),
    "dice": (0.015, {"scattered": 0.5, "hand": 0.3, "spread": 0.2}, 7, 2, _NO_STAND),
    "billiard_balls": (0.01, {"scattered": 0.7, "row": 0.15, "single": 0.15}, 5, 3, _NO_STAND),
    "piano_keys": (0.015, {"row": 0.4, "spread": 0.35, "scattered": 0.25}, 14, 5, _NO_STAND),
    "cutlery": (0.025, {"row": 0.6, "scattered": 0.15, "single": 0.25}, 7, 4, {"steel": 0.7, "silver": 0.3}),
    "chessmen": (0.02, {"scattered": 0.6, "row": 0.3, "spread": 0.1}, 12, 6, _NO_STAND),
    "comb": (0.025, {"single": 0.7, "row": 0.1, "hand": 0.2}, 3, 2, _NO_STAND),
    "fan": (0.01, {"single": 1.0}, 1, 1, _METAL),
}  # fmt: skip


def draw_piece(draws: Draws, lot: Draws, form: str, number: int) -> Parameters:
    """Draw one piece; ``lot`` is the stream of what all pieces of the lot share, drawn anew for each."""
    drawn = _FIGURES(draws, form) if form in _HEIGHTS else _OTHERS[form](draws, lot.part("shared"), number)
    drawn["seed"] = draws.part("details").seed()
    return drawn


# Kinds of figures by form, and heights in metres.
_HEIGHTS: dict[str, tuple[Mapping[str, float], tuple[float, float]]] = {
    "person": ({"standing": 1.0}, (0.08, 0.35)),
    "seated": ({"seated": 1.0}, (0.035, 0.16)),
    "netsuke": (
        {"kneeling": 0.3, "seated": 0.2, "crouching": 0.2, "coil": 0.15, "hare": 0.1, "fish": 0.05},
        (0.028, 0.05),
    ),
    "animal": (
        {"crouching": 0.3, "hare": 0.12, "horse": 0.2, "bird": 0.18, "fish": 0.12, "coil": 0.08},
        (0.03, 0.12),
    ),
    "elephant": ({"elephant": 1.0}, (0.03, 0.16)),
    "group": ({"group": 1.0}, (0.045, 0.15)),
    "openwork": ({"puzzle_ball": 0.7, "basket": 0.3}, (0.07, 0.2)),
    "brooch": ({"spray": 1.0}, (0.025, 0.05)),
}


def _FIGURES(draws: Draws, form: str) -> Parameters:  # noqa: N802
    kinds, heights = _HEIGHTS[form]
    height = draws.log_uniform(*heights)
    bare = form in ("brooch", "netsuke")
    return {
        "figure": draws.weighted(kinds),
        "height_m": height,
        "size_m": 0.8 * height,
        "stand": "none" if bare else draws.weighted({"none": 0.55, "round": 0.25, "square": 0.2}),
        "stand_high": draws.uniform(0.15, 1.1),
        "lying": form == "person" and draws.chance(0.08),
    }


def _string(draws: Draws, lot: Draws, number: int) -> Parameters:
    del number
    shapes = {
        "round": 0.55,
        "barrel": 0.15,
        "olive": 0.08,
        "tube": 0.05,
        "disc": 0.07,
        "faceted": 0.05,
        "rondelle": 0.05,
    }
    drawn = draw_string(lot.part("string"), shapes=shapes, diameters=(0.005, 0.018))
    return {**drawn, "uneven": draws.uniform(0.005, 0.05), "size_m": 2.5 * drawn["bead_m"]}


def _bead(draws: Draws, lot: Draws, number: int) -> Parameters:
    del number
    size = lot.log_uniform(0.006, 0.02) * draws.uniform(0.85, 1.15)
    return {
        "shape": lot.choice(["round", "round", "barrel", "olive", "tube"]),
        "bead_m": size,
        "size_m": 2 * size,
    }


def _pendant(draws: Draws, lot: Draws, number: int) -> Parameters:
    del number
    height = draws.uniform(0.025, 0.06)
    return {
        "kind": draws.choice(["medallion", "medallion", "tip", "seated", "standing"]), "height_m": height, "size_m": height,
        "width_m": height * draws.uniform(0.6, 1.0), "thick_m": 0.004, "depth_m": draws.uniform(0.002, 0.004),
        "style": draws.choice(["scroll", "portrait", "gothic", "procession"]), "bend_deg": draws.uniform(15, 80), "cord": lot.chance(0.6),
    }  # fmt: skip


def _bangle(draws: Draws, lot: Draws, number: int) -> Parameters:
    del number
    thick = lot.uniform(0.004, 0.012)
    return {
        "inner_m": lot.uniform(0.027, 0.036) * draws.uniform(0.97, 1.03), "wide_m": lot.log_uniform(0.006, 0.045) * draws.uniform(0.8, 1.2),
        "thick_m": thick, "square": lot.uniform(0.0, 0.9), "size_m": 0.04,
        "style": draws.weighted({"plain": 0.5, "relief": 0.3, "ribbed": 0.1, "mounted": 0.1}),
    }  # fmt: skip


def _bridge(draws: Draws, lot: Draws, number: int) -> Parameters:
    del lot, number
    length = draws.uniform(0.18, 0.6)
    return {
        "length_m": length,
        "size_m": 0.12 * length,
        "count": draws.integer(4, 8),
        "shrink": draws.uniform(0.35, 0.8),
        "rise": draws.uniform(0.02, 0.16),
    }


def _tusk(draws: Draws, lot: Draws, number: int) -> Parameters:
    del lot, number
    length = draws.log_uniform(0.18, 1.0)
    return {
        "length_m": length, "radius_m": length * draws.uniform(0.05, 0.085), "size_m": 0.15 * length,
        "bend_deg": draws.uniform(15, 75), "depth": draws.uniform(0.14, 0.36), "style": draws.weighted({"scene": 0.5, "procession": 0.25, "scroll": 0.15, "gothic": 0.1}),
        "upright": draws.chance(0.6), "plain": draws.uniform(0.0, 0.4) if draws.chance(0.5) else 0.0,
        "standing": draws.chance(0.5), "stand": draws.choice(["round", "square"]),
    }  # fmt: skip


def _seal(draws: Draws, lot: Draws, number: int) -> Parameters:
    del number
    radius = lot.log_uniform(0.005, 0.016) * draws.uniform(0.85, 1.2)
    return {
        "radius_m": radius, "size_m": 2.2 * radius, "height_m": max(lot.uniform(0.045, 0.075), 3 * radius),
        "section": draws.weighted({"round": 0.5, "square": 0.32, "oval": 0.12, "octagon": 0.06}), "engraved": draws.chance(0.6),
        "paste": draws.uniform(0.5, 1.0) if draws.chance(0.6) else 0.0, "mark": draws.chance(0.3),
        "upright": draws.chance(0.45), "roll": draws.uniform(0, 2 * math.pi),
    }  # fmt: skip


def _plaque(draws: Draws, lot: Draws, number: int) -> Parameters:
    del lot, number
    height = draws.log_uniform(0.05, 0.25)
    width = height * draws.choice([0.55, 0.7, 0.85, 1.0, 1.6, 3.2])
    return {
        "width_m": min(width, 0.3), "height_m": height, "size_m": 0.5 * height, "thick_m": draws.uniform(0.05, 0.1) * height,
        "depth_m": draws.uniform(0.03, 0.08) * height, "bend": draws.uniform(0.0, 0.25), "broken": draws.chance(0.2),
        "style": draws.weighted({"gothic": 0.35, "scene": 0.3, "procession": 0.2, "scroll": 0.15}),
    }  # fmt: skip


def _medallion(draws: Draws, lot: Draws, number: int) -> Parameters:
    del lot, number
    height = draws.log_uniform(0.03, 0.11)
    return {
        "width_m": height * draws.choice([1.0, 1.0, 0.78]), "height_m": height, "size_m": 0.6 * height, "thick_m": draws.uniform(0.06, 0.25) * height,
        "depth_m": draws.uniform(0.05, 0.1) * height, "style": draws.weighted({"gothic": 0.2, "scene": 0.25, "procession": 0.15, "scroll": 0.25, "portrait": 0.15}),
    }  # fmt: skip


def _case(draws: Draws, lot: Draws, number: int) -> Parameters:
    del lot, number
    kind = draws.weighted({"card": 0.35, "pot": 0.35, "box": 0.3})
    height = {
        "card": draws.uniform(0.09, 0.115),
        "pot": draws.uniform(0.08, 0.16),
        "box": draws.uniform(0.04, 0.09),
    }[kind]
    width = {"card": 0.62, "pot": draws.uniform(0.5, 0.95), "box": draws.uniform(1.2, 2.2)}[kind] * height
    square = {"card": 0.85, "pot": 0.0, "box": draws.choice([0.0, 0.9])}[kind]
    return {
        "width_m": width, "height_m": height, "size_m": 0.5 * height, "square": square,
        "deep_m": width * {"card": 0.2, "pot": draws.uniform(0.85, 1.0), "box": draws.uniform(0.6, 1.0)}[kind],
        "wall_m": 0.1 * width, "open": kind == "pot", "lid": {"card": 0.72, "pot": 9.0, "box": 0.7}[kind],
        "depth_m": draws.uniform(0.012, 0.035) * height, "style": draws.weighted({"scene": 0.55, "scroll": 0.25, "gothic": 0.1, "procession": 0.1}),
    }  # fmt: skip


def _chopsticks(draws: Draws, lot: Draws, number: int) -> Parameters:
    del number
    length = lot.uniform(0.20, 0.27)
    return {
        "length_m": length, "thick_m": lot.uniform(0.006, 0.009), "apart_m": draws.uniform(0.009, 0.022), "size_m": 0.05,
        "cross_deg": draws.normal(0, 3, -8, 8), "tipped": lot.chance(0.3),
    }  # fmt: skip


def _die(draws: Draws, lot: Draws, number: int) -> Parameters:
    del draws, number
    side = lot.log_uniform(0.008, 0.02)
    return {"side_m": side, "size_m": side * 1.5, "round": lot.uniform(0.1, 0.8)}


def _billiard(draws: Draws, lot: Draws, number: int) -> Parameters:
    radius = lot.uniform(0.024, 0.031)
    return {
        "radius_m": radius,
        "size_m": 1.2 * radius,
        "dyed": 1.0 if number == 1 and draws.chance(0.5) else 0.0,
    }


def _key(draws: Draws, lot: Draws, number: int) -> Parameters:
    del number
    whole = lot.chance(0.6)
    return {
        "length_m": 0.148 if whole else 0.051,
        "wide_m": 0.0225,
        "size_m": 0.04,
        "notch": draws.choice([-1, 0, 1]) if whole else 0,
    }


def _cutlery(draws: Draws, lot: Draws, number: int) -> Parameters:
    del draws
    handle = lot.uniform(0.075, 0.12)
    return {
        "kind": "fork" if number % 2 and lot.chance(0.6) else "knife", "handle_m": handle, "size_m": 0.03, "thick_m": lot.uniform(0.014, 0.024),
        "blade_m": handle * lot.uniform(1.1, 1.9), "curl": lot.uniform(-1, 1),
    }  # fmt: skip


def _chessman(draws: Draws, lot: Draws, number: int) -> Parameters:
    size = lot.uniform(0.03, 0.05)
    kind = ("pawn", "king", "rook", "pawn", "bishop", "queen")[number % 6]
    return {"kind": kind, "size_m": size, "dyed": 1.0 if lot.chance(0.6) and draws.chance(0.45) else 0.0}


def _comb(draws: Draws, lot: Draws, number: int) -> Parameters:
    del lot, number
    double = draws.chance(0.35)
    return {
        "width_m": draws.uniform(0.06, 0.13), "height_m": draws.uniform(0.05, 0.10), "size_m": 0.05, "back": draws.uniform(0.3, 0.5),
        "teeth": draws.integer(16, 36), "double": double, "style": draws.choice(["scroll", "scene", "gothic", "procession"]),
    }  # fmt: skip


def _fan(draws: Draws, lot: Draws, number: int) -> Parameters:
    del lot, number
    return {
        "radius_m": draws.uniform(0.16, 0.22),
        "size_m": 0.06,
        "sticks": draws.integer(16, 24),
        "open_deg": draws.uniform(90, 165),
    }


_OTHERS: dict[str, Callable[[Draws, Draws, int], Parameters]] = {
    "string": _string, "beads": _bead, "pendant": _pendant, "bangle": _bangle, "bridge": _bridge, "carved_tusk": _tusk, "seal": _seal,
    "plaque": _plaque, "medallion": _medallion, "case": _case, "chopsticks": _chopsticks, "dice": _die, "billiard_balls": _billiard,
    "piano_keys": _key, "cutlery": _cutlery, "chessmen": _chessman, "comb": _comb, "fan": _fan,
}  # fmt: skip
