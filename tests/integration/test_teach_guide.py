"""What the guide on teaching shows is what happens, on the released model."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw

from tests.conftest import ROOT
from wildvision.cli import main
from wildvision.manifest import find_model, load_manifest

GUIDE = (ROOT / "wildvision/adapt/README.md").read_text(encoding="utf-8")
pytestmark = pytest.mark.skipif(
    "background.npz" not in load_manifest(find_model()).files,
    reason="the released model was made before backgrounds were",
)


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Drawn lamps and rings of four shops, under the names of the guide."""
    rng = np.random.default_rng(0)
    for shop in range(4):
        ground = rng.integers(90, 210, 3)
        for folder, colour, width in (("photos", (190, 150, 40), 0), ("others", (60, 70, 90), 14)):
            (tmp_path / folder / f"shop-{shop}").mkdir(parents=True)
            for number in range(3):
                coarse = np.clip(ground + rng.integers(-30, 30, (6, 8, 1)), 0, 255).astype(np.uint8)
                image = Image.fromarray(coarse).resize((256, 192), Image.Resampling.BICUBIC)
                left, top = (int(side) for side in rng.integers(10, 80, 2))
                box, pen = (left, top, left + 110, top + 90), ImageDraw.Draw(image)
                pen.ellipse(box, fill=None if width else colour, outline=colour, width=width or 1)
                image.save(tmp_path / folder / f"shop-{shop}" / f"{number}.jpg")
    (tmp_path / "photo.jpg").write_bytes((tmp_path / "photos/shop-0/0.jpg").read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_commands_of_the_guide_run(folders: Path) -> None:
    block = re.findall(r"```bash\n(.*?)```", GUIDE, re.DOTALL)[0]
    for line in block.splitlines():
        result = CliRunner().invoke(main, shlex.split(line)[1:])
        assert result.exit_code == 0, result.output
    assert "antler_lamp" in result.output or "antler lamp" in result.output


def test_the_python_of_the_guide_runs(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    exec(block, {"__name__": "__main__"})
    first, score = capsys.readouterr().out.splitlines()
    assert first.split()[1:] == ["12", "4"]
    assert 0 <= float(score) <= 1


def test_the_other_categories_answer_as_before(folders: Path) -> None:
    from wildvision import Classifier
    from wildvision.adapt.teach import teach

    teach("brass_lamp", ["photos"], out="mine", others=["others"])
    before, after = Classifier(), Classifier("mine")
    for photo in sorted((ROOT / "samples").glob("*.jpg")):
        old, new = before.classify(photo), after.classify(photo)
        assert all(new.score(p.category) == p.score for p in old.predictions)
