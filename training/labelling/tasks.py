"""Label Studio's import: tasks with the model's answers filled in, and the interface to correct them.

Field names are the official ones: https://labelstud.io/guide/task_format and https://labelstud.io/tags/choices.
`training.data.label_studio` reads the export.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from training.errors import DatasetError
from wildvision.taxonomy import Category

CONTROL, OBJECT = "label", "image"  # names of the two tags of the interface
NOTHING = "everyday"  # the choice for a photo that shows none of the categories


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One photo to be labelled.

    Attributes:
        path: The file, absolute.
        source: Where it comes from; it returns with the export.
        licence: Likewise.
        choices: Category ids that the model would choose.
        score: Of the product that the model finds most likely, calibrated.
    """

    path: Path
    source: str
    licence: str
    choices: tuple[str, ...]
    score: float


def import_tasks(tasks: Sequence[Task], *, model_id: str, document_root: Path) -> list[dict[str, Any]]:
    """Return the content of an import file.

    Args:
        tasks: The photos.
        model_id: Recorded as ``model_version``.
        document_root: Label Studio's ``LOCAL_FILES_DOCUMENT_ROOT``; all photos are below it.

    Raises:
        DatasetError: A photo is not.
    """
    return [
        {
            "data": {
                OBJECT: _address(task.path, document_root),
                "source": task.source,
                "licence": task.licence,
            },
            "predictions": [_prediction(task, model_id)],
        }
        for task in tasks
    ]


def _address(path: Path, root: Path) -> str:
    try:
        below = path.relative_to(root)
    except ValueError as error:
        raise DatasetError(
            f"expected all photos below Label Studio's document root {root}, found {path}; give --document-root"
        ) from error
    return f"/data/local-files/?d={quote(below.as_posix())}"


def _prediction(task: Task, model_id: str) -> dict[str, Any]:
    chosen = {
        "from_name": CONTROL,
        "to_name": OBJECT,
        "type": "choices",
        "value": {"choices": list(task.choices) or [NOTHING]},
    }
    return {"model_version": model_id, "score": round(task.score, 4), "result": [chosen]}


def labeling_config(categories: Sequence[Category]) -> str:
    """Return the interface as XML: the photo and one box to tick for each category, shown by name, exported by id."""
    view = ET.Element("View")
    ET.SubElement(view, "Image", name=OBJECT, value=f"${OBJECT}", zoom="true")
    choices = ET.SubElement(
        view,
        "Choices",
        {"name": CONTROL, "toName": OBJECT, "choice": "multiple", "required": "true", "showInline": "true"},
    )
    for category in categories:
        _add_choice(choices, category.id, f"{category.name} ({category.id})")
    _add_choice(choices, NOTHING, "None of these")
    ET.indent(view)
    return ET.tostring(view, encoding="unicode") + "\n"


def _add_choice(choices: ET.Element, value: str, shown: str) -> None:
    # Label Studio renders this as HTML; as an XML attribute it is escaped once more when written.
    ET.SubElement(choices, "Choice", value=value, html=html.escape(shown))
