"""The application: which address gives which answer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from wildvision.errors import RequestError, WildvisionError
from wildvision.manifest import Manifest
from wildvision.posts import classify_pictures
from wildvision.serve.answers import (
    JSON,
    Failure,
    Problem,
    Reply,
    batch_body,
    batch_status,
    outcome_of,
    problem_of,
    reply_of,
    status_of,
)
from wildvision.serve.bank import Hashed
from wildvision.serve.entrance import Entrance
from wildvision.serve.inputs import Inputs, Reader
from wildvision.serve.jobs import Job, Judging
from wildvision.serve.keys import Keys
from wildvision.serve.metrics import CONTENT_TYPE, Metrics
from wildvision.serve.model_facts import ModelFacts, model_facts
from wildvision.serve.options import ServeOptions
from wildvision.serve.policies import Policies
from wildvision.serve.pool import Pool
from wildvision.serve.schema import OF_IMAGES, Explained, describe, images_body, result
from wildvision.serve.scoring import PNG
from wildvision.taxonomy import Category, Taxonomy, translated

_LOOK_S = 1.0  # between two looks at the policy's file


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the routes answer with.

    Attributes:
        options: How the service is run.
        manifest: Of the model.
        pool: Scores.
        policies: Judge.
        reader: Of requests.
        metrics: Count.
        keys: Let in; None: everybody may ask.
    """

    options: ServeOptions
    manifest: Manifest
    pool: Pool
    policies: Policies
    reader: Reader
    metrics: Metrics
    keys: Keys | None = None

    def reload(self) -> bool:
        """Read the policy again; returns whether it was one."""
        is_new = self.policies.reload()
        self.metrics.count_reload(is_new)
        return is_new


def build_app(service: Service) -> FastAPI:
    """Return the application; its pool must have been started, and is closed by whoever started it."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=_lifespan(service))
    routes = _Routes(service)
    routes.add_to(app)
    description = msgspec.json.encode(describe(_paths(app), (ModelFacts,)))

    async def openapi() -> Response:
        """This description."""
        return Response(description, media_type=JSON)

    app.add_api_route("/openapi.json", openapi, include_in_schema=False)
    for kind, handle in (
        (WildvisionError, _failed),
        (HTTPException, _refused),
        (RequestValidationError, _invalid),
    ):
        app.add_exception_handler(kind, handle)
    app.add_middleware(Entrance, keys=service.keys, metrics=service.metrics)
    return app


def _lifespan(service: Service) -> Callable[[FastAPI], contextlib.AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        watching = asyncio.create_task(_watch(service))
        yield
        watching.cancel()

    return lifespan


async def _watch(service: Service) -> None:
    while True:
        await asyncio.sleep(_LOOK_S)
        if service.policies.has_changed():
            service.reload()


def _paths(app: FastAPI) -> dict[str, Any]:
    """Return FastAPI's description of the routes, without the schemas of types that it knows and we do not use."""
    from fastapi.openapi.utils import get_openapi  # noqa: PLC0415 - it takes long, and only here it is needed

    return get_openapi(title="", version="", routes=app.routes).get("paths", {})


