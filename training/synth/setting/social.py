"""What happens to a picture between the lens and the person who sees it: the phone, the filter, the post, the re-post.

Each step is drawn as JSON values and applied with Pillow and numpy. Steps that move the picture move the subject's
box with it; steps that cover it say how much of the box they hide.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.printed_textures import font

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, 0 to 1 of the picture."""

Step = tuple[Image.Image, Box | None, float]

_WORDS = (
    ("for sale", "DM for price", "real", "rare", "vintage", "100% original", "call me", "SOLD", "new stock", "best price"),
    ("现货", "老货", "收藏", "私聊", "包邮", "天然", "珍品", "特价", "微信联系", "保真"),
    ("ขายด่วน", "ของแท้", "ราคาพิเศษ", "สนใจทัก", "ของเก่า", "พร้อมส่ง"),
    ("असली", "बिक्री", "संपर्क करें", "पुराना", "सस्ता"),
)  # fmt: skip
_LATIN_ALSO = (
    "giá tốt",
    "hàng thật",
    "liên hệ",
    "Продаю",
    "оригинал",
    "dijual",
    "asli",
    "à vendre",
    "se vende",
)
_INKS = ((255, 255, 255), (250, 220, 40), (230, 40, 40), (20, 20, 20), (60, 200, 90))
_STICKERS = ("face", "heart", "star", "dot", "badge")


def draw_post(draws: Draws) -> list[Parameters]:
    """Draw the steps: always a phone's camera, and for half of the pictures what posting does."""
    steps: list[Parameters] = [
        {
            "step": "camera",
            "warmth": draws.normal(0, 0.06, -0.2, 0.2),
            "green": draws.normal(0, 0.02, -0.06, 0.06),
            "vignette": draws.uniform(0, 0.25),
            "blur_px": draws.choice([0.0, 0.0, 0.4, 0.7, 1.1]),
            "noise": draws.log_uniform(0.003, 0.03),
            "sharpen": draws.uniform(0, 1.4),
            "contrast": draws.normal(1.05, 0.1, 0.75, 1.4),
            "saturation": draws.normal(1.08, 0.18, 0.6, 1.7),
            "quality": draws.integer(60, 95),
            "seed": draws.seed(),
        }
    ]
    if draws.chance(0.5):
        steps += _draw_posting(draws.part("posting"))
    return steps


def _draw_posting(draws: Draws) -> list[Parameters]:
    chances = {
        "mirror": 0.25, "filter": 0.3, "watermark": 0.16, "caption": 0.24, "sticker": 0.16, "price": 0.08,
        "collage": 0.09, "screenshot": 0.12, "screen": 0.07, "downscale": 0.3, "recompress": 0.6,
    }  # fmt: skip
    return [
        {"step": step, "strength": draws.uniform(0, 1), "choice": draws.uniform(0, 1), "seed": draws.seed()}
        for step, chance in chances.items()
        if draws.chance(chance)
    ]


def apply_post(picture: Image.Image, steps: list[Parameters], box: Box | None) -> Step:
    """Apply the steps in order.

    Args:
        picture: RGB.
        steps: As `draw_post` drew them.
        box: Of the subject; None: it cannot be seen.

    Returns:
        The picture, the box in it, and the share of the box that is covered, 0 to 1.
    """
    hidden = 0.0
    for step in steps:
        rng = np.random.default_rng(step["seed"])
        picture, box, covered = _STEPS[step["step"]](picture, step, box, rng)
        hidden = 1 - (1 - hidden) * (1 - covered)
    return picture, box, hidden


# --- the phone ----------------------------------------------------------------------------------------------


