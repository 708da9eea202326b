"""A scene: the mesh of its layers, what a moved head sees of it, and what becomes of a torn one."""

import json
import zlib
from datetime import datetime, timezone
from typing import Any

import cv2
import numpy as np
import pytest
from test_scene import result_of
from viewer_driver import Driver, differs, extent
from viewer_pictures import BACKGROUND, png

from spatial.formats import write_formats
from spatial.metrics import psnr

SIZE = (320, 240)  # columns and rows of the picture
RANGE = (-0.025, 0.035)
EYES_M = 0.063
SCREEN_M, DISTANCE_M = 2.0, 2.5  # width and distance of the virtual screen
UNIT = 160  # pixels per unit of tan in one eye's 320 columns
GREY = (90, 90, 90)
FAR_D = -0.02
# Marks by colour: disparity as a share of the width, and the middle of the mark in the photo.
MARKS = {(230, 20, 20): (FAR_D, 80), (20, 200, 20): (0.0, 160), (20, 20, 230): (0.03, 240)}
STEP = 4  # pixels of the picture for one of its levels: software draws the mesh of many slowly
HALF = 4 * STEP  # of a mark, pixels: whole levels


@pytest.fixture(scope="module")
def page(browser, site, node_packages):
    """A page without headset, shared by a module."""
    driver = Driver(browser, site, node_packages, headset=False)
    yield driver.open("test")
    driver.close()


