"""By Blender itself: a lot of each family, and tiny scenes; needs the extra ``synth``."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.synth.__main__ import main
from training.synth.families import family_names
from training.synth.row import FAILURES, read_manifest
from training.synth.setting.covers import BUBBLE_WRAP, GLASS_CASE

pytestmark = [
    pytest.mark.blender,
    pytest.mark.skipif(importlib.util.find_spec("bpy") is None, reason="needs the extra synth"),
]
SCENES = [
    "--families",
    "rhino_horn",
    "pebbles",
    "--count",
    "4",
    "--size",
    "64",
    "--samples",
    "2",
    "--workers",
    "1",
]
BUILD_ALL = """
import numpy as np
from training.synth.families import family_names, load_family
from training.synth.kit.blender import blender
from training.synth.kit.draws import Draws
for name in family_names():
    family = load_family(name)
    form = Draws(8, (name, "form")).weighted(family.weights)
    blender().ops.wm.read_factory_settings(use_empty=True)
    lot = family.forms[form].draw(Draws(8, (name, form)), form)
    pieces = family.forms[form].make(lot)
    blender().context.view_layer.update()
    meshes = [part for piece in pieces for part in (piece, *piece.children_recursive) if part.type == "MESH"]
    slots = [{face.material_index for face in mesh.data.polygons} for mesh in meshes]
    dressed = {max(used, default=0) < len(mesh.data.materials) for mesh, used in zip(meshes, slots, strict=True)}
    corners = np.array([mesh.matrix_world @ vertex.co for mesh in meshes for vertex in mesh.data.vertices])
    size = np.ptp(corners, axis=0).max()
    low = 0.0 if lot.get("staging") else corners[:, 2].min()  # a staged lot stands where its family put it
    print(name, min(len(mesh.data.vertices) for mesh in meshes), low / size, size, *dressed)
"""
"""In a process of its own: Blender's module path must not reach the workers of other tests."""


def test_every_family_builds_meshes_with_materials_that_rest_on_the_ground() -> None:
    """As `training.synth.family.Form.make` promises: the lowest point at z = 0, metres, each face with a material."""
    found = subprocess.run([sys.executable, "-c", BUILD_ALL], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    built = [line.split() for line in found.stdout.splitlines() if line.startswith(family_names())]
    assert [name for name, *_ in built] == list(family_names())
    assert all(int(vertices) >= 3 and dressed == ["True"] for _, vertices, _, _, *dressed in built), built
    assert all(abs(float(low)) < 0.02 and 0.003 < float(size) < 10 for _, _, low, size, *_ in built), built


def test_covers_leave_the_subject_in_sight(tmp_path: Path) -> None:
    """Six scenes, each under bubble wrap or behind glass: none hides its subject, both kinds are there."""
    arguments = [*SCENES, "--cover-share", "1"]
    arguments[arguments.index("--count") + 1] = "6"
    assert main(["render", "--out", str(tmp_path), *arguments]) == 0
    rows = read_manifest(tmp_path)
    assert {row["scene"]["cover"]["kind"] for row in rows} == {BUBBLE_WRAP, GLASS_CASE}
    assert all(row["visible_fraction"] > 0.2 and row["box"] for row in rows)


def test_two_families_render_the_same_pixels_twice(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        assert main(["render", "--out", str(tmp_path / folder), *SCENES]) == 0
        assert (tmp_path / folder / FAILURES).read_text() == ""
    first, second = (read_manifest(tmp_path / folder) for folder in ("a", "b"))
    assert first == second
    assert {row["family"] for row in first} == {"rhino_horn", "pebbles"}
    for row in first:
        with Image.open(tmp_path / "a" / row["path"]) as picture:
            assert np.asarray(picture.convert("L")).std() > 3
    assert any(row["visible_fraction"] > 0.3 and row["box"] for row in first)
