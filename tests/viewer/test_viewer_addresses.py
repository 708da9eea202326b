"""What the page's address, the pages around it and the browser make of it, in words."""

import json
from pathlib import Path

import pytest
from access import bring_axe, violations
from viewer_driver import Driver, centre
from viewer_pictures import LEFT, RIGHT, pair, png, view

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def away(browser, site, node_packages):
    """A page without headset, shared by a module, that goes from address to address."""
    site.put("/pair.png", png(pair("side_by_side")))
    driver = Driver(browser, site, node_packages, headset=False)
    yield driver
    driver.close()


def put_shared(site, result_id):
    """Serve the result of the shared manifest as the app does."""
    manifest = (DATA / "manifest.json").read_bytes()
    folder = f"/s/{result_id}"
    site.put(f"{folder}/manifest.json", manifest)
    site.put(f"{folder}/red boat_LRF_Full_SBS.jpg", png(pair("side_by_side", (640, 480))))
    site.put(f"{folder}/red boat_depth.png", png(view((200, 200, 200), (640, 480))))


def test_the_manifest_that_all_readers_share(away, site):
    put_shared(site, "0123abcd")
    away.page.goto(f"{site.root}/viewer/?id=0123abcd")
    away.wait_for_picture()
    assert away.page.inner_text("#title") == "red boat"
    assert away.facts() == "Side by side · 640 x 480 px each eye"
    assert away.page.locator("input[value=parallax]").is_enabled()
    away.set(width_m=15, guard=True)
    assert "not wider" in away.page.text_content("#note")
    away.set(life_size=True)
    assert "focal length" not in away.page.text_content("#note")
    away.page.evaluate("() => document.querySelector('#reset').click()")


@pytest.mark.parametrize(
    ("layout", "eye_order", "shown"),
    [
        ("side_by_side", "left_right", LEFT),
        ("side_by_side", "right_left", RIGHT),
        ("cross_eyed", "right_left", LEFT),
        ("half_top_bottom", "left_right", LEFT),
    ],
)
def test_layout_and_eye_order_of_a_manifest(away, site, layout, eye_order, shown):
    manifest = json.loads((DATA / "manifest.json").read_text(encoding="utf-8"))
    manifest |= {"layout": layout, "eye_order": eye_order, "depth": None}
    manifest["files"] = {layout: {"href": "picture.png"}}
    site.put("/order/manifest.json", json.dumps(manifest).encode())
    site.put("/order/picture.png", png(pair(layout)))
    away.send(src="/order/manifest.json")
    assert centre(away.shot()) == shown


@pytest.mark.parametrize(
    ("address", "state", "said"),
    [("?id=0123456789abcdef", "expired", "gone"), ("", "empty", "Open, drop or paste")],
)
def test_an_address_without_a_picture(away, site, address, state, said):
    away.page.goto(f"{site.root}/viewer/{address}")
    assert said in away.wait_for_state(state)
    assert away.page.inner_text("#lacking") == ""  # nothing can be said of no picture


def test_a_picture_of_another_server_needs_leave_from_both(away, foreign_site):
    picture = png(pair("side_by_side"))
    foreign_site.put("/shy.png", picture)
    foreign_site.put("/open.png", picture, Access_Control_Allow_Origin="*")
    away.open(f"{foreign_site.root}/shy.png", wait=False, allow="1")
    assert "Access-Control-Allow-Origin" in away.wait_for_state("foreign_blocked")
    away.open(f"{foreign_site.root}/open.png", allow="1", layout="side_by_side")
    assert centre(away.shot()) == LEFT
    away.open(f"{foreign_site.root}/open.png", wait=False)
    away.wait_for_state("foreign")


FRAME = """<!doctype html><iframe id="f" src="{src}" {allow} width="600" height="300"></iframe>
<script>addEventListener('go', () => f.contentWindow.postMessage(
  {{type: 'stereo:load', src: '{picture}',
    layout: 'side_by_side', title: 'sent'}}, '*'))</script>"""


def test_messages_of_a_foreign_page_are_ignored(away, site, foreign_site):
    site.put("/swapped.png", png(pair("cross_eyed")))
    src = f"{site.root}/viewer/?src=/pair.png&layout=side_by_side&title=first"
    html = FRAME.format(src=src, allow="", picture=f"{site.root}/swapped.png").encode()
    ignored = {}
    for name, place in (("own", site), ("foreign", foreign_site)):
        place.put("/around.html", html)
        away.page.goto(f"{place.root}/around.html")
        frame = away.page.frame_locator("#f")
        frame.locator("#title:text-is('first')").wait_for()
        frame.locator("#message").wait_for(state="hidden")
        viewer = away.page.frames[1]
        viewer.evaluate(  # called after the viewer's own listener
            "() => addEventListener('message', "
            "() => (document.body.dataset.heard = message.hidden))"
        )
        away.page.evaluate("() => dispatchEvent(new Event('go'))")
        frame.locator("body[data-heard]").wait_for(state="attached")
        ignored[name] = viewer.evaluate("document.body.dataset.heard") == "true"
        if not ignored[name]:
            frame.locator("#title:text-is('sent')").wait_for()
    assert ignored == {"own": False, "foreign": True}
    assert frame.locator("#title").inner_text() == "first"


