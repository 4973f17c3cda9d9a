"""Tortoiseshell: the scutes of the hawksbill turtle, the whole carapace, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from training.synth.family import Fact, Family, Form, assembled, in_pieces
from training.synth.kit.assembly import Part
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import glossy_material
from training.synth.subjects.shells import articles, carapace, fans, spectacles
from training.synth.subjects.shells.materials import draw_tortoiseshell, tortoiseshell_material

_METALS = ([0.83, 0.60, 0.22], [0.78, 0.77, 0.74], [0.55, 0.40, 0.22])


def _metal(lot: Parameters) -> Any:
    return glossy_material("metal", tuple(lot["metal"]), 0.25, metal=1.0)


def _bone(lot: Parameters) -> Any:
    del lot
    return glossy_material("bone", (0.42, 0.30, 0.17), 0.7)


def _form(
    piece: Callable[[Draws], Parameters],
    parts: Callable[[Parameters], list[Part]],
    second: Callable[[Parameters], Any] = _metal,
    *,
    raw: float = 0.03,
    whole: bool = False,
    weight: float,
    layouts: Mapping[str, float],
    most: int = 1,
) -> Form:
    """Return a form: ``second`` makes what is beside the shell, ``raw`` is how often it is unpolished; ``whole`` scutes have rays."""

    def lot(draws: Draws) -> Parameters:
        look = draw_tortoiseshell(draws.part("look"), raw=raw, whole=whole)
        return {"look": look, "metal": draws.choice(_METALS)}

    def materials(lot: Parameters) -> Sequence[Any]:
        shell = tortoiseshell_material(lot["look"], rays=whole)
        return [shell, second(lot), glossy_material("lens", (0.015, 0.014, 0.012), 0.03, coat=1.0)]

    made = assembled(parts, materials)
    return in_pieces(piece=piece, lot=lot, make=made, weight=weight, layouts=layouts, most=most, variants=5)


_uncut = partial(_form, whole=True)

FAMILY = Family(
    name="tortoiseshell",
    label="tortoiseshell",
    facts=(
        Fact(
            "Brown to black patches lie in a honey yellow to reddish ground, and are made of small dots of pigment.",
            "Hainschwang, T. & Leggio, L. (2006), The characterization of tortoise shell and its imitations, Gems & Gemology 42(1)",
        ),
        Fact(
            "The hawksbill's carapace bears five vertebral and four pairs of costal scutes that overlap like tiles, and serrated marginal scutes.",
            "Wyneken, J. (2001), The Anatomy of Sea Turtles, NOAA Technical Memorandum NMFS-SEFSC-470",
        ),
    ),
    forms={
        "scutes": _uncut(
            carapace.draw_scute, carapace.laid_scute, raw=0.5, weight=0.2, most=26,
            layouts={"single": 0.2, "row": 0.15, "scattered": 0.2, "spread": 0.2, "heap": 0.15, "hand": 0.1},
        ),
        "carapace": _uncut(
            carapace.draw_carapace, carapace.laid_carapace, _bone, raw=0.35, weight=0.22, layouts={"single": 0.55, "hanging": 0.45}
        ),
        "comb": _form(
            articles.draw_comb, articles.comb_parts, weight=0.17, most=6,
            layouts={"single": 0.55, "row": 0.15, "scattered": 0.2, "hand": 0.1},
        ),
        "bangle": _form(
            articles.draw_cuff, articles.laid_cuff, weight=0.14, most=18,
            layouts={"single": 0.3, "row": 0.15, "scattered": 0.2, "standing": 0.1, "hand": 0.1, "heap": 0.15},
        ),
        "spectacles": _form(
            spectacles.draw_spectacles, spectacles.spectacle_parts, weight=0.07, layouts={"single": 0.75, "scattered": 0.25}, most=4
        ),
        "box": _form(
            articles.draw_box, articles.box_parts, weight=0.07, layouts={"single": 0.7, "scattered": 0.2, "row": 0.1}, most=4
        ),
        "fan": _form(fans.draw_fan, fans.laid_fan, weight=0.05, layouts={"single": 0.7, "hanging": 0.3}),
        "hairpin": _form(
            articles.draw_hairpin, articles.hairpin_parts, weight=0.05, most=9,
            layouts={"single": 0.2, "row": 0.25, "scattered": 0.3, "hand": 0.15, "spread": 0.1},
        ),
        "plectrum": _form(
            articles.draw_pick, articles.pick_parts, weight=0.03, layouts={"scattered": 0.4, "hand": 0.3, "spread": 0.3}, most=12
        ),
    },
)  # fmt: skip
