"""Who may talk to the server: names, origins, sizes, patience, and how many jobs may wait."""

import json
import re
import socket
import time
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest
import uvicorn
from app_page import visit, wait_for_picture_of
from benchmark_app.server import free_port
from gradio_client import handle_file
from gradio_client.exceptions import AppError
from live_page import connect, running, save_photo, small_examples
from scenes import Ramp
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.responses import StreamingResponse
from starlette.routing import Route

from spatial.results import ResultStore
from spatial.web.addresses import hosts_of
from spatial.web.guard import JSON_BYTES
from spatial.web.studio import Studio
from spatial.web.uploads import MOST_WAITING, TOO_MANY

EVIL = "https://evil.example"
STALL_S = 1.0


class Held(Ramp):
    """Answers when it may."""

    def __init__(self):
        super().__init__()
        self.may_go, self.begun = Event(), Event()
        self.may_go.set()

    def __call__(self, photo, settings, progress=None):
        self.begun.set()
        assert self.may_go.wait(120)
        return super().__call__(photo, settings, progress)


@pytest.fixture(scope="module")
def held():
    return Held()


@pytest.fixture(scope="module")
def site(held):
    with (
        running(Studio(device="cpu", load=held.load), stall_s=STALL_S) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60) as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("environment", "listens_on", "host", "expected"),
    [
        ({}, "127.0.0.1", "127.0.0.1:7860", True),
        ({}, "127.0.0.1", "localhost", True),
        ({}, "::1", "[::1]:7860", True),
        ({}, "127.0.0.1", "evil.example:7860", False),
        ({}, "::1", "evil.example", False),
        ({}, "[::1]", "evil.example", False),
        ({}, "127.0.0.1", "127.0.0.1.evil.example", False),
        ({}, "127.0.0.1", "", False),
        ({}, "127.0.0.1", "evil.example@127.0.0.1", False),
        ({"SPATIAL_HOSTS": "me.example, Other.example"}, "127.0.0.1", "other.example:80", True),
        ({"SPACE_HOST": "a-b.hf.space"}, "127.0.0.1", "a-b.hf.space", True),
        ({"GRADIO_ROOT_PATH": "https://me.example/3d"}, "127.0.0.1", "me.example", True),
        ({}, "0.0.0.0", "192.168.1.7:7860", True),
        ({"SPATIAL_HOSTS": "me.example"}, "0.0.0.0", "evil.example", False),
        ({"SPATIAL_HOSTS": "me.example"}, "0.0.0.0", "127.0.0.1", True),
    ],
)
def test_the_names_of_this_server(environment, listens_on, host, expected):
    assert hosts_of(environment, listens_on).answers_to(host) == expected


@pytest.mark.parametrize(
    "path", ["/", "/config", "/gradio_api/info", "/s/x", "/viewer/", "/nowhere"]
)
def test_a_foreign_name_is_misdirected(site, path):
    answer = site.get(path, headers={"Host": "evil.example"})
    assert (answer.status_code, "SPATIAL_HOSTS" in answer.text) == (421, True)


@pytest.mark.parametrize("origin", [EVIL, "null", "http://localhost.evil.example"])
def test_no_foreign_origin_is_allowed(site, origin):
    headers = {"Origin": origin, "Cookie": "a=b", "Access-Control-Request-Method": "POST"}
    for answer in (site.get("/config", headers=headers), site.options("/config", headers=headers)):
        assert "access-control-allow-origin" not in answer.headers
        assert "access-control-allow-credentials" not in answer.headers


def test_on_a_network_every_origin_may_read_without_credentials(monkeypatch):
    with running(Studio(device="cpu", load=Ramp().load), host="0.0.0.0") as url:
        headers = {"Origin": EVIL, "Cookie": "a=b", "Host": "me.example"}
        answer = httpx.get(f"{url}config", headers=headers, trust_env=False)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


def test_a_browser_keeps_what_is_named_by_its_content(site):
    script = re.findall(r"/assets/index-[\w-]+\.js", site.get("/").text)[0]
    kept = site.get(script).headers["cache-control"]
    assert kept == "public, max-age=31536000, immutable"
    for other in ("/", "/assets/nothing-12345678.js", "/theme.css", "/config"):
        assert "immutable" not in site.get(other).headers.get("cache-control", "")


@pytest.mark.parametrize(
    "path",
    [
        "gradio_api/file=http://127.0.0.1:1/x",
        "gradio_api/file=https://example.org/x.png",
        "gradio_api/file/http://example.org/x.png",
        "gradio_api/proxy=https://x.hf.space/y",
        "gradio_api/deep_link?session_hash=x",
        "gradio_api/component_server",
        "gradio_api/stream/x",
        "gradio_api/runs",
        "gradio_api/process_recording",
        "gradio_api/custom_component/x/client/y/z",
        "monitoring/summary",
    ],
)
def test_what_is_not_needed_is_closed(site, path):
    assert site.get(path).status_code in (403, 404)
    assert site.post(path, json={}).status_code in (403, 404, 405)


@pytest.mark.parametrize("sized", [True, False])
def test_large_json_is_refused(site, sized):
    body = json.dumps({"data": ["x" * JSON_BYTES]}).encode()
    content = body if sized else iter([body[:999], body[999:]])
    headers = {"Content-Type": "application/json"}
    answer = site.post("gradio_api/call/metrics", content=content, headers=headers)
    assert answer.status_code == 413
    assert "2 MB" in answer.text


