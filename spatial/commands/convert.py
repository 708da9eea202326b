"""``python -m spatial convert PHOTO... -o DIR``: one photo, or folders of them."""

import argparse
import functools
import os
from dataclasses import replace

from spatial.collections import (
    REPORT,
    Collection,
    Found,
    Models,
    Outcome,
    Status,
    Tally,
    convert_collection,
    cores,
    find_photos,
    summary_of,
    write_report,
)
from spatial.commands import convert_ray
from spatial.commands.flags import (
    add_formats,
    add_output,
    add_photos,
    add_settings,
    inputs_of,
    load_chosen_estimator,
    load_chosen_inpainter,
    load_options,
    name_of_estimator,
    path_or_address,
    progress_bar,
    read_settings,
    tell,
)
from spatial.commands.how_far import exit_code, tell_each
from spatial.depth import AUTO, EMBEDDED, check_device
from spatial.formats import DEFAULT_FORMATS, FORMATS, make_folder, real_path, suffixes_of
from spatial.settings import InputLayout
from spatial.stopping import STOPPED, told_to_stop

_MOST_JOBS = 256
_PHOTOS_A_PROCESS = 4  # fewer are not worth loading the model once more


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add photos, output folder, formats and every setting."""
    add_photos(parser, path_or_address)
    add_output(parser, path_or_address)
    add_formats(parser, FORMATS, " ".join(DEFAULT_FORMATS), DEFAULT_FORMATS)
    parser.add_argument(
        "--inpaint",
        default="",
        metavar="NAME",
        help="let a model paint the areas that are hidden in the photo: diffusion:OWNER/NAME or "
        "diffusion:FOLDER, an inpainting checkpoint of Stable Diffusion; minutes without a GPU "
        "(default: the setting --fill)",
    )
    parser.add_argument(
        "--recursive", action="store_true", help="also take photos in the folders of a folder"
    )
    parser.add_argument(
        "--jobs",
        type=_jobs,
        default=0,
        metavar="N",
        help="photos that are converted at once, each in a process with a model of its own "
        "(default: auto, as many as there are cores)",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="of several photos, convert also those whose results are there already",
    )
    convert_ray.add_arguments(parser)
    add_settings(parser)


def _jobs(text: str) -> int:
    """Return a number of processes; 0 for ``auto``."""
    if text == "auto":
        return 0
    if text.isdecimal() and 0 < int(text) <= _MOST_JOBS:
        return int(text)
    msg = f"{text!r} is no number from 1 to {_MOST_JOBS}, or auto"
    raise argparse.ArgumentTypeError(msg)


def run(args: argparse.Namespace) -> int:
    """Convert the photos; exit code 2 if any was refused.

    Of one photo the paths of its files are printed; of more, how far they are and a report.
    """
    if args.engine == "ray":
        return convert_ray.run(args)
    for word in (*args.photos, args.output):
        if isinstance(word, str):
            tell(f"{word}: this is no path on this machine; --engine ray takes addresses")
            return 2
    pairs = read_settings(args).depth.input_layout in (InputLayout.AUTO, InputLayout.SEPARATE)
    found = find_photos(args.photos, target=args.output, recursive=args.recursive, pairs=pairs)
    for word, reason in found.refused:
        tell(f"{word}: {reason}")
    if not found.sources:
        return 2
    jobs = args.jobs or max(1, min(cores(), len(found.sources) // _PHOTOS_A_PROCESS))
    suffixes_of(args.formats)
    target = f"{real_path(args.output)}{os.sep}"
    inputs = inputs_of(args, [source.path for source in found.sources])
    collection = Collection(
        target=args.output,
        formats=tuple(args.formats),
        settings=read_settings(args),
        estimator=args.estimator,
        inpainter=args.inpaint,
        options=load_options(args),
        stays=tuple(path for path in inputs if real_path(path).startswith(target)),
        force=args.force,
        threads=max(1, cores() // jobs),
    )

    models = Models(
        estimator=functools.cache(lambda: load_chosen_estimator(args)),
        inpainter=functools.cache(lambda: load_chosen_inpainter(args)),
    )
    if len(found.sources) == 1 and not found.refused and found.sources[0].path in args.photos:
        return _convert_one(found, replace(collection, force=True), models)
    _check_models(args, models, jobs)
    return _convert_many(found, collection, models, jobs)


def _check_models(args: argparse.Namespace, models: Models, jobs: int) -> None:
    """Load the models that photos surely need: what is wrong with one of them is told once.

    Not ``auto``, since photos may bring their depth, nor what ships, which each process loads.
    """
    models.inpainter()
    if args.estimator not in (AUTO, EMBEDDED) or args.download:
        models.estimator()
        return
    check_device(args.device)
    if jobs > 1:  # its processes tell nothing
        name_of_estimator(args)


def _convert_one(found: Found, collection: Collection, models: Models) -> int:
    """Convert a photo, even where its result is there, and print the paths of its files."""
    (source,) = found.sources
    with progress_bar(source.path.name) as report:
        todo = convert_collection(
            found.sources, collection, models, stopped=told_to_stop, progress=report
        )
        outcome = next(todo, None)
    if outcome is None:
        tell("stopped; 1 of 1 photos are left")
        return STOPPED
    if outcome.reason:
        tell(f"{outcome.path}: {outcome.reason}")
    if outcome.status is Status.REFUSED:
        return 2
    print("\n".join(map(str, outcome.files)), flush=True)
    return 0


def _convert_many(found: Found, collection: Collection, models: Models, jobs: int) -> int:
    """Convert photos whose result is not there; tell how far they are, and write a report."""
    make_folder(collection.target)
    report = collection.target / REPORT
    outcomes: list[Outcome] = []
    try:
        todo = convert_collection(
            found.sources, collection, models, jobs=jobs, stopped=told_to_stop
        )
        tally = tell_each(todo, Tally(total=len(found.sources), jobs=jobs), outcomes.append)
    finally:
        if outcomes:
            write_report(report, outcomes)
    tell(f"{summary_of(tally)} The report: {report}")
    return exit_code(tally, refused_words=bool(found.refused))
