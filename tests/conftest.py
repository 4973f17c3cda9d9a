from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.tiny_model import write_tiny_model
from wildvision import Classifier
from wildvision.manifest import MODEL_VARIABLE

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _no_chosen_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MODEL_VARIABLE, raising=False)


@pytest.fixture(scope="session")
def tiny_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def tiny(tiny_directory: Path) -> Classifier:
    return Classifier(tiny_directory)


@pytest.fixture(scope="session")
def released() -> Classifier:
    return Classifier(threads=1)


@pytest.fixture(scope="session")
def samples() -> list[Path]:
    return sorted((ROOT / "samples").glob("*.jpg"))


def paint(red: int, green: int, blue: int, *, width: int = 48, height: int = 32) -> np.ndarray:
    """A picture of one colour with enough contrast not to be blank."""
    pixels = np.full((height, width, 3), (red, green, blue), np.int16)
    pixels[::2] -= 12
    pixels[1::2] += 12
    return np.clip(pixels, 0, 255).astype(np.uint8)
