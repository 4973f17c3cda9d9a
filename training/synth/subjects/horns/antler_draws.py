"""Draws of antlers: what one, a pair on a board or a sawn piece looks like."""

from __future__ import annotations

from training.synth.kit.draws import Draws, Parameters

_TONES = {
    "brown": ((0.26, 0.155, 0.075), (0.05, 0.024, 0.010), (0.62, 0.50, 0.33)),
    "dark": ((0.13, 0.07, 0.032), (0.025, 0.012, 0.006), (0.50, 0.38, 0.23)),
    "pale": ((0.46, 0.36, 0.23), (0.16, 0.10, 0.05), (0.68, 0.58, 0.42)),
}


def draw_tones(draws: Draws) -> Parameters:
    """Draw the colours of beam, grooves and worn tips, and how weathered they are."""
    body, groove, tip = _TONES[draws.weighted({"brown": 0.5, "dark": 0.2, "pale": 0.3})]
    tones = draws.part("tones")
    return {
        "body": tones.colour(body, value=0.3),
        "groove": tones.colour(groove, value=0.4),
        "tip": tones.colour(tip, value=0.15),
        "weathered": tones.uniform(0, 1) if tones.chance(0.4) else tones.uniform(0, 0.25),
    }


def draw_deer(draws: Draws) -> Parameters:
    """Draw the antler of a deer, with three to seven points."""
    length = draws.log_uniform(0.35, 0.95)
    brow = _tine(draws, draws.uniform(0.05, 0.09), (0.18, 0.36), out=draws.uniform(-10, 40))
    count = draws.integer(2, 5)
    tines = [_branch(draws, 0.3 + 0.58 * number / max(count - 1, 1)) for number in range(count)]
    return {
        "length_m": length,
        "base_m": length * draws.uniform(0.032, 0.045),
        "bend_deg": draws.uniform(55, 125),
        "bow_deg": draws.uniform(-20, 20),
        "tines": [brow, *tines],
        "palm": 0.0,
        "pearls": draws.uniform(0.05, 0.14),
        "burr": draws.uniform(0.6, 1.3),
        "seed": draws.seed(),
    }


def draw_roe(draws: Draws) -> Parameters:
    """Draw the antler of a roe deer: short, pearled, with three points, of which one points back."""
    length = draws.uniform(0.16, 0.26)
    ahead, back = _branch(draws, 0.5), _branch(draws, 0.75)
    return {
        "length_m": length,
        "base_m": length * draws.uniform(0.032, 0.045) * 1.5,
        "bend_deg": draws.uniform(10, 35),
        "bow_deg": draws.uniform(-20, 20),
        "tines": [ahead, {**back, "angle_deg": -back["angle_deg"]}],
        "palm": 0.0,
        "pearls": draws.uniform(0.05, 0.14) * 1.4,
        "burr": draws.uniform(0.6, 1.3),
        "seed": draws.seed(),
    }


def draw_moose(draws: Draws) -> Parameters:
    """Draw the antler of a moose: a palm with a fringe of points."""
    count = draws.integer(4, 9)
    tines = [
        {
            **_tine(draws, 0.34 + 0.62 * number / count, (0.14, 0.3), out=draws.uniform(-6, 12)),
            "angle_deg": draws.uniform(70, 95) - 75 * number / count,
            "offset_m": 0.0,
        }
        for number in range(count)
    ]
    tines += [_tine(draws, draws.uniform(0.2, 0.28), (0.28, 0.45), out=draws.uniform(0, 25))]
    length = draws.uniform(0.55, 1.0)
    return {
        "length_m": length,
        "base_m": length * draws.uniform(0.032, 0.04),
        "bend_deg": draws.uniform(15, 50),
        "bow_deg": draws.uniform(10, 35),
        "tines": [{**tine, "length": tine["length"] + 0.16 * (tine["at"] > 0.3)} for tine in tines],
        "palm": draws.uniform(0.14, 0.22),
        "pearls": draws.uniform(0.02, 0.06),
        "burr": draws.uniform(0.5, 1.0),
        "seed": draws.seed(),
    }


def draw_trophy(draws: Draws) -> Parameters:
    """Draw a pair of antlers with its board."""
    draw = {"deer": draw_deer, "roe": draw_roe}[draws.weighted({"deer": 0.75, "roe": 0.25})]
    shape = draw(draws.part("antler"))
    boss = shape["base_m"] * draws.uniform(1.7, 2.1)
    return {
        "antler": shape,
        "spread_deg": draws.uniform(15, 50),
        "forward_deg": draws.uniform(-10, 35),
        "board": draws.weighted({"none": 0.25, "shield": 0.45, "oval": 0.2, "plank": 0.1}),
        "board_m": boss * draws.uniform(1.6, 2.3),
        "boss_m": boss,
        "seed": draws.seed(),
    }


def draw_sawn(draws: Draws) -> Parameters:
    """Draw a sawn piece: a tip or a length of the beam."""
    tip = draws.chance(0.45)
    return {
        "length_m": draws.log_uniform(0.05, 0.2),
        "base_m": draws.uniform(0.010, 0.022),
        "bend_deg": draws.uniform(0, 45),
        "taper": draws.uniform(0.75, 0.9) if tip else draws.uniform(0.0, 0.35),
        "pearls": draws.uniform(0.03, 0.12),
        "tip": tip,
        "seed": draws.seed(),
    }


def _branch(draws: Draws, at: float) -> Parameters:
    """Draw a tine about ``at`` along the beam."""
    return _tine(draws, at + draws.uniform(-0.05, 0.05), (0.16, 0.4), out=draws.uniform(-20, 20))


def _tine(draws: Draws, at: float, lengths: tuple[float, float], *, out: float) -> Parameters:
    return {
        "at": min(at, 0.96),
        "length": draws.uniform(*lengths),
        "angle_deg": -draws.uniform(45, 80),
        "out_deg": out,
        "curl_deg": draws.uniform(5, 50),
    }
