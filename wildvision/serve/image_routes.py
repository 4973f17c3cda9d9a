"""The routes that take images: classify, explain, posts, hash."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Any

from fastapi import FastAPI, Request, Response

from wildvision.posts import classify_pictures
from wildvision.serve.answers import JSON, Reply, outcome_of, reply_of
from wildvision.serve.hashed import Hashed
from wildvision.serve.inputs import Inputs
from wildvision.serve.jobs import Job, Judging
from wildvision.serve.responses import answer, batch_answer, json_response
from wildvision.serve.schema import OF_IMAGES, Explained, images_body, ref, result
from wildvision.serve.scoring import PNG
from wildvision.serve.service import Desk, Service


class ImageRoutes:
    """One method for each address.

    Args:
        service: What answers.
        desk: Takes the requests.
    """

    def __init__(self, service: Service, desk: Desk) -> None:
        self._service, self._desk = service, desk

    def add_to(self, app: FastAPI) -> None:
        """Add all routes."""
        add: Callable[..., None] = app.add_api_route
        post: dict[str, Any] = {"methods": ["POST"], "openapi_extra": images_body()}
        add("/v1/classify", self.classify, **post, responses=_classified())
        explained = result(Explained, "where the evidence lies", 404, *OF_IMAGES)
        explained[200]["content"][PNG] = {"schema": {"type": "string", "contentMediaType": PNG}}
        add("/v1/explain", self.explain, **post, responses=explained)
        add("/v1/posts", self.posts, **post, responses=result("PostClassification", "one answer", *OF_IMAGES))
        add("/v1/hash", self.hash, **post, responses=result(Hashed, "its hashes", *OF_IMAGES))

    async def classify(self, request: Request, policy: str | None = None) -> Response:
        """Classify one image or several.

        One image, as the raw body, in the form's field `image` or in JSON as `image`, gives its result. Several, as
        `images`, give one outcome for each, in order.
        """
        async with self._inputs(request) as inputs:
            judging = self._service.policies.get(inputs.policy or policy)
            if inputs.is_batch:
                return batch_answer(await self._several(inputs, judging, request))
            job = Job(task="classify", image=inputs.one(), judging=judging)
            return await self._one(job, request)

    async def explain(
        self,
        request: Request,
        category: str | None = None,
        policy: str | None = None,
        *,
        picture: bool = False,
    ) -> Response:
        """Say where in one image the evidence for a category lies.

        Without `category` it is the one that decided, or came nearest. With `picture=true` the answer is the image
        with what speaks for the category laid over it, as PNG.
        """
        async with self._inputs(request) as inputs:
            judging = self._service.policies.get(inputs.policy or policy)
            image = inputs.one()
            job = Job(task="explain", image=image, judging=judging, category=category, as_picture=picture)
            return await self._one(job, request)

    async def posts(self, request: Request, policy: str | None = None) -> Response:
        """Give one answer for several images that belong together, such as those of one listing."""
        async with self._inputs(request) as inputs:
            policies = self._service.policies
            judging = policies.get(inputs.policy or policy)
            replies = await self._several(inputs, judging, request)
            if (lost := next((reply for reply in replies if reply.status == 503), None)) is not None:
                return answer(request, lost)
            post = classify_pictures(
                [outcome_of(reply) for reply in replies],
                self._service.manifest,
                policies.thresholds(judging),
                policy_name=policies.name(judging),
            )
            return json_response(post.to_dict())

    async def hash(self, request: Request) -> Response:
        """Return digest and perceptual hash of one image, and the known pictures that it looks like."""
        async with self._inputs(request) as inputs:
            job = Job(task="hash", image=inputs.one(), judging=self._service.policies.current)
            return await self._one(job, request)

    @contextlib.asynccontextmanager
    async def _inputs(self, request: Request) -> AsyncGenerator[Inputs]:
        async with self._desk.body(request) as body:
            yield await self._service.reader.inputs(body, request.headers)

    async def _one(self, job: Job, request: Request) -> Response:
        (reply,) = await self._desk.ask(request, [job])
        return answer(request, reply)

    async def _several(self, inputs: Inputs, judging: Judging, request: Request) -> list[Reply]:
        """Return what became of the classification of each image, in order."""
        given = inputs.images
        jobs = [Job(task="classify", image=i, judging=judging) for i in given if isinstance(i, bytes)]
        found = iter(await self._desk.ask(request, jobs) if jobs else ())
        return [next(found) if isinstance(image, bytes) else reply_of(image) for image in given]


def _classified() -> dict[int | str, dict[str, Any]]:
    described = result("Classification", "the result of one image, or the outcomes of several", *OF_IMAGES)
    described[200]["content"][JSON] = {"schema": {"oneOf": [ref("Classification"), ref("Outcomes")]}}
    described[503]["content"][JSON] = {"schema": {"oneOf": [ref("Failure"), ref("Outcomes")]}}
    return described
