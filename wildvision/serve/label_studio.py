"""The backend of Label Studio: answers its tasks with predictions that people correct.

What Label Studio asks and how it wants to be answered: https://labelstud.io/guide/ml_create and
https://labelstud.io/guide/predictions. It calls ``health``, ``setup``, ``predict``, ``versions`` and ``webhook`` below
the address that it was given; teaching goes through `wildvision teach` and not through here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response

from wildvision.errors import RequestError, WildvisionError
from wildvision.results import Classification, Verdict
from wildvision.serve.answers import Reply, outcome_of, reply_of
from wildvision.serve.jobs import Job
from wildvision.serve.responses import json_response
from wildvision.serve.service import Desk, Service

ROOT = "/label-studio"
NOTHING = "everyday"
"""The choice for a photo that shows no product, as the library's own tasks for Label Studio call it."""

_AT_ONCE = 8  # tasks whose images are held: Label Studio sends all that were selected in one request


class Task(msgspec.Struct, frozen=True):
    """A task: the image that is to be labelled, under a name that the labelling interface knows."""

    data: dict[str, Any]


class PredictRequest(msgspec.Struct, frozen=True):
    """What Label Studio sends to ``predict``.

    Attributes:
        tasks: To be predicted.
        label_config: Its labelling interface, XML.
    """

    tasks: tuple[Task, ...]
    label_config: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """The choices of a labelling interface that belong to an image.

    Attributes:
        name: Of the choices.
        image: Name of the image that they are about.
        value: Under which name tasks hold the image.
        choices: What can be chosen.
    """

    name: str
    image: str
    value: str
    choices: tuple[str, ...]

    def prediction(self, result: Classification) -> list[dict[str, Any]]:
        """Return the choice for an image, as Label Studio reads it; empty: there is none for this answer."""
        decided = result.reason.category if result.verdict in (Verdict.FLAG, Verdict.REVIEW) else None
        wanted = (decided or NOTHING) if result.verdict is not Verdict.ABSTAIN else None
        found = [choice for choice in (wanted, result.verdict.value) if choice in self.choices][:1]
        if not found:
            return []
        value = {"choices": found}
        return [{"from_name": self.name, "to_name": self.image, "type": "choices", "value": value}]


class _Interface(HTMLParser):
    """Reads the tags of a labelling interface; as HTML, so that no entity is ever expanded."""

    def __init__(self) -> None:
        super().__init__()
        self.images: dict[str, str] = {}
        self.controls: list[tuple[str, str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note images, choices, and what can be chosen."""
        found = {name: value or "" for name, value in attrs}
        if tag == "image":
            self.images[found.get("name", "")] = found.get("value", "").removeprefix("$")
        elif tag == "choices":
            self.controls.append((found.get("name", ""), found.get("toname", ""), []))
        elif tag == "choice" and self.controls:
            self.controls[-1][2].append(found.get("value", ""))


def read_interface(config: str) -> Control:
    """Return the first choices of a labelling interface that are about an image.

    Raises:
        RequestError: There are none.
    """
    reader = _Interface()
    reader.feed(config)
    for name, image, choices in reader.controls:
        if name and image in reader.images:
            return Control(name=name, image=image, value=reader.images[image], choices=tuple(choices))
    raise RequestError(
        "expected a labelling interface with Choices for an Image, found none; its choices are category ids of "
        f"/v1/taxonomy, {NOTHING!r}, or verdicts",
        status=422,
    )


class LabelStudioRoutes:
    """One method for each address.

    Args:
        service: What answers.
        desk: Takes the requests.
    """

    def __init__(self, service: Service, desk: Desk) -> None:
        self._service, self._desk = service, desk

    def add_to(self, app: FastAPI) -> None:
        """Add all routes; they are Label Studio's, so the service's own description leaves them out."""
        for method, name, handle in (
            ("GET", "health", self.health),
            ("POST", "setup", self.setup),
            ("POST", "predict", self.predict),
            ("GET", "versions", self.versions),
            ("POST", "webhook", self.webhook),
        ):
            app.add_api_route(f"{ROOT}/{name}", handle, methods=[method], include_in_schema=False)

    async def health(self) -> Response:
        """Say that the backend is there."""
        is_up = self._service.pool.ready > 0
        return json_response(
            {"status": "UP" if is_up else "DOWN", "model_class": "wildvision"}, 200 if is_up else 503
        )

    async def setup(self) -> Response:
        """Take a project, whose address and token are not kept: both come from whoever runs the service."""
        return json_response({"model_version": self._version()})

    async def versions(self) -> Response:
        """Return the only version there is."""
        return json_response({"versions": [self._version()]})

    async def webhook(self) -> Response:
        """Take what people decided, and learn nothing from it."""
        return json_response({"status": "ignored"})

    async def predict(self, request: Request) -> Response:
        """Return a prediction for each task, in order; one without an image has an empty one."""
        async with self._desk.body(request) as body:
            try:
                asked = msgspec.json.decode(body, type=PredictRequest)
            except (msgspec.MsgspecError, RecursionError) as error:
                raise RequestError(f"expected tasks of Label Studio, found: {error}", status=422) from error
            control = read_interface(asked.label_config)
            results: list[dict[str, Any]] = []
            for start in range(0, len(asked.tasks), _AT_ONCE):
                tasks = asked.tasks[start : start + _AT_ONCE]
                results += [
                    self._prediction(reply, control) for reply in await self._replies(request, tasks, control)
                ]
            return json_response({"results": results})

    async def _replies(self, request: Request, tasks: Sequence[Task], control: Control) -> list[Reply]:
        images = [await self._image(task.data, control) for task in tasks]
        judging = self._service.policies.current
        jobs = [Job(task="classify", image=i, judging=judging) for i in images if isinstance(i, bytes)]
        found = iter(await self._desk.ask(request, jobs) if jobs else ())
        return [next(found) if isinstance(image, bytes) else reply_of(image) for image in images]

    async def _image(self, data: Mapping[str, Any], control: Control) -> bytes | WildvisionError:
        try:
            return await self._service.tasks.fetch(data.get(control.value))
        except WildvisionError as error:
            self._service.metrics.count_error(type(error).__name__)
            return error

    def _prediction(self, reply: Reply, control: Control) -> dict[str, Any]:
        version = self._version()
        result = outcome_of(reply).result
        if result is None:
            return {"result": [], "score": 0.0, "model_version": version}
        category = result.reason.category or result.predictions[0].category
        return {
            "result": control.prediction(result),
            "score": result.score(category),
            "model_version": version,
        }

    def _version(self) -> str:
        return f"{self._service.manifest.id}-{self._service.policies.current.digest[:8]}"
