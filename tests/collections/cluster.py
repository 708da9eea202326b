"""Collections on Ray: one cluster for all tests, with room for two processes, small photos.

Minutes, so only where it is named:
`python -m pytest -n 0 tests/collections/cluster.py`.
"""

import errno
import io
import json
import os
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import boto3
import numpy as np
import psutil
import pyarrow.dataset
import pyarrow.fs
import pytest
import ray
from fsspec.implementations.local import LocalFileSystem
from gcp_storage_emulator.server import create_server
from moto.server import ThreadedMotoServer
from PIL import Image
from pyarrow.fs import FSSpecHandler, PyFileSystem
from ray import cloudpickle
from ray._private import services

from spatial.__main__ import main
from spatial.collections import rows as rows_module
from spatial.collections import storage
from spatial.commands import convert_ray

pytestmark = pytest.mark.filterwarnings("ignore")  # Ray's own
RNG = np.random.default_rng(8)
WORDS = ("--engine", "ray", "--estimator", "embedded", "--formats", "half_sbs", "--recursive")


def picture_bytes(kind="PNG", size=(72, 96)):
    file = io.BytesIO()
    Image.fromarray(RNG.integers(0, 256, (*size, 3), np.uint8)).save(file, kind)
    return file.getvalue()


def rows_of(place, **more):
    table = pyarrow.dataset.dataset(f"{place}/manifest", format="parquet", **more).to_table()
    return {row["path"].rpartition("/")[2]: row for row in table.to_pylist()}, table.num_rows


def patient(get_node):
    """Ray waits 30 s for its node to start, too short for a machine under load."""

    def get_node_at_last(*args):
        end = time.monotonic() + 300
        while True:
            try:
                return get_node(*args)
            except RuntimeError:
                if time.monotonic() > end:
                    raise

    return get_node_at_last


@pytest.fixture(scope="module", autouse=True)
def cluster():
    """Started once; its processes are as urgent as the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_worker_niceness", "0")
        patch.setattr(services, "get_node", patient(services.get_node))
        ray.init(
            address="local",
            num_cpus=3,
            include_dashboard=False,
            log_to_driver=False,
            object_store_memory=100_000_000,
        )
        yield
        ray.shutdown()


@pytest.fixture
def album(tmp_path):
    """Two photos of one name, one in a folder, and a file that is none."""
    (tmp_path / "album/日本").mkdir(parents=True)
    for name in ("boat.jpg", "boat.png", "日本/cup.png"):
        (tmp_path / "album" / name).write_bytes(picture_bytes())
    (tmp_path / "album/bad.jpg").write_bytes(b"no photo")
    return tmp_path / "album"


def test_killed_processes_lose_no_photo_and_a_bad_one_is_a_row(album, tmp_path, monkeypatch):
    """Five in a run of 200. Then nothing is done again, but for what was refused."""
    for number in range(196):
        (album / f"{number}.png").write_bytes(picture_bytes(size=(240, 320)))
    killed, rows_seen = [], 0

    def kill_now_and_then(*_, **__):
        nonlocal rows_seen
        rows_seen += 1
        workers = [p for p in psutil.process_iter(["cmdline"]) if is_converting(p)]
        if workers and len(killed) < 5 and rows_seen > 30 * (len(killed) + 1):
            killed.append(workers[RNG.integers(len(workers))])
            killed[-1].kill()
        return False

    monkeypatch.setattr(convert_ray, "told_to_stop", kill_now_and_then)
    target = tmp_path / "out"
    assert main(["convert", str(album), "-o", str(target), *WORDS]) == 2
    assert len({p.pid for p in killed}) == 5
    rows, count = rows_of(target)
    assert count == len(rows) == 200
    assert Counter(row["status"] for row in rows.values()) == {"done": 199, "refused": 1}
    assert "not a photo that can be read" in rows["bad.jpg"]["reason"]
    assert {rows[n]["name"] for n in ("boat.jpg", "boat.png")} == {"boat", "boat-2"}
    cup = rows["cup.png"]
    assert cup["name"] == "日本/cup"
    for row in rows.values():
        folder = (target / row["name"]).parent
        for file in row["files"] or ():
            assert (folder / file["name"]).stat().st_size == file["bytes"]
    assert not list(target.rglob("*.tmp"))
    (album / "bad.jpg").unlink()
    (album / "0.png").write_bytes(picture_bytes() + b"changed")
    assert main(["convert", str(album), "-o", str(target), *WORDS]) == 0
    rows, count = rows_of(target)
    assert count == 201
    assert len(list(target.rglob("*_manifest.json"))) == 199


def is_converting(process):
    return "_Converter" in " ".join(process.info["cmdline"] or [])


class Disk(FSSpecHandler):
    """A folder of this machine behind Python's file systems, with its troubles."""

    def __init__(self):
        super().__init__(LocalFileSystem(auto_mkdir=True))

    def open_input_stream(self, path):
        if path.endswith("deadly.png"):
            os._exit(1)  # as a decoder does that breaks, or a machine without memory
        return super().open_input_stream(path)

    def open_output_stream(self, path, metadata):
        small = next(iter(parent for parent in Path(path).parents if parent.name == "small"), None)
        if small is not None and sum(file.is_file() for file in small.rglob("*")) > 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().open_output_stream(path, metadata)


