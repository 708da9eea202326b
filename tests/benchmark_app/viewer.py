"""The viewer with a scene, timed in headless Chromium with an emulated headset."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np

from spatial.evaluation.figures import TWELVE_MEGAPIXELS, Figure

from .browser import NoBrowserError, find_chromium, open_page
from .server import running_app

_TESTS = Path(__file__).parents[1]
_PHOTO = _TESTS.parent / "examples/coffee.jpg"
_ADDRESS = "viewer/?src=/file/large_manifest.json&aa=0"
_FORMATS = ("sbs", "scene", "depth_png")
EMULATION = (_TESTS / "viewer/node_modules/iwer/build/iwer.min.js", _TESTS / "viewer/headset.js")
DRAWN, FRAMES = 60, 1000
# What each frame of a session takes in the page's script, and when picture and scene are there.
_CLOCK = """
globalThis.frameMs = [];
const ask = XRSession.prototype.requestAnimationFrame;
XRSession.prototype.requestAnimationFrame = function (draw) {
  return ask.call(this, (time, frame) => {
    const start = performance.now();
    draw(time, frame);
    frameMs.push(performance.now() - start);
  });
};
globalThis.shownMs = new Promise((done) => addEventListener('DOMContentLoaded', () => {
  const seen = {};
  new MutationObserver(() => {
    if (document.querySelector('#message[hidden]')) seen.picture ??= performance.now();
    if (document.querySelector('#canvas[data-scene=ready]')) seen.scene ??= performance.now();
    if (seen.scene) done(seen);
  }).observe(document.body, { subtree: true, attributes: true });
}));
"""
# The head never rests, so that every frame draws the mesh.
_MOVE = """
(count) => new Promise((done) => {
  frameMs.length = 0;
  const next = (now) => {
    device.position.set(0.1 * Math.cos(now / 400), 1.6 + 0.05 * Math.sin(now / 300), 0);
    if (frameMs.length < count) requestAnimationFrame(next);
    else done(frameMs.slice(0, count));
  };
  requestAnimationFrame(next);
})
"""
_SCRIPTS = (*EMULATION, _CLOCK)
# Without a graphics card a mesh takes it a fifth of a second; what the script takes stays.
_NOT_DRAWN = "WebGL2RenderingContext.prototype.drawElements = () => {}"
_ALL_GARBAGE = {f"includeObjectsCollectedBy{kind}GC": True for kind in ("Major", "Minor")}


def measure_viewer(folder: Path) -> Iterator[Figure]:
    """What a photo of 12 MP with a scene takes, shown by ``spatial view`` and in the headset.

    Raises:
        NoBrowserError: there is none, or no emulated headset.
    """
    find_chromium()
    if not EMULATION[0].is_file():
        msg = "npm packages are missing: npm ci --prefix tests/viewer"
        raise NoBrowserError(msg)
    photo = folder / "large.jpg"
    height, width = TWELVE_MEGAPIXELS
    small = np.asarray(cv2.imread(str(_PHOTO)))
    cv2.imwrite(str(photo), cv2.resize(small, (width, height)))
    spatial = (sys.executable, "-m", "spatial")
    convert = (*spatial, "convert", str(photo), "-o", str(folder), "--formats", *_FORMATS)
    subprocess.run(convert, check=True, stdout=subprocess.DEVNULL)
    view = (*spatial, "view", str(folder / "large_manifest.json"))
    with (
        running_app(folder, command=view) as viewer,
        open_page(
            f"{viewer.url}viewer/?src=/file/large_manifest.json&aa=0", scripts=_SCRIPTS
        ) as page,
    ):
        seen = page.evaluate("shownMs")
        name = "viewer: picture shown to scene ready"
        yield Figure(name=name, value=seen["scene"] - seen["picture"], unit="ms")
        page.set_viewport_size({"width": 640, "height": 320})
        page.click("#enter:enabled")
        page.wait_for_selector("#headset-state[data-state=running]")
        page.evaluate(_MOVE, DRAWN)  # buttons have gone, everything is compiled
        times = sorted(page.evaluate(_MOVE, DRAWN))
        name = "viewer: script of a frame in the headset"
        yield Figure(name=f"{name}, median", value=median(times), unit="ms")
        yield Figure(name=f"{name}, 95 %", value=times[int(0.95 * DRAWN)], unit="ms")
        page.evaluate(_NOT_DRAWN)
        yield from _memory(page)


def _memory(page: Any) -> Iterator[Figure]:
    """What frames leave on the script's heap, and what the viewer's files make in one of them."""
    tell = page.context.new_cdp_session(page).send

    def held() -> float:
        tell("HeapProfiler.collectGarbage")
        return tell("Runtime.getHeapUsage")["usedSize"] / 1e3

    def made(node: dict[str, Any]) -> float:
        own = node["selfSize"] if "/viewer/" in node["callFrame"]["url"] else 0
        return own + sum(map(made, node["children"]))

    before = held()
    page.evaluate(_MOVE, FRAMES)
    name = f"viewer: heap after {FRAMES} more frames"
    yield Figure(name=name, value=held() - before, unit="kB")
    tell("HeapProfiler.startSampling", {"samplingInterval": 128, **_ALL_GARBAGE})
    page.evaluate(_MOVE, FRAMES)
    head = tell("HeapProfiler.stopSampling")["profile"]["head"]
    yield Figure(name="viewer: made by a frame", value=made(head) / FRAMES, unit="bytes")
