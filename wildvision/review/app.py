"""The page's server: what is shown under which address, and what a decision becomes."""

from __future__ import annotations

import contextlib
import importlib.resources
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jinja2
import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from wildvision.archive.decisions import Decision, Outcome
from wildvision.archive.hits import Hit
from wildvision.errors import ImageError, ScanError
from wildvision.review.agreement import agreements, precisions
from wildvision.review.pictures import Pictures
from wildvision.review.queue import Filter, Queue
from wildvision.review.security import COOKIE, CSRF_HEADER, HEADERS, Gate
from wildvision.review.texts import LANGUAGES, Texts
from wildvision.taxonomy import Kind, Taxonomy

_MOST_BODY = 64 * 1024  # bytes of a decision, note included
_MOST_NOTE = 4_000  # characters
_STATIC = {
    "review.css": ("wildvision.review.static", "text/css"),
    "review.js": ("wildvision.review.static", "text/javascript"),
    "boxes.js": ("wildvision.archive.report", "text/javascript"),  # the report's page draws boxes alike
}
_PAGE = 100  # cards on a page of the list
_LIKE = 24  # cards that look like one


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a review consists of.

    Attributes:
        queue: The cards and the decisions.
        pictures: Of the cards.
        taxonomy: Of the scan's model, with its own categories.
        budget: Cards that a day has room for; None: nobody said.
        case_id: Of the case that new decisions belong to; empty: of none.
    """

    queue: Queue
    pictures: Pictures
    taxonomy: Taxonomy
    budget: int | None = None
    case_id: str = ""


def build_app(review: Review, gate: Gate) -> Starlette:
    """Return the application; it closes pictures and decisions when it ends."""
    pages = _Pages(review, gate)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        yield
        review.pictures.close()
        review.queue.decisions.close()

    return Starlette(
        routes=[
            Route("/", pages.next_card),
            Route("/card/{place:int}", pages.card),
            Route("/list", pages.list_cards),
            Route("/like/{place:int}", pages.like),
            Route("/progress", pages.progress),
            Route("/picture/{place:int}", pages.picture),
            Route("/map/{place:int}", pages.overlay),
            Route("/part/{place:int}", pages.part),
            Route("/part-map/{place:int}", pages.part_overlay),
            Route("/decide", pages.decide, methods=["POST"]),
            Route("/undo", pages.undo, methods=["POST"]),
            Route("/static/{name}", pages.static),
            Route("/favicon.ico", _no_icon),
        ],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=_guard(gate))],
        lifespan=lifespan,
    )


Handler = Callable[[Request], Awaitable[Response]]


def _guard(gate: Gate) -> Callable[[Request, Handler], Awaitable[Response]]:
    async def guard(request: Request, handle: Handler) -> Response:
        response = _refusal(request, gate) or await handle(request)
        response.headers.update(HEADERS)
        return response

    return guard


def _refusal(request: Request, gate: Gate) -> Response | None:
    """Return the answer to a request that may not pass; None: it may."""
    if not gate.knows_host(request.headers.get("host", "")):
        return PlainTextResponse("expected a request to this page's own address", 421)
    if gate.knows_token(request.query_params.get("token", "")):
        response = RedirectResponse(request.url.path, 303)  # so that the token does not stay in the address
        response.set_cookie(COOKIE, gate.token, httponly=True, samesite="strict")
        return response
    if not gate.knows_token(request.cookies.get(COOKIE, "")):
        return PlainTextResponse("open the link that `wildvision review` printed", 403)
    if request.method == "POST" and not gate.knows_csrf(request.headers.get(CSRF_HEADER, "")):
        return PlainTextResponse("expected a request from this page", 403)
    return None


class _Pages:
    """One method for each address."""

    def __init__(self, review: Review, gate: Gate) -> None:
        self._review, self._queue, self._gate = review, review.queue, gate
        self._names = {entry["id"]: entry["name"] for entry in review.queue.facts["categories"]}
        self._environment = jinja2.Environment(
            loader=jinja2.PackageLoader("wildvision.review", "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    # --- pages ------------------------------------------------------------------------------------------------

    async def next_card(self, request: Request) -> Response:
        """The first card that waits."""
        wanted = _filter(request.query_params)
        standing = await run_in_threadpool(self._queue.standing)
        waiting = self._queue.waiting(wanted, standing)
        after = _whole(request.query_params.get("after"), -1)
        place = next((place for place in waiting if place > after), waiting[0] if waiting else None)
        if place is None:
            return await self.progress(request)
        return self._card(request, place, wanted, standing, len(waiting))

    async def card(self, request: Request) -> Response:
        """A card by its place, decided or not."""
        place: int = request.path_params["place"]
        if not 0 <= place < len(self._queue.cards):
            return PlainTextResponse(f"expected a card from 0 to {len(self._queue.cards) - 1}", 404)
        wanted = _filter(request.query_params)
        standing = await run_in_threadpool(self._queue.standing)
        return self._card(request, place, wanted, standing, len(self._queue.waiting(wanted, standing)))

    def _card(
        self,
        request: Request,
        place: int,
        wanted: Filter,
        standing: Mapping[int, list[Decision]],
        waiting: int,
    ) -> Response:
        card, facts, decided = self._queue.cards[place], self._queue.facts, standing.get(place, [])
        may_see = [
            d for d in decided if d.reviewer == self._queue.reviewer or not self._queue.is_open(decided)
        ]
        texts = _texts(request, self._review.taxonomy)
        category = card.shown.category
        thresholds = facts["thresholds"]["thresholds"].get(category, {})
        return self._page(
            request,
            "card",
            texts=texts,
            place=place,
            card=card,
            post=self._queue.posts.get(card.shown.post),
            category=texts.category(category) if category in self._names else None,
            threshold=thresholds.get("flag" if card.shown.rank else "review"),
            parts=_drawn(card.shown, texts),
            decisions=may_see,
            waiting=waiting,
            lookalikes=self._lookalikes(category, texts),
            products=[(name, texts.name(name)) for name in self._names if self._is_product(name)],
            wanted=wanted,
            request_id=secrets.token_urlsafe(12),
            case_id=self._review.case_id,
        )

    def _lookalikes(self, category: str, texts: Texts) -> list[tuple[str, str]]:
        """Return all look-alikes that the model knows, those of the category first."""
        own = self._review.taxonomy.get(category).lookalikes if category in self._names else ()
        known = [name for name in self._names if not self._is_product(name)]
        ordered = [name for name in own if name in known] + [name for name in known if name not in own]
        return [(name, texts.name(name)) for name in ordered]

    def _is_product(self, name: str) -> bool:
        return self._review.taxonomy.get(name).kind is Kind.PRODUCT

    async def list_cards(self, request: Request) -> Response:
        """All cards that are asked for, a hundred at a time, with what was decided."""
        wanted, start = _filter(request.query_params), max(0, _whole(request.query_params.get("from"), 0))
        standing = await run_in_threadpool(self._queue.standing)
        places = [place for place, card in enumerate(self._queue.cards) if wanted.takes(card)]
        shown = [
            (place, self._queue.cards[place], standing.get(place, []))
            for place in places[start : start + _PAGE]
        ]
        return self._page(
            request,
            "list",
            texts=_texts(request, self._review.taxonomy),
            shown=shown,
            total=len(places),
            start=start,
            size=_PAGE,
            wanted=wanted,
            is_open=self._queue.is_open,
        )

    async def like(self, request: Request) -> Response:
        """The cards whose pictures look most like one."""
        place: int = request.path_params["place"]
        if not 0 <= place < len(self._queue.cards):
            return PlainTextResponse("no such card", 404)
        found = await run_in_threadpool(self._queue.like, place, _LIKE)
        return self._page(
            request,
            "like",
            texts=_texts(request, self._review.taxonomy),
            place=place,
            found=[(other, self._queue.cards[other], cosine) for other, cosine in found],
        )

    async def progress(self, request: Request) -> Response:
        """What is done, how right the model was, and how far reviewers agree."""
        standing = await run_in_threadpool(self._queue.standing)
        mine = [d for decisions in standing.values() for d in decisions if d.reviewer == self._queue.reviewer]
        today = max((d.time[:10] for d in mine), default="")
        thresholds = self._queue.facts["thresholds"]["thresholds"]
        levels = {
            name: sorted(
                {
                    level
                    for level in (thresholds[name]["review"], thresholds[name]["flag"])
                    if level is not None
                }
            )
            for name in self._queue.categories
            if name in thresholds
        }
        return self._page(
            request,
            "progress",
            texts=_texts(request, self._review.taxonomy),
            cards=len(self._queue.cards),
            decided=len(standing),
            waiting=len(self._queue.waiting(Filter(), standing)),
            left_out=self._queue.left_out,
            today=sum(d.time[:10] == today for d in mine),
            budget=self._review.budget,
            precisions=precisions(self._queue.cards, standing, levels),
            agreements=agreements(standing),
            wanted=Filter(),
        )

    def _page(self, request: Request, template: str, **values: Any) -> Response:
        language = _language(request)
        text = self._environment.get_template(f"{template}.html.jinja").render(
            csrf=self._gate.csrf,
            language=language,
            languages=LANGUAGES,
            reviewer=self._queue.reviewer,
            categories=self._queue.categories,
            policy=self._queue.facts["policy"],
            model=self._queue.facts["model"],
            **values,
        )
        response = HTMLResponse(text)
        if "lang" in request.query_params:
            response.set_cookie("wildvision_language", language, samesite="strict")
        return response

    # --- pictures ---------------------------------------------------------------------------------------------

    async def picture(self, request: Request) -> Response:
        """The picture of a card."""
        return await self._image(request, "image/jpeg", lambda name, _: self._review.pictures.picture(name))

    async def overlay(self, request: Request) -> Response:
        """What spoke for the card's category."""
        return await self._image(request, "image/png", self._review.pictures.overlay)

    async def part(self, request: Request) -> Response:
        """The part of a card's picture that carries the answer."""
        pictures = self._review.pictures
        return await self._image(request, "image/jpeg", lambda name, _: pictures.picture(name, part=True))

    async def part_overlay(self, request: Request) -> Response:
        """What spoke for the card's category in that part."""
        pictures = self._review.pictures
        return await self._image(
            request, "image/png", lambda name, category: pictures.overlay(name, category, part=True)
        )

    async def _image(self, request: Request, kind: str, draw: Callable[[str, str], bytes | None]) -> Response:
        place: int = request.path_params["place"]
        if not 0 <= place < len(self._queue.cards):
            return PlainTextResponse("no such card", 404)
        shown = self._queue.cards[place].shown
        try:
            content = await run_in_threadpool(draw, shown.id, shown.category)
        except (ImageError, KeyError) as error:
            return PlainTextResponse(str(error), 410)
        if content is None:
            waits = self._review.pictures.is_searching
            return PlainTextResponse("not found yet" if waits else "not at hand", 503 if waits else 404)
        return Response(content, media_type=kind)

    async def static(self, request: Request) -> Response:
        """Style and script."""
        name = request.path_params["name"]
        if name not in _STATIC:
            return PlainTextResponse("no such file", 404)
        package, kind = _STATIC[name]
        return Response((importlib.resources.files(package) / name).read_bytes(), media_type=kind)

    # --- decisions --------------------------------------------------------------------------------------------

    async def decide(self, request: Request) -> Response:
        """Store a decision; the answer comes when it is on disk."""
        try:
            decision = self._decision(await _body(request))
        except (ValueError, TypeError, KeyError, msgspec.MsgspecError) as error:
            return JSONResponse({"error": f"expected a decision on a card: {error}"}, 422)
        try:
            stored = await run_in_threadpool(self._queue.decisions.add, decision)
        except ScanError as error:
            return JSONResponse({"error": str(error)}, 503)
        return JSONResponse({"number": stored.number})

    def _decision(self, body: Mapping[str, Any]) -> Decision:
        place, outcome = int(body["place"]), Outcome(body["outcome"])
        if not 0 <= place < len(self._queue.cards):
            raise ValueError(f"there is no card {place}")
        card, facts = self._queue.cards[place], self._queue.facts
        category = body.get("category") or None
        if category is not None and category not in self._names:
            raise ValueError(f"{category!r} is no category of the model")
        if outcome in (Outcome.CONFIRMED, Outcome.LOOKALIKE):
            wanted = outcome is Outcome.CONFIRMED
            if category is None or self._is_product(category) is not wanted:
                raise ValueError(
                    f"{outcome.value} needs {'a product' if wanted else 'a look-alike'}, found {category!r}"
                )
        else:
            category = None
        return Decision(
            ids=tuple(hit.id for hit in card.hits),
            sha256s=tuple(hit.prints.sha256 for hit in card.hits),
            reviewer=self._queue.reviewer,
            outcome=outcome,
            category=category,
            note=str(body.get("note", ""))[:_MOST_NOTE],
            case_id=str(body.get("case_id", self._review.case_id))[:200],
            shown={
                "verdict": card.shown.verdict,
                "category": card.shown.category,
                "score": card.shown.score,
                "reason": card.shown.reason,
                "policy": facts["policy"],
                "model": facts["model"],
                "model_sha256": facts["model_sha256"],
                "map_shown": bool(body.get("map_shown")),
                "was_blurred": bool(body.get("was_blurred")),
                "language": str(body.get("language", ""))[:20],
            },
            request=str(body["request"])[:64],
        )

    async def undo(self, _request: Request) -> Response:
        """Take back this reviewer's last decision, and say which card it was on."""
        try:
            taken = await run_in_threadpool(self._queue.decisions.take_back, self._queue.reviewer)
        except ScanError as error:
            return JSONResponse({"error": str(error)}, 503)
        if taken is None:
            return JSONResponse({"error": "there is nothing to take back"}, 409)
        places = {card.shown.id: place for place, card in enumerate(self._queue.cards)}
        place = next((places[name] for name in taken.ids if name in places), None)
        return JSONResponse({"place": place})


