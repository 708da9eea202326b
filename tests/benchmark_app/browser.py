"""The page as a visitor's browser sees it, timed in headless Chromium."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")
_TIMEOUT_MS = 180_000
_LEFT = "#stereo-views img.left"
_STRENGTH = "#setting-max_parallax_percent input[type=range]"
CHOOSE = "#choose-block input[type=file]"
_FULL_SIZE = "#goal-television a[href*=Half_LR]"
_FIRST_PAINT = """
() => new Promise((done) => new PerformanceObserver((list) => {
  const found = list.getEntriesByName('first-contentful-paint')[0];
  if (found) done(found.startTime);
}).observe({ type: 'paint', buffered: true }))
"""
# From the visitor's hand on the slider to the new picture, which the page shows only once it is
# decoded.
_MOVE_SLIDER = """
([slider, picture, value]) => new Promise((done) => {
  const shown = document.querySelector(picture), input = document.querySelector(slider);
  const start = performance.now();
  new MutationObserver((_, observer) => {
    observer.disconnect();
    requestAnimationFrame(() => done(performance.now() - start));
  }).observe(shown, { attributes: true, attributeFilter: ['src'] });
  input.value = value;
  for (const name of ['input', 'change']) input.dispatchEvent(new Event(name, { bubbles: true }));
})
"""


class NoBrowserError(RuntimeError):
    """There is no Chromium, or nothing to drive it with; the message says what to install."""


def find_chromium() -> str:
    """Return the path of Chromium: ``CHROMIUM``, or a known name on PATH.

    Raises:
        NoBrowserError: there is none, or Playwright is not installed.
    """
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), "")
    if not named:
        msg = "no Chromium on PATH: apt-get install chromium, or set CHROMIUM to its path"
        raise NoBrowserError(msg)
    if find_spec("playwright") is None:
        msg = "Playwright is not installed: pip install playwright"
        raise NoBrowserError(msg)
    return named


@contextmanager
def open_page(url: str, scripts: Iterable[Path | str] = ()) -> Iterator[Any]:
    """Open the page in a new, headless Chromium, after scripts of its own (files, or their text).

    Raises:
        NoBrowserError: there is none, or Playwright is not installed.
    """
    chromium = find_chromium()
    playwright = import_module("playwright.sync_api").sync_playwright  # not for people who convert
    with playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        screen = {"width": 1440, "height": 900}
        context = browser.new_context(viewport=screen, reduced_motion="reduce")
        page = context.new_page()
        page.set_default_timeout(_TIMEOUT_MS)
        for script in scripts:
            page.add_init_script(**{"path" if isinstance(script, Path) else "script": script})
        page.goto(url)
        yield page
        browser.close()


def first_paint_s(page: Any) -> float:
    """Return the seconds from the request of the page to its first contentful paint."""
    return page.evaluate(_FIRST_PAINT) / 1000.0


def wait_for_picture(page: Any, name: str) -> None:
    """Wait until the views of a photo are shown."""
    page.wait_for_selector(f"#stereo-views img.photo[src*='/{name}.']")
    page.wait_for_selector(f"html[data-offers~=result] {_LEFT}:visible")


def wait_for_example(page: Any) -> None:
    """Wait until the example that the page opens on is finished, where there is one."""
    if page.locator("#examples").count():
        page.wait_for_selector(f"html[data-offers~=result] {_LEFT}:visible")


def moving_s(page: Any) -> float:
    """Return the seconds from the request of the page to a picture that is drawn in 3D."""
    page.wait_for_selector("#stereo-views .drawn canvas")
    return page.evaluate("performance.now()") / 1000.0


def upload_to_view_s(page: Any, photo: Path) -> float:
    """Return the seconds from choosing a photo to its stereo picture on the page; an earlier one
    must be there.
    """
    before = page.get_attribute(_LEFT, "src")
    start = perf_counter()
    page.set_input_files(CHOOSE, str(photo))
    page.wait_for_function(
        "([picture, before]) => document.querySelector(picture)?.getAttribute('src') !== before",
        arg=[_LEFT, before],
    )
    return perf_counter() - start


def slider_to_preview_s(page: Any, percent: float) -> float:
    """Return the seconds from moving the strength to the new picture on the page."""
    return page.evaluate(_MOVE_SLIDER, [_STRENGTH, _LEFT, str(percent)]) / 1000.0


def full_size_s(page: Any) -> tuple[float, float]:
    """Return the seconds from asking for full-size files for a television to having one, and of its
    download alone.
    """
    page.click("#save-share")
    start = perf_counter()
    page.click("#make-television")
    address = page.wait_for_selector(_FULL_SIZE).get_attribute("href")
    there = perf_counter()
    page.evaluate("async (address) => (await (await fetch(address)).blob()).size", address)
    return perf_counter() - start, perf_counter() - there
