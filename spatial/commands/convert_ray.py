"""``python -m spatial convert --engine ray SOURCE -o TARGET``: clusters and object stores."""

import argparse
from contextlib import closing

from spatial.collections import Tally, summary_of
from spatial.commands.flags import identify_chosen_estimator, load_options, read_settings, tell
from spatial.commands.how_far import exit_code, tell_each
from spatial.formats import suffixes_of
from spatial.settings import SettingsError
from spatial.stopping import told_to_stop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the choice of the engine, and what Ray alone knows."""
    parser.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="ray: on a cluster, from and to any address that pyarrow opens, for instance "
        "s3://bucket/photos; tried on one machine only, see docs/scale.md; "
        "needs pip install 'spatial-photo[ray]' (default: local)",
    )
    parser.add_argument(
        "--pack",
        type=int,
        nargs="?",
        const=1000,
        default=0,
        metavar="N",
        help="with --engine ray: write tar shards of N results for WebDataset (default N: 1000)",
    )
    parser.add_argument(
        "--gpu-share",
        type=float,
        default=0.25,
        metavar="X",
        help="with --engine ray --device cuda: part of a GPU that a process takes (default: 0.25)",
    )


def run(args: argparse.Namespace) -> int:
    """Convert the photos; exit code 2 if any was refused.

    Raises:
        SettingsError: Ray is not installed, or a number makes no sense.
    """
    _check(args)
    from spatial.collections.on_ray import cluster, convert_on_ray  # noqa: PLC0415 - an extra
    from spatial.collections.rows import MANIFEST_FOLDER, RayCollection, make_plan  # noqa: PLC0415
    from spatial.collections.storage import list_photos, open_place  # noqa: PLC0415

    words = [str(word) for word in args.photos]
    target = open_place(str(args.output))
    items, refused = list_photos(words, target, recursive=args.recursive)
    for word, reason in refused:
        tell(f"{word}: {reason}")
    if not items:
        return 2
    collection = RayCollection(
        formats=tuple(args.formats),
        settings=read_settings(args),
        estimator=args.estimator,
        inpainter=args.inpaint,
        options=load_options(args),
        source=open_place(words[0]).files,
        target=target,
        model=identify_chosen_estimator(args),
        shard_photos=args.pack,
        gpu_share=args.gpu_share if args.device.startswith("cuda") else 0.0,
        force=args.force,
    )
    plan = make_plan(items, collection)
    with cluster() as (room, most):
        jobs = args.jobs or room
        work = convert_on_ray(
            plan, collection, jobs=jobs, most=args.jobs or most, stopped=told_to_stop
        )
        with closing(work) as todo:  # once the cluster is gone, its end would start another one
            tally = tell_each(todo, Tally(total=len(items), jobs=jobs))
    tell(f"{summary_of(tally)} Every photo has its row in {args.output}/{MANIFEST_FOLDER}.")
    return exit_code(tally, refused_words=bool(refused))


def _check(args: argparse.Namespace) -> None:
    try:
        import ray  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        msg = "--engine ray needs Ray Data, which is an extra: pip install 'spatial-photo[ray]'"
        raise SettingsError(msg) from error
    if args.pack < 0 or not 0 < args.gpu_share <= 1:
        msg = f"--pack {args.pack} must be 1 or more, --gpu-share {args.gpu_share} in (0, 1]"
        raise SettingsError(msg)
    suffixes_of(args.formats)
