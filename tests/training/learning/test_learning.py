"""Loss, schedule, drawing: the parts of training that are functions of values."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch

from training.config import ModelConfig, TrainConfig
from training.data.labels import label_matrix, sampling_weights
from training.data.loader import batches, draw_epoch
from training.data.samples import Sample
from training.learning.losses import multilabel_loss
from training.learning.schedule import build_optimizer, rate_share, set_rates
from training.network.model import build_network, preprocess_spec

BCE = TrainConfig(loss="bce", label_smoothing=0)


def sample(*labels: str, source: str = "shop", unsettled: tuple[str, ...] = ()) -> Sample:
    return Sample(
        path=Path("a.jpg"),
        labels=frozenset(labels),
        unsettled=frozenset(unsettled),
        source=source,
        sha256="0",
        group=source,
    )


def test_unknown_labels_do_not_count() -> None:
    logits, label_mask = torch.tensor([[3.0, -2.0]]), torch.tensor([[True, False]])
    one = multilabel_loss(logits, torch.tensor([[1.0, 0.0]]), label_mask, BCE)
    other = multilabel_loss(logits, torch.tensor([[1.0, 1.0]]), label_mask, BCE)
    assert one == other
    assert float(one) == pytest.approx(np.log1p(np.exp(-3.0)), rel=1e-5)


def test_easy_negatives_count_little_and_positives_in_full() -> None:
    logits, label_mask = torch.tensor([[2.0], [-2.0]]), torch.ones(2, 1, dtype=torch.bool)
    asymmetric = TrainConfig(loss="asymmetric", gamma_positive=0, gamma_negative=2, label_smoothing=0)
    ones, zeros = torch.ones(2, 1), torch.zeros(2, 1)
    plain_positive, plain_negative = (multilabel_loss(logits, t, label_mask, BCE) for t in (ones, zeros))
    torch.testing.assert_close(multilabel_loss(logits, ones, label_mask, asymmetric), plain_positive)
    found = multilabel_loss(logits, zeros, label_mask, asymmetric)
    torch.testing.assert_close(found, plain_negative * torch.sigmoid(logits[:, 0]) ** 2)
    focal = TrainConfig(loss="focal", gamma_positive=2, label_smoothing=0)
    found = multilabel_loss(logits, ones, label_mask, focal)
    torch.testing.assert_close(found, plain_positive * torch.sigmoid(-logits[:, 0]) ** 2)


def test_the_loss_stays_finite_where_a_logit_is_extreme() -> None:
    logits = torch.tensor([[80.0, -80.0]], requires_grad=True)
    loss = multilabel_loss(
        logits, torch.tensor([[0.0, 1.0]]), torch.ones(1, 2, dtype=torch.bool), TrainConfig()
    )
    loss.sum().backward()
    assert torch.isfinite(loss).all()
    assert torch.isfinite(logits.grad).all()  # type: ignore[arg-type]


def test_rates_rise_then_fall_to_nothing() -> None:
    shares = [rate_share(step=step, steps=100, warmup=0.1) for step in range(100)]
    assert shares[:10] == pytest.approx([0.1 * (i + 1) for i in range(10)])
    assert max(shares) == 1.0
    assert all(a >= b for a, b in itertools.pairwise(shares[10:]))
    assert shares[-1] < 0.001
    assert rate_share(step=0, steps=1, warmup=0.0) == 1.0


def test_earlier_layers_learn_slower_and_frozen_ones_not_at_all() -> None:
    model = ModelConfig(architecture="mobilenetv3_small_050", weights="random", frozen_stages=1)
    network = build_network(model, categories=2)
    config = TrainConfig(learning_rate=1e-3, head_learning_rate=1e-2, layer_decay=0.5)
    optimizer = build_optimizer(network, config)
    set_rates(optimizer, step=50, steps=51, warmup=0.0)
    set_rates(optimizer, step=0, steps=51, warmup=0.0)
    rates = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
    assert rates[id(network.head.weight)] == 1e-2
    assert rates[id(network.backbone.conv_head.weight)] == pytest.approx(1e-3)
    middle = network.backbone.blocks[2][0].conv_pw.weight
    assert 0 < rates[id(middle)] < 1e-3
    assert id(network.backbone.conv_stem.weight) not in rates


def test_drawing_favours_rare_sets_and_repeats() -> None:
    samples = [sample("ivory", source="museum")] * 10 + [sample()] * 990
    weights = sampling_weights(samples, power=0.5)
    assert weights[:10].sum() == pytest.approx(np.sqrt(10) / (np.sqrt(10) + np.sqrt(990)))
    one, two = (
        draw_epoch(samples, draws=400, balance=0.0, entropy=(0, 3), rank=0, world=1) for _ in range(2)
    )
    assert np.array_equal(one.rows, two.rows)
    assert np.mean(one.rows < 10) == pytest.approx(0.5, abs=0.1)
    other = draw_epoch(samples, draws=400, balance=0.0, entropy=(0, 4), rank=0, world=1)
    assert not np.array_equal(one.rows, other.rows)


def test_processes_share_the_draws_of_one() -> None:
    samples = [sample()] * 50
    whole = draw_epoch(samples, draws=64, balance=1.0, entropy=(0, 0), rank=0, world=1)
    parts = [draw_epoch(samples, draws=64, balance=1.0, entropy=(0, 0), rank=r, world=2) for r in (0, 1)]
    rows = dict(zip(whole.positions.tolist(), whole.rows.tolist(), strict=True))
    found = {p: r for part in parts for p, r in zip(part.positions.tolist(), part.rows.tolist(), strict=True)}
    assert found == rows


@pytest.mark.parametrize("workers", [0, 2])
def test_skipped_batches_change_nothing_in_those_that_follow(workers: int) -> None:
    samples = [sample()] * 20
    spec = preprocess_spec(ModelConfig(architecture="mobilenetv3_small_050", weights="random", side=32))

    epoch = draw_epoch(samples, draws=22, balance=1.0, entropy=(5, 1), rank=0, world=1)
    whole = list(batches(epoch, vary, spec, batch_size=4, skip=0, workers=0))
    rest = list(batches(epoch, vary, spec, batch_size=4, skip=2, workers=workers))
    assert [len(whole), len(rest)] == [5, 3]
    for one, two in zip(whole[2:], rest, strict=True):
        assert torch.equal(one.images, two.images)
        assert torch.equal(one.rows, two.rows)


def vary(row: int, seed: np.random.SeedSequence):
    image = np.random.default_rng(seed).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    return image, np.array([row], np.float32), np.ones(1, bool)


def test_labels_become_targets_and_what_is_known() -> None:
    samples = [sample("ivory"), sample("bone", unsettled=("ivory",)), sample("beads"), sample()]
    targets, label_mask = label_matrix(samples, ["ivory", "beads"])
    assert targets.tolist() == [[1, 0], [0, 0], [0, 1], [0, 0]]
    # A material says nothing about the form it has; a form alone is taken to be of none of the materials.
    assert label_mask.tolist() == [[True, False], [False, False], [True, True], [True, True]]
