"""What the result of a step depends on besides its inputs: the code that it runs, and the packages that this calls.

A table names the module of each step. Its digest covers that module and all of `training` and `wildvision` that it
imports, directly or through others, wherever the import stands: a changed decoder, threshold rule or transform makes
the numbers on a card old, and the renderer does not. Comments, docstrings and layout do not count.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.metadata
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
OWN = ("training", "wildvision")

# Steps, and what else keeps results: the modules whose code decides them.
DECIDED_BY: dict[str, tuple[str, ...]] = {
    "prepare": ("training.prepare",),
    "train": ("training.train",),
    "calibrate": ("training.calibrate",),
    "export": ("training.export",),
    "evaluate": ("training.evaluate",),
    "report": ("training.report",),
    "features": ("training.model", "wildvision.images", "wildvision.preprocess"),
    "frozen": ("training.head", "training.model", "wildvision.images", "wildvision.preprocess"),
    "photos": ("training.data.photos", "wildvision.images"),
}
# Packages that decode, compute and measure: another version may give other numbers.
PACKAGES = ("numpy", "onnxruntime", "Pillow", "scikit-learn", "scipy", "torch", "timm")


@functools.cache
def code_digest(step: str) -> str:
    """Return a digest, hex, of all code that a step of `DECIDED_BY` runs, and of the packages it calls."""
    found = hashlib.sha256()
    for module in sorted(modules_of(step)):
        path = _file(module)
        found.update(f"\n{module}\n{_meaning(path) if path else ''}".encode())
        for data in _data_beside(module):
            found.update(data.read_bytes())
    for package in PACKAGES:
        found.update(f"{package} {importlib.metadata.version(package)}\n".encode())
    return found.hexdigest()


def modules_of(step: str) -> frozenset[str]:
    """Return the modules of `training` and `wildvision` that a step imports, directly or through others."""
    found: set[str] = set()
    open_ends = list(DECIDED_BY[step])
    while open_ends:
        module = open_ends.pop()
        if module not in found:
            found.add(module)
            open_ends += _imports(module)
    return frozenset(found)


@functools.cache
def _imports(module: str) -> tuple[str, ...]:
    path = _file(module)
    tree = ast.parse(path.read_bytes()) if path else ast.Module(body=[], type_ignores=[])
    return tuple(dict.fromkeys(name for node in ast.walk(tree) for name in _named(node) if _file(name)))


def _named(node: ast.AST) -> Iterator[str]:
    """Yield what an import names: modules, and names in them that may be modules themselves."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    else:
        names = []
    yield from (name for name in names if name.split(".")[0] in OWN)


def _file(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()), None)


def _data_beside(module: str) -> list[Path]:
    """Return files that a module reads by its own name, such as the text of the taxonomy, and templates."""
    path = _file(module)
    return sorted(p for p in path.parent.glob(f"{path.stem}.*") if p.suffix not in {".py", ".pyc"}) if path else []


def _meaning(path: Path) -> str:
    """Return a module's syntax tree as text, without docstrings."""
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = [*node.body[1:]] or [ast.Pass()]
    return ast.dump(tree)
