"""Run an ONNX model on numpy arrays; the only room that knows ONNX Runtime."""

from __future__ import annotations

import hashlib
import importlib
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from wildvision.errors import (
    ChecksumError,
    IncompatibleModelError,
    ProviderUnavailableError,
    RuntimeBackendError,
)
from wildvision.heads import HEADS_FILE, Heads, unpack_heads
from wildvision.manifest import Manifest
from wildvision.model_folder import NETWORKS, Precision

FloatArray = NDArray[np.float32]


class _Session(Protocol):
    """What is used of onnxruntime.InferenceSession, which ships no types."""

    def run(self, output_names: list[str], input_feed: dict[str, FloatArray]) -> list[FloatArray]: ...
    def get_inputs(self) -> list[Any]: ...
    def get_outputs(self) -> list[Any]: ...


DEFAULT_PROVIDER = "CPUExecutionProvider"
OUTPUTS = ("logits", "embedding", "cam", "features", "shares")
"""What a network gives; files made before the last two were added lack them, and can be used but not taught."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outputs:
    """What the network says of a batch.

    Attributes:
        logits: Shape (N, K), float32, uncalibrated.
        embedding: Shape (N, D), float32, each row of length 1.
        cam: Shape (N, K, h, w), float32: the contribution of each position to each logit; its spatial mean
            plus the category's bias is the logit.
    """

    logits: FloatArray
    embedding: FloatArray
    cam: FloatArray


class OnnxModel:
    """A loaded network, safe to share between threads.

    Args:
        directory: The model directory.
        manifest: Its manifest.
        threads: Threads that one run may use; None: `available_cpus`.
        provider: ONNX Runtime's name of the execution provider.
        precision: Which of the model's networks to load.

    Attributes:
        sha256: Of the network's file, hex; with taught heads, of its digest and theirs.

    Raises:
        ChecksumError: A file is missing or not the one that the manifest describes.
        ManifestError: The file of the taught heads is malformed.
        IncompatibleModelError: Its inputs or outputs are not those of the manifest, it refers to tensors in other
            files, which no checksum covers, or the model has no network of this precision.
        ProviderUnavailableError: The provider is not installed.
        RuntimeBackendError: ONNX Runtime cannot load it.
    """

    def __init__(
        self,
        directory: Path,
        manifest: Manifest,
        *,
        threads: int | None = None,
        provider: str = DEFAULT_PROVIDER,
        precision: Precision = "float32",
    ) -> None:
        name = network_file(manifest, precision)
        content = read_verified(directory / name, manifest)
        self.sha256, self._id = scoring_digest(manifest, precision), manifest.id
        _refuse_external_tensors(content, model=manifest.id)
        self._session = _create_session(content, threads=threads, provider=provider)
        _check_signature(self._session, manifest)
        self._heads = read_heads(directory, manifest)
        if self._heads:
            self._require("features", "shares")

    def logits(self, batch: FloatArray) -> FloatArray:
        """Return logits, shape (N, K), for a batch of shape (N, 3, H, W), float32."""
        if self._heads is None:
            return self._run(batch, OUTPUTS[:1])[0]
        return self._heads.join(*self._run(batch, ("logits", "features")))

    def run(self, batch: FloatArray) -> Outputs:
        """Return logits, embedding and map for a batch of shape (N, 3, H, W), float32."""
        if self._heads is None:
            logits, embedding, cam = self._run(batch, OUTPUTS[:3])
            return Outputs(logits=logits, embedding=embedding, cam=cam)
        logits, embedding, cam, features, shares = self._run(batch, OUTPUTS)
        return Outputs(
            logits=self._heads.join(logits, features),
            embedding=embedding,
            cam=self._heads.join_maps(cam, shares),
        )

    def features(self, batch: FloatArray) -> FloatArray:
        """Return pooled features, shape (N, D), float32, for a batch of shape (N, 3, H, W), float32.

        Raises:
            IncompatibleModelError: The network's file does not give them.
        """
        self._require("features")
        return self._run(batch, ("features",))[0]

    def given(self, batch: FloatArray, outputs: tuple[str, ...]) -> list[FloatArray]:
        """Return some of the network's own `OUTPUTS` for a batch of shape (N, 3, H, W), float32, without taught heads.

        Raises:
            IncompatibleModelError: The network's file does not give them.
            RuntimeBackendError: ONNX Runtime failed.
        """
        self._require(*outputs)
        return self._run(batch, outputs)

    def _require(self, *names: str) -> None:
        given = {node.name for node in self._session.get_outputs()}
        if missing := [name for name in names if name not in given]:
            raise IncompatibleModelError(
                f"expected a network that gives {', '.join(missing)}, which a taught category needs, found one made "
                "before they were; export the model again with this version",
                model=self._id,
            )

    def _run(self, batch: FloatArray, outputs: tuple[str, ...]) -> list[FloatArray]:
        try:
            return self._session.run(list(outputs), {"image": batch})
        except Exception as error:  # ONNX Runtime's exceptions share no base but Exception
            raise RuntimeBackendError(f"ONNX Runtime failed on a batch of {batch.shape}: {error}") from error


def available_cpus(root: Path = Path("/sys/fs/cgroup")) -> int:
    """Return how many cores this process may keep busy: those it may run on, and no more than its container's share.

    A container with ``--cpus=2`` on a host of 64 cores may run on all of them, for 2 seconds each second: its control
    group says so (Linux, ``cpu.max`` of version 2, ``cpu.cfs_quota_us`` of version 1).

    Args:
        root: Where control groups are mounted.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    share = min((quota for folder in _control_groups(root) if (quota := _quota(folder))), default=math.inf)
    return max(1, min(cores, math.ceil(share))) if share < cores else max(1, cores)


