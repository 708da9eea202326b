"""The loop of every command over photos: a bad one is told in one line, the rest still done."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from spatial.commands.flags import (
    REFUSALS,
    load_chosen_estimator,
    load_chosen_inpainter,
    progress_bar,
    read_settings,
    tell,
)
from spatial.decoder import Decoder, command_line_decoder
from spatial.depth import AUTO, FILE, Estimator, Progress
from spatial.depth.automatic import choose_for_photo
from spatial.formats import free_name
from spatial.inpaint import Inpainter
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
    inpainter: Inpainter | None
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


def _read_or_tell(
    path: Path, decoder: Decoder, args: argparse.Namespace, outputs: Outputs | None
) -> Photo | None:
    """Return the photo under the name that its files get; say why and return None where refused."""
    try:
        photo = decoder.load_photo(path)
        return photo if outputs is None else _named(photo, args, outputs)
    except REFUSALS as refusal:
        tell(f"{path}: {refusal}")
        return None


def each_photo(
    args: argparse.Namespace,
    work: Callable[[Job], Sequence[str]],
    outputs: Outputs | None = None,
) -> int:
    """Do the work on every photo and print the lines that it returns.

    The models are loaded once, when the first photo was read: a bad one is refused without them.

    Args:
        args: with the photos, the choice of the models and the settings.
        work: does the work on one photo.
        outputs: what it writes, so that nothing of another photo is overwritten; None = nothing.

    Returns:
        The exit code: 0; 2 when a photo was refused; 143 when it was told to stop before the last.
    """
    decoder, models, refused = command_line_decoder(), None, 0
    settings = read_settings(args)
    for number, path in enumerate(args.photos):
        if told_to_stop():
            tell(f"stopped; {len(args.photos) - number} of {len(args.photos)} photos are left")
            return STOPPED
        photo = _read_or_tell(path, decoder, args, outputs)
        if photo is None:
            refused += 1
            continue
        models = models or (load_chosen_inpainter(args), load_chosen_estimator(args))
        inpainter, estimator = models
        try:
            with progress_bar(path.name) as report:
                job = Job(
                    path=path,
                    photo=photo,
                    settings=settings,
                    estimator=_for_photo(args, photo, estimator),
                    inpainter=inpainter,
                    progress=report,
                )
                lines = work(job)
        except REFUSALS as refusal:
            tell(f"{path}: {refusal}")
            refused += 1
        else:
            print("\n".join(lines), flush=True)
    return 2 if refused else 0
