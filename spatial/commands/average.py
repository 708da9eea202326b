"""``python -m spatial average RUN RUN ... -o FOLDER``: one depth model out of several runs."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the pipelines and where their mean goes."""
    parser.add_argument(
        "folders",
        nargs="+",
        type=Path,
        metavar="WEIGHTS",
        help="pipeline folders of like networks; one named twice counts twice",
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FOLDER", help="a new folder"
    )


def run(args: argparse.Namespace) -> int:
    """Write the mean, print its folder."""
    from spatial.training.averaging import average_pipelines  # noqa: PLC0415 - torch

    print(average_pipelines(args.folders, args.output))
    return 0
