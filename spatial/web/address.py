"""The address under which a visitor reaches this server."""

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")
_FALLBACK_HOST = "localhost"


def _first(headers: Mapping[str, str], name: str) -> str:
    return headers.get(name, "").split(",")[0].strip()


def origin_of(headers: Mapping[str, str]) -> str:
    """Return scheme, host and port as the visitor typed them, from the headers of a request, proxies included.

    >>> origin_of({"host": "127.0.0.1:7860"})
    'http://127.0.0.1:7860'
    >>> origin_of({"host": "10.0.0.1", "x-forwarded-host": "me.example", "x-forwarded-proto": "https"})
    'https://me.example'
    """
    host = _first(headers, "x-forwarded-host") or _first(headers, "host")
    scheme = "https" if _first(headers, "x-forwarded-proto") == "https" else "http"
    return f"{scheme}://{host if _HOST.fullmatch(host) else _FALLBACK_HOST}"


def is_this_machine(origin: str) -> bool:
    """Tell whether an address leads to the visitor's own machine, which nobody else can open."""
    name = urlsplit(origin).hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
