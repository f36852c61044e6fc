"""Where a peer is, for limits on what one peer may do."""

import ipaddress
from typing import Final

_SITE_OF_IPV6: Final = 64  # RFC 6177: a site has a /64 at the least, and every address in it


def network_of(address: str) -> str:
    """Return what is counted as one peer: an IPv4 address, or the /64 that an IPv6 address lies in; other text as it is."""
    try:
        peer = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(peer, ipaddress.IPv4Address):
        return str(peer)
    if peer.ipv4_mapped is not None:
        return str(peer.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(peer), _SITE_OF_IPV6), strict=False))
