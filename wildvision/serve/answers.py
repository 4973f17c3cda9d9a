"""Answers of the service: results and errors of the library as JSON, and the HTTP status of each error."""

from __future__ import annotations

from typing import Any

import msgspec

from wildvision import errors
from wildvision.errors import (
    ImageReadError,
    ImageTooLargeError,
    ModelError,
    RuntimeBackendError,
    ServiceError,
    TaxonomyError,
    UnsupportedImageError,
    WildvisionError,
)
from wildvision.results import RESULT_SCHEMA, Classification, Outcome

_STATUS: tuple[tuple[type[WildvisionError], int], ...] = (
    (ImageTooLargeError, 413),
    (UnsupportedImageError, 415),
    (ImageReadError, 424),  # the place that the image was to come from gave none
    (TaxonomyError, 404),
    (ModelError, 503),
    (RuntimeBackendError, 503),
)
JSON = "application/json"

_UNPROCESSABLE = 422  # a request in good form, whose image is damaged or truncated


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An error of the library, with the facts that it carries.

    Attributes:
        type: The name of its class, as in ``wildvision.errors``.
        message: What was expected, what was found, and what to do.
        image: Which image, where there can be several.
        quantity: What was limited: ``bytes``, ``side`` (px) or ``pixels``.
        found: In that unit.
        limit: In that unit.
        category: The taxonomy id in question.
        retry_after_s: After how many seconds the same request may be sent again.
    """

    type: str
    message: str
    image: str | None = None
    quantity: str | None = None
    found: int | None = None
    limit: int | None = None
    category: str | None = None
    retry_after_s: int | None = None


class Failure(msgspec.Struct, kw_only=True):
    """The body of every answer that is none: the error, and the id of the request to ask about."""

    schema: int = RESULT_SCHEMA
    error: Problem
    request_id: str


class Reply(msgspec.Struct, kw_only=True):
    """What became of one job.

    Attributes:
        status: HTTP status, 200 where there is a result.
        body: The result as JSON, or a `Problem`.
        verdict: For the counts.
        media: Content type of the body.
    """

    status: int
    body: msgspec.Raw
    verdict: str | None = None
    media: str = JSON

    @property
    def is_result(self) -> bool:
        """Whether there is a result."""
        return self.status == 200

    @property
    def problem(self) -> Problem:
        """What the body holds where there is no result."""
        return msgspec.json.decode(self.body, type=Problem)


def status_of(error: WildvisionError) -> int:
    """Return the HTTP status of an error."""
    if isinstance(error, ServiceError):
        return error.status
    return next((status for kind, status in _STATUS if isinstance(error, kind)), _UNPROCESSABLE)


def problem_of(error: WildvisionError) -> Problem:
    """Return an error as it is sent."""
    facts: dict[str, Any] = {
        name: value
        for name in Problem.__struct_fields__[2:]
        if (value := getattr(error, name, None)) is not None
    }
    return Problem(type=type(error).__name__, message=str(error), **facts)


def reply_of(error: WildvisionError) -> Reply:
    """Return an error in place of a result."""
    return Reply(status=status_of(error), body=raw(problem_of(error)))


def error_of(problem: Problem) -> WildvisionError:
    """Return an error that was sent: its class, message and facts."""
    error = WildvisionError.__new__(_class_of(problem.type))
    error.args = (problem.message,)  # their constructors want facts that a problem may lack
    for name in Problem.__struct_fields__[2:]:
        value: object = getattr(problem, name)
        if value is not None:
            setattr(error, name, value)
    return error


def _class_of(name: str) -> type[WildvisionError]:
    """Return the class of an error by its name; of one that is not known here, the base of all."""
    kind: object = getattr(errors, name, None)
    return kind if isinstance(kind, type) and issubclass(kind, WildvisionError) else WildvisionError


def outcome_of(reply: Reply) -> Outcome:
    """Return a reply to a classification as the library gives it."""
    if reply.is_result:
        return Outcome(result=Classification.from_dict(msgspec.json.decode(reply.body)))
    return Outcome(error=error_of(reply.problem))


def raw(value: object) -> msgspec.Raw:
    """Return a value as JSON that is not looked into again."""
    return msgspec.Raw(msgspec.json.encode(value))


def batch_body(replies: list[Reply]) -> bytes:
    """Return the outcomes of a batch in order, each a result or an error: `wildvision.Outcome` as JSON."""
    outcomes = [
        {"result": reply.body, "error": None} if reply.is_result else {"result": None, "error": reply.body}
        for reply in replies
    ]
    return msgspec.json.encode({"schema": RESULT_SCHEMA, "outcomes": outcomes})


def batch_status(replies: list[Reply]) -> int:
    """Return 200, or 503 where an image was not answered for the service's own reasons; the rest stands beside it."""
    return 503 if any(reply.status == 503 for reply in replies) else 200
