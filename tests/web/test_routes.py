"""Shared results and the viewer as a browser asks for them."""

import json
import re
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser

import httpx
import pytest
from live_page import running
from scenes import Ramp, make_result

from spatial.formats import manifest_from_json
from spatial.results import ResultStore
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
        httpx.Client(base_url=url, trust_env=False) as client,
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
    assert "08 January 2030" in answer.text
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
