"""The sample pictures' workshop, as far as it goes without Blender."""

from __future__ import annotations

import io
import itertools
import re
import shlex
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.synth.kit.blender import MissingBlenderError, blender
from training.synth.kit.distance_fields import blend, capsule, ellipsoid, gradient, surface_nets
from training.synth.kit.geometry import Array, Mesh
from training.synth.kit.meshes import (
    box_mesh,
    cloth_mesh,
    grid_mesh,
    lathe_mesh,
    rod_mesh,
    sphere_mesh,
    tube_mesh,
)
from training.synth.render_samples import build_parser, main
from training.synth.samples.bangles_and_beads import BANGLES, bead_strand_path, necklace_path
from training.synth.samples.hare_coat import furred
from training.synth.samples.renderer import without_comments
from training.synth.samples.sample_scenes import SCENES
from training.synth.samples.tusk import SIDES, TUSK_STATIONS, tusk_mesh
from training.synth.setting.household import mug_handle_path, mug_profile
from training.synth.subjects.carvings.hare_body import hare_distance
from training.synth.subjects.jewellery.bangles import bangle_mesh

ROOT = Path(__file__).parents[3]
SYNTH = ROOT / "training" / "synth"
WELD = 1e-5  # metres: vertices nearer than this are one point

HEXAGON = 1.5 * 3**0.5  # area over radius squared
NECKLACE_LENGTH = float(np.linalg.norm(necklace_path() - np.roll(necklace_path(), 1, axis=0), axis=1).sum())


def ball(points: Array) -> Array:
    return np.linalg.norm(points, axis=1) - 1.0


SOLIDS: dict[str, tuple[Mesh, float]] = {  # mesh and volume
    "ball": (sphere_mesh(0.0075), 4 / 3 * np.pi * 0.0075**3),
    "box": (box_mesh(0.20, 0.14, 0.115), 0.20 * 0.14 * 0.115),
    "rod": (rod_mesh(-0.1, 0.06, 0.0038, 0.0038, 6), HEXAGON * 0.0038**2 * 0.16),
    "necklace thread": (tube_mesh(necklace_path(), 0.0006, closed=True), np.pi * 0.0006**2 * NECKLACE_LENGTH),
    "meshed ball": (surface_nets(ball, (-1.3,) * 3, (1.3,) * 3, 0.1), 4 / 3 * np.pi),
}


@pytest.mark.parametrize("name", SOLIDS)
def test_a_solid_is_closed_and_has_its_volume(name: str) -> None:
    mesh, expected = SOLIDS[name]
    assert np.isfinite(mesh[0]).all()
    assert not open_edges(mesh)
    assert abs(volume(mesh)) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("name", ["ball", "box", "rod", "meshed ball"])
def test_faces_look_outward(name: str) -> None:
    assert volume(SOLIDS[name][0]) > 0


@pytest.mark.parametrize("mesh", [lathe_mesh(mug_profile()), *(bangle_mesh(r, 0.013) for r, _, _ in BANGLES)])
def test_turned_things_are_closed_and_stand_in_their_radius(mesh: Mesh) -> None:
    assert np.isfinite(mesh[0]).all()
    assert not open_edges(mesh)
    assert 0.03 < np.linalg.norm(mesh[0][:, :2], axis=1).max() < 0.05


def test_a_box_with_a_missing_side_counts_as_open() -> None:
    vertices, faces = box_mesh(1.0, 1.0, 1.0)
    assert len(open_edges((vertices, faces[1:]))) == 4


def test_the_tusk_is_open_only_at_its_two_ends_and_tapers() -> None:
    vertices, faces = tusk_mesh(length=1.2, radius=0.075, bend=-72.0)
    assert np.isfinite(vertices).all()
    assert len(open_edges((vertices, faces))) == 2 * SIDES
    rings = vertices.reshape(len(TUSK_STATIONS), SIDES, 3)
    girth = np.linalg.norm(rings - rings.mean(axis=1, keepdims=True), axis=2).max(axis=1)
    base, tip = girth[TUSK_STATIONS.argmin() + 1], girth[-1]
    assert base == pytest.approx(0.075, rel=0.05)
    assert tip < 0.1 * base
    centres = rings.mean(axis=1)[TUSK_STATIONS.tolist().index(0.0) + 1 :]
    assert np.linalg.norm(np.diff(centres, axis=0), axis=1).sum() == pytest.approx(1.2, rel=0.01)


