"""What is known of a request: what every page shows, and the place it comes from."""

from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest

THIS_MACHINE = "this machine"


def page(request: HttpRequest) -> dict[str, Any]:
    return {
        "demo_mode": settings.DEMO,
        "active_nav": "",
        "relationship": None,
    }


def place_of(environ: Mapping[str, Any], proxies: int) -> str:
    """Behind our own proxies, what the first of them saw; else the address at the other end of the connection.

    A home or an office has 2^64 addresses of IPv6: the network counts as one place.
    """
    said = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    text = said[-proxies] if proxies and len(said) >= proxies else str(environ.get("REMOTE_ADDR", ""))
    try:
        address = ip_address(_without_port(text).partition("%")[0])
    except ValueError:
        return text or THIS_MACHINE
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    if address.is_loopback:
        return THIS_MACHINE
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)


def _without_port(text: str) -> str:
    """Some proxies write the port of each connection too: 203.0.113.7:4711, [2001:db8::7]:4711."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
