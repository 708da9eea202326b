"""The page as a program uses it: a live server and gradio_client."""

import json
import stat
from pathlib import Path

import cv2
import numpy as np
import pytest
from gradio_client import handle_file
from gradio_client.exceptions import AppError
from live_page import connect, read_rgb, running, save_photo, size_of
from scenes import Ramp
from tiny_checkpoints import save_pipeline

from spatial.depth import LoadOptions, load_estimator_or_embedded
from spatial.formats import read_manifest
from spatial.photo import load_photo
from spatial.settings import iter_settings
from spatial.web.files import PREVIEW_SIDE_PX
from spatial.web.handlers import picture_for_browser
from spatial.web.studio import Studio

JPEG_MAGIC = b"\xff\xd8"


@pytest.fixture(scope="module")
def ramp():
    return Ramp()


@pytest.fixture(scope="module")
def client(ramp, tmp_path_factory):
    """A client of a server with an example; only its usual models are made of a ramp."""

    def load(name, **options):
        if name in ("auto", "embedded"):
            return ramp.load(name, **options)
        return load_estimator_or_embedded(name, LoadOptions(**options))

    folder = tmp_path_factory.mktemp("downloads")
    example = save_photo(folder / "example.jpg")
    with running(Studio(device="cpu", load=load), examples=[example]) as url:
        yield connect(url, folder)


def named_endpoints(client):
    return client.view_api(return_format="dict", print_info=False)["named_endpoints"]


def convert(client, path, **settings):
    files, report = client.predict(handle_file(str(path)), api_name="/convert", **settings)
    return {Path(f).name: Path(f) for f in files}, report


def test_the_api_is_photo_estimator_and_every_setting(client):
    endpoints = named_endpoints(client)
    assert list(endpoints) == ["/convert", "/depth", "/stereo", "/metrics", "/export", "/batch"]
    settings = {s.name: getattr(s.default, "value", s.default) for s in iter_settings()}
    depth = {s.name for s in iter_settings() if s.section == "depth"}
    for name, endpoint in endpoints.items():
        offered = {p["parameter_name"]: p for p in endpoint["parameters"]}
        first = "photos" if name == "/batch" else "photo"
        formats = ["formats"] if name in ("/export", "/batch") else []
        own = [s for s in settings if name != "/depth" or s in depth]
        assert list(offered) == [first, "estimator", *formats, *own], name
        assert not offered[first]["parameter_has_default"]  # the page's example is none
        assert offered["estimator"]["parameter_default"] == "auto"
        assert {s: offered[s]["parameter_default"] for s in own} == {s: settings[s] for s in own}


def test_convert_returns_the_files_of_a_result(client, tmp_path):
    path = save_photo(tmp_path / "boat.jpg", quality=98)
    files, report = convert(client, path, synthesise="right", max_parallax_percent=10)
    pair = read_rgb(files["boat_LRF_Full_SBS.jpg"])
    assert pair.shape == (120, 320, 3)
    left, right = pair[:, :160], pair[:, 160:]
    photo = read_rgb(path)
    assert np.abs(left - photo).mean() < 1  # the left eye sees the photo itself
    assert np.abs(right - photo).mean() > 2
    assert size_of(files["boat_Half_LR.jpg"]) == (160, 120)
    depth = np.asarray(cv2.imread(str(files["boat_depth.png"]), cv2.IMREAD_UNCHANGED))
    assert depth.dtype == np.uint16
    assert (
        depth[:, -8:].min() > depth[:, :8].max()
    )  # near is bright, and the ramp is near on the right
    manifest = read_manifest(files["boat_manifest.json"])
    assert manifest.settings["stereo"]["synthesise"] == "right"
    assert report["estimator"] == {"id": "embedded", "revision": "r7", "licence": "Apache-2.0"}
    assert report["note"] == ""
    assert report["metrics"]["psnr_left_db"]["rating"] == "identical"
    json.dumps(report, allow_nan=False)


