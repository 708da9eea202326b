"""Real processes that are told to stop, at moments that are waited for."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
LIMIT_S = 120.0

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")


def start(*words, stdout=subprocess.PIPE, **environment):
    command = [sys.executable, *map(str, words)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )


def line_of(process):
    assert process.stdout is not None
    return process.stdout.readline()


def until(condition, process):
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.002)


def is_watching(process):
    """Tell whether the process takes SIGTERM itself: Python alone does not."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = int(
        next(line for line in status.splitlines() if line.startswith("SigCgt")).split()[1], 16
    )
    return bool(caught >> (signal.SIGTERM - 1) & 1)


@pytest.fixture
def photos(tmp_path):
    """Twelve photos of different bytes."""
    folder = tmp_path / "photos"
    folder.mkdir()
    with Image.open(ROOT / "examples" / "coffee.jpg") as photo:
        small = photo.resize((240, 160))
    for number in range(12):
        small.save(folder / f"{number:02}.jpg", quality=80 + number)
    return sorted(folder.iterdir())


@pytest.mark.parametrize("delay_s", [0.0, 0.05, 0.3, 1.0, 2.5])
def test_ctrl_c_is_one_line_at_any_moment(delay_s, photos, tmp_path):
    out = tmp_path / "out"
    words = ("--estimator", "embedded", "-o", out)  # the automatic choice says a line of its own
    process = start("-m", "spatial", "convert", *photos * 20, *words)
    until(lambda: is_watching(process), process)
    time.sleep(delay_s)  # the moment is what is tried here: imports, loading, work
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, told) == (130, "interrupted\n")
    assert not list(out.glob(".*"))


def test_ctrl_c_ends_several_processes_at_once(photos, tmp_path):
    """Without a word of Python's about what they left behind."""
    out, depth = tmp_path / "out", tmp_path / "depth.png"
    with Image.open(photos[0]) as photo:
        photo.convert("L").save(depth)  # one that loads a model begins in thrice the time
        for large in photos[1:3]:  # they take longer than the processes have to end by themselves
            photo.resize((4800, 3200)).save(large)
    words = ("--estimator", f"file:{depth}", "--jobs", "2", "-o", out)
    process = start("-m", "spatial", "convert", *photos[:3], *words)
    until(lambda: any(out.glob("*.json")), process)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 130
    assert told.endswith("interrupted\n")  # after the lines of what is done
    assert not list(out.glob(".*"))


IN_AN_EXEC = """
import sys
from spatial.stopping import run_quietly

def work():
    exec("import time; print('making a dataclass', flush=True); time.sleep(60)")

sys.exit(run_quietly(work))
"""


def test_ctrl_c_while_a_dataclass_is_made_exits_with_the_same_code(tmp_path):
    """Python itself would die of the signal, though only as ``python -m`` and inside an exec."""
    (tmp_path / "makes_a_dataclass.py").write_text(IN_AN_EXEC)
    process = start("-m", "makes_a_dataclass", PYTHONPATH=f"{ROOT}{os.pathsep}{tmp_path}")
    assert line_of(process) == "making a dataclass\n"
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, told) == (130, "interrupted\n")


WRITING = """
import sys, time
from pathlib import Path
from spatial.formats import write_together
from spatial.stopping import run_quietly

def write():
    with write_together(Path(sys.argv[1]) / "manifest.json") as stage:
        stage(Path(sys.argv[1]) / "a.jpg").write_bytes(b"half")
        print("writing", flush=True)
        time.sleep(60)
    return 0

sys.exit(run_quietly(write))
"""


@pytest.mark.parametrize(("told", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_was_half_written_goes_away(told, code, tmp_path):
    """A second SIGTERM does not wait for the work."""
    process = start("-c", WRITING, tmp_path)
    assert line_of(process) == "writing\n"
    process.send_signal(told)
    if told == signal.SIGTERM:
        time.sleep(0.2)
        assert process.poll() is None
        assert len(list(tmp_path.iterdir())) == 2
        process.send_signal(told)
    _, line = process.communicate(timeout=LIMIT_S)
    assert process.returncode == code
    assert line.count("\n") == 1
    assert not list(tmp_path.iterdir())


STUBBORN = """
import sys, time
from spatial import stopping

stopping.GRACE_S, stopping._LAST_CALL_S, stopping._UNWIND_S = 1.0, 0.5, 0.5

def work():
    print("working", flush=True)
    while True:
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            print("a library swallows it", file=sys.stderr)

sys.exit(stopping.run_quietly(work))
"""


@pytest.mark.parametrize(("told", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_work_that_does_not_end_is_ended(told, code):
    process = start("-c", STUBBORN)
    assert line_of(process) == "working\n"
    process.send_signal(told)
    _, line = process.communicate(timeout=LIMIT_S)
    assert process.returncode == code
    assert line.count("\n") == 1


PHOTO_AFTER_PHOTO = """
import argparse, sys, time
from pathlib import Path
from spatial.commands import each_photo as loop
from spatial.formats import atomic_write
from spatial.settings import ConvertSettings
from spatial.stopping import run_quietly

def work(job):
    path = Path(sys.argv[1]) / job.photo.name
    with atomic_write(path) as temporary:
        time.sleep(0.3)
        temporary.write_text("whole")
    return [str(path)]

loop.load_chosen_estimator = lambda args: None
loop.read_settings = lambda args: ConvertSettings()
photos = [Path(word) for word in sys.argv[2:]]
args = argparse.Namespace(photos=photos, estimator="embedded")
sys.exit(run_quietly(lambda: loop.each_photo(args, work)))
"""


def test_sigterm_lets_the_photo_finish(photos, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    process = start("-c", PHOTO_AFTER_PHOTO, out, *photos)
    until(lambda: list(out.glob(".*")), process)
    process.send_signal(signal.SIGTERM)
    told, line = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 143
    done = sorted(path.read_text() for path in out.iterdir())
    assert line == f"stopped; {12 - len(done)} of 12 photos are left\n"
    assert done == ["whole"] * len(told.splitlines())
    assert done


@pytest.mark.parametrize("words", [("--help",), ("convert", "--help"), ("--version",)])
def test_a_closed_pipe_is_quiet(words):
    read, write = os.pipe()
    os.close(read)
    process = start("-m", "spatial", *words, stdout=write)
    os.close(write)
    _, told = process.communicate(timeout=LIMIT_S)
    assert process.returncode in (141, 0)  # argparse looks away by itself
    assert told == ""


def test_a_pipe_that_closes_during_the_work_is_quiet(photos, tmp_path):
    read, write = os.pipe()
    process = start("-c", PHOTO_AFTER_PHOTO, tmp_path, *photos, stdout=write)
    os.close(write)
    assert os.read(read, 1)
    os.close(read)
    _, told = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, told) == (141, "")
    assert not list(tmp_path.glob(".*"))


def test_a_program_that_imports_the_package_keeps_its_own_signals():
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"  # in any shell
        "import spatial.__main__, spatial.stopping; print(signal.getsignal(signal.SIGINT))"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)
    assert b"default_int_handler" in told.stdout