@pytest.fixture
def disk(monkeypatch):
    """Every path is on a Disk, of which the processes of the cluster have a copy."""
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    open_place = storage.open_place

    def on_disk(word):
        return replace(open_place(word), files=PyFileSystem(Disk()))

    monkeypatch.setattr(storage, "open_place", on_disk)
    yield
    cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


@pytest.mark.usefixtures("disk")
def test_a_photo_that_ends_its_process_is_a_row(album, tmp_path):
    """Those that its processes had at hand are converted."""
    (album / "deadly.png").write_bytes(picture_bytes())
    (album / "bad.jpg").unlink()
    assert main(["convert", str(album), "-o", str(tmp_path / "out"), *WORDS]) == 2
    rows, count = rows_of(tmp_path / "out")
    assert count == len(rows) == 4
    assert Counter(row["status"] for row in rows.values()) == {"done": 3, "refused": 1}
    assert "the process that converted it ended 3 times" in rows["deadly.png"]["reason"]


@pytest.mark.usefixtures("disk")
@pytest.mark.parametrize("more", [(), ("--pack", "2")])
def test_a_full_disk_stops_the_run_which_goes_on_later(album, tmp_path, capfd, monkeypatch, more):
    monkeypatch.setattr(rows_module, "_PART_S", 1e9)  # else the manifest may be what does not fit
    unseen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda told: unseen.append(told.exc_value))
    for number in range(9):
        (album / f"{number}.png").write_bytes(picture_bytes())
    (album / "bad.jpg").unlink()
    small, large = tmp_path / "small", tmp_path / "large"
    assert main(["convert", str(album), "-o", str(small), *WORDS, *more]) == 2
    told = capfd.readouterr().err
    assert "the disk is full: stopped; free some space and give the same command again" in told
    assert "Traceback" not in told
    assert not unseen
    assert len(list(small.rglob("*"))) < 8
    small.rename(large)
    assert main(["convert", str(album), "-o", str(large), *WORDS, *more]) == 0
    rows, _ = rows_of(large)
    assert Counter(row["status"] for row in rows.values()) == {"done": 12}
    for row in rows.values():
        for name in [row["shard"]] if more else [file["name"] for file in row["files"]]:
            assert ((large / row["name"]).parent if not more else large).joinpath(name).is_file()


class Store(NamedTuple):
    """A server of an object store: what stands before and behind a key, and its files by key."""

    before: str
    behind: str
    put: Callable[[str, bytes], object]
    get: Callable[[str], bytes]


@contextmanager
def s3_store(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1")
        client.create_bucket(Bucket="photos")
        yield Store(
            "s3://test:test@photos/",
            f"?region=us-east-1&endpoint_override={host}:{port}&scheme=http",
            lambda key, data: client.put_object(Bucket="photos", Key=key, Body=data),
            lambda key: client.get_object(Bucket="photos", Key=key)["Body"].read(),
        )
    finally:
        server.stop()


@contextmanager
def gs_store(_monkeypatch):
    server = create_server("127.0.0.1", 0, in_memory=True, default_bucket="photos")
    server.start()
    try:
        http = server._api._httpd
        assert http is not None
        port = http.server_address[1]
        before, behind = "gs://anonymous@", f"?scheme=http&endpoint_override=127.0.0.1%3A{port}"
        files, _ = pyarrow.fs.FileSystem.from_uri(f"{before}photos/{behind}")

        def put(key, data):
            with files.open_output_stream(f"photos/{key}") as stream:
                stream.write(data)

        def get(key):
            return files.open_input_stream(f"photos/{key}").read()

        yield Store(f"{before}photos/", behind, put, get)
    finally:
        server.stop()


@pytest.mark.parametrize("store_of", [s3_store, gs_store])
def test_an_object_store_as_shards(store_of, album, monkeypatch):
    """A real client, and a server that speaks its protocol."""
    with store_of(monkeypatch) as store:
        for path in (p for p in album.rglob("*") if p.is_file()):
            store.put(f"in/{path.relative_to(album).as_posix()}", path.read_bytes())
        source = f"{store.before}in{store.behind}"
        words = [source, "-o", f"{store.before}in/out{store.behind}"]
        assert main(["convert", *words, *WORDS, "--pack"]) == 2
        files, _ = pyarrow.fs.FileSystem.from_uri(source)
        rows, count = rows_of("photos/in/out", filesystem=files)
        assert count == 4
        (shard,) = {row["shard"] for row in rows.values() if row["status"] == "done"}
        body = store.get(f"in/out/{shard}")
        assert main(["convert", *words, *WORDS, "--pack"]) == 2  # the bad one alone
        assert rows_of("photos/in/out", filesystem=files)[1] == 5
    with tarfile.open(fileobj=io.BytesIO(body)) as tar:
        files = {member.name: tar.extractfile(member) for member in tar}
        content = {name: file.read() for name, file in files.items() if file}
    samples = {}
    for name, data in content.items():
        key, _, kind = name.partition(".")
        samples.setdefault(key, {})[kind] = data
    assert len(samples) == 3
    for key, sample in samples.items():
        assert set(sample) == {"half_side_by_side.jpg", "manifest.json"}
        href = json.loads(sample["manifest.json"])["files"]["half_side_by_side"]["href"]
        assert href == f"{key.rpartition('/')[2]}.half_side_by_side.jpg"
