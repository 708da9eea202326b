"""``python -m spatial publish --repo-id OWNER/NAME``: a trained pipeline on the Hub."""

import argparse
from pathlib import Path

from spatial.commands.flags import tell

DEFAULT_RUN = "vkitti2"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is published, where to, and under which terms."""
    parser.add_argument(
        "--repo-id", required=True, metavar="OWNER/NAME", help="repository on the Hub"
    )
    parser.add_argument(
        "--weights",
        type=Path,
        default=None,
        metavar="FOLDER",
        help=f"pipeline folder (default: weights of the run {DEFAULT_RUN} in $SPATIAL_RUNS)",
    )
    parser.add_argument(
        "--licence",
        default="",
        help="terms that the model card states, where the folder has no README.md of its own",
    )
    parser.add_argument("--private", action="store_true", help="make a new repository private")


def run(args: argparse.Namespace) -> int:
    """Upload, print the address of the repository and how to use it."""
    from spatial.training.cli import runs_folder  # noqa: PLC0415 - torch
    from spatial.training.publishing import Publication, publish  # noqa: PLC0415

    folder = args.weights or runs_folder() / DEFAULT_RUN / "weights"
    what = {"repo_id": args.repo_id, "licence": args.licence, "private": args.private}
    print(publish(Publication(folder=folder, **what)))
    tell(f"use it with --estimator ldm:{args.repo_id}")
    return 0
