"""``python -m spatial view FILE...``: look at stereo pictures in the viewer, on this machine or in a headset."""

import argparse
import ipaddress
import socket
import ssl
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import segno

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
    ".png": "image/png",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
}
"""What the viewer and browsers can show. A table of our own: that of the system differs from machine to machine."""

PAGES = frozenset({".html", ".js", ".css"})
SHOWN = frozenset(TYPES) - PAGES
"""Suffixes of what can be given to ``view``: pictures, and the manifest of a result."""

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

HEADSET_HELP = """\
In a headset: browsers start VR only on https or on localhost, so one of
  cable (Meta Quest, Android): adb reverse tcp:{port} tcp:{port}
      then open {scheme}://localhost:{port}/ in the headset's browser
  https in your network: --host 0.0.0.0 --certificate cert.pem --key key.pem
      then open https://{lan}:{port}/ there; a certificate of your own, which the headset asks about once:
      openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN={lan} -keyout key.pem -out cert.pem
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
        local_only: answer only to names of this machine, so that no foreign page can reach in by a name of its own.
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
        folder = (
            f"/file/{number}" if len(given) > 1 else "/file"
        )  # names may repeat in other folders
        routes |= {f"{folder}/{name}": file.parent / name for name in _served_names(file)}
        sources.append("src=" + quote(f"{folder}/{quote(file.name)}", safe="/"))
    return Site(start=f"/viewer/?{'&'.join(sources)}", routes=routes, local_only=local_only)


def _served_names(file: Path) -> list[str]:
    if file.suffix != ".json":
        return [file.name]
    manifest = read_manifest(file)
    depth = [manifest.depth] if manifest.depth else []
    return [file.name, *(unquote(named.href) for named in (*manifest.files.values(), *depth))]


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD from ``site``."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *args: Any, site: Site) -> None:  # noqa: ANN401 - the base's arguments
        self.site = site
        super().__init__(*args)

    def do_GET(self) -> None:
        """Send a file, or lead from ``/`` to the viewer."""
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        path = unquote(urlsplit(self.path).path)
        file = self.site.routes.get(path)
        if self.site.local_only and host not in LOCAL_NAMES:
            self._send(HTTPStatus.MISDIRECTED_REQUEST)
        elif path == "/":
            self._send(HTTPStatus.FOUND, {"Location": self.site.start})
        elif file is None or not file.is_file():
            self._send(HTTPStatus.NOT_FOUND)
        else:
            kind = TYPES.get(file.suffix.lower(), "application/octet-stream")
            self._send(HTTPStatus.OK, {"Content-Type": kind}, file.read_bytes())

    do_HEAD = do_GET

    def _send(
        self, status: HTTPStatus, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet: the terminal shows how to get here."""


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
        help="stereo pictures, or manifests of results; several are a set to step through",
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


def open_server(args: argparse.Namespace) -> ThreadingHTTPServer:
    """Bind the address and load files and certificate.

    Raises:
        OSError: a file or the certificate cannot be read, or the port is taken.
        ManifestError: a file is JSON but no manifest.
        NotShownError: browsers do not show files of this kind.
    """
    for file in args.files:
        _check_shown(file)
    site = make_site(args.files, local_only=_is_local(args.host))
    server = _listen(args.host, args.port, site)
    server.daemon_threads = True
    if args.certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(args.certificate, args.key)
        except OSError:
            server.server_close()
            raise
        server.socket = context.wrap_socket(
            server.socket,
            server_side=True,
            do_handshake_on_connect=False,  # in the connection's own thread: a silent one blocks nobody
        )
    return server


def _check_shown(file: Path) -> None:
    if not file.is_file():
        msg = f"there is no file {file}"
        raise FileNotFoundError(msg)
    if file.suffix.lower() not in SHOWN:
        kinds = ", ".join(sorted(SHOWN - {".json"}))
        msg = f"{file} is none of {kinds}, which browsers show; make one with python -m spatial convert"
        raise NotShownError(msg)


def _listen(host: str, port: int, site: Site) -> ThreadingHTTPServer:
    try:
        return ThreadingHTTPServer((host, port), partial(Handler, site=site))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        msg = f"nothing can listen there ({reason}); choose another --port or --host"
        raise OSError(msg) from error


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted; exit code 2 when a file, certificate or port is refused."""
    try:
        server = open_server(args)
    except (OSError, ManifestError, NotShownError) as refusal:
        tell(f"cannot serve on {args.host}:{args.port}: {refusal}")
        return 2
    with server:
        _announce(args.host, server.server_address[1], secure=args.certificate is not None)
        server.serve_forever()
    return 0
