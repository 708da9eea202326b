"""The loop of every command over photos: a bad photo is reported in one line, the rest are still done."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from spatial.commands.flags import (
    REFUSALS,
    load_chosen_estimator,
    progress_bar,
    read_settings,
    tell,
)
from spatial.depth import AUTO, FILE, Estimator, Progress
from spatial.depth.automatic import choose_for_photo
from spatial.formats import free_name
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


class Outputs(NamedTuple):
    """Where the files of every photo go, and how their names end."""

    folder: Path
    suffixes: Sequence[str]


def _named(photo: Photo, args: argparse.Namespace, outputs: Outputs) -> Photo:
    """Return the photo under the name that its files get, and say so when that is not its own."""
    kind, _, source = args.estimator.partition(":")
    inputs = [*args.photos, *([Path(source)] if kind == FILE else [])]
    name = free_name(photo, outputs.folder, outputs.suffixes, stays=inputs)
    if name != photo.name:
        told = f"{photo.name} in {outputs.folder} belongs to another photo or file"
        tell(f"{told}; the files of this photo are named {name}")
    return replace(photo, name=name)


def _for_photo(args: argparse.Namespace, photo: Photo, model: Estimator) -> Estimator:
    """Return the model, or what the camera wrote where ``auto`` may choose; say so."""
    if args.estimator != AUTO:
        return model
    chosen, reason = choose_for_photo(photo, model)
    if reason:
        tell(f"{photo.name}: {reason}")
    return chosen


def each_photo(
    args: argparse.Namespace,
    work: Callable[[Job], Sequence[str]],
    outputs: Outputs | None = None,
) -> int:
    """Load the model once, do the work on every photo and print the lines that it returns.

    Args:
        args: with the photos, the choice of the model and the settings.
        work: does the work on one photo.
        outputs: what it writes, so that nothing of another photo is overwritten; None = nothing.

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
    for number, path in enumerate(args.photos):
        if told_to_stop():
            tell(f"stopped; {len(args.photos) - number} of {len(args.photos)} photos are left")
            return STOPPED
        try:
            with progress_bar(path.name) as report:
                photo = load_photo(path)
                if outputs is not None:
                    photo = _named(photo, args, outputs)
                chosen = _for_photo(args, photo, estimator)
                lines = work(
                    Job(
                        path=path,
                        photo=photo,
                        settings=settings,
                        estimator=chosen,
                        progress=report,
                    )
                )
        except REFUSALS as refusal:
            tell(f"{path}: {refusal}")
            refused += 1
        else:
            print("\n".join(lines), flush=True)
    return 2 if refused else 0
