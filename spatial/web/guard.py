"""What stands before Gradio: which requests are let in, how large and how slow, and headers."""

import asyncio
import logging
import re
import secrets
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from gradio.route_utils import FnIndexInferError
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send

from spatial.web.addresses import Hosts, is_public

JSON_BYTES = 2 * 10**6
STALL_S = 60.0
_LEAST_BYTES_S = 1000  # an upload that trickles is as bad as one that stands
_ROUTE = re.compile(r"/gradio_api/(?P<name>[^/=]*)[/=]?(?P<rest>.*)", re.DOTALL)
_UPLOAD, _MCP, _FILE = "upload", "mcp", "file"
_CALLS = {"call", "queue", "run"}
_LOG = logging.getLogger(__name__)
# Gradio has more, which nothing here needs: a proxy, streams, recordings, calls of components.
_OPEN = {
    "api",
    "app_id",
    "call",
    "cancel",
    "file",
    "heartbeat",
    "info",
    "mcp",
    "openapi.json",
    "queue",
    "reset",
    "run",
    "startup-events",
    "theme.css",
    "upload",
    "upload_progress",
}
_FORWARDED = ("x-forwarded-host", "x-forwarded-proto", "x-forwarded-for", "forwarded")
_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
# Gradio's scripts and styles are named by their content, yet a browser asks for all of them again.
_NAMED_BY_CONTENT = re.compile(r"^/assets/[\w.-]+-[\w-]{8,}\.(js|css)$")
_FOR_A_YEAR = {"Cache-Control": "public, max-age=31536000, immutable"}
_THIS_MACHINE = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"
_VISITOR = "x-spatial-visitor"


def guarded(hosts: Hosts, *, stall_s: float = STALL_S) -> Lifespan[Starlette]:
    """Return the lifespan of an app that puts the guard before all other middleware.

    Args:
        hosts: the server's names.
        stall_s: how long a request may stand still on its way.
    """
    open_to = {"allow_origins": ["*"]} if hosts.known is None else {}
    rules: dict[str, Any] = {"allow_origin_regex": _THIS_MACHINE, **open_to}
    before = [
        Middleware(Guard, hosts=hosts, stall_s=stall_s),
        Middleware(CORSMiddleware, allow_methods=["*"], allow_headers=["*"], **rules),
        Middleware(WithoutOrigin),
    ]

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.user_middleware[:0] = before
        app.middleware_stack = app.build_middleware_stack()
        yield

    return lifespan


