"""The page without a headset: flat views, what can be chosen, what goes wrong."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from access import PHONE, bring_axe, too_small, violations
from frame_clock import FRAMES_TAKE_MS, QUICK_MS, SLOW_MS, THIRTY_FRAMES
from viewer_driver import Driver, centre, extent
from viewer_pictures import LEFT, LOW, RIGHT, pair, png, view

BLACK = (0, 0, 0)
DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def _page(browser, site, node_packages):
    site.put("/pair.png", png(pair("side_by_side")))
    site.put("/textured.png", png(np.hstack([textured(0), textured(4)])))
    driver = Driver(browser, site, node_packages, headset=False)
    yield driver.open("test")
    driver.close()


@pytest.fixture
def plain(_page):
    """A page without headset, shared by a module: LEFT and RIGHT, the left one on show."""
    _page.send(src="/pair.png", layout="side_by_side")
    _page.set(swap=False)
    choose(_page, "left")
    _page.run("scrollTo(0, 0)")
    return _page


def choose(driver, name):
    driver.page.evaluate("v => document.querySelector(`input[value=${v}]`).click()", name)
    driver.run("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")


def textured(shift, size=(160, 120)):
    """A view whose texture has no repeats; ``shift`` moves it to the left."""
    width, height = size
    noise = np.random.default_rng(7).integers(0, 256, (height // 8, width // 4, 3), dtype=np.uint8)
    return np.roll(noise.repeat(8, axis=0).repeat(4, axis=1), -shift, axis=1)


def test_one_eye_keeps_the_aspect(plain):
    shown = plain.shot()
    assert centre(shown) == LEFT
    top, bottom, start, end = extent(shown, BLACK)
    assert (end - start) / (bottom - top) == pytest.approx(4 / 3, abs=0.03)
    assert tuple(shown[bottom - 3, (start + end) // 2]) == LOW
    plain.set(swap=True)
    plain.run("new Promise(requestAnimationFrame)")
    assert centre(plain.shot()) == RIGHT


def test_cross_eyed_and_parallel(plain):
    for name, colours in (("cross_eyed", [RIGHT, LEFT]), ("parallel", [LEFT, RIGHT])):
        choose(plain, name)
        shown = plain.shot()
        half = shown.shape[1] // 2
        assert [centre(shown[:, :half]) != BLACK, centre(shown[:, half:]) != BLACK] == [True, True]
        parts = [shown[:, :half], shown[:, half:]]
        middles = [extent(part, BLACK)[2:].mean() for part in parts]
        assert [centre(part) for part in parts] == colours, name
        if name == "parallel":  # 62 mm at 96 px to the inch
            assert half + middles[1] - middles[0] == pytest.approx(62 * 96 / 25.4, abs=2)


def test_anaglyph_is_dubois_in_linear_light(plain, site):
    grey, white = np.full((60, 80, 3), 128, np.uint8), np.full((60, 80, 3), 255, np.uint8)
    site.put("/greys.png", png(np.hstack([grey, white])))
    plain.send(src="/greys.png", layout="side_by_side")
    choose(plain, "anaglyph")
    light = ((128 / 255 + 0.055) / 1.055) ** 2.4
    left = np.array([0.437 + 0.449 + 0.164, -0.062 - 0.062 - 0.024, -0.048 - 0.050 - 0.017])
    right = np.array([-0.011 - 0.032 - 0.007, 0.377 + 0.761 + 0.009, -0.026 - 0.093 + 1.234])
    mixed = np.clip(left * light + right, 0, 1)
    expected = np.where(mixed <= 0.0031308, 12.92 * mixed, 1.055 * mixed ** (1 / 2.4) - 0.055) * 255
    assert centre(plain.shot()) == pytest.approx(expected, abs=2)


def test_wiggle_stands_still_under_reduced_motion_until_asked(plain):
    choose(plain, "wiggle")
    assert plain.page.inner_text("#running") == "Go on"
    assert centre(plain.shot()) == LEFT
    plain.page.click("#running")
    shots = (centre(plain.shot()) for _ in range(100))
    assert LEFT in shots
    assert RIGHT in shots  # goes on where the first search ended
    plain.page.click("#running")


def test_nothing_near_shows_twice_beside_its_outline(plain, site):
    """What one view hides behind it, the other one has."""
    views = np.zeros((2, 240, 320, 3), np.uint8)
    views[..., 1] = 200
    for one, start in zip(views, (148, 132), strict=True):
        one[:, start : start + 40] = LEFT
    depth = np.zeros((240, 320, 3), np.uint8)
    depth[:, 140:180] = 255
    show_with_depth(plain, site, np.hstack(list(views)), depth, layout="side_by_side")
    row = look_from(plain, 0.5)[100]
    start, end = extent(row[None], BLACK)[2:]
    red = np.flatnonzero(row[:, 0] > 110)
    scale = (end - start) / 320
    assert red[[0, -1]] == pytest.approx(start + scale * np.array([140, 179]), abs=3)
    assert len(red) == pytest.approx(40 * scale, abs=3)


VIEWPOINTS = {"left": 0.02, "middle": 0.5, "right": 0.98}


def show_with_depth(plain, site, texture, depth, layout="mono"):
    """Show views of 320 px with their depth map, to be looked around in."""
    manifest = json.loads((DATA / "manifest.json").read_text(encoding="utf-8"))
    manifest |= {"layout": layout, "files": {layout: {"href": "one.png"}}}
    manifest["depth"]["href"] = "depth.png"
    manifest["disparity_px"] = {"p1": -16, "p99": 16, "reference_width": 320}
    site.put("/look/one.png", png(texture))
    site.put("/look/depth.png", png(depth))
    site.put("/look/manifest.json", json.dumps(manifest).encode())
    plain.send(src="/look/manifest.json")
    choose(plain, "parallax")


def look_from(plain, share):
    """What is seen with the pointer at a share of the picture's width."""
    box = plain.page.locator("#canvas").bounding_box()
    plain.page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
    plain.run("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
    return plain.shot().astype(float)


def test_outlines_have_the_pictures_own_colours(plain, site):
    """Bands of rows look the same from everywhere beside, however depth jumps along a row."""
    texture = np.zeros((240, 320, 3), np.uint8)
    texture[..., 0] = np.where(np.arange(240) // 24 % 2, 255, 0)[:, None]
    depth = np.zeros((240, 320, 3), np.uint8)
    depth[:, 140:180] = 255
    show_with_depth(plain, site, texture, depth)
    seen = look_from(plain, 0.98)
    top, bottom, start, end = extent(seen, BLACK)
    inner = seen[top:bottom, start + 30 : end - 30]
    assert np.abs(inner - inner[:, :1]).max() <= 2


def test_parallax_from_the_depth_map(plain, site):
    """Seen from further right, what is near moves to the left and what is far to the right."""
    depth = np.zeros((240, 320, 3), np.uint8)
    depth[120:] = 255  # the lower half is near
    show_with_depth(plain, site, textured(0, (320, 240)), depth)
    views = {name: look_from(plain, x) for name, x in VIEWPOINTS.items()}
    top, bottom, start, end = extent(views["middle"], BLACK)

    def shift_of(side, part):
        rows = slice(*(top + int(share * (bottom - top)) for share in part))
        before, after = (views[name][rows, start + 20 : end - 20] for name in ("middle", side))
        costs = {
            by: np.abs(np.roll(after, -by, axis=1) - before)[:, 15:-15].mean()
            for by in range(-12, 13)
        }
        return min(costs, key=lambda by: costs[by])

    far, near = (0.05, 0.35), (0.65, 0.95)
    expected = 1.6 * 0.96 * 0.025 * (end - start)
    assert shift_of("right", near) == pytest.approx(-expected, abs=1.5)
    assert shift_of("left", near) == pytest.approx(expected, abs=1.5)
    assert shift_of("right", far) == pytest.approx(expected, abs=1.5)
    assert shift_of("left", far) == pytest.approx(-expected, abs=1.5)


def test_a_picture_with_depth_sways_unless_motion_is_unwelcome(start, plain, site):
    site.put("/one.png", png(textured(0)))
    site.put("/near.png", png(np.full((12, 16, 3), 255, np.uint8)))
    quick = f"({FRAMES_TAKE_MS})({QUICK_MS})"
    moving = start(headset=False, reduced_motion="no-preference", script=quick)
    for driver, asked, most in ((moving, {}, 100), (plain, {"view": "sway"}, 8)):
        moves = driver is moving
        driver.open("/one.png", layout="mono", depth="/near.png", **asked)
        assert driver.page.is_checked("input[value=sway]")  # the first that a visitor sees
        assert driver.page.inner_text("#running") == ("Stop" if moves else "Go on")
        first, later = driver.shot(), (driver.shot() for _ in range(most))
        assert any((shot != first).any() for shot in later) == moves
    driver = moving
    driver.page.click("#running")
    driver.run("new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")
    before = driver.shot()
    driver.run("new Promise((r) => setTimeout(r, 200))")
    assert (driver.shot() == before).all()


def test_the_sway_stops_where_frames_are_slow_unless_it_is_asked_for(start, site):
    site.put("/one.png", png(textured(0)))
    slow = f"({FRAMES_TAKE_MS})({SLOW_MS})"
    page = (
        start(headset=False, reduced_motion="no-preference", script=slow)
        .open("/one.png", layout="mono", depth="/one.png")
        .page
    )
    page.wait_for_selector("#running >> text=Go on")
    page.click("#running")
    page.evaluate(THIRTY_FRAMES)
    assert page.inner_text("#running") == "Stop"


def test_views_that_cannot_be_shown_say_why(plain, site):
    look_around = plain.page.locator("label", has=plain.page.locator("input[value=parallax]"))
    assert look_around.locator("input").is_disabled()
    assert "without one" in look_around.get_attribute("title")
    assert "look around need a depth map" in plain.page.inner_text("#lacking")
    site.put("/one.png", png(view(LEFT)))
    plain.send(src="/one.png", layout="mono")
    assert plain.page.locator("input[value=anaglyph]").is_disabled()
    assert "single picture" in plain.page.inner_text("#lacking")


WAYS_OUT = {
    "tap": lambda page: page.click("#canvas"),
    "button": lambda page: page.click("#leave"),
    "key": lambda page: page.keyboard.press("Escape"),
}


@pytest.mark.parametrize("way", WAYS_OUT)
@pytest.mark.parametrize("full_screen", [True, False], ids=["full screen", "refused"])
def test_cardboard_fills_the_screen_and_can_be_left(plain, full_screen, way):
    refuse = "() => { Element.prototype.requestFullscreen = async () => { throw new Error(); } }"
    plain.page.evaluate("() => { globalThis.ask ??= Element.prototype.requestFullscreen; }")
    plain.page.evaluate(refuse if not full_screen else "() => undefined")
    choose(plain, "cardboard")
    plain.page.wait_for_selector("#stage.filling")
    assert plain.page.locator("#filled span").is_hidden()  # it is sideways already
    WAYS_OUT[way](plain.page)
    plain.page.wait_for_selector("#stage:not(.filling)")
    plain.page.evaluate("() => { Element.prototype.requestFullscreen = ask; }")
    assert plain.page.is_checked("input[value=left]")


def test_the_wheel_zooms_and_sizes(plain):
    before = plain.value("width_m")
    box = plain.page.locator("#canvas").bounding_box()
    plain.page.mouse.move(box["x"] + 320, box["y"] + 80)
    plain.page.mouse.wheel(0, -400)
    plain.page.wait_for_selector("#canvas.zoomed")
    assert plain.value("width_m") > before
    narrow = extent(plain.shot(), BLACK)
    plain.page.keyboard.press("0")
    plain.page.evaluate("() => document.activeElement.blur()")  # no ring around the canvas
    plain.run("new Promise(requestAnimationFrame)")
    fitted = extent(plain.shot(), BLACK)
    assert narrow[3] - narrow[2] > fitted[3] - fitted[2]


FINGERS = """async ([from, to]) => {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const send = (type, pointerId, share) => canvas.dispatchEvent(new PointerEvent(type, {
    pointerId, pointerType: 'touch',
    clientX: left + width * (0.5 + share), clientY: top + height / 2 }));
  canvas.setPointerCapture = () => undefined;
  for (const [id, side] of [[11, -1], [12, 1]]) send('pointerdown', id, side * from);
  for (const [id, side] of [[11, -1], [12, 1]]) send('pointermove', id, side * to);
  for (const id of [11, 12]) send('pointerup', id, to);
}"""


def test_two_fingers_zoom_and_size(plain):
    before = plain.value("width_m")
    plain.page.evaluate(FINGERS, [0.1, 0.15])
    assert plain.value("width_m") == pytest.approx(1.5 * before, rel=0.05)
    plain.page.evaluate(FINGERS, [0.15, 0.1])
    assert plain.value("width_m") == pytest.approx(before, rel=0.05)
    assert plain.page.locator("#canvas.zoomed").count() == 0


def test_tilting_the_phone_looks_around(plain, site):
    plain.page.context.grant_permissions(["accelerometer", "gyroscope", "magnetometer"])
    site.put("/one.png", png(textured(0)))
    site.put("/near.png", png(np.full((12, 16, 3), 255, np.uint8)))
    plain.send(src="/one.png", layout="mono", depth="/near.png")
    choose(plain, "parallax")
    views = []
    for gamma in (0, 0, 15):  # how the phone is held at first is the middle
        plain.page.evaluate(
            "gamma => dispatchEvent("
            "new DeviceOrientationEvent('deviceorientation', {beta: 40, gamma}))",
            gamma,
        )
        plain.run("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
        views.append(plain.shot())
    assert (views[1] != views[2]).any()


EYE_MOVE = """async ([before, now, page]) => {
  const { axesOf, eyeMove } = await import('/viewer/tilt.js');
  const [a, b] = [before, now].map(([alpha, beta, gamma]) => axesOf({ alpha, beta, gamma }));
  const { x, y } = eyeMove(a, b, page);
  return [x, y];
}"""


@pytest.mark.parametrize(
    ("before", "now", "page", "moved"),
    [
        ((0, 40, 0), (0, 40, 12), 0, (-1, 0)),  # the right edge goes back: seen from the left
        ((0, 40, 0), (0, 52, 0), 0, (0, 1)),  # the upper edge comes forward: seen from above
        ((0, 90, 0), (12, 90, 0), 0, (-1, 0)),  # upright, the browser may call it either angle
        ((0, 89, 0), (180, 79, 180), 0, (0, 1)),  # upright and a little more: other angles, no jump
        (
            (50, 40, 0),
            (50, 52, 0),
            90,
            (-1, 0),
        ),  # sideways, the phone's lower edge is the right one
        ((50, 40, 0), (50, 40, 12), 270, (0, 1)),
    ],
)
def test_a_tilted_phone_is_a_window(plain, before, now, page, moved):
    expected = np.array(moved) * np.sin(np.radians(12))
    assert plain.page.evaluate(EYE_MOVE, [before, now, page]) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    ("sides", "layout"),
    [("pair", "Side by side"), ("stack", "Top and bottom"), ("single", "One picture")],
)
def test_the_layout_is_found_by_what_the_halves_show(plain, site, sides, layout):
    one, two = textured(0), textured(4)
    pixels = {"pair": np.hstack([one, two]), "stack": np.vstack([one, two]), "single": one}[sides]
    site.put("/unnamed.png", png(pixels))
    plain.send(src="/unnamed.png")
    assert plain.facts().startswith(layout)


def choose_layout(driver, key):
    driver.page.evaluate(
        "key => { layout.value = key; layout.dispatchEvent(new Event('change')); }", key
    )


def test_a_layout_chosen_by_hand_belongs_to_its_picture(plain):
    plain.send(list=[{"src": "/textured.png"}, {"src": "/pair.png", "layout": "side_by_side"}])
    choose_layout(plain, "mono")
    plain.page.wait_for_selector("#facts:has-text('One picture for both eyes · 320')")
    plain.page.click("#next")
    plain.page.wait_for_selector("#facts:has-text('Side by side · 160')")
    assert plain.page.input_value("#layout") == "auto"
    plain.page.click("#previous")
    plain.page.wait_for_selector("#facts:has-text('One picture for both eyes · 320')")
    assert plain.page.input_value("#layout") == "mono"
    choose_layout(plain, "auto")
    plain.page.wait_for_selector("#facts:has-text('Side by side · 160')")


def test_the_next_picture_is_loaded_ahead(plain, site):
    site.put("/a.png", png(pair("side_by_side")))
    site.put("/b.png", png(pair("cross_eyed")))
    site.put("/c.png", png(pair("cross_eyed")))
    asked = []
    plain.page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[1]))
    with plain.page.expect_response("**/b.png"):
        plain.send(list=[{"src": f"/{name}.png", "layout": "side_by_side"} for name in "abc"])
    with plain.page.expect_response("**/c.png"):
        plain.page.click("#next")
        plain.page.wait_for_selector("#facts:has-text('2 of 3')")
        plain.wait_for_picture()
    assert centre(plain.shot()) == RIGHT
    assert asked == ["a.png", "b.png", "c.png"]  # one ahead, never twice


