"""Fingerprints of the code: what the result of a step depends on besides its inputs, and packages that this calls.

Two tables name the modules that decide each step and each result that is kept. A digest covers those modules and all
of `training` and `wildvision` that they import, directly or through others, wherever the import stands: a changed
decoder, threshold rule or transform makes the numbers on a card old, and the renderer does not. Comments, docstrings
and layout do not count.
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

# Each step of the pipeline is decided by all that its module imports.
STEPS = {
    name: (f"training.{name}",) for name in ("prepare", "train", "calibrate", "export", "evaluate", "report")
}
# Results that are kept from one run to the next, and the modules that compute them.
KEPT = {
    "photos": ("training.data.photos",),
    "features": ("training.network.features",),
    "frozen networks": ("training.network.features", "training.network.head"),
}
# Modules of values and of what a person sees: whoever keeps a result keeps the values that decided it beside it.
VALUES = frozenset(
    {
        *(
            "training.config",
            "training.counting",
            "training.data.listing",
            "training.data.samples",
            "training.errors",
            "training.files",
            "training.run_folder",
        ),
        *("wildvision.errors", "wildvision.manifest", "wildvision.results", "wildvision.taxonomy"),
    }
)
# Packages that decode, compute and measure: another version may give other numbers.
PACKAGES = ("numpy", "onnxruntime", "Pillow", "scikit-learn", "scipy", "torch", "timm", "albumentations")


@functools.cache
def code_digest(name: str) -> str:
    """Return a digest, hex, of all code that decides an entry of `STEPS` or `KEPT`, and of the packages it calls."""
    found = hashlib.sha256()
    for module in sorted(modules_of(name)):
        path = _file(module)
        found.update(f"\n{module}\n{_meaning(path.read_bytes()) if path else ''}".encode())
        for data in _data_beside(module):
            found.update(data.read_bytes())
    for package in PACKAGES:
        found.update(f"{package} {importlib.metadata.version(package)}\n".encode())
    return found.hexdigest()


def modules_of(name: str) -> frozenset[str]:
    """Return the modules of `training` and `wildvision` that decide an entry of `STEPS` or `KEPT`."""
    left_out = VALUES if name in KEPT else frozenset[str]()
    found: set[str] = set()
    open_ends = list((STEPS | KEPT)[name])
    while open_ends:
        module = open_ends.pop()
        if module not in found and module not in left_out:
            found.add(module)
            open_ends += _imports(module)
    return frozenset(found)


def _imports(module: str) -> list[str]:
    path = _file(module)
    return [name for name in _names(path.read_bytes()) if _file(name)] if path else []


@functools.lru_cache(maxsize=1024)
def _names(source: bytes) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for node in ast.walk(ast.parse(source)) for name in _named(node)))


def _named(node: ast.AST) -> Iterator[str]:
    """Yield what an import names: modules, and names in them that may be modules themselves."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        package = node.module.rpartition(".")[0]  # a package's own module runs before those in it
        names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        names += [package] if "." in package else []
    else:
        names = []
    yield from (name for name in names if name.split(".")[0] in OWN)


def _file(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()), None)


def _data_beside(module: str) -> list[Path]:
    """Return files that a module reads by its own name, such as the text of the taxonomy, and templates."""
    path = _file(module)
    return (
        sorted(p for p in path.parent.glob(f"{path.stem}.*") if p.suffix not in {".py", ".pyc"})
        if path
        else []
    )


@functools.lru_cache(maxsize=1024)
def _meaning(source: bytes) -> str:
    """Return a module's syntax tree as text, without docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = [*node.body[1:]] or [ast.Pass()]
    return ast.dump(tree)
