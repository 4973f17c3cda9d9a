"""The application: all routes, behind one entrance."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Any

import msgspec
from fastapi import FastAPI, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from wildvision.errors import WildvisionError
from wildvision.serve.about_routes import AboutRoutes
from wildvision.serve.answers import JSON
from wildvision.serve.entrance import Entrance
from wildvision.serve.image_routes import ImageRoutes
from wildvision.serve.label_studio import LabelStudioRoutes
from wildvision.serve.model_card import ModelCard
from wildvision.serve.model_facts import ModelFacts
from wildvision.serve.responses import failed, invalid, refused
from wildvision.serve.schema import describe
from wildvision.serve.service import Desk, Service

_LOOK_S = 1.0  # between two looks at the policy's file


def build_app(service: Service) -> FastAPI:
    """Return the application; its pool must have been started, and is closed by whoever started it."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=_lifespan(service))
    desk = Desk(service)
    ImageRoutes(service, desk).add_to(app)
    AboutRoutes(service).add_to(app)
    LabelStudioRoutes(service, desk).add_to(app)
    description = msgspec.json.encode(describe(_paths(app), (ModelFacts, ModelCard)))

    async def openapi() -> Response:
        """This description."""
        return Response(description, media_type=JSON)

    app.add_api_route("/openapi.json", openapi, include_in_schema=False)
    app.add_exception_handler(WildvisionError, failed)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, invalid)
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
