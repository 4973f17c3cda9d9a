"""ICC profiles of RGB, written by hand: any primaries, gamma and name (ICC.1:2001-04)."""

from __future__ import annotations

import struct

# Colorants of sRGB, adapted to D50 (IEC 61966-2-1 and ICC).
SRGB = ((0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7142))
SWAPPED = (SRGB[1], SRGB[2], SRGB[0])
WIDE = ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446))  # Adobe RGB (1998)


def matrix_profile(
    name: str, *, colorants: tuple[tuple[float, ...], ...] = SRGB, gamma: float | None = None, filler: int = 0
) -> bytes:
    """Return a profile of a display; gamma None means the curve of sRGB, filler adds bytes that mean nothing."""
    curve = _curve(gamma)
    tags = {
        b"desc": b"desc\0\0\0\0"
        + struct.pack(">I", len(name) + 1)
        + name.encode()
        + bytes(1 + 4 + 4 + 2 + 1 + 67),
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": _xyz((0.9642, 1.0, 0.8249)),
        **{
            kind: _xyz(colorant)
            for kind, colorant in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colorants, strict=True)
        },
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
        b"zzzz": b"text\0\0\0\0" + bytes(filler),
    }
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for kind, data in tags.items():
        table += kind + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = start + len(body)
    head = struct.pack(">I4sI4s4s4s12x4s", size, b"none", 0x02100000, b"mntr", b"RGB ", b"XYZ ", b"acsp")
    head = head.ljust(68, b"\0") + struct.pack(">iii", *(round(v * 65536) for v in (0.9642, 1.0, 0.8249)))
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">iii", *(round(value * 65536) for value in values))


def _curve(gamma: float | None) -> bytes:
    if gamma is not None:
        return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    levels = [round(65535 * linear(step / 1023)) for step in range(1024)]
    return b"curv\0\0\0\0" + struct.pack(">I1024H", 1024, *levels)


def linear(level: float) -> float:
    """Return the light of a level of sRGB, both 0 to 1."""
    return level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4
