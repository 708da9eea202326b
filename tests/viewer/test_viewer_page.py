"""The page without a headset: flat views, states in words, messages, remembered settings."""

import json
from pathlib import Path

import numpy as np
import pytest
from viewer_driver import Driver, centre, extent
from viewer_pictures import LEFT, LOW, RIGHT, pair, png, view

BLACK = (0, 0, 0)
DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def _page(browser, site, node_packages):
    site.put("/pair.png", png(pair("side_by_side")))
    site.put("/textured.png", png(np.hstack([textured(0), textured(4)])))
    driver = Driver(browser, site, node_packages, headset=False, reduced_motion="reduce")
    yield driver
    driver.close()


@pytest.fixture
def plain(_page):
    """A page without headset, shared by a module: LEFT and RIGHT, the left one on show."""
    if _page.page.url != f"{_page.site.root}/viewer/?src=test":  # the last test went elsewhere
        _page.open("test")
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
    seen = set()
    for _ in range(12):
        seen.add(centre(plain.shot()))
        plain.page.wait_for_timeout(60)
    assert seen == {LEFT, RIGHT}
    plain.page.click("#running")


def test_parallax_from_the_depth_map(plain, site):
    """Seen from further right, what is near moves to the left and what is far to the right."""
    texture = textured(0, (320, 240))
    depth = np.zeros((240, 320, 3), np.uint8)
    depth[120:] = 255  # the lower half is near
    manifest = json.loads((DATA / "manifest.json").read_text(encoding="utf-8"))
    manifest |= {"layout": "mono", "files": {"mono": {"href": "one.png"}}}
    manifest["depth"]["href"] = "depth.png"
    manifest["disparity_px"] = {"p1": -16, "p99": 16, "reference_width": 320}
    site.put("/look/one.png", png(texture))
    site.put("/look/depth.png", png(depth))
    site.put("/look/manifest.json", json.dumps(manifest).encode())
    plain.send(src="/look/manifest.json")
    choose(plain, "parallax")
    box = plain.page.locator("#canvas").bounding_box()
    views = {}
    for side, share in (("left", 0.02), ("middle", 0.5), ("right", 0.98)):
        plain.page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        plain.run("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
        views[side] = plain.shot().astype(float)
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


def test_views_that_cannot_be_shown_say_why(plain, site):
    look_around = plain.page.locator("label", has=plain.page.locator("input[value=parallax]"))
    assert look_around.locator("input").is_disabled()
    assert "without a depth map" in look_around.get_attribute("title")
    site.put("/one.png", png(view(LEFT)))
    plain.send(src="/one.png", layout="mono")
    assert plain.page.locator("input[value=anaglyph]").is_disabled()


def test_cardboard_fills_the_screen_and_a_tap_leaves(plain):
    choose(plain, "cardboard")
    plain.page.wait_for_selector("#stage.filling")
    plain.page.click("#canvas")
    plain.page.wait_for_selector("#stage:not(.filling)")
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


def test_the_layout_can_be_chosen(plain):
    plain.send(src="/textured.png")
    plain.page.evaluate(
        "() => { layout.value = 'mono'; layout.dispatchEvent(new Event('change')); }"
    )
    plain.page.wait_for_selector("#facts:has-text('One picture for both eyes · 320')")


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


@pytest.mark.parametrize(
    ("address", "state", "said"),
    [("?id=0123456789abcdef", "expired", "gone"), ("", "empty", "Open or drop")],
)
def test_an_address_without_a_picture(plain, site, address, state, said):
    plain.page.goto(f"{site.root}/viewer/{address}")
    assert said in plain.wait_for_state(state)


def test_a_picture_of_another_server_needs_leave_from_both(plain, foreign_site):
    picture = png(pair("side_by_side"))
    foreign_site.put("/shy.png", picture)
    foreign_site.put("/open.png", picture, Access_Control_Allow_Origin="*")
    plain.open(f"{foreign_site.root}/shy.png", wait=False, allow="1")
    assert "Access-Control-Allow-Origin" in plain.wait_for_state("foreign_blocked")
    plain.open(f"{foreign_site.root}/open.png", allow="1", layout="side_by_side")
    assert centre(plain.shot()) == LEFT
    plain.open(f"{foreign_site.root}/open.png", wait=False)
    plain.wait_for_state("foreign")


FRAME = """<!doctype html><iframe id="f" src="{src}" {allow} width="600" height="300"></iframe>
<script>addEventListener('go', () => f.contentWindow.postMessage(
  {{type: 'stereo:load', src: '{picture}', layout: 'side_by_side', title: 'sent'}}, '*'))</script>"""


def test_messages_of_a_foreign_page_are_ignored(plain, site, foreign_site):
    site.put("/swapped.png", png(pair("cross_eyed")))
    src = f"{site.root}/viewer/?src=/pair.png&layout=side_by_side&title=first"
    html = FRAME.format(src=src, allow="", picture=f"{site.root}/swapped.png").encode()
    titles = {}
    for name, place in (("own", site), ("foreign", foreign_site)):
        place.put("/around.html", html)
        plain.page.goto(f"{place.root}/around.html")
        frame = plain.page.frame_locator("#f")
        frame.locator("#title:text-is('first')").wait_for()
        plain.page.evaluate("() => dispatchEvent(new Event('go'))")
        plain.page.wait_for_timeout(300)
        titles[name] = frame.locator("#title").inner_text()
    assert titles == {"own": "sent", "foreign": "first"}


def test_a_frame_without_leave_for_vr_says_so(plain, site, foreign_site):
    src = f"{site.root}/viewer/?src=/pair.png&layout=side_by_side"
    for allow, state in (("", "blocked"), ('allow="xr-spatial-tracking"', "none")):
        foreign_site.put("/a.html", FRAME.format(src=src, allow=allow, picture="").encode())
        plain.page.goto(f"{foreign_site.root}/a.html")
        frame = plain.page.frame_locator("#f")
        frame.locator(f"#headset-state[data-state={state}]").wait_for()
        assert frame.locator("#new-tab").is_visible()
        offers = frame.locator("#headset-state button", has_text="Open in a new tab")
        assert offers.count() == (1 if state == "blocked" else 0)


@pytest.mark.parametrize(
    ("script", "state"),
    [
        ("Object.defineProperty(globalThis, 'isSecureContext', {value: false})", "insecure"),
        ("Object.defineProperty(Navigator.prototype, 'xr', {value: undefined})", "no_webxr"),
    ],
)
def test_what_hinders_vr_is_said(start, site, script, state):
    site.put("/pair.png", png(pair("side_by_side")))
    driver = start(headset=False, script=script).open("/pair.png", layout="side_by_side")
    said = driver.wait_for_headset(state)
    assert ("https" if state == "insecure" else "WebXR") in said
    assert driver.page.is_disabled("#enter")


def test_no_webgl_is_said(start):
    driver = start(headset=False, script="HTMLCanvasElement.prototype.getContext = () => null")
    driver.open(wait=False)
    assert "WebGL 2" in driver.wait_for_state("no_webgl")


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


def test_settings_are_remembered_but_not_the_exchanged_eyes(start, site):
    site.put("/pair.png", png(pair("side_by_side")))
    driver = start(headset=False).open("/pair.png", layout="side_by_side")
    driver.set(width_m=3.3, swap=True)
    driver.page.wait_for_timeout(300)
    driver.reopen()
    driver.open("/pair.png", layout="side_by_side")
    assert driver.value("width_m") == 3.3
    assert not driver.page.is_checked("#swap")
    driver.open("/pair.png", layout="side_by_side", width_m="1.5")
    assert driver.value("width_m") == 1.5  # the address is stronger


def test_the_manifest_that_all_readers_share(plain, site):
    manifest = json.loads((DATA / "manifest.json").read_text(encoding="utf-8"))
    folder = "/s/0123abcd"
    site.put(f"{folder}/manifest.json", json.dumps(manifest).encode())
    site.put(f"{folder}/red boat_LRF_Full_SBS.jpg", png(pair("side_by_side", (640, 480))))
    site.put(f"{folder}/red boat_depth.png", png(view((200, 200, 200), (640, 480))))
    plain.page.goto(f"{site.root}/viewer/?id=0123abcd")
    plain.wait_for_picture()
    assert plain.page.inner_text("#title") == "red boat"
    assert plain.facts() == "Side by side · 640 x 480 px each eye"
    assert plain.page.locator("input[value=parallax]").is_enabled()
    plain.set(width_m=15, guard=True)
    assert "smaller than you asked" in plain.page.inner_text("#note")
    plain.set(life_size=True)
    assert "focal length" not in plain.page.inner_text("#note")
    plain.page.evaluate("() => document.querySelector('#reset').click()")


def test_a_list_and_the_keys(plain, site):
    site.put("/set/list.json", b'["a.png", {"src": "b.png", "layout": "rl", "title": "Second"}]')
    site.put("/set/a.png", png(pair("side_by_side")))
    site.put("/set/b.png", png(pair("side_by_side")))
    plain.open(list="/set/list.json")
    plain.page.keyboard.press("ArrowRight")
    plain.page.wait_for_selector("#title:text-is('Second')")
    plain.wait_for_picture()
    assert centre(plain.shot()) == RIGHT
    plain.page.click("#next")
    plain.page.wait_for_selector("#title:text-is('a.png')")


def test_the_self_test_picture(plain):
    plain.open("test")
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
    picture = png(pair("side_by_side"))
    file = {"name": "mine_SBS.png", "mimeType": "image/png", "buffer": picture}
    plain.page.set_input_files("#file", file)
    plain.page.wait_for_selector("#title:text-is('mine_SBS.png')")
    assert plain.facts().startswith("Side by side ·")


def test_every_control_has_a_name(plain):
    nameless = plain.run(
        """[...document.querySelectorAll('button, input, select, canvas, a')].filter(
             (e) => !(e.ariaLabel || e.textContent.trim() || e.labels?.[0]?.textContent.trim() || e.id === 'file')
           ).map((e) => e.outerHTML)"""
    )
    assert nameless == []
