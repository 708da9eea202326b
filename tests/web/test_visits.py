"""What a visitor does in the page, in a real browser; without a network, as the page is what
counts.
"""

import cv2
import numpy as np
import pytest
from app_page import (
    CHOOSE,
    COFFEE,
    PHONE,
    STRENGTH,
    open_goals,
    unfold,
    visit,
    wait_for_example,
    wait_for_picture_of,
)
from frame_clock import FRAMES_TAKE_MS, QUICK_MS, SLOW_MS, THIRTY_FRAMES
from live_page import save_photo

IN_SIGHT = """(selector) => {
  const { top, bottom, height } = document.querySelector(selector).getBoundingClientRect();
  return height > 0 && top >= 0 && bottom <= innerHeight;
}"""


def picture_of(page):
    return page.locator("#stereo-views .views").screenshot()


def moves(page):
    before = picture_of(page)
    page.wait_for_timeout(300)
    return picture_of(page) != before


def comes_to_differ(page, before):
    return any(picture_of(page) != before for _ in range(100))


def test_a_photo_chosen_before_the_example_is_finished_stays(app, browser):
    with visit(browser, app) as (page, _, _):
        page.set_input_files(CHOOSE, str(COFFEE))
        wait_for_picture_of(page, "coffee")


def test_the_picture_sways_until_it_is_stopped(app, browser):
    small = {"viewport": {"width": 240, "height": 360}}  # without graphics hardware, motion is dear
    with visit(browser, app, reduced_motion="no-preference", **small) as (page, _, complaints):
        page.evaluate(FRAMES_TAKE_MS, QUICK_MS)
        page.wait_for_selector("#stereo-views canvas[data-scene=ready]")
        assert comes_to_differ(page, picture_of(page))
        page.evaluate(FRAMES_TAKE_MS, SLOW_MS)  # it stops by itself, until it is asked to go on
        page.wait_for_selector("#stereo-views .hint >> text=draws slowly")
        assert not moves(page)
        page.get_by_role("button", name="Play", exact=True).click()
        page.evaluate(THIRTY_FRAMES)
        assert comes_to_differ(page, picture_of(page))
        page.get_by_role("button", name="Stop", exact=True).click()
        page.wait_for_selector("#stereo-views .stop >> text=Play")
        assert not moves(page)
        still = picture_of(page)
        for mode in ("anaglyph", "parallel", "depth"):
            page.locator(f"#stereo-views label:has(input[value={mode}])").click()
            assert comes_to_differ(page, still), mode
        assert complaints == []


def test_the_picture_is_still_where_motion_is_unwanted(page):
    page.wait_for_selector("#stereo-views canvas[data-scene=ready]")
    assert page.inner_text("#stereo-views .stop") == "Play"
    assert not moves(page)


