from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from tests.conftest import paint
from wildvision import Classification
from wildvision.archive import Row
from wildvision.archive.sources import local_bytes
from wildvision.cli import main
from wildvision.cli.scan import Speed


@pytest.fixture
def pictures(tmp_path: Path) -> dict[str, str]:
    Image.fromarray(paint(230, 60, 60)).save(tmp_path / "ivory.png")
    Image.fromarray(paint(60, 230, 60)).save(tmp_path / "bone[bold].png")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    return {path.stem: str(path) for path in tmp_path.iterdir()}


def call(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=stdin)


def test_a_table_for_a_person(
    tiny_directory: Path, pictures: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(pictures["ivory"]).parent)
    result = call("classify", "--model", str(tiny_directory), "ivory.png", "bone[bold].png", "broken.jpg")
    assert result.exit_code == 1
    for word in ("FLAG", "CLEAR", "ERROR", "ends early"):
        assert word in result.output
    assert "looks like worked ivory" in " ".join(result.output.split())
    assert "bone[bold].png" in result.output


def test_one_json_line_an_image_and_status_1_if_one_is_unreadable(
    tiny_directory: Path, pictures: dict[str, str]
) -> None:
    images = [pictures["ivory"], pictures["broken"], "missing.jpg"]
    result = call("classify", "--json", "--model", str(tiny_directory), *images)
    assert result.exit_code == 1
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line.pop("image") for line in lines] == images
    assert Classification.from_dict(lines[0]).score("ivory") > 0.7
    assert [line["error"]["type"] for line in lines[1:]] == ["ImageDecodeError", "ImageReadError"]


def test_many_images_come_in_order(tiny_directory: Path, pictures: dict[str, str]) -> None:
    images = [pictures["ivory"], pictures["bone[bold]"]] * 40
    result = call("classify", "--json", "--model", str(tiny_directory), *images)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["image"] for line in lines] == images
    assert [line["verdict"] for line in lines] == ["FLAG", "CLEAR"] * 40


def test_an_image_from_standard_input(tiny_directory: Path, pictures: dict[str, str]) -> None:
    content = Path(pictures["ivory"]).read_bytes()
    result = call("classify", "--json", "--model", str(tiny_directory), "-", stdin=content)
    assert json.loads(result.stdout)["verdict"] == "FLAG"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["classify"],
        ["classify", "--model", "nowhere", "a.jpg"],
        ["classify", "--policy", "lenient", "a.jpg"],
        ["classify", "--top", "0", "a.jpg"],
        ["taxonomy", "unicorn_horn"],
        ["frobnicate"],
    ],
)
def test_wrong_usage_has_status_2(arguments: list[str]) -> None:
    assert call(*arguments).exit_code == 2


def test_models_lists_categories_metrics_and_licence() -> None:
    result = call("models")
    assert result.exit_code == 0
    for word in ("(default)", "licence Apache-2.0", "ivory", "supported", "experimental", "not supported"):
        assert word in result.output
    manifest = json.loads(call("models", "--json").stdout)
    assert manifest["metrics"]["ivory"]["positives"] > 30


def test_taxonomy_lists_all_and_explains_one() -> None:
    everything = call("taxonomy")
    assert everything.exit_code == 0
    assert "saiga_horn" in everything.output
    one = call("taxonomy", "ivory")
    text = " ".join(one.output.split())
    for word in ("Schreger", "Appendix I: Elephas maximus", "bone (Bone", "DNA analysis"):
        assert word in text
    assert json.loads(call("taxonomy", "ivory", "--json").stdout)["id"] == "ivory"
    assert "did you mean 'rhino_horn'" in call("taxonomy", "rino_horn").output


@pytest.mark.parametrize("command", [[], ["classify"], ["models"], ["taxonomy"]])
def test_every_command_has_help(command: list[str]) -> None:
    result = call(*command, "--help")
    assert result.exit_code == 0
    assert len(result.output) > 200


def test_python_m_wildvision_is_the_command() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "wildvision", "--version"], capture_output=True, text=True, check=True
    )
    assert run.stdout.startswith("wildvision, version ")


def test_the_live_line_says_how_long_the_rest_takes(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(bytes(600))
    (tmp_path / "list").mkdir()
    (tmp_path / "b.tar").write_bytes(bytes(400))
    speed = Speed(done=100, started=0.0)
    speed.add(Row(id="x", bytes=100, verdict="FLAG"))
    speed.add(Row(id="y", bytes=100, error="ImageDecodeError"))
    assert speed.line(10.0) == "2 images  0.2/s  0.0 MB/s  FLAG 1  ImageDecodeError 1"
    speed.estimate([str(tmp_path), str(tmp_path / "*.tar")])
    assert speed.line(10.0).endswith("  about 0:00:55 left")
    assert local_bytes(["-"]) is None
    assert local_bytes(["s3://bucket"]) is None
