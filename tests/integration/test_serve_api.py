"""The service against its own description: whatever it allows is answered as it says, and never with a fault."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks

from tests.hostile_files import HOSTILE
from tests.serving import Running, served

PICTURES = [content for content, _ in HOSTILE.values() if len(content) < 100_000]
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
FEW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def service(tiny_directory: Path) -> Iterator[Running]:
    with served("--model", str(tiny_directory), "--max-per-client", "64") as running:
        running.wait_until_ready(2)
        yield running


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_as_described(mode: GenerationMode, service: Running) -> None:
    described = schemathesis.openapi.from_url(f"{service.address}/openapi.json")
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) >= 10
    for operation in operations:
        if mode is GenerationMode.NEGATIVE and not (
            operation.body or operation.query or operation.path_parameters
        ):
            continue  # there is nothing to get wrong

        @FEW
        @given(operation.as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case) -> None:
            answer = case.call(base_url=service.address)
            assert answer.status_code < 500 or answer.status_code == 503
            case.validate_response(answer, checks=CHECKS)

        ask()


def test_the_description_is_valid(service: Running) -> None:
    from openapi_spec_validator import validate

    validate(httpx.get(f"{service.address}/openapi.json", trust_env=False).json())


@pytest.mark.parametrize("path", ["/v1/classify", "/v1/hash", "/v1/explain", "/v1/posts"])
def test_any_bytes_are_answered(path: str, service: Running) -> None:
    pids = [worker.pid for worker in service.workers()]
    content = st.one_of(st.binary(max_size=3000), st.sampled_from(PICTURES))
    kinds = st.sampled_from(
        ["image/jpeg", "application/json", "multipart/form-data; boundary=b", "text/plain", ""]
    )

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(content, kinds)
    def ask(body: bytes, kind: str) -> None:
        with service.client() as client:
            headers = {"content-type": kind} if kind else {}
            assert client.post(path, content=body, headers=headers).status_code in (
                200,
                400,
                413,
                415,
                422,
                503,
            )
            images = {"images": [base64.b64encode(body).decode()]}
            assert client.post(path, json=images).status_code in (200, 413, 415, 422, 503)

    ask()
    assert [worker.pid for worker in service.workers()] == pids
