"""Things that one workshop makes in many materials: figures, bead strings, bangles, bowls and boxes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from training.synth.family import Form, laid_out
from training.synth.kit.assembly import assemble
from training.synth.kit.blender import add_mesh
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.grown_shapes import curve, joined, moved, rest
from training.synth.kit.meshes import box_mesh, lathe_mesh
from training.synth.subjects.carvings.figures import FIGURES, figure_part
from training.synth.subjects.jewellery.bangles import bangle_mesh
from training.synth.subjects.jewellery.bead_strings import draw_string, string_parts
from training.synth.subjects.jewellery.gem_materials import thread_material

Paint = Callable[[Parameters], Any]
"""Makes the material from what was drawn."""

STANDING = {"standing": 0.55, "single": 0.1, "row": 0.2, "scattered": 0.15}


def figures(paint: Paint, draw: Callable[[Draws], Parameters], *, weight: float = 1.0) -> Form:
    """Return the form of carved or cast figures."""

    def drawn(draws: Draws) -> Parameters:
        return {
            **draw(draws.part("paint")),
            "figures": [draws.choice(FIGURES) for _ in range(2)],
            "height": draws.log_uniform(0.04, 0.3),
        }

    def make(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
        material = paint(parameters)
        return [
            assemble(
                "figure",
                [figure_part(kind, height=parameters["height"], seed=int(rng.integers(2**31)))],
                [material],
            )
            for kind in parameters["figures"]
        ]

    return laid_out(make=make, draw=drawn, weight=weight, layouts=STANDING, most=4)


def strings(
    paint: Paint,
    draw: Callable[[Draws], Parameters],
    *,
    shapes: Mapping[str, float],
    diameters: tuple[float, float] = (0.006, 0.018),
    weight: float = 1.0,
) -> Form:
    """Return the form of strung beads."""

    def drawn(draws: Draws) -> Parameters:
        string = draw_string(draws.part("string"), shapes=shapes, diameters=diameters)
        return {
            **draw(draws.part("paint")),
            "string": string,
            "thread": draws.colour((0.1, 0.06, 0.04), value=0.7),
        }

    def make(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
        del rng
        thread = thread_material(tuple(parameters["thread"]))
        return [assemble("string", string_parts(parameters["string"]), [paint(parameters), thread, thread])]

    return laid_out(
        make=make, draw=drawn, weight=weight, layouts={"single": 0.7, "hand": 0.1, "row": 0.2}, most=3
    )


def bangles(paint: Paint, draw: Callable[[Draws], Parameters], *, weight: float = 1.0) -> Form:
    """Return the form of plain bangles."""

    def make(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
        material = paint(parameters)
        return [
            add_mesh(
                "bangle", rest(bangle_mesh(rng.uniform(0.027, 0.034), rng.uniform(0.006, 0.03))), material
            )
            for _ in range(3)
        ]

    layouts = {"single": 0.3, "scattered": 0.3, "row": 0.15, "heap": 0.15, "hand": 0.1}
    return laid_out(make=make, draw=draw, weight=weight, layouts=layouts, most=9)


def vessels(paint: Paint, draw: Callable[[Draws], Parameters], *, weight: float = 1.0) -> Form:
    """Return the form of bowls, cups, vases and lidded pots, turned on a wheel or a lathe."""

    def drawn(draws: Draws) -> Parameters:
        kind = draws.choice(["bowl", "vase", "cup", "pot"])
        return {**draw(draws.part("paint")), "vessel": kind, "size": draws.log_uniform(0.035, 0.16)}

    def make(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
        material = paint(parameters)
        return [
            add_mesh("vessel", rest(_vessel(parameters["vessel"], parameters["size"], rng)), material)
            for _ in range(2)
        ]

    layouts = {"standing": 0.45, "single": 0.2, "row": 0.2, "scattered": 0.15}
    return laid_out(make=make, draw=drawn, weight=weight, layouts=layouts, most=5)


def _vessel(kind: str, size: float, rng: np.random.Generator) -> Any:
    """Return the mesh of a turned vessel of about ``size`` metres across."""
    belly, neck = rng.uniform(0.7, 1.0), rng.uniform(0.25, 0.6)
    stops = {
        "bowl": [(0, 0.45), (0.4, 0.85), (1, 1.0)],
        "cup": [(0, 0.6), (0.3, 0.72), (1, 0.8)],
        "vase": [(0, 0.45), (0.4, belly), (0.8, neck), (1, neck + 0.15)],
        "pot": [(0, 0.6), (0.5, 1.0), (1, 0.55)],
    }[kind]
    high = {"bowl": 0.55, "cup": 1.0, "vase": 2.2, "pot": 1.1}[kind] * rng.uniform(0.8, 1.2)
    u = np.linspace(0, 1, 32)
    radius = curve(stops, u) * size / 2
    outside = np.stack([radius, u * high * size], axis=1)
    inside = np.stack([radius[::-1] * 0.93 - 0.001, u[::-1] * high * size + 0.003], axis=1)[:-3]
    profile = np.concatenate([[[1e-4, 0]], outside, inside, [[1e-4, inside[-1, 1]]]])
    return lathe_mesh(profile, sides=72)


def boxes(paint: Paint, draw: Callable[[Draws], Parameters], *, weight: float = 1.0) -> Form:
    """Return the form of small boxes with a carved lid."""

    def make(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
        w, d, h = rng.uniform((0.06, 0.04, 0.025), (0.18, 0.12, 0.09))
        lid = moved(box_mesh(1.04 * w, 1.04 * d, 0.25 * h), (0, 0, h))
        mesh, _ = joined([box_mesh(w, d, h), lid])
        look = paint(parameters)
        return [add_mesh("carved_box", rest(mesh), look)]

    return laid_out(make=make, draw=draw, weight=weight, layouts={"single": 0.8, "row": 0.2}, most=3)
