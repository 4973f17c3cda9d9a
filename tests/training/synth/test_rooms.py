"""Every module of the generator, imported: without Blender, and without what the trainer needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

FORBIDDEN = ("bpy", "mathutils", "torch", "cv2", "albumentations", "sklearn", "scipy")


def test_every_module_is_imported_without_blender_and_without_the_trainer() -> None:
    files = sorted((ROOT / "training" / "synth").rglob("*.py"))
    names = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files
    ]
    assert len(names) > 140
    script = (
        "import importlib, sys; sys.modules['bpy'] = sys.modules['mathutils'] = None;"
        f"list(map(importlib.import_module, {names}));"
        f"print([name for name in {FORBIDDEN} if sys.modules.get(name)])"
    )
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stdout) == (0, "[]\n"), found.stderr
