"""The named endpoints as gradio_client calls them."""

import inspect
import json
import re
import zipfile
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
from gradio_client import handle_file
from gradio_client.exceptions import AppError
from live_page import connect, running, save_photo, size_of
from scenes import Ramp
from stereo_scene import as_spatial_photo, stereo_photo

from spatial.formats.containers import encode_mpo
from spatial.settings import iter_settings
from spatial.web.api import ENDPOINTS, make_endpoint
from spatial.web.batch import make_batch
from spatial.web.studio import Studio


@pytest.fixture(scope="module")
def studio():
    return Studio(device="cpu", load=Ramp().load)


@pytest.fixture(scope="module")
def client(studio, tmp_path_factory):
    with running(studio) as url:
        folder = tmp_path_factory.mktemp("downloads")
        yield connect(url, folder)


@pytest.fixture
def boat(tmp_path):
    return handle_file(str(save_photo(tmp_path / "boat.png")))


def names_in(archive):
    with zipfile.ZipFile(archive) as packed:
        assert packed.testzip() is None
        return sorted(packed.namelist())


def test_depth(client, boat):
    files, report = client.predict(boat, seed=3, api_name="/depth")
    picture, numbers = (Path(f) for f in files)
    assert (picture.name, numbers.name) == ("boat_depth.png", "boat_depth.json")
    levels = np.asarray(cv2.imread(str(picture), cv2.IMREAD_UNCHANGED))
    assert levels.dtype == np.uint16
    assert levels.shape == (120, 160)  # the photo's
    assert levels[0, -1] > levels[0, 0]
    assert json.loads(numbers.read_text())["polarity"] == "near_bright"
    assert report["settings"]["seed"] == 3
    assert report["depth"]["space"] == "inverse_depth"
    assert (report["depth"]["width"], report["depth"]["height"]) == levels.shape[::-1]


def test_stereo(client, boat):
    picture, report = client.predict(boat, max_parallax_percent=4, api_name="/stereo")
    assert size_of(picture) == (320, 120)
    assert report["settings"]["stereo"]["max_parallax_percent"] == 4


def test_metrics(client, boat):
    report = client.predict(boat, synthesise="right", api_name="/metrics")
    assert report["metrics"]["psnr_left_db"]["rating"] == "identical"
    assert report["estimator"]["id"] == "embedded"
    assert 0 <= report["comfort"]["score"] <= 100
    json.dumps(report, allow_nan=False)


def test_export(client, boat):
    archive, report = client.predict(boat, formats=["half_sbs", "depth_png"], api_name="/export")
    assert Path(archive).name == "boat_spatial.zip"
    expected = ["boat_Half_LR.jpg", "boat_depth.json", "boat_depth.png", "boat_manifest.json"]
    assert names_in(archive) == expected
    assert report["files"] == ["depth", "depth_info", "half_side_by_side", "manifest"]


@pytest.mark.parametrize("formats", [["hologram"], [], None, [3], 7])
@pytest.mark.parametrize("endpoint", ["/export", "/batch"])
def test_wrong_formats_are_told(client, boat, formats, endpoint, capfd):
    photo = [boat] if endpoint == "/batch" else boat
    with pytest.raises(AppError, match=r"format.*known are sbs, half_sbs"):
        client.predict(photo, formats=formats, api_name=endpoint)
    assert "Traceback" not in "".join(capfd.readouterr())


def test_one_format_needs_no_list(client, boat):
    archive, _ = client.predict(boat, formats="half_sbs", api_name="/export")
    assert names_in(archive) == ["boat_Half_LR.jpg", "boat_manifest.json"]


def test_a_batch_keeps_names_and_goes_on_after_a_bad_photo(client, tmp_path):
    (tmp_path / "other").mkdir()
    paths = [
        save_photo(tmp_path / "boat.jpg"),
        save_photo(tmp_path / "other" / "boat.jpg", width=90),
        tmp_path / "notes.jpg",
        save_photo(tmp_path / "Größe 1.heic"),
    ]
    paths[2].write_text("no picture")
    photos = [handle_file(str(p)) for p in paths]
    archive, report = client.predict(photos, formats=["half_sbs"], api_name="/batch")
    packed = names_in(archive)
    assert "boat_Half_LR.jpg" in packed
    assert "boat-2_Half_LR.jpg" in packed
    assert [bool(entry["files"]) for entry in report] == [True, True, False, True]
    assert "not a photo" in report[2]["note"]
    assert all(name in packed for entry in report for name in entry["files"])


def test_how_a_photo_was_read_is_told(client, tmp_path):
    pair = tmp_path / "pair.mpo"
    pair.write_bytes(encode_mpo(as_spatial_photo(stereo_photo()))[0].data)
    told = "a stereo photo (two pictures); both its views are used"
    _, report = client.predict(handle_file(str(pair)), api_name="/stereo")
    assert report["notes"] == [told]
    _, entries = client.predict([handle_file(str(pair))], formats=["mpo"], api_name="/batch")
    assert entries[0]["note"] == told


def test_an_empty_batch_is_told(client):
    with pytest.raises(AppError, match="Choose 1 to 100 photos"):
        client.predict([], api_name="/batch")


def test_a_batch_of_bad_photos_is_told(client, tmp_path):
    notes = tmp_path / "notes.jpg"
    notes.write_text("no picture")
    with pytest.raises(AppError, match=r"None of the photos .* not a photo"):
        client.predict([handle_file(str(notes))], api_name="/batch")


PYTHON = re.compile(r"Traceback|object|attribute|unhashable|NoneType|\bint\b|float|bool|pydantic")


def test_wrong_types_are_told_in_words(client, boat):
    with httpx.Client(base_url=client.src, trust_env=False, timeout=60) as raw:
        sent = raw.post("gradio_api/upload", files={"files": Path(boat["path"]).read_bytes()})
        photo = {"path": sent.json()[0], "meta": {"_type": "gradio.FileData"}}
        one_of_each_type = {s.type: s.name for s in iter_settings()}.values()
        for name in ("photos", "estimator", "formats", *one_of_each_type):
            for value in (None, [], {}, [None]):
                asked = {"photos": [photo], name: value}
                call = raw.post("gradio_api/call/v2/batch", json=asked).json()["event_id"]
                told = raw.get(f"gradio_api/call/v2/batch/{call}").text
                assert "event: error" in told, asked
                assert not PYTHON.search(told), told


@pytest.mark.parametrize("name", [*ENDPOINTS, "batch"])
def test_every_parameter_is_documented(studio, name):
    if name == "batch":
        function, settings = make_batch(studio), list(iter_settings())
    else:
        function = make_endpoint(studio, name)
        settings = ENDPOINTS[name].settings()
    told = inspect.getdoc(function) or ""
    for setting in settings:
        assert f"    {setting.name}: {setting.info.help}" in told
    assert "Returns:" in told
    assert function.__name__ == name  # the name of the MCP tool


@pytest.mark.parametrize(
    "data",
    [
        [],
        "photo",
        [{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}],
        [{"path": "../../etc/passwd", "meta": {"_type": "gradio.FileData"}}],
        [3],
    ],
)
def test_calls_without_a_proper_photo_are_refused_and_read_nothing(client, data):
    with httpx.Client(base_url=client.src, trust_env=False, timeout=60) as raw:
        asked = raw.post("gradio_api/call/metrics", json={"data": data})
        told = asked.text
        if asked.status_code == 200:
            told = raw.get(f"gradio_api/call/metrics/{asked.json()['event_id']}").text
            assert "event: error" in told
        assert "Traceback" not in told
        assert "root:" not in told
