from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from statistics import median

import msgspec
import pytest

from tests.conftest import ROOT
from tests.prose import length, sentences
from tests.tiny_model import tiny_manifest
from tests.training.evaluated_run import RECORD, ROUNDS, make_run
from tests.training.test_records import EXPLAINED
from training.config import Config, ReportConfig, load_config
from training.data.samples import read_dataset, write_dataset
from training.errors import ConfigError, DatasetError, TrainingError
from training.evaluate import evaluate
from training.evaluation.looking import SeenMore, SeenRow
from training.records import write_record
from training.release.card import NOT_MEASURED, card
from training.release.footprint import footprint
from training.release.tables import budgets_table, evidence_table, markdown_table, thresholds_table
from training.report import collect, main, published, report
from wildvision import Classifier
from wildvision.manifest import AlarmShares, Interval, LeftOut, Reached, load_manifest, parse_manifest

SAID = {
    "attribution": ["A museum, CC0"],
    "licence": "MIT",
    "notes": ["Only drawn shapes."],
    "measured_notes": ["Other candidates were measured on them before."],
    "command": "python -m training.pipeline --config shapes.toml",
}
README = "# A\n\n<!-- accuracy: begin -->\nold\n<!-- accuracy: end -->\n\nafter\n"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory, shapes_dataset: Path) -> Config:
    folder = tmp_path_factory.mktemp("reported")
    (folder / "README.md").write_text(README)
    said = {**SAID, "readme": str(folder / "README.md")}
    evasion = {"evasion": True, "evasion_photos": 6}
    config = make_run(folder, shapes_dataset, report=said, evaluate=evasion)
    evaluate(config)
    report(config)
    return config


@pytest.fixture(scope="module", name="card")
def card_text(config: Config) -> str:
    return (config.model_directory / "CARD.md").read_text()


def test_the_directory_is_whole_and_its_sums_hold(config: Config) -> None:
    directory = config.model_directory
    names = {path.name for path in directory.iterdir()}
    assert names == {"manifest.json", "model.onnx", "CARD.md", "evaluation.json", "SHA256SUMS"}
    sums = dict(line.split("  ")[::-1] for line in (directory / "SHA256SUMS").read_text().splitlines())
    assert set(sums) == names - {"SHA256SUMS"}
    for name, expected in sums.items():
        assert hashlib.sha256((directory / name).read_bytes()).hexdigest() == expected


def test_the_manifest_carries_the_metrics_and_still_loads(config: Config) -> None:
    manifest = Classifier(config.model_directory).manifest
    evaluation = json.loads((config.model_directory / "evaluation.json").read_text())
    assert set(manifest.metrics) == {"ivory"}
    assert evaluation["metrics"] == msgspec.to_builtins(manifest.metrics)
    assert (manifest.licence, manifest.attribution) == ("MIT", ("A museum, CC0",))


def test_nothing_published_names_a_photo(config: Config) -> None:
    private = config.folder.findings.read_text()
    assert "everyday00.png" in private
    assert "broken.png" in private
    for path in (*config.model_directory.glob("*.md"), *config.model_directory.glob("*.json")):
        text = path.read_text()
        assert ".png" not in text, path.name
        assert str(config.run.directory.parent) not in text, path.name


def test_the_public_evaluation_says_what_it_rests_on(config: Config) -> None:
    evaluation = json.loads((config.model_directory / "evaluation.json").read_text())
    assert evaluation["command"] == SAID["command"]
    assert evaluation["data"]["photos"] == 70
    assert evaluation["data"]["by_source"]["museum/a"] == 24
    assert evaluation["data"]["by_category"]["ivory"] == 23
    assert evaluation["data"]["by_licence"] == {"CC0": 70}
    assert evaluation["training"]["commit"] == "c0ffee"
    assert evaluation["footprint"]["hours"] == 0.1
    assert evaluation["suspicious_labels"] == 1
    assert evaluation["held_out"][0]["product"] == "ivory"
    assert evaluation["reliability"]["ivory"]
    assert evaluation["precision_recall"]["ivory"]


