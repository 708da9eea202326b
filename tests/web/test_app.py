"""app.py as people start it, with the embedded model, through a real browser when there is one."""

import socket
from pathlib import Path

import pytest
from app_page import (
    CHOOSE,
    COFFEE,
    LEFT,
    PHONE,
    STRENGTH,
    ask_for_files,
    open_goals,
    serving,
    start,
    visit,
    wait_for_change,
    wait_for_example,
    wait_for_files_of,
    wait_for_picture_of,
)
from gradio_client import handle_file
from live_page import connect, running, size_of

from spatial.results import ResultStore
from spatial.web.server import serve
from spatial.web.studio import Studio


@pytest.fixture(scope="module")
def app_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("app")


@pytest.fixture(scope="module")
def app(app_folder):
    """The address of a running app.py."""
    with serving(app_folder) as url:
        yield url


def test_a_real_photo_becomes_a_pair(app, tmp_path):
    client = connect(app, tmp_path)
    files, report = client.predict(handle_file(str(COFFEE)), api_name="/convert")
    names = {Path(f).name: f for f in files}
    width, height = size_of(COFFEE)
    assert size_of(names["coffee_LRF_Full_SBS.jpg"]) == (2 * width, height)
    assert report["estimator"]["id"] == "embedded"


def test_the_page_converts_with_every_other_host_blocked(app, browser):
    with visit(browser, app, viewport={"width": 1440, "height": 900}) as (
        page,
        outside,
        complaints,
    ):
        wait_for_example(page)
        page.set_input_files(CHOOSE, str(COFFEE))
        wait_for_picture_of(page, "coffee")  # nothing was pressed
        shown = page.get_attribute(LEFT, "src")
        page.locator(STRENGTH).fill("6")
        wait_for_change(page, LEFT, shown)
        ask_for_files(page)
        wait_for_files_of(page, "coffee")
        page.get_by_role("button", name="Details").click()
        page.get_by_role("button", name="Figures of the paper").click()
        page.click("#measure")
        page.wait_for_selector("#figures >> text=more depth means less")
        page.get_by_role("button", name="More").click()
        page.get_by_role("button", name="As in the paper").click()
        page.wait_for_selector("#setting-bokeh input:checked")
        assert (outside, complaints) == ([], [])


def test_a_shared_link_is_opened_and_deleted_in_another_process(app, app_folder, browser):
    with visit(browser, app, **PHONE) as (page, outside, _):
        wait_for_example(page)
        assert not list(app_folder.glob("data/results/*"))  # nothing is stored before
        open_goals(page)
        page.click("#create-link")
        link = page.wait_for_selector("#share-link input").input_value()
        delete = page.get_attribute("#share-link a[href*=delete]", "href")
        assert outside == []
    identity = link.removeprefix(app)
    assert identity.startswith("s/")
    store = ResultStore(app_folder / "data" / "results")
    with running(Studio(device="cpu"), store=store) as url:  # as after a restart
        with visit(browser, url, identity, **PHONE) as (page, _, complaints):
            page.wait_for_selector(".picture img")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            assert page.evaluate("document.querySelector('.picture img').naturalWidth") == 512
            page.get_by_role("link", name="Enter VR").click()
            page.wait_for_selector("#canvas[aria-label*=astronaut]")
            assert complaints == []
        with visit(browser, url, delete) as (page, _, _):
            page.get_by_role("button", name="Delete it").click()
            page.wait_for_selector("text=Deleted.")
            assert not page.is_visible("button")
            page.goto(url + identity)
            assert "This spatial photo is gone" in page.inner_text("h1")


def test_a_taken_port_is_one_clear_line(app, tmp_path):
    log = tmp_path / "stderr.txt"
    port = int(app.rstrip("/").rsplit(":", 1)[1])
    assert start(port, log).wait() == 2
    lines = log.read_text().splitlines()
    assert len(lines) == 1
    assert f"127.0.0.1:{port}" in lines[0]
    assert "GRADIO_SERVER_PORT" in lines[0]


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1"])
def test_serve_refuses_a_wrong_port(monkeypatch, capsys, port):
    monkeypatch.setenv("GRADIO_SERVER_PORT", port)
    assert serve() == 2
    assert capsys.readouterr().err == (
        f"{port!r} is no port; choose one from 1 to 65535 with GRADIO_SERVER_PORT\n"
    )


def test_a_wrong_port_is_one_clear_line(tmp_path):
    log = tmp_path / "stderr.txt"
    assert start("abc", log).wait() == 2
    assert log.read_text() == (
        "'abc' is no port; choose one from 1 to 65535 with GRADIO_SERVER_PORT\n"
    )


def test_serve_refuses_a_taken_port(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert serve(port=taken.getsockname()[1]) == 2
    assert capsys.readouterr().err.count("\n") == 1
