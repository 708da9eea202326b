"""What all tests share: no way to the real Hub, a local one, and one browser."""

import gc
import os
import shutil

gc.disable()  # what is imported stays: looking through it again and again takes long
# Before anything imports the Hub client: whoever forgets to name an endpoint is refused at once.
os.environ["HF_ENDPOINT"] = "http://127.0.0.1:9"
os.environ["HF_HUB_DISABLE_XET"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ.setdefault("OMP_NUM_THREADS", "1")  # three workers share two cores: browsers wait a lot
os.environ["NO_PROXY"] = "127.0.0.1,localhost"

import pytest
from absent import missing
from hub_server import HubServer

collect_ignore_glob = ["*/conftest.py"]  # no doctests there; two of one name in a run would collide

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
    """Files that need a browser come first: they take longest, and one left to the end is waited
    for.
    """
    longest = {item.path for item in items if "browser" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: item.path not in longest)


def pytest_collection_finish():
    """From here on what tests leave behind is looked for, and nothing of what was imported."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """A server that stops deletes its pictures, which are named by content: those of the other
    worker's server, too.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("gradio")))
        yield


@pytest.fixture
def hub():
    """A HubServer without repositories."""
    with HubServer() as server:
        yield server


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium, its lighter shell if there is one; one for all, as Playwright runs once in
    a process.
    """
    from benchmark_app.browser import NoBrowserError, find_chromium  # noqa: PLC0415

    try:
        light = not os.environ.get("CHROMIUM") and shutil.which("chromium-headless-shell")
        chromium = light or find_chromium()
    except NoBrowserError as error:
        missing(str(error))
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - most tests do without

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield opened
        opened.close()
