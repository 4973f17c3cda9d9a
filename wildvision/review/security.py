"""Who may talk to the page: whoever has its link, from this machine, through a page that it served itself."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

COOKIE = "wildvision_review"
CSRF_HEADER = "x-wildvision-csrf"

HEADERS: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
"""Of every answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What a request must show.

    Attributes:
        hosts: What the header Host may say: a page elsewhere whose name was made to point here says another
            (DNS rebinding).
        token: Of the link and, after the first visit, of the cookie.
        csrf: Of the pages; another site cannot read it, so it cannot send it.
    """

    hosts: set[str] = field(default_factory=set[str])
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def knows_host(self, host: str) -> bool:
        """Whether a request was meant for this page."""
        return host in self.hosts

    def knows_token(self, token: str) -> bool:
        """Whether a request has the link's token; takes as long for a wrong one."""
        return hmac.compare_digest(token.encode(), self.token.encode())

    def knows_csrf(self, token: str) -> bool:
        """Whether a request comes from a page that was served here."""
        return hmac.compare_digest(token.encode(), self.csrf.encode())
