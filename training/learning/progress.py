"""Progress of a training run for people and machines: a bar, one JSON line an epoch, TensorBoard curves."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Any

import rich.progress as bars
from torch.utils.tensorboard import SummaryWriter

from training.files import replace_file
from training.learning.distributed import World


class Progress:
    """Shows and records progress; only the process that leads does anything.

    Args:
        name: Of the network.
        directory: Gets ``log.jsonl`` and ``tensorboard/``.
        world: Who leads.
        total: Photos to draw in the whole run.
        done: Photos drawn before, in a run that goes on.
        step: The step it goes on from: TensorBoard drops what a killed run wrote after it.
    """

    def __init__(self, name: str, directory: Path, world: World, *, total: int, done: int, step: int) -> None:
        self._directory = directory
        self._bar = bars.Progress(
            bars.TextColumn("{task.description}"),
            bars.BarColumn(),
            bars.TextColumn("{task.fields[speed]} loss {task.fields[loss]}"),
            bars.TimeElapsedColumn(),
            bars.TimeRemainingColumn(),
            disable=not world.leads,
            transient=True,
        )
        self._task = self._bar.add_task(name, total=total, completed=done, speed="", loss="")
        self._writer = SummaryWriter(str(directory / "tensorboard"), purge_step=step) if world.leads else None

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
        if self._writer is not None:
            self._writer.close()

    def advance(self, *, photos: int, loss: float, step: int) -> None:
        """Count the photos of one step."""
        speed = self._bar.tasks[0].speed or 0.0
        self._bar.update(self._task, advance=photos, speed=f"{speed:.0f} photos/s", loss=f"{loss:.4f}")
        if self._writer is not None:
            self._writer.add_scalar("loss/step", loss, step)

    def record(self, history: list[dict[str, Any]]) -> None:
        """Write all epochs so far, one JSON line each, and the last one's curves."""
        if self._writer is None:
            return
        lines = "".join(json.dumps(record) + "\n" for record in history)
        replace_file(self._directory / "log.jsonl", lines.encode())
        for name, value in history[-1].items():
            if isinstance(value, float):
                self._writer.add_scalar(f"epoch/{name}", value, history[-1]["epoch"])
        self._writer.flush()
