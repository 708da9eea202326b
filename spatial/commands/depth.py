"""``python -m spatial depth PHOTO... -o DIR``: 16-bit PNG and JSON named after the photo."""

import argparse

from spatial.commands.each_photo import Job, Outputs, each_photo
from spatial.commands.flags import add_output, add_photos, add_settings
from spatial.conversion import estimate
from spatial.formats import FORMATS, write_depth


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add photos, output folder and the settings of depth."""
    add_photos(parser)
    add_output(parser)
    add_settings(parser, sections=("depth",))


def run(args: argparse.Namespace) -> int:
    """Write the depth of every photo at the photo's size and print the paths of the files."""

    def work(job: Job) -> list[str]:
        depth = estimate(job.photo, job.settings.depth, job.estimator, job.progress)
        written = write_depth(depth, args.output, photo=job.photo, estimator=job.estimator.info)
        return [str(path) for path in written.values()]

    suffixes = [file.suffix for file in FORMATS["depth_png"].files]
    return each_photo(args, work, Outputs(args.output, suffixes))
