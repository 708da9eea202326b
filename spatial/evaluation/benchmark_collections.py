"""Folders of photos by one worker, by two, and on Ray: ratios of whole runs, start included."""

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
_COMPARED = ((40, "one worker", "two workers"), (200, "two workers", "Ray"))


def measure_collections() -> Iterator[Figure]:
    """Seconds of folders of photos of 3 megapixels, one way and another, and their ratio.

    With the memory of the process that asks.
    """
    picture = Image.fromarray(synthetic_scene(*THREE_MEGAPIXELS)[0])
    for count, *ways in _COMPARED:
        if "Ray" in ways and find_spec("ray") is None:
            continue
        seconds = []
        with tempfile.TemporaryDirectory() as folder:
            album = Path(folder) / "album"
            album.mkdir()
            for number in range(count):
                picture.save(album / f"{number:03}.jpg", quality=60 + number % 36)
            for way in ways:
                cores, words = _WAYS[way]
                target = str(Path(folder) / way)
                told = run_python(_RUN, [str(cores), str(album), "-o", target, *words])
                taken, peak_bytes = map(float, told.split()[-2:])
                yield Figure(name=f"{count} photos of 3 MP, {way}", value=taken, unit="s")
                yield Figure(name=f"memory of its driver, {way}", value=peak_bytes / 1e9, unit="GB")
                seconds.append(taken)
        ratio = seconds[0] / seconds[1]
        yield Figure(name=f"speed of {ways[1]} over {ways[0]}", value=ratio, unit="x")