class _Routes:
    """One method for each address."""

    def __init__(self, service: Service) -> None:
        self._service, self._limits = service, service.options.limits
        self._at_once: dict[str, int] = {}
        taxonomy = service.manifest.taxonomy
        self._taxonomy = msgspec.json.encode(taxonomy)

    def add_to(self, app: FastAPI) -> None:
        """Add all routes."""
        of_images, get = {"openapi_extra": images_body()}, {"methods": ["GET"]}
        add: Callable[..., None] = app.add_api_route
        post = {"methods": ["POST"], **of_images}
        add("/v1/classify", self.classify, **post, responses=_classified())
        explained = result(Explained, "where the evidence lies", 404, *OF_IMAGES)
        explained[200]["content"][PNG] = {"schema": {"type": "string", "contentMediaType": PNG}}
        add("/v1/explain", self.explain, **post, responses=explained)
        add("/v1/posts", self.posts, **post, responses=result("PostClassification", "one answer", *OF_IMAGES))
        add("/v1/hash", self.hash, **post, responses=result(Hashed, "its hashes", *OF_IMAGES))
        add("/v1/taxonomy", self.taxonomy, **get, responses=result(Taxonomy, "every category", 401))
        one = result(Category, "one category", 401, 404, 422)
        add("/v1/taxonomy/{category}", self.category, **get, responses=one)
        add("/v1/model", self.model, **get, responses=result(ModelFacts, "what answers", 401))
        for path, handle in (("/healthz", self.healthz), ("/readyz", self.readyz)):
            add(path, handle, **get, responses=_standing())
        text = {
            200: {
                "description": "counts and times",
                "content": {"text/plain": {"schema": {"type": "string"}}},
            }
        }
        add("/metrics", self.metrics, **get, responses={**text, 401: result("", "", 401)[401]})

    # --- with images ------------------------------------------------------------------------------------------

    async def classify(self, request: Request, policy: str | None = None) -> Response:
        """Classify one image or several.

        One image, as the raw body, in the form's field `image` or in JSON as `image`, gives its result. Several, as
        `images`, give one outcome for each, in order.
        """
        async with self._admitted(request) as inputs:
            judging = self._service.policies.get(inputs.policy or policy)
            if not inputs.is_batch:
                job = Job(task="classify", image=inputs.one(), judging=judging)
                return _answer(request, await self._one(job, request))
            return _batch_answer(await self._several(inputs, judging, request))

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
        async with self._admitted(request) as inputs:
            judging = self._service.policies.get(inputs.policy or policy)
            job = Job(
                task="explain", image=inputs.one(), judging=judging, category=category, as_picture=picture
            )
            return _answer(request, await self._one(job, request))

    async def posts(self, request: Request, policy: str | None = None) -> Response:
        """Give one answer for several images that belong together, such as those of one listing."""
        async with self._admitted(request) as inputs:
            judging = self._service.policies.get(inputs.policy or policy)
            replies = await self._several(inputs, judging, request)
            if (lost := next((reply for reply in replies if reply.status == 503), None)) is not None:
                return _answer(request, lost)
            outcomes = [outcome_of(reply) for reply in replies]
            policies, manifest = self._service.policies, self._service.manifest
            post = classify_pictures(
                outcomes, manifest, policies.thresholds(judging), policy_name=policies.name(judging)
            )
            return Response(msgspec.json.encode(post.to_dict()), media_type=JSON)

    async def hash(self, request: Request) -> Response:
        """Return digest and perceptual hash of one image, and the known pictures that it looks like."""
        async with self._admitted(request) as inputs:
            job = Job(task="hash", image=inputs.one(), judging=self._service.policies.current)
            return _answer(request, await self._one(job, request))

    @contextlib.asynccontextmanager
    async def _admitted(self, request: Request) -> AsyncGenerator[Inputs]:
        """Read a request, if there is room for it; room and turn are given back when it is answered."""
        client = request.state.client
        reserved: list[int] = []
        self._enter(client)
        try:
            if not self._service.pool.line.has_room():
                raise self._service.pool.line.is_full()
            body = await self._service.reader.body(request, reserved)
            yield await self._service.reader.inputs(body, request.headers)
        finally:
            self._service.reader.release(reserved)
            self._leave(client)

    def _enter(self, client: str) -> None:
        if self._at_once.get(client, 0) >= self._limits.per_client:
            most = self._limits.per_client
            raise RequestError(
                f"expected at most {most} requests of a client at once, found more; wait for an answer",
                status=429,
                retry_after_s=1,
            )
        self._at_once[client] = self._at_once.get(client, 0) + 1

    def _leave(self, client: str) -> None:
        self._at_once[client] -= 1
        if not self._at_once[client]:
            del self._at_once[client]

    async def _one(self, job: Job, request: Request) -> Reply:
        (reply,) = await self._ask(request, [job])
        return reply

    async def _several(self, inputs: Inputs, judging: Judging, request: Request) -> list[Reply]:
        """Return what became of the classification of each image, in order."""
        given = inputs.images
        jobs = [Job(task="classify", image=i, judging=judging) for i in given if isinstance(i, bytes)]
        found = iter(await self._ask(request, jobs) if jobs else ())
        return [next(found) if isinstance(image, bytes) else reply_of(image) for image in given]

    async def _ask(self, request: Request, jobs: list[Job]) -> list[Reply]:
        """Have jobs answered, unless who asked goes away before."""
        asked = asyncio.ensure_future(self._service.pool.answer(jobs, self._limits.seconds))
        gone = asyncio.ensure_future(request.receive())  # after the body, this ends when the connection does
        try:
            await asyncio.wait({asked, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not asked.done():
                raise RequestError(
                    "expected a client that waits for its answer, found that it went away", status=499
                )
            replies = asked.result()
        finally:
            asked.cancel()
            gone.cancel()
        self._count(replies)
        return replies

    def _count(self, replies: list[Reply]) -> None:
        for reply in replies:
            if reply.is_result and reply.verdict:
                self._service.metrics.count_image(reply.verdict)
            elif not reply.is_result:
                self._service.metrics.count_error(reply.problem.type)

    # --- about the service ------------------------------------------------------------------------------------

    async def taxonomy(self) -> Response:
        """Return every category that can be named, the law on it, and how to tell it from what looks like it."""
        return Response(self._taxonomy, media_type=JSON)

    async def category(self, category: str, language: str = "en") -> Response:
        """Return one category, in English (`en`) or Simplified Chinese (`zh-Hans`)."""
        if language not in ("en", "zh-Hans"):
            raise RequestError(f"expected the language en or zh-Hans, found {language[:20]!r}", status=422)
        found = translated(self._service.manifest.taxonomy.get(category), language)
        return Response(msgspec.json.encode(found), media_type=JSON)

    async def model(self) -> Response:
        """Return what answers: model, policy in force, categories with their evidence, limits, versions."""
        return Response(msgspec.json.encode(model_facts(self._service)), media_type=JSON)

    async def healthz(self) -> Response:
        """Return 200 as long as the service answers at all."""
        return _status(is_well=True)

    async def readyz(self) -> Response:
        """Return 200 if at least one process can score, else 503."""
        return _status(is_well=self._service.pool.ready > 0)

    async def metrics(self) -> Response:
        """Return counts and times as Prometheus reads them."""
        return Response(self._service.metrics.text(), media_type=CONTENT_TYPE)


def _classified() -> dict[int | str, dict[str, Any]]:
    described = result("Classification", "the result of one image, or the outcomes of several", *OF_IMAGES)
    refs = [{"$ref": f"#/components/schemas/{name}"} for name in ("Classification", "Outcomes")]
    described[200]["content"][JSON] = {"schema": {"oneOf": refs}}
    of_some = [{"$ref": f"#/components/schemas/{name}"} for name in ("Failure", "Outcomes")]
    described[503]["content"][JSON] = {"schema": {"oneOf": of_some}}
    return described


def _standing() -> dict[int | str, dict[str, Any]]:
    schema = {"type": "object", "properties": {"status": {"type": "string"}}, "required": ["status"]}
    content = {"content": {JSON: {"schema": schema}}}
    return {
        200: {"description": "well", **content},
        503: {"description": "not yet, or not any more", **content},
    }


def _status(*, is_well: bool) -> Response:
    headers = {} if is_well else {"retry-after": "1"}
    body = msgspec.json.encode({"status": "ok" if is_well else "unavailable"})
    return Response(body, 200 if is_well else 503, media_type=JSON, headers=headers)


def _answer(request: Request, reply: Reply) -> Response:
    if reply.is_result:
        return Response(bytes(reply.body), media_type=reply.media)
    return failure(request, reply.status, reply.problem)


def _batch_answer(replies: list[Reply]) -> Response:
    status = batch_status(replies)
    headers = {} if status == 200 else {"retry-after": "1"}
    return Response(batch_body(replies), status, media_type=JSON, headers=headers)


def failure(request: Request, status: int, problem: Problem) -> Response:
    """Return an answer that is none."""
    headers: dict[str, str] = {}
    if problem.retry_after_s is not None:
        headers["retry-after"] = str(problem.retry_after_s)
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    body = msgspec.json.encode(Failure(error=problem, request_id=request.state.request_id))
    return Response(body, status, media_type=JSON, headers=headers)


async def _failed(request: Request, error: Any) -> Response:
    """Answer with an error of the library."""
    return failure(request, status_of(error), problem_of(error))


async def _refused(request: Request, error: Any) -> Response:
    """Answer what no route takes: another address or method."""
    message = f"expected an address and method of /openapi.json, found: {error.detail}"
    answer = failure(request, error.status_code, Problem(type=RequestError.__name__, message=message))
    answer.headers.update(error.headers or {})
    return answer


async def _invalid(request: Request, error: Any) -> Response:
    """Answer a query that FastAPI refused."""
    places = ", ".join(".".join(map(str, found["loc"])) for found in error.errors())
    return failure(
        request, 422, Problem(type=RequestError.__name__, message=f"expected other values of {places}")
    )
