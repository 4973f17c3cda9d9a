from __future__ import annotations

import pickle

import pytest

import wildvision
from wildvision import errors

TREE = {
    "ImageError": "WildvisionError",
    "ImageReadError": "ImageError",
    "ImageDecodeError": "ImageError",
    "ImageTooLargeError": "ImageError",
    "UnsupportedImageError": "ImageError",
    "VideoError": "ImageError",
    "VideoDecodeError": "VideoError",
    "VideoTooLargeError": "VideoError",
    "UnsupportedVideoError": "VideoError",
    "PostError": "WildvisionError",
    "ModelError": "WildvisionError",
    "ModelNotFoundError": "ModelError",
    "ManifestError": "ModelError",
    "ChecksumError": "ModelError",
    "IncompatibleModelError": "ModelError",
    "ArchiveError": "WildvisionError",
    "LabelError": "WildvisionError",
    "ScanError": "WildvisionError",
    "BankError": "WildvisionError",
    "EvidenceError": "WildvisionError",
    "ServiceError": "WildvisionError",
    "RequestError": "ServiceError",
    "UnavailableError": "ServiceError",
    "ExplanationError": "WildvisionError",
    "RuntimeBackendError": "WildvisionError",
    "ProviderUnavailableError": "RuntimeBackendError",
    "OptionError": "WildvisionError",
    "TaxonomyError": "WildvisionError",
}


@pytest.mark.parametrize(("name", "parent"), TREE.items())
def test_the_tree_is_as_drawn_and_exported(name: str, parent: str) -> None:
    assert getattr(errors, name).__base__ is getattr(errors, parent)
    assert getattr(wildvision, name) is getattr(errors, name)
    assert name in (errors.__doc__ or "")


def test_no_error_is_missing_in_the_tree() -> None:
    defined = {name for name, value in vars(errors).items() if isinstance(value, type) and name[0] != "_"}
    assert defined == {*TREE, "WildvisionError"}


def test_image_errors_are_value_errors() -> None:
    assert issubclass(errors.ImageError, ValueError)
    assert issubclass(errors.OptionError, ValueError)


@pytest.mark.parametrize(
    "error",
    [
        errors.ImageDecodeError("broken", image="a.jpg"),
        errors.ImageTooLargeError(quantity="pixels", found=9, limit=4, image="a.jpg"),
        errors.ChecksumError("differs", model="m1"),
        errors.PostError(),
        errors.VideoTooLargeError(quantity="side", found=9, limit=4, image="a.mp4"),
        errors.TaxonomyError("unknown", category="x"),
        errors.ProviderUnavailableError("no CUDA"),
        errors.RequestError("too slow", status=408),
        errors.UnavailableError("full", retry_after_s=3),
    ],
)
def test_errors_come_home_from_a_worker_with_their_facts(error: errors.WildvisionError) -> None:
    found = pickle.loads(pickle.dumps(error))
    assert (type(found), str(found), found.__dict__) == (type(error), str(error), error.__dict__)


def test_a_message_names_image_expectation_and_finding() -> None:
    error = errors.ImageTooLargeError(quantity="bytes", found=2000, limit=1000, image="a.jpg")
    assert str(error).startswith("a.jpg: expected at most 1,000 bytes, found 2,000; ")
    assert (error.quantity, error.found, error.limit, error.image) == ("bytes", 2000, 1000, "a.jpg")


def test_the_limit_that_has_an_option_names_it() -> None:
    errors_by = {
        quantity: str(errors.ImageTooLargeError(quantity=quantity, found=9, limit=4))
        for quantity in ("bytes", "side", "pixels")
    }
    assert "ImageLimits.max_pixels (--max-pixels on the command line)" in errors_by["pixels"]
    assert errors_by["side"].endswith("raise ImageLimits.max_side")