def _drawn(shown: Hit, texts: Texts) -> dict[str, Any] | None:
    """Return the boxes of a picture's parts, as ``boxes.js`` lays them over it; None: the whole picture answers."""
    if shown.parts is None:
        return None
    width, height, _ = shown.size
    label = f"{texts.name(shown.category)} {shown.parts.score:.0%}"
    return shown.parts.drawn(label, width=width, height=height)


async def _no_icon(_request: Request) -> Response:
    """Browsers ask for one."""
    return Response(status_code=204)


async def _body(request: Request) -> dict[str, Any]:
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > _MOST_BODY:
            raise ValueError(f"it is larger than {_MOST_BODY} bytes")
    return msgspec.json.decode(content, type=dict[str, Any])


def _filter(values: Mapping[str, str]) -> Filter:
    try:
        least = min(1.0, max(0.0, float(values.get("least") or 0)))
    except ValueError:
        least = 0.0
    return Filter(verdict=values.get("verdict", ""), category=values.get("category", ""), least=least)


def _whole(text: str | None, otherwise: int) -> int:
    try:
        return int(text or otherwise)
    except ValueError:
        return otherwise


def _language(request: Request) -> str:
    chosen = request.query_params.get("lang") or request.cookies.get("wildvision_language", "")
    if chosen in LANGUAGES:
        return chosen
    return "zh-Hans" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"


def _texts(request: Request, taxonomy: Taxonomy) -> Texts:
    return Texts(_language(request), taxonomy)
