"""Polished carapaces, and whole turtles mounted with theirs, as shops show them: values and objects; metres."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.kit.assembly import assemble
from training.synth.kit.blender import add_mesh, blender
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import glossy_material
from training.synth.kit.meshes import box_mesh
from training.synth.setting.arrange import draw_arrangement
from training.synth.setting.staged import draw_staging, staged, unmoved
from training.synth.subjects.shells.carapace import hung_up
from training.synth.subjects.shells.materials import draw_tortoiseshell, tortoiseshell_material
from training.synth.subjects.shells.smooth_carapace import (
    add_turtle_body,
    draw_smooth_carapace,
    draw_turtle,
    smooth_carapace_parts,
)

_FLOORS = {"concrete": 0.25, "boards": 0.25, "cloth": 0.15, "tiles": 0.15, "carpet": 0.1, "granite": 0.1}


def draw_carapace(draws: Draws, form: str) -> Parameters:
    """Draw a polished carapace that lies, with price labels, or hangs."""
    hangs = form == "hung"
    return {
        "form": form,
        "arrangement": draw_arrangement(draws.part("arrangement"), {"hanging": 1.0}) if hangs else unmoved(draws.part("arrangement")),
        "staging": {} if hangs else draw_staging(draws.part("view"), elevation=(35, 89), fill=(0.8, 1.6), ground=_FLOORS),
        "carapace": draw_smooth_carapace(draws.part("carapace")),
        "look": _draw_look(draws),
        "labels": draws.choice((0, 0, 1, 2)),
    }  # fmt: skip


def make_carapace(parameters: Parameters) -> Sequence[Any]:
    """Make it with small price labels on it."""
    hangs = parameters["form"] == "hung"
    shell = _carapace(parameters, hangs=hangs)
    if hangs:
        return [shell]
    blender().context.view_layer.update()
    paper = glossy_material("label", (0.85, 0.85, 0.82), 0.6)
    for number in range(parameters["labels"]):
        label = add_mesh("label", box_mesh(0.03, 0.018, 0.0005), paper)
        label.location = (0.06 * (number - 0.5), 0.05 * number - 0.02, float(shell.dimensions.z) + 0.001)
    return staged([shell])


def draw_mounted(draws: Draws, form: str) -> Parameters:
    """Draw one or two turtles mounted whole."""
    count = draws.weighted({"1": 0.7, "2": 0.3})
    animals = [{"carapace": draw_smooth_carapace(draws.part(f"carapace {n}")), "turtle": draw_turtle(draws.part(f"turtle {n}")), "look": _draw_look(draws.part(f"{n}"))} for n in range(int(count))]  # fmt: skip
    return {
        "form": form,
        "arrangement": unmoved(draws.part("arrangement")),
        "staging": draw_staging(
            draws.part("view"), elevation=(12, 60), fill=(0.8, 1.3), turn=180, ground=_FLOORS
        ),
        "animals": animals,
    }


def make_mounted(parameters: Parameters) -> Sequence[Any]:
    """Make the turtles side by side."""
    things: list[Any] = []
    for number, animal in enumerate(parameters["animals"]):
        shell = _carapace(animal)
        length = animal["carapace"]["length_m"]
        body = add_turtle_body(animal["turtle"], animal["carapace"])
        spot = (0.1 * number, number * 1.1 * length, 0.05 * length)
        for thing in (shell, body):
            thing.location = spot
        shell.location.z += 0.005 * length
        things += [shell, body]
    return staged(things)


def _draw_look(draws: Draws) -> Parameters:
    """Draw shell under varnish: darker and redder than cut plates, its flecks drawn out in rays."""
    look = draw_tortoiseshell(draws.part("look"), raw=0.15, whole=True)
    return {**look, "see_through": 0.0, "amber": draws.choice(("amber", "cherry", "cherry", "honey"))}


def _carapace(parameters: Parameters, *, hangs: bool = False) -> Any:
    parts = smooth_carapace_parts(parameters["carapace"])
    materials = [
        tortoiseshell_material(parameters["look"], rays=True),
        glossy_material("bone", (0.45, 0.34, 0.20), 0.6),
    ]
    return assemble("carapace", hung_up(parts) if hangs else parts, materials)