class WithoutOrigin:
    """Hides the header ``Origin`` from Gradio, which would allow every origin, with credentials."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(_without(scope, ("origin",)), receive, send)


class Guard:
    """Refuses what is not meant for this server, is too large or stands still; see ``guarded``."""

    def __init__(self, app: ASGIApp, *, hosts: Hosts, stall_s: float) -> None:
        self._app = app
        self._hosts = hosts
        self._stall_s = stall_s
        self._secret = secrets.token_hex(16)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        route = _ROUTE.search(scope["path"])
        name, rest = route.group("name", "rest") if route else ("", "")
        exchange = _Exchange(receive, send, stall_s=self._stall_s, is_upload=name == _UPLOAD)
        exchange.is_for_ever = _NAMED_BY_CONTENT.search(scope["path"]) is not None
        refusal = self._refusal(Headers(scope=scope), name, rest)
        if refusal is not None:
            await refusal(scope, receive, exchange.send)
            return
        try:
            await self._app(self._as_known(scope, name), exchange.receive, exchange.send)
        except (FnIndexInferError, KeyError):  # what Gradio raises where an event is not known
            if name not in _CALLS or exchange.has_begun:
                raise
            _LOG.info("no event for %s", scope["path"], exc_info=True)
            await PlainTextResponse(_NO_EVENT, 404)(scope, receive, exchange.send)

    def _refusal(self, headers: Headers, name: str, rest: str) -> PlainTextResponse | None:
        if not all(map(self._hosts.answers_to, headers.getlist("host") or [""])):
            words = (
                "This server has another name. Its owner can add this name with SPATIAL_HOSTS.\n"
            )
            return PlainTextResponse(words, 421)
        fetches = name == _FILE and rest.lstrip().lower().startswith(("http:", "https:"))
        if (name and name not in _OPEN) or fetches:
            return PlainTextResponse("There is nothing here.\n", 404)
        length = headers.get("content-length", "0")
        if name != _UPLOAD and length.isdecimal() and int(length) > JSON_BYTES:
            return PlainTextResponse(_TOO_LARGE + "\n", 413, {"Connection": "close"})
        return None

    def _as_known(self, scope: Scope, name: str) -> Scope:
        """Return the request without headers that may lie, and with the visitor's address."""
        headers = Headers(scope=scope)
        secret, _, told = headers.get(_VISITOR, "").partition(" ")
        address = scope["client"][0] if scope.get("client") else ""
        if secrets.compare_digest(secret.encode(), self._secret.encode()):
            address = told  # a tool's call, from this server to itself
        elif self._hosts.behind_proxy:
            # A visitor may write more in front: the last public address is what the proxy saw.
            hops = reversed(headers.get("x-forwarded-for", "").split(","))
            address = next((hop.strip() for hop in hops if is_public(hop.strip())), address)
        distrusted = () if self._hosts.behind_proxy else _FORWARDED
        known = _without(scope, ("cookie", "x-gradio-server", _VISITOR, *distrusted))
        if not self._hosts.behind_proxy:
            known["scheme"] = "http"
        if name == _MCP:
            known["headers"].append((_VISITOR.encode(), f"{self._secret} {address}".encode()))
        return {**known, "client": (address, 0)}


_NO_EVENT = "There is no such endpoint. /gradio_api/info lists all of them.\n"
_TOO_LARGE = (
    f"This is larger than {JSON_BYTES // 10**6} MB. Upload a file first, then send the path that "
    "the server gave it."
)
_STOOD_STILL = "The upload stood still for too long. Try again."


class _Exchange:
    """One request and its answer."""

    def __init__(self, receive: Receive, send: Send, *, stall_s: float, is_upload: bool) -> None:
        self._receive = receive
        self._send = send
        self._stall_s = stall_s
        self._is_upload = is_upload
        self._start, self._bytes = time.monotonic(), 0
        self._is_whole = False
        self._status = 0
        self.has_begun = False  # to answer
        self.is_for_ever = False  # what is answered

    async def receive(self) -> Message:
        """Return the next part of the request.

        Raises:
            HTTPException, MultiPartException: it is too large, or stands still.
        """
        if self._is_whole:
            return await self._receive()
        earned_s = self._start + self._bytes / _LEAST_BYTES_S - time.monotonic()
        try:
            patience_s = self._stall_s + min(0.0, earned_s)
            message = await asyncio.wait_for(self._receive(), patience_s)
        except asyncio.TimeoutError:
            raise self._refusal(408, _STOOD_STILL) from None
        self._bytes += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        if self._bytes > JSON_BYTES and not self._is_upload:
            raise self._refusal(413, _TOO_LARGE)
        if self._is_upload and message["type"] == "http.disconnect":
            raise self._refusal(400, _STOOD_STILL)
        return message

    def _refusal(self, status: int, words: str) -> Exception:
        self._status = status
        # Of this one Gradio knows that what has arrived of the files must go.
        return MultiPartException(words) if self._is_upload else HTTPException(status, words)

    async def send(self, message: Message) -> None:
        """Send a part of the answer, with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.has_begun = True
            headers = MutableHeaders(scope=message)
            is_kept = self.is_for_ever and message["status"] == HTTPStatus.OK
            for name, value in {**_HEADERS, **(_FOR_A_YEAR if is_kept else {})}.items():
                headers.setdefault(name, value)
            if self._status:
                message["status"] = self._status
                headers["Connection"] = "close"
        await self._send(message)


def _without(scope: Scope, names: Iterable[str]) -> Scope:
    hidden = {name.encode() for name in names}
    return {**scope, "headers": [h for h in scope["headers"] if h[0].lower() not in hidden]}
