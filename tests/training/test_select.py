from __future__ import annotations

import csv
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from tests.tiny_model import CATEGORIES
from training.errors import DatasetError
from training.labelling.acquisition import CANDIDATES, Pool, candidates, draw, fair_share, uncertainty
from training.labelling.tasks import Task, import_tasks, labeling_config
from training.labelling.unlabelled import list_photos
from training.select import Settings, main, select
from wildvision import Classifier
from wildvision.adapt.inputs.label_studio import read_label_studio
from wildvision.taxonomy import load_taxonomy

NO_PAIRS = np.zeros((0, 2), np.int64)


def pool(doubt: np.ndarray, embeddings: np.ndarray, sources: list[str], pairs: np.ndarray = NO_PAIRS) -> Pool:
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    return Pool(uncertainty=doubt, embeddings=unit, sources=sources, near_duplicates=pairs)


def directions(count: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(count, 64))


# --- what makes a photo worth labelling -------------------------------------------------------------------


def test_doubt_is_greatest_on_the_threshold_and_falls_to_both_sides() -> None:
    scores = np.array([[0.001], [0.02], [0.05], [0.2], [0.9], [0.0], [1.0]])
    doubt = uncertainty(scores, np.array([0.05]))
    assert doubt[2] == pytest.approx(1)
    assert doubt[0] < doubt[1] < doubt[2] > doubt[3] > doubt[4]
    assert (doubt >= 0).all()
    assert doubt[5] < 0.01  # exact zeros and ones have no odds
    assert doubt[6] < 0.01


def test_the_most_uncertain_product_counts() -> None:
    scores = np.array([[0.5, 0.001], [0.001, 0.5], [0.001, 0.001]])
    doubt = uncertainty(scores, np.array([0.5, 0.5]))
    assert doubt[0] == doubt[1] == pytest.approx(1)
    assert doubt[2] < 0.05


@pytest.mark.parametrize(
    ("sizes", "count", "share"),
    [([100], 7, 7), ([50, 50], 10, 5), ([1, 50], 10, 9), ([3, 3], 10, 3), ([9, 9, 9], 1, 1), ([], 4, 0)],
)
def test_a_fair_share_is_the_least_that_is_enough(sizes: list[int], count: int, share: int) -> None:
    assert fair_share(sizes, count) == share


def test_candidates_are_the_most_uncertain_of_each_source() -> None:
    doubt = np.linspace(0, 1, 200)
    sources = ["loud"] * 100 + ["quiet"] * 100
    rows = candidates(doubt, sources, 4)
    assert len(rows) == 2 * 2 * CANDIDATES
    assert set(rows) == {*range(80, 100), *range(180, 200)}


# --- which are drawn --------------------------------------------------------------------------------------


def test_uncertain_photos_are_preferred() -> None:
    doubt = np.where(np.arange(200) % 10 == 0, 1.0, 0.001)
    drawn = draw(pool(doubt, directions(200), ["a"] * 200), 15, seed=0)
    assert sum(doubt[row] == 1 for row in drawn) >= 14


def test_each_kind_of_picture_is_drawn_once_before_any_twice() -> None:
    kinds = directions(8)
    kind_of = np.repeat(np.arange(8), [93, 1, 1, 1, 1, 1, 1, 1])
    embeddings = kinds[kind_of] + 0.01 * directions(100)
    drawn = draw(pool(np.ones(100), embeddings, ["a"] * 100), 8, seed=0)
    assert {int(kind_of[row]) for row in drawn} == set(range(8))


def test_no_source_gives_more_than_its_share() -> None:
    sources = ["flood"] * 300 + ["b"] * 10 + ["c"] * 2
    doubt = np.where(np.array(sources) == "flood", 1.0, 0.01)
    drawn = draw(pool(doubt, directions(312), sources), 12, seed=0)
    counts = {name: sum(sources[row] == name for row in drawn) for name in ("flood", "b", "c")}
    assert counts == {"flood": 5, "b": 5, "c": 2}


def test_of_near_duplicates_one_is_drawn_and_others_take_the_rest() -> None:
    pairs = np.array([(i, j) for i in range(10) for j in range(i + 1, 10)])
    sources = ["frames"] * 10 + ["b"] * 30
    drawn = draw(pool(np.ones(40), directions(40), sources, pairs), 10, seed=0)
    assert len(drawn) == len(set(drawn)) == 10
    assert sum(row < 10 for row in drawn) == 1
    assert len(draw(pool(np.ones(10), directions(10), ["a"] * 10, pairs), 5, seed=0)) == 1


def test_the_draw_repeats_by_its_seed() -> None:
    many = pool(np.ones(100), directions(100), ["a"] * 100)
    assert draw(many, 10, seed=3) == draw(many, 10, seed=3) != draw(many, 10, seed=4)


