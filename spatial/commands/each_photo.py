"""The loop of every command over photos: a bad photo is told in one line and the others go on."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from spatial.commands.flags import (
    REFUSALS,
    load_chosen_estimator,
    progress_bar,
    read_settings,
    tell,
)
from spatial.depth import Estimator, Progress
from spatial.photo import load_photo
from spatial.records import Photo
from spatial.settings import ConvertSettings
from spatial.stopping import STOPPED, told_to_stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One photo to work on: the photo itself, with what the flags chose."""

    path: Path
    photo: Photo
    settings: ConvertSettings
    estimator: Estimator
    progress: Progress


def unique_names(paths: Sequence[Path]) -> list[str]:
    """Return one name a photo: its stem, or stem-2, stem-3 where stems repeat.

    >>> unique_names([Path("a/x.jpg"), Path("b/x.png"), Path("y.jpg")])
    ['x', 'x-2', 'y']
    """
    taken: set[str] = set()
    names = []
    for path in paths:
        name, number = path.stem, 1
        while name in taken:
            number += 1
            name = f"{path.stem}-{number}"
        taken.add(name)
        names.append(name)
    return names


def each_photo(args: argparse.Namespace, work: Callable[[Job], Sequence[str]]) -> int:
    """Load the model once, do the work on every photo and print the lines that it returns.

    Returns:
        The exit code: 0; 2 when the settings, the model or any photo was refused; 143 when it was told to stop before
        the last photo.
    """
    try:
        settings = read_settings(args)
        estimator = load_chosen_estimator(args)
    except REFUSALS as refusal:
        tell(str(refusal))
        return 2
    refused = 0
    names = unique_names(args.photos)
    for number, (path, name) in enumerate(zip(args.photos, names, strict=True)):
        if told_to_stop():
            tell(f"stopped; {len(names) - number} of {len(names)} photos are left")
            return STOPPED
        try:
            with progress_bar(path.name) as report:
                photo = load_photo(path, name=name)
                lines = work(
                    Job(
                        path=path,
                        photo=photo,
                        settings=settings,
                        estimator=estimator,
                        progress=report,
                    )
                )
        except REFUSALS as refusal:
            tell(f"{path}: {refusal}")
            refused += 1
        else:
            print("\n".join(lines), flush=True)
    return 2 if refused else 0
