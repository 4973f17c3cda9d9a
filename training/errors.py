"""Errors of making a model; a part of the tree of `wildvision.errors`.

::

    WildvisionError
    └── TrainingError                     a model cannot be made as asked
        ├── ConfigError                     the configuration, with all its errors together
        ├── DatasetError                    photos or labels cannot be used as asked
        │   ├── SplitLeakError                a group or source on two sides of a split
        │   └── EvaluationOnlyError           a photo marked for evaluation where training reads
        ├── NonFiniteLossError              the loss is NaN or infinite; names the batch
        └── AccuracyGateError               a quantised network lost more than allowed
"""

from __future__ import annotations

from wildvision.errors import WildvisionError


class TrainingError(WildvisionError):
    """Base of all errors of `training`; the message says what was expected, found, and what to do."""


class ConfigError(TrainingError):
    """A configuration cannot be used; ``problems`` lists all that is wrong with it."""

    def __init__(self, message: str, *, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class DatasetError(TrainingError):
    """Photos or labels cannot be used as asked."""


class SplitLeakError(DatasetError):
    """A group of near-duplicates or a source stands on two sides of a split."""


class EvaluationOnlyError(DatasetError):
    """A photo marked for evaluation was about to train, calibrate or choose."""


class NonFiniteLossError(TrainingError):
    """The loss is not finite; ``paths`` names the photos of the batch."""

    def __init__(self, message: str, *, paths: tuple[str, ...]) -> None:
        super().__init__(message)
        self.paths = paths


class AccuracyGateError(TrainingError):
    """A quantised network is worse than the bound allows; nothing was written."""
