"""app.py as people start it, in a process of its own, and a browser that visits it."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest
from benchmark_app.server import free_port

ROOT = Path(__file__).parents[1]
COFFEE = ROOT / "examples" / "coffee.jpg"
PATIENCE_S = 240  # only a failure waits this long


def start(port, log):
    environment = {
        **os.environ,
        "GRADIO_SERVER_PORT": str(port),
        "SPATIAL_DATA": str(log.parent / "data"),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, str(ROOT / "app.py")]
    with log.open("wb") as sink:
        return subprocess.Popen(command, cwd=log.parent, env=environment, stderr=sink)


def wait_until_it_answers(process, url, log):
    opener = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with opener.open(url):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"app.py did not answer:\n{log.read_text()}")


@contextmanager
def serving(folder):
    """Run app.py with its log and shared results in a folder; yields its address."""
    port = free_port()
    log = folder / f"stderr-{port}.txt"
    process = start(port, log)
    url = f"http://127.0.0.1:{port}/"
    try:
        wait_until_it_answers(process, url, log)
        yield url
    finally:
        process.terminate()
        process.wait()


@contextmanager
def visit(browser, url, path="", **options):
    """A page, and the lists of what it asked other hosts for (in vain, `CHROMIUM_FLAGS`) and
    complained about.
    """
    outside, complaints = [], []
    own = (url, "data:", "blob:")
    page = profile(browser, options).new_page()
    page.set_default_timeout(1000 * PATIENCE_S)
    page.on("request", lambda r: r.url.startswith(own) or outside.append(r.url))
    page.on("console", lambda m: m.type == "error" and complaints.append(m.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        page.goto(url + path)
        yield page, outside, complaints
    finally:
        page.close()


def profile(browser, options):
    """One browser profile for all visits with the same options: Gradio's scripts are
    compiled once.
    """
    wanted = (browser, repr(sorted(options.items())))
    if wanted not in PROFILES:
        # Still and coarse, unless that is what is tested: graphics are drawn by the processor.
        PROFILES[wanted] = browser.new_context(**{**CHEAP, **options})
    return PROFILES[wanted]


PROFILES = {}
CHEAP = {"reduced_motion": "reduce", "device_scale_factor": 0.5}
LEFT = "#stereo-views img.left"
CHOOSE = "#choose-block input[type=file]"
PHOTO = "#stereo-views img.photo"
STRENGTH = "#setting-max_parallax_percent input[type=range]"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def wait_for_change(page, selector, before):
    page.wait_for_function(
        "([selector, before]) => document.querySelector(selector)?.src.endsWith(before) === false",
        arg=[selector, before],
    )


def wait_for_picture_of(page, name):
    """Wait until this photo and its views are shown, and something can be done with them."""
    page.wait_for_selector(f"{PHOTO}[src*='/{name}.']")
    page.wait_for_selector(f"html[data-offers~=result] {LEFT}:visible")


def wait_for_example(page):
    wait_for_picture_of(page, "astronaut")


def unfold(page, name):
    """Unfold a panel, unless it is."""
    _press_where(page, name, is_open=False)


def fold(page, name):
    _press_where(page, name, is_open=True)


def _press_where(page, name, *, is_open):
    panel = page.get_by_role("button", name=name)
    if ("open" in (panel.get_attribute("class") or "").split()) == is_open:
        panel.click()


def start_over(page):
    """Settings as at first, no word left to read, and no photo."""
    close_toasts(page)
    reset = page.get_by_role("button", name="Reset all settings", include_hidden=True)
    if not reset.count():  # it is made when it is unfolded for the first time
        unfold(page, "More")
    reset.evaluate("(button) => button.click()")
    fold(page, "More")
    if page.is_visible("#remove"):
        page.click("#remove")
    page.wait_for_selector("html[data-offers='']")
    page.evaluate("scrollTo(0, 0)")


def close_toasts(page):
    for told in page.query_selector_all("[data-testid=toast-close]"):
        told.click()
    page.wait_for_selector("[data-testid=toast-body]", state="detached")


def choose_example(page, name):
    page.get_by_role("button", name=f"Example photo: {name}").click()
    wait_for_picture_of(page, name)


def open_goals(page):
    if not page.is_visible("#goals"):
        page.click("#save-share")


def ask_for_files(page):
    """Ask for the files for a television."""
    open_goals(page)
    page.click("#make-television")


def wait_for_files_of(page, name):
    page.wait_for_selector(f"#goal-television a[href*='/{name}_Half_LR']")
