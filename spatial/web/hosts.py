"""Which names this server answers to, whom it believes about them, and the address that a visitor sees."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")
_FALLBACK_HOST = "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """The names of this server.

    Attributes:
        known: names it answers to, beside those of the machine itself; None = any.
        behind_proxy: whether a proxy, and not a visitor, writes the headers ``X-Forwarded-*``.
    """

    known: frozenset[str] | None
    behind_proxy: bool = False

    def answers_to(self, host: str) -> bool:
        """Tell whether a request with this header ``Host`` is meant for this server, and not for a name that was bent to it."""
        if self.known is None:
            return True
        if not _HOST.fullmatch(host):
            return False
        return _name_of(f"//{host}") in self.known or is_this_machine(f"//{host}")


def hosts_of(environment: Mapping[str, str], listens_on: str) -> Hosts:
    """Return the names that a server has.

    Args:
        environment: ``SPATIAL_HOSTS`` names it, apart by commas; ``SPACE_HOST`` does on a Space, ``GRADIO_ROOT_PATH``
            may. ``SPATIAL_TRUST_PROXY=1`` says that a proxy stands before it.
        listens_on: the address that it listens on. Open to a network without names of its own, it answers to any.
    """
    named = [name.strip() for name in environment.get("SPATIAL_HOSTS", "").split(",")]
    on_space = environment.get("SYSTEM") == "spaces"
    bare = listens_on.strip("[]")
    is_open = not is_this_machine(f"//[{bare}]" if ":" in bare else f"//{bare}")
    root = _name_of(environment.get("GRADIO_ROOT_PATH", ""))
    known = {name.lower() for name in (*named, environment.get("SPACE_HOST", ""), root) if name}
    return Hosts(
        known=None if is_open and not any(named) else frozenset(known),
        behind_proxy=on_space or environment.get("SPATIAL_TRUST_PROXY") == "1",
    )


def page_address(request: Any) -> str:  # noqa: ANN401 - Starlette's, or Gradio's around it
    """Return the page's address as the visitor typed it, without a slash at its end.

    What ``GRADIO_ROOT_PATH`` says comes first, as a whole address or as the path below the host.
    """
    request = getattr(request, "request", request)
    root = str(request.scope.get("root_path", "")).rstrip("/")
    if root.startswith(("http://", "https://")):
        return root
    return origin_of(request.headers) + root


def origin_of(headers: Mapping[str, str]) -> str:
    """Return scheme, host and port as the visitor typed them, from the headers of a request that the guard let through.

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
    name = _name_of(origin)
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _name_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _first(headers: Mapping[str, str], name: str) -> str:
    return headers.get(name, "").split(",")[0].strip()
