from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from training.augment import Augmenter, build_transform, cut_out
from training.data import read_samples
from training.engine import TrainSettings, masked_loss, train
from training.export import check_onnx, export_onnx
from training.first_model import SIDE, preprocess_spec
from training.head import blend, fit_head
from training.model import PRETRAINED, WildlifeNet, freeze_stem, hold_batch_norm, pretrained_network
from wildvision.images import read_image

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def network() -> WildlifeNet:
    torch.manual_seed(0)
    return pretrained_network("tf_efficientnet_lite0", categories=4).eval()


@torch.inference_mode()
def test_the_map_adds_up_to_the_logit(network: WildlifeNet) -> None:
    batch = torch.randn(2, 3, 96, 96)
    logits, embedding, cam = network.explain(batch)
    torch.testing.assert_close(cam.mean(dim=(2, 3)) + network.head.bias, logits, atol=1e-4, rtol=0)
    torch.testing.assert_close(network(batch), logits, atol=1e-5, rtol=0)
    torch.testing.assert_close(embedding.norm(dim=1), torch.ones(2))


@pytest.mark.parametrize("architecture", PRETRAINED)
def test_pretrained_weights_see_the_world_as_imagenet_does(architecture: str) -> None:
    """The packages' own classifier, put behind our backbone, must tell what a sample picture shows."""
    import importlib.resources

    network = pretrained_network(architecture, categories=1).eval()
    folder = importlib.resources.files(PRETRAINED[architecture]) / "models"
    (file,) = (path for path in folder.iterdir() if path.name.endswith(".pth"))
    with file.open("rb") as stream:
        *_, weight, bias = torch.load(stream, weights_only=True).values()
    spec = preprocess_spec(architecture)
    from wildvision.preprocess import preprocess

    pixels = read_image(Path(__file__).parents[2] / "samples" / "ceramic_mug.jpg").pixels
    with torch.inference_mode():
        features = network.backbone(torch.from_numpy(preprocess(pixels, spec)[None])).mean(dim=(2, 3))
        top = (features @ weight.T + bias)[0].topk(5).indices.tolist()
    assert {504, 968} & set(top)  # ImageNet: coffee mug, cup


def test_frozen_layers_stay_as_they_were(network: WildlifeNet) -> None:
    freeze_stem(network, stages=2)
    frozen = [name for name, p in network.named_parameters() if not p.requires_grad]
    assert any("conv_stem" in name for name in frozen)
    assert any("blocks.1" in name for name in frozen)
    assert not any("blocks.2" in name or "head" in name for name in frozen)
    network.train()
    hold_batch_norm(network)
    assert not any(m.training for m in network.modules() if isinstance(m, nn.BatchNorm2d))
    network.eval()


def test_unknown_labels_do_not_count() -> None:
    logits = torch.tensor([[3.0, -2.0]])
    known = np.array([[True, False]])
    one = masked_loss(logits, np.array([[1, 0]], np.float32), known, smoothing=0)
    other = masked_loss(logits, np.array([[1, 1]], np.float32), known, smoothing=0)
    assert one == other
    assert float(one) == pytest.approx(np.log1p(np.exp(-3.0)), rel=1e-5)


def test_the_exported_graph_matches_torch(network: WildlifeNet, shapes: Path, tmp_path: Path) -> None:
    spec = preprocess_spec("tf_efficientnet_lite0")
    images = [read_image(s.path).pixels for s in read_samples(shapes, use="train")[:16]]
    export_onnx(network, tmp_path / "model.onnx", spec=spec)
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]
    assert check_onnx(network, tmp_path / "model.onnx", images, spec=spec) < 1e-4
    broken = WildlifeNet("tf_efficientnet_lite0", categories=4).eval()
    with pytest.raises(ValueError, match="differ"):
        check_onnx(broken, tmp_path / "model.onnx", images, spec=spec)


def test_training_repeats_exactly(shapes: Path, tmp_path: Path) -> None:
    samples = read_samples(shapes, use="train")[:44]
    images = [read_image(s.path).pixels for s in samples]
    spec = preprocess_spec("tf_efficientnet_lite0")
    settings = TrainSettings(architecture="tf_efficientnet_lite0", draws=48, batch_size=8)
    first, second = (
        train(samples, images, ("ivory", "ceramic"), spec=spec, settings=settings, log=tmp_path / "log")
        for _ in range(2)
    )
    for one, two in zip(first.state_dict().values(), second.state_dict().values(), strict=True):
        assert torch.equal(one, two)


