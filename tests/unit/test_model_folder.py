from __future__ import annotations

from pathlib import Path

from wildvision.manifest import bundled_models, load_manifest
from wildvision.model_folder import ModelFolder

PATHS = {
    "manifest": "manifest.json",
    "card": "CARD.md",
    "evaluation": "evaluation.json",
    "checksums": "SHA256SUMS",
}


def test_the_paths_of_a_model_are_those_that_are_released() -> None:
    folder = ModelFolder(Path("models/a"))
    assert {name: getattr(folder, name) for name in PATHS} == {
        name: folder.root / file for name, file in PATHS.items()
    }
    assert folder.network("float32") == folder.root / "model.onnx"
    assert folder.network("int8") == folder.root / "model.int8.onnx"


def test_every_bundled_model_has_the_files_and_its_manifest_names_its_networks() -> None:
    for directory in bundled_models().values():
        folder = ModelFolder(directory)
        for name in PATHS:
            assert getattr(folder, name).is_file()
        files = load_manifest(directory).files
        assert folder.network("float32").name in files
        assert all((directory / name).is_file() for name in files)
