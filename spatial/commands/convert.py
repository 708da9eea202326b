"""``python -m spatial convert PHOTO... -o DIR``."""

import argparse
from datetime import datetime, timezone

from spatial.commands.each_photo import Job, each_photo
from spatial.commands.flags import add_output, add_photos, add_settings
from spatial.conversion import convert
from spatial.formats import DEFAULT_FORMATS, FORMATS, write_formats


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
    add_settings(parser)


def run(args: argparse.Namespace) -> int:
    """Convert every photo and print the paths of the files; exit code 2 if any photo was refused."""

    def work(job: Job) -> list[str]:
        result = convert(job.photo, job.settings, estimator=job.estimator, progress=job.progress)
        written = write_formats(
            result, args.output, formats=args.formats, created=datetime.now(timezone.utc)
        )
        return [str(path) for path in written.values()]

    return each_photo(args, work)
