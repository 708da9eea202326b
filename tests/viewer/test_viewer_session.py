"""A session in the emulated headset: entering, placing, hands, leaving."""

import math

import pytest
from viewer_driver import centre, extent, is_empty
from viewer_pictures import LEFT, RIGHT, VIEW, pair, png

MIDDLE = 160  # of one eye's 320 columns
FRAMES_GARBAGE = 60 * 256  # bytes in 60 frames: one matrix a frame would be more


def middle_of(eyes):
    """Column in the middle of what both eyes see."""
    left, right = (extent(eye) for eye in eyes)
    return (left[2] + left[3] + right[2] + right[3]) / 4


def test_the_screen_stays_in_its_place_when_the_head_turns(worn):
    assert middle_of(worn.eyes()) == pytest.approx(MIDDLE, abs=1)
    edge, turn = math.atan(1 / 2.5), math.radians(10)  # 2 m wide in 2.5 m
    worn.move_head(yaw_deg=10)  # to the left: the screen moves to the right
    turned = (math.tan(turn + edge) + math.tan(turn - edge)) / 2
    assert middle_of(worn.eyes()) == pytest.approx(MIDDLE + MIDDLE * turned, abs=2)
    worn.move_head(yaw_deg=90)
    assert is_empty(worn.eyes()[0])


def test_the_trigger_places_the_screen_in_front(worn):
    worn.move_head(x=1.0, y=1.2, z=-2.0, yaw_deg=130)
    assert is_empty(worn.eyes()[0])
    worn.pull_trigger()
    eyes = worn.eyes()
    assert middle_of(eyes) == pytest.approx(MIDDLE, abs=1)
    top, bottom, *_ = extent(eyes[0])
    assert (top + bottom) / 2 == pytest.approx(MIDDLE, abs=1)
    assert [centre(eye) for eye in eyes] == [LEFT, RIGHT]


def test_looking_straight_up_still_places_it_in_front(worn):
    worn.page.evaluate("() => device.quaternion.set(Math.SQRT1_2, 0, 0, Math.SQRT1_2)")
    worn.pull_trigger()
    worn.move_head()
    assert middle_of(worn.eyes()) == pytest.approx(MIDDLE, abs=1)


def test_a_pinch_without_gamepad_places_the_screen_too(worn):
    worn.move_head(yaw_deg=100)
    worn.page.evaluate(
        """() => {
          const hand = { targetRayMode: 'transient-pointer', handedness: 'none',
                         targetRaySpace: session.inputSources[0].targetRaySpace, profiles: [] };
          for (const type of ['selectstart', 'select', 'selectend']) {
            session.dispatchEvent(Object.assign(new Event(type), { inputSource: hand }));
          }
        }"""
    )
    assert middle_of(worn.eyes()) == pytest.approx(MIDDLE, abs=1)


def test_recentring_by_the_system_places_the_screen(worn):
    worn.move_head(yaw_deg=90)
    assert is_empty(worn.eyes()[0])
    worn.run("device.recenter()")
    assert middle_of(worn.eyes()) == pytest.approx(MIDDLE, abs=1)


def test_the_stick_changes_size_and_distance(worn):
    width_m, distance_m = worn.value("width_m"), worn.value("distance_m")
    worn.page.evaluate("() => device.controllers.right.updateAxes('thumbstick', 1, -1)")
    worn.run("frames(10)")
    worn.page.evaluate("() => device.controllers.right.updateAxes('thumbstick', 0, 0)")
    worn.run("frames(2)")
    assert worn.value("width_m") > width_m
    assert worn.value("distance_m") > distance_m  # pushed away