BRING = """async ([event, kind, files, text]) => {
  const bring = new DataTransfer();
  for (const [name, base64] of files) {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    bring.items.add(new File([bytes], name, { type: 'image/png' }));
  }
  if (text) bring.setData(kind, text);
  const name = event === 'paste' ? 'clipboardData' : 'dataTransfer';
  dispatchEvent(Object.assign(new Event(event, { cancelable: true }), { [name]: bring }));
}"""


@pytest.mark.parametrize("event", ["drop", "paste"])
def test_files_are_brought_by_hand(plain, event):
    views = [("boat_R.png", RIGHT), ("other.png", (0, 120, 0)), ("boat_L.png", LEFT)]
    files = [[name, base64.b64encode(png(view(colour))).decode()] for name, colour in views]
    plain.page.evaluate(BRING, [event, "", files, ""])
    plain.page.wait_for_selector("#facts:has-text('1 of 2')")
    assert plain.page.inner_text("#title") == "boat.png"
    assert plain.facts().startswith("Two pictures, left and right")
    assert centre(plain.shot()) == LEFT
    plain.page.click("#next")
    plain.page.wait_for_selector("#title:text-is('other.png')")


@pytest.mark.parametrize(
    ("event", "kind"), [("drop", "text/uri-list"), ("paste", "text/plain"), ("drop", "text/plain")]
)
def test_a_link_is_brought_by_hand(plain, foreign_site, event, kind):
    name = f"{event}-{kind[5:8]}.png"
    foreign_site.put(f"/{name}", png(view((0, 120, 0))), Access_Control_Allow_Origin="*")
    plain.page.evaluate(BRING, [event, kind, [], f"{foreign_site.root}/{name}"])
    plain.page.wait_for_selector(f"#title:text-is('{name}')")
    plain.wait_for_picture()
    assert centre(plain.shot()) == (0, 120, 0)


