"""Shared links: their pages, files and frames elsewhere, and the viewer, on the app's origin."""

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import segno
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
)
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from spatial.formats import PREVIEW_LEFT, PREVIEW_RIGHT, Manifest, OutputError
from spatial.results import ResultStore
from spatial.web.addresses import is_this_machine, page_address
from spatial.web.files import FileLink, device_cards, fill, static_file, title_of

VIEWER_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".svg": "image/svg+xml",
}
"""A table of our own: what the system calls these files differs from machine to machine."""

_PRIVATE = {
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "private, no-cache",
}
_VIEWER_PAGE = "index.html"
_STYLE, _SCRIPT, _WORDS = map(static_file, ("link.css", "link_delete.js", "words.js"))
_PARTS = {"style": _STYLE, "words": _WORDS}
_NO_CONTENT, _BAD_REQUEST, _NOT_FOUND, _NOT_IMPLEMENTED, _UNAVAILABLE = 204, 400, 404, 501, 503
_EMBED_SIDE_PX = 640  # no side of a frame is longer, unless the page around it asks for less
_PROVIDER, _TITLE = "Spatial", "A spatial photo"
_CODE_CHARACTERS = 1000  # of an address: a camera reads no denser QR code
_CODE_SCALE, _CODE_BORDER = 4, 3


def _policy_hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


