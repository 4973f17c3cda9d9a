"""Networks: which internet addresses are public, and which of those that are not may be reached anyway."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from wildvision.errors import ServiceError

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# What stands for an IPv4 address, which is its last 32 bits: IPv4-mapped (RFC 4291), and NAT64's well-known prefix
# (RFC 6052), under which networks without IPv4 see the hosts that have nothing else.
_STANDING_FOR_IPV4 = (ipaddress.IPv6Network("::ffff:0:0/96"), ipaddress.IPv6Network("64:ff9b::/96"))

# What is handed out to hosts of the internet (IANA, IPv6 Global Unicast Address Assignments). NAT64 of one's own
# (64:ff9b:1::/48), IPv4-compatible, unique-local, site-local, link-local and multicast addresses lie outside.
_HANDED_OUT = ipaddress.IPv6Network("2000::/3")

# Inside that or of IPv4, and no host of the internet: IANA's registries of special-purpose addresses, whatever the
# version of Python knows of them, and one address that a cloud keeps for itself.
_SPECIAL = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments: the next router of PCP, the metadata of a cloud
        "192.88.99.0/24",  # relays of 6to4
        "168.63.129.16/32",  # what Azure's machines are told by their host
        "2001::/23",  # Teredo, which hides IPv4 addresses, and other protocol assignments
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, whose next 32 bits are an IPv4 address
        "3fff::/20",  # documentation
    )
)
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # bits 64 to 95 where the last 32 are an IPv4 address (RFC 5214)


def check_networks(networks: Iterable[str]) -> None:
    """Look at the names of networks before they are needed.

    Raises:
        ServiceError: One is none.
    """
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            raise ServiceError(
                f"expected a network for --url-network, such as 10.1.0.0/16 or fd00::/8, found {network!r}: {error}"
            ) from error


def may_be_reached(text: str, networks: Iterable[str]) -> bool:
    """Return whether an address is public, or in one of the networks.

    An IPv6 address that stands for an IPv4 one is judged as that one: it leads there.

    Args:
        text: An address as a resolver returns it; ``%`` and the name of an interface may follow.
        networks: That may be reached though they are not public, such as ``10.0.0.0/8``.
    """
    address = _meant(ipaddress.ip_address(text.partition("%")[0]))
    return any(address in ipaddress.ip_network(network) for network in networks) or _is_public(address)


def _meant(address: _Address) -> _Address:
    """Return the IPv4 address that an address stands for, or the address itself."""
    if any(address in network for network in _STANDING_FOR_IPV4):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _is_public(address: _Address) -> bool:
    if any(address in network for network in _SPECIAL) or address.is_multicast or not address.is_global:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return True
    is_tunnel = (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP
    return address in _HANDED_OUT and not is_tunnel
