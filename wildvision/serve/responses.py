"""Responses: answers as Starlette sends them."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from wildvision.errors import RequestError
from wildvision.serve.answers import (
    JSON,
    Failure,
    Problem,
    Reply,
    batch_body,
    batch_status,
    problem_of,
    status_of,
)


def json_response(value: object, status: int = 200) -> Response:
    """Return a value as JSON."""
    return Response(msgspec.json.encode(value), status, media_type=JSON)


def answer(request: Request, reply: Reply) -> Response:
    """Return what became of one job."""
    if reply.is_result:
        return Response(bytes(reply.body), media_type=reply.media)
    return failure(request, reply.status, reply.problem)


def batch_answer(replies: list[Reply]) -> Response:
    """Return what became of each image of a batch."""
    status = batch_status(replies)
    headers = {} if status == 200 else {"retry-after": "1"}
    return Response(batch_body(replies), status, media_type=JSON, headers=headers)


def failure(request: Request, status: int, problem: Problem) -> Response:
    """Return an answer that is none."""
    headers: dict[str, str] = {}
    if problem.retry_after_s is not None:
        headers["retry-after"] = str(problem.retry_after_s)
    body = msgspec.json.encode(Failure(error=problem, request_id=request.state.request_id))
    return Response(body, status, media_type=JSON, headers=headers)


async def failed(request: Request, error: Any) -> Response:
    """Answer with an error of the library."""
    return failure(request, status_of(error), problem_of(error))


async def refused(request: Request, error: Any) -> Response:
    """Answer what no route takes: another address or method."""
    message = f"expected an address and method of /openapi.json, found: {error.detail}"
    found = failure(request, error.status_code, Problem(type=RequestError.__name__, message=message))
    found.headers.update(error.headers or {})
    return found


async def invalid(request: Request, error: Any) -> Response:
    """Answer a query that FastAPI refused."""
    places = ", ".join(".".join(map(str, found["loc"])) for found in error.errors())
    problem = Problem(type=RequestError.__name__, message=f"expected other values of {places}")
    return failure(request, 422, problem)
