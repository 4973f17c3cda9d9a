from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result
from PIL import Image

from tests.clip_files import GREY, IVORY, make_clip
from tests.conftest import paint
from tests.tiny_model import write_tiny_model
from wildvision import Classification, Classifier, Outcome, PostClassification, VideoClassification
from wildvision.archive import Row
from wildvision.archive.sources import local_bytes
from wildvision.cli import main
from wildvision.cli.output import plain
from wildvision.cli.progress import Progress
from wildvision.manifest import DEFAULT_MODEL_ID, MODEL_VARIABLE, load_manifest
from wildvision.taxonomy import load_taxonomy


@pytest.fixture
def pictures(tmp_path: Path) -> dict[str, str]:
    Image.fromarray(paint(230, 60, 60)).save(tmp_path / "ivory.png")
    Image.fromarray(paint(60, 230, 60)).save(tmp_path / "bone[bold].png")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    return {path.stem: str(path) for path in tmp_path.iterdir()}


def call(*arguments: str, stdin: bytes | None = None, columns: int = 80) -> Result:
    return CliRunner(env={"COLUMNS": str(columns)}).invoke(main, list(arguments), input=stdin)


def words(result: Result) -> str:
    """The output without its line breaks."""
    return " ".join(result.output.split())


def test_a_table_for_a_person(
    tiny_directory: Path, pictures: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(pictures["ivory"]).parent)
    result = call("classify", "--model", str(tiny_directory), "ivory.png", "bone[bold].png", "broken.jpg")
    assert result.exit_code == 1
    for word in ("FLAG", "CLEAR", "ERROR", "ends early"):
        assert word in result.output
    assert "looks like worked ivory" in words(result)
    assert "nearest: worked ivory" in words(result)
    assert "bone[bold].png" in result.output
    assert result.output.endswith("\n3 images: 1 FLAG, 1 CLEAR, 1 ERROR\n")


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


def test_one_answer_for_a_post(tiny_directory: Path, pictures: dict[str, str]) -> None:
    images = [pictures["bone[bold]"], pictures["broken"], pictures["ivory"]]
    shown = call("classify", "--post", "--model", str(tiny_directory), *images, columns=200)
    assert shown.exit_code == 1  # one of them could not be read
    assert "post of 3 pictures" in shown.output
    assert "most of all in picture 3 of 3" in shown.output
    assert "picture 2 of 3 could not be read" in shown.output
    assert [line.split()[0] for line in shown.output.splitlines() if line[0] != " "][1:] == [
        "CLEAR", "ERROR", "FLAG",
    ]  # fmt: skip
    line = json.loads(call("classify", "--post", "--json", "--model", str(tiny_directory), *images).stdout)
    assert line.pop("images") == images
    assert PostClassification.from_dict(line).carrier == 2


def test_a_post_without_a_readable_picture_is_an_error(
    tiny_directory: Path, pictures: dict[str, str]
) -> None:
    arguments = ["classify", "--post", "--model", str(tiny_directory), pictures["broken"]]
    result = call(*arguments)
    assert (result.exit_code, "none of 1" in words(result)) == (1, True)
    line = json.loads(call(*arguments, "--json").stdout)
    assert (line["images"], line["error"]["type"]) == ([pictures["broken"]], "PostError")


def test_a_clip_among_images(tiny_directory: Path, pictures: dict[str, str], tmp_path: Path) -> None:
    clip, cut = tmp_path / "clip.mp4", tmp_path / "cut.mp4"
    clip.write_bytes(make_clip([GREY, IVORY]))
    cut.write_bytes(make_clip([IVORY])[:600])
    names = [pictures["ivory"], str(clip), str(cut), pictures["bone[bold]"]]
    shown = call("classify", "--model", str(tiny_directory), *names, columns=200)
    assert shown.exit_code == 1
    assert "most of all at 1.0 s" in shown.output
    assert "note: a clip of 2.0 s; frames looked at: 2, at 0.0, 1.0 s" in shown.output
    assert shown.output.endswith("4 images: 2 FLAG, 1 CLEAR, 1 ERROR\n")
    lines = [
        json.loads(line)
        for line in call("classify", "--json", "--model", str(tiny_directory), *names).stdout.splitlines()
    ]
    assert [line.pop("image") for line in lines] == names
    assert VideoClassification.from_dict(lines[1]).carrier_s == 1.0
    assert lines[2]["error"]["type"] == "VideoDecodeError"


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
    for word in ("(default)", "licence Apache-2.0", "ivory", "supported", "experimental"):
        assert word in words(result)
    manifest = json.loads(call("models", "--json").stdout)
    assert ("not supported" in words(result)) == bool(manifest["not_supported"])
    assert manifest["metrics"]["ivory"]["positives"] > 0