def test_a_stalled_upload_ends(site, own_cache):
    from gradio.utils import get_upload_folder  # noqa: PLC0415 - named by ``own_cache``

    before = set(Path(get_upload_folder()).iterdir())
    head = (
        "POST /gradio_api/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\nabc'
    )
    with socket.create_connection((site.base_url.host, site.base_url.port), timeout=30) as line:
        start = time.monotonic()
        line.sendall(head.encode())
        told = b""
        while block := line.recv(4096):
            told += block
    assert STALL_S * 0.9 < time.monotonic() - start < STALL_S + 20
    assert told.startswith(b"HTTP/1.1 408")
    assert b"stood still" in told
    assert set(Path(get_upload_folder()).iterdir()) == before  # nothing is left of it


def test_one_visitor_cannot_fill_the_queue(site, held, tmp_path):
    url, photo = str(site.base_url), handle_file(str(save_photo(tmp_path / "boat.png")))
    greedy, other = (connect(url, False) for _ in range(2))
    held.may_go.clear()
    held.begun.clear()
    try:
        first = greedy.submit(photo, seed=1, api_name="/metrics")
        assert held.begun.wait(60)
        jobs = [
            greedy.submit(photo, seed=2 + i, api_name="/metrics") for i in range(MOST_WAITING + 3)
        ]
        refused = []
        while len(refused) < 3:
            refused = [job for job in jobs if job.done()]
            time.sleep(0.05)
        for job in refused:
            with pytest.raises(AppError, match=TOO_MANY):
                job.result()
        asked = {"data": [None] * 34}
        calls = [
            site.post("gradio_api/call/metrics", json=asked).json()["event_id"] for _ in range(6)
        ]
        assert TOO_MANY in site.get(f"gradio_api/call/metrics/{calls[-1]}").text
        patient = other.submit(photo, seed=99, api_name="/metrics")
        time.sleep(0.5)
        assert not patient.done()
    finally:
        held.may_go.set()
    assert patient.result()["estimator"]["id"] == "embedded"
    assert [job.result() for job in (first, *jobs) if job not in refused]


@contextmanager
def proxy(prefix):
    """A small reverse proxy that hands on what lies below a prefix.

    Yields its address, and a list that takes the address of its goal.
    """
    goal = []

    async def hand_on(request):
        headers = {**request.headers, "x-forwarded-host": request.headers["host"]}
        headers["host"] = httpx.URL(goal[0]).netloc.decode()
        asked = client.build_request(
            request.method,
            goal[0] + request.path_params["path"],
            params=request.query_params,
            headers=headers,
            content=await request.body(),
        )
        answer = await client.send(asked, stream=True)
        return StreamingResponse(
            answer.aiter_raw(),
            answer.status_code,
            answer.headers,
            background=BackgroundTask(answer.aclose),
        )

    @asynccontextmanager
    async def lifespan(_app):
        async with client:
            yield

    client = httpx.AsyncClient(trust_env=False, timeout=60)
    route = Route(prefix + "/{path:path}", hand_on, methods=["GET", "POST", "DELETE"])
    app = Starlette(routes=[route], lifespan=lifespan)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}{prefix}", goal
    finally:
        server.should_exit = True
        thread.join(30)


@pytest.mark.parametrize("whole", [True, False])
def test_a_link_leads_back_through_a_proxy(browser, monkeypatch, tmp_path_factory, whole):
    store, prefix = ResultStore(tmp_path_factory.mktemp("shared")), "/deep/spatial"
    examples = small_examples(tmp_path_factory.mktemp("examples"))[:1]
    with proxy(prefix) as (seen, goal):
        monkeypatch.setenv("GRADIO_ROOT_PATH", seen if whole else prefix)
        monkeypatch.setenv("SPATIAL_TRUST_PROXY", "0" if whole else "1")
        studio = Studio(device="cpu", load=Ramp().load)
        with running(studio, examples=examples, store=store) as url:
            goal.append(url)
            with visit(browser, f"{seen}/") as (page, outside, _):
                wait_for_picture_of(page, "astronaut")
                page.click("#save-share")
                page.click("#create-link")
                link = page.wait_for_selector("#share-link input").input_value()
                ways = page.locator("#share-link a").all()
                addresses = [link, *(way.evaluate("way => way.href") for way in ways)]
                assert outside == []
            assert len(addresses) == 4
            assert all(a.startswith(f"{seen}/") for a in addresses)
            shown = httpx.get(link, trust_env=False).text
            addresses += re.findall(r'property="og:(?:url|image)" content="([^"]+)"', shown)
            addresses += [f"{link}/../{href}" for href in re.findall(r'href="(\.\./[^"]*)"', shown)]
            for address in addresses:
                assert httpx.get(address, trust_env=False).status_code == 200, address
            gone = httpx.get(f"{seen}/s/{'0' * 32}", trust_env=False)
            (home,) = re.findall(r'class="button" href="([^"]+)"', gone.text)
            assert httpx.get(home, trust_env=False).status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("run/predict", {"fn_index": 9999}),
        ("run/predict", {"fn_index": -1, "session_hash": "a"}),
        ("run/nothing", {}),
        ("call/nothing", {}),
        ("queue/join", {"fn_index": 9999, "session_hash": "a"}),
    ],
)
def test_an_event_that_there_is_not_is_refused_in_words(site, path, body):
    answer = site.post(f"/gradio_api/{path}", json={"data": [], **body})
    assert 400 <= answer.status_code < 500
    assert "Internal Server Error" not in answer.text
    assert len(answer.text) > 10
