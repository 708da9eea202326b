"""Shared results and the viewer as a browser asks for them."""

import json
import re
from datetime import datetime, timedelta, timezone
from html import unescape
from html.parser import HTMLParser
from io import BytesIO

import httpx
import pytest
import segno
from live_page import running
from scenes import Ramp, make_result
from starlette.applications import Starlette
from starlette.testclient import TestClient

from spatial.formats import manifest_from_json
from spatial.results import ResultStore
from spatial.web.sharing import make_routes
from spatial.web.studio import Studio

FORMATS = ("sbs", "half_sbs", "depth_png")
NAME = "Zoë & <b>boat #1"


class Clock:
    now = datetime(2030, 1, 1, tzinfo=timezone.utc)

    def __call__(self):
        return self.now


@pytest.fixture(scope="module")
def clock():
    return Clock()


@pytest.fixture(scope="module")
def store(tmp_path_factory, clock):
    return ResultStore(tmp_path_factory.mktemp("results"), clock=clock)


@pytest.fixture(scope="module")
def site(store):
    with (
        running(Studio(device="cpu", load=Ramp().load), store=store) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60) as client,
    ):
        yield client


@pytest.fixture
def receipt(store):
    return store.share(make_result(name=NAME), FORMATS)


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def all(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


def meta(tags):
    return {m.get("property") or m.get("name"): m.get("content") for m in tags.all("meta")}


def test_the_page_of_a_link(site, receipt):
    answer = site.get(f"/s/{receipt.id}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    tags = Tags(answer.text)
    told = meta(tags)
    assert "noindex" in told["robots"]
    assert told["og:url"] == f"{str(site.base_url).rstrip('/')}/s/{receipt.id}"
    picture = site.get(told["og:image"])
    assert picture.headers["content-type"] == "image/jpeg"
    assert "2030-01-08" in answer.text
    assert f"../viewer/?id={receipt.id}" in [a["href"] for a in tags.all("a")]
    assert receipt.delete_token not in answer.text
    assert "<b>boat" not in answer.text


def test_every_link_and_picture_of_the_page_answers(site, receipt):
    page = f"/s/{receipt.id}"
    tags = Tags(site.get(page).text)
    links = [a["href"] for a in tags.all("a")] + [i["src"] for i in tags.all("img")]
    downloads = [a for a in tags.all("a") if "download" in a]
    assert len(downloads) >= 4
    assert f"{NAME}_LRF_Full_SBS.jpg" in [a["download"] for a in downloads]
    for link in links:
        assert site.get(httpx.URL(f"{site.base_url}{page[1:]}").join(link)).status_code == 200, link


def test_what_a_visitor_says_of_a_proxy_is_not_heard(site, receipt):
    told = {
        "X-Forwarded-Host": "me.example",
        "X-Forwarded-Proto": "https",
        "X-Gradio-Server": "https://me.example",
    }
    page, app = (site.get(path, headers=told).text for path in (f"/s/{receipt.id}", "/config"))
    assert "me.example" not in page + app
    assert f'content="{site.base_url}s/{receipt.id}"' in page


def test_other_pages_may_show_a_result_in_a_frame(site, receipt):
    base = str(site.base_url).rstrip("/")
    tags = Tags(site.get(f"/s/{receipt.id}").text)
    (link,) = [a["href"] for a in tags.all("link") if a.get("type") == "application/json+oembed"]
    told = site.get(link).json()
    assert (told["version"], told["type"]) == ("1.0", "rich")
    (frame,) = Tags(told["html"]).all("iframe")
    assert frame["src"] == f"{base}/viewer/?id={receipt.id}&embed=1"
    assert "xr-spatial-tracking" in frame["allow"]
    assert (int(frame["width"]), int(frame["height"])) == (told["width"], told["height"])
    aspect = told["thumbnail_width"] / told["thumbnail_height"]
    assert told["width"] / told["height"] == pytest.approx(aspect, rel=0.02)
    assert site.get(told["thumbnail_url"]).headers["content-type"] == "image/jpeg"
    smaller = site.get(link, params={**httpx.URL(link).params, "maxwidth": 200, "maxheight": 50})
    assert smaller.json()["height"] == 50
    assert told["html"] in unescape(site.get(f"/s/{receipt.id}").text)  # the snippet to paste


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"format": "xml"}, 501),
        ({"maxwidth": "0"}, 400),
        ({"maxheight": "wide"}, 400),
        ({"url": "https://elsewhere.example/s/{id}"}, 404),
        ({"url": "{base}/s/" + "0" * 32}, 404),
        ({"url": "{base}/s/../s/{id}"}, 404),
        ({"url": ""}, 404),
    ],
    ids=str,
)
def test_an_embedding_that_cannot_be_told(site, receipt, changes, status):
    base = str(site.base_url).rstrip("/")
    asked = {"url": "{base}/s/{id}", **changes}
    params = {key: value.format(base=base, id=receipt.id) for key, value in asked.items()}
    answer = site.get("/oembed", params=params)
    assert answer.status_code == status
    assert receipt.id not in answer.text


