"""One process or many: ``torchrun`` sets the environment, everything else reads a `World`."""

from __future__ import annotations

import os
import platform
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import distributed

from training.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """This process among those that train together.

    Attributes:
        rank: From 0; rank 0 writes files and shows progress.
        size: How many there are.
        device: Where this one computes.
    """

    rank: int
    size: int
    device: torch.device

    @property
    def leads(self) -> bool:
        """Whether this process writes files and shows progress."""
        return self.rank == 0

    @property
    def device_name(self) -> str:
        """What a person calls the device."""
        if self.device.type == "cuda":
            return torch.cuda.get_device_name(self.device)
        return f"{platform.machine()} CPU, {torch.get_num_threads()} threads"

    def wait(self) -> None:
        """Wait until all processes are here."""
        if self.size > 1:
            distributed.barrier()

    def gather(self, value: Any) -> list[Any]:
        """Return every process's value, by rank."""
        if self.size == 1:
            return [value]
        values: list[Any] = [None] * self.size
        distributed.all_gather_object(values, value)
        return values


@contextmanager
def join_world(device: Literal["auto", "cpu", "cuda"]) -> Generator[World, None, None]:
    """Join the processes that ``torchrun`` started, or be alone.

    Raises:
        ConfigError: CUDA was asked for and there is none.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("run.device is 'cuda', but torch finds no such device; use 'auto' or 'cpu'")
    cuda = device != "cpu" and torch.cuda.is_available()
    size, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    place = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if cuda else torch.device("cpu")
    if size == 1:
        yield World(rank=0, size=1, device=place)
        return
    distributed.init_process_group("nccl" if cuda else "gloo")
    try:
        yield World(rank=rank, size=size, device=place)
    finally:
        distributed.destroy_process_group()
