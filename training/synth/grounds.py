"""What things lie on and stand before: grounds and walls."""

from __future__ import annotations

from typing import Any

from training.synth.blender import add_mesh
from training.synth.draws import Draws, Parameters
from training.synth.meshes import grid_mesh
from training.synth.materials import cloth_material, wooden_boards


def sample_ground(draws: Draws) -> Parameters:
    """Draw the ground and the wall."""
    return {
        "kind": draws.choice(["wood", "cloth"]),
        "colour": draws.colour((0.4, 0.35, 0.3), value=0.8, tint=0.5),
        "wall_m": draws.log_uniform(0.5, 4),
    }


def build_ground(ground: Parameters, *, radius: float, away: tuple[float, float], hanging: bool) -> list[Any]:
    """Build the ground at z = 0 and a wall behind the scene.

    Args:
        ground: As drawn.
        radius: Of the subject, in metres.
        away: Unit vector in the plane from the camera to the subject.
        hanging: Whether the subject hangs on the wall, which then stands right behind it.
    """
    material = (
        wooden_boards("wood", (0.2, 0.1, 0.05), (0.3, 0.2, 0.1), 0.2)
        if ground["kind"] == "wood"
        else cloth_material(ground["colour"])
    )
    plane = add_mesh("ground", grid_mesh(12.0, 12.0, 2), material)
    return [plane]
