"""What is written is written on this machine: the address of a store never becomes a folder called ``s3:``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from PIL import Image

from tests.conftest import paint
from tests.unit.test_cli import call, words
from wildvision.archive import ScanOptions, ScanRun
from wildvision.archive.folder import open_folder
from wildvision.cli import main
from wildvision.cli.options import LocalPath, ScanFolderType
from wildvision.errors import ScanError

ADDRESS = "s3://bucket/found"


def paths(command: click.Command, name: str = "wildvision") -> Iterator[tuple[str, click.Parameter]]:
    if isinstance(command, click.Group):
        for below, one in command.commands.items():
            yield from paths(one, f"{name} {below}")
    for parameter in command.params:
        if isinstance(parameter.type, click.Path):
            yield f"{name} {parameter.name}", parameter


PATHS = dict(paths(main))


def test_every_command_that_takes_a_path_is_looked_at() -> None:
    assert {"wildvision scan out", "wildvision report out", "wildvision hashes export out"} <= set(PATHS)


@pytest.mark.parametrize("name", PATHS)
def test_a_path_that_is_read_or_written_in_place_is_none_in_a_store(name: str) -> None:
    kind = PATHS[name].type
    assert isinstance(kind, click.Path)
    if (
        isinstance(kind, ScanFolderType) or kind.type is None
    ):  # copied first; or read as a source, which may be remote
        return
    assert isinstance(kind, LocalPath)
    with pytest.raises(click.BadParameter, match="copy what is there"):
        kind.convert(ADDRESS, PATHS[name], None)


def test_nothing_is_written_for_an_address(
    tiny_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(paint(230, 60, 60)).save("ivory.png")
    model = ("--model", str(tiny_directory))
    assert call("scan", "ivory.png", "--out", "found", "--workers", "0", *model).exit_code == 0
    before = set(tmp_path.rglob("*"))
    for command in (
        ("scan", "ivory.png", "--out", ADDRESS, *model),
        ("classify", "ivory.png", "--save", ADDRESS, *model),
        ("explain", "ivory.png", "--out", f"{ADDRESS}.png", *model),
        ("report", "found", "--out", f"{ADDRESS}.html"),
        ("export", "found", "--to", ADDRESS),
        ("cluster", "found", "--to", f"{ADDRESS}.csv"),
        ("decide", "found", "--policy", "balanced", "--out", ADDRESS),
        ("decide", ADDRESS, "--policy", "balanced"),
    ):
        result = call(*command)
        assert result.exit_code == 2, command
        assert f"expected a path on this machine, found the address {ADDRESS}" in words(result)
    assert set(tmp_path.rglob("*")) == before


def test_the_library_refuses_an_address_too(
    tiny_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = ScanOptions(sources=("ivory.png",), model=str(tiny_directory), workers=0)
    for path in (Path(ADDRESS), ADDRESS):  # a Path has lost a slash of it
        with pytest.raises(ScanError, match="found the address s3:/"):
            ScanRun(path, options)  # type: ignore[arg-type]
        with pytest.raises(ScanError, match="found the address s3:/"):
            open_folder(Path(path))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_may_have_a_colon_in_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("case:").mkdir()
    found = LocalPath(file_okay=False).convert("case:/found", None, None)
    assert (found, LocalPath().convert("C:/found", None, None)) == (Path("case:/found"), Path("C:/found"))
