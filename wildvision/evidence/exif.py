"""What a photo says of its own making: time and camera, and the place only where it is asked for."""

from __future__ import annotations

import io
import warnings
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF")  # that carry EXIF and need no extra
_TEXTS = {
    "taken": (IFD.Exif, Base.DateTimeOriginal),
    "offset": (IFD.Exif, Base.OffsetTimeOriginal),
    "changed": (None, Base.DateTime),
    "make": (None, Base.Make),
    "model": (None, Base.Model),
    "software": (None, Base.Software),
}
_MOST = 200  # characters of a text


def read_exif(encoded: bytes, *, place: bool) -> dict[str, Any]:
    """Return what EXIF says, as the file has it: it can be wrong or made up.

    Args:
        encoded: The image's bytes.
        place: Whether latitude and longitude are wanted too, in degrees.

    Returns:
        Texts by name, and ``latitude`` and ``longitude``; what is not there or cannot be read is left out.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged EXIF, and of sizes: no pixel is decoded
            with Image.open(io.BytesIO(encoded), formats=_FORMATS) as image:
                exif = image.getexif()
    except Exception:  # noqa: BLE001 - Pillow documents no closed list, and a record without EXIF is still one
        return {}
    found: dict[str, Any] = {}
    for name, (part, tag) in _TEXTS.items():
        value = _value(exif, part, tag)
        text = _text(value)
        if text:
            found[name] = text
    return found | (_place(exif) if place else {})


def _value(exif: Image.Exif, part: IFD | None, tag: int) -> Any:
    try:
        return (exif if part is None else exif.get_ifd(part)).get(tag)
    except Exception:  # noqa: BLE001 - a damaged directory
        return None


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return ""
    return "".join(letter for letter in value if letter.isprintable()).strip()[:_MOST]


def _place(exif: Image.Exif) -> dict[str, float]:
    latitude = _degrees(exif, GPS.GPSLatitude, GPS.GPSLatitudeRef, "S")
    longitude = _degrees(exif, GPS.GPSLongitude, GPS.GPSLongitudeRef, "W")
    if latitude is None or longitude is None:
        return {}
    return {"latitude": latitude, "longitude": longitude}


def _degrees(exif: Image.Exif, tag: int, direction: int, negative: str) -> float | None:
    value = _value(exif, IFD.GPSInfo, tag)
    try:
        degrees, minutes, seconds = (float(part) for part in value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    found = degrees + minutes / 60 + seconds / 3600
    if not 0 <= found <= 180:  # NaN too
        return None
    return round(-found if _text(_value(exif, IFD.GPSInfo, direction)) == negative else found, 6)
