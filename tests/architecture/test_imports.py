"""The rooms and the one direction of imports, and what importing must not do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

IMPORT_ALL = """
import pkgutil, importlib, sys
opened = []
def hook(event, arguments):
    if event == "open" and not str(arguments[0]).endswith((".py", ".pyc", ".so", ".pth", ".zip")):
        opened.append(str(arguments[0]))
    if event.startswith("socket."):
        opened.append(event)
import click, msgspec, numpy, PIL.Image, PIL.ImageCms, PIL.ImageFile, concurrent.futures, importlib.metadata
import logging, warnings
filters, handlers = list(warnings.filters), list(logging.getLogger().handlers)
sys.addaudithook(hook)
import wildvision
for module in pkgutil.walk_packages(wildvision.__path__, "wildvision."):
    if not module.name.endswith("__main__") and not module.name.startswith("wildvision._models"):
        importlib.import_module(module.name)
opened = [name for name in opened if "METADATA" not in name and "dist-info" not in name]
assert not opened, opened
assert warnings.filters == filters and logging.getLogger().handlers == handlers
assert not PIL.ImageFile.LOAD_TRUNCATED_IMAGES
heavy = {"torch", "torchvision", "timm", "albumentations", "cv2", "sklearn", "onnxruntime", "rich", "training"}
print(sorted(heavy & set(sys.modules)))
"""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_importing_everything_is_light_and_without_side_effects() -> None:
    result = run(sys.executable, "-W", "error", "-c", IMPORT_ALL)
    assert (result.returncode, result.stdout) == (0, "[]\n"), result.stderr


def test_the_import_contracts_hold() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [command, "--no-cache"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    assert ", 0 broken" in result.stdout


def test_only_the_command_line_prints() -> None:
    for path in (ROOT / "wildvision").rglob("*.py"):
        if "cli" not in path.parts:
            assert not re.search(r"(?<![\w.])print\(", path.read_text()), path


def test_no_room_without_a_name() -> None:
    nameless = {"utils.py", "helpers.py", "common.py", "misc.py"}
    assert not [p for p in ROOT.glob("*/**/*.py") if p.name in nameless and ".venv" not in str(p)]
