"""Which pictures a run makes: how many of each family, in which order, and where each is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from training.synth.families import load_family
from wildvision.taxonomy import load_taxonomy

PRODUCT_SHARE = 3.0
"""How many pictures of a product family there are for each one of a look-alike family."""


class Job(NamedTuple):
    """One picture to make."""

    family: str
    index: int


def plan(names: Sequence[str], count: int) -> list[Job]:
    """Share ``count`` pictures among families, products `PRODUCT_SHARE` times as many, in an order that mixes them.

    A larger count only adds pictures; the first ones stay the same.

    >>> plan(["red_coral"], 2)
    [Job(family='red_coral', index=0), Job(family='red_coral', index=1)]
    """
    products = {category.id for category in load_taxonomy().products}
    speeds = {name: PRODUCT_SHARE if load_family(name).label in products else 1.0 for name in names}
    made = dict.fromkeys(names, 0)
    jobs = []
    for _ in range(count):
        name = min(names, key=lambda name: (made[name] + 0.5) / speeds[name])
        jobs.append(Job(name, made[name]))
        made[name] += 1
    return jobs


def picture_path(job: Job, seed: int) -> str:
    """Return where the picture of a job is kept, relative to the run's folder."""
    return f"{job.family}/{job.family}-{seed}-{job.index:05d}.webp"