def png16(levels):
    """A grey PNG of 16 bits, its rows filtered by all five filters in turn."""
    rows = levels.astype(">u2").view(np.uint8).reshape(levels.shape[0], -1).astype(int)
    above = np.vstack([np.zeros_like(rows[:1]), rows[:-1]])
    left, corner = (np.pad(part, ((0, 0), (2, 0)))[:, :-2] for part in (rows, above))
    base = left + above - corner
    errors = [np.abs(base - part) for part in (left, above, corner)]
    nearest = np.where(
        (errors[0] <= errors[1]) & (errors[0] <= errors[2]),
        left,
        np.where(errors[1] <= errors[2], above, corner),
    )
    predicted = [np.zeros_like(rows), left, above, (left + above) // 2, nearest]
    raw = b"".join(
        bytes([y % 5]) + ((rows[y] - predicted[y % 5][y]) % 256).astype(np.uint8).tobytes()
        for y in range(len(rows))
    )

    def chunk(name, data):
        check = zlib.crc32(name + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + name + data + check

    head = b"".join(side.to_bytes(4, "big") for side in levels.shape[::-1]) + b"\x10\0\0\0\0"
    packed = zlib.compress(raw)
    middle = len(packed) // 2
    parts = chunk(b"IDAT", packed[:middle]) + chunk(b"IDAT", packed[middle:])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + parts + chunk(b"IEND", b"")


DECODE = """async (bytes) => {
  const { decodePng16 } = await import('/viewer/png16.js');
  const { width, height, levels } = await decodePng16(new Uint8Array(bytes));
  return { width, height, levels: [...levels] };
}"""


def test_16_bits_are_read_in_full(page):
    levels = np.random.default_rng(5).integers(0, 65536, (11, 7))
    levels[5:] = np.linspace(0, 65535, 42).reshape(6, 7)
    read = page.page.evaluate(DECODE, list(png16(levels)))
    assert (read["width"], read["height"]) == (7, 11)
    assert read["levels"] == levels.ravel().tolist()


MESH = """async ([levels, width, height, range, most, step]) => {
  const { buildMesh } = await import('/viewer/scene_mesh.js');
  const map = { width, height, levels: new Uint16Array(levels) };
  const { corners, triangles } = buildMesh(map, { range, most, step: step ?? Infinity });
  return { corners: [...corners], triangles: [...triangles] };
}"""


def mesh(page, levels, *, most=2000, step=0.005, extent=RANGE):
    """Corners [N, 5] and triangles [M, 3] of a layer."""
    height, width = levels.shape
    asked = [levels.ravel().tolist(), width, height, list(extent), most, step]
    made = page.page.evaluate(MESH, asked)
    return np.reshape(made["corners"], (-1, 5)), np.reshape(made["triangles"], (-1, 3))


def test_a_corner_lies_where_both_eyes_see_it(page):
    """Both eyes' lines through a corner's two places on the screen meet at it: Z = IPD D / (IPD -
    p).
    """
    distance = """async ([d, screen]) => {
      const { relativeDistance } = await import('/viewer/scene_mesh.js');
      return relativeDistance(d, screen);
    }"""
    for disparity, offset in ((-0.02, 0.0), (0.0, 0.0), (0.03, 0.0), (0.01, 0.004)):
        screen = {"widthM": SCREEN_M, "offsetM": offset, "eyeDistanceM": EYES_M}
        away = page.page.evaluate(distance, [disparity, screen]) * DISTANCE_M
        parallax = 2 * offset - disparity * SCREEN_M
        assert away == pytest.approx(EYES_M * DISTANCE_M / (EYES_M - parallax))
        for side in (-1, 1):
            eye, middle = side * EYES_M / 2, 0.4
            seen = middle + side * parallax / 2  # where this eye sees it on the screen
            assert eye + (seen - eye) * away / DISTANCE_M == pytest.approx(
                middle * away / DISTANCE_M
            )


def test_a_quad_across_a_step_is_cut_into_its_two_sides(page):
    levels = np.zeros((60, 80), int)
    levels[:, 41:] = 60000
    corners, triangles = mesh(page, levels)
    sides = corners[triangles][:, :, 3]
    assert (sides == sides[:, :1]).all()
    spans = np.ptp(corners[triangles][:, :, 2], axis=1)
    assert spans.max() < 0.001  # no triangle bridges the step
    kinds = sides[:, 0]
    assert set(kinds) == {-1, 0, 1}
    assert (np.diff(np.flatnonzero(kinds == 1)) == 1).all()
    assert kinds[-1] == 1  # near sides are drawn last
    cut = corners[np.unique(triangles[kinds != 0])]
    assert cut[:, 0].min() >= 0.45
    assert cut[:, 0].max() <= 0.6
    whole, _ = mesh(page, levels, step=None)
    assert (whole[:, 3] == 0).all()  # a layer without holes


def test_a_mesh_keeps_to_its_number_of_triangles_and_goes_on_beyond_its_edge(page):
    noise = np.random.default_rng(1).integers(0, 65536, (100, 130))
    for levels in (noise, np.zeros((1, 1), int), noise[:1], noise[:, :1]):
        corners, triangles = mesh(page, levels)
        assert len(triangles) <= 2 * 2000 + 500
        assert triangles.max() < len(corners)
        assert np.isfinite(corners).all()
        assert corners[:, :2].min() < 0
        assert corners[:, :2].max() > 1


def level_of(disparity):
    return round((disparity - RANGE[0]) / (RANGE[1] - RANGE[0]) * 65535)


def layers():
    """Colours and levels of front and back: marks at three depths over something far."""
    width, height = SIZE
    back = np.full((height, width, 3), GREY, np.uint8)
    far = np.full((height, width), level_of(FAR_D))
    front, near = back.copy(), far.copy()
    for colour, (disparity, x) in MARKS.items():
        spot = (slice(120 - HALF, 120 + HALF), slice(x - HALF, x + HALF))
        front[spot] = colour
        near[spot] = level_of(disparity)
    return (front, near), (back, far)


def put_scene(site, folder, *, depth_map=None, **changes):
    """Serve a result with a scene and perhaps a depth map; ``changes`` replace parts of the scene's
    entry in its manifest.
    """
    pair = []
    (front, near), (back, far) = layers()
    for side in (0.5, -0.5):
        view = back.copy()
        for colour, (disparity, x) in MARKS.items():
            at = x + round(side * disparity * SIZE[0])
            view[120 - HALF : 120 + HALF, at - HALF : at + HALF] = colour
        pair.append(view)
    site.put(f"{folder}/pair.png", png(np.hstack(pair)))
    entry: dict[str, Any] = {"version": 1, "disparity_range": list(RANGE), "motion_m": 0.15}
    for name, colours, levels in (("front", front, near), ("back", back, far)):
        site.put(f"{folder}/{name}.png", png(colours))
        site.put(f"{folder}/{name}_16.png", png16(levels[::STEP, ::STEP]))
        entry[name] = {
            "colour": {"href": f"{name}.png"},
            "disparity": {"href": f"{name}_16.png"},
        }
    manifest = {
        "schema": 1,
        "layout": "side_by_side",
        "files": {"side_by_side": {"href": "pair.png"}},
        "disparity_px": {"p1": FAR_D * 320, "p99": 0.03 * 320, "reference_width": 320},
        "scene": entry | changes,
        "depth": depth_map and {"href": depth_map},
    }
    site.put(f"{folder}/manifest.json", json.dumps(manifest).encode())
    return f"{folder}/manifest.json"


WITH_SCENE = "#canvas[data-scene=ready]"


@pytest.fixture(scope="module", params=[False, True], ids=["webgl", "layers"])
def inside(request, browser, site, node_packages):
    """A running session with a scene, once for each way to draw."""
    driver = Driver(browser, site, node_packages, layers=request.param)
    driver.open(put_scene(site, "/scene"))
    driver.page.wait_for_selector(WITH_SCENE)
    yield driver.enter()
    driver.close()


def look_from(driver, x=0.0, y=0.0, z=0.0):
    driver.move_head(x=x, y=1.6 + y, z=z)
    driver.run("frames(4)")
    shot = driver.shot(None)
    return shot[:, :320], shot[:, 320:]


def middle_of(eye, colour):
    """Column and row in the middle of a mark, and how many pixels it has."""
    rows, columns = np.nonzero(np.abs(eye.astype(int) - colour).max(axis=2) < 40)
    return np.array([columns.mean() + 0.5, rows.mean() + 0.5]), rows.size


def expected(disparity, photo_x, eye_m):
    """Column at which an eye, ``eye_m`` to the right of the head's resting place, sees a mark."""
    away = EYES_M / (EYES_M + disparity * SCREEN_M)
    x = (photo_x / SIZE[0] - 0.5) * SCREEN_M * away
    return 160 + UNIT * (x - eye_m) / (away * DISTANCE_M)


@pytest.mark.parametrize("head_m", [-0.1, 0.1])
def test_marks_at_three_depths_move_as_computed(inside, head_m):
    for side, eye in zip((-1, 1), look_from(inside, x=head_m), strict=True):
        for colour, (disparity, x) in MARKS.items():
            (column, row), pixels = middle_of(eye, colour)
            assert pixels > 50
            wanted = expected(disparity, x, head_m + side * EYES_M / 2)
            assert column == pytest.approx(wanted, abs=1), colour
            assert row == pytest.approx(160, abs=1)


@pytest.mark.parametrize("place", [(0.1, 0, 0), (-0.1, 0, 0), (0, 0.1, 0), (0.06, -0.06, 0.05)])
def test_no_pixel_is_without_colour(inside, place):
    for eye in look_from(inside, *place):
        top, bottom, left, right = extent(eye)
        frame = eye[top + 1 : bottom - 1, left + 1 : right - 1]
        assert right - left > 100
        assert differs(frame, BACKGROUND).all()


def test_at_rest_the_flat_pair_stays_to_the_pixel(inside):
    rest = look_from(inside)
    inside.set(depth=False)
    flat = look_from(inside)
    inside.set(depth=True)
    assert all((a == b).all() for a, b in zip(rest, flat, strict=True))


def test_the_mesh_comes_by_and_by(inside):
    """Halfway between one and three centimetres half of the pixels are the mesh's."""
    places = [middle_of(look_from(inside, x=x)[0], (20, 20, 230))[0][0] for x in (0.009, 0.031)]
    moved = expected(0.03, 240, 0.031 - EYES_M / 2) - expected(0.03, 240, 0.009 - EYES_M / 2)
    flat = -UNIT * 0.022 / DISTANCE_M
    assert places[1] - places[0] < flat - 0.4 * (flat - moved)


def test_beyond_its_range_the_view_eases_to_a_stop_and_dims(inside):
    colour = (20, 20, 230)
    near, far = (look_from(inside, x=x)[0] for x in (0.149, 0.3))
    (start, _), _ = middle_of(near, colour)
    dimmed = [int(0.45 * c) for c in colour]
    (end, _), _ = middle_of(far, dimmed)
    assert end == pytest.approx(start, abs=2)
    assert far[160, 160].max() < 60 < near[160, 160].max()


def test_beyond_its_range_buttons_say_so_and_bring_the_screen_there(inside):
    look_from(inside)
    inside.set(buttons=True)
    inside.point(x=2.0)
    widths = [buttons_width(look_from(inside, x=x)[0]) for x in (0.149, 0.3)]
    assert widths[0] <= ONE_BUTTON + 2
    assert widths[1] == pytest.approx(3 * ONE_BUTTON, abs=6)
    inside.point(y=BUTTONS_Y)  # at the one in the middle
    inside.pull_trigger()
    inside.point(x=2.0)
    eye = look_from(inside, x=0.3)[0]
    assert buttons_width(eye) == pytest.approx(ONE_BUTTON, abs=2)
    assert eye[160, 160].max() > 60  # full light
    inside.set(buttons=False)
    inside.move_head()
    inside.pull_trigger()


# Height of the buttons' middle below the screen over its distance, and a button's pixels.
BUTTONS_Y, ONE_BUTTON = -0.366, 160 * 0.22


def buttons_width(eye):
    """Columns in which the buttons' ground is seen."""
    row = round(160 - 160 * BUTTONS_Y)
    return (~differs(eye[row - 4 : row + 5], (0x22, 0x26, 0x2E))).any(axis=0).sum()


def test_a_page_without_headset_shows_the_layers_from_beside(page, site):
    page.send(src=put_scene(site, "/flat"))
    page.page.wait_for_selector(WITH_SCENE)
    page.page.evaluate("document.querySelector('input[value=parallax]').click()")
    box = page.page.locator("#canvas").bounding_box()
    places = {}
    for side, share in (("left", 0.02), ("right", 0.98)):
        page.page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        page.run("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
        shot = page.shot()
        places[side] = {c: middle_of(shot, c)[0][0] for c in MARKS}
        top, bottom, start, end = extent(shot, (0, 0, 0))
        assert differs(shot[top + 1 : bottom - 1, start + 1 : end - 1], (0, 0, 0)).all()
    for colour, (disparity, _) in MARKS.items():
        moved = places["right"][colour] - places["left"][colour]
        eyes = 1.6 * 0.96  # eye distances from the one side to the other
        assert moved == pytest.approx(-eyes * disparity * (end - start), abs=1.5)


# No picture is decoded before the layers are asked for.
DECODING_WAITS = """() => {
  const [decode, get] = [createImageBitmap, fetch];
  const asked = new Promise((done) => {
    globalThis.fetch = (address, ...how) => {
      if (`${address}`.includes('_16.png')) done();
      return get(address, ...how);
    };
  });
  globalThis.createImageBitmap = async (...what) => {
    globalThis.saidMeanwhile = document.querySelector('#message p').textContent;
    await asked;
    Object.assign(globalThis, { createImageBitmap: decode, fetch: get });
    return decode(...what);
  };
}"""


def test_a_scene_is_begun_beside_its_picture_and_needs_no_depth_map(page, site):
    source = put_scene(site, "/begun", depth_map="depth.png")
    asked = []
    page.page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[1]))
    page.page.evaluate(DECODING_WAITS)
    page.send(src=source)
    page.page.wait_for_selector(WITH_SCENE)
    assert page.run("saidMeanwhile") == "pair"
    assert "depth.png" not in asked
    page.send(src=put_scene(site, "/begun", depth_map="depth.png", version=2))
    assert "depth.png" in asked


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"disparity_range": ["NaN", 0.03]},
        {"disparity_range": [0.03, -0.02]},
        {"disparity_range": None},
        {"motion_m": -1},
        {"back": None},
        {"front": {"colour": {"href": "front.png"}}},
        {"front": {"colour": {"href": "front.png"}, "disparity": {"href": "missing.png"}}},
        {"front": {"colour": {"href": "torn.png"}, "disparity": {"href": "front_16.png"}}},
        {"front": {"colour": {"href": "front.png"}, "disparity": {"href": "torn.png"}}},
        {"front": {"colour": {"href": "front.png"}, "disparity": {"href": "front.png"}}},
    ],
    ids=str,
)
def test_a_scene_that_cannot_be_read_leaves_the_pair_and_says_so(page, site, changes):
    source = put_scene(site, "/torn", **changes)
    levels = site.files["/torn/front_16.png"]
    site.put("/torn/torn.png", levels[: len(levels) // 2])
    page.send(src=source)
    page.page.wait_for_selector("#facts:has-text('its scene cannot be read')")
    assert page.page.locator("#message").is_hidden()


def test_a_lost_graphics_context_brings_the_scene_back(page, site):
    page.send(src=put_scene(site, "/lost"))
    page.page.wait_for_selector(WITH_SCENE)
    page.page.evaluate(
        "() => { globalThis.loss = canvas.getContext('webgl2').getExtension('WEBGL_lose_context');"
        " loss.loseContext(); }"
    )
    page.wait_for_state("context_lost")
    page.page.wait_for_selector("#canvas:not([data-scene=ready])")
    page.page.evaluate("() => loss.restoreContext()")
    page.wait_for_picture()
    page.page.wait_for_selector(WITH_SCENE)


def test_a_written_scene_shows_each_eye_its_view(start, site, tmp_path):
    """The whole way: layers and manifest as written, drawn by the page from where an eye is."""
    result = result_of()
    paths = write_formats(
        result,
        tmp_path,
        created=datetime(2025, 1, 31, 12, tzinfo=timezone.utc),
        formats=("sbs", "scene"),
    )
    for path in paths.values():
        site.put(f"/written/{path.name}", path.read_bytes())
    driver = start(headset=False, viewport={"width": 360, "height": 480})
    driver.open(f"/written/{paths['manifest'].name}")
    driver.page.wait_for_selector(WITH_SCENE)
    driver.page.evaluate("document.querySelector('input[value=parallax]').click()")
    box = driver.page.locator("#canvas").bounding_box()
    for right, view in ((-1, result.pair.left), (1, result.pair.right)):
        share = 0.5 + right / 3.2  # the whole width is 1.6 eye distances
        driver.page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        driver.run("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
        shot = driver.shot()
        top, bottom, first, last = extent(shot, (0, 0, 0))
        size = (last - first, bottom - top)
        wanted = np.asarray(cv2.resize(view, size, interpolation=cv2.INTER_LINEAR), np.uint8)
        inner = (slice(8, -8), slice(size[0] // 12, -size[0] // 12))
        assert psnr(shot[top:bottom, first:last][inner], wanted[inner]) > 32
