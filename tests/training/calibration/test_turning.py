from __future__ import annotations

import numpy as np
import pytest

from tests.training.learning.test_learning import sample
from training.calibration.record import HeldOut
from training.calibration.turning import (
    MEASURED_PHOTOS,
    Looks,
    asking,
    choose_look_from,
    describe_turning,
    look_on,
    measured_rows,
)
from training.release.tables import turned_table
from wildvision.taxonomy import load_taxonomy
from wildvision.turning import WEIGHTS

CATEGORIES = ("ivory", "bone")
TAXONOMY = load_taxonomy()


def first_looks(*, ivory: int = 60, everyday: int = 2000) -> HeldOut:
    """Ivory of six owners that scores above most everyday photos of twenty."""
    rng = np.random.default_rng(0)
    samples = [sample("ivory", source=f"m{n % 6}") for n in range(ivory)]
    samples += [sample(source=f"s{n % 20}") for n in range(everyday)]
    logits = rng.normal(0, 1, (len(samples), 2))
    logits[:ivory, 0] += 2
    return HeldOut(samples=tuple(samples), logits=logits.astype(np.float32))


def four_looks(held_out: HeldOut, *, ivory: int = 60) -> Looks:
    """The same from all sides: ivory that lies on its side is found less often."""
    logits = np.repeat(held_out.logits[:, None], 4, axis=1)
    logits[:ivory, 1::2, 0] -= 1
    return Looks(rows=np.arange(len(held_out.samples)), logits=logits)


def of_ivory(looks: Looks) -> Looks:
    return Looks(rows=looks.rows[:60], logits=looks.logits[:60])


def test_as_many_everyday_photos_ask_for_more_looks_as_may() -> None:
    held_out = first_looks()
    turned = of_ivory(four_looks(held_out))
    look_from = choose_look_from(held_out, turned, CATEGORIES, TAXONOMY, share=0.1)
    assert set(look_from) == {"ivory"}
    asks = asking(held_out.logits, CATEGORIES, look_from)
    assert 0.02 < asks[60:].mean() <= 0.1
    assert asks[:60].mean() > 0.6
    fewer = choose_look_from(held_out, turned, CATEGORIES, TAXONOMY, share=0.02)
    assert fewer["ivory"] > look_from["ivory"]


def test_a_product_of_few_photos_does_not_ask() -> None:
    held_out = first_looks()
    turned = of_ivory(four_looks(held_out))
    assert choose_look_from(held_out, turned, CATEGORIES, TAXONOMY, share=0.1, least_photos=60) != {}
    assert choose_look_from(held_out, turned, CATEGORIES, TAXONOMY, share=0.1, least_photos=61) == {}


def test_where_further_looks_find_nothing_more_none_is_taken() -> None:
    held_out = first_looks()
    alike = np.repeat(held_out.logits[:60, None], 4, axis=1)
    turned = Looks(rows=np.arange(60), logits=alike)
    assert choose_look_from(held_out, turned, CATEGORIES, TAXONOMY, share=0.1) == {}
    nothing = Looks(rows=np.zeros(0, np.intp), logits=np.zeros((0, 4, 2), np.float32))
    assert choose_look_from(held_out, nothing, CATEGORIES, TAXONOMY, share=0.1) == {}


def test_logits_of_four_looks_take_the_place_of_the_first() -> None:
    held_out = first_looks(ivory=2, everyday=2)
    looks = Looks(
        rows=np.array([0, 2]),
        logits=np.stack([np.arange(8).reshape(4, 2), np.ones((4, 2))]).astype(np.float32),
    )
    found = look_on(held_out.logits, np.array([True, True, False, False]), looks)
    assert found[0] == pytest.approx(WEIGHTS @ np.arange(8).reshape(4, 2))
    # One that asks but was not looked at again, and one that was measured without asking, stay.
    assert np.array_equal(found[1:], held_out.logits[1:])


def test_of_one_owner_some_photos_are_measured() -> None:
    samples = [sample("ivory", source="m") for _ in range(MEASURED_PHOTOS + 5)]
    samples += [sample("ivory", source="n"), sample("bone", source="m"), sample(source="s")]
    held_out = HeldOut(samples=tuple(samples), logits=np.zeros((len(samples), 2), np.float32))
    chosen = measured_rows(held_out, CATEGORIES, TAXONOMY)
    assert chosen[: MEASURED_PHOTOS + 5].sum() == MEASURED_PHOTOS
    assert chosen[-3:].tolist() == [True, False, False]


def test_what_is_found_turned_is_said_beside_what_one_look_finds() -> None:
    held_out = first_looks()
    looks = four_looks(held_out)
    look_from = choose_look_from(held_out, of_ivory(looks), CATEGORIES, TAXONOMY, share=0.3)
    measured = measured_rows(held_out, CATEGORIES, TAXONOMY)
    turning = describe_turning(
        held_out, looks, measured, CATEGORIES, TAXONOMY, look_from=look_from, share=0.3
    )
    assert turning.turned.value == pytest.approx(
        asking(held_out.logits, CATEGORIES, look_from)[60:].mean(), abs=1e-3
    )
    rows = turning.found["ivory"]
    assert [row.degrees for row in rows] == [0, 90, 180, 270]
    assert {row.photos for row in rows} == {60}
    assert rows[1].one_look_at_5_percent < rows[0].one_look_at_5_percent - 0.2
    assert abs(rows[1].at_5_percent - rows[0].at_5_percent) < 0.1
    assert rows[1].at_5_percent > rows[1].one_look_at_5_percent
    four, one = turned_table(turning).splitlines()[-2:]
    assert f"{rows[1].at_1_percent:.2f} / {rows[1].at_5_percent:.2f}" in four
    assert f"{rows[1].one_look_at_1_percent:.2f} / {rows[1].one_look_at_5_percent:.2f}" in one
