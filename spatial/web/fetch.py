"""Photos from addresses: what a ``data:`` address holds, or a public server sends, within bounds of size and time."""

import asyncio
import binascii
import ipaddress
import socket
from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

import anyio
import httpx
from gradio_client.utils import decode_base64_to_binary, strip_invalid_filename_characters
from safehttpx import AsyncSecureTransport

from spatial.photo import MAX_FILE_BYTES

ADDRESSES = ("data:", "http://", "https://")
FETCH_S, MOST_REDIRECTS = 30.0, 5
_PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")


class FetchError(ValueError):
    """An address gave no file; whatever the reason, the words are the same, so that nobody can map a network by them."""

    def __init__(self) -> None:
        super().__init__(
            "No photo came from that address: it must be data:, or http(s): on a public server that answers within "
            f"{FETCH_S:.0f} seconds with at most {MAX_FILE_BYTES // 10**6} MB."
        )


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet: no loopback, private, link-local or tunnelled one."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        return ip in _PUBLIC_IPV6 and ip.is_global and ip.sixtofour is None and ip.teredo is None
    return ip.is_global and not ip.is_multicast


async def read_address(address: str) -> tuple[str, bytes]:
    """Return the name and the content of the file at an address.

    Raises:
        FetchError: there is none, or the server is not a public one, too slow, or sends too much.
    """
    try:
        if address.startswith("data:"):
            content, suffix = decode_base64_to_binary(address)
            return f"photo.{suffix or 'bin'}", content
        with anyio.fail_after(FETCH_S):
            return _name_in(address), await _fetch(address)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, binascii.Error) as error:
        raise FetchError from error


def _name_in(address: str) -> str:
    name = PurePosixPath(unquote(urlsplit(address).path)).name
    return strip_invalid_filename_characters(name) or "photo"


async def _fetch(address: str) -> bytes:
    for _ in range(MOST_REDIRECTS + 1):
        # The address that was looked at is the one that is connected to, at every redirect anew.
        transport = AsyncSecureTransport(await _public_ip(address))
        async with (
            httpx.AsyncClient(transport=transport) as client,
            client.stream("GET", address) as answer,
        ):
            if answer.has_redirect_location:
                address = urljoin(address, answer.headers["location"])
                continue
            content = bytearray()
            async for block in answer.raise_for_status().aiter_bytes():
                content += block
                if len(content) > MAX_FILE_BYTES:
                    raise FetchError
            return bytes(content)
    raise FetchError


async def _public_ip(address: str) -> str:
    url = urlsplit(address)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise FetchError
    found = await asyncio.get_running_loop().getaddrinfo(
        url.hostname, None, type=socket.SOCK_STREAM
    )
    addresses = [str(entry[4][0]) for entry in found]
    if not all(map(is_public, addresses)):
        raise FetchError
    return addresses[0]
