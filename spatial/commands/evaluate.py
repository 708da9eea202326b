"""``python -m spatial evaluate SET --estimator E --subset 150 --seed 0 -o DIR``."""

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from spatial.commands.flags import (
    REFUSALS,
    add_estimator,
    add_settings,
    load_chosen_estimator,
    progress_bar,
    read_settings,
    tell,
)
from spatial.depth import Estimator
from spatial.evaluation.frames import Frame, list_frames
from spatial.evaluation.protocol import predict_frame, score_set
from spatial.evaluation.relative import (
    RelativeScores,
    Sample,
    list_samples,
    relative_json,
    relative_markdown,
    score_samples,
)
from spatial.evaluation.report import (
    SetScores,
    as_json,
    choose_frames,
    comparison,
    frames_csv,
    markdown,
)
from spatial.evaluation.trivial import TRIVIAL, TrivialEstimator
from spatial.formats import atomic_write, encode_png, make_folder
from spatial.settings import DepthSettings

Result = TypeVar("Result", SetScores, RelativeScores)

RELATIVE_REPORTS: dict[str, Callable[[RelativeScores], str]] = {
    ".md": relative_markdown,
    ".json": relative_json,
}
REPORTS: dict[str, Callable[[SetScores], str]] = {
    ".md": markdown,
    ".csv": frames_csv,
    ".json": as_json,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the data folder, the estimator and the settings of depth."""
    parser.add_argument(
        "set",
        type=Path,
        metavar="SET",
        help="folder of NNNN_rgb.* and NNNN_depth.png or NNNN_disp.png, or of photos and "
        "labels.jsonl",
    )
    add_estimator(parser, "as for convert, or constant or lower, the trivial predictors")
    parser.add_argument(
        "--subset",
        type=_count,
        default=None,
        metavar="N",
        help="score N random frames, drawn with --seed (default: all)",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=None,
        metavar="DIR",
        help="also write Markdown, CSV and JSON, and pictures of the best, median and worst frame",
    )
    parser.add_argument(
        "--json", type=Path, default=None, metavar="FILE", help="also write the figures to FILE"
    )
    add_settings(parser, sections=("depth",))


def _count(word: str) -> int:
    """Return a number of frames, at least 1; argparse names the flag when it is none."""
    number = int(word)
    if number < 1:
        msg = f"{number} frames cannot be scored"
        raise argparse.ArgumentTypeError(msg)
    return number


def _choose(args: argparse.Namespace) -> Estimator:
    if args.estimator in TRIVIAL:
        return TrivialEstimator(args.estimator)
    return load_chosen_estimator(args)


def _write_text(path: Path, text: str) -> None:
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _write_pictures(
    result: SetScores,
    frames: Sequence[Frame],
    estimator: Estimator,
    settings: DepthSettings,
    stem: Path,
) -> None:
    """Predict the best, median and worst frame once more and write a picture of each."""
    by_name = {frame.name: frame for frame in frames}
    for place, score in choose_frames(result.scores).items():
        frame = by_name[score.name]
        made = predict_frame(frame, estimator, settings, set_name=result.set_name)
        told = f"AbsRel {score.errors.abs_rel:.1%}, delta1 {score.errors.delta1:.3f}"
        picture = comparison(made, f"{place}: {result.set_name} {score.name}, {told}")
        with atomic_write(stem.with_name(f"{stem.name}_{place}.png")) as temporary:
            temporary.write_bytes(encode_png(picture))


def run(args: argparse.Namespace) -> int:
    """Score a set, print the Markdown report, and write what is asked for."""
    try:
        settings = read_settings(args).depth
        if args.output is not None:
            make_folder(args.output)
        samples = list_samples(args.set, subset=args.subset, seed=settings.seed)
        if samples is not None:
            print(_score_relative(args, samples, settings), end="")
            return 0
        frames = list_frames(args.set, subset=args.subset, seed=settings.seed)
        print(_score_depth(args, frames, settings), end="")
    except REFUSALS as refusal:
        tell(str(refusal))
        return 2
    return 0


def _score_depth(args: argparse.Namespace, frames: Sequence[Frame], settings: DepthSettings) -> str:
    """Score a set of measured depth, write what is asked for, return the Markdown report."""
    estimator, name = _choose(args), args.set.resolve().name
    with progress_bar(name) as report:
        scores = score_set(frames, estimator, settings, set_name=name, progress=report)
    result = SetScores(
        set_name=name,
        estimator=estimator.info,
        scores=scores,
        subset=args.subset,
        seed=settings.seed,
    )
    if (stem := _write_reports(args, REPORTS, result)) is not None:
        _write_pictures(result, frames, estimator, settings, stem)
    return markdown(result)


def _score_relative(
    args: argparse.Namespace, samples: Sequence[Sample], settings: DepthSettings
) -> str:
    """Score a set without unit, write what is asked for, return the Markdown report."""
    estimator, name = _choose(args), args.set.resolve().name
    with progress_bar(name) as report:
        result = score_samples(samples, estimator, settings, set_name=name, progress=report)
    _write_reports(args, RELATIVE_REPORTS, result)
    return relative_markdown(result)


def _write_reports(
    args: argparse.Namespace, reports: dict[str, Callable[[Result], str]], result: Result
) -> Path | None:
    """Write a result as --json and -o ask; return what the files' names below -o begin with."""
    if args.json is not None:
        _write_text(args.json, reports[".json"](result))
    if args.output is None:
        return None
    stem = args.output / re.sub(r"[^\w.-]+", "-", f"{result.set_name}_{result.estimator.id}")
    for suffix, write in reports.items():
        _write_text(stem.with_name(stem.name + suffix), write(result))
    return stem
