"""Draw overlays of hits on photos of owners left out, ten to a sheet, for a person to say where the network looked.

    python -m training.overlays --config training/configs/X.toml --model models/ID --count 50 --out FOLDER

Each photo stands beside its overlay: what speaks for the product, and the boxes of the regions with their shares of the
evidence. Below are number, product, score, the owner that the head never saw, and the shares. The sheets hold training
photos, so they are never published; what was seen goes into the card as counts (``report.seen_on_overlays``).
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from rich.console import Console

from training.command import command, command_parser
from training.config import add_config_arguments, config_of
from training.data.samples import Sample
from training.errors import DatasetError
from training.evaluation.held_out_hits import HeldOutHit, held_out_hits
from training.evaluation.sheets import INK, PAPER, fitting, scaled_to

COUNT = 50
A_SHEET = 10  # overlays: what can be looked at in one go
COLUMNS = 2
SIDE, LINE, MARGIN = 320, 18, 10  # px


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """What a sheet shows of one hit.

    Attributes:
        photo: As it was looked at.
        overlay: The same with the evidence and the boxes laid over it.
        caption: Two lines.
    """

    photo: Image.Image
    overlay: Image.Image
    caption: tuple[str, str]


@command("training.overlays")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; see the module's docstring."""
    parser = command_parser("training.overlays", __doc__)
    add_config_arguments(parser)
    parser.add_argument("--model", type=Path, required=True, help="directory of the run's release")
    parser.add_argument("--count", type=int, default=COUNT, help=f"hits to draw, default {COUNT}")
    parser.add_argument("--out", type=Path, required=True, help="folder for the sheets")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        hits = held_out_hits(
            config_of(options), options.model, Path(scratch), count=options.count, detail="balanced"
        )
        drawn = [drawn_hit(hit, number) for number, hit in enumerate(hits, start=1)]
    paths = write_sheets(drawn, options.out)
    Console().print(f"{len(drawn)} hits on {len(paths)} sheets in {options.out}", soft_wrap=True)


def write_sheets(drawn: Sequence[Overlay], out: Path) -> list[Path]:
    """Write ``sheet-1.png`` and so on, and return their paths.

    Raises:
        DatasetError: There is nothing to show.
    """
    if not drawn:
        raise DatasetError(
            "expected hits on photos of owners left out, found none; ask for more with --count"
        )
    out.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for first in range(0, len(drawn), A_SHEET):
        paths.append(out / f"sheet-{first // A_SHEET + 1}.png")
        sheet_of(drawn[first : first + A_SHEET]).save(paths[-1], format="PNG")
    return paths


def drawn_hit(hit: HeldOutHit, number: int) -> Overlay:
    """Draw a hit, with what a person has to know of it."""
    found = hit.explanation
    shares = ", ".join(f"{box.share:.0%}" for box in found.boxes) or "no box"
    return Overlay(
        photo=Image.fromarray(found.pixels),
        overlay=found.overlay(),
        caption=(
            f"{number}. {found.category} {found.score:.2f} {hit.verdict.value}, boxes: {shares}",
            f"owner left out: {_owner(hit.sample)}",
        ),
    )


def _owner(sample: Sample) -> str:
    return sample.source.partition("/")[0]


def sheet_of(drawn: Sequence[Overlay]) -> Image.Image:
    """Return a sheet with photos beside their overlays."""
    width, height = 2 * SIDE + 2 * MARGIN, SIDE + 2 * LINE + 2 * MARGIN
    rows = -(-len(drawn) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * width + MARGIN, rows * height + MARGIN), PAPER)
    for place, entry in enumerate(drawn):
        row, column = divmod(place, COLUMNS)
        _draw(sheet, entry, left=MARGIN + column * width, top=MARGIN + row * height)
    return sheet


def _draw(sheet: Image.Image, entry: Overlay, *, left: int, top: int) -> None:
    sheet.paste(scaled_to(entry.photo, SIDE), (left, top))
    sheet.paste(scaled_to(entry.overlay, SIDE), (left + SIDE + MARGIN // 2, top))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for number, line in enumerate(entry.caption):
        place = (left, top + SIDE + 2 + number * LINE)
        draw.text(place, fitting(line, font, 2 * SIDE), fill=INK, font=font)


if __name__ == "__main__":
    main()
