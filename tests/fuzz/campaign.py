"""Reads harmed files one after the other in a process with limits, and counts what comes of
them.
"""

import argparse
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from spatial.depth import EstimatorError
from spatial.depth.map_file import read_map
from spatial.evaluation.figures import memory_bytes
from spatial.photo import PhotoError, load_photo
from spatial.settings import InputLayout
from tests.fuzz.kills import faults_after_kills
from tests.fuzz.mutations import harm, mutate
from tests.fuzz.seeds import MAPS, NOTE, PHOTOS, RIGHT, STEREO, SUFFIXES

MOST_S, MOST_BYTES = 20, 2_500_000_000
ROOT = Path(__file__).parents[2]
SOUND = ("photo", "stereo photo", "map", "refused")


class Harmed(NamedTuple):
    """One harmed file.

    Attributes:
        data: the file.
        name: its name.
        is_map: whether it is read as a depth map.
        note: the JSON file beside a map.
        right: the file of its right view.
        layout: what a person chose.
    """

    data: bytes
    name: str = "odd.map"
    is_map: bool = False
    note: bytes = b""
    right: bytes = b""
    layout: InputLayout = InputLayout.AUTO


@dataclass
class Tally:
    """What came of the files: outcomes by name, the numbers of those that failed, and the largest
    costs.
    """

    outcomes: Counter = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    largest_bytes: int = 0

    @property
    def files(self) -> int:
        return self.outcomes.total()

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in sorted(self.outcomes.items()))
        cost = f"slowest {self.slowest_s:.1f} s, largest {self.largest_bytes / 1e9:.2f} GB"
        return "\n".join([f"{self.files} files: {counts}; {cost}", *self.failures])


@cache
def sound_files() -> dict[str, bytes]:
    """Return the files that are harmed, by name."""
    return {name: write() for name, write in (PHOTOS | MAPS).items()}


def make(seed: int, number: int, only: str = "") -> Harmed:
    """Return one harmed file; the same for the same numbers.

    Args:
        seed: which campaign.
        number: which of its files.
        only: harm only files whose names begin so.
    """
    random_ = random.Random(f"{seed} {number}")
    files = {name: data for name, data in sound_files().items() if name.startswith(only)}
    name = sorted(files)[number % len(files)]
    if name in MAPS:
        note = harm(NOTE, random_) if random_.random() < 0.5 else b""
        return Harmed(mutate(files[name], random_), is_map=True, note=note)
    is_chosen = name in STEREO and random_.random() < 0.2
    views = [files[name], RIGHT[name]() if name in RIGHT else b""]
    at = random_.randrange(2) if views[1] else 0
    views[at] = mutate(views[at], random_)
    return Harmed(
        views[0],
        name="odd" + SUFFIXES.get(name, ".map"),
        right=views[1],
        layout=random_.choice(list(InputLayout)) if is_chosen else InputLayout.AUTO,
    )


def outcome(harmed: Harmed, folder: Path) -> str:
    """Return what comes of a file, in a word, or as the name of what it raised."""
    path, right = folder / harmed.name, folder / "right.jpg" if harmed.right else None
    try:
        if harmed.is_map:
            read_map(path)
            return "map"
        photo = load_photo(path, layout=harmed.layout, right=right)
    except (PhotoError, EstimatorError) as refusal:
        return "refused" if "b'" not in str(refusal) and "\\x" not in str(refusal) else "repeated"
    except Exception as error:  # noqa: BLE001 - to be counted
        return type(error).__name__
    return "photo" if photo.second is None else "stereo photo"


def write(harmed: Harmed, folder: Path) -> None:
    """Write a file and what lies beside it."""
    files = {
        harmed.name: harmed.data,
        "odd.json": harmed.note,
        "right.jpg": harmed.right,
    }
    for name, data in files.items():
        if data or name == harmed.name:
            (folder / name).write_bytes(data)