def _camera(picture: Image.Image, step: Parameters, box: Box | None, rng: np.random.Generator) -> Step:
    if step["blur_px"]:
        picture = picture.filter(ImageFilter.GaussianBlur(step["blur_px"]))
    pixels = np.asarray(picture, np.float32) / 255
    pixels = pixels * [1 + step["warmth"], 1 + step["green"], 1 - step["warmth"]]
    y, x = (np.linspace(-1, 1, side) ** 2 for side in pixels.shape[:2])
    pixels = pixels * (1 - step["vignette"] * (y[:, None] + x) / 2)[..., None]
    grain = (
        rng.normal(0, step["noise"], pixels.shape) + rng.normal(0, step["noise"], pixels.shape[:2])[..., None]
    )
    pixels = pixels + grain * (1.2 - pixels.clip(0, 1))
    picture = Image.fromarray((pixels.clip(0, 1) * 255).astype(np.uint8))
    picture = ImageEnhance.Color(picture).enhance(step["saturation"])
    picture = ImageEnhance.Contrast(picture).enhance(step["contrast"])
    picture = picture.filter(ImageFilter.UnsharpMask(1.2, int(80 * step["sharpen"]), 2))
    return _jpeg(picture, step["quality"]), box, 0.0


def _jpeg(picture: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


# --- what changes every pixel ---------------------------------------------------------------------------------


def _mirror(picture: Image.Image, step: Parameters, box: Box | None, rng: np.random.Generator) -> Step:
    del step, rng
    mirrored = None if box is None else (1 - box[2], box[1], 1 - box[0], box[3])
    return picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), mirrored, 0.0


def _filter(picture: Image.Image, step: Parameters, box: Box | None, rng: np.random.Generator) -> Step:
    """Warm, cold, faded, vivid or without colour, as apps offer them."""
    del rng
    amount, kind = 0.3 + 0.7 * step["strength"], int(step["choice"] * 5)
    pixels = np.asarray(picture, np.float32)
    grey = pixels.mean(axis=2, keepdims=True)
    changed = (
        pixels * [1.18, 1.02, 0.75],
        pixels * [0.82, 0.98, 1.18],
        grey + 0.55 * (pixels - grey) * 0.8 + 38,
        (pixels - 128) * 1.3 + 128 + (pixels - grey) * 0.5,
        grey + 0 * pixels,
    )[kind]
    mixed = pixels + amount * (changed - pixels)
    return Image.fromarray(mixed.clip(0, 255).astype(np.uint8)), box, 0.0


def _downscale(picture: Image.Image, step: Parameters, box: Box | None, rng: np.random.Generator) -> Step:
    del rng
    scale = 0.85 - 0.5 * step["strength"]
    small = picture.resize((max(8, round(picture.width * scale)), max(8, round(picture.height * scale))))
    return small.resize(picture.size, Image.Resampling.BICUBIC), box, 0.0


def _recompress(picture: Image.Image, step: Parameters, box: Box | None, rng: np.random.Generator) -> Step:
    del rng
    for again in range(1 + int(2 * step["choice"])):
        picture = _jpeg(picture, round(78 - 50 * step["strength"] - 4 * again))
    return picture, box, 0.0


# --- what is laid over the picture ----------------------------------------------------------------------------


def _phrase(rng: np.random.Generator) -> tuple[str, int]:
    """Return words and the number of their script."""
    script = int(rng.choice(4, p=[0.55, 0.27, 0.1, 0.08]))
    if script and not hasattr(font(8, script), "path"):
        script = 0  # Pillow's own font has Latin letters only
    words = [*_WORDS[script], *(_LATIN_ALSO if script == 0 else ())]
    if rng.random() < 0.3:
        return "".join(str(digit) for digit in rng.integers(0, 10, int(rng.integers(7, 12)))), 0
    return str(rng.choice(words)), script


def _watermark(picture: Image.Image, step: Parameters, box: Box | None, rng: np.random.Generator) -> Step:
    words, script = _phrase(rng)
    letters = font(max(9, round(min(picture.size) * rng.uniform(0.06, 0.12))), script)
    layer = Image.new("L", (2 * picture.width, 2 * picture.height))
    draw = ImageDraw.Draw(layer)
    width = max(20.0, draw.textlength(words, font=letters))
    for y in np.arange(0, layer.height, width * 0.6 + 20):
        for x in np.arange(-width * rng.random(), layer.width, width * 1.7):
            draw.text((x, y), words, fill=round(255 * (0.15 + 0.35 * step["strength"])), font=letters)
    layer = layer.rotate(rng.uniform(-40, 40))
    left, top = picture.width // 2, picture.height // 2
    layer = layer.crop((left, top, left + picture.width, top + picture.height))
    picture = picture.copy()
    picture.paste(_INKS[int(rng.integers(2)) * 3], (0, 0), layer)
    return picture, box, 0.05 * step["strength"]


