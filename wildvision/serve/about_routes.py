"""The routes that say something about the service: taxonomy, model, card, health, metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from fastapi import FastAPI, Response

from wildvision.errors import RequestError
from wildvision.serve.answers import JSON
from wildvision.serve.metrics import CONTENT_TYPE
from wildvision.serve.model_card import ModelCard, model_card
from wildvision.serve.model_facts import ModelFacts, model_facts
from wildvision.serve.responses import json_response
from wildvision.serve.schema import result
from wildvision.serve.service import Service
from wildvision.taxonomy import Category, Taxonomy, translated

_LANGUAGES = ("en", "zh-Hans")


class AboutRoutes:
    """One method for each address.

    Args:
        service: What they tell about.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._taxonomy = msgspec.json.encode(service.manifest.taxonomy)

    def add_to(self, app: FastAPI) -> None:
        """Add all routes."""
        add: Callable[..., None] = app.add_api_route
        add("/v1/taxonomy", self.taxonomy, responses=result(Taxonomy, "every category", 401))
        one = result(Category, "one category", 401, 404, 422)
        add("/v1/taxonomy/{category}", self.category, responses=one)
        add("/v1/model", self.model, responses=result(ModelFacts, "what answers", 401))
        add("/v1/model/card", self.card, responses=result(ModelCard, "its card", 401))
        add("/healthz", self.healthz, responses=_standing())
        add("/readyz", self.readyz, responses=_standing())
        text = {
            "description": "counts and times",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        }
        add("/metrics", self.metrics, responses={200: text, 401: result("", "", 401)[401]})

    async def taxonomy(self) -> Response:
        """Return every category that can be named, the law on it, and how to tell it from what looks like it."""
        return Response(self._taxonomy, media_type=JSON)

    async def category(self, category: str, language: str = "en") -> Response:
        """Return one category, in English (`en`) or Simplified Chinese (`zh-Hans`)."""
        if language not in _LANGUAGES:
            raise RequestError(
                f"expected one of the languages {_LANGUAGES}, found {language[:20]!r}", status=422
            )
        return json_response(translated(self._service.manifest.taxonomy.get(category), language))

    async def model(self) -> Response:
        """Return what answers: model, policy in force, categories with their evidence, limits, versions."""
        return json_response(model_facts(self._service))

    async def card(self) -> Response:
        """Return the model's card in the sections that ROOST's Coop shows."""
        policies = self._service.policies
        return json_response(model_card(self._service.manifest, policies.thresholds(policies.current)))

    async def healthz(self) -> Response:
        """Return 200 as long as the service answers at all."""
        return _status(is_well=True)

    async def readyz(self) -> Response:
        """Return 200 if at least one process can score, else 503."""
        return _status(is_well=self._service.pool.ready > 0)

    async def metrics(self) -> Response:
        """Return counts and times as Prometheus reads them."""
        return Response(self._service.metrics.text(), media_type=CONTENT_TYPE)


def _standing() -> dict[int | str, dict[str, Any]]:
    schema = {"type": "object", "properties": {"status": {"type": "string"}}, "required": ["status"]}
    content = {"content": {JSON: {"schema": schema}}}
    return {
        200: {"description": "well", **content},
        503: {"description": "not yet, or not any more", **content},
    }


def _status(*, is_well: bool) -> Response:
    found = json_response({"status": "ok" if is_well else "unavailable"}, 200 if is_well else 503)
    if not is_well:
        found.headers["retry-after"] = "1"
    return found