def test_pictures_that_are_all_alike_and_certain_are_drawn_all_the_same() -> None:
    alike = pool(np.zeros(4), np.ones((4, 3)), ["a"] * 4)
    assert sorted(draw(alike, 9, seed=0)) == [0, 1, 2, 3]


# --- what Label Studio gets -------------------------------------------------------------------------------


def test_addresses_are_local_files_below_the_root() -> None:
    task = Task(path=Path("/srv/a b&c/ü.png"), source="s", licence="CC0", choices=(), score=0.25)
    (entry,) = import_tasks([task], model_id="m", document_root=Path("/srv"))
    address = urlsplit(entry["data"]["image"])
    assert address.path == "/data/local-files/"
    assert parse_qs(address.query) == {"d": ["a b&c/ü.png"]}
    assert entry["predictions"][0]["result"][0]["value"] == {"choices": ["everyday"]}
    with pytest.raises(DatasetError, match="--document-root"):
        import_tasks([task], model_id="m", document_root=Path("/home"))


def test_the_interface_offers_every_category_once_by_id() -> None:
    taxonomy = load_taxonomy()
    view = ET.fromstring(labeling_config(taxonomy.categories))
    (choices,), (image,) = view.findall("Choices"), view.findall("Image")
    values = [choice.get("value") for choice in choices]
    assert values == [*(category.id for category in taxonomy.categories), "everyday"]
    assert choices.get("toName") == image.get("name") == "image"
    assert image.get("value") == "$image"
    assert choices.get("choice") == "multiple"
    assert "Rhino horn" in (choices[values.index("rhino_horn")].get("html") or "")


