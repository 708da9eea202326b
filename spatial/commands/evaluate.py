"""``python -m spatial evaluate SET --estimator E --subset 150 --seed 0 -o DIR``."""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from spatial.commands.flags import (
    add_set,
    add_settings,
    load_chosen_estimator,
    progress_bar,
    read_settings,
    write_text,
)
from spatial.depth import Estimator
from spatial.evaluation.frames import DataError, choose_subset
from spatial.evaluation.measured import DEPTH, list_measured
from spatial.evaluation.relative import DISPARITY, LABELLED, list_disparities, list_labelled
from spatial.evaluation.scores import (
    Measure,
    Sample,
    Scores,
    as_json,
    choose_frames,
    frames_csv,
    markdown,
    score_samples,
)
from spatial.evaluation.trivial import TRIVIAL, TrivialEstimator
from spatial.formats import atomic_write, encode_png, make_folder
from spatial.photo import load_photo
from spatial.settings import DepthSettings

KINDS = ((list_labelled, LABELLED), (list_disparities, DISPARITY), (list_measured, DEPTH))
REPORTS = {".md": markdown, ".csv": frames_csv, ".json": as_json}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the data folder, the estimator and the settings of depth."""
    add_set(
        parser,
        "folder of NNNN_rgb.* and NNNN_depth.png or NNNN_disp.png, or of photos and labels.jsonl",
        estimators="as for convert, or constant or lower, the trivial predictors",
    )
    parser.add_argument(
        "--subset",
        type=int,
        metavar="N",
        help="score N random frames, drawn with --seed (default: all)",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="also write Markdown, CSV and JSON, and pictures of the best, median and worst frame",
    )
    add_settings(parser, sections=("depth",))


def list_set(folder: Path) -> tuple[Sequence[Sample], Measure]:
    """Return the photos of a set and what they are scored by; DataError where there is none."""
    for list_samples, measure in KINDS:
        if samples := list_samples(folder):
            return samples, measure
    msg = f"{folder} holds no NNNN_depth.png; give a folder of NNNN_rgb.* and NNNN_depth.png"
    raise DataError(msg)


def run(args: argparse.Namespace) -> int:
    """Score a set, print the Markdown report, and write what is asked for."""
    settings, name = read_settings(args).depth, args.set.resolve().name
    if args.output is not None:
        make_folder(args.output)
    samples, measure = list_set(args.set)
    chosen = choose_subset(samples, args.subset, settings.seed)
    is_trivial = args.estimator in TRIVIAL
    estimator = TrivialEstimator(args.estimator) if is_trivial else load_chosen_estimator(args)
    with progress_bar(name) as report:
        figures = score_samples(chosen, estimator, settings, report)
    result = Scores(
        set_name=name,
        estimator=estimator.info,
        measure=measure,
        figures=figures,
        subset=args.subset,
        seed=settings.seed,
    )
    if args.json is not None:
        write_text(args.json, as_json(result))
    if args.output is not None:
        stem = re.sub(r"[^\w.-]+", "-", f"{name}_{estimator.info.id}")
        for suffix, tell in REPORTS.items():
            write_text(args.output / (stem + suffix), tell(result))
        _draw(result, chosen, estimator, settings, args.output / stem)
    print(markdown(result), end="")
    return 0


def _draw(
    result: Scores,
    samples: Sequence[Sample],
    estimator: Estimator,
    settings: DepthSettings,
    stem: Path,
) -> None:
    """Predict the best, median and worst frame once more and write a picture of each."""
    by_name = {sample.name: sample for sample in samples}
    for place, name in choose_frames(result).items():
        sample, figures = by_name[name], result.figures[name]
        if sample.draw is None:
            continue
        photo = load_photo(sample.rgb_path)
        told = f"AbsRel {figures['abs_rel']:.1%}, delta1 {figures['delta1']:.3f}"
        title = f"{place}: {result.set_name} {name}, {told}"
        picture = sample.draw(photo, estimator(photo, settings), title)
        with atomic_write(stem.with_name(f"{stem.name}_{place}.png")) as temporary:
            temporary.write_bytes(encode_png(picture))
