"""``python -m spatial depth PHOTO... -o DIR``: 16-bit PNG and JSON, and more where asked for."""

import argparse

from spatial.commands.each_photo import Job, Outputs, each_photo
from spatial.commands.flags import add_formats, add_output, add_photos, add_settings
from spatial.conversion import estimate, with_depth
from spatial.formats import DEPTH_FORMATS, suffixes_of, write_depth

_ALWAYS = "depth_png"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add photos, output folder, formats and the settings of depth."""
    add_photos(parser)
    add_output(parser)
    add_formats(parser, DEPTH_FORMATS, f"{_ALWAYS}, which is always written", [_ALWAYS])
    add_settings(parser, sections=("depth", "export"))


def run(args: argparse.Namespace) -> int:
    """Write the depth of every photo at the photo's size and print the paths of the files."""

    def work(job: Job) -> list[str]:
        depth = estimate(job.photo, job.settings.depth, job.estimator, job.progress)
        result = with_depth(job.photo, depth, job.settings, job.estimator.info)
        written = write_depth(result, args.output, args.formats)
        return [str(path) for path in written.values()]

    return each_photo(args, work, Outputs(args.output, suffixes_of((_ALWAYS, *args.formats))))
