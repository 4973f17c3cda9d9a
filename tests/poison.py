"""Contents that do what the worst of files do to the process that decodes them."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass


@dataclass(frozen=True)
class Kills:
    """Ends the process that loads it, as a fault in a decoder does."""

    def load(self, max_bytes: int) -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError(max_bytes)