def test_a_held_trigger_drags_the_screen_and_does_not_place_it(worn):
    distance_m = worn.value("distance_m")
    steer = "() => device.controllers.right"
    worn.page.evaluate(f"{steer}.position.set(0.2, 1.4, -0.3)")
    worn.page.evaluate(f"{steer}.updateButtonValue('trigger', 1)")
    worn.run("frames(3)")
    worn.page.evaluate(f"{steer}.position.set(0.2, 1.4, -0.5)")
    worn.run("frames(3)")
    worn.move_head(yaw_deg=10)
    worn.page.evaluate(f"{steer}.updateButtonValue('trigger', 0)")
    assert (
        middle_of(worn.eyes()) > MIDDLE + 10
    )  # still where it was, not in front of the turned head
    grown = distance_m * math.exp(3 * 0.2)
    assert worn.value("distance_m") == pytest.approx(grown, abs=0.1)


def test_buttons_and_flicks_turn_the_pages(worn, site):
    site.put("/other.png", png(pair("cross_eyed")))
    pictures = [{"src": "/pair.png"}, {"src": "/other.png"}]
    worn.send(list=[{**p, "layout": "side_by_side"} for p in pictures])
    assert centre(worn.eyes()[0]) == LEFT
    for sign in (1, 0):
        worn.page.evaluate(f"() => device.controllers.left.updateAxes('thumbstick', {sign}, 0)")
        worn.run("frames(3)")
    worn.page.wait_for_selector("#facts:has-text('2 of 2')")
    assert centre(worn.eyes()[0]) == RIGHT
    for value in (1, 0):
        worn.page.evaluate(f"() => device.controllers.right.updateButtonValue('a-button', {value})")
        worn.run("frames(3)")
    worn.page.wait_for_selector("#facts:has-text('1 of 2')")
    assert centre(worn.eyes()[0]) == LEFT


def test_the_comfort_guard_limits_the_width(worn):
    worn.send(src="/pair.png", layout="side_by_side", maxdisp=0.05)
    worn.set(width_m=4, distance_m=2)
    eyes = worn.eyes()
    _, _, start, end = extent(eyes[0])
    assert (end - start) / 160 * 2 == pytest.approx(0.055 / 0.05, abs=0.05)
    assert "not wider" in worn.page.text_content("#note")
    worn.set(guard=False)
    _, _, start, end = extent(worn.eyes()[0])
    assert (end - start) / 160 * 2 > 3.5
    assert worn.page.text_content("#note") == ""


def test_life_size_fills_the_cameras_angle(worn):
    worn.send(src="/pair.png", layout="side_by_side", fov=60)
    worn.set(life_size=True, distance_m=3)
    _, _, start, end = extent(worn.eyes()[0])
    assert end - start == pytest.approx(2 * 160 * math.tan(math.radians(30)), abs=2)
    worn.send(src="/pair.png", layout="side_by_side")
    _, _, start, end = extent(worn.eyes()[0])
    assert end - start == pytest.approx(2 * 160 * math.tan(math.radians(32.5)), abs=2)
    assert "65° are assumed" in worn.page.text_content("#note")


def test_what_goes_wrong_is_said_inside_the_headset_too(worn):
    worn.page.evaluate(
        "() => postMessage({type: 'stereo:load', src: '/missing.png'}, location.origin)"
    )
    worn.wait_for_state("not_found")
    left, right = worn.eyes()
    for eye in (left, right):
        top, bottom, start, end = extent(eye, (0x16, 0x18, 0x1D))
        assert (eye[top:bottom, start:end] > 150).all(axis=2).sum() > 50  # bright words on it


