"""What all tests share: no way to the real Hub, a local one, and one browser."""

import os
import shutil

# Before anything imports the Hub client: whoever forgets to name an endpoint is refused at once.
os.environ["HF_ENDPOINT"] = "http://127.0.0.1:9"
os.environ["HF_HUB_DISABLE_XET"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ.setdefault("OMP_NUM_THREADS", "1")  # two workers share the cores
os.environ["NO_PROXY"] = "127.0.0.1,localhost"

import pytest
from absent import missing
from hub_server import HubServer

collect_ignore_glob = ["*/conftest.py"]  # no doctests there; two of one name in a run would collide

CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no way to any other host
    "--disable-gpu-compositing",  # without a GPU, its emulation takes twice the time for pages
    "--use-gl=angle",  # software graphics: the viewer's pixels are read back
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)


def pytest_collection_modifyitems(items):
    """Files that need a browser come first: they take longest, and one left to the end is waited for."""
    longest = {item.path for item in items if "browser" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: item.path not in longest)


@pytest.fixture
def hub():
    """A HubServer without repositories."""
    with HubServer() as server:
        yield server


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium; one for all, because Playwright runs once in a process."""
    found = [os.environ.get("CHROMIUM"), *map(shutil.which, CHROMIUM_NAMES)]
    chromium = next(filter(None, found), None)
    if chromium is None:
        missing("no Chromium on PATH: apt-get install chromium, or set CHROMIUM")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - most tests do without

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield opened
        opened.close()
