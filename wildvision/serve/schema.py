"""The description of the service (OpenAPI 3.1), generated from the types that the library answers with."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from wildvision import errors
from wildvision.errors import WildvisionError
from wildvision.explanation import EvidenceBox
from wildvision.posts import POST_SCHEMA
from wildvision.results import RESULT_SCHEMA, Classification
from wildvision.serve.answers import JSON, Failure
from wildvision.serve.hashed import Hashed
from wildvision.serve.inputs import FORM, JsonRequest
from wildvision.taxonomy import Category, Taxonomy

_REF = "#/components/schemas/{name}"
_BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
_WHY = {
    400: "malformed",
    401: "no key, or one that is not known",
    403: "an address that may not be fetched",
    404: "no such category",
    405: "another method is needed",
    408: "the body came too slowly",
    413: "too many bytes, pixels or images",
    415: "a type or format that is not accepted",
    422: "damaged or truncated, or not as described here",
    424: "an address gave no image",
    429: "too many requests of this client at once; Retry-After says when to come again",
    503: "full, out of time, or a process was lost; Retry-After says when to come again",
}
OF_IMAGES = (400, 401, 403, 408, 413, 415, 422, 424, 429, 503)
"""Statuses of requests with images that get no answer."""


def result(kind: type | str, description: str, *failures: int) -> dict[int | str, dict[str, Any]]:
    """Return what FastAPI is told of a route's answers.

    Args:
        kind: Type of the body, or the name of its schema.
        description: Of what it holds.
        failures: Other statuses; each has a `Failure`.
    """
    name = kind if isinstance(kind, str) else kind.__name__
    described: dict[int | str, dict[str, Any]] = {200: {"description": description, "content": _json(name)}}
    for status in failures:
        described[status] = {"description": _WHY[status], "content": _json(Failure.__name__)}
        if status in (429, 503):
            described[status]["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
    return described


class Explained(msgspec.Struct, kw_only=True):
    """Where the evidence for a category lies, as `wildvision.Explanation.to_dict` has it.

    Attributes:
        schema: Version of the form.
        category: A taxonomy id.
        score: Its calibrated probability, 0 to 1.
        logit: The mean of the map and the constant.
        constant: What is not in the picture.
        width: Of the original, px.
        height: Of the original, px.
        boxes: Regions that carry the score, by falling share.
        map: What each place adds to the logit, in rows.
    """

    schema: int
    category: str
    score: float
    logit: float
    constant: float
    width: int
    height: int
    boxes: tuple[EvidenceBox, ...]
    map: tuple[tuple[float, ...], ...]


def ref(name: str) -> dict[str, str]:
    """Return a reference to a schema of the description."""
    return {"$ref": _REF.format(name=name)}


def images_body() -> dict[str, Any]:
    """Return the description of a body with images, in its three forms."""
    one, several = {"image": _BINARY}, {"images": {"type": "array", "items": _BINARY, "minItems": 1}}
    forms = [_form(one), _form(several)]
    return {
        "requestBody": {
            "required": True,
            "content": {
                JSON: {"schema": ref(JsonRequest.__name__)},
                FORM: {"schema": {"oneOf": forms}},
                "application/octet-stream": {"schema": _BINARY},
                "image/*": {"schema": _BINARY},
            },
        }
    }


def describe(paths: Mapping[str, Any], extra: Sequence[type] = ()) -> dict[str, Any]:
    """Return the whole description.

    Args:
        paths: As FastAPI describes the routes.
        extra: Further types that they refer to.
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "wildvision",
            "version": f"{importlib.metadata.version('wildvision')}+result.{RESULT_SCHEMA}",
            "description": "Recognises illegal-wildlife-trade products in photos. A photo never proves a material: a "
            "FLAG or REVIEW is a reason for a trained person to look, a CLEAR no proof that nothing is there.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": dict(paths),
        "components": {
            "schemas": _schemas(extra),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"key": []}],
        "x-result-schema": RESULT_SCHEMA,
    }


def error_names() -> list[str]:
    """Return the names of all errors of the library, in the order of its tree."""
    every = [value for value in vars(errors).values() if isinstance(value, type)]
    return [kind.__name__ for kind in every if issubclass(kind, WildvisionError)]


def _schemas(extra: Sequence[type]) -> dict[str, Any]:
    types = [Classification, Explained, Failure, Hashed, JsonRequest, Taxonomy, Category, *extra]
    _, found = msgspec.json.schema_components(types, ref_template=_REF)
    _with_schema_number(found[Classification.__name__])
    found["Problem"]["properties"]["type"] = {"type": "string", "enum": error_names()}
    found["Outcomes"], found["PostClassification"] = _outcomes(), _post(found[Classification.__name__])
    return found


def _with_schema_number(schema: dict[str, Any]) -> None:
    """Add what `Classification.to_dict` adds."""
    schema["properties"] = {"schema": {"const": RESULT_SCHEMA}, **schema["properties"]}
    schema["required"] = ["schema", *schema["required"]]


def _outcomes() -> dict[str, Any]:
    outcome = {
        "type": "object",
        "description": "What became of one image: exactly one of both is null.",
        "properties": {
            "result": {"anyOf": [ref("Classification"), {"type": "null"}]},
            "error": {"anyOf": [ref("Problem"), {"type": "null"}]},
        },
        "required": ["result", "error"],
    }
    return {
        "type": "object",
        "description": "One outcome for each image, in order.",
        "properties": {"schema": {"const": RESULT_SCHEMA}, "outcomes": {"type": "array", "items": outcome}},
        "required": ["schema", "outcomes"],
    }


def _post(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `PostClassification.to_dict` gives: a classification, and what became of each picture."""
    outcome = {"type": "object", "properties": {"result": ref("Classification"), "error": ref("Problem")}}
    own: dict[str, Any] = {
        "schema": {"const": POST_SCHEMA},
        "carrier": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]},
        "outcomes": {"type": "array", "items": outcome, "minItems": 1},
    }
    return {
        "type": "object",
        "description": "One answer for several pictures that belong together.",
        "properties": {**answer["properties"], **own},
        "required": [*answer["required"], "carrier", "outcomes"],
    }


def _form(fields: dict[str, Any]) -> dict[str, Any]:
    properties = {**fields, "policy": {"type": "string"}}
    return {
        "type": "object",
        "properties": properties,
        "required": list(fields),
        "additionalProperties": False,
    }


def _json(name: str) -> dict[str, Any]:
    return {JSON: {"schema": ref(name)}}
