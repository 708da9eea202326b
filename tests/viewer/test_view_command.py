"""``python -m spatial view``: what it serves, what it does not, and what it says."""

import argparse
import json
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from threading import Thread
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from viewer_pictures import pair, png

from spatial.commands import view
from spatial.formats import FORMATS, ManifestError

MANIFEST = Path(__file__).parents[1] / "data" / "manifest.json"


class Answer(NamedTuple):
    status: int
    headers: HTTPMessage
    body: bytes


def arguments(*words):
    parser = argparse.ArgumentParser()
    view.add_arguments(parser)
    return parser.parse_args([str(word) for word in words])


@contextmanager
def served(*words):
    """Serve and yield a function that fetches a path."""
    server, listener = view.open_server(arguments(*words, "--port", "0"))
    thread = Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()

    def fetch(path, method="GET", **headers):
        connection = HTTPConnection("127.0.0.1", listener.getsockname()[1], timeout=60)
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return Answer(response.status, response.headers, body)

    try:
        yield fetch
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture
def picture(tmp_path):
    file = tmp_path / "a boat & more.png"
    file.write_bytes(png(pair("side_by_side")))
    (tmp_path / "secret.png").write_bytes(b"secret")
    return file


def test_the_root_leads_to_the_viewer_with_the_picture(picture):
    with served(picture) as fetch:
        answer = fetch("/")
        assert answer.status == 302
        start = urlsplit(answer.headers["Location"])
        page = fetch(start.path)
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert b"<canvas" in page.body
        shown = fetch(parse_qs(start.query)["src"][0])
        assert shown.body == picture.read_bytes()
        assert shown.headers["Content-Type"] == "image/png"
        script = fetch("/viewer/main.js")
        assert script.headers["Content-Type"].startswith("text/javascript")
        head = fetch("/viewer/main.js", "HEAD")
        assert (head.status, head.body) == (200, b"")
        assert head.headers["Content-Length"] == str(len(script.body))


def test_a_part_of_a_file_can_be_asked_for(picture):
    with served(picture) as fetch:
        path = parse_qs(urlsplit(fetch("/").headers["Location"]).query)["src"][0]
        part = fetch(path, Range="bytes=2-5")
        assert (part.status, part.body) == (206, picture.read_bytes()[2:6])
        assert part.headers["Content-Range"] == f"bytes 2-5/{picture.stat().st_size}"


@pytest.mark.parametrize(
    "path",
    [
        "/file/secret.png",
        "/secret.png",
        "/file/../secret.png",
        "/viewer/../secret.png",
        "/viewer/%2e%2e/%2e%2e/secret.png",
        "/etc/passwd",
        "//etc/passwd",
    ],
)
def test_nothing_else_is_served(picture, path):
    with served(picture) as fetch:
        answer = fetch(path)
        assert (answer.status, answer.body) == (404, b"")


def test_a_foreign_name_is_not_answered(picture):
    with served(picture) as fetch:
        assert fetch("/", Host="evil.example").status == 421
        assert fetch("/", Host="localhost:7861").status == 302


def test_a_manifest_brings_the_files_that_it_names(tmp_path):
    (tmp_path / "manifest.json").write_bytes(MANIFEST.read_bytes())
    named = {entry["href"] for entry in json.loads(MANIFEST.read_text())["files"].values()}
    (tmp_path / "red boat_LRF_Full_SBS.jpg").write_bytes(b"views")
    (tmp_path / "other.jpg").write_bytes(b"other")
    with served(tmp_path / "manifest.json") as fetch:
        assert fetch("/file/manifest.json").headers["Content-Type"] == "application/json"
        assert fetch("/file/red%20boat_LRF_Full_SBS.jpg").body == b"views"
        assert fetch("/file/other.jpg").status == 404
        statuses = {href: fetch(f"/file/{href}").status for href in named}
        assert sorted(statuses.values()) == [200, 404, 404]  # named, but not there


def test_several_files_are_a_set(picture, tmp_path):
    other = tmp_path / "other" / picture.name
    other.parent.mkdir()
    other.write_bytes(png(pair("cross_eyed")))
    with served(picture, other) as fetch:
        start = urlsplit(fetch("/").headers["Location"])
        shown = [fetch(source).body for source in parse_qs(start.query)["src"]]
    assert shown == [picture.read_bytes(), other.read_bytes()]


def test_a_manifest_that_leads_outside_is_refused(tmp_path):
    values = json.loads(MANIFEST.read_text())
    values["files"]["side_by_side"]["href"] = "../secret.png"
    (tmp_path / "manifest.json").write_text(json.dumps(values))
    with pytest.raises(ManifestError, match="relative"):
        view.make_site([tmp_path / "manifest.json"], local_only=True)


PICTURES = (
    "sbs",
    "views",
    "anaglyph",
    "wiggle_gif",
    "mpo",
    "jps",
    "spatial_heic",
    "vr180",
    "vr180_sbs",
)


@pytest.mark.parametrize("key", PICTURES)
def test_every_picture_that_we_write_is_served(tmp_path, key):
    files = FORMATS[key].files
    paths = [tmp_path / f"boat{file.suffix}" for file in files]
    for path in paths:
        path.write_bytes(path.name.encode())
    with served(*paths) as fetch:
        start = urlsplit(fetch("/").headers["Location"])
        for source, file in zip(parse_qs(start.query)["src"], files, strict=True):
            answer = fetch(source)
            assert answer.body.endswith(file.suffix.encode())
            assert answer.headers["Content-Type"].startswith("image/")


def test_refusals_are_one_line(tmp_path, picture, capsys):
    assert view.run(arguments(tmp_path / "none.png")) == 2
    assert view.run(arguments(picture, "--port", "99999")) == 2
    assert view.run(arguments(picture, "--certificate", tmp_path / "none.pem", "--port", "0")) == 2
    (tmp_path / "notes.txt").write_text("no picture")
    assert view.run(arguments(tmp_path / "notes.txt", "--port", "0")) == 2
    _, taken = view.open_server(arguments(picture, "--port", "0"))
    with taken:
        assert view.run(arguments(picture, "--port", taken.getsockname()[1])) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 5
    assert "there is no file" in lines[0]
    assert "choose another --port" in lines[1]
    assert ".png" in lines[3]
    assert "already in use" in lines[4]


def test_it_says_how_to_get_there(picture, capsys, monkeypatch):
    def stop(_server, sockets):
        raise KeyboardInterrupt

    monkeypatch.setattr(view.uvicorn.Server, "run", stop)
    with pytest.raises(KeyboardInterrupt):
        view.run(arguments(picture, "--port", "0"))
    said = capsys.readouterr().out
    assert said.startswith("Open http://127.0.0.1:")
    assert "adb reverse" in said
    assert "https" in said
    assert "Share" in said
    assert "▄" in said  # the QR code
