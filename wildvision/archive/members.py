"""Members of archives: what an archive may ask for, how its members are named, and what is said of those refused.

Everything in an archive is hostile until shown otherwise: links, devices and nested archives are reported and not
followed; members, bytes and compression are limited; a name leads nowhere, for nothing is ever written under it.
"""

from __future__ import annotations

from dataclasses import dataclass

from wildvision.archive.kinds import Kind, kind_of
from wildvision.errors import ImageReadError


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """What an archive may ask for; where it passes a limit, the rest of it is refused.

    Attributes:
        max_members: Entries of any kind.
        max_bytes: Of all its entries together, uncompressed.
        max_ratio: Uncompressed over compressed size, of a zip member or of a tar so far. Photos are compressed already:
            200 is far above any of them and far below the thousands of a zip bomb.
    """

    max_members: int = 50_000_000
    max_bytes: int = 64 * 2**40
    max_ratio: float = 200.0


DEFAULT_LIMITS = ArchiveLimits()
RATIO_FROM = 2**20
"""Bytes: below this much a ratio says nothing."""


def passed(members: int, total: int, limits: ArchiveLimits) -> ImageReadError | None:
    """Return what is wrong when an archive has more entries or bytes than it may."""
    if members > limits.max_members:
        return ImageReadError(f"expected at most {limits.max_members:,} members; the rest was not read")
    if total > limits.max_bytes:
        return ImageReadError(f"expected at most {limits.max_bytes:,} bytes in all; the rest was not read")
    return None


def bomb(ratio: float, limits: ArchiveLimits) -> ImageReadError:
    """Return what is said of too high a compression."""
    return ImageReadError(f"expected a compression of at most {limits.max_ratio:g}, found {ratio:,.0f}")


def nested(name: str) -> ImageReadError | None:
    """Return what is said of an archive or table inside an archive; None for any other member."""
    kind = kind_of(name)
    if kind is Kind.ARCHIVE or kind is Kind.PACKED:
        found = "an archive"
    elif kind is Kind.TABLE:
        found = "a table"
    else:
        return None
    return ImageReadError(
        f"found {found} inside an archive, which is not followed; give it to the scan by itself"
    )


def member_id(archive: str, name: str) -> str:
    """Return the stable id of a member: ``archive.tar!dir/a.jpg``."""
    return f"{archive}!{name}"
