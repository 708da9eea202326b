"""``python -m spatial view FILE...``: look at stereo pictures, here or in a headset."""

import argparse
import ipaddress
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import segno
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from spatial.commands.flags import tell
from spatial.formats import ManifestError, read_manifest

DEFAULT_PORT = 7861

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jps": "image/jpeg",
    ".mpo": "image/mpo",
    ".heic": "image/heic",
    ".png": "image/png",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
}
"""What browsers can show (HEIC: Safari); the system's own table differs between machines."""

PAGES = frozenset({".html", ".js", ".css"})
SHOWN = frozenset(TYPES) - PAGES
"""Suffixes of what can be given to ``view``: pictures, and the manifest of a result."""

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

HEADSET_HELP = """\
In a headset: browsers start VR only on https or on localhost, so one of
  cable (Meta Quest, Android): adb reverse tcp:{port} tcp:{port}
      then open {scheme}://localhost:{port}/ in the headset's browser
  https in your network: --host 0.0.0.0 --certificate cert.pem --key key.pem
      then open https://{lan}:{port}/ there; your own certificate (the headset asks about it once):
      openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN={lan} \\
        -keyout key.pem -out cert.pem
  share link: start the web app (python -m spatial serve) behind https, convert, press Share
Ctrl+C stops."""


class NotShownError(ValueError):
    """A file is no picture that a browser shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is served: path of the address to file, and nothing else.

    Attributes:
        start: where ``/`` leads to.
        routes: path, percent-decoded, to file.
        local_only: answer only to names of this machine, so that no foreign page can reach in by a
            name of its own.
    """

    start: str
    routes: Mapping[str, Path]
    local_only: bool


def make_site(given: Sequence[Path], *, local_only: bool) -> Site:
    """Return the viewer's pages and the given files; of a manifest also the files that it names.

    Raises:
        ManifestError: a file is JSON but no manifest.
    """
    viewer = Path(str(files("spatial") / "viewer"))
    routes = {f"/viewer/{page.name}": page for page in viewer.iterdir() if page.suffix in TYPES}
    routes["/viewer/"] = viewer / "index.html"
    sources = []
    for number, file in enumerate(given, start=1):
        # Names may repeat in other folders.
        folder = f"/file/{number}" if len(given) > 1 else "/file"
        routes |= {f"{folder}/{name}": file.parent / name for name in _served_names(file)}
        sources.append("src=" + quote(f"{folder}/{quote(file.name)}", safe="/"))
    return Site(start=f"/viewer/?{'&'.join(sources)}", routes=routes, local_only=local_only)


def _served_names(file: Path) -> list[str]:
    if file.suffix != ".json":
        return [file.name]
    manifest = read_manifest(file)
    depth = [manifest.depth] if manifest.depth else []
    return [file.name, *(unquote(named.href) for named in (*manifest.files.values(), *depth))]


def make_app(site: Site) -> Starlette:
    """Return the application that answers GET and HEAD with a site's files, whole or in ranges."""

    def answer(request: Request) -> Response:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname
        path = request.scope["path"]
        file = site.routes.get(path)
        if site.local_only and host not in LOCAL_NAMES:
            return Response(status_code=421)
        if path == "/":
            return RedirectResponse(site.start, 302)
        if file is None or not file.is_file():
            return Response(status_code=404)
        kind = TYPES.get(file.suffix.lower(), "application/octet-stream")
        headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        return FileResponse(file, media_type=kind, headers=headers)

    return Starlette(routes=[Route("/{path:path}", answer)])


def _lan_address() -> str:
    """Address of this machine in its network; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documentation
            return probe.getsockname()[0]
        except OSError:
            return "ADDRESS"


def _is_local(host: str) -> bool:
    if host in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _announce(host: str, port: int, *, secure: bool) -> None:
    lan = _lan_address()
    reachable = lan if host in ("0.0.0.0", "::") else host
    scheme = "https" if secure else "http"
    address = f"{scheme}://{reachable}:{port}/"
    print(f"Open {address}\n")
    segno.make(address, error="l", micro=False).terminal(out=sys.stdout, compact=True, border=2)
    print()
    print(HEADSET_HELP.format(scheme=scheme, port=port, lan=lan), flush=True)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add file, address and certificate."""
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="stereo pictures, or manifests of results; several can be stepped through",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)"
    )
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help=f"port, 0 = any (default: {DEFAULT_PORT})"
    )
    parser.add_argument(
        "--certificate", type=Path, default=None, metavar="PEM", help="serve https with this"
    )
    parser.add_argument(
        "--key", type=Path, default=None, metavar="PEM", help="key, if the certificate lacks it"
    )


def open_server(args: argparse.Namespace) -> tuple[uvicorn.Server, socket.socket]:
    """Bind the address, load files and certificate; return the server and what it listens on.

    Raises:
        OSError: a file or the certificate cannot be read, or the port is taken.
        ManifestError: a file is JSON but no manifest.
        NotShownError: browsers do not show files of this kind.
    """
    for file in args.files:
        _check_shown(file)
    site = make_site(args.files, local_only=_is_local(args.host))
    config = uvicorn.Config(
        make_app(site),
        ssl_certfile=args.certificate,
        ssl_keyfile=args.key,
        log_level="critical",  # the terminal shows how to get here
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    config.load()
    return uvicorn.Server(config), _listen(args.host, args.port)


def _check_shown(file: Path) -> None:
    if not file.is_file():
        msg = f"there is no file {file}"
        raise FileNotFoundError(msg)
    if file.suffix.lower() not in SHOWN:
        kinds = ", ".join(sorted(SHOWN - {".json"}))
        what = f"{file} is none of {kinds}, which browsers show"
        msg = f"{what}; make one with spatial convert"
        raise NotShownError(msg)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        if 0 <= port < 65_536:
            return socket.create_server((host, port), family=family)
        reason = "ports end at 65535"
    except OSError as error:
        reason = error.strerror or str(error)
    msg = f"nothing can listen there ({reason}); choose another --port or --host"
    raise OSError(msg)


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted; exit code 2 when a file, certificate or port is refused."""
    try:
        server, listener = open_server(args)
    except (OSError, ManifestError, NotShownError) as refusal:
        tell(f"cannot serve on {args.host}:{args.port}: {refusal}")
        return 2
    with listener:
        _announce(args.host, listener.getsockname()[1], secure=args.certificate is not None)
        server.run(sockets=[listener])
    return 0
