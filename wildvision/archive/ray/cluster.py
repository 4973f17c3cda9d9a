"""The cluster: how much of it a scan takes, and how it is reached."""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from wildvision.errors import ArchiveError, ScanError, WildvisionError


@dataclass(frozen=True, slots=True, kw_only=True)
class RayOptions:
    """How much of a cluster a scan takes.

    Attributes:
        address: Of the cluster, such as ``"head:6379"``, or ``"auto"``; None: the one that ``RAY_ADDRESS`` names,
            else one that is started on this machine and ends with the scan.
        cpus_per_actor: Cores that an actor reserves, and processes in which it scores. One reads its input once for all
            of them, so a few large actors take less memory than many small ones.
        min_actors: Which are kept however little there is to do.
        max_actors: Which are made at most; None: as many as the cluster has room for, while it grows.
        runtime_env: Ray's description of what the machines need, such as ``{"env_vars": {"AWS_PROFILE": "photos"}}``;
            used where this call makes the connection.
    """

    address: str | None = None
    cpus_per_actor: int = 1
    min_actors: int = 1
    max_actors: int | None = None
    runtime_env: dict[str, Any] = field(default_factory=dict[str, Any])


DEFAULT_CLUSTER = RayOptions()


def load_ray(module: str = "ray") -> Any:
    """Return a module of Ray.

    Raises:
        ArchiveError: It is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ArchiveError(
            f"a scan on many machines needs Ray Data (found: {error}); install wildvision with its extra `ray`, "
            "e.g. `pip install '.[ray]'` in a checkout"
        ) from error


def connect(options: RayOptions) -> bool:
    """Connect to the cluster, or start one here; returns whether this call did, and `disconnect` should follow.

    Raises:
        ArchiveError: Ray is not installed.
        ScanError: The cluster cannot be reached.
    """
    ray = load_ray()
    load_ray("ray.data")
    if ray.is_initialized():
        return False
    os.environ.setdefault(
        "RAY_USAGE_STATS_ENABLED", "0"
    )  # nothing is sent to Ray's makers unless it is asked for
    try:
        ray.init(
            options.address,
            runtime_env=options.runtime_env or None,
            log_to_driver=False,
            logging_level="ERROR",
        )
    except Exception as error:
        raise ScanError(
            f"expected a Ray cluster at {options.address or os.environ.get('RAY_ADDRESS') or 'this machine'}, found: "
            f"{error}; see `ray status` on its head"
        ) from error
    return True


def disconnect() -> None:
    """Leave the cluster; one that `connect` started ends."""
    load_ray().shutdown()


def pool_strategy(options: RayOptions, *, alone: bool = False) -> Any:
    """Return the size of the pool of actors, which grows with what waits and with the cluster.

    Args:
        options: How much of the cluster is taken.
        alone: Whether nothing else of the dataset needs cores, so that the pool may take all of them at once.
    """
    least, most = options.min_actors, options.max_actors
    fitting = max(cluster_cpus() // options.cpus_per_actor, least)
    return load_ray("ray.data").ActorPoolStrategy(
        min_size=least,
        max_size=most,
        initial_size=min(fitting, most or fitting) if alone else None,
    )


def cluster_cpus() -> int:
    """Return how many cores the cluster has now."""
    return int(load_ray().cluster_resources().get("CPU", 1))


@contextlib.contextmanager
def saying_why() -> Generator[None]:
    """Turn what Ray raises into an error of the library's tree.

    Raises:
        ScanError: The cluster could not do its work.
    """
    try:
        yield
    except WildvisionError:
        raise
    except Exception as error:
        raise ScanError(
            f"expected a cluster that ends its work, found: {type(error).__name__}: {error}; what was committed is "
            "whole: run the same command again to go on"
        ) from error
