"""Which pictures a run makes."""

from __future__ import annotations

import pytest

from tests.training.synth.noise_pictures import NAMES
from training.synth.plan import PRODUCT_SHARE, Job, picture_path, plan


def test_plan_mixes_families_and_favours_products() -> None:
    jobs = plan(NAMES, 40)
    products = sum(job.family == "rhino_horn" for job in jobs)
    assert products == pytest.approx(40 * PRODUCT_SHARE / (PRODUCT_SHARE + 1), abs=1)
    assert jobs[:10] == plan(NAMES, 10)
    assert len(set(jobs)) == 40


def test_every_picture_has_a_file_of_its_own() -> None:
    jobs = plan(NAMES, 40)
    assert len({picture_path(job, seed) for job in jobs for seed in (1, 2)}) == 80
    assert picture_path(Job("rhino_horn", 7), 3) == "rhino_horn/rhino_horn-3-00007.webp"
