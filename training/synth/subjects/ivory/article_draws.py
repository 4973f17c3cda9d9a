"""Draws of worked ivory: kinds, sizes and details of each article."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.jewellery.bead_strings import draw_string

Piece = Callable[[Draws, Draws, int], Parameters]
"""Draws one piece: from its own stream, from that of what all pieces of its lot share (drawn anew for each), and its
number. ``size_m`` is about how much of the tusk it takes, for the scale of the grain."""


def draw_pieces(draws: Draws, piece: Piece, count: int) -> list[Parameters]:
    """Draw the pieces of a lot, each with a seed for its details."""
    drawn = []
    for number in range(count):
        own, shared = draws.part(f"piece {number}"), draws.part("lot").part("shared")
        drawn.append({**piece(own, shared, number), "seed": own.part("details").seed()})
    return drawn


def draw_figure(
    draws: Draws,
    lot: Draws,
    number: int,
    *,
    kinds: Mapping[str, float],
    heights: tuple[float, float],
    bare: bool = False,
    may_lie: bool = False,
) -> Parameters:
    """Draw a figure.

    Args:
        draws: The piece's own stream.
        lot: Not used.
        number: Not used.
        kinds: Figures with their relative frequency.
        heights: Least and greatest, in metres.
        bare: Whether it never has a stand.
        may_lie: Whether some lie on their back.
    """
    del lot, number
    height = draws.log_uniform(*heights)
    return {
        "figure": draws.weighted(kinds),
        "height_m": height,
        "size_m": 0.8 * height,
        "stand": "none" if bare else draws.weighted({"none": 0.55, "round": 0.25, "square": 0.2}),
        "stand_high": draws.uniform(0.15, 1.1),
        "lying": may_lie and draws.chance(0.08),
    }


draw_person = partial(draw_figure, kinds={"standing": 1.0}, heights=(0.08, 0.35), may_lie=True)
draw_seated = partial(draw_figure, kinds={"seated": 1.0}, heights=(0.035, 0.16))
draw_netsuke = partial(
    draw_figure, heights=(0.028, 0.05), bare=True,
    kinds={"kneeling": 0.3, "seated": 0.2, "crouching": 0.2, "coil": 0.15, "hare": 0.1, "fish": 0.05},
)  # fmt: skip
draw_animal = partial(
    draw_figure, heights=(0.03, 0.12),
    kinds={"crouching": 0.3, "hare": 0.12, "horse": 0.2, "bird": 0.18, "fish": 0.12, "coil": 0.08},
)  # fmt: skip
draw_elephant = partial(draw_figure, kinds={"elephant": 1.0}, heights=(0.03, 0.16))
draw_group = partial(draw_figure, kinds={"group": 1.0}, heights=(0.045, 0.15))
draw_openwork = partial(draw_figure, kinds={"puzzle_ball": 0.7, "basket": 0.3}, heights=(0.07, 0.2))
draw_brooch = partial(draw_figure, kinds={"spray": 1.0}, heights=(0.025, 0.05), bare=True)


def draw_strung(draws: Draws, lot: Draws, number: int) -> Parameters:
    """Draw a string of beads, some with a pendant."""
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


def draw_bead(draws: Draws, lot: Draws, number: int) -> Parameters:
    """Draw a loose bead."""
    del number
    size = lot.log_uniform(0.006, 0.02) * draws.uniform(0.85, 1.15)
    return {
        "shape": lot.choice(["round", "round", "barrel", "olive", "tube"]),
        "bead_m": size,
        "size_m": 2 * size,
    }


def draw_pendant(draws: Draws, lot: Draws, number: int) -> Parameters:
    """Draw a pendant: a medallion, the tip of a tusk or a small figure."""
    del number
    height = draws.uniform(0.025, 0.06)
    return {
        "kind": draws.choice(["medallion", "medallion", "tip", "seated", "standing"]), "height_m": height, "size_m": height,
        "width_m": height * draws.uniform(0.6, 1.0), "thick_m": 0.004, "depth_m": draws.uniform(0.002, 0.004),
        "style": draws.choice(["scroll", "portrait", "gothic", "procession"]), "bend_deg": draws.uniform(15, 80), "cord": lot.chance(0.6),
    }  # fmt: skip


def draw_bangle(draws: Draws, lot: Draws, number: int) -> Parameters:
    """Draw a bangle."""
    del number
    thick = lot.uniform(0.004, 0.012)
    return {
        "inner_m": lot.uniform(0.027, 0.036) * draws.uniform(0.97, 1.03), "wide_m": lot.log_uniform(0.006, 0.045) * draws.uniform(0.8, 1.2),
        "thick_m": thick, "square": lot.uniform(0.0, 0.9), "size_m": 0.04,
        "style": draws.weighted({"plain": 0.5, "relief": 0.3, "ribbed": 0.1, "mounted": 0.1}),
    }  # fmt: skip


def draw_bridge(draws: Draws, lot: Draws, number: int) -> Parameters:
    """Draw a row of elephants on an arch."""
    del lot, number
    length = draws.uniform(0.18, 0.6)
    return {
        "length_m": length,
        "size_m": 0.12 * length,
        "count": draws.integer(4, 8),
        "shrink": draws.uniform(0.35, 0.8),
        "rise": draws.uniform(0.02, 0.16),
    }


def draw_carved_tusk(draws: Draws, lot: Draws, number: int) -> Parameters:
    """Draw a whole tusk, carved."""
    del lot, number
    length = draws.log_uniform(0.18, 1.0)
    return {
        "length_m": length, "radius_m": length * draws.uniform(0.05, 0.085), "size_m": 0.15 * length,
        "bend_deg": draws.uniform(15, 75), "depth": draws.uniform(0.14, 0.36), "style": draws.weighted({"scene": 0.5, "procession": 0.25, "scroll": 0.15, "gothic": 0.1}),
        "upright": draws.chance(0.6), "plain": draws.uniform(0.0, 0.4) if draws.chance(0.5) else 0.0,
        "standing": draws.chance(0.5), "stand": draws.choice(["round", "square"]),
    }  # fmt: skip


def draw_seal(draws: Draws, lot: Draws, number: int) -> Parameters:
    """Draw a name seal."""
    del number
    radius = lot.log_uniform(0.005, 0.016) * draws.uniform(0.85, 1.2)
    return {
        "radius_m": radius, "size_m": 2.2 * radius, "height_m": max(lot.uniform(0.045, 0.075), 3 * radius),
        "section": draws.weighted({"round": 0.5, "square": 0.32, "oval": 0.12, "octagon": 0.06}), "engraved": draws.chance(0.6),
        "paste": draws.uniform(0.5, 1.0) if draws.chance(0.6) else 0.0, "mark": draws.chance(0.3),
        "upright": draws.chance(0.45), "roll": draws.uniform(0, 2 * math.pi),
    }  # fmt: skip


def draw_plaque(draws: Draws, lot: Draws, number: int) -> Parameters:
    """Draw a plaque in relief."""
    del lot, number
    height = draws.log_uniform(0.05, 0.25)
    width = height * draws.choice([0.55, 0.7, 0.85, 1.0, 1.6, 3.2])
    return {
        "width_m": min(width, 0.3), "height_m": height, "size_m": 0.5 * height, "thick_m": draws.uniform(0.05, 0.1) * height,
        "depth_m": draws.uniform(0.03, 0.08) * height, "bend": draws.uniform(0.0, 0.25), "broken": draws.chance(0.2),
        "style": draws.weighted({"gothic": 0.35, "scene": 0.3, "procession": 0.2, "scroll": 0.15}),
    }  # fmt: skip


def draw_medallion(draws: Draws, lot: Draws, number: int) -> Parameters:
    """Draw a medallion."""
    del lot, number
    height = draws.log_uniform(0.03, 0.11)
    return {
        "width_m": height * draws.choice([1.0, 1.0, 0.78]), "height_m": height, "size_m": 0.6 * height, "thick_m": draws.uniform(0.06, 0.25) * height,
        "depth_m": draws.uniform(0.05, 0.1) * height, "style": draws.weighted({"gothic": 0.2, "scene": 0.25, "procession": 0.15, "scroll": 0.25, "portrait": 0.15}),
    }  # fmt: skip


def draw_case(draws: Draws, lot: Draws, number: int) -> Parameters:
    """Draw a card case, pot or box in relief."""
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


def draw_chopsticks(draws: Draws, lot: Draws, number: int) -> Parameters:
    """Draw a pair of chopsticks."""
    del number
    length = lot.uniform(0.20, 0.27)
    return {
        "length_m": length, "thick_m": lot.uniform(0.006, 0.009), "apart_m": draws.uniform(0.009, 0.022), "size_m": 0.05,
        "cross_deg": draws.normal(0, 3, -8, 8), "tipped": lot.chance(0.3),
    }  # fmt: skip


def draw_die(draws: Draws, lot: Draws, number: int) -> Parameters:
    """Draw a die."""
    del draws, number
    side = lot.log_uniform(0.008, 0.02)
    return {"side_m": side, "size_m": side * 1.5, "round": lot.uniform(0.1, 0.8)}


def draw_billiard_ball(draws: Draws, lot: Draws, number: int) -> Parameters:
    """Draw a billiard ball, the second of some lots dyed."""
    radius = lot.uniform(0.024, 0.031)
    return {
        "radius_m": radius,
        "size_m": 1.2 * radius,
        "dyed": 1.0 if number == 1 and draws.chance(0.5) else 0.0,
    }


def draw_piano_key(draws: Draws, lot: Draws, number: int) -> Parameters:
    """Draw the ivory of a piano key."""
    del number
    whole = lot.chance(0.6)
    return {
        "length_m": 0.148 if whole else 0.051,
        "wide_m": 0.0225,
        "size_m": 0.04,
        "notch": draws.choice([-1, 0, 1]) if whole else 0,
    }


def draw_cutlery(draws: Draws, lot: Draws, number: int) -> Parameters:
    """Draw a knife or fork with an ivory handle."""
    del draws
    handle = lot.uniform(0.075, 0.12)
    return {
        "kind": "fork" if number % 2 and lot.chance(0.6) else "knife", "handle_m": handle, "size_m": 0.03, "thick_m": lot.uniform(0.014, 0.024),
        "blade_m": handle * lot.uniform(1.1, 1.9), "curl": lot.uniform(-1, 1),
    }  # fmt: skip


def draw_chessman(draws: Draws, lot: Draws, number: int) -> Parameters:
    """Draw a chessman."""
    size = lot.uniform(0.03, 0.05)
    kind = ("pawn", "king", "rook", "pawn", "bishop", "queen")[number % 6]
    return {"kind": kind, "size_m": size, "dyed": 1.0 if lot.chance(0.6) and draws.chance(0.45) else 0.0}


def draw_comb(draws: Draws, lot: Draws, number: int) -> Parameters:
    """Draw a comb."""
    del lot, number
    double = draws.chance(0.35)
    return {
        "width_m": draws.uniform(0.06, 0.13), "height_m": draws.uniform(0.05, 0.10), "size_m": 0.05, "back": draws.uniform(0.3, 0.5),
        "teeth": draws.integer(16, 36), "double": double, "style": draws.choice(["scroll", "scene", "gothic", "procession"]),
    }  # fmt: skip


def draw_fan(draws: Draws, lot: Draws, number: int) -> Parameters:
    """Draw a folding fan."""
    del lot, number
    return {
        "radius_m": draws.uniform(0.16, 0.22),
        "size_m": 0.06,
        "sticks": draws.integer(16, 24),
        "open_deg": draws.uniform(90, 165),
    }
