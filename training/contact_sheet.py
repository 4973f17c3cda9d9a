"""Look at the augmentation before training with it: each row a photo, every manipulation alone, then full random draws.

    python -m training.contact_sheet --config training/configs/X.toml

Needs ``prepare`` only. The sheet holds training photos, so it is never published. Captions are the labels that training
would see: ``id?`` counts neither for nor against.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain, islice, zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from rich.console import Console

from training.augment import Augmenter
from training.command import command, command_parser
from training.config import AugmentConfig, Config, add_config_arguments, config_of
from training.data.labels import label_matrix
from training.data.loader import Photos
from training.data.samples import REPORT, Sample, read_dataset
from training.errors import DatasetError
from training.evaluation.sheets import fitting, scaled_to
from training.network.model import preprocess_spec

UInt8Image = NDArray[np.uint8]

ROWS = 8
DRAWS = 6
SIDE, MARGIN, LINE = 160, 6, 15  # px
PAPER, INK = "white", "#222222"


@command("training.contact_sheet")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; see the module's docstring."""
    parser = command_parser("training.contact_sheet", __doc__)
    add_config_arguments(parser)
    parser.add_argument(
        "--out", type=Path, help="PNG file; default: contact_sheet.png in the run's directory"
    )
    parser.add_argument("--rows", type=int, default=ROWS, help=f"photos to show, default {ROWS}")
    options = parser.parse_args(arguments)
    config = config_of(options)
    path = options.out or config.folder.contact_sheet
    path.parent.mkdir(parents=True, exist_ok=True)
    augmentation_sheet(config, count=options.rows).save(path, format="PNG")
    Console().print(f"the sheet is {path}")


def augmentation_sheet(config: Config, *, count: int = ROWS) -> Image.Image:
    """Draw the sheet of a run's prepared data set.

    Args:
        config: Of the run; ``augment`` says what is drawn, ``run.seed`` which photos.
        count: Photos to show, of as many different sets of labels as there are.

    Raises:
        DatasetError: It is not prepared, or has no photo to train on.
    """
    dataset = read_dataset(config.folder.dataset)
    samples = dataset.split("train")
    if not samples or count < 1:
        raise DatasetError(
            f"expected at least one row and photos in the split 'train', found {count} rows and {len(samples)} photos; "
            f"see {config.folder.dataset / REPORT}"
        )
    targets, label_mask = label_matrix(samples, dataset.categories)
    images = Photos(samples, preprocess_spec(config.model), memory=0)
    augmenters = {
        name: Augmenter(samples, images, targets, label_mask, augment)
        for name, augment in _columns(config.augment).items()
    }
    rows = varied_rows(samples, count, seed=config.run.seed)
    sheet = _empty_sheet(len(rows), list(augmenters))
    for line, row in enumerate(rows):
        for column, augmenter in enumerate(augmenters.values()):
            image, targets, label_mask = augmenter(
                row, np.random.SeedSequence((config.run.seed, row, column))
            )
            _draw_cell(
                sheet, image, _caption(targets, label_mask, dataset.categories), line=line, column=column
            )
    return sheet


def varied_rows(samples: Sequence[Sample], count: int, *, seed: int) -> list[int]:
    """Choose photos, in turn from each set of labels in random order."""
    sets: dict[frozenset[str], list[int]] = defaultdict(list)
    for row in np.random.default_rng(seed).permutation(len(samples)).tolist():
        sets[samples[row].labels | samples[row].unsettled].append(row)
    in_turn = chain.from_iterable(zip_longest(*sets.values()))
    return list(islice((row for row in in_turn if row is not None), count))


def _columns(config: AugmentConfig) -> dict[str, AugmentConfig]:
    """Return captions and what is drawn under each: the original, each manipulation that is in use, full draws."""
    names = [
        name for name in AugmentConfig.model_fields if name != "max_severity" and getattr(config, name) > 0
    ]
    none = dict.fromkeys(names, 0.0)
    alone = {name: config.model_copy(update={**none, name: 1.0}) for name in names}
    draws = {f"draw {number}": config for number in range(1, DRAWS + 1)}
    return {"original": config.model_copy(update=none), **alone, **draws}


def _caption(targets: NDArray[np.float32], label_mask: NDArray[np.bool_], categories: Sequence[str]) -> str:
    labels = [name for name, target in zip(categories, targets, strict=True) if target > 0.5]
    unsettled = [f"{name}?" for name, counts in zip(categories, label_mask, strict=True) if not counts]
    return ", ".join(labels + unsettled) or "-"


def _empty_sheet(rows: int, captions: Sequence[str]) -> Image.Image:
    width, height = SIDE + MARGIN, SIDE + LINE + MARGIN
    sheet = Image.new("RGB", (len(captions) * width + MARGIN, rows * height + LINE + 2 * MARGIN), PAPER)
    for column, caption in enumerate(captions):
        place = (MARGIN + column * width, MARGIN)
        ImageDraw.Draw(sheet).text(place, caption, fill=INK, font=ImageFont.load_default(13))
    return sheet


def _draw_cell(sheet: Image.Image, image: UInt8Image, caption: str, *, line: int, column: int) -> None:
    left, top = MARGIN + column * (SIDE + MARGIN), 2 * MARGIN + LINE + line * (SIDE + LINE + MARGIN)
    sheet.paste(scaled_to(Image.fromarray(image), SIDE), (left, top))
    font = ImageFont.load_default(11)
    ImageDraw.Draw(sheet).text((left, top + SIDE), fitting(caption, font, SIDE), fill=INK, font=font)


if __name__ == "__main__":
    main()
