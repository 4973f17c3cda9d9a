from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from tests.conftest import ROOT
from tests.tiny_model import tiny_manifest
from training.config import load_config
from training.errors import ConfigError, DatasetError
from training.release.readme import WARNING, accuracy_section, readme_of_model
from wildvision.manifest import AlarmShares, Interval, LeftOut, Manifest, parse_manifest
from wildvision.model_folder import ModelFolder

SHARE = Interval(value=0.5, low=0.25, high=0.754)
CARD = "models/tiny/CARD.md"


def manifest_of(*, owners: int = 5, photos: int = 10) -> Manifest:
    """A model whose ivory was measured on owners left out, and whose pangolin was not."""
    found = LeftOut(
        photos=photos,
        sources=owners,
        others=900,
        tpr_at_1_percent_fpr=SHARE,
        tpr_at_5_percent_fpr=Interval(value=0.9, low=0.8, high=1.0),
        average_precision=SHARE,
    )
    manifest = parse_manifest(json.dumps(tiny_manifest(b"")).encode())
    entries = tuple(
        msgspec.structs.replace(entry, left_out=found if entry.id == "ivory" else None)
        for entry in manifest.categories
    )
    return msgspec.structs.replace(manifest, categories=entries)


def test_a_product_has_a_row_where_it_was_measured_and_a_name_where_not() -> None:
    text = accuracy_section(manifest_of(), {}, card=CARD)
    assert "| Worked ivory (`ivory`) | 10 (5) | 50% [25%, 75%] | 90% [80%, 100%] | supported |" in text
    assert "with too few photos to say how well: `pangolin`." in text
    assert "ceramic" not in text
    assert text.endswith(f"{WARNING} Everything else that was measured is in the [card of tiny]({CARD}).\n")


def test_an_interval_over_few_owners_is_not_shown() -> None:
    assert "| 10 (4) | 50% | 90% |" in accuracy_section(manifest_of(owners=4), {}, card=CARD)


def test_everyday_photos_are_counted_of_owners_left_out_and_of_evaluation_photos() -> None:
    share = Interval(value=0.012, low=0.0, high=0.0345)
    alarms = AlarmShares(
        photos=90, sources=9, review=SHARE, flag=share, review_by_source=share, flag_by_source=share
    )
    manifest = manifest_of()
    policy = msgspec.structs.replace(manifest.policies["balanced"], measured=alarms)
    manifest = msgspec.structs.replace(manifest, policies={**manifest.policies, "balanced": policy})
    verdicts = {
        "everyday": {"photos": 70, "FLAG": 2, "REVIEW": 5, "CLEAR": 63, "ABSTAIN": 0},
        "ivory": {"photos": 8, "FLAG": 3, "REVIEW": 1, "CLEAR": 4, "ABSTAIN": 0},
        "pangolin": {"photos": 6, "FLAG": 0, "REVIEW": 6, "CLEAR": 0, "ABSTAIN": 0},
    }
    text = accuracy_section(manifest, verdicts, card=CARD)
    assert (
        "Of 90 everyday photos by 9 owners left out, the default policy `balanced` flags 1.2% [0.0%, 3.5%]"
        in text
    )
    assert "flags or asks to review 50.0% [25.0%, 75.4%]." in text
    assert (
        "Of 70 everyday evaluation photos, whose sources it never saw, `balanced` flags 2 and asks to review 5."
        in text
    )
    assert "it flags or asks to review 4 of 8 `ivory`.\n" in text


def test_a_model_without_a_record_or_a_readme_without_marks_is_refused(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("no marks")
    (tmp_path / "manifest.json").write_text(json.dumps(tiny_manifest(b"")))
    with pytest.raises(DatasetError, match=r"evaluation\.json"):
        readme_of_model(readme, ModelFolder(tmp_path))
    (tmp_path / "evaluation.json").write_text("{}")
    with pytest.raises(ConfigError, match="add both lines"):
        readme_of_model(readme, ModelFolder(tmp_path))


def test_the_readme_of_the_project_says_what_the_released_model_says() -> None:
    (file,) = [
        path
        for path in (ROOT / "training" / "configs").glob("*.toml")
        if (ROOT / "models" / path.stem).is_dir()
    ]
    config = load_config(file, release=True)
    readme = ROOT / "README.md"
    assert config.report.readme == readme.relative_to(ROOT)
    assert readme.read_text() == readme_of_model(readme, ModelFolder(ROOT / config.model_directory))