def _control_groups(root: Path) -> Iterator[Path]:
    """Yield the folders of this process's control group and of those around it; each may have a limit."""
    yield root
    yield root / "cpu"
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        base = root / "cpu" if "cpu" in controllers.split(",") else root
        group = base / path.strip("/")
        yield from (folder for folder in (group, *group.parents) if folder.is_relative_to(root))


def _quota(folder: Path) -> float | None:
    """Return how many cores a control group may use; None: it does not say, or any number."""
    for quota, period in (("cpu.max", None), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
        try:
            words = (folder / quota).read_text(encoding="ascii").split()
            if period:
                words += (folder / period).read_text(encoding="ascii").split()
            if int(words[0]) > 0 and int(words[1]) > 0:
                return int(words[0]) / int(words[1])
        except (OSError, ValueError, IndexError):  # absent, or "max": no limit
            continue
    return None


def network_file(manifest: Manifest, precision: Precision) -> str:
    """Return the name of the file that holds a network of this precision.

    Raises:
        IncompatibleModelError: The model has none.
    """
    name = NETWORKS.get(precision)
    if name is None or name not in manifest.files:
        found = ", ".join(known for known, file in NETWORKS.items() if file in manifest.files)
        raise IncompatibleModelError(
            f"expected a precision that the model has ({found}), found {precision!r}", model=manifest.id
        )
    return name


def read_heads(directory: Path, manifest: Manifest) -> Heads | None:
    """Read the taught heads of a model directory, after their digest was checked; None: it has none.

    Raises:
        ChecksumError: The file is missing, or not the one that the manifest describes.
        ManifestError: It is malformed.
    """
    if manifest.heads is None:
        return None
    content = read_verified(directory / HEADS_FILE, manifest)
    columns = [manifest.category_ids.index(category) for category in manifest.heads.categories]
    return unpack_heads(content, columns, manifest.embedding_size, model=manifest.id)


def scoring_digest(manifest: Manifest, precision: Precision = "float32") -> str:
    """Return what stands for all that scores: SHA-256 (hex) of the network, or of its digest and that of its heads.

    Raises:
        IncompatibleModelError: The model has no network of this precision.
    """
    network = manifest.files[network_file(manifest, precision)].sha256
    if manifest.heads is None:
        return network
    return hashlib.sha256(bytes.fromhex(network + manifest.files[HEADS_FILE].sha256)).hexdigest()


def read_verified(path: Path, manifest: Manifest) -> bytes:
    """Return the content of a file of a model directory.

    Raises:
        ChecksumError: It is missing, or not the one that the manifest describes.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ChecksumError(f"expected {path.name}, found: {error}", model=manifest.id) from error
    expected, found = manifest.files[path.name].sha256, hashlib.sha256(content).hexdigest()
    if found != expected:
        raise ChecksumError(
            f"expected {path.name} with SHA-256 {expected}, found {found}; install the model again",
            model=manifest.id,
        )
    return content


def _create_session(content: bytes, *, threads: int | None, provider: str) -> _Session:
    # Imported here because it takes longer than the rest of wildvision together; it ships no types.
    onnxruntime: Any = importlib.import_module("onnxruntime")

    available = onnxruntime.get_available_providers()
    if provider not in available:
        raise ProviderUnavailableError(
            f"expected one of the installed providers {available}, found {provider!r}; "
            "install the onnxruntime package that carries it"
        )
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only: the library does not print
    options.intra_op_num_threads = threads or available_cpus()
    # A classifier that waits must not burn a core: idle threads sleep instead of spinning.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(content, options, providers=[provider])
    except Exception as error:
        raise RuntimeBackendError(f"ONNX Runtime cannot load the model: {error}") from error


def _check_signature(session: _Session, manifest: Manifest) -> None:
    spec = manifest.preprocess
    expected: dict[str, list[int | None]] = {
        "image": [None, 3, spec.height, spec.width],
        "logits": [None, len(manifest.network_ids)],
        "embedding": [None, manifest.embedding_size],
        "cam": [None, len(manifest.network_ids), None, None],
    }
    later: dict[str, list[int | None]] = {
        "features": [None, manifest.embedding_size],
        "shares": [None, manifest.embedding_size, None, None],
    }
    nodes = [*session.get_inputs(), *session.get_outputs()]
    found = {node.name: list(node.shape) for node in nodes}
    expected |= {name: shape for name, shape in later.items() if name in found}
    for name, shape in expected.items():
        actual = found.get(name)
        fits = actual is not None and len(actual) == len(shape)
        if not fits or any(want not in (None, have) for want, have in zip(shape, actual or (), strict=True)):
            raise IncompatibleModelError(
                f"expected {name} of shape {shape} (None: any), found {actual}; the manifest and "
                "this network do not belong together",
                model=manifest.id,
            )


# --- external tensors -------------------------------------------------------------------------------------

# Where tensors can be in an ONNX file (onnx.proto3, field numbers): message -> field -> message.
_CHILDREN = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
}
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14


def _refuse_external_tensors(content: bytes, *, model: str) -> None:
    """Refuse a graph that would read other files: the checksum covers one file only."""
    try:
        external = any(_external_tensors(memoryview(content), "model"))
    except (IndexError, ValueError) as error:
        raise IncompatibleModelError(f"expected an ONNX file, found: {error}", model=model) from error
    if external:
        raise IncompatibleModelError(
            "expected all tensors inside the ONNX file, found some that refer to another file; "
            "save the model without external data",
            model=model,
        )


def _external_tensors(message: memoryview, kind: str) -> Iterator[bool]:
    for field, value in _fields(message):
        if kind == "tensor":
            if field == _EXTERNAL_DATA or (field == _DATA_LOCATION and value == 1):
                yield True
        elif (child := _CHILDREN[kind].get(field)) and isinstance(value, memoryview):
            yield from _external_tensors(value, child)


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Walk the protobuf wire format: yield field numbers with integers or byte ranges."""
    offset = 0
    while offset < len(message):
        key, offset = _varint(message, offset)
        wire_type = key & 7
        if wire_type == 0:
            value, offset = _varint(message, offset)
            yield key >> 3, value
            continue
        if wire_type == 2:
            size, offset = _varint(message, offset)
        elif wire_type in {1, 5}:
            size = 8 if wire_type == 1 else 4
        else:
            raise ValueError(f"wire type {wire_type} at byte {offset}")
        if offset + size > len(message):
            raise ValueError(f"a field passes the end of the file at byte {offset}")
        yield key >> 3, message[offset : offset + size]
        offset += size


def _varint(message: memoryview, offset: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[offset]
        offset += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, offset
        shift += 7
