"""A plan for reviewers as files: a page with the trade-off as a graph, and the policy for scans."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from wildvision.adapt.budget import Plan, Point
from wildvision.archive.folder import saying
from wildvision.archive.sinks import replace_file
from wildvision.manifest import Interval, Policy

WIDTH, HEIGHT, LEFT, BOTTOM = 720, 380, 60, 40  # px, of the graph and its margins

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 0 auto; padding: 24px; max-width: 820px; font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif;
  color: #1d2430; background: #f6f7f9; }}
svg {{ max-width: 100%; height: auto; background: #fff; border: 1px solid #d9dde4; }}
table {{ border-collapse: collapse; background: #fff; }}
td, th {{ border: 1px solid #d9dde4; padding: 5px 10px; text-align: left; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{summary}</p>
{graph}
<p>Found (blue): share of the photos with a product that a person sees. Right (orange): share of the reviews that show
a product. Bands are 95 % intervals; the line marks the plan.</p>
<table><tr><th>Product</th><th>Of the false alarms</th><th>Found</th><th>Review from</th><th>Flag from</th></tr>
{rows}
</table>
</body>
</html>
"""


def write_policy(policy: Policy, path: Path) -> None:
    """Write a policy as ``scan --policy`` and ``decide --policy`` read it.

    Raises:
        ScanError: The file cannot be written.
    """
    _write(path, msgspec.json.format(msgspec.json.encode(policy), indent=2).decode() + "\n")


def write_plot(plan: Plan, path: Path) -> None:
    """Write the page.

    Raises:
        ScanError: The file cannot be written.
    """
    expected = plan.expected
    title = f"{plan.asked_reviews:,.0f} reviews a day with {plan.model}"
    summary = (
        f"Of {plan.photos_a_day:,.0f} photos a day, {plan.prevalence:.3%} show a product. Expect "
        f"{_count(expected.reviews_a_day)} reviews a day, of which {_share(expected.precision)} show a product; "
        f"{_share(expected.found)} of the photos with a product are seen."
    )
    rows = "\n".join(
        f"<tr><td>{html.escape(spending.category)}</td><td>{spending.part:.0%}</td><td>{_share(spending.found)}</td>"
        f"<td>{_limit(spending.review)}</td><td>{_limit(spending.flag)}</td></tr>"
        for spending in plan.spending
    )
    page = _PAGE.format(
        title=html.escape(title), summary=html.escape(summary), graph="\n".join(_graph(plan)), rows=rows
    )
    _write(path, page)


def _write(path: Path, text: str) -> None:
    def write(place: Path) -> None:
        place.write_text(text, encoding="utf-8")

    with saying(f"{path} cannot be written"):
        replace_file(path, write)


def _graph(plan: Plan) -> Iterator[str]:
    """Yield the lines of an SVG: shares over reviews a day, which are on a logarithmic scale."""
    points = [point for point in plan.trade_off if point.reviews_a_day.value > 0]
    yield f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img">'
    yield "<title>Share found and share right, over reviews a day</title>"
    if len(points) > 1:
        place = _scale([point.reviews_a_day.value for point in points])
        yield from _axes(points, place)
        yield from _series([(point, point.found) for point in points], place, "#3d6fb4")
        yield from _series([(point, point.precision) for point in points], place, "#c46a1b")
        x = place(plan.expected.reviews_a_day.value)
        yield f'<line x1="{x}" y1="10" x2="{x}" y2="{HEIGHT - BOTTOM}" stroke="#1d2430" stroke-dasharray="4 4"/>'
    yield "</svg>"


def _scale(values: Sequence[float]) -> Callable[[float], float]:
    low, high = math.log10(min(values)), math.log10(max(values))

    def place(value: float) -> float:
        share = (math.log10(max(value, 10**low)) - low) / max(high - low, 1e-9)
        return round(LEFT + min(share, 1.0) * (WIDTH - LEFT - 20), 1)

    return place


def _height(share: float) -> float:
    return round(10 + (1 - share) * (HEIGHT - BOTTOM - 10), 1)


def _axes(points: Sequence[Point], place: Callable[[float], float]) -> Iterator[str]:
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _height(share)
        yield f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - 20}" y2="{y}" stroke="#d9dde4"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4}" font-size="12" text-anchor="end">{share:.0%}</text>'
    values = [point.reviews_a_day.value for point in points]
    for power in range(math.ceil(math.log10(min(values))), math.floor(math.log10(max(values))) + 1):
        x = place(10.0**power)
        label = f"{10.0**power:,.0f}" if power >= 0 else f"{10.0**power:g}"
        yield f'<text x="{x}" y="{HEIGHT - BOTTOM + 18}" font-size="12" text-anchor="middle">{label}</text>'
    yield f'<text x="{WIDTH / 2}" y="{HEIGHT - 4}" font-size="12" text-anchor="middle">reviews a day</text>'


def _series(
    values: Sequence[tuple[Point, Interval]], place: Callable[[float], float], colour: str
) -> Iterator[str]:
    xs = [place(point.reviews_a_day.value) for point, _ in values]
    highs = [f"{x},{_height(found.high)}" for x, (_, found) in zip(xs, values, strict=True)]
    lows = [f"{x},{_height(found.low)}" for x, (_, found) in zip(xs, values, strict=True)]
    middle = [f"{x},{_height(found.value)}" for x, (_, found) in zip(xs, values, strict=True)]
    yield f'<polygon points="{" ".join([*highs, *reversed(lows)])}" fill="{colour}" opacity=".18"/>'
    yield f'<polyline points="{" ".join(middle)}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _count(found: Interval) -> str:
    return f"{found.value:,.0f} ({found.low:,.0f} to {found.high:,.0f})"


def _share(found: Interval) -> str:
    return f"{found.value:.0%} ({found.low:.0%} to {found.high:.0%})"


def _limit(score: float | None) -> str:
    return "never" if score is None else f"{score:.3f}"
