"""A small server that speaks the part of the Hub's protocol that down- and uploading need, for
tests without a network.

An upload is: create the repository, have the card's front matter checked, ask which files are large
(LFS), ask where those go and put them there, then commit: small files inline in base64, large ones
by the SHA-256 of their contents.
"""

import base64
import hashlib
import json
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qs, unquote, urlsplit

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
        owner: the one owner below whom repositories may be made; writing takes a token, any one.
        refuse_large_files: answer 400 to the contents of large files.
        commits: number of commits so far.
    """

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.requests: list[str] = []
        self.out_of_service = False
        self.owner = "owner"
        self.refuse_large_files = False
        self.commits = 0
        self.large_files: dict[str, bytes] = {}
        self._created = tempfile.TemporaryDirectory()
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
        self._created.cleanup()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def add_repo(self, repo_id: str, folder: Path, *, gated: bool = False) -> Repo:
        self.repos[repo_id] = Repo(Path(folder), gated)
        return self.repos[repo_id]

    def create_repo(self, repo_id: str) -> Repo:
        """Add an empty repository that uploads fill."""
        folder = Path(self._created.name, repo_id)
        folder.mkdir(parents=True)
        return self.add_repo(repo_id, folder)

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

    def do_POST(self) -> None:
        self._receive()

    def do_PUT(self) -> None:
        self._receive()

    def _receive(self) -> None:
        """Take part in an upload; see the top of this file."""
        hub, path = self.server_hub, unquote(urlsplit(self.path).path).strip("/")
        body = self._body()
        hub.requests.append(f"{self.command} /{path}")
        parts = path.removeprefix("api/models/").split("/")
        repo_id = "/".join(parts[:2]).removesuffix(".git")
        if hub.out_of_service:
            self._send(503)
        elif parts[0] == "large-file":
            self._store(parts[1], body)
        elif "Authorization" not in self.headers:
            self._send(401, {"X-Error-Message": "Invalid username or password."})
        elif path == "api/validate-yaml":
            self._send_json({"errors": [], "warnings": []})
        elif path == "api/repos/create":
            self._create(json.loads(body))
        else:
            self._change(repo_id, parts[2], body)

    def _body(self) -> bytes:
        """Return what was sent, whether its length is told or it comes in chunks."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _change(self, repo_id: str, action: str, body: bytes) -> None:
        if repo_id not in self.server_hub.repos:
            self._send(404, {"X-Error-Code": "RepoNotFound"})
        elif action == "preupload":
            self._sort_files(json.loads(body)["files"])
        elif action == "info":
            self._offer_places(json.loads(body)["objects"])
        else:
            self._commit(repo_id, [json.loads(line) for line in body.splitlines()])

    def _create(self, wanted: dict) -> None:
        repo_id = f"{wanted['organization']}/{wanted['name']}"
        created = {"url": f"{self.server_hub.url}/{repo_id}"}
        if wanted["organization"] != self.server_hub.owner:
            self._send(403, {"X-Error-Message": "You don't have the rights"})
        elif repo_id in self.server_hub.repos:
            self._send_json(created, 409)
        else:
            self.server_hub.create_repo(repo_id)
            self._send_json(created)

    def _sort_files(self, files: list[dict]) -> None:
        modes = {True: "lfs", False: "regular"}
        answers = [
            {
                "path": file["path"],
                "uploadMode": modes[file["path"].endswith(".safetensors")],
                "shouldIgnore": False,
            }
            for file in files
        ]
        self._send_json({"files": answers})

    def _offer_places(self, objects: list[dict]) -> None:
        hub = self.server_hub
        offers = []
        for item in objects:
            upload = {"upload": {"href": f"{hub.url}/large-file/{item['oid']}"}}
            known = item["oid"] in hub.large_files
            offers.append({**item} if known else {**item, "actions": upload})
        self._send_json({"transfer": "basic", "objects": offers})

    def _store(self, oid: str, body: bytes) -> None:
        if self.server_hub.refuse_large_files:
            self._send(400)
        elif hashlib.sha256(body).hexdigest() != oid:
            self._send(422)
        else:
            self.server_hub.large_files[oid] = body
            self._send(200)

    def _commit(self, repo_id: str, lines: list[dict]) -> None:
        hub = self.server_hub
        repo = hub.repos[repo_id]
        for line in lines:
            value = line["value"]
            path = repo.folder / value.get("path", "")
            path.parent.mkdir(parents=True, exist_ok=True)
            if line["key"] == "file":
                path.write_bytes(base64.b64decode(value["content"]))
            elif line["key"] == "lfsFile":
                path.write_bytes(hub.large_files[value["oid"]])
            elif line["key"] == "deletedFile":
                path.unlink()
        hub.commits += 1
        url = f"{hub.url}/{repo_id}/commit/{repo.sha}"
        self._send_json({"success": True, "commitUrl": url, "commitOid": repo.sha})

    def _send_json(self, content: object, status: int = 200) -> None:
        self._send(status, {"Content-Type": "application/json"}, json.dumps(content).encode())

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
        elif action == "tree":
            self._send_tree(repo, PurePosixPath(*parts[4:]))
        else:
            files = repo.files().items()
            siblings = [{"rfilename": path, "size": len(content)} for path, content in files]
            info = {"id": "/".join(parts[:2]), "sha": repo.sha, "siblings": siblings}
            self._send_json(info)

    def _send_tree(self, repo: Repo, top: PurePosixPath) -> None:
        """Tell what is in a folder, and with ``recursive`` what is in its folders."""
        recursive = "true" in parse_qs(urlsplit(self.path).query).get("recursive", [""])[0].lower()
        entries: dict[PurePosixPath, dict] = {}
        for name, content in repo.files().items():
            path = PurePosixPath(name)
            for folder in path.parents:
                entries.setdefault(folder, {"type": "directory", "size": 0})
            entries[path] = {"type": "file", "size": len(content), "oid": _etag(content)}
        wanted = {
            path: entry
            for path, entry in entries.items()
            if path.parent == top or (recursive and top in path.parents)
        }
        if top.parts and top not in entries:  # an empty repository has an empty top
            self._send(404, {"X-Error-Code": "EntryNotFound"})
            return
        told = [{"oid": "", **e, "path": p.as_posix()} for p, e in wanted.items() if p != top]
        self._send_json(told)

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
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if cut else body)


def _etag(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()