EMBEDDING = """<!doctype html><script src="{viewer}/viewer/spatial-photo.js" async></script>
<style>spatial-photo {{ width: 300px }}</style>
<spatial-photo src="{viewer}/s/{id}" label="A red boat"></spatial-photo>
<spatial-photo src="own.png"></spatial-photo>"""


def test_another_page_shows_a_photo_by_one_element(away, site, foreign_site):
    result_id = "0123abcd" * 4
    put_shared(site, result_id)
    foreign_site.put("/own.png", png(pair("side_by_side")), Access_Control_Allow_Origin="*")
    html = EMBEDDING.format(viewer=site.root, id=result_id).encode()
    foreign_site.put("/blog.html", html)
    away.page.goto(f"{foreign_site.root}/blog.html")
    element, own = (away.page.locator("spatial-photo").nth(n) for n in (0, 1))
    frame = element.frame_locator("iframe")
    frame.locator("#headset-state[data-state=none]").wait_for(state="attached")  # VR is let in
    frame.locator("#message").wait_for(state="hidden")
    assert element.locator("iframe").get_attribute("title") == "A red boat"
    assert frame.locator("#running").inner_text() == "Go on"  # it sways where motion is welcome
    for hidden in ("#title", "#more", "#enter", "#code", ".choices"):
        assert frame.locator(hidden).is_hidden(), hidden
    own.frame_locator("iframe").locator("#message").wait_for(state="hidden")
    with away.page.context.expect_page() as opened:
        element.click()
    page = opened.value
    page.locator("#more").wait_for()
    assert page.url == f"{site.root}/viewer/?id={result_id}"
    page.close()


def test_a_frame_without_leave_for_vr_says_so(away, site, foreign_site):
    src = f"{site.root}/viewer/?src=/pair.png&layout=side_by_side"
    for allow, state in (("", "blocked"), ('allow="xr-spatial-tracking"', "none")):
        foreign_site.put("/a.html", FRAME.format(src=src, allow=allow, picture="").encode())
        away.page.goto(f"{foreign_site.root}/a.html")
        frame = away.page.frame_locator("#f")
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


def test_without_a_headset_the_address_is_shown_as_a_code(away, site):
    site.put("/pair.png", png(pair("side_by_side")))
    site.put("/viewer/code.svg", CODE.encode())
    away.open("/pair.png", layout="side_by_side")
    away.wait_for_headset("none")
    away.page.wait_for_selector("#code img")
    assert away.page.locator("#enter").is_hidden()  # it could do nothing
    address = away.page.get_attribute("#code img", "src")
    assert address == "code.svg" + away.page.evaluate("location.search")
    del site.files["/viewer/code.svg"]  # a server that makes none
    away.open("/pair.png", layout="side_by_side")
    away.wait_for_headset("none")
    assert away.page.locator("#code").is_hidden()


CODE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'


def test_no_webgl_is_said(start):
    driver = start(headset=False, script="HTMLCanvasElement.prototype.getContext = () => null")
    driver.open(wait=False)
    assert "WebGL 2" in driver.wait_for_state("no_webgl")
    assert "No WebGL, no VR" in driver.wait_for_headset("no_webgl")
    bring_axe(driver.page)
    assert violations(driver.page) == []
    assert driver.page.locator("#views").is_hidden()  # nothing to choose from


def test_a_graphics_driver_that_takes_no_program_is_said(start):
    broken = "WebGL2RenderingContext.prototype.getProgramParameter = () => false"
    driver = start(headset=False, script=broken)
    driver.open(wait=False)
    assert "WebGL 2" in driver.wait_for_state("no_webgl")


def test_settings_are_remembered_but_not_the_exchanged_eyes(start, site):
    site.put("/pair.png", png(pair("side_by_side")))
    driver = start(headset=False).open("/pair.png", layout="side_by_side")
    driver.set(width_m=3.3, distance_m=4, swap=True)
    driver.open("/pair.png", layout="side_by_side", distance_m="1.5")  # at once
    assert driver.value("width_m") == 3.3
    assert driver.value("distance_m") == 1.5  # the address is stronger
    assert not driver.page.is_checked("#swap")


def test_a_list_and_the_keys(away, site):
    site.put("/set/list.json", b'["a.png", {"src": "b.png", "layout": "rl", "title": "Second"}]')
    site.put("/set/a.png", png(pair("side_by_side")))
    site.put("/set/b.png", png(pair("side_by_side")))
    away.open(list="/set/list.json")
    away.page.keyboard.press("ArrowRight")
    away.page.wait_for_selector("#title:text-is('Second')")
    away.wait_for_picture()
    assert centre(away.shot()) == RIGHT
    away.page.click("#next")
    away.page.wait_for_selector("#title:text-is('a.png')")
