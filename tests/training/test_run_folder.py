"""The paths of a run's folder stay where they are: folders of earlier runs go on being read."""

from __future__ import annotations

from pathlib import Path

from training.config import parse_config
from training.run_folder import RunFolder

PATHS = {
    "dataset": "dataset",
    "networks": "networks",
    "run_record": "run.json",
    "calibration": "calibration.json",
    "held_out": "held_out.npz",
    "export_record": "export.json",
    "evaluation": "evaluation",
    "findings": "evaluation/evaluation.json",
    "explained": "explained.json",
    "seen_more": "seen_more.json",
    "steps": "steps.json",
    "ablations": "ablations.json",
    "ablation_table": "ablations.md",
    "transfer": "transfer.json",
    "transfer_table": "transfer.md",
    "contact_sheet": "contact_sheet.png",
}


def test_every_path_is_where_it_was() -> None:
    folder = parse_config({"run": {"directory": "work/a"}}).folder
    named = {name for name, member in vars(RunFolder).items() if isinstance(member, property)}
    assert named == set(PATHS)
    assert {name: getattr(folder, name) for name in named} == {
        name: Path("work/a", path) for name, path in PATHS.items()
    }
    assert folder.network("fold0") == Path("work/a/networks/fold0.pt")
    assert folder.features("0f") == Path("work/a/features/0f.npz")
    assert folder.training("final", "0f") == Path("work/a/training/final-0f")


def test_finished_networks_come_by_name(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    assert folder.finished_networks() == ()
    folder.networks.mkdir()
    for name in ("final.pt", "fold1.pt", "fold0.pt", "fold2.pt.part"):
        (folder.networks / name).touch()
    assert [path.stem for path in folder.finished_networks()] == ["final", "fold0", "fold1"]
