"""What goes wrong in a browser: words in the page, never a trace, and nothing lost for others."""

import numpy as np
import pytest
from app_page import CHOOSE, COFFEE, unfold, visit, wait_for_picture_of
from live_page import save_photo
from PIL import Image

LIMIT_BYTES = 64 * 10**6


def toast(page, name):
    """Return what the page tells of a file in a toast."""
    return page.wait_for_selector(f"[data-testid=toast-body] >> text={name}").inner_text()


def test_a_file_of_65_mb_is_refused_in_words(page, tmp_path):
    large = tmp_path / "large.jpg"
    large.write_bytes(COFFEE.read_bytes() + bytes(LIMIT_BYTES + 10**6))
    page.set_input_files(CHOOSE, str(large))
    told = toast(page, "large.jpg")
    assert "exceed the maximum allowed size" in told  # before a byte is sent
    assert "Traceback" not in told
    page.wait_for_selector("#status >> text=astronaut")  # not "Sending" any more
    page.set_input_files(CHOOSE, str(COFFEE))  # it still works
    wait_for_picture_of(page, "coffee")


def test_a_depth_map_of_another_shape_is_refused_in_words(page, tmp_path):
    levels = np.linspace(0, 65_535, 90).astype(np.uint16)[:, None].repeat(40, axis=1)
    Image.fromarray(levels).save(tmp_path / "tall.png")
    page.set_input_files(CHOOSE, str(COFFEE))
    wait_for_picture_of(page, "coffee")
    unfold(page, "More")
    unfold(page, "Use your own depth map")
    page.set_input_files("#own-depth-file input[type=file]", str(tmp_path / "tall.png"))
    told = toast(page, "tall.png")
    assert "tall.png is 40 x 90 pixels" in told
    assert "the photo 600 x 400" in told
    unfold(page, "Details")
    unfold(page, "Compare with a true depth map")
    rows = np.linspace(4000, 900, 200).astype(np.uint16)[:, None].repeat(300, axis=1)
    Image.fromarray(rows).save(tmp_path / "true.png")
    page.set_input_files("#true-depth input[type=file]", str(tmp_path / "true.png"))
    page.wait_for_selector("#depth-errors >> text=AbsRel")


@pytest.mark.parametrize(
    "path", ["s/" + "0" * 32, "s/../../etc/passwd", "s/%2e%2e%2fmanifest.json"]
)
def test_forged_links_lead_to_words(app, browser, path):
    with visit(browser, app, path) as (page, outside, _):
        assert "Traceback" not in page.content()
        assert "root:" not in page.content()
        if path.endswith("0"):
            assert "is gone" in page.inner_text("h1")
        assert outside == []


def test_two_tabs_of_one_visitor_do_not_mix(app, page, browser, tmp_path):
    other = save_photo(tmp_path / "boat.jpg", width=400, height=200)
    with visit(browser, app) as (second, _, _):
        assert second.context == page.context
        page.set_input_files(CHOOSE, str(COFFEE))
        second.set_input_files(CHOOSE, str(other))
        wait_for_picture_of(page, "coffee")
        wait_for_picture_of(second, "boat")
        sizes = [
            tab.evaluate("document.querySelector('#stereo-views img.left').naturalWidth")
            for tab in (page, second)
        ]
        assert sizes == [600, 400]


def test_a_browser_that_leaves_in_mid_run_harms_nobody(app, visited, browser, tmp_path):
    page, _, complaints = visited
    photos = [save_photo(tmp_path / f"left-{i}.jpg", width=900 + i, height=700) for i in range(3)]
    for photo in photos:
        with visit(browser, app) as (leaving, _, _):
            leaving.set_input_files(CHOOSE, str(photo))
            leaving.wait_for_selector("#stereo-views img.photo[src*=left]")
    page.set_input_files(CHOOSE, str(COFFEE))
    wait_for_picture_of(page, "coffee")
    assert complaints == []
