import json
import os
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from scenes import make_result

from spatial.formats import FormatError, OutputError, read_manifest
from spatial.results import ResultStore, ShareError, data_folder

START = datetime(2030, 5, 17, 12, 0, tzinfo=timezone.utc)
FORMATS = ("sbs", "depth_png")
JPEG_MAGIC = b"\xff\xd8"


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    return ResultStore(tmp_path / "results", clock=clock)


def folder_of(store, receipt):
    return store.file(receipt.id, "manifest.json").path.parent


def test_a_shared_result_can_be_found(store):
    receipt = store.share(make_result(), FORMATS)
    manifest = store.find(receipt.id)
    assert manifest.layout == "side_by_side"
    assert (manifest.created, manifest.expires) == (START, START + timedelta(days=7))
    assert receipt.expires == manifest.expires
    assert read_manifest(folder_of(store, receipt) / "manifest.json") == manifest
    assert {"side_by_side", "depth", "preview_left", "preview_right"} <= set(manifest.files)


def test_every_named_file_can_be_had_and_nothing_else(store):
    receipt = store.share(make_result(), FORMATS)
    picture = store.file(receipt.id, "red boat_LRF_Full_SBS.jpg")
    assert picture.media_type == "image/jpeg"
    assert picture.path.read_bytes()[:2] == JPEG_MAGIC
    named = {"manifest.json"}
    for file in store.find(receipt.id).files.values():
        name = file.href.replace("%20", " ")
        found = store.file(receipt.id, name)
        assert found.path.stat().st_size == file.bytes
        named.add(name)
    for path in folder_of(store, receipt).iterdir():
        assert (store.file(receipt.id, path.name) is not None) == (path.name in named)


def test_ids_are_random_and_the_token_is_stored_only_as_a_digest(store):
    receipts = [store.share(make_result(), FORMATS) for _ in range(2)]
    words = [word for r in receipts for word in (r.id, r.delete_token)]
    assert len(set(words)) == 4
    assert all(re.fullmatch("[0-9a-f]{32}", word) for word in words)
    for receipt in receipts:
        for path in folder_of(store, receipt).iterdir():
            assert receipt.delete_token.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    "forged",
    [
        "",
        ".",
        "..",
        "../results",
        "0" * 31,
        "0" * 33,
        "G" * 32,
        "0" * 32,
        "0" * 32 + "/..",
        "٣" * 32,
    ],
)
def test_forged_ids_find_nothing(store, forged):
    receipt = store.share(make_result(), FORMATS)
    assert store.find(forged) is None
    assert store.file(forged, "manifest.json") is None
    assert not store.delete(forged, receipt.delete_token)
    assert store.find(receipt.id) is not None


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../manifest.json", "delete_token.sha256", "/etc/passwd", "a\0b"]
)
def test_forged_names_find_nothing(store, name):
    receipt = store.share(make_result(), FORMATS)
    assert store.file(receipt.id, name) is None


def test_only_the_owner_deletes(store):
    mine, other = (store.share(make_result(), FORMATS) for _ in range(2))
    folder = folder_of(store, mine)
    assert not store.delete(mine.id, other.delete_token)
    assert not store.delete(mine.id, "")
    assert not store.delete(mine.id, "ü")
    assert store.find(mine.id) is not None
    assert store.delete(mine.id, mine.delete_token)
    assert store.find(mine.id) is None
    assert not folder.exists()
    assert not store.delete(mine.id, mine.delete_token)
    assert store.find(other.id) is not None


def test_results_expire_and_are_swept(store, clock):
    old = store.share(make_result(), FORMATS)
    clock.now += timedelta(days=1)
    young = store.share(make_result(), FORMATS)
    folder = folder_of(store, old)
    clock.now = START + timedelta(days=7) - timedelta(seconds=1)
    assert store.find(old.id) is not None
    assert store.sweep() == 0
    clock.now = START + timedelta(days=7)
    assert store.find(old.id) is None
    assert store.file(old.id, "manifest.json") is None
    assert folder.exists()
    assert store.sweep() == 1
    assert not folder.exists()
    assert store.find(young.id) is not None


def test_links_survive_a_restart(tmp_path, clock):
    receipt = ResultStore(tmp_path, clock=clock).share(make_result(), FORMATS)
    again = ResultStore(tmp_path, clock=clock)
    assert again.find(receipt.id) is not None
    assert again.delete(receipt.id, receipt.delete_token)


def test_what_was_cut_off_is_no_result_and_is_swept(store, clock, tmp_path):
    cut = tmp_path / "results" / ("a" * 32)
    cut.mkdir(parents=True)
    (cut / "boat_LRF_Full_SBS.jpg").write_bytes(b"half a picture")
    os.utime(cut, (START.timestamp(), START.timestamp()))
    assert store.find(cut.name) is None
    assert store.sweep() == 0  # perhaps it is being written
    clock.now += timedelta(hours=2)
    assert store.sweep() == 1
    assert not cut.exists()


