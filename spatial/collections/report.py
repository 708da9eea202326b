"""What becomes of the photos of a collection: outcomes, how far it is, and ``report.csv``."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from spatial.formats import atomic_write

REPORT = "report.csv"
_COLUMNS = ("path", "status", "reason", "seconds", "comfort", "files")


class Status(str, Enum):
    """What became of a photo."""

    DONE = "done"
    SKIPPED = "skipped"  # its result was there
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one photo.

    Attributes:
        path: the photo.
        status: see Status.
        reason: why it was refused, or what is told of its depth and of the names of its files.
        seconds: that it took.
        comfort: how comfortable the pair is to look at, 0 to 100; None where none was made.
        files: what was written.
        notes: how the photo was read; ``load_photo`` tells that itself.
        disk_full: nothing more can be written, so that going on makes no sense.
    """

    path: Path
    status: Status
    reason: str = ""
    seconds: float = 0.0
    comfort: int | None = None
    files: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    disk_full: bool = False

    @property
    def told(self) -> str:
        """What is told of it, in one line."""
        return "; ".join(filter(None, (*self.notes, self.reason)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How far a collection is: photos by what became of them, and the seconds since the start.

    ``work_s`` adds up what each converted photo took, in whichever process.
    """

    total: int
    jobs: int = 1
    done: int = 0
    skipped: int = 0
    refused: int = 0
    seconds: float = 0.0
    work_s: float = 0.0

    @property
    def finished(self) -> int:
        return self.done + self.skipped + self.refused

    def plus(self, outcome: Outcome, seconds: float) -> "Tally":
        """Return the tally after one more photo, ``seconds`` after the start."""
        name = outcome.status.value
        worked = outcome.seconds if outcome.status is Status.DONE else 0.0
        counts = {name: getattr(self, name) + 1, "work_s": self.work_s + worked}
        return replace(self, seconds=seconds, **counts)

    def left_s(self) -> float | None:
        """Return the seconds that the rest will take; None before the first one is converted."""
        if self.done == 0:
            return None
        return (self.total - self.finished) * self.work_s / self.done / self.jobs


def line_of(tally: Tally) -> str:
    """Return how far a collection is: ``37 of 200 · 2 refused · about 4 min left``."""
    parts = [f"{tally.finished} of {tally.total}"]
    if tally.refused:
        parts.append(f"{tally.refused} refused")
    left_s = tally.left_s()
    if left_s is not None and tally.finished < tally.total:
        parts.append(f"about {_duration(left_s)} left")
    return " · ".join(parts)


def summary_of(tally: Tally) -> str:
    """Return one sentence on what became of a collection."""
    parts = [f"{tally.done} of {tally.total} photos converted"]
    if tally.skipped:
        parts.append(f"{tally.skipped} were finished before")
    if tally.refused:
        parts.append(f"{tally.refused} refused")
    if tally.finished < tally.total:
        parts.append(f"{tally.total - tally.finished} are left")
    return f"{', '.join(parts)}, in {_duration(tally.seconds)}."


def _duration(seconds: float) -> str:
    for unit, length_s in (("h", 3600.0), ("min", 60.0)):
        if seconds >= 1.5 * length_s:
            return f"{seconds / length_s:.0f} {unit}"
    return f"{seconds:.0f} s"


def write_report(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Write what became of every photo as CSV, in the order in which they were finished.

    Raises:
        OutputError: the file cannot be written.
    """
    with (
        atomic_write(path) as temporary,
        temporary.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file,
    ):
        table = csv.writer(file)
        table.writerow(_COLUMNS)
        for outcome in outcomes:
            names = " ".join(file.name for file in outcome.files)
            comfort = "" if outcome.comfort is None else outcome.comfort
            row = (outcome.path, outcome.status.value, outcome.told)
            table.writerow((*row, f"{outcome.seconds:.2f}", comfort, names))
