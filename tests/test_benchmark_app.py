"""The parts of ``python -m tests.benchmark_app`` work; how fast anything is, no test asserts."""

import os
import sys

import benchmark_app.browser as app_browser
import benchmark_app.measures as app_benchmark
import pytest
from benchmark_app.browser import NoBrowserError, find_chromium
from benchmark_app.measures import measure_app, measure_memory, visitor_figures
from benchmark_app.server import RunningApp, running_app
from benchmark_app.visitors import Visit, shows, visit_at_once, write_visitor_photos
from live_page import PATIENCE_S, running, save_photo
from scenes import Ramp

from spatial.web.studio import Studio


@pytest.fixture(scope="module")
def url():
    with running(Studio(device="cpu", load=Ramp().load)) as address:
        yield address


def test_visitors_at_once_get_their_own_result_and_their_place_in_the_queue(url, tmp_path):
    photos = write_visitor_photos(tmp_path, 8, (160, 120))
    visits = visit_at_once(url, photos, tmp_path)
    assert [visit.error for visit in visits] == [""] * 8
    assert all(visit.is_own for visit in visits)
    assert any(max(visit.positions, default=0) > 0 for visit in visits)


def test_a_mixed_up_result_is_seen(tmp_path):
    import cv2  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    first, second = write_visitor_photos(tmp_path, 2, (160, 120))
    pairs = []
    for photo in (first, second):
        view = cv2.imread(str(photo))
        pairs.append(tmp_path / f"{photo.stem}.jpg")
        cv2.imwrite(str(pairs[-1]), np.hstack([np.asarray(view)] * 2))
    assert shows(pairs[0], first)
    assert not shows(pairs[1], first)
    assert not shows(tmp_path / "missing.jpg", first)


def test_errors_and_mix_ups_are_counted_apart():
    met = {"seconds": 1.0, "positions": ()}
    visits = [
        Visit(error="", is_own=True, **met),
        Visit(error="", is_own=False, **met),
        Visit(error="AppError: full", is_own=False, seconds=4.0, positions=(3, 1, 0)),
    ]
    errors, mixed, told, worst = visitor_figures(visits)
    assert (errors.value, mixed.value, told.value, worst.value) == (1, 1, 1, 4.0)
    assert "AppError: full" in errors.name


def test_a_server_that_is_gone_is_an_error_not_a_result(tmp_path):
    (photo,) = write_visitor_photos(tmp_path, 1, (80, 64))
    (visit,) = visit_at_once("http://127.0.0.1:9/", [photo], tmp_path)
    assert visit.error
    assert not visit.is_own


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="no /proc on this system")  # noqa: PTH110
def test_the_memory_curve_has_its_points(url, tmp_path):
    app = RunningApp(url=url, pid=os.getpid(), start_s=0.0)
    *curve, ratio = measure_memory(app, tmp_path, 4)
    assert [figure.name for figure in curve] == [
        f"memory after {n} conversions" for n in (1, 2, 3, 4)
    ]
    assert all(figure.value > 10 for figure in curve)
    assert 0.5 < ratio.value < 2


def test_the_page_is_measured_in_a_browser(url, browser, tmp_path):
    context = browser.new_context(reduced_motion="reduce")  # the sway is dear without a GPU
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE_S)
    page.goto(url)
    assert app_browser.first_paint_s(page) > 0
    photos = [save_photo(tmp_path / name) for name in ("first.jpg", "second.jpg")]
    page.set_input_files(app_browser.CHOOSE, str(photos[0]))
    app_browser.wait_for_picture(page, "first")
    assert app_browser.upload_to_view_s(page, photos[1]) > 0
    app_browser.wait_for_picture(page, "second")
    assert app_browser.slider_to_preview_s(page, 4.0) > 0
    whole, alone = app_browser.full_size_s(page)
    assert whole > alone > 0
    context.close()


def test_a_missing_browser_is_told(monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoBrowserError, match="apt-get install chromium"):
        find_chromium()


def test_the_benchmark_says_that_the_page_was_not_measured(monkeypatch, url):
    from contextlib import nullcontext  # noqa: PLC0415

    app = RunningApp(url=url, pid=os.getpid(), start_s=1.0)
    monkeypatch.setattr(app_benchmark, "running_app", lambda folder: nullcontext(app))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "")
    names = [figure.name for figure in measure_app(visitors=2, conversions=0)]
    assert any("NOT measured: no Chromium" in name for name in names)
    assert "2 visitors at once: errors" in names


def test_a_server_that_does_not_start_is_told(tmp_path):
    command = (sys.executable, "-c", "raise SystemExit(3)")
    with (
        pytest.raises(RuntimeError, match="did not answer"),
        running_app(tmp_path, command=command),
    ):
        pass