def test_the_card_has_every_section_and_the_configured_words(card: str) -> None:
    titles = [line[3:] for line in card.splitlines() if line.startswith("## ")]
    assert titles == [
        "Intended use",
        "What it rests on",
        "Measured on sources never seen in training",
        "Thresholds",
        "Turned pictures",
        "Held out inside the training photos",
        "Known failures",
        "Training data",
        "Training",
        "Attribution",
    ]
    for words in ("Only drawn shapes.", "measured on them before.", "- A museum, CC0", "Weights: MIT."):
        assert words in card
    assert "| CC0 | 70 |" in card
    assert "| museum/a | CC0 | 24 | ceramic 12, ivory 12 |" in card
    assert "1 more could not be read" in card
    assert "in 9 ways at rising severity" in card
    assert "The ways: recompress, " in card
    assert "| `ivory` | review (0.170) | 6 | " in card
    assert "| `ivory` | all | 23 | 47 |" in card
    assert "Labels of training photos that held-out scores put in doubt (confident learning): 1." in card
    assert "| policy | photos | flagged | share | asked to review | share |" in card
    assert "Products that `balanced` calls CLEAR: none." in card


def test_the_card_has_short_sentences(card: str) -> None:
    lengths = [length(sentence) for sentence in sentences(card)]
    assert max(lengths) <= 45
    assert median(lengths) < 18


@pytest.mark.parametrize(
    "path", sorted((ROOT / "training" / "configs").glob("*.toml")), ids=lambda path: path.stem
)
def test_what_a_configuration_says_in_the_card_has_short_sentences(path: Path) -> None:
    said = load_config(path).report
    assert [
        s
        for note in (*said.notes, *said.measured_notes, *said.seen_on_overlays)
        for s in sentences(note)
        if length(s) > 45
    ] == []


def test_the_card_says_where_it_looks_once_that_was_measured(config: Config) -> None:
    manifest, folder = load_manifest(config.model_directory), config.folder
    facts = {"model": manifest.id, "model_sha256": manifest.files["model.onnx"].sha256}
    row = SeenRow(
        pictures="collage", detail="balanced", shown=9, found=7, found_alone=8, kept=6, everyday=20, alarms=2,
        everyday_alone=19, alarms_alone=1, seconds=0.123, parts=3.14,
    )  # fmt: skip
    explained = msgspec.structs.replace(EXPLAINED, **facts)
    write_record(explained, folder.explained)
    write_record(SeenMore(**facts, policy="balanced", rows=(row,)), folder.seen_more)
    seen = config.model_copy(
        update={"report": config.report.model_copy(update={"seen_on_overlays": ("43 of 50 are on it.",)})}
    )
    try:
        text = card(collect(seen))
        section = text[text.index("## Where it looks") : text.index("## Known failures")]
        assert "| collage | `balanced` | 7 of 9 | 6 of 8 | 2 of 20 | 1 of 19 | 0.12 | 3.1 |" in section
        assert "| `ivory` | 3 | 2 |" in section
        assert "| hidden; lower is better | -4.00 | -3.00 | -2.00 |" in section
        assert "- 43 of 50 are on it." in section
        assert max(map(length, sentences(section))) <= 45
        assert published(collect(seen))["seen_more"]["rows"][0]["found"] == 7
        write_record(msgspec.structs.replace(explained, model_sha256="0" * 64), folder.explained)
        with pytest.raises(TrainingError, match=r"training\.explain_checks again, or remove the file"):
            collect(seen)
    finally:
        folder.explained.unlink()
        folder.seen_more.unlink()


def test_the_card_shows_the_measured_numbers(card: str, config: Config) -> None:
    metrics = load_manifest(config.model_directory).metrics["ivory"]
    value = metrics.average_precision
    assert "| `ivory` | 10 (3) | 14 |" in card
    assert f"{value.value:.2f} [{value.low:.2f}, {value.high:.2f}]" in card


def test_the_readme_is_filled_between_its_marks(config: Config) -> None:
    assert config.report.readme is not None
    text = config.report.readme.read_text()
    assert text.startswith(
        "# A\n\n<!-- accuracy: begin -->\n`tiny` also scores, with too few photos to say how well"
    )
    verdicts = json.loads((config.model_directory / "evaluation.json").read_text())["verdicts"]["balanced"]
    assert (
        f"\nOf {verdicts['everyday']['photos']} everyday evaluation photos, whose sources it never saw"
        in text
    )
    assert text.endswith("[card of tiny](models/tiny/CARD.md).\n<!-- accuracy: end -->\n\nafter\n")
    assert "old" not in text.split("end -->")[0].split("\n")


