"""A running service, started by the command that a container starts."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

COMMAND = (sys.executable, "-m", "wildvision", "serve")
"""What follows are options; `wildvision/serve/examples/Dockerfile` starts the same."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A service that answers.

    Attributes:
        address: Such as ``http://127.0.0.1:43210``.
        process: That keeps the connections.
        log: File with its log.
    """

    address: str
    process: subprocess.Popen[str]
    log: Path

    @property
    def port(self) -> int:
        return httpx.URL(self.address).port or 0

    def client(self, **options: object) -> httpx.Client:
        return httpx.Client(base_url=self.address, timeout=60, trust_env=False, **options)  # type: ignore[arg-type]

    def workers(self) -> list[psutil.Process]:
        """The scoring processes."""
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if "spawn_main" in " ".join(child.cmdline())]

    def logged(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def wait_until_ready(self, count: int, seconds: float = 60) -> None:
        """Wait until so many processes can take an image."""
        end = time.monotonic() + seconds
        with self.client() as client:
            while f"wildvision_processes_ready {count}.0" not in client.get("/metrics").text:
                assert time.monotonic() < end, self.logged()
                time.sleep(0.1)


@contextlib.contextmanager
def served(*options: str, environment: Mapping[str, str] | None = None) -> Generator[Running]:
    """Run a service on a free port until the block ends; ``environment`` adds to that of this process."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.jsonl"
        with log.open("w") as stream:
            process = subprocess.Popen(
                [*COMMAND, "--port", "0", *options],
                env={**os.environ, **(environment or {})},
                stdout=subprocess.PIPE,
                stderr=stream,
                text=True,
            )
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "http://" in line, log.read_text()
        try:
            yield Running(address=line.split()[2].rstrip(";"), process=process, log=log)
        finally:
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()