def _caption(picture: Image.Image, step: Parameters, box: Box | None, rng: np.random.Generator) -> Step:
    """One to three lines, mostly at the top or the bottom, with an outline or on a bar."""
    picture = picture.copy()
    draw = ImageDraw.Draw(picture)
    size = max(9, round(min(picture.size) * (0.055 + 0.06 * step["strength"])))
    ink = _INKS[int(rng.integers(len(_INKS)))]
    edge = (0, 0, 0) if sum(ink) > 300 else (255, 255, 255)
    lines = int(rng.integers(1, 4))
    top = rng.choice([0.03, 0.97 - 1.4 * lines * size / picture.height, rng.uniform(0, 0.8)]) * picture.height
    has_bar, covered = rng.random() < 0.4, []
    for line in range(lines):
        words, script = _phrase(rng)
        place = (rng.uniform(0.02, 0.4) * picture.width, top + 1.35 * line * size)
        bounds = draw.textbbox(place, words, font=font(size, script))
        if has_bar:
            draw.rectangle((bounds[0] - 3, bounds[1] - 2, bounds[2] + 3, bounds[3] + 2), fill=edge)
        draw.text(
            place,
            words,
            fill=ink,
            font=font(size, script),
            stroke_width=0 if has_bar else 1,
            stroke_fill=edge,
        )
        covered.append(_overlap(bounds, picture.size, box))
    return picture, box, min(1.0, sum(covered) * 0.7)


def _overlap(bounds: tuple[float, ...], size: tuple[int, int], box: Box | None) -> float:
    """Return the share of the box that bounds in pixels cover."""
    if box is None:
        return 0.0
    left, right = max(bounds[0] / size[0], box[0]), min(bounds[2] / size[0], box[2])
    top, bottom = max(bounds[1] / size[1], box[1]), min(bounds[3] / size[1], box[3])
    area = (box[2] - box[0]) * (box[3] - box[1])
    return max(0.0, right - left) * max(0.0, bottom - top) / max(area, 1e-6)


def _sticker(picture: Image.Image, step: Parameters, box: Box | None, rng: np.random.Generator) -> Step:
    """One to three stickers, of which the first often hides a part of the subject."""
    picture = picture.copy()
    hidden = 0.0
    for number in range(int(rng.integers(1, 4))):
        side = round(min(picture.size) * (0.1 + 0.16 * step["strength"]))
        x, y = rng.uniform(0, 1, 2)
        if box is not None and number == 0:
            x, y = rng.uniform(box[0], box[2]), rng.uniform(box[1], box[3])
        left, top = round(x * picture.width - side / 2), round(y * picture.height - side / 2)
        drawn = _paint_sticker(str(rng.choice(_STICKERS)), side, rng)
        picture.paste(drawn, (left, top), drawn)
        hidden += 0.7 * _overlap((left, top, left + side, top + side), picture.size, box)
    return picture, box, min(1.0, hidden)