def test_other_text_is_no_link(plain):
    plain.page.evaluate(BRING, ["paste", "text/plain", [], "javascript:alert(1)\nhello"])
    assert plain.page.inner_text("#title") == "pair.png"
    assert centre(plain.shot()) == LEFT


def test_a_finger_finds_every_control_and_axe_no_fault(start, site):
    driver = start(headset=False, **PHONE).open(wait=False)
    driver.wait_for_state("empty")
    bring_axe(driver.page)
    found = violations(driver.page) + too_small(driver.page)
    site.put("/pair.png", png(pair("side_by_side")))
    driver.send(list=["/pair.png", "/pair.png"])
    choose(driver, "wiggle")
    driver.page.evaluate("() => { more.open = true; }")
    found += violations(driver.page) + too_small(driver.page)
    assert driver.run("document.documentElement.scrollWidth") == 390
    driver.page.evaluate("postMessage({type: 'stereo:load', src: '/missing.png'}, location.origin)")
    driver.wait_for_state("not_found")
    assert found + violations(driver.page) + too_small(driver.page) == []


@pytest.mark.parametrize(
    ("src", "state", "said"),
    [
        ("/missing.png", "not_found", "no picture at this address"),
        ("/text.png", "not_picture", "cannot be decoded"),
        ("/broken.json", "bad_manifest", "is no JSON"),
        ("/later.json", "bad_manifest", "schema 7"),
        ("http://192.0.2.1/x.png", "foreign", "another server"),
    ],
)
def test_what_goes_wrong_is_said(plain, site, src, state, said):
    site.put("/text.png", b"this is no picture")
    site.put("/broken.json", b"{")
    site.put("/later.json", b'{"schema": 7}')
    plain.page.evaluate("src => postMessage({type: 'stereo:load', src}, location.origin)", src)
    assert said in plain.wait_for_state(state)