def test_the_same_photo_again_needs_no_new_depth(client, ramp, tmp_path):
    path = save_photo(tmp_path / "again.png", width=170)
    before = ramp.calls
    convert(client, path)
    convert(client, path, ipd_mm=70, stereo_method="paper")
    assert ramp.calls == before + 1


def test_heic_goes_in(client, tmp_path):
    path = save_photo(tmp_path / "phone.heic")
    files, _ = convert(client, path)
    assert "phone_LRF_Full_SBS.jpg" in files


def test_what_browsers_cannot_show_is_shown_as_jpeg(tmp_path):
    path = save_photo(tmp_path / "phone.heic")
    shown = picture_for_browser(str(path), load_photo(path))
    assert Path(shown).read_bytes()[:2] == JPEG_MAGIC
    assert size_of(shown) == (160, 120)


def test_a_large_photo_is_shown_small(tmp_path):
    path = save_photo(tmp_path / "wide.jpg", width=3000, height=600)
    shown = picture_for_browser(str(path), load_photo(path))
    assert size_of(shown) == (PREVIEW_SIDE_PX, PREVIEW_SIDE_PX // 5)


def test_what_browsers_show_stays_as_it_is(tmp_path):
    path = save_photo(tmp_path / "plain.jpg")
    assert picture_for_browser(str(path), load_photo(path)) == str(path)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"ipd_mm": 500}, "ipd_mm must be between 0 and 100, got 500"),
        ({"ipd_mm": "wide"}, "ipd_mm must be a number, got 'wide'"),
        ({"seed": None}, "seed must be a whole number, got None"),
        ({"convergence": "nowhere"}, "convergence must be one of auto, nearest, "),
        ({"estimator": "crystal-ball"}, "unknown depth estimator 'crystal-ball'"),
    ],
)
def test_wrong_values_are_named(client, tmp_path, settings, words):
    with pytest.raises(AppError, match=words):
        convert(client, save_photo(tmp_path / "p.png"), **settings)


def test_a_bad_file_is_told_in_one_clear_sentence(client, tmp_path, capfd):
    text = tmp_path / "notes.jpg"
    text.write_text("no picture at all")
    with pytest.raises(AppError) as refusal:
        convert(client, text)
    assert str(refusal.value).startswith("notes.jpg is not a photo that can be read")
    assert "Traceback" not in "".join(capfd.readouterr())
    with pytest.raises(AppError, match="Choose a photo first"):
        client.predict(None, api_name="/convert")


def test_an_unwritable_cache_is_told(client, tmp_path, monkeypatch):
    path = save_photo(tmp_path / "shut.png", width=150)
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setattr("spatial.web.files.get_upload_folder", lambda: str(blocked))
    with pytest.raises(AppError, match="cannot"):
        convert(client, path)
    assert stat.S_ISREG(blocked.stat().st_mode)


def test_a_checkpoint_from_the_hub(hub, tmp_path):
    hub.add_repo("owner/tiny", save_pipeline(tmp_path / "repo"))
    load = lambda name, **options: load_estimator_or_embedded(
        name, LoadOptions(**options, endpoint=hub.url, cache_dir=tmp_path / "cache")
    )
    with running(Studio(device="cpu", load=load)) as url:
        client = connect(url, tmp_path / "downloads")
        _, report = convert(client, save_photo(tmp_path / "p.png"), estimator="ldm:owner/tiny")
        assert report["estimator"]["id"] == "ldm:owner/tiny"
        assert report["note"] == ""
        count = len(hub.downloads())
        convert(client, save_photo(tmp_path / "q.png", width=90), estimator="ldm:owner/tiny")
        assert len(hub.downloads()) == count
        with pytest.raises(AppError, match="owner/missing"):
            convert(client, tmp_path / "p.png", estimator="ldm:owner/missing")


def test_an_unreachable_hub_is_told_and_the_embedded_model_stands_in(client, tmp_path):
    path = save_photo(tmp_path / "p.png", width=180)
    files, report = convert(client, path, estimator="depth-anything")
    assert report["estimator"]["id"] == "embedded"
    assert "is used instead of depth-anything" in report["note"]
    assert "p_LRF_Full_SBS.jpg" in files
