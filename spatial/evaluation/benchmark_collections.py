"""Folders of photos by one worker, by two, and on Ray: ratios of whole runs, start included."""

import itertools
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from PIL import Image

from spatial.evaluation.figures import Figure, run_python, synthetic_scene

THREE_MEGAPIXELS = (1500, 2000)
_RUN = """
import contextlib, io, os, sys, time
cores = int(sys.argv.pop(1))
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
from spatial.__main__ import main
from spatial.evaluation.figures import memory_bytes
start = time.perf_counter()
with contextlib.redirect_stdout(io.StringIO()):
    code = main(["convert", *sys.argv[1:], "--estimator", "embedded", "--formats", "half_sbs"])
assert code == 0, code
print(time.perf_counter() - start, memory_bytes("VmHWM") or 0)
"""
# How many cores the run may use, and its words: a worker is a process that has a core.
_WAYS = {
    "one worker": (1, ("--jobs", "1")),
    "two workers": (2, ("--jobs", "2")),
    "Ray": (2, ("--engine", "ray")),
}
_PHOTOS = 200


def measure_collections() -> Iterator[Figure]:
    """Seconds of a folder of photos of 3 megapixels, one way and another, and their ratios.

    With the memory of the process that asks.
    """
    picture, seconds = Image.fromarray(synthetic_scene(*THREE_MEGAPIXELS)[0]), {}
    with tempfile.TemporaryDirectory() as folder:
        album = Path(folder) / "album"
        album.mkdir()
        for number in range(_PHOTOS):
            picture.save(album / f"{number:03}.jpg", quality=60 + number % 36)
        for way, (cores, words) in _WAYS.items():
            if way == "Ray" and find_spec("ray") is None:
                continue
            told = run_python(_RUN, [str(cores), str(album), "-o", str(Path(folder) / way), *words])
            seconds[way], peak_bytes = map(float, told.split()[-2:])
            yield Figure(name=f"{_PHOTOS} photos of 3 MP, {way}", value=seconds[way], unit="s")
            yield Figure(name=f"memory of its driver, {way}", value=peak_bytes / 1e9, unit="GB")
    for faster, slower in itertools.pairwise(reversed(seconds)):
        ratio = seconds[slower] / seconds[faster]
        yield Figure(name=f"speed of {faster} over {slower}", value=ratio, unit="x")
