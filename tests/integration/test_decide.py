"""Another policy for a scan: the verdicts that a new scan would give, without reading an image."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.integration.test_growing_scan import options, picture
from tests.integration.test_scan import records
from wildvision.archive import ScanRun, decide_again
from wildvision.archive.folder import ScanFolder
from wildvision.archive.sinks import WRITERS
from wildvision.cli import main
from wildvision.errors import ManifestError, ScanError
from wildvision.manifest import load_manifest


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(30):
        (folder / f"{number:02}.jpg").write_bytes(picture(number))
    (folder / "blank.png").write_bytes(blank())
    (folder / "broken.jpg").write_bytes(picture(1)[:200])
    return folder


def blank() -> bytes:
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "white").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("file_format", sorted(WRITERS))
def test_verdicts_are_those_of_a_new_scan(
    file_format: str, photos: Path, tiny_directory: Path, tmp_path: Path
) -> None:
    out, fresh = tmp_path / "out", tmp_path / "fresh"
    chosen = options(photos, model=tiny_directory, file_format=file_format, part_rows=10, embeddings=True)
    strict = options(
        photos, model=tiny_directory, file_format=file_format, part_rows=10, embeddings=True, policy="strict"
    )
    list(ScanRun(out, chosen).run())
    list(ScanRun(fresh, strict).run())
    before = records(out)
    shutil.move(photos, tmp_path / "elsewhere")
    changes = decide_again(out, "strict")
    assert records(out) == records(fresh)
    assert records(out) != before
    assert [part.verdicts for part in ScanFolder(out).parts] == [
        part.verdicts for part in ScanFolder(fresh).parts
    ]
    assert sum(changes.values()) == 31
    assert sum(n for (old, new), n in changes.items() if old != new) > 0
    assert changes["ABSTAIN", "ABSTAIN"] == 1


def test_a_scan_goes_on_by_the_new_policy(photos: Path, tiny_directory: Path, tmp_path: Path) -> None:
    out, chosen = tmp_path / "out", options(photos, model=tiny_directory)
    list(ScanRun(out, chosen).run())
    own = load_manifest(tiny_directory).policies["strict"]
    decide_again(out, own)
    (photos / "more.jpg").write_bytes(picture(100))
    list(ScanRun(out, chosen).run())
    assert {row["policy"] for row in records(out) if not row["error"]} == {"custom"}
    assert len(records(out)) == 33


def test_another_folder_leaves_the_scan_as_it_was(photos: Path, tiny_directory: Path, tmp_path: Path) -> None:
    out, other = tmp_path / "out", tmp_path / "other"
    list(ScanRun(out, options(photos, model=tiny_directory)).run())
    before = records(out)
    decide_again(out, "strict", out=other)
    assert records(out) == before
    assert len(records(other)) == len(before)
    assert list(ScanRun(other, options(photos, model=tiny_directory, policy="strict")).run()) == []
    with pytest.raises(ScanError, match="without a scan"):
        decide_again(out, "balanced", out=other)


def test_one_that_was_stopped_is_not_taken_for_whole(
    photos: Path, tiny_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, chosen = tmp_path / "out", options(photos, model=tiny_directory)
    list(ScanRun(out, chosen).run())
    commit, calls = ScanFolder.commit, iter(range(100))

    def stop_at_the_third(self: ScanFolder, *arguments: object) -> object:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return commit(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(ScanFolder, "commit", stop_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        decide_again(out, "strict")
    monkeypatch.undo()
    with pytest.raises(ScanError, match="did not end"):
        ScanRun(out, chosen)
    outcome = CliRunner().invoke(main, ["report", str(out)])
    assert outcome.exit_code == 2
    decide_again(out, "strict")
    assert {row["policy"] for row in records(out) if not row["error"]} == {"strict"}
    ScanRun(out, chosen)


def test_the_command(photos: Path, tiny_directory: Path, tmp_path: Path) -> None:
    out, policy = tmp_path / "out", tmp_path / "mine.json"
    list(ScanRun(out, options(photos, model=tiny_directory)).run())
    record = json.loads((tiny_directory / "manifest.json").read_text())["policies"]["strict"]
    policy.write_text(json.dumps(record))
    outcome = CliRunner().invoke(main, ["decide", str(out), "--policy", str(policy)])
    assert outcome.exit_code == 0, outcome.output
    assert "of 31 verdicts changed" in outcome.output
    outcome = CliRunner().invoke(main, ["decide", str(out), "--policy", "balanced", "--json"])
    assert sum(entry["images"] for entry in json.loads(outcome.output)) == 31
    for wrong in ("none", str(tmp_path / "missing.json")):
        outcome = CliRunner().invoke(main, ["decide", str(out), "--policy", wrong])
        assert outcome.exit_code == 2
    record["thresholds"].pop("ivory")
    policy.write_text(json.dumps(record))
    outcome = CliRunner().invoke(main, ["decide", str(out), "--policy", str(policy)])
    assert outcome.exit_code == 2
    assert "has no thresholds of ivory" in " ".join(outcome.output.split())
    with pytest.raises(ManifestError, match="expected one of the policies"):
        decide_again(out, "none")
