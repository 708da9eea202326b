"""Addresses of the server: where it listens, the names it answers to, and what visitors see.

Knows nothing of Gradio, whose import takes seconds: a port that is taken is told before.
"""

import ipaddress
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")
_PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")
_FALLBACK_HOST = "localhost"
DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 7860


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
        """Tell whether a request with this header ``Host`` is meant for this server."""
        if self.known is None:
            return True
        if not _HOST.fullmatch(host):
            return False
        return _name_of(f"//{host}") in self.known or is_this_machine(f"//{host}")


def hosts_of(environment: Mapping[str, str], listens_on: str) -> Hosts:
    """Return the names that a server has.

    Args:
        environment: ``SPATIAL_HOSTS`` lists names with commas between them; ``SPACE_HOST`` adds one
            on a Space, and ``GRADIO_ROOT_PATH`` may. ``SPATIAL_TRUST_PROXY=1`` says that requests
            come through a proxy.
        listens_on: the address that it listens on. A server on a network without ``SPATIAL_HOSTS``
            answers to any name.
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

    ``GRADIO_ROOT_PATH`` comes first, be it a whole address or the path below the host.
    """
    request = getattr(request, "request", request)
    root = str(request.scope.get("root_path", "")).rstrip("/")
    if root.startswith(("http://", "https://")):
        return root
    return origin_of(request.headers) + root


def origin_of(headers: Mapping[str, str]) -> str:
    """Return scheme, host and port as the visitor typed them, from headers that ``Guard`` let in.

    >>> origin_of({"host": "127.0.0.1:7860"})
    'http://127.0.0.1:7860'
    >>> origin_of({"x-forwarded-host": "me.example", "x-forwarded-proto": "https"})
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


def is_public(address: str) -> bool:
    """Tell whether this is a public IP address: not loopback, private, link-local or tunnelled."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        return ip in _PUBLIC_IPV6 and ip.is_global and ip.sixtofour is None and ip.teredo is None
    return ip.is_global and not ip.is_multicast


def _name_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _first(headers: Mapping[str, str], name: str) -> str:
    return headers.get(name, "").split(",")[0].strip()


def free_address(
    environment: Mapping[str, str], *, host: str | None = None, port: int | None = None
) -> tuple[str, int]:
    """Return the host and the port to listen on, at which nobody else listens.

    Args:
        environment: asked for what is None: ``GRADIO_SERVER_NAME`` and ``GRADIO_SERVER_PORT``.
        host: address to listen on; without any, 127.0.0.1, or 0.0.0.0 on a Space.
        port: port to listen on; without any, 7860.

    Raises:
        ValueError: the port is no port.
        OSError: nothing can listen at this address.
    """
    everywhere = "0.0.0.0" if environment.get("SYSTEM") == "spaces" else DEFAULT_HOST
    host = host or environment.get("GRADIO_SERVER_NAME") or everywhere
    wanted = str(port or environment.get("GRADIO_SERVER_PORT") or DEFAULT_PORT)
    if not wanted.isdecimal() or not 0 < int(wanted) < 65_536:
        msg = f"{wanted!r} is no port; choose one from 1 to 65535 with GRADIO_SERVER_PORT"
        raise ValueError(msg)
    _check_free(host, int(wanted))
    return host, int(wanted)


def address_problem(
    environment: Mapping[str, str], *, host: str | None = None, port: int | None = None
) -> str:
    """Return why the server cannot listen at this address, in one sentence; empty if it can."""
    try:
        free_address(environment, host=host, port=port)
    except (ValueError, OSError) as refusal:
        return str(refusal)
    return ""


def _check_free(host: str, port: int) -> None:
    """Raise OSError with one clear sentence when nothing can listen at this address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            msg = (
                f"cannot listen on {host}:{port} ({error.strerror}); "
                "choose another port with GRADIO_SERVER_PORT"
            )
            raise OSError(msg) from error