def test_a_sheet_covers_its_area_and_has_one_rim() -> None:
    vertices, faces = grid_mesh(2.0, 3.0, 5)
    assert len(open_edges((vertices, faces))) == 4 * (5 - 1)
    a, b, c, _ = (vertices[np.array(faces)[:, k]] for k in range(4))
    assert np.cross(b - a, c - b)[:, 2].sum() == pytest.approx(6.0)


def test_cloth_is_folded_the_same_way_for_the_same_seed() -> None:
    first, again, other = (cloth_mesh(1.0, seed=seed, height=0.006)[0] for seed in (9, 9, 5))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert 0.0 < np.ptp(first[:, 2]) < 14 * 0.006


@pytest.mark.parametrize("path", [mug_handle_path(), necklace_path(), bead_strand_path()])
def test_a_path_has_no_gap_and_no_doubled_point(path: Array) -> None:
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    assert path.shape[1] == 3
    assert np.isfinite(path).all()
    assert steps.min() > 0
    assert steps.max() < 0.01


def test_the_necklace_closes_on_itself() -> None:
    path = necklace_path()
    gap = np.linalg.norm(path[-1] - path[0])
    assert gap < 1.5 * np.linalg.norm(np.diff(path, axis=0), axis=1).max()


def test_distances_are_zero_on_the_surface_and_negative_inside() -> None:
    points = np.array([(2, 0, 0), (0, 1, 0), (0, 0, 3), (0.5, 0.2, 0.3), (4, 4, 4)], np.float32)
    found = ellipsoid(points, (0, 0, 0), (2, 1, 3))
    assert found[:3] == pytest.approx(0.0, abs=1e-6)
    assert found[3] < 0 < found[4]
    rod = capsule(points, (0, 0, 0), (0, 0, 2), 0.5, 1.0)
    assert rod == pytest.approx([1.5, 0.5, 0.0, 0.5385 - 0.575, 32**0.5 * 1.06066 - 1.0], abs=1e-3)


def test_pitch_raises_and_yaw_turns_the_front_end() -> None:
    up, left = np.array([(0, 0, 2.0)], np.float32), np.array([(0, 2.0, 0)], np.float32)
    assert ellipsoid(up, (0, 0, 0), (2, 1, 1), pitch=90.0) == pytest.approx([0.0], abs=1e-5)
    assert ellipsoid(left, (0, 0, 0), (2, 1, 1), yaw=90.0) == pytest.approx([0.0], abs=1e-5)


def test_a_join_adds_and_an_intersection_removes_at_most_a_quarter_of_the_fillet() -> None:
    a, b = np.random.default_rng(0).uniform(-1, 1, (2, 500))
    joined, met = blend(a, b, 0.2), blend(a, b, -0.2)
    assert ((joined <= np.minimum(a, b)) & (joined >= np.minimum(a, b) - 0.05)).all()
    assert ((met >= np.maximum(a, b)) & (met <= np.maximum(a, b) + 0.05)).all()
    assert (joined < np.minimum(a, b)).any()


def test_the_gradient_of_a_ball_points_away_from_its_middle() -> None:
    points = np.random.default_rng(1).normal(size=(50, 3))
    away = points / np.linalg.norm(points, axis=1, keepdims=True)
    assert gradient(ball, points) == pytest.approx(away, abs=1e-3)


def test_the_hare_is_one_closed_skin_on_the_zero_of_its_distance() -> None:
    mesh = surface_nets(hare_distance, (-2.9, -1.8, -0.1), (3.0, 1.8, 3.1), 0.1)
    assert np.isfinite(mesh[0]).all()
    assert not open_edges(mesh)
    assert volume(mesh) > 0
    assert np.abs(hare_distance(mesh[0])).max() < 0.1
    assert mesh[0][:, 2].min() == pytest.approx(0.06, abs=0.02)


