"""Red coral: branches of precious coral, raw and polished, and the beads, stones and carvings cut from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.family import Fact, Family, alike
from training.synth.kit.assembly import Part, assemble
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import glossy_material
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.carvings.corals import coral_figure
from training.synth.subjects.jewellery.bead_strings import draw_string, loose_bead, string_parts
from training.synth.subjects.jewellery.corals import (
    branch_parts,
    cabochon_parts,
    draw_branch,
    draw_cabochon,
    draw_twig,
    twig_parts,
)
from training.synth.subjects.jewellery.gem_materials import (
    coral_material,
    draw_coral,
    metal_material,
    thread_material,
)

_LAYOUTS: dict[str, tuple[dict[str, float], int]] = {
    "branch": ({"single": 0.5, "standing": 0.25, "scattered": 0.15, "hand": 0.1}, 5),
    "twigs": ({"heap": 0.35, "spread": 0.2, "filled": 0.2, "scattered": 0.1, "hand": 0.15}, 60),
    "string": ({"single": 0.55, "hanging": 0.15, "row": 0.15, "scattered": 0.15}, 5),
    "beads": ({"heap": 0.35, "filled": 0.3, "spread": 0.2, "hand": 0.15}, 90),
    "cabochon": ({"single": 0.3, "scattered": 0.5, "hand": 0.2}, 7),
    "carving": ({"standing": 0.6, "single": 0.2, "hand": 0.2}, 2),
}
_SHAPES = {
    "round": 0.4,
    "barrel": 0.12,
    "olive": 0.06,
    "tube": 0.06,
    "disc": 0.05,
    "twig": 0.22,
    "branch": 0.05,
    "chip": 0.04,
}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot of coral."""
    kinds, most = _LAYOUTS[form]
    raw = {"branch": 0.45, "twigs": 0.45}.get(form, 0.0)
    lot: Parameters = {
        "form": form,
        "arrangement": draw_arrangement(draws.part("arrangement"), kinds, most=most),
        "look": draw_coral(draws.part("look"), raw=raw),
        "metal": draws.weighted({"gold": 0.55, "silver": 0.45}),
        "thread": draws.colour((0.35, 0.05, 0.04) if draws.chance(0.6) else (0.6, 0.55, 0.45), value=0.3),
        "fitting": draws.choice(["wood", "stone"]),
    }
    variants = min(lot["arrangement"]["count"], 6)
    lot["pieces"] = [_draw_piece(draws.part(f"piece{k}"), form) for k in range(variants)]
    if form == "beads":
        lot["pieces"] = _alike(draws.part("beads"), variants)
    return lot


def _draw_piece(draws: Draws, form: str) -> Parameters:
    if form == "branch":
        return draw_branch(draws)
    if form == "twigs":
        return draw_twig(draws)
    if form == "cabochon":
        return draw_cabochon(draws)
    if form == "string":
        return draw_string(draws, shapes=_SHAPES, diameters=(0.004, 0.014))
    kind = draws.weighted({"robed": 0.4, "buddha": 0.2, "lion": 0.15, "owl": 0.1, "elephant": 0.15})
    branch = draw_branch(draws.part("branch")) if draws.chance(0.45) else None
    return {"figure": kind, "height_m": draws.uniform(0.035, 0.12), "branch": branch, "seed": draws.seed()}


def _alike(draws: Draws, count: int) -> list[Parameters]:
    """Draw loose beads of one shape and nearly one size."""
    shape = draws.weighted({"round": 0.6, "barrel": 0.25, "olive": 0.1, "faceted": 0.05})
    size = draws.log_uniform(0.005, 0.013)
    return [
        {"shape": shape, "bead_m": size * draws.uniform(0.9, 1.1), "seed": draws.seed()} for _ in range(count)
    ]


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the pieces."""
    form, kind = parameters["form"], parameters["arrangement"]["kind"]
    second = _second(form, parameters)
    materials = [coral_material(parameters["look"]), second, metal_material(parameters["metal"])]
    return [assemble(form, _parts(form, piece, kind), materials) for piece in parameters["pieces"]]


def _second(form: str, parameters: Parameters) -> Any:
    """Return what the parts of material 1 are made of."""
    if form == "string":
        return thread_material(tuple(parameters["thread"]))
    if form == "cabochon":
        return metal_material(parameters["metal"])
    dark = (0.05, 0.022, 0.010) if parameters["fitting"] == "wood" else (0.35, 0.33, 0.3)
    return glossy_material("stand", dark, 0.4)


def _parts(form: str, piece: Parameters, kind: str) -> list[Part]:
    if form == "branch":
        return branch_parts(piece, lying=kind != "standing")
    if form == "twigs":
        return twig_parts(piece)
    if form == "cabochon":
        return cabochon_parts(piece)
    if form == "string":
        return string_parts(piece, hanging=kind == "hanging")
    if form == "beads":
        return [loose_bead(piece["shape"], piece["bead_m"], piece["seed"])]
    return coral_figure(piece, lying=kind not in ("standing", "single"))


FAMILY = Family(
    name="red_coral",
    label="red_coral",
    facts=(
        Fact(
            "Precious coral branches show fine parallel striations along the branch; their colours run from white over pink and orange to dark red, some with a white core.",
            "Smith, C. P. et al. (2007), Pink-to-red coral: a guide to determining origin of color, Gems & Gemology 43(1)",
        ),
        Fact(
            "It is traded as raw branches, beads and strings of them, cabochons, carvings and small polished twigs.",
            "Cooper, E. W. T. et al. (2011), Guide to the Identification of Precious and Semi-precious Corals in Commercial Trade, TRAFFIC",
        ),
    ),
    forms=alike(
        {"branch": 0.34, "twigs": 0.13, "string": 0.28, "beads": 0.1, "cabochon": 0.08, "carving": 0.07},
        draw_lot,
        make_pieces,
    ),
)
