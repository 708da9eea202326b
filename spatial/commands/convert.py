"""``python -m spatial convert PHOTO... -o DIR``."""

import argparse
from datetime import datetime, timezone
from pathlib import Path

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
from spatial.convert import convert
from spatial.depth import Estimator
from spatial.formats import DEFAULT_FORMATS, FORMATS, write_formats
from spatial.photo import load_photo
from spatial.settings import ConvertSettings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add photos, output folder, formats and every setting."""
    add_photos(parser)
    add_output(parser)
    parser.add_argument(
        "--formats",
        nargs="+",
        choices=sorted(FORMATS),
        default=list(DEFAULT_FORMATS),
        help=f"what to write (default: {' '.join(DEFAULT_FORMATS)})",
    )
    add_settings(parser)


def _convert_one(
    path: Path,
    name: str,
    *,
    settings: ConvertSettings,
    estimator: Estimator,
    args: argparse.Namespace,
) -> None:
    with progress_bar(path.name) as report:
        photo = load_photo(path, name=name)
        result = convert(photo, settings, estimator=estimator, progress=report)
        written = write_formats(
            result, args.output, formats=args.formats, created=datetime.now(timezone.utc)
        )
    for file in written.values():
        print(file)


def run(args: argparse.Namespace) -> int:
    """Convert every photo; a bad one is told in one line and the others go on. Exit code 2 if any was bad."""
    try:
        settings = read_settings(args)
        estimator = load_chosen_estimator(args)
    except REFUSALS as refusal:
        tell(str(refusal))
        return 2
    refused = 0
    for path, name in zip(args.photos, unique_names(args.photos), strict=True):
        try:
            _convert_one(path, name, settings=settings, estimator=estimator, args=args)
        except REFUSALS as refusal:
            tell(f"{path}: {refusal}")
            refused += 1
    return 2 if refused else 0