def test_the_hare_is_symmetric_and_bald_on_eyes_and_soles() -> None:
    points = np.random.default_rng(2).uniform(-2, 2, (200, 3)).astype(np.float32)
    mirrored = points * np.float32([1, -1, 1])
    assert np.array_equal(hare_distance(points), hare_distance(mirrored))
    eye, sole, flank = (1.79, -0.62, 2.10), (0.0, 1.1, 0.1), (-1.0, 1.2, 1.6)
    assert furred(np.array([eye, sole, flank], np.float32)).tolist() == [False, False, True]


def test_comments_leave_a_jpeg_and_nothing_else_does() -> None:
    picture = Image.fromarray(np.arange(32 * 32 * 3, dtype=np.uint32).reshape(32, 32, 3).astype(np.uint8))
    plain, noted = (saved(picture, **extra) for extra in ({}, {"comment": b"rendered at noon"}))
    assert b"rendered at noon" in noted
    assert without_comments(noted) == without_comments(plain) == plain


def test_without_blender_the_command_gives_a_hint_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "bpy", None)
    with pytest.raises(MissingBlenderError):
        blender()
    assert main(["--out", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("error: ")
    assert "pip install '.[synth]'" in printed.err
    assert printed.out == ""
    assert not (tmp_path / "out").exists()


def test_an_unknown_scene_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--out", str(tmp_path), "--only", "rhino_horn"])
    assert stop.value.code == 2
    assert "rhino_horn" in capsys.readouterr().err


def test_importing_the_workshop_does_not_load_blender() -> None:
    files = SYNTH.rglob("[!_]*.py")
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files]
    code = f"import sys; sys.modules['bpy'] = sys.modules['mathutils'] = None; import {', '.join(names)}"
    assert len(names) > 10
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_every_scene_has_its_picture_and_every_picture_its_scene() -> None:
    pictures = {path.stem for path in (ROOT / "samples").glob("*.jpg")}
    assert pictures == set(SCENES)
    for name in SCENES:
        with Image.open(ROOT / "samples" / f"{name}.jpg") as picture:
            assert (picture.format, picture.size) == ("JPEG", (800, 600)), name


def test_every_scene_has_its_row_with_the_command_that_makes_it() -> None:
    text = (ROOT / "samples" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)\.jpg` \|.*\| `(.+)` \|$", text, flags=re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(SCENES)
    for name, command in rows:
        program, arguments = shlex.split(command)[:3], shlex.split(command)[3:]
        assert program == ["python", "-m", "training.synth.render_samples"]
        args = build_parser().parse_args(arguments)
        assert (args.only, args.out) == ([name], Path("samples"))


def open_edges(mesh: Mesh) -> list[tuple[int, int]]:
    """Edges not walked as often one way as the other: none on a closed, evenly wound surface."""
    cells = np.rint(np.asarray(mesh[0], np.float64) / WELD).astype(np.int64)
    welded = np.unique(cells, axis=0, return_inverse=True)[1].ravel()
    walked: Counter[tuple[int, int]] = Counter()
    for face in np.asarray(mesh[1]):
        corners = welded[face].tolist()
        walked.update((a, b) for a, b in itertools.pairwise([*corners, corners[0]]) if a != b)
    return [(a, b) for (a, b), times in walked.items() if walked.get((b, a), 0) != times]


def volume(mesh: Mesh) -> float:
    """Signed volume of a closed quad mesh: positive when its faces look outward."""
    vertices, faces = np.asarray(mesh[0], np.float64), np.asarray(mesh[1])
    a, b, c, d = (vertices[faces[:, k]] for k in range(4))
    return float((a * (np.cross(b, c) + np.cross(c, d))).sum() / 6)


def saved(picture: Image.Image, **extra: bytes) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", **extra)
    return stream.getvalue()