def test_taxonomy_lists_all_and_explains_one() -> None:
    everything = call("taxonomy")
    assert everything.exit_code == 0
    assert "saiga_horn" in everything.output
    one = call("taxonomy", "ivory")
    for word in ("Schreger", "Appendix I: Elephas maximus", "bone (Bone", "DNA analysis"):
        assert word in words(one)
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
    assert run.stdout.startswith(f"wildvision, version {importlib.metadata.version('wildvision')}\n")
    assert f"default model {DEFAULT_MODEL_ID}" in run.stdout


def test_the_version_names_the_model_that_is_chosen(
    tiny_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MODEL_VARIABLE, str(tiny_directory))
    assert f"default model tiny, made 2026-01-01, policy balanced, chosen by {MODEL_VARIABLE}" in words(
        call("--version")
    )
    monkeypatch.setenv(MODEL_VARIABLE, "nowhere")
    broken = call("--version")
    assert broken.exit_code == 0
    assert f"no usable default model, chosen by {MODEL_VARIABLE}: nowhere: expected" in words(broken)


def test_progress_says_how_long_the_rest_takes(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(bytes(600))
    (tmp_path / "list").mkdir()
    (tmp_path / "b.tar").write_bytes(bytes(400))
    progress = Progress(done=100, started=0.0)
    progress.add(Row(id="x", bytes=100, verdict="FLAG"))
    progress.add(Row(id="y", bytes=100, error="ImageDecodeError"))
    assert progress.line(10.0) == "2 images in 0:00:10 (0.2 a second): FLAG 1, ImageDecodeError 1"
    progress.estimate([str(tmp_path / "a.jpg"), str(tmp_path / "*.tar")])
    assert progress.share() == 0.3
    assert progress.line(10.0).startswith("30 %, about 0:00:35 left; 2 images in 0:00:10")
    assert local_bytes(["-"]) is None
    assert local_bytes(["s3://bucket"]) is None


def test_one_image_needs_no_summary(tiny_directory: Path, pictures: dict[str, str]) -> None:
    assert "images:" not in call("classify", "--model", str(tiny_directory), pictures["ivory"]).output


def test_the_answers_before_an_interruption_are_out(
    tiny_directory: Path, pictures: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Classifier(tiny_directory).classify_batch([pictures["ivory"]])

    def interrupted(_self: object, _sources: object) -> Iterator[Outcome]:
        yield from first
        raise KeyboardInterrupt

    monkeypatch.setattr(Classifier, "classify_stream", interrupted)
    assert "FLAG" in call("classify", "--model", str(tiny_directory), pictures["ivory"], "b.jpg").output


@pytest.mark.parametrize("columns", [80, 60, 200])
def test_every_table_fits_its_terminal(columns: int, tiny_directory: Path, tmp_path: Path) -> None:
    name = tmp_path / ("long_" * 30 + ".png")
    Image.fromarray(paint(60, 230, 60)).save(name)
    for arguments in (
        ["classify", "--model", str(tiny_directory), str(name), "missing.jpg"],
        ["models"],
        ["taxonomy"],
        ["taxonomy", "ivory"],
    ):
        output = call(*arguments, columns=columns).output
        assert output
        assert max(map(len, output.splitlines())) <= columns, arguments


def test_at_80_columns_no_id_and_no_status_is_broken() -> None:
    lines = [line.split() for line in call("models").output.splitlines()]
    taxonomy = [line.split() for line in call("taxonomy").output.splitlines()]
    ids = [entry["id"] for entry in json.loads(call("models", "--json").stdout)["categories"]]
    for category in ids:
        assert [row for row in lines if row[:1] == [category] and row[1] in {"supported", "experimental"}]
    for category in load_taxonomy().categories:
        assert [row for row in taxonomy if row[:1] == [category.id]]


def test_models_say_where_thresholds_and_abstaining_come_from() -> None:
    text = words(call("models"))
    manifest = json.loads(call("models", "--json").stdout)
    for policy in manifest["policies"].values():
        assert policy["objective"] in text
        assert policy["set_on"] in text
    assert f"below {manifest['abstention']['min_side']} px on a side" in text
    assert "above 4:1" in text


AWKWARD = {
    "my:car:.png": "my:car:.png",
    "[bold]a[/bold].png": "[bold]a[/bold].png",
    "[/].png": "[/].png",
    "a\\[red].png": "a\\[red].png",
    "line\nbreak\x1b[31m.png": r"line\nbreak\x1b[31m.png",
    "right\u202eleft.png": r"right\u202eleft.png",
    os.fsdecode(b"latin\xe9.png"): r"latin\udce9.png",
    "\u8c61\u7259.png": "\u8c61\u7259.png",
}


@pytest.mark.parametrize(("name", "shown"), AWKWARD.items(), ids=map(ascii, AWKWARD))
def test_names_are_shown_as_they_are(
    name: str, shown: str, tiny_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(paint(230, 60, 60)).save(tmp_path / "plain.png")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / "plain.png").rename(tmp_path / name)
    result = call("classify", "--model", str(tiny_directory), name, f"missing {name}")
    assert result.exit_code == 1
    assert shown in result.output
    assert f"missing {shown}" in words(result)
    assert "FLAG" in result.output
    lines = call("classify", "--json", "--model", str(tiny_directory), name).stdout.splitlines()
    assert json.loads(lines[0])["image"] == name


def test_an_encoding_that_lacks_a_name_loses_no_answer(
    tiny_directory: Path, pictures: dict[str, str], tmp_path: Path
) -> None:
    name = Path(pictures["ivory"]).rename(tmp_path / "\u8c61\u7259 \u00e9:car:.png").name
    command = [sys.executable, "-m", "wildvision", "classify", "--model", str(tiny_directory)]
    python_path = str(Path(__file__).parents[2])
    run = subprocess.run(
        [*command, "bone[bold].png", name, f"missing {name}"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": python_path, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (1, "")
    assert r"\u8c61\u7259 \xe9:car:.png" in run.stdout
    assert run.stdout.endswith("\n3 images: 1 FLAG, 1 CLEAR, 1 ERROR\n")
    assert max(map(len, run.stdout.splitlines())) <= 80


ECHO = """
import click
from wildvision.cli.output import console, write_any_text
write_any_text()
click.echo("echo \u8c61")
console().print("rich \u8c61")
"""


def test_whatever_is_printed_is_safe_from_an_encoding() -> None:
    # Not ascii: click takes that for a mistake of the terminal, and writes UTF-8.
    env = {**os.environ, "PYTHONIOENCODING": "latin-1:strict", "PYTHONPATH": str(Path(__file__).parents[2])}
    run = subprocess.run([sys.executable, "-c", ECHO], env=env, capture_output=True, text=True, check=False)
    assert (run.stdout.split(), run.stderr) == (["echo", r"\u8c61", "rich", r"\u8c61"], "")


def test_json_is_ascii(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = write_tiny_model(tmp_path / "odd", architecture="\u8c61\u7259")
    monkeypatch.setattr(sys.modules["wildvision.cli.models"], "bundled_models", lambda: {"odd": directory})
    output = call("models", "--json").output
    assert output.isascii()
    assert json.loads(output)["architecture"] == "\u8c61\u7259"


def test_joiners_of_persian_words_are_kept() -> None:
    assert plain("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645\u202f.jpg") == (
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645\u202f.jpg"
    )


@pytest.mark.parametrize("name", ["folder", "my photos", "dump.zip", "shard.TAR", "photos.tar.gz", "*.jpg"])
def test_what_only_holds_images_names_the_command_for_it(
    name: str, tiny_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if "." not in name:
        (tmp_path / name).mkdir()
    elif "*" not in name:
        (tmp_path / name).write_bytes(b"PK\3\4" + bytes(600))
    result = call("classify", "--model", str(tiny_directory), name)
    assert result.exit_code == 1
    quoted = f"'{name}'" if set(name) & set(" *") else name
    assert f"`wildvision scan {quoted} --out results`" in words(result)
    found = json.loads(call("classify", "--json", "--model", str(tiny_directory), name).stdout)
    assert found["error"]["message"].startswith(f"{name}: expected")
    assert "wildvision scan" in found["error"]["message"]


@pytest.mark.parametrize("name", ["missing.jpg", "broken.jpg", "missing.zip", "long" * 100, ""])
def test_other_failures_name_no_other_command(
    name: str, tiny_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    result = call("classify", "--model", str(tiny_directory), name)
    assert result.exit_code == 1
    assert "ERROR" in result.output
    assert "scan" not in result.output


def test_the_limit_on_pixels_can_be_set(tiny_directory: Path, pictures: dict[str, str]) -> None:
    def status(most: int) -> int:
        arguments = ["--model", str(tiny_directory), "--max-pixels", str(most), pictures["ivory"]]
        return call("classify", *arguments).exit_code

    assert (status(48 * 32), status(48 * 32 - 1), status(0)) == (0, 1, 2)


def test_a_long_picture_says_once_that_it_is_too_long(tiny_directory: Path, tmp_path: Path) -> None:
    page = paint(60, 230, 60, width=5, height=40).repeat(8, axis=0).repeat(8, axis=1)
    Image.fromarray(page).save(tmp_path / "page.png")
    fast = ("--model", str(tiny_directory), "--detail", "fast")
    result = call("classify", *fast, str(tmp_path / "page.png"))
    assert "ABSTAIN" in result.output
    assert words(result).count("too long to be judged as one picture; cut it into screens") == 1
    record = json.loads(call("classify", "--json", *fast, str(tmp_path / "page.png")).stdout)
    assert record["reason"]["rule"] == record["warnings"][0]["code"] == "too_long"
    assert record["reason"]["nearest"]["category"] == "ivory"


def completed(*arguments: str) -> list[tuple[str, str]]:
    *before, incomplete = arguments
    items = ShellComplete(main, {}, "wildvision", "_").get_completions(before, incomplete)
    return [(item.type, item.value) for item in items]


def test_the_shell_completes_ids_policies_and_models(tiny_directory: Path) -> None:
    assert completed("taxonomy", "rh") == [("plain", "rhino_horn")]
    assert len(completed("taxonomy", "")) == len(load_taxonomy().categories)
    for command in ("classify", "scan"):
        assert ("plain", DEFAULT_MODEL_ID) in completed(command, "--model", "")
        assert completed(command, "--model", "./mo") == [("dir", "./mo")]
        assert completed(command, "--policy", "sen") == [("plain", "sensitive")]
        chosen = completed(command, "--model", str(tiny_directory), "--policy", "")
        assert [value for _, value in chosen] == list(load_manifest(tiny_directory).policies)
        assert completed(command, "--model", "nowhere", "--policy", "") == []
    assert completed("classify", "sam") == [("file", "sam")]


def test_help_says_how_to_turn_completion_on() -> None:
    output = call("--help").output
    for shell in ("bash", "zsh", "fish"):
        assert f"_WILDVISION_COMPLETE={shell}_source wildvision" in output


def test_models_of_ones_own_names_break_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = sys.modules["wildvision.cli.models"]  # the command has the same name
    directory = write_tiny_model(tmp_path / "odd", id="[/]odd:car:", architecture="[bold]")
    monkeypatch.setattr(models, "bundled_models", lambda: {"odd": directory})
    output = call("models").output
    assert "[/]odd:car:" in output
    assert "[bold]" in output


def test_models_show_what_was_asked_of_a_threshold_beside_what_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = {"value": 0.0123, "low": 0.004, "high": 0.02}
    found = {"value": 0.87, "low": 0.5, "high": 0.95}
    reached = {"everyday_review": share, "everyday_flag": share, "found_review": found, "found_flag": None}
    plain_manifest = json.loads((write_tiny_model(tmp_path / "plain") / "manifest.json").read_text())
    policies = plain_manifest["policies"]
    policies["balanced"]["thresholds"]["ivory"]["measured"] = reached
    policies["balanced"] |= {
        "asked_review": 0.03,
        "asked_flag": 0.005,
        "measured": {
            "photos": 4321, "sources": 107, "review": share, "flag": share, "review_by_source": share,
            "flag_by_source": share,
        },
    }  # fmt: skip
    shares = ("tpr_at_1_percent_fpr", "tpr_at_5_percent_fpr", "average_precision")
    left_out = {"photos": 17, "sources": 11, "others": 900, **dict.fromkeys(shares, found)}
    categories = [
        {**plain_manifest["categories"][0], "left_out": left_out},
        *plain_manifest["categories"][1:],
    ]
    root = write_tiny_model(tmp_path / "models" / "tiny", policies=policies, categories=categories).parent
    module = sys.modules["wildvision.cli.models"]  # the package's own name for it is the command
    monkeypatch.setattr(module, "bundled_models", lambda: {"tiny": root / "tiny"})
    output = call("models").output
    text = words(call("models"))
    assert "measured on 4,321 everyday photos of 107 sources not seen: reviewed 1.23 % (0.40-2.00)" in text
    (ivory,) = [line.split() for line in output.splitlines() if line.startswith("ivory  ") and "%" in line]
    assert ivory[1:] == ["40%", "70%", "0.87", "1.23", "%"]
    (measured,) = [line for line in output.splitlines() if line.startswith("ivory") and "supported" in line]
    assert measured.split()[4:] == ["0.87", "0.87", "0.87"]