_POLICY = (
    f"default-src 'none'; img-src 'self' data:; style-src {_policy_hash(_STYLE)}; "
    f"script-src {_policy_hash(_SCRIPT)} {_policy_hash(_WORDS)}; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""Of all pages here: their own style and script, pictures of this server, no frame elsewhere."""


def time_text(moment: datetime) -> str:
    """Return a time for people.

    >>> time_text(datetime(2030, 1, 8, 17, 5))
    '2030-01-08, 17:05 UTC'
    """
    return f"{moment:%Y-%m-%d, %H:%M} UTC"


def embed_size(size_px: tuple[int, int], limits_px: tuple[int, int]) -> tuple[int, int]:
    """Return width and height of a frame with a picture's aspect, within limits of both sides.

    >>> embed_size((1280, 960), (640, 640)), embed_size((300, 900), (640, 300))
    ((640, 480), (100, 300))
    """
    scale = min(limit / side for side, limit in zip(size_px, limits_px, strict=True))
    width, height = (max(1, round(side * scale)) for side in size_px)
    return width, height


def embedding(
    manifest: Manifest,
    result_id: str,
    page: str,
    limits_px: tuple[int, int] = (_EMBED_SIDE_PX, _EMBED_SIDE_PX),
) -> dict[str, Any]:
    """Return how other pages show a result: the answer of oEmbed (oembed.com), a frame in it.

    Args:
        manifest: what it is.
        result_id: its id.
        page: the app's address, without a slash at its end.
        limits_px: no frame is wider than the first, or higher than the second.
    """
    left = manifest.files[PREVIEW_LEFT]
    thumbnail = (left.width or _EMBED_SIDE_PX, left.height or _EMBED_SIDE_PX)
    width, height = embed_size(thumbnail, limits_px)
    viewer = f"{page}/viewer/?id={result_id}&embed=1"
    html = fill("embed.html", viewer=viewer, width=width, height=height, title=_TITLE)
    return {
        "version": "1.0",
        "type": "rich",
        "title": _TITLE,
        "provider_name": _PROVIDER,
        "provider_url": f"{page}/",
        "html": html,
        "width": width,
        "height": height,
        "thumbnail_url": f"{page}/s/{result_id}/{left.href}",
        "thumbnail_width": thumbnail[0],
        "thumbnail_height": thumbnail[1],
    }


def result_page(manifest: Manifest, result_id: str, page: str, *, unity: bool = False) -> str:
    """Return the page of a shared result.

    Args:
        manifest: what it is.
        result_id: its id; links are relative to the folder that its address lies in.
        page: the app's address, without a slash at its end, for what other pages show of it.
        unity: whether the Unity viewer is served too.
    """
    links = {
        role: FileLink(f"{result_id}/{f.href}", unquote(f.href), f.bytes, title_of(role))
        for role, f in manifest.files.items()
    }
    address = f"{page}/s/{result_id}"
    return fill(
        "link_page.html",
        **_PARTS,
        id=result_id,
        title=_TITLE,
        provider=_PROVIDER,
        address=address,
        oembed=f"{page}/oembed?format=json&url={quote(address, safe='')}",
        embed=embedding(manifest, result_id, page)["html"],
        left=manifest.files[PREVIEW_LEFT],
        right=manifest.files[PREVIEW_RIGHT],
        cards=device_cards(links),
        until=manifest.expires and time_text(manifest.expires),
        unity=unity,
    )


def _html(text: str, status: int = 200) -> Response:
    return HTMLResponse(text, status, headers={**_PRIVATE, "Content-Security-Policy": _POLICY})


def _words(text: str, status: int) -> Response:
    return PlainTextResponse(text + "\n", status, headers=_PRIVATE)


def _missing(request: Request) -> Response:
    """Return the answer for an id that leads to nothing, whatever the reason."""
    home = page_address(request)
    return _html(fill("link_missing.html", **_PARTS, home=home), _NOT_FOUND)


class ResultRoutes:
    """Answers under ``/s/``: everything about one shared result."""

    def __init__(self, store: ResultStore, *, unity: bool = False) -> None:
        self._store = store
        self._unity = unity

    def show(self, request: Request) -> Response:
        """Answer with the page of a result."""
        result_id = request.path_params["result_id"]
        manifest = self._store.find(result_id)
        if manifest is None:
            return _missing(request)
        page = page_address(request)
        return _html(result_page(manifest, result_id, page, unity=self._unity))

    def tell_frame(self, request: Request) -> Response:
        """Answer what oEmbed asks of a link: the frame that shows it within another page."""
        asked, page = request.query_params, page_address(request)
        if asked.get("format", "json") != "json":
            return _words("Only format=json is known here.", _NOT_IMPLEMENTED)
        try:
            sides = [int(asked.get(name, _EMBED_SIDE_PX)) for name in ("maxwidth", "maxheight")]
        except ValueError:
            sides = [0, 0]
        if min(sides) < 1:
            return _words("maxwidth and maxheight are whole pixels above 0.", _BAD_REQUEST)
        start, _, result_id = asked.get("url", "").partition("/s/")
        manifest = self._store.find(result_id) if start == page else None
        if manifest is None:
            return _words("url is no link of this server, or its time is over.", _NOT_FOUND)
        width, height = (min(side, _EMBED_SIDE_PX) for side in sides)
        told = embedding(manifest, result_id, page, (width, height))
        return JSONResponse(told, headers=_PRIVATE)

    def send(self, request: Request) -> Response:
        """Answer with the manifest of a result or a file that it names."""
        found = self._store.file(request.path_params["result_id"], request.path_params["name"])
        if found is None:
            return _words("There is no such file. It was deleted, or its time is over.", _NOT_FOUND)
        return FileResponse(found.path, media_type=found.media_type, headers=_PRIVATE)

    def ask_owner(self, request: Request) -> Response:
        """Answer with the page that asks the owner once more."""
        if self._store.find(request.path_params["result_id"]) is None:
            return _missing(request)
        # The token stands behind # in the address, so that no server ever logs it.
        return _html(fill("link_delete.html", **_PARTS, script=_SCRIPT))

    def delete(self, request: Request) -> Response:
        """Delete a result when the owner's token is in the header ``X-Delete-Token``."""
        token = request.headers.get("x-delete-token", "")
        try:
            done = self._store.delete(request.path_params["result_id"], token)
        except OutputError:
            return _words("The server cannot delete it now. Try again later.", _UNAVAILABLE)
        if not done:
            return _words("There is no such result, or the token is wrong.", _NOT_FOUND)
        return Response(status_code=_NO_CONTENT, headers=_PRIVATE)


class ViewerRoutes:
    """Answers under ``/viewer/``: the files of the viewer page and nothing else."""

    def __init__(self) -> None:
        folder = Path(str(files("spatial") / "viewer"))
        self._files = {p.name: p for p in folder.iterdir() if p.suffix in VIEWER_TYPES}
        page = self._files[_VIEWER_PAGE].read_text(encoding="utf-8")
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
        # A page's own policy cannot say who may frame it: here everybody may, for photos in a blog.
        self._headers = {"Content-Security-Policy": f"{policy}; frame-ancestors *"}

    def send(self, request: Request) -> Response:
        """Answer with one file; the page itself for the folder."""
        path = self._files.get(request.path_params.get("name") or _VIEWER_PAGE)
        if path is None:
            return _words("The viewer has no such file.", _NOT_FOUND)
        headers = {**self._headers, "Cache-Control": "no-cache"}
        return FileResponse(path, media_type=VIEWER_TYPES[path.suffix], headers=headers)


def send_code(request: Request) -> Response:
    """Answer with the QR code of the viewer's page with the same query, for a headset's camera.

    It is empty for an address that only this machine can open, or too long for a camera.
    """
    page, query = page_address(request), request.url.query
    if is_this_machine(page) or len(query) > _CODE_CHARACTERS:
        return Response(status_code=_NO_CONTENT, headers=_PRIVATE)
    picture = BytesIO()
    code = segno.make(f"{page}/viewer/?{query}", error="l", micro=False)
    code.save(picture, kind="svg", scale=_CODE_SCALE, border=_CODE_BORDER, light="white")
    return Response(picture.getvalue(), media_type=VIEWER_TYPES[".svg"], headers=_PRIVATE)


def unity_build(environment: Mapping[str, str]) -> Path | None:
    """Return the folder with a WebGL build that ``SPATIAL_UNITY_BUILD`` names, or None."""
    named = environment.get("SPATIAL_UNITY_BUILD")
    folder = Path(named) if named else None
    return folder if folder is not None and (folder / "index.html").is_file() else None


def make_routes(store: ResultStore, *, unity: Path | None = None) -> list[BaseRoute]:
    """Return the routes of shared results, the viewer, and a Unity build where there is one."""
    results, viewer = ResultRoutes(store, unity=unity is not None), ViewerRoutes()
    routes: list[BaseRoute] = [
        Route("/s/{result_id}", results.show, methods=["GET"]),
        Route("/s/{result_id}", results.delete, methods=["DELETE"]),
        Route("/s/{result_id}/delete", results.ask_owner, methods=["GET"]),
        Route("/s/{result_id}/{name:path}", results.send, methods=["GET"]),
        Route("/oembed", results.tell_frame, methods=["GET"]),
        Route("/viewer/code.svg", send_code, methods=["GET"]),
        Route("/viewer/", viewer.send, methods=["GET"]),
        Route("/viewer/{name}", viewer.send, methods=["GET"]),
        Mount("/words", StaticFiles(packages=[("spatial.web", "static/words")])),
    ]
    if unity is not None:
        routes.append(Mount("/unity", StaticFiles(directory=unity, html=True)))
    return routes
