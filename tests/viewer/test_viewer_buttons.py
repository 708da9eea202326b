"""The buttons in the room: a way out and on for hands without buttons."""

import pytest
from viewer_driver import Driver, centre, extent, is_empty
from viewer_pictures import LEFT, RIGHT, pair, png

EXIT = (
    -0.915 / 2.5
)  # height of the buttons' middle below a screen of 2 m x 1.5 m, over its distance
ROW = round(160 - 160 * EXIT)
PICTURE, BELOW = slice(0, 206), slice(210, 320)  # rows
BESIDE = 0.22  # from the middle of one button to the next, over the distance
GROUND, LIT = (0x22, 0x26, 0x2E), (0x6E, 0xA8, 0xFE)
PAIRS = [{"src": name, "layout": "side_by_side"} for name in ("/pair.png", "/other.png")]


@pytest.fixture(scope="module")
def _room(browser, site, node_packages):
    site.put("/pair.png", png(pair("side_by_side")))
    site.put("/other.png", png(pair("cross_eyed")))
    driver = Driver(browser, site, node_packages)
    yield driver.open("/pair.png", layout="side_by_side").enter()
    driver.close()


@pytest.fixture
def room(_room):
    """A running session, shared by a module: one picture, its buttons shown, nobody points
    at them.
    """
    _room.point(x=2.0)
    _room.send(**PAIRS[0])
    _room.at_rest()
    _room.set(buttons=True)
    _room.pull_trigger()
    return _room


def buttons(driver):
    """What the left eye sees of the buttons' row."""
    return driver.eyes()[0][ROW - 3 : ROW + 4]


def wait_until_gone(driver):
    for _ in range(100):
        if is_empty(buttons(driver)):
            return
        driver.run("frames(10)")
    pytest.fail("the buttons stay")


def test_they_come_with_a_press_go_by_themselves_and_come_when_pointed_at(room):
    for eye in room.eyes():
        top, bottom, _, _ = extent(eye[BELOW])
        assert (top + bottom) / 2 + BELOW.start == pytest.approx(ROW, abs=1)
    start, end = extent(buttons(room))[2:]
    assert end - start == pytest.approx(160 * BESIDE, abs=3)  # one button: there is no set
    assert tuple(buttons(room)[3, start + 2]) == GROUND
    wait_until_gone(room)
    assert centre(room.eyes()[0]) == LEFT
    room.point(y=EXIT)
    assert tuple(buttons(room)[3, start + 2]) == LIT


def test_next_and_previous_of_a_set(room):
    room.send(list=PAIRS)
    start, end = extent(buttons(room))[2:]
    assert end - start == pytest.approx(3 * 160 * BESIDE, abs=4)
    for side, number, shown in ((1, 2, RIGHT), (1, 1, LEFT), (-1, 2, RIGHT)):
        room.point(x=side * BESIDE, y=EXIT)
        room.pull_trigger()
        room.page.wait_for_selector(f"#facts:has-text('{number} of 2')")
        room.wait_for_picture()
        assert centre(room.eyes()[0][PICTURE]) == shown


def test_a_press_where_no_button_is_seen_only_places_the_screen(room):
    room.set(buttons=False)
    room.point(y=EXIT)
    room.move_head(yaw_deg=100)
    assert is_empty(room.eyes()[0])
    room.pull_trigger()
    assert centre(room.eyes()[0]) == LEFT


def test_a_press_on_exit_leaves(room):
    room.point(y=EXIT)
    room.pull_trigger()
    room.wait_for_headset("ready")
    room.enter()


def test_before_a_screen_that_reaches_down_they_stay_in_sight(start, site):
    site.put("/pair.png", png(pair("side_by_side")))
    driver = start(layers=True)
    driver.open("/pair.png", layout="side_by_side", buttons=1, width_m=8).enter()
    assert driver.run("session.renderState.layers.length") == 1  # a quad would hide them
    row = round(160 + 160 * 0.62 / 0.9)
    seen = driver.shot(None)[row - 5 : row + 5, :320].reshape(-1, 3)
    assert (seen == GROUND).all(axis=1).any()
    driver.set(buttons=False)
    driver.run("frames(4)")
    assert driver.run("session.renderState.layers.length") == 2
