"""Routes beside the page: shared results, their files, and the viewer, all on one origin."""

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from spatial.formats import OutputError
from spatial.results import ResultStore
from spatial.web.hosts import page_address
from spatial.web.share_page import POLICY, delete_page, missing_page, result_page

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
_NOT_FOUND, _NO_CONTENT, _UNAVAILABLE = 404, 204, 503


def _html(text: str, status: int = 200) -> Response:
    return HTMLResponse(text, status, headers={**_PRIVATE, "Content-Security-Policy": POLICY})


def _words(text: str, status: int) -> Response:
    return PlainTextResponse(text + "\n", status, headers=_PRIVATE)


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
            return _html(missing_page(page_address(request)), _NOT_FOUND)
        address = f"{page_address(request)}/s/{result_id}"
        return _html(result_page(manifest, result_id, address, unity=self._unity))

    def send(self, request: Request) -> Response:
        """Answer with the manifest of a result or a file that it names."""
        found = self._store.file(request.path_params["result_id"], request.path_params["name"])
        if found is None:
            return _words("There is no such file: it has expired or was deleted.", _NOT_FOUND)
        return FileResponse(found.path, media_type=found.media_type, headers=_PRIVATE)

    def ask_owner(self, request: Request) -> Response:
        """Answer with the page that asks the owner once more."""
        if self._store.find(request.path_params["result_id"]) is None:
            return _html(missing_page(page_address(request)), _NOT_FOUND)
        return _html(delete_page())

    def delete(self, request: Request) -> Response:
        """Delete a result when the owner's token is in the header ``X-Delete-Token``."""
        token = request.headers.get("x-delete-token", "")
        try:
            done = self._store.delete(request.path_params["result_id"], token)
        except OutputError:
            return _words("The server cannot remove it now.", _UNAVAILABLE)
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


def unity_build(environment: Mapping[str, str]) -> Path | None:
    """Return the folder that ``SPATIAL_UNITY_BUILD`` names, or None when there is no WebGL build in it."""
    named = environment.get("SPATIAL_UNITY_BUILD")
    folder = Path(named) if named else None
    return folder if folder is not None and (folder / "index.html").is_file() else None


def make_routes(store: ResultStore, *, unity: Path | None = None) -> list[BaseRoute]:
    """Return the routes of shared results, of the viewer, and of the Unity viewer where a build is given."""
    results, viewer = ResultRoutes(store, unity=unity is not None), ViewerRoutes()
    routes: list[BaseRoute] = [
        Route("/s/{result_id}", results.show, methods=["GET"]),
        Route("/s/{result_id}", results.delete, methods=["DELETE"]),
        Route("/s/{result_id}/delete", results.ask_owner, methods=["GET"]),
        Route("/s/{result_id}/{name:path}", results.send, methods=["GET"]),
        Route("/viewer/", viewer.send, methods=["GET"]),
        Route("/viewer/{name}", viewer.send, methods=["GET"]),
    ]
    if unity is not None:
        routes.append(Mount("/unity", StaticFiles(directory=unity, html=True)))
    return routes
