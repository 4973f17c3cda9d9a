"""The card's section on where a model looks, and on what parts of pictures find; empty where nothing was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from training.errors import TrainingError
from training.evaluation.looking import Areas, Explained, Pointing, SeenMore, SeenRow
from training.records import AnyRecord, read_record
from training.release.tables import Cells, markdown_table
from wildvision.manifest import Manifest
from wildvision.model_folder import NETWORKS


def read_of_model(kind: type[AnyRecord], path: Path, manifest: Manifest) -> AnyRecord | None:
    """Return a record of `training.evaluation.looking`; None: nothing was measured.

    Raises:
        TrainingError: It is malformed, or of another model.
    """
    if not path.is_file():
        return None
    record = read_record(kind, path)
    wanted, found = manifest.files[NETWORKS["float32"]].sha256, getattr(record, "model_sha256", "")
    if found != wanted:
        raise TrainingError(
            f"expected {kind.TITLE} of {manifest.id} with {NETWORKS['float32']} {wanted[:16]} in {path}, found those "
            f"of {getattr(record, 'model', '')} with {found[:16]}; run python -m {kind.STEP} again, or remove the file"
        )
    return record


def looking(explained: Explained | None, seen_more: SeenMore | None, seen: Sequence[str]) -> list[str]:
    """Return the paragraphs of the section; none where there is nothing to say.

    Args:
        explained: The checks of explanations.
        seen_more: What parts of pictures find.
        seen: Sentences on what was seen on overlays (``report.seen_on_overlays``).
    """
    return [
        *(_explained(explained) if explained else ()),
        *(["What was seen on overlays of hits of owners left out:", _list(seen)] if seen else ()),
        *(_seen_more(seen_more) if seen_more else ()),
    ]


def _list(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _explained(found: Explained) -> list[str]:
    return [
        "A class activation map says what each place of a picture adds to a score. In "
        f"{found.on_thing:.0%} of {found.renderings} renderings whose masks are known its highest place is on the "
        "thing, 4 % of a side allowed. In "
        f"{found.centre_on_thing:.0%} of them the middle of the picture is. Renderings taught the model.",
        _pointing_table(found.by_product),
        f"On {found.photos} hits of owners left out, the mean log-odds of the product while the picture is hidden or "
        "shown step by step, by what comes first:",
        _areas_table({"hidden; lower is better": found.deletion, "shown; higher is better": found.insertion}),
        f"Shuffling the weights of the heads leaves a rank correlation of {found.head_shuffled:.2f} between the maps, "
        f"shuffling all weights {found.network_shuffled:.2f}. The lower, the more a map says of this model.",
    ]


def _pointing_table(products: Mapping[str, Pointing]) -> str:
    rows: list[Cells] = [
        [f"`{product}`", own.renderings, round(own.on_thing * own.renderings)]
        for product, own in products.items()
    ]
    return markdown_table(["product", "renderings", "highest place on the thing"], rows)


def _areas_table(areas: Mapping[str, Areas]) -> str:
    rows = [[name, *(f"{value:.2f}" for value in (a.map, a.centre, a.random))] for name, a in areas.items()]
    return markdown_table(["picture", "the map", "the middle", "at random"], rows)


def _seen_more(found: SeenMore) -> list[str]:
    return [
        "Pictures were made of training photos, each judged by the head of a fold that never saw the photo's owner. "
        f"Found is what reaches the review threshold of `{found.policy}`. The detail says how much is looked at; "
        "`balanced` is the default.",
        markdown_table(
            [
                "pictures",
                "detail",
                "found",
                "kept of those found alone",
                "false alarms",
                "false alarms alone",
                "CPU s",
                "parts",
            ],
            map(_seen_cells, found.rows),
        ),
    ]


def _seen_cells(row: SeenRow) -> Cells:
    return [
        row.pictures,
        f"`{row.detail}`",
        f"{row.found} of {row.shown}",
        f"{row.kept} of {row.found_alone}",
        f"{row.alarms} of {row.everyday}",
        f"{row.alarms_alone} of {row.everyday_alone}",
        f"{row.seconds:.2f}",
        f"{row.parts:.1f}",
    ]
