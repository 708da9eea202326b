"""app.py as people start it, with the embedded model, through a real browser when there is one."""

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest
from gradio_client import Client, handle_file
from live_page import free_port, save_photo, size_of
from playwright.sync_api import sync_playwright

from spatial.web.server import serve

ROOT = Path(__file__).parents[2]
COFFEE = ROOT / "examples" / "coffee.jpg"
START_LIMIT_S = 120
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def start(port, log):
    environment = {**os.environ, "GRADIO_SERVER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(ROOT / "app.py")]
    with log.open("wb") as sink:
        return subprocess.Popen(command, cwd=log.parent, env=environment, stderr=sink)


def wait_until_it_answers(process, url, log):
    opener = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with opener.open(url):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"app.py did not answer:\n{log.read_text()}")


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The address of a running app.py."""
    log = tmp_path_factory.mktemp("app") / "stderr.txt"
    port = free_port()
    process = start(port, log)
    url = f"http://127.0.0.1:{port}/"
    try:
        wait_until_it_answers(process, url, log)
        yield url
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def chromium():
    if CHROMIUM is None:
        reason = "no chromium on PATH; install it, on Debian: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


@contextmanager
def visit(chromium, url, **options):
    """A page that can reach nothing but this machine, and the lists of what it asked for and complained about."""
    outside, complaints = [], []

    def guard(route):
        if route.request.url.startswith((url, "data:", "blob:")):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    context = chromium.new_context(**options)
    context.route("**/*", guard)
    page = context.new_page()
    page.on("console", lambda m: m.type == "error" and complaints.append(m.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(url)
    yield page, outside, complaints
    context.close()


def wait_for_change(page, selector, before):
    page.wait_for_function(
        "([selector, before]) => document.querySelector(selector)?.src !== before",
        arg=[selector, before],
    )


def test_a_real_photo_becomes_a_pair(app, tmp_path):
    client = Client(app, verbose=False, download_files=tmp_path)
    files, report = client.predict(handle_file(str(COFFEE)), api_name="/convert")
    names = {Path(f).name: f for f in files}
    width, height = size_of(COFFEE)
    assert size_of(names["coffee_LRF_Full_SBS.jpg"]) == (2 * width, height)
    assert report["estimator"]["id"] == "embedded"


def test_the_page_converts_with_every_other_host_blocked(app, chromium):
    with visit(chromium, app, viewport={"width": 1440, "height": 900}) as (
        page,
        outside,
        complaints,
    ):
        page.wait_for_selector("#photo img")  # opens with an example
        page.set_input_files("#photo input[type=file]", str(COFFEE))
        page.wait_for_selector("#photo img[src*=coffee]")
        page.click("#make")
        page.wait_for_selector("#stereo-files a")
        assert "coffee_LRF_Full_SBS" in page.inner_text("#stereo-files")
        shown = page.get_attribute("#stereo-views img", "src")
        page.locator("#setting-max_parallax_percent input[type=range]").fill("6")
        wait_for_change(page, "#stereo-views img", shown)
        assert page.locator("#stereo-files a").count() == 0  # files of other settings are gone
        page.click("#make-files")
        page.wait_for_selector("#stereo-files a")
        page.get_by_role("tab", name="Depth").click()
        page.wait_for_selector("#depth-slider img")
        page.get_by_role("tab", name="Metrics").click()
        page.wait_for_selector("#metrics-table td")
        page.get_by_role("button", name="Paper preset").click()
        page.wait_for_selector("#setting-bokeh input:checked")
        assert (outside, complaints) == ([], [])


def test_a_phones_original_keeps_its_name(app, chromium, tmp_path):
    heic = save_photo(tmp_path / "phone.heic")
    with visit(chromium, app) as (page, _, _):
        page.wait_for_selector("#photo img")
        page.set_input_files("#photo-block input[type=file] >> nth=-1", str(heic))
        page.wait_for_selector("#photo img[src*=shown]")
        page.click("#make")
        page.wait_for_selector("#stereo-files a")
        assert "phone_manifest" in page.inner_text("#stereo-files")


def test_a_bad_upload_is_told_and_the_page_fits_a_phone(app, chromium, tmp_path):
    notes = tmp_path / "notes.jpg"
    notes.write_text("no picture")
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    with visit(chromium, app, **phone) as (page, outside, _):
        page.wait_for_selector("#photo img")  # opens with an example
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.set_input_files("#photo-block input[type=file] >> nth=-1", str(notes))
        told = page.wait_for_selector("[data-testid=toast-body]").inner_text()
        assert "notes.jpg is not a photo that can be read" in told
        assert "Traceback" not in told
        assert outside == []


def test_a_taken_port_is_one_clear_line(app, tmp_path):
    log = tmp_path / "stderr.txt"
    port = int(app.rstrip("/").rsplit(":", 1)[1])
    assert start(port, log).wait() == 2
    lines = log.read_text().splitlines()
    assert len(lines) == 1
    assert f"127.0.0.1:{port}" in lines[0]
    assert "GRADIO_SERVER_PORT" in lines[0]


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1"])
def test_a_wrong_port_is_one_clear_line(monkeypatch, capsys, port):
    monkeypatch.setenv("GRADIO_SERVER_PORT", port)
    assert serve() == 2
    assert capsys.readouterr().err == (
        f"{port!r} is no port; choose one from 1 to 65535 with GRADIO_SERVER_PORT\n"
    )


def test_serve_refuses_a_taken_port(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert serve(port=taken.getsockname()[1]) == 2
    assert capsys.readouterr().err.count("\n") == 1
