from __future__ import annotations

import numpy as np
import pytest

from training.posts import (
    EXPONENTS,
    MAXIMUM,
    Bench,
    alarms,
    choose_exponent,
    combined,
    everyday_posts,
    excess,
    found,
    product_posts,
    rate_table,
)
from wildvision.post_scores import combine


@pytest.fixture(scope="module")
def bench() -> Bench:
    """Everyday photos of forty owners, ivory of ten; logits of everyday photos have an exponential tail of rate 2."""
    rng = np.random.default_rng(0)
    everyday = np.repeat([True, False], [4000, 200])
    logits = np.where(everyday, -5 + rng.exponential(0.5, 4200), rng.normal(-1, 1.5, 4200))
    owner = np.array([f"shop{n % 40}" if n < 4000 else f"museum{n % 10}" for n in range(4200)])
    scores = (1 / (1 + np.exp(-logits)))[:, None]
    limit = np.quantile(scores[everyday], 0.98)
    return Bench(scores, np.array([limit]), owner, everyday, {0: np.arange(4000, 4200)})


@pytest.mark.parametrize("exponent", EXPONENTS[:-1])
def test_it_is_combined_as_in_use(exponent: float) -> None:
    scores = np.random.default_rng(1).random((3, 4, 2))
    expected = [[combine(list(post[:, column]), exponent) for column in range(2)] for post in scores]
    assert combined(scores, exponent) == pytest.approx(np.array(expected))


def test_posts_are_made_of_what_they_say(bench: Bench) -> None:
    own = everyday_posts(bench, 5, 50, strangers=False)
    assert all(len(set(bench.owner[post])) == 1 and len(set(post)) == 5 for post in own)
    assert bench.everyday[own].all()
    strangers = everyday_posts(bench, 5, 50, strangers=True)
    assert np.mean([len(set(bench.owner[post])) for post in strangers]) > 4
    products = product_posts(bench, 0, 5, 2, 50)
    assert (~bench.everyday[products]).sum(axis=1).tolist() == [2] * 50
    assert all(len(set(bench.owner[post])) == 2 for post in products)


def test_the_highest_of_ten_independent_scores_raises_nearly_ten_times_the_alarms(bench: Bench) -> None:
    single, ten = alarms(bench, 1, MAXIMUM, 4000), alarms(bench, 10, MAXIMUM, 4000)
    assert ten.strangers / single.strangers == pytest.approx(9.2, rel=0.25)  # (1 - 0.98**10) / 0.02


def test_the_exponent_is_about_the_rate_of_the_tail_of_false_alarms(bench: Bench) -> None:
    chosen = choose_exponent(bench, 2000)
    assert 1.0 <= chosen <= 2.5
    assert excess(bench, chosen, 2000) <= 1.0 < excess(bench, MAXIMUM, 2000)


def test_pictures_that_agree_are_found_as_single_ones_are(bench: Bench) -> None:
    rates = [found(bench, 5, showing, 2.0, 1000) for showing in (1, 3, 5)]
    assert rates == sorted(rates)
    assert rates[2] >= found(bench, 1, 1, 2.0, 1000) - 0.03


def test_owners_left_out_make_no_posts(bench: Bench) -> None:
    chosen = np.char.startswith(bench.owner, "shop1")
    own = everyday_posts(bench.among(chosen), 3, 50, strangers=True)
    assert chosen[own].all()
    assert bench.among(chosen).shown == {}


def test_the_table_has_a_row_for_each_number_of_pictures(bench: Bench) -> None:
    lines = rate_table(bench, 2.0, 100).splitlines()
    assert [line.split(" | ")[0].strip("| ") for line in lines[2:]] == ["1", "2", "3", "5", "10"]
