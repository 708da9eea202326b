"""What a visitor does in the page, in a real browser; without a network, as the page is what
counts.
"""

import cv2
import numpy as np
import pytest
from app_page import (
    COFFEE,
    LEFT,
    OTHER,
    PHONE,
    visit,
    wait_for_change,
    wait_for_example,
    wait_for_files_of,
)
from live_page import save_photo


def test_a_photo_chosen_before_the_example_is_finished_stays(app, browser):
    with visit(browser, app) as (page, _, _):
        page.set_input_files("#photo input[type=file]", str(COFFEE))
        wait_for_files_of(page, "coffee")
        page.wait_for_selector("#photo img[src*=coffee]")


def test_the_example_moves_until_it_is_stopped(app, browser):
    animation = (
        f"getComputedStyle(document.querySelector('{LEFT.replace('left', 'right')}')).animationName"
    )
    with visit(browser, app, reduced_motion="no-preference") as (page, _, complaints):
        page.wait_for_selector(f"{LEFT}:visible")
        assert page.evaluate(animation) == "wiggle"
        page.get_by_role("button", name="Stop", exact=True).click()
        assert page.evaluate(animation) == "none"
        for mode, shown in (("anaglyph", "anaglyph"), ("side", "left"), ("slide", "right")):
            page.check(f"#stereo-views input[value={mode}]", force=True)
            assert page.is_visible(f"#stereo-views img.{shown}"), mode
        assert complaints == []
    with visit(browser, app) as (page, _, _):
        page.wait_for_selector(f"{LEFT}:visible")
        assert page.evaluate(animation) == "none"
        assert "less motion" in page.inner_text("#stereo-views")


def test_a_tap_sets_the_screen_plane_and_the_focus(app, browser):
    with visit(browser, app) as (page, _, _):
        wait_for_example(page)
        photo = page.locator("#photo img").first
        box = photo.bounding_box()
        where = {"x": box["width"] * 0.25, "y": box["height"] * 0.75}
        photo.click(position=where)
        page.wait_for_selector("#setting-convergence input[value=point]:checked")
        page.get_by_role("button", name="More settings").click()
        across = float(page.locator("#setting-convergence_x input[type=number]").input_value())
        down = float(page.locator("#setting-convergence_y input[type=number]").input_value())
        assert (across, down) == pytest.approx((0.25, 0.75), abs=0.02)
        page.check("#tap input[value=Focus]", force=True)
        photo.click(position=where)
        page.wait_for_selector("#setting-bokeh input:checked")


def test_a_visitors_own_depth_map_is_used(app, browser, tmp_path):
    levels = np.linspace(0, 65_535, 64).astype(np.uint16)[:, None].repeat(64, axis=1)
    cv2.imwrite(str(tmp_path / "map.png"), levels)  # the photo has 512 x 512 px
    with visit(browser, app) as (page, _, complaints):
        wait_for_example(page)
        page.get_by_role("tab", name="Depth").click()
        page.get_by_role("button", name="Use your own depth map").click()
        page.set_input_files("#own-depth-file input[type=file]", str(tmp_path / "map.png"))
        page.wait_for_selector("#status >> text=Depth: your map map.png")
        assert complaints == []


def test_too_much_depth_is_made_comfortable(app, browser):
    with visit(browser, app) as (page, _, _):
        wait_for_example(page)
        shown = page.get_attribute(LEFT, "src")
        page.locator("#setting-max_parallax_percent input[type=range]").fill("10")
        wait_for_change(page, LEFT, shown)
        page.click("#make-files")
        page.get_by_role("tab", name="Metrics").click()
        page.click("#make-comfortable")
        page.wait_for_selector("#comfort >> text=of 100: comfortable")
        strength = page.locator("#setting-max_parallax_percent input[type=range]").input_value()
        assert 0 < float(strength) < 10


def test_a_phones_original_is_used_before_and_after_ordinary_photos(app, browser, tmp_path):
    first, second = (save_photo(tmp_path / name) for name in ("phone.heic", "again.heic"))
    with visit(browser, app) as (page, _, _):
        wait_for_example(page)
        page.set_input_files(OTHER, str(first))
        page.wait_for_selector("#photo img[src*=shown]")
        wait_for_files_of(page, "phone")
        page.set_input_files("#photo input[type=file]", str(COFFEE))
        wait_for_files_of(page, "coffee")
        page.get_by_role("button", name="Example photo: rocket").click()
        wait_for_files_of(page, "rocket")
        page.set_input_files(OTHER, str(second))
        wait_for_files_of(page, "again")
        page.set_input_files(OTHER, str(COFFEE))  # which takes ordinary photos, too
        wait_for_files_of(page, "coffee")


def test_several_photos_become_one_zip(app, browser, tmp_path):
    paths = [str(save_photo(tmp_path / name)) for name in ("one.jpg", "two.png")]
    with visit(browser, app) as (page, _, _):
        page.get_by_role("button", name="Several photos at once").click()
        page.set_input_files("#batch-photos input[type=file]", paths)
        page.wait_for_selector("#batch-photos >> text=two")
        page.click("#batch-start")
        page.wait_for_selector("#batch-archive a[href*=zip]")
        assert "two_LRF_Full_SBS.jpg" in page.inner_text("#batch-report")


def test_a_bad_upload_is_told_and_the_page_fits_a_phone(app, browser, tmp_path):
    notes = tmp_path / "notes.jpg"
    notes.write_text("no picture")
    with visit(browser, app, **PHONE) as (page, outside, _):
        wait_for_example(page)
        for tab in ("Depth", "Metrics", "View & share"):
            page.get_by_role("tab", name=tab).click()
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, tab
        page.set_input_files(OTHER, str(notes))
        told = page.wait_for_selector("[data-testid=toast-body]").inner_text()
        assert "notes.jpg is not a photo that can be read" in told
        assert "Traceback" not in told
        assert outside == []