def test_a_lost_graphics_context_comes_back_with_the_picture(plain):
    plain.page.evaluate(
        "() => { globalThis.loss = canvas.getContext('webgl2').getExtension('WEBGL_lose_context');"
        " loss.loseContext(); }"
    )
    assert "comes back by itself" in plain.wait_for_state("context_lost")
    plain.page.evaluate("() => loss.restoreContext()")
    plain.wait_for_picture()
    plain.run("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
    assert centre(plain.shot()) == LEFT


def test_the_self_test_picture(plain):
    plain.send(src="test")
    assert plain.facts() == "Side by side · 1280 x 960 px each eye"
    colours = {}
    for eye in (False, True):
        plain.set(swap=eye)
        plain.run("new Promise(requestAnimationFrame)")
        top, bottom, start, end = extent(plain.shot(), BLACK)
        shown = plain.shot()[top:bottom, start:end].reshape(-1, 3).astype(int)
        red = (shown[:, 0] > shown[:, 2] + 90) & (shown[:, 1] < 120)
        blue = shown[:, 2] > shown[:, 0] + 90
        colours["right" if eye else "left"] = (red.sum() > 50, blue.sum() > 50)
    assert colours == {"left": (True, False), "right": (False, True)}


def test_a_chosen_file_shows(plain):
    picture = png(np.hstack([textured(0, (240, 120)), textured(4, (240, 120))]))
    file = {"name": "mine_SBS.png", "mimeType": "image/png", "buffer": picture}
    plain.page.set_input_files("#file", file)
    plain.page.wait_for_selector("#title:text-is('mine_SBS.png')")
    assert plain.facts().startswith("Side by side ·")


def test_every_control_has_a_name(plain):
    nameless = plain.run(
        """[...document.querySelectorAll('button, input, select, canvas, a')].filter(
             (e) => !(e.ariaLabel || e.textContent.trim() ||
               e.labels?.[0]?.textContent.trim() || e.id === 'file')
           ).map((e) => e.outerHTML)"""
    )
    assert nameless == []