def test_a_loss_that_is_not_finite_names_the_photos(shapes: Path, tmp_path: Path) -> None:
    samples = read_samples(shapes, use="train")[:8]
    images = [read_image(s.path).pixels for s in samples]
    settings = TrainSettings(
        architecture="tf_efficientnet_lite0", draws=40, batch_size=4, head_rate=float("inf")
    )
    with pytest.raises(FloatingPointError, match=r"museum/a/ivory\d+\.png"):
        train(
            samples,
            images,
            ("ivory",),
            spec=preprocess_spec("tf_efficientnet_lite0"),
            settings=settings,
            log=tmp_path / "log",
        )


def test_an_object_on_a_plain_ground_is_cut_out_and_moved(shapes: Path) -> None:
    image = read_image(read_samples(shapes, use="train")[0].path).pixels
    opacity = cut_out(image)
    assert opacity is not None
    assert opacity.shape == image.shape[:2]
    bright = image[..., 0] > 200
    assert opacity[bright].mean() > 250
    assert opacity[:6].max() == 0
    assert cut_out(np.random.default_rng(0).integers(0, 256, (80, 96, 3), dtype=np.uint8)) is None

    ground = np.zeros((60, 60, 3), np.uint8)
    augment = Augmenter([ground], 1.0, build_transform(seed=0))
    swapped = augment._swap_background(image, opacity, np.random.default_rng(0))
    assert (np.abs(swapped.astype(int) - (235, 220, 180)).max(axis=-1) < 12).mean() > 0.05


def test_augmentation_keeps_the_type_and_varies(shapes: Path) -> None:
    image = read_image(read_samples(shapes, use="train")[0].path).pixels
    augment = Augmenter([image], 0.5, build_transform(seed=0))
    rng = np.random.default_rng(0)
    variants = [augment(image, cut_out(image), rng) for _ in range(8)]
    assert all(v.dtype == np.uint8 and v.ndim == 3 and v.shape[2] == 3 for v in variants)
    assert len({v.tobytes() for v in variants}) == 8


def test_every_architecture_has_its_size() -> None:
    assert set(SIDE) == set(PRETRAINED)


def test_blending_lies_between_its_ends(network: WildlifeNet) -> None:
    other = pretrained_network("tf_efficientnet_lite0", categories=4)
    with torch.no_grad():
        for parameter in other.backbone.parameters():
            parameter.add_(1.0)
    tuned = {k: v.clone() for k, v in other.backbone.state_dict().items()}
    blend(other, network, 0.25)
    for name, tensor in other.backbone.state_dict().items():
        if tensor.is_floating_point():
            wanted = 0.25 * tuned[name] + 0.75 * network.backbone.state_dict()[name]
            torch.testing.assert_close(tensor, wanted, atol=1e-5, rtol=1e-5)


def test_the_fitted_head_separates_on_its_natural_odds() -> None:
    network = WildlifeNet("tf_efficientnet_lite0", categories=3).eval()
    rng = np.random.default_rng(0)
    features = rng.normal(3, 2, (2000, network.head.in_features)).astype(np.float32)
    shown = rng.random(2000) < 0.05
    features[shown, :20] += 4
    targets = np.stack([shown, ~shown, np.zeros(2000)], axis=1).astype(np.float32)
    known = np.ones(targets.shape, bool)
    known[:100, 0] = False
    fit_head(network, np.stack([features, features]), targets, known, inverse_penalty=1e-3)
    with torch.inference_mode():
        probabilities = torch.sigmoid(network.head(torch.from_numpy(features))).numpy()
    assert probabilities[shown, 0].mean() > 5 * probabilities[~shown, 0].mean()
    assert probabilities[:, 0].mean() == pytest.approx(0.05, abs=0.03)
    assert probabilities[:, 1].mean() == pytest.approx(0.95, abs=0.03)
    assert probabilities[:, 2].max() < 0.01
