from __future__ import annotations

from pathlib import Path
from typing import IO

import pytest

from training.files import replace_file, replace_file_with


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for content in (b"long enough", b"new"):
        replace_file(path, content)
        assert path.read_bytes() == content
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_what_breaks_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    def write(file: IO[bytes]) -> None:
        file.write(b"half")
        raise KeyboardInterrupt

    path = tmp_path / "a.json"
    replace_file(path, b"old")
    with pytest.raises(KeyboardInterrupt):
        replace_file_with(path, write)
    assert path.read_bytes() == b"old"