def test_no_garbage_in_a_frame(worn):
    """The viewer's own functions make no array and no object while a session runs; numbers may be
    boxed.
    """
    profiler = worn.page.context.new_cdp_session(worn.page)
    worn.set(buttons=True)
    collected = {"includeObjectsCollectedByMajorGC": True, "includeObjectsCollectedByMinorGC": True}

    def walk(node):
        yield node["callFrame"], node["selfSize"]
        for child in node["children"]:
            yield from walk(child)

    # V8 compiles a function after some 450 calls; before, every number is boxed.
    worn.run("frames(540)")
    rounds = []
    for _ in range(8):  # until the compiler, which works beside the page, has settled
        profiler.send("HeapProfiler.startSampling", {"samplingInterval": 64, **collected})
        worn.run("frames(60)")
        sizes = list(walk(profiler.send("HeapProfiler.stopSampling")["profile"]["head"]))
        assert any(size > 0 for _, size in sizes), "the headset allocates: the sampler works"
        own = [(f["functionName"], f["url"], size) for f, size in sizes if "/viewer/" in f["url"]]
        rounds.append((sum(size for *_, size in own), own))
        if rounds[-1][0] < FRAMES_GARBAGE:
            break
    assert min(rounds)[0] < FRAMES_GARBAGE, min(rounds)[1]


def canvas_size(driver):
    return driver.run("[canvas.width, canvas.height, canvas.clientWidth, canvas.clientHeight]")


OFFERED_AND_BROKEN = """document.addEventListener('readystatechange', () => {
  navigator.xr.offerSession = () => (globalThis.accept
    ? new Promise(() => {}) : new Promise((yes) => {
    globalThis.accept = () => yes(Object.assign(new EventTarget(), {
      requestReferenceSpace: async () => { throw new Error('the headset fell asleep'); },
      end: async () => undefined,
    }));
  }));
});"""


def test_an_offered_session_that_fails_gives_the_page_back(start, site):
    site.put("/pair.png", png(pair("side_by_side")))
    driver = start(script=OFFERED_AND_BROKEN).open("/pair.png", layout="side_by_side")
    driver.wait_for_headset("ready")
    flat = driver.shot()
    driver.run("accept()")
    assert "the headset fell asleep" in driver.wait_for_headset("failed")
    driver.set(swap=True)
    driver.run("frames(3)")
    assert centre(flat) == LEFT
    assert centre(driver.shot()) == RIGHT  # it still draws
    assert driver.page.is_enabled("#enter")


def test_a_second_session_after_the_first_and_a_resize(start, site):
    driver = start().open("/pair.png", layout="side_by_side")
    before, flat = canvas_size(driver), driver.shot()
    assert [centre(eye) for eye in driver.enter().eyes()] == [LEFT, RIGHT]
    driver.leave()
    driver.run("frames(3)")
    assert canvas_size(driver) == before
    assert (driver.shot() == flat).all()

    driver.enter()
    driver.page.set_viewport_size({"width": 800, "height": 400})
    assert [centre(eye) for eye in driver.eyes()] == [LEFT, RIGHT]
    driver.leave()
    driver.run("frames(3)")
    top, bottom, left, right = extent(driver.shot(), (0, 0, 0))
    assert (right - left) / (bottom - top) == pytest.approx(VIEW[0] / VIEW[1], abs=0.02)
    width, _, shown_width, _ = canvas_size(driver)
    assert width == shown_width == 800

    asked = driver.run("asked")
    assert asked[0] == "immersive-vr"
    assert "hand-tracking" not in asked[1]["optionalFeatures"]


PRESSES_BY_ITSELF = """
  let pressed = false;
  new MutationObserver(() => {
    const button = document.querySelector('#enter');
    if (!pressed && !button.disabled) {
      pressed = true;
      button.click();
    }
    console.log('headset', document.querySelector('#headset-state').dataset.state);
  }).observe(document, { subtree: true, attributeFilter: ['data-state', 'disabled'] });"""


def test_the_browser_wants_a_press(start, site):
    site.put("/pair.png", png(pair("side_by_side")))
    driver = start(script=PRESSES_BY_ITSELF)
    page = driver.page
    # Nothing is evaluated in the page until then: that would count as a press.
    with page.expect_console_message(lambda message: message.text == "headset not_pressed"):
        driver.open("/pair.png", wait=False, layout="side_by_side")
    assert "Press the button" in page.inner_text("#headset-state")
    driver.wait_for_picture()
    page.click("#enter")
    driver.wait_for_headset("running")
