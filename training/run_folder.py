"""The folder of a run: where each step leaves what the next ones read, and nothing of what is in the files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Every path below the directory of a run; none of them needs to be there.

    Attributes:
        root: The directory, ``run.directory`` of a configuration.
    """

    root: Path

    @property
    def dataset(self) -> Path:
        """The directory of the prepared data set; see `training.data.samples`."""
        return self.root / "dataset"

    def features(self, key: str) -> Path:
        """Where features of a frozen backbone are kept; see `training.network.features`."""
        return self.root / "features" / f"{key}.npz"

    @property
    def networks(self) -> Path:
        """The directory of finished networks."""
        return self.root / "networks"

    def network(self, name: str) -> Path:
        """Where a finished network is kept; see `training.network.checkpoint`."""
        return self.networks / f"{name}.pt"

    def finished_networks(self) -> tuple[Path, ...]:
        """Return the networks that are there, ordered by name."""
        return tuple(sorted(self.networks.glob("*.pt")))

    def training(self, name: str, fingerprint: str) -> Path:
        """The directory of a network while it learns: checkpoint, log and curves; another fingerprint has another."""
        return self.root / "training" / f"{name}-{fingerprint}"

    @property
    def run_record(self) -> Path:
        """What the run was made from; see `training.learning.run_record`."""
        return self.root / "run.json"

    @property
    def calibration(self) -> Path:
        """What calibration decided; see `training.calibration.record`."""
        return self.root / "calibration.json"

    @property
    def held_out(self) -> Path:
        """Logits of photos by networks that never saw their group; see `training.calibration.record`."""
        return self.root / "held_out.npz"

    @property
    def export_record(self) -> Path:
        """What the checks of the export measured; see `training.release.export_record`."""
        return self.root / "export.json"

    @property
    def evaluation(self) -> Path:
        """The directory of what was measured, with diagrams and sheets."""
        return self.root / "evaluation"

    @property
    def findings(self) -> Path:
        """All that was measured, in numbers; see `training.evaluation.findings`."""
        return self.evaluation / "evaluation.json"

    @property
    def explained(self) -> Path:
        """What the checks of explanations measured; see `training.evaluation.looking`."""
        return self.root / "explained.json"

    @property
    def seen_more(self) -> Path:
        """What parts of pictures find and cost; see `training.evaluation.looking`."""
        return self.root / "seen_more.json"

    @property
    def steps(self) -> Path:
        """What each step was made from; see `training.pipeline`."""
        return self.root / "steps.json"

    @property
    def ablations(self) -> Path:
        """Arms that were measured; see `training.ablate`."""
        return self.root / "ablations.json"

    @property
    def ablation_table(self) -> Path:
        """The same as a table in Markdown."""
        return self.root / "ablations.md"

    @property
    def transfer(self) -> Path:
        """What rendered pictures taught; see `training.transfer`."""
        return self.root / "transfer.json"

    @property
    def transfer_table(self) -> Path:
        """The same as tables in Markdown."""
        return self.root / "transfer.md"

    @property
    def contact_sheet(self) -> Path:
        """Photos as augmentation shows them; see `training.contact_sheet`."""
        return self.root / "contact_sheet.png"
