"""The page on sizing says what its simulation says, of the rates that it shows."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from tests.benchmarks.sizing import Assumptions, Rates, page, simulate
from tests.conftest import ROOT
from tests.prose import length, sentences

GUIDE = (ROOT / "wildvision/archive/ray/README.md").read_text(encoding="utf-8")


def shown_rates() -> Rates:
    (block,) = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    return Rates(**json.loads(block))


def test_the_tables_are_those_of_the_simulation() -> None:
    assert page(shown_rates(), Assumptions()) in GUIDE


def test_the_guide_has_short_sentences() -> None:
    assert max(map(length, sentences(GUIDE))) <= 45


def test_cost_follows_photos_looks_and_copies_and_stages_limit_time() -> None:
    rates, assumed = shown_rates(), Assumptions()
    million, billion = simulate(10**6, rates, assumed), simulate(10**9, rates, assumed)
    assert billion.dollars == pytest.approx(1000 * million.dollars)
    assert billion.distinct_dollars < 1000 * million.distinct_dollars  # more of them are copies
    assert simulate(10**6, rates, replace(assumed, copies=0.0)).distinct_dollars == pytest.approx(
        million.dollars
    )
    assert simulate(10**6, rates, replace(assumed, looked_on=0.2)).dollars > million.dollars
    hours, stage = billion.hours[16]
    assert (hours, stage) == (pytest.approx(billion.core_hours / 16), "scoring")
    assert billion.hours[4096][1] == "driver"
    slow_store = replace(assumed, machine_gbit_s=0.01)
    assert simulate(10**6, rates, slow_store).hours[16][1] == "reading"