def test_the_readme_alone_is_written_again_without_photos_or_a_run(config: Config, tmp_path: Path) -> None:
    assert config.report.readme is not None
    shutil.copytree(config.model_directory, tmp_path / "models" / "tiny")
    (tmp_path / "README.md").write_text(README)
    file = tmp_path / "tiny.toml"
    file.write_text(
        f'[export]\nid = "tiny"\nrelease_directory = "{tmp_path}/models"\n'
        f'[report]\nreadme = "{tmp_path}/README.md"\n'
    )
    before = {path.name: path.read_bytes() for path in (tmp_path / "models" / "tiny").iterdir()}
    main(["--config", str(file), "--release", "--only-readme"])
    assert (tmp_path / "README.md").read_text() == config.report.readme.read_text()
    assert {path.name: path.read_bytes() for path in (tmp_path / "models" / "tiny").iterdir()} == before


def test_the_readme_alone_needs_a_readme_and_a_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "tiny.toml"
    file.write_text(f'[export]\nid = "tiny"\n[report]\nreadme = "{tmp_path}/README.md"\n')
    with pytest.raises(SystemExit):
        main(["--config", str(file), "--only-readme"])
    assert "report.readme and --release" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(
            [
                "--config",
                str(file),
                "--set",
                f"export.release_directory={tmp_path}",
                "--release",
                "--only-readme",
            ]
        )
    assert "manifest.json" in capsys.readouterr().err


def test_a_second_report_changes_nothing(config: Config) -> None:
    directory = config.model_directory
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    report(config)
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == before


def test_without_unseen_sources_the_card_says_so(tmp_path: Path, shapes_dataset: Path) -> None:
    config = make_run(tmp_path, shapes_dataset)
    dataset = read_dataset(config.folder.dataset)
    write_dataset(msgspec.structs.replace(dataset, samples=dataset.split("train")), config.folder.dataset)
    for _ in range(2):  # never evaluated; then evaluated, which found nothing to measure
        report(config)
        card = (config.model_directory / "CARD.md").read_text()
        assert NOT_MEASURED in card
        assert "| `ivory` | all | 23 | 47 |" in card
        assert load_manifest(config.model_directory).metrics == {}
        with pytest.raises(DatasetError):
            evaluate(config)


def test_photos_that_were_never_measured_are_not_passed_over(tmp_path: Path, shapes_dataset: Path) -> None:
    config = make_run(tmp_path, shapes_dataset)
    with pytest.raises(TrainingError, match=r"run python -m training\.evaluate"):
        report(config)
    assert not (config.model_directory / "CARD.md").exists()


@pytest.mark.parametrize("changed", ["model_sha256", "int8_sha256"])
def test_what_was_measured_of_another_model_is_refused(
    changed: str, tmp_path: Path, shapes_dataset: Path
) -> None:
    config = make_run(tmp_path, shapes_dataset, evaluate={"rounds": ROUNDS})
    evaluate(config)
    path = config.folder.findings
    found = json.loads(path.read_text())
    path.write_text(json.dumps({**found, changed: "f" * 64}))
    with pytest.raises(TrainingError, match=r"ffffffffffffffff; run python -m training.evaluate again"):
        report(config)


def test_a_card_about_other_photos_is_refused(tmp_path: Path, shapes_dataset: Path) -> None:
    config = make_run(tmp_path, shapes_dataset)
    evaluate(config)
    dataset = read_dataset(config.folder.dataset)
    changed = tuple(s for s in dataset.samples if s.path.name != "ivory00.png" or s.split != "train")
    write_dataset(msgspec.structs.replace(dataset, samples=changed), config.folder.dataset)
    with pytest.raises(TrainingError, match="train, calibrate and export again"):
        report(config)


