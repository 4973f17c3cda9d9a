from __future__ import annotations

import pytest

from wildvision import errors
from wildvision.errors import (
    ImageDecodeError,
    ImageTooLargeError,
    PostError,
    RequestError,
    ServiceError,
    TaxonomyError,
    UnavailableError,
    WildvisionError,
)
from wildvision.serve.answers import error_of, problem_of, reply_of, status_of
from wildvision.serve.schema import error_names

KINDS = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, WildvisionError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_a_status_that_is_503_where_it_is_the_services_own(
    kind: type[WildvisionError],
) -> None:
    error = kind("text") if issubclass(kind, ServiceError) else kind.__new__(kind)
    assert kind is ServiceError or 400 <= status_of(error) < 500 or status_of(error) == 503
    assert kind.__name__ in error_names()


@pytest.mark.parametrize(
    "error",
    [
        ImageTooLargeError(quantity="pixels", found=9, limit=4, image="<bytes>"),
        ImageDecodeError("broken", image="<bytes>"),
        TaxonomyError("unknown", category="x"),
        UnavailableError("full", retry_after_s=7),
        RequestError("slow", status=408),
        PostError(errors=[ImageDecodeError("broken")]),
    ],
)
def test_an_error_comes_back_with_its_class_message_and_facts(error: WildvisionError) -> None:
    problem = problem_of(error)
    found = error_of(problem)
    assert (type(found), str(found)) == (type(error), str(error))
    assert problem_of(found) == problem
    assert reply_of(error).problem == problem
