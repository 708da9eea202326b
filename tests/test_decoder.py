"""Files of visitors are read in processes of their own."""

import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from picture_files import jpeg_with_gdepth

from spatial.decoder import ByFormat, Decoder, Workers
from spatial.depth import EstimatorError
from spatial.photo import PhotoError, PhotoFile, load_photo
from tests.fuzz.seeds import PHOTOS

RGB = np.random.default_rng(3).integers(0, 256, (96, 128, 3), np.uint8)
DEPTH = np.linspace(0, 255, 48 * 64).reshape(48, 64).astype(np.uint8)
HOG = """
import time
from pathlib import Path
from spatial import decoder

def hog(file):
    path = file.path
    if path.stem == "slow":
        while True: pass
    if path.stem == "large":
        return bytearray(1 << 40)
    if path.stem == "crash":
        import ctypes; ctypes.string_at(0)
    if path.stem == "evil":
        return Evil()
    if path.stem == "busy":
        end = time.process_time() + 1.5
        while time.process_time() < end: pass
    if path.stem in ("one", "other"):  # each waits until the other one is read, too
        path.with_suffix(".read").touch()
        while len(list(path.parent.glob("*.read"))) < 2:
            time.sleep(0.01)
    return file.load()

class Evil:
    def __reduce__(self):
        return exec, ("open('taken', 'w')",)

decoder.CPU_S = 2
decoder._JOBS["photo"] = decoder._JOBS["photo"]._replace(read=hog)
decoder.main()
"""


@pytest.fixture
def workers():
    made = Workers()
    yield made
    made.close()


@pytest.fixture
def hogs():
    made = Workers(2, [sys.executable, "-c", HOG])
    yield made
    made.close()


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "boat.jpg"
    path.write_bytes(jpeg_with_gdepth(RGB, DEPTH, Near="0.5", Far="4", Format="RangeLinear"))
    return path


def assert_equal(one, other):
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if hasattr(a, "__dataclass_fields__"):
            assert_equal(a, b)
        else:
            np.testing.assert_array_equal(a, b)


def test_a_worker_reads_what_is_read_in_place(workers, photo, tmp_path):
    there = workers.load_photo(PhotoFile(photo))
    assert there.depth is not None
    assert there.rgb.flags.writeable
    assert_equal(there, load_photo(photo))
    np.save(tmp_path / "map.npy", DEPTH.astype(np.float32))
    stored = workers.read_map(tmp_path / "map.npy")
    assert_equal(stored, Decoder().read_map(tmp_path / "map.npy"))
    with pytest.raises(PhotoError, match=r"nowhere.jpg does not exist"):
        workers.load_photo(PhotoFile(tmp_path / "nowhere.jpg"))
    with pytest.raises(EstimatorError, match=r"boat.jpg is coloured"):
        workers.read_map(photo)


@pytest.mark.parametrize(
    ("name", "words"), [("slow", "takes more than 15 s"), ("crash", "breaks its decoder")]
)
def test_a_worker_that_dies_is_replaced_and_its_file_refused(hogs, photo, name, words):
    with pytest.raises(PhotoError, match=f"{name}.jpg {words}.*; save it anew"):
        hogs.load_photo(PhotoFile(photo.with_stem(name)))
    assert hogs.load_photo(PhotoFile(photo)).name == "boat"


def test_a_file_has_its_whole_seconds_whenever_it_comes(photo):
    late = "while time.process_time() % 1 < 0.8: pass\ndecoder.main()"
    workers = Workers(1, [sys.executable, "-c", HOG.replace("decoder.main()", late)])
    assert workers.load_photo(PhotoFile(photo.rename(photo.with_stem("busy")))).name == "busy"
    workers.close()


def test_a_file_that_needs_too_much_memory_is_refused(hogs, photo):
    with pytest.raises(PhotoError, match=r"large.jpg .*too much memory"):
        hogs.load_photo(PhotoFile(photo.with_stem("large")))
    assert hogs.load_photo(PhotoFile(photo)).name == "boat"


def test_a_worker_that_was_taken_over_gets_nothing_done_in_the_server(hogs, photo, monkeypatch):
    monkeypatch.chdir(photo.parent)
    with pytest.raises(PhotoError, match=r"evil.jpg breaks its decoder"):
        hogs.load_photo(PhotoFile(photo.with_stem("evil")))
    assert not (photo.parent / "taken").exists()


def test_two_files_are_read_at_a_time(hogs, photo):
    """Read one after the other, the first of them would wait for the second until it is refused."""
    other = Path(shutil.copy(photo, photo.with_stem("other")))
    one = photo.rename(photo.with_stem("one"))
    with ThreadPoolExecutor() as pool:
        photos = list(pool.map(hogs.load_photo, map(PhotoFile, (one, other))))
    assert [p.name for p in photos] == ["one", "other"]


def test_workers_end_with_the_process_that_asked(photo):
    code = (
        "import sys; from pathlib import Path; from spatial.decoder import Workers; "
        "from spatial.photo import PhotoFile; w = Workers(); w.warm_up(); "
        "w.load_photo(PhotoFile(Path(sys.argv[1]))); "
        "print(*[x._process.pid for x in w._idle.queue], flush=True); "
        "sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(photo)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as asker:
        assert asker.stdout is not None
        pids = [int(pid) for pid in asker.stdout.readline().split()]
        assert len(pids) == 2
        asker.kill()
    deadline = time.monotonic() + 20
    while any(is_running(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_only_what_no_header_bounds_is_read_in_a_worker(photo, tmp_path):
    asked = []

    class Careful(Decoder):
        def load_photo(self, file):
            asked.append(file.path.name)
            return super().load_photo(file)

    reader = ByFormat(Careful())
    for name in ("heic", "avif", "png", "webp"):
        (tmp_path / f"odd.{name}").write_bytes(PHOTOS[name]())
        reader.load_photo(PhotoFile(tmp_path / f"odd.{name}"))
    reader.load_photo(PhotoFile(photo))
    assert asked == ["odd.heic", "odd.avif"]
    for nothing in (tmp_path, tmp_path / "nowhere.heic"):
        with pytest.raises(PhotoError):
            reader.load_photo(PhotoFile(nothing))


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_worker_imports_nothing_heavy():
    code = "import sys, spatial.decoder; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not {"torch", "gradio", "cv2", "numba", "diffusers"} & set(told.stdout.split())
