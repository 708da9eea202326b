"""A small web server for the tests: the viewer's folder, and whatever a test puts beside it."""

from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

import spatial

VIEWER = Path(spatial.__file__).parent / "viewer"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".svg": "image/svg+xml",
}


class Site:
    """Files by path; ``root`` is its address."""

    def __init__(self, root):
        self.root = root
        self.files = {}
        self.headers = {}

    def put(self, path, content, **headers):
        """Serve ``content`` (bytes) at ``path``; return the address of the viewer with it as
        ``?src=``.
        """
        self.files[path] = content
        self.headers[path] = {name.replace("_", "-"): value for name, value in headers.items()}
        return path

    def find(self, path):
        """Content at a path, or None."""
        if path in self.files:
            return self.files[path]
        page = VIEWER / (path.removeprefix("/viewer/") or "index.html")
        return page.read_bytes() if path.startswith("/viewer/") and page.is_file() else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, *args, holder):
        self.holder = holder
        super().__init__(*args)

    def do_GET(self):
        site = self.holder[0]
        path = unquote(urlsplit(self.path).path)
        content = site.find(path)
        suffix = ".html" if path.endswith("/") else Path(path).suffix
        self.send_response(404 if content is None else 200)
        for name, value in site.headers.get(path, {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", TYPES.get(suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, format, *args):
        pass


@contextmanager
def serve_site():
    """Serve a ``Site`` on a free port of this machine."""
    holder = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, holder=holder))
    server.daemon_threads = True
    holder.append(Site(f"http://127.0.0.1:{server.server_address[1]}"))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield holder[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