def test_the_code_for_a_headset_leads_to_the_same_picture(store, receipt):
    with TestClient(Starlette(routes=make_routes(store)), "http://192.0.2.7:7860") as client:
        query = f"id={receipt.id}"
        code = client.get(f"/viewer/code.svg?{query}")
        wanted = segno.make(f"http://192.0.2.7:7860/viewer/?{query}", error="l", micro=False)
        out = BytesIO()
        wanted.save(out, kind="svg", scale=4, border=3, light="white")
        assert code.headers["content-type"].startswith("image/svg+xml")
        assert code.content == out.getvalue()
        assert client.get("/viewer/code.svg?src=" + "x" * 2000).status_code == 204
        local = client.get(f"http://127.0.0.1:7860/viewer/code.svg?{query}")
        assert (local.status_code, local.content) == (204, b"")  # no other device gets there


def test_who_may_frame_a_page(site, receipt):
    policies = [
        site.get(path).headers["content-security-policy"]
        for path in (f"/s/{receipt.id}", f"/s/{receipt.id}/delete", "/viewer/")
    ]
    assert [p.rpartition("frame-ancestors ")[2] for p in policies] == ["'self'", "'self'", "*"]
    assert "script-src 'self'; " in policies[2]
    for path in ("/", f"/s/{receipt.id}", "/viewer/main.js", "/nowhere", "/gradio_api/info"):
        headers = site.get(path).headers
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == (
            "nosniff",
            "no-referrer",
        )


def test_the_manifest_and_its_files(site, receipt):
    base = httpx.URL(f"{site.base_url}s/{receipt.id}/manifest.json")
    answer = site.get(base)
    assert answer.headers["content-type"] == "application/json"
    manifest = manifest_from_json(answer.text)
    for file in manifest.files.values():
        got = site.get(base.join(file.href))
        assert (got.status_code, got.headers["content-type"]) == (200, file.type)
        assert len(got.content) == file.bytes
        assert got.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/s/" + "0" * 32,
        "/s/x",
        "/s/" + "0" * 32 + "/manifest.json",
        "/s/" + "0" * 32 + "/delete",
        "/s/..%2f..%2fetc",
        "/s/%2e%2e/%2e%2e/etc/passwd",
        "/viewer/..%2f__init__.py",
        "/viewer/missing.js",
        "/viewer/__init__.py",
    ],
)
def test_forged_addresses(site, path):
    answer = site.get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "name",
    ["delete_token.sha256", "..%2fmanifest.json", "../x/manifest.json", "%00", "missing.jpg"],
)
def test_forged_names(site, receipt, name):
    assert site.get(f"/s/{receipt.id}/{name}").status_code == 404


def test_the_owner_deletes(site, receipt):
    link = f"/s/{receipt.id}"
    page = site.get(f"{link}/delete")
    assert page.status_code == 200
    assert receipt.delete_token not in page.text
    assert site.delete(link).status_code == 404
    assert site.delete(link, headers={"X-Delete-Token": "0" * 32}).status_code == 404
    assert site.get(link).status_code == 200
    assert site.delete(link, headers={"X-Delete-Token": receipt.delete_token}).status_code == 204
    gone = site.get(link)
    assert gone.status_code == 404
    assert "This spatial photo is gone" in gone.text
    assert site.get(f"{link}/manifest.json").status_code == 404
    assert site.get(f"{link}/delete").status_code == 404


def test_an_expired_link_is_gone(site, store, clock):
    receipt = store.share(make_result(), FORMATS)
    before, clock.now = clock.now, clock.now + timedelta(days=7)
    try:
        assert site.get(f"/s/{receipt.id}").status_code == 404
    finally:
        clock.now = before
    assert site.get(f"/s/{receipt.id}").status_code == 200


def test_the_viewer_is_served_with_types_that_browsers_run(site):
    page = site.get("/viewer/")
    assert page.headers["content-type"].startswith("text/html")
    scripts = re.findall(r'src="([\w.]+\.js)"', page.text)
    assert scripts
    for script in scripts:
        assert site.get(f"/viewer/{script}").headers["content-type"].startswith("text/javascript")
    assert site.get("/viewer/viewer.css").headers["content-type"].startswith("text/css")


def test_the_page_itself_still_answers(site):
    assert site.get("/").status_code == 200
    assert "named_endpoints" in json.loads(site.get("/gradio_api/info").text)
