"""The guide of the workshop: its rooms, in the order in which a photo goes through them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "training" / "README.md").read_text()
SECTION = GUIDE.split("## How a photo becomes a model", 1)[1].split("\n## ", 1)[0]
ROOMS = re.findall(r"^\| `(\w+)/`", SECTION, re.MULTILINE)


def test_the_way_of_a_photo_visits_every_room_once() -> None:
    rooms = {path.parent.name for path in (ROOT / "training").glob("*/__init__.py")} - {"synth"}
    assert sorted(ROOMS) == sorted(rooms)


def test_a_room_imports_only_those_above_it() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract.get("containers") == ["training"]]
    height = {name: level for level, layer in enumerate(reversed(layers)) for name in layer.split(" | ")}
    assert [height[room] for room in ROOMS] == sorted(height[room] for room in ROOMS)


def test_files_that_the_section_names_are_there() -> None:
    assert all((ROOT / "training" / name).exists() for name in re.findall(r"`(\w+\.py)`", SECTION))
