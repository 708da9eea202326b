"""What all benchmarks share: a measured figure, a clock, a picture, a process of its own."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np
from numpy.typing import NDArray

TWELVE_MEGAPIXELS = (3000, 4000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure with its unit."""

    name: str
    value: float
    unit: str


def best_of(times: int, action: Callable[[], object]) -> float:
    """Return the seconds of the fastest of some runs."""
    seconds = []
    for _ in range(times):
        start = perf_counter()
        action()
        seconds.append(perf_counter() - start)
    return min(seconds)


def run_python(code: str, arguments: Sequence[str]) -> str:
    """Return what a program prints in a process of its own."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def memory_bytes(field: str, pid: int | None = None) -> int | None:
    """Return what Linux tells of a process's memory; None where the system does not tell.

    Args:
        field: `VmRSS`, what it holds now, or `VmHWM`, the most it has held at once.
        pid: the process; None is this one.
    """
    status = Path("/proc") / str(pid or "self") / "status"
    if not status.is_file():
        return None
    fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return 1024 * int(fields[field].split()[0]) if field in fields else None


def peak_memory_bytes() -> int:
    """Return the most memory that this process has held at once.

    Linux hands the `ru_maxrss` of a process on to the programs it starts, so the kernel's own count
    for this program comes first.
    """
    own = memory_bytes("VmHWM")
    if own is not None:
        return own
    import resource  # noqa: PLC0415 - not on every system

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def synthetic_scene(
    height_px: int, width_px: int, *, seed: int = 0
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return a textured picture [H, W, 3] and its nearness [H, W]: a slope, twelve near discs."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (height_px // 8 + 1, width_px // 8 + 1, 3), dtype=np.uint8)
    size = (width_px, height_px)
    rgb = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    slope = np.linspace(0.0, 0.6, height_px, dtype=np.float32)[:, None]
    nearness = np.repeat(slope, width_px, axis=1)
    for _ in range(12):
        centre = (int(rng.integers(width_px)), int(rng.integers(height_px)))
        cv2.circle(nearness, centre, height_px // 12, float(rng.uniform(0.6, 1.0)), -1)
    return rgb, nearness
