"""Who a caller without a token is: the network address that the request came from.

Behind a proxy the connection is the proxy's. The web server then takes the address from ``X-Forwarded-For``, and only
when the proxy is one of CERTIFLY_TRUSTED_PROXIES: from anybody else the header is a claim that costs nothing.
"""

import ipaddress

from starlette.types import Scope

UNKNOWN = "unknown"
IPV6_NETWORK_BITS = 64


def network_of(scope: Scope) -> str:
    """The network that shares its limits: an IPv4 address, or the /64 of an IPv6 address.

    A household or a server has a whole /64, so single IPv6 addresses would not tell callers apart. What is not an
    address at all is one network, ``unknown``: otherwise each spelling of it would have a share.
    """
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0].partition("%")[0] if client else "")
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((address, IPV6_NETWORK_BITS), strict=False))
        address = address.ipv4_mapped
    return str(address)
