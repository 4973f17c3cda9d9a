"""The contact sheet of a rendered folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.training.synth.noise_pictures import run
from training.synth.contact_sheet import contact_sheet


def test_a_sheet_shows_the_pictures(tmp_path: Path) -> None:
    run(tmp_path, 6)
    sheet = contact_sheet(tmp_path, count=6, columns=3)
    assert sheet.width == 3 * 192
    assert np.asarray(sheet).std() > 20
    plain = contact_sheet(tmp_path, names=("rhino_horn",), count=2, columns=2, captions=False)
    assert plain.height < sheet.height
    with pytest.raises(FileNotFoundError, match="no rendered picture of ivory"):
        contact_sheet(tmp_path, names=("ivory",))
