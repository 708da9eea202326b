"""``python -m spatial convert PHOTO... -o DIR``."""

import argparse
from datetime import datetime, timezone

from spatial.commands.each_photo import Job, Outputs, each_photo
from spatial.commands.flags import (
    REFUSALS,
    add_output,
    add_photos,
    add_settings,
    progress_bar,
    tell,
)
from spatial.conversion import convert
from spatial.depth import LoadOptions
from spatial.formats import DEFAULT_FORMATS, FORMATS, suffixes_of, write_formats
from spatial.inpaint import Inpainter, load_inpainter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add photos, output folder, formats and every setting."""
    add_photos(parser)
    add_output(parser)
    parser.add_argument(
        "--formats",
        nargs="+",
        choices=sorted(FORMATS),
        metavar="FORMAT",
        default=list(DEFAULT_FORMATS),
        help=f"what to write: {', '.join(sorted(FORMATS))} (default: {' '.join(DEFAULT_FORMATS)})",
    )
    parser.add_argument(
        "--inpaint",
        default="",
        metavar="NAME",
        help="let a model paint the areas that are hidden in the photo: diffusion:OWNER/NAME or "
        "diffusion:FOLDER, an inpainting checkpoint of Stable Diffusion; minutes without a GPU "
        "(default: the setting --fill)",
    )
    add_settings(parser)


def _load_inpainter(args: argparse.Namespace) -> Inpainter | None:
    if not args.inpaint:
        return None
    with progress_bar("loading the inpainter") as report:
        options = LoadOptions(device=args.device, cache_dir=args.cache_dir, progress=report)
        return load_inpainter(args.inpaint, options)


def run(args: argparse.Namespace) -> int:
    """Convert every photo and print the files' paths; exit code 2 if any photo was refused."""
    try:
        outputs = Outputs(args.output, suffixes_of(args.formats))
        inpainter = _load_inpainter(args)
    except REFUSALS as refusal:
        tell(str(refusal))
        return 2

    def work(job: Job) -> list[str]:
        result = convert(
            job.photo,
            job.settings,
            estimator=job.estimator,
            inpainter=inpainter,
            progress=job.progress,
        )
        written = write_formats(
            result, args.output, formats=args.formats, created=datetime.now(timezone.utc)
        )
        return [str(path) for path in written.values()]

    return each_photo(args, work, outputs)