def tell(words: str) -> None:
    """Write to standard output, at once."""
    sys.stdout.write(words)
    sys.stdout.flush()


def _forget_peak() -> None:
    """Have the system tell the peak of this process from here on (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")


def read_files(seed: int, first: int, last: int, only: str = "") -> None:
    """Print number, outcome, seconds and peak memory of each file; the process dies with the file
    that kills it.
    """
    resource.setrlimit(resource.RLIMIT_AS, (2 * MOST_BYTES, 2 * MOST_BYTES))
    for number in range(first, last):
        with tempfile.TemporaryDirectory() as folder:
            harmed = make(seed, number, only)
            write(harmed, Path(folder))
            tell(f"{number} ")
            signal.setitimer(signal.ITIMER_PROF, MOST_S)  # of processor: the machine may be busy
            _forget_peak()  # what making it took is not the reader's
            begin = time.process_time()
            word = outcome(harmed, Path(folder))
            seconds = time.process_time() - begin
            tell(f"{seconds:.3f} {memory_bytes('VmHWM')} {word}\n")


def run(
    *, seed: int, first: int = 0, last: int = 10**9, seconds: float = 1e9, only: str = ""
) -> Tally:
    """Read files until the last, or until the time is over."""
    tally, deadline = Tally(), time.monotonic() + seconds
    command = [sys.executable, "-m", "tests.fuzz", "--seed", str(seed), "--only", only, "--read"]
    with suppress(KeyboardInterrupt):  # what was found until then is told
        _read_on(tally, command, first, last, deadline)
    return tally


def _read_on(tally: Tally, reading: list[str], first: int, last: int, deadline: float) -> None:
    while first < last and time.monotonic() < deadline:
        command = [*reading, str(first), str(last)]
        before = first
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as reader:
            assert reader.stdout is not None
            for line in reader.stdout:
                first = int(line.split()[0]) + 1
                _count(tally, line.strip().split(maxsplit=3))
                if time.monotonic() > deadline:
                    reader.kill()
                    break
        if first == before:
            msg = f"no file is read from {first} on"
            raise RuntimeError(msg)


def _count(tally: Tally, told: list[str]) -> None:
    if len(told) < 4:  # the process died
        told = [told[0], "0", "0", "died"]
    number, seconds, peak, word = told
    if word in SOUND and int(peak) > MOST_BYTES:
        word = "too large"
    tally.outcomes[word] += 1
    tally.slowest_s = max(tally.slowest_s, float(seconds))
    tally.largest_bytes = max(tally.largest_bytes, int(peak))
    if word not in SOUND:
        tally.failures.append(f"file {number}: {word}")
        sys.stderr.write(f"{tally.failures[-1]}\n")


def main() -> int:
    """Run from the command line; exit code 1 when anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1e6)
    parser.add_argument("--files", type=int, default=10**9)
    parser.add_argument("--first", type=int, default=0, help="go on from this file")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="harm only files whose names begin so: heic")
    parser.add_argument("--save", type=int, help="write one file to look at, as odd.*")
    parser.add_argument(
        "--kills", type=int, help="kill a process so often while it writes, instead"
    )
    parser.add_argument("--read", type=int, nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.read:
        first, last = args.read
        read_files(args.seed, first, last, args.only)
        return 0
    if args.kills:
        with tempfile.TemporaryDirectory() as folder:
            hits, faults = faults_after_kills(Path(folder), args.kills, args.seed)
        tell("\n".join([f"{args.kills} kills, {hits} while files were written", *faults, ""]))
        return 1 if faults or not hits else 0
    if args.save is not None:
        write(make(args.seed, args.save, args.only), Path())
        return 0
    tally = run(
        seed=args.seed,
        first=args.first,
        last=args.files,
        seconds=60 * args.minutes,
        only=args.only,
    )
    tell(f"{tally}\n")
    return 1 if tally.failures else 0
