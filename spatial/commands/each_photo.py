"""The loop of every command over photos: a bad one is told in one line, the rest still done."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from spatial.collections import named_freely
from spatial.commands.flags import (
    REFUSALS,
    inputs_of,
    load_chosen_estimator,
    progress_bar,
    read_settings,
    tell,
)
from spatial.decoder import Decoder, command_line_decoder
from spatial.depth import Estimator, Progress
from spatial.depth.automatic import choose_for_photo
from spatial.photo import PhotoFile
from spatial.records import Photo
from spatial.settings import ConvertSettings, InputLayout
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


def _read_or_tell(
    path: Path,
    layout: InputLayout,
    decoder: Decoder,
    args: argparse.Namespace,
    outputs: Outputs | None,
) -> Photo | None:
    """Return the photo under the name that its files get; say why and return None where refused."""
    try:
        photo = decoder.load_photo(PhotoFile(path, layout))
        if outputs is None:
            return photo
        stays = inputs_of(args, args.photos)
        photo, named = named_freely(photo, outputs.folder, outputs.suffixes, stays=stays)
    except REFUSALS as refusal:
        tell(f"{path}: {refusal}")
        return None
    if named:
        tell(f"{path}: {named}")
    return photo


def each_photo(
    args: argparse.Namespace,
    work: Callable[[Job], Sequence[str]],
    outputs: Outputs | None = None,
) -> int:
    """Do the work on every photo and print the lines that it returns.

    The model is loaded once, for the first photo that needs it: one that is refused, or brings its
    own depth, does without.

    Args:
        args: with the photos, the choice of the model and the settings.
        work: does the work on one photo.
        outputs: what it writes, so that nothing of another photo is overwritten; None = nothing.

    Returns:
        The exit code: 0; 2 when a photo was refused; 143 when it was told to stop before the last.
    """
    decoder, refused = command_line_decoder(), 0
    load_model = cache(lambda: load_chosen_estimator(args))
    settings = read_settings(args)
    for number, path in enumerate(args.photos):
        if told_to_stop():
            tell(f"stopped; {len(args.photos) - number} of {len(args.photos)} photos are left")
            return STOPPED
        photo = _read_or_tell(path, settings.depth.input_layout, decoder, args, outputs)
        if photo is None:
            refused += 1
            continue
        estimator, choice = choose_for_photo(photo, load_model, args.estimator)
        if choice:
            tell(f"{path}: {choice}")
        try:
            with progress_bar(path.name) as report:
                job = Job(
                    path=path,
                    photo=photo,
                    settings=settings,
                    estimator=estimator,
                    progress=report,
                )
                lines = work(job)
        except REFUSALS as refusal:
            tell(f"{path}: {refusal}")
            refused += 1
        else:
            print("\n".join(lines), flush=True)
    return 2 if refused else 0