# --- the command ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of two sources in every tint, one of them twice in other sizes, and files that are no pictures."""
    folder = tmp_path_factory.mktemp("unlabelled")
    rng = np.random.default_rng(0)
    for source, count in (("shop", 30), ("market", 6)):
        (folder / source).mkdir()
        for index in range(count):
            tint = 1.0 - 0.6 * (np.arange(3) != index % 4)  # red, green, blue, grey
            blocks = (rng.integers(0, 256, (16, 16, 1)) * tint).astype(np.uint8)
            picture = Image.fromarray(blocks).resize((160, 160), Image.Resampling.BICUBIC)
            picture.save(folder / source / f"{index}.png")
            if source == "market":
                picture.resize((128, 128)).save(folder / source / f"{index} again.jpg", quality=92)
    (folder / "market" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    Image.new("RGB", (64, 64), "white").save(folder / "blank.png")
    return folder


def run(photos: Path, out: Path, model: Path, *extra: str) -> list[dict]:
    main(["--model", str(model), "--photos", str(photos), "--count", "10", "--out", str(out), *extra])
    return json.loads(out.read_text())


def files_of(tasks: list[dict]) -> list[Path]:
    return [Path("/", parse_qs(urlsplit(task["data"]["image"]).query)["d"][0]) for task in tasks]


def test_the_command_writes_tasks_interface_and_what_it_skipped(
    unlabelled: Path, tiny_directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "labelling" / "tasks.json"
    tasks = run(unlabelled, out, tiny_directory)
    files = files_of(tasks)
    assert len(set(files)) == len(tasks) == 10
    assert all(file.is_file() for file in files)
    assert [task["data"]["source"] for task in tasks].count("market") == 5
    stems = [file.stem.removesuffix(" again") for file in files if file.parent.name == "market"]
    assert len(set(stems)) == 5  # never a picture and its smaller copy
    choices = {choice.get("value") for choice in ET.parse(out.with_suffix(".xml")).iter("Choice")}
    for task in tasks:
        (prediction,) = task["predictions"]
        (result,) = prediction["result"]
        assert prediction["model_version"] == "tiny"
        assert 0 <= prediction["score"] <= 1
        assert (result["from_name"], result["to_name"], result["type"]) == ("label", "image", "choices")
        assert set(result["value"]["choices"]) <= choices
        assert set(result["value"]["choices"]) <= {*CATEGORIES, "everyday"}
    with out.with_suffix(".skipped.csv").open(newline="") as file:
        skipped = {Path(row["path"]).name: row["error"] for row in csv.DictReader(file)}
    assert skipped == {"broken.png": "ImageDecodeError", "blank.png": "blank"}
    assert "broken.png" in capsys.readouterr().out


def test_the_command_repeats_and_depends_on_seed_and_policy(
    unlabelled: Path, tiny_directory: Path, tmp_path: Path
) -> None:
    first = run(unlabelled, tmp_path / "1.json", tiny_directory)
    assert run(unlabelled, tmp_path / "2.json", tiny_directory) == first
    assert run(unlabelled, tmp_path / "3.json", tiny_directory, "--seed", "5") != first
    assert run(unlabelled, tmp_path / "4.json", tiny_directory, "--policy", "strict") != first


def test_of_a_picture_and_its_smaller_copy_only_one_is_ever_chosen(
    unlabelled: Path, tiny_directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    selection = select(unlabelled, tmp_path / "t.json", Settings(model=str(tiny_directory), count=100))
    market = [task.path.stem.removesuffix(" again") for task in selection.tasks if task.source == "market"]
    assert sorted(market) == [str(index) for index in range(6)]
    assert len(selection.tasks) == 36
    run(unlabelled, tmp_path / "t.json", tiny_directory, "--count", "100")
    assert "near-duplicates" in capsys.readouterr().out


def test_the_answers_filled_in_are_those_of_the_classifier(
    unlabelled: Path, tiny_directory: Path, tiny: Classifier, tmp_path: Path
) -> None:
    policy = tiny.manifest.policies["balanced"]
    tasks = run(unlabelled, tmp_path / "tasks.json", tiny_directory, "--count", "36")
    answers = [task["predictions"][0]["result"][0]["value"]["choices"] for task in tasks]
    for file, answer in zip(files_of(tasks), answers, strict=True):
        result = tiny.classify(file)
        limits = {"bone": 0.5, **{i: t.review or 0.5 for i, t in policy.thresholds.items()}}
        expected = [i for i in tiny.manifest.category_ids if result.score(i) >= limits[i]]
        assert answer == (expected or ["everyday"])
    assert len(set(map(str, answers))) > 2


def test_an_export_of_the_tasks_comes_back_with_labels_and_source(
    unlabelled: Path, tiny_directory: Path, tmp_path: Path
) -> None:
    tasks = run(unlabelled, tmp_path / "tasks.json", tiny_directory)
    for number, task in enumerate(tasks):  # what a person who agrees with the model sends back
        task |= {"id": number, "annotations": [{"result": task["predictions"][0]["result"]}]}
    listing = read_label_studio(tasks, tmp_path / "export.json")
    assert not listing.rejected
    assert [row.path for row in listing.rows] == files_of(tasks)
    for row, task in zip(listing.rows, tasks, strict=True):
        chosen = set(task["predictions"][0]["result"][0]["value"]["choices"])
        assert row.labels == chosen - {"everyday"}
        assert row.source == task["data"]["source"]


def test_photos_for_evaluation_choose_nothing(shapes: Path, tiny_directory: Path, tmp_path: Path) -> None:
    settings = Settings(model=str(tiny_directory), count=200)
    selection = select(shapes, tmp_path / "tasks.json", settings)
    assert len(selection.tasks) > 20
    assert not any("eval" in task.path.relative_to(shapes).parts for task in selection.tasks)
    assert {entry.error for entry in selection.skipped} == {"EvaluationOnly"}
    assert len(selection.skipped) == 26


def test_a_later_run_leaves_no_stale_list(tiny_directory: Path, unlabelled: Path, tmp_path: Path) -> None:
    run(unlabelled, tmp_path / "tasks.json", tiny_directory)
    run(unlabelled / "shop", tmp_path / "tasks.json", tiny_directory)
    assert not (tmp_path / "tasks.skipped.csv").exists()


def test_no_photos_and_no_such_policy_are_told(
    tiny_directory: Path, unlabelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(SystemExit, match="2"):
        run(empty, tmp_path / "tasks.json", tiny_directory)
    assert "found none" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        run(unlabelled, tmp_path / "tasks.json", tiny_directory, "--policy", "lax")
    assert "balanced, strict, found 'lax'" in capsys.readouterr().err
    assert not (tmp_path / "tasks.json").exists()


def test_photos_that_nobody_labelled_are_what_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "pool.jsonl").write_text('{"path": "a.jpg", "labels": null, "source": "shop"}\n')
    (row,), rejected = list_photos(tmp_path / "pool.jsonl")
    assert (row.path, row.source, rejected) == (tmp_path / "a.jpg", "shop", ())


def test_linked_folders_are_looked_through_and_odd_names_are_told(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    for name in ("a.jpg", "caf\udce9.jpg"):
        (tmp_path / "real" / name).write_bytes(b"")
    (tmp_path / "pool").mkdir()
    (tmp_path / "pool/shop").symlink_to(tmp_path / "real")
    (row,), rejected = list_photos(tmp_path / "pool")
    assert (row.path, row.source) == (tmp_path / "pool/shop/a.jpg", "shop")
    assert [(entry.path.name, entry.error) for entry in rejected] == [(r"caf\xe9.jpg", "UnwritableName")]