def test_a_damaged_manifest_is_no_result(store):
    receipt = store.share(make_result(), FORMATS)
    path = folder_of(store, receipt) / "manifest.json"
    values = json.loads(path.read_text())
    values["files"]["depth"]["href"] = "../../secret"
    path.write_text(json.dumps(values))
    assert store.find(receipt.id) is None
    path.write_text("{")
    assert store.find(receipt.id) is None


def test_strangers_in_the_folder_are_left_alone(store, clock, tmp_path):
    receipt = store.share(make_result(), FORMATS)
    note = tmp_path / "results" / "note.txt"
    note.write_text("mine")
    (tmp_path / "results" / "photos").mkdir()
    clock.now += timedelta(days=30)
    assert store.sweep() == 1
    assert note.exists()
    assert (tmp_path / "results" / "photos").exists()
    assert store.find(receipt.id) is None


def size_of_one(tmp_path, clock):
    probe = ResultStore(tmp_path / "probe", clock=clock)
    folder = folder_of(probe, probe.share(make_result(), FORMATS))
    return sum(path.stat().st_size for path in folder.iterdir())


def test_the_quota_takes_the_oldest_expired_first_and_then_refuses(tmp_path, clock):
    quota = int(2.5 * size_of_one(tmp_path, clock))
    store = ResultStore(tmp_path / "results", clock=clock, quota_bytes=quota)
    first = store.share(make_result(), FORMATS)
    clock.now += timedelta(hours=1)
    second = store.share(make_result(), FORMATS)
    folders = {r.id: folder_of(store, r) for r in (first, second)}
    with pytest.raises(ShareError, match="no room left"):
        store.share(make_result(), FORMATS)
    assert len(list((tmp_path / "results").iterdir())) == 2  # nothing of the refused one stays
    clock.now = START + timedelta(days=8)
    third = store.share(make_result(), FORMATS)
    assert not folders[first.id].exists()
    assert folders[second.id].exists()
    assert store.find(third.id) is not None


def test_what_cannot_be_written_leaves_nothing(store, tmp_path):
    with pytest.raises(FormatError, match="unknown format"):
        store.share(make_result(), ("sbs", "hologram"))
    assert not list((tmp_path / "results").glob("*"))
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(OutputError, match="cannot"):
        ResultStore(blocked).share(make_result(), FORMATS)


def test_many_share_at_once(store):
    with ThreadPoolExecutor(8) as pool:
        names = [f"boat {i}" for i in range(16)]
        receipts = list(pool.map(lambda n: store.share(make_result(name=n), FORMATS), names))
    for name, receipt in zip(names, receipts, strict=True):
        assert store.file(receipt.id, f"{name}_LRF_Full_SBS.jpg") is not None


def share_or_not(store):
    try:
        return store.share(make_result(), FORMATS)
    except ShareError:
        return None


def test_many_share_at_once_near_the_quota(tmp_path, clock, monkeypatch):
    """As many fit as there is room for, and no thread trips over what another one takes away."""
    is_dir = Path.is_dir

    def slow(self):  # the others go on between looking at a folder and looking into it
        found = is_dir(self)
        time.sleep(0.002)
        return found

    monkeypatch.setattr(Path, "is_dir", slow)
    quota = int(4.5 * size_of_one(tmp_path, clock))
    for attempt in range(3):
        store = ResultStore(tmp_path / str(attempt), clock=clock, quota_bytes=quota)
        with ThreadPoolExecutor(6) as pool:
            receipts = list(pool.map(share_or_not, [store] * 12))
        assert sum(receipt is not None for receipt in receipts) == 4
        assert len(list((tmp_path / str(attempt)).iterdir())) == 4


def test_two_servers_with_one_folder_remove_the_same_result(tmp_path, clock, monkeypatch):
    store = ResultStore(tmp_path, clock=clock)
    receipt = store.share(make_result(), FORMATS)
    removed = store._remove

    def remove_twice(folder):
        removed(folder)
        removed(folder)

    monkeypatch.setattr(store, "_remove", remove_twice)
    assert store.delete(receipt.id, receipt.delete_token)


def test_where_results_live(monkeypatch):
    assert data_folder({"SPATIAL_DATA": "/data"}) == Path("/data")
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    kept = {"linux": "/home/me/.local/share/spatial"}
    kept["darwin"] = "/home/me/Library/Application Support/spatial"
    if sys.platform in kept:
        assert data_folder({}) == Path(kept[sys.platform])


@pytest.mark.skipif(sys.platform != "linux", reason="a variable of Linux")
def test_results_follow_the_users_data_folder(monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", "/xdg")
    assert data_folder({}) == Path("/xdg/spatial")