def _paint_sticker(kind: str, side: int, rng: np.random.Generator) -> Image.Image:
    big = 4 * side
    sticker = Image.new("RGBA", (big, big))
    draw = ImageDraw.Draw(sticker)
    red, green, blue = (int(value) for value in rng.integers(40, 256, 3))
    if kind == "face":
        draw.ellipse((0, 0, big, big), fill=(255, 204, 50, 255))
        for eye in (0.32, 0.62):
            draw.ellipse((eye * big, 0.3 * big, (eye + 0.1) * big, 0.45 * big), fill=(60, 35, 10, 255))
        draw.arc(
            (0.25 * big, 0.35 * big, 0.75 * big, 0.78 * big), 20, 160, fill=(60, 35, 10, 255), width=big // 18
        )
    elif kind == "heart":
        t = np.linspace(0, 2 * np.pi, 60)
        x, y = 16 * np.sin(t) ** 3, 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
        points = [
            (float(a), float(b)) for a, b in zip((x / 36 + 0.5) * big, (0.5 - y / 36) * big, strict=True)
        ]
        draw.polygon(points, fill=(225, 30, 60, 255))
    elif kind == "star":
        t = np.arange(10) * np.pi / 5
        r = np.tile([0.5, 0.22], 5) * big
        points = [
            (float(a), float(b))
            for a, b in zip(big / 2 + r * np.sin(t), big / 2 - r * np.cos(t), strict=True)
        ]
        draw.polygon(points, fill=(red, green, blue, 255))
    elif kind == "dot":
        draw.ellipse((0, 0, big, big), fill=(red, green, blue, 255))
    else:
        draw.rounded_rectangle(
            (0, 0.25 * big, big, 0.75 * big), radius=big // 8, fill=(red, green, blue, 255)
        )
        words = str(rng.choice(["SALE", "HOT", "NEW", "SOLD", "VIP"]))
        draw.text((big / 2, big / 2), words, fill="white", font=font(big // 4), anchor="mm")
    return sticker.rotate(rng.uniform(-25, 25), Image.Resampling.BILINEAR).reduce(4)


def _price(picture: Image.Image, step: Parameters, box: Box | None, rng: np.random.Generator) -> Step:
    picture = picture.copy()
    draw = ImageDraw.Draw(picture)
    size = round(min(picture.size) * (0.08 + 0.06 * step["strength"]))
    amount = int(rng.integers(2, 99)) * 10 ** int(rng.integers(0, 4))
    words = f"{rng.choice(['$', 'RM', 'Rs', '', 'R'])} {amount}"
    place = (rng.uniform(0, 0.7) * picture.width, rng.uniform(0, 0.85) * picture.height)
    bounds = draw.textbbox(place, words, font=font(size))
    draw.rounded_rectangle(
        (bounds[0] - 4, bounds[1] - 4, bounds[2] + 4, bounds[3] + 4),
        radius=5,
        fill=_INKS[int(rng.integers(1, 3))],
    )
    draw.text(place, words, fill=(20, 20, 20), font=font(size))
    return picture, box, _overlap(bounds, picture.size, box)


# --- what puts the picture into another -----------------------------------------------------------------------


def _collage(picture: Image.Image, step: Parameters, box: Box | None, rng: np.random.Generator) -> Step:
    """Four or nine cells: the picture, and closer, mirrored, brighter views of it, as sellers show one thing."""
    across = 3 if step["choice"] < 0.25 else 2
    width, height = picture.size
    canvas = Image.new("RGB", (width, height), (255, 255, 255) if rng.random() < 0.7 else (15, 15, 15))
    cell = (width // across - 2, height // across - 2)
    own = int(rng.integers(across**2))
    placed = None
    for number in range(across**2):
        left, top = number % across * (width // across) + 1, number // across * (height // across) + 1
        view = picture if number == own else _other_view(picture, box, rng)
        canvas.paste(view.resize(cell, Image.Resampling.LANCZOS), (left, top))
        if number == own and box is not None:
            x0, y0, x1, y1 = box
            placed = (
                (left + x0 * cell[0]) / width, (top + y0 * cell[1]) / height,
                (left + x1 * cell[0]) / width, (top + y1 * cell[1]) / height,
            )  # fmt: skip
    return canvas, placed, 0.0


def _other_view(picture: Image.Image, box: Box | None, rng: np.random.Generator) -> Image.Image:
    x0, y0, x1, y1 = box or (0.2, 0.2, 0.8, 0.8)
    grow = rng.uniform(-0.15, 0.5)
    x0, x1 = max(0.0, x0 - grow * (x1 - x0)), min(1.0, x1 + grow * (x1 - x0))
    y0, y1 = max(0.0, y0 - grow * (y1 - y0)), min(1.0, y1 + grow * (y1 - y0))
    width, height = picture.size
    left, top = int(x0 * width), int(y0 * height)
    view = picture.crop((left, top, max(left + 8, int(x1 * width)), max(top + 8, int(y1 * height))))
    if rng.random() < 0.5:
        view = view.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return ImageEnhance.Brightness(view).enhance(rng.uniform(0.8, 1.25))


def _screenshot(picture: Image.Image, step: Parameters, box: Box | None, rng: np.random.Generator) -> Step:
    """The picture inside an app on a phone: status bar, author, buttons, lines of comments."""
    width, height = picture.size
    unit = max(7, width // 20)
    above, below = round(unit * (2 + 3 * step["strength"])), round(unit * (3 + 8 * step["strength"]))
    is_light = step["choice"] < 0.65
    ground, ink, pale = (
        ((255,) * 3, (30,) * 3, (200,) * 3) if is_light else ((18,) * 3, (225,) * 3, (80,) * 3)
    )
    canvas = Image.new("RGB", (width, height + above + below), ground)
    canvas.paste(picture, (0, above))
    draw = ImageDraw.Draw(canvas)
    draw.text((unit, 2), f"{rng.integers(24)}:{rng.integers(60):02}", fill=ink, font=font(unit))
    draw.rectangle((width - 2.5 * unit, 3, width - unit, unit), outline=ink)
    if above > 3 * unit:
        draw.ellipse(
            (unit, above - 2 * unit, 2.6 * unit, above - 0.4 * unit),
            fill=tuple(rng.integers(60, 230, 3).tolist()),
        )
        words, script = _phrase(rng)
        draw.text((3.2 * unit, above - 1.8 * unit), words, fill=ink, font=font(unit, script))
    y = above + height + unit * 0.6
    for place in (1.0, 3.0, 5.0):
        draw.ellipse((place * unit, y, (place + 1.2) * unit, y + 1.2 * unit), outline=ink)
    for line in np.arange(y + 2 * unit, canvas.height - unit, 1.4 * unit):
        draw.rectangle((unit, line, width * rng.uniform(0.3, 0.9), line + 0.5 * unit), fill=pale)
    if box is not None:
        total = canvas.height
        box = (box[0], (above + box[1] * height) / total, box[2], (above + box[3] * height) / total)
    return canvas, box, 0.0


def _screen(picture: Image.Image, step: Parameters, box: Box | None, rng: np.random.Generator) -> Step:
    """A photo of a screen that shows the picture: tilted, with a dark edge, stripes and a reflection."""
    width, height = picture.size
    pixels = np.asarray(picture, np.float32)
    y, x = np.mgrid[:height, :width]
    turn = rng.uniform(0, math.pi)
    stripes = 1 + 0.06 * step["strength"] * np.sin(
        rng.uniform(0.9, 2.4) * (x * math.cos(turn) + y * math.sin(turn))
    )
    glare = 60 * np.exp(
        -(((x / width - rng.random()) / 0.25) ** 2 + ((y / height - rng.random()) / 0.3) ** 2)
    )
    pixels = pixels * stripes[..., None] * [0.95, 0.98, 1.05] + glare[..., None] * step["choice"]
    shown = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    margin = 0.04 + 0.06 * step["strength"]
    corners = np.array([[0, 0], [0, 1], [1, 1], [1, 0]]) * (1 - 2 * margin) + margin
    corners = corners + rng.uniform(-margin, margin, (4, 2)) * 0.8
    edge = int(rng.integers(5, 60))
    inverse = _homography(
        corners * [width, height], np.array([[0, 0], [0, 1], [1, 1], [1, 0]]) * [width, height]
    )
    turned = shown.transform(
        picture.size, Image.Transform.PERSPECTIVE, inverse, Image.Resampling.BICUBIC, fillcolor=(edge,) * 3
    )
    if box is not None:
        low, high = corners.min(axis=0), corners.max(axis=0)
        span = high - low
        box = (
            float(low[0] + box[0] * span[0]), float(low[1] + box[1] * span[1]),
            float(low[0] + box[2] * span[0]), float(low[1] + box[3] * span[1]),
        )  # fmt: skip
    return turned, box, 0.0


def _homography(source: np.ndarray, target: np.ndarray) -> list[float]:
    """Return Pillow's eight coefficients of the map that takes source corners (4, 2) to target corners."""
    rows, right = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return np.linalg.solve(np.array(rows), np.array(right)).tolist()


_STEPS: dict[str, Callable[[Image.Image, Parameters, Box | None, np.random.Generator], Step]] = {
    "camera": _camera,
    "mirror": _mirror,
    "filter": _filter,
    "watermark": _watermark,
    "caption": _caption,
    "sticker": _sticker,
    "price": _price,
    "collage": _collage,
    "screenshot": _screenshot,
    "screen": _screen,
    "downscale": _downscale,
    "recompress": _recompress,
}
