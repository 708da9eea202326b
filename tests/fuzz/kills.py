"""Kills a process while it writes results over each other, and looks at what it leaves."""

import hashlib
import json
import os
import random
import signal
import time
from datetime import datetime, timezone
from pathlib import Path

from spatial.formats import write_formats
from tests.scenes import make_result

FORMATS = ("sbs", "half_sbs", "depth_png", "anaglyph")
_CREATED = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
_LONGEST_S = 0.2


def _write(folder: Path, height_px: int) -> None:
    write_formats(make_result(height_px, 310), folder, created=_CREATED, formats=FORMATS)


def _contents(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.glob("[!.]*")}


def faults_after_kills(folder: Path, count: int, seed: int = 0) -> tuple[int, list[str]]:
    """Return how many of ``count`` kills fell into the writing, and what was wrong after any of
    them.

    That is a file half-written, or a manifest that tells something untrue.

    Two results of one name are written in turn into one folder, so that every kill falls into a
    replacement.
    """
    whole: dict[str, set[str]] = {}
    for height_px in (200, 210):
        _write(folder / str(height_px), height_px)
        for name, digest in _contents(folder / str(height_px)).items():
            whole.setdefault(name, set()).add(digest)
    target, random_, faults, hits = folder / "target", random.Random(seed), [], 0
    for number in range(count):
        child = os.fork()
        if child == 0:
            while True:
                for height_px in (200, 210):
                    _write(target, height_px)
        time.sleep(random_.uniform(0.0, _LONGEST_S))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        hits += any(target.glob(".*.tmp"))
        found = _contents(target)
        faults += [f"kill {number}: {name}" for name in found if found[name] not in whole[name]]
        faults += [f"kill {number}: {name} is told" for name in _untrue(target, found)]
    return hits, faults


def _untrue(target: Path, found: dict[str, str]) -> list[str]:
    """Return the files that a manifest tells of and that are not there, or are others."""
    told = [json.loads(path.read_text()) for path in target.glob("*_manifest.json")]
    files = [file for manifest in told for file in manifest["files"].values()]
    names = [file["href"].replace("%20", " ") for file in files]
    return [n for n, file in zip(names, files, strict=True) if found.get(n) != file["sha256"]]
