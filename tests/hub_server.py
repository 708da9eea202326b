"""A small server that speaks the part of the Hub's protocol that downloading needs, for tests without a network."""

import hashlib
import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

REVISIONS = ("main",)


@dataclass
class Repo:
    """One repository: where its files are, who may read it, and which files break off how often."""

    folder: Path
    gated: bool = False
    cut_off: Counter = field(default_factory=Counter)

    @property
    def sha(self) -> str:
        """40 hex digits that change with names and contents, as a commit does."""
        digest = hashlib.sha1(usedforsecurity=False)
        for path, content in self.files().items():
            digest.update(path.encode() + content)
        return digest.hexdigest()

    def files(self) -> dict[str, bytes]:
        paths = sorted(p for p in self.folder.rglob("*") if p.is_file())
        return {p.relative_to(self.folder).as_posix(): p.read_bytes() for p in paths}


class HubServer:
    """Serves folders as repositories while the ``with`` block lasts.

    Attributes:
        url: the endpoint to give to the client.
        requests: ``METHOD path`` of everything asked so far.
        out_of_service: answer everything with 503.
    """

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.requests: list[str] = []
        self.out_of_service = False
        hub = self

        class Handler(_Handler):
            server_hub = hub

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop answering; asking again is refused."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def add_repo(self, repo_id: str, folder: Path, *, gated: bool = False) -> Repo:
        self.repos[repo_id] = Repo(Path(folder), gated)
        return self.repos[repo_id]

    def cut_off(self, repo_id: str, path: str, *, times: int) -> None:
        """Break off the next ``times`` transfers of a file after half of what was asked for."""
        self.repos[repo_id].cut_off[path] = times

    def downloads(self) -> list[str]:
        """Return the paths of all file transfers."""
        return [r for r in self.requests if r.startswith("GET") and "/resolve/" in r]


class _Handler(BaseHTTPRequestHandler):
    server_hub: HubServer

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        hub, path = self.server_hub, unquote(urlsplit(self.path).path)
        hub.requests.append(f"{self.command} {path}")
        if hub.out_of_service:
            self._send(503)
            return
        parts = path.removeprefix("/api/models").strip("/").split("/")
        repo = hub.repos.get("/".join(parts[:2]))
        action, revision = [*parts[2:4], "", ""][:2]
        if repo is None:
            self._send(404, {"X-Error-Code": "RepoNotFound"})
        elif revision not in ("", repo.sha, *REVISIONS):
            self._send(404, {"X-Error-Code": "RevisionNotFound"})
        elif action == "resolve":
            self._send_file(repo, "/".join(parts[4:]))
        else:
            self._send_listing(repo, "/".join(parts[:2]), tree=action == "tree")

    def _send_listing(self, repo: Repo, repo_id: str, *, tree: bool) -> None:
        files = repo.files()
        entries = [
            {"type": "file", "path": path, "size": len(content), "oid": _etag(content)}
            for path, content in files.items()
        ]
        siblings = [{"rfilename": e["path"], "size": e["size"]} for e in entries]
        info = {"id": repo_id, "sha": repo.sha, "siblings": siblings}
        body = json.dumps(entries if tree else info).encode()
        self._send(200, {"Content-Type": "application/json"}, body)

    def _send_file(self, repo: Repo, path: str) -> None:
        content = repo.files().get(path)
        if repo.gated:
            self._send(403, {"X-Error-Code": "GatedRepo"})
            return
        if content is None:
            self._send(404, {"X-Error-Code": "EntryNotFound"})
            return
        headers = {
            "X-Repo-Commit": repo.sha,
            "ETag": f'"{_etag(content)}"',
            "Accept-Ranges": "bytes",
        }
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0])
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        breaks = self.command == "GET" and repo.cut_off[path] > 0
        repo.cut_off[path] -= breaks
        self._send(206 if start else 200, headers, content[start:], cut=breaks)

    def _send(
        self,
        status: int,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        *,
        cut: bool = False,
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body[: len(body) // 2] if cut else body)


def _etag(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()