def first_screen_has_it_all(page):
    for what in ("#stereo-views .views", "#choose", STRENGTH, "#save-share"):
        assert page.evaluate(IN_SIGHT, what), what
    unfold(page, "More")
    page.locator("#setting-jpeg_quality").scroll_into_view_if_needed()
    assert page.evaluate("scrollY") > 300
    assert page.evaluate(IN_SIGHT, "#stereo-views .views")
    for panel in ("Details", "Several photos"):
        unfold(page, panel)
    open_goals(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_desktops_first_screen_has_it_all_and_the_picture_stays(app, browser):
    with visit(browser, app, viewport={"width": 1440, "height": 900}) as (page, _, _):
        wait_for_example(page)
        first_screen_has_it_all(page)


def test_a_phones_first_screen_has_it_all_and_a_bad_upload_is_told(app, browser, tmp_path):
    notes = tmp_path / "notes.jpg"
    notes.write_text("no picture")
    with visit(browser, app, **PHONE) as (page, outside, _):
        wait_for_example(page)
        first_screen_has_it_all(page)
        page.set_input_files(CHOOSE, str(notes))
        told = page.wait_for_selector("[data-testid=toast-body]").inner_text()
        assert "notes.jpg is not a photo that can be read" in told
        assert "Traceback" not in told
        assert outside == []


def test_a_tap_sets_the_screen_plane_and_the_focus(page):
    picture = page.locator("#stereo-views .views")
    box = picture.bounding_box()
    where = {"x": box["width"] * 0.25, "y": box["height"] * 0.75}
    picture.click(position=where)
    page.wait_for_selector("#setting-convergence input[value=point]:checked")
    unfold(page, "More")
    across = float(page.locator("#setting-convergence_x input[type=number]").input_value())
    down = float(page.locator("#setting-convergence_y input[type=number]").input_value())
    assert (across, down) == pytest.approx((0.25, 0.75), abs=0.02)
    page.check("#setting-bokeh input")
    page.check("#tap input[value=focus]", force=True)
    focus = page.locator("#setting-focus_nearness input[type=number]")
    assert focus.input_value() == "1"
    picture.click(position=where)
    page.wait_for_function(
        "document.querySelector('#setting-focus_nearness input[type=number]').value < 1"
    )


def test_a_visitors_own_depth_map_is_used(visited, tmp_path):
    levels = np.linspace(0, 65_535, 64).astype(np.uint16)[:, None].repeat(64, axis=1)
    cv2.imwrite(str(tmp_path / "map.png"), levels)
    page, _, complaints = visited
    unfold(page, "More")
    unfold(page, "Use your own depth map")
    page.set_input_files("#own-depth-file input[type=file]", str(tmp_path / "map.png"))
    page.wait_for_selector("#depth-source >> text=Depth: your map map.png")
    assert complaints == []


def test_comfort_follows_the_strength_and_is_mended(page):
    page.wait_for_selector("#comfort [data-level=comfortable]")
    assert not page.is_visible("#make-comfortable")
    page.locator(STRENGTH).fill("10")
    page.wait_for_selector("#comfort [data-level=uncomfortable]")
    page.click("#make-comfortable")
    page.wait_for_selector("#comfort [data-level=comfortable]")
    assert 0 < float(page.locator(STRENGTH).input_value()) < 10


def test_a_phones_original_is_used_before_and_after_ordinary_photos(page, tmp_path):
    first, second = (save_photo(tmp_path / name) for name in ("phone.heic", "again.heic"))
    page.set_input_files(CHOOSE, str(first))
    wait_for_picture_of(page, "phone")
    page.wait_for_selector("#stereo-views img.photo[src*=shown]")
    page.get_by_role("button", name="Example photo: rocket").click()
    wait_for_picture_of(page, "rocket")
    page.set_input_files(CHOOSE, str(second))
    wait_for_picture_of(page, "again")
    page.set_input_files(CHOOSE, str(COFFEE))
    wait_for_picture_of(page, "coffee")


def test_a_file_dropped_anywhere_is_the_next_photo(page):
    drop = """() => {
      const files = new DataTransfer();
      files.items.add(new File([Uint8Array.from(PHOTO)], 'dropped.jpg', { type: 'image/jpeg' }));
      document.querySelector('#privacy').dispatchEvent(
        new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));
    }"""
    page.evaluate(drop.replace("PHOTO", str(list(COFFEE.read_bytes()))))
    wait_for_picture_of(page, "dropped")


def test_several_photos_become_a_list_and_one_zip(page, tmp_path):
    notes = tmp_path / "notes.jpg"
    notes.write_text("no picture")
    paths = [
        str(save_photo(tmp_path / "one.jpg")),
        str(notes),
        str(save_photo(tmp_path / "two.png")),
    ]
    unfold(page, "Several photos at once")
    page.set_input_files("#batch-photos input[type=file]", paths)
    page.wait_for_selector("#batch-photos >> text=two")
    page.click("#batch-start")
    page.wait_for_selector("#batch-report a[href*=zip]")
    lines = page.locator("#batch-report li")
    assert [lines.nth(i).get_attribute("data-state") for i in range(3)] == [
        "done",
        "refused",
        "done",
    ]
    assert "is not a photo that can be read" in lines.nth(1).inner_text()
    assert lines.nth(2).locator("a[href$='two_LRF_Full_SBS.jpg']").count() == 1
    assert lines.nth(0).locator("img").count() == 1
