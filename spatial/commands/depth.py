"""``python -m spatial depth PHOTO... -o DIR``: 16-bit PNG and JSON named after the photo."""

import argparse

from spatial.commands.flags import (
    REFUSALS,
    add_output,
    add_photos,
    add_settings,
    load_chosen_estimator,
    progress_bar,
    read_settings,
    tell,
    unique_names,
)
from spatial.formats import write_depth
from spatial.photo import load_photo
from spatial.upsample import upsample_depth


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add photos, output folder and the settings of depth."""
    add_photos(parser)
    add_output(parser)
    add_settings(parser, sections=("depth",))


def run(args: argparse.Namespace) -> int:
    """Write the depth of every photo; a bad one is told in one line and the others go on."""
    try:
        settings = read_settings(args)
        estimator = load_chosen_estimator(args)
    except REFUSALS as refusal:
        tell(str(refusal))
        return 2
    refused = 0
    for path, name in zip(args.photos, unique_names(args.photos), strict=True):
        try:
            with progress_bar(path.name) as report:
                photo = load_photo(path, name=name)
                depth = upsample_depth(estimator(photo, settings.depth, report), photo.rgb)
                written = write_depth(
                    depth,
                    args.output,
                    name=name,
                    near_far_ratio=settings.depth.near_far_ratio,
                )
        except REFUSALS as refusal:
            tell(f"{path}: {refusal}")
            refused += 1
        else:
            for file in written.values():
                print(file)
    return 2 if refused else 0