def test_a_readme_without_marks_stops_before_anything_is_written(
    tmp_path: Path, shapes_dataset: Path
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# no marks\n")
    config = make_run(tmp_path, shapes_dataset, report={"readme": str(readme)})
    evaluate(config)
    with pytest.raises(ConfigError, match="accuracy: begin"):
        report(config)
    assert readme.read_text() == "# no marks\n"
    assert {path.name for path in config.model_directory.iterdir()} == {"manifest.json", "model.onnx"}


def test_a_run_without_records_still_gets_a_card(tmp_path: Path, shapes_dataset: Path) -> None:
    config = make_run(tmp_path, shapes_dataset)
    for path in (config.folder.run_record, config.folder.held_out):
        path.unlink()
    evaluate(config)
    report(config)
    card = (config.model_directory / "CARD.md").read_text()
    assert "How long training took was not recorded." in card
    assert "No product was held out" in card


def test_the_footprint_by_hand() -> None:
    config = ReportConfig(grid_g_per_kwh=500)
    gpu_record = msgspec.structs.replace(RECORD, seconds=3600, device="NVIDIA H200")
    cpu = footprint(msgspec.structs.replace(RECORD, seconds=7200), config)
    gpu = footprint(msgspec.structs.replace(gpu_record, processes=2), config)
    own = footprint(gpu_record, ReportConfig(watts=50))
    assert cpu is not None
    assert gpu is not None
    assert own is not None
    assert (cpu.hours, cpu.kwh, cpu.grams_co2e) == (2.0, 0.2, 100.0)
    assert (gpu.watts, gpu.kwh) == (1600, 1.6)
    assert (own.kwh, own.watts_source) == (0.05, "as configured")
    assert "nothing was metered" in cpu.sentence()
    for seconds in (None, 0):
        assert footprint(msgspec.structs.replace(RECORD, seconds=seconds), config) is None
    assert footprint(None, config) is None


def test_a_bar_in_a_cell_does_not_break_the_table() -> None:
    assert markdown_table(["a", "b"], [["x|y", 1]]) == "| a | b |\n|---|---|\n| x\\|y | 1 |"


def test_what_was_asked_of_a_policy_stands_beside_what_was_measured() -> None:
    share = Interval(value=0.0312, low=0.02, high=0.05)
    manifest = parse_manifest(json.dumps(tiny_manifest(b"")).encode())
    old = manifest.policies["balanced"]
    assert "| balanced | not said | not measured | not measured | not said |" in budgets_table(manifest)
    assert "| balanced | `ivory` | 0.400 | 0.700 | not measured |" in thresholds_table(manifest)
    alarms = AlarmShares(
        photos=90, sources=9, review=share, flag=share, review_by_source=share, flag_by_source=share
    )
    reached = Reached(everyday_review=share, everyday_flag=share, found_review=share, found_flag=None)
    thresholds = {i: msgspec.structs.replace(t, measured=reached) for i, t in old.thresholds.items()}
    policy = msgspec.structs.replace(
        old, asked_review=0.03, asked_flag=0.003, measured=alarms, thresholds=thresholds
    )
    manifest = msgspec.structs.replace(manifest, policies={"balanced": policy})
    shown = "3.12% [2.00%, 5.00%]"
    assert f"| balanced | 3.0% | {shown} | {shown} | 0.3% | {shown} |" in budgets_table(manifest)
    assert f"| {shown} | {shown} | 0.03 [0.02, 0.05] | no photos |" in thresholds_table(manifest)


def test_the_table_of_evidence_says_what_was_found_of_owners_left_out() -> None:
    share = Interval(value=0.5, low=0.25, high=0.75)
    manifest = parse_manifest(json.dumps(tiny_manifest(b"")).encode())
    assert "not measured" in evidence_table(manifest)
    found = LeftOut(
        photos=10,
        sources=5,
        others=900,
        tpr_at_1_percent_fpr=share,
        tpr_at_5_percent_fpr=share,
        average_precision=share,
        expected_calibration_error=share,
    )
    entries = tuple(msgspec.structs.replace(entry, left_out=found) for entry in manifest.categories)
    text = evidence_table(msgspec.structs.replace(manifest, categories=entries))
    assert "| 0.50 [0.25, 0.75] | 0.50 [0.25, 0.75] | 0.50 [0.25, 0.75] |" in text
    assert "50.00% [25.00%, 75.00%]" in text
