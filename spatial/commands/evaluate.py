"""``python -m spatial evaluate SET --estimator E``."""

import argparse
import json
from pathlib import Path

from spatial.commands.flags import (
    REFUSALS,
    add_settings,
    load_chosen_estimator,
    progress_bar,
    read_settings,
    tell,
)
from spatial.depth import Estimator
from spatial.evaluation.frames import list_frames
from spatial.evaluation.protocol import mean_figures, score_set
from spatial.evaluation.trivial import TRIVIAL, TrivialEstimator
from spatial.formats import atomic_write

COLUMNS = ("abs_rel", "delta1", "delta2", "delta3", "wrong_order", "seconds")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the data folder, the estimator and the settings of depth."""
    parser.add_argument(
        "set", type=Path, metavar="SET", help="folder of NNNN_rgb.* and NNNN_depth.png"
    )
    parser.add_argument(
        "--estimator",
        default="embedded",
        metavar="NAME",
        help="as for convert, or constant or lower, the trivial predictors (default: embedded)",
    )
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default: cpu)")
    parser.add_argument("--cache-dir", type=Path, default=None, help="where models are kept")
    parser.add_argument(
        "--subset", type=int, default=None, metavar="N", help="score N random frames"
    )
    parser.add_argument(
        "--json", type=Path, default=None, metavar="FILE", help="also write figures"
    )
    add_settings(parser, sections=("depth",))


def _choose(args: argparse.Namespace) -> Estimator:
    if args.estimator in TRIVIAL:
        return TrivialEstimator(args.estimator)
    return load_chosen_estimator(args)


def run(args: argparse.Namespace) -> int:
    """Print the mean figures as a Markdown table; errors are shares of 1, not percent."""
    try:
        settings = read_settings(args)
        frames = list_frames(args.set, subset=args.subset, seed=settings.depth.seed)
        estimator = _choose(args)
        name = args.set.resolve().name
        with progress_bar(name) as report:
            scores = score_set(frames, estimator, settings.depth, set_name=name, progress=report)
    except REFUSALS as refusal:
        tell(str(refusal))
        return 2
    figures = mean_figures(scores)
    print(f"| {name} ({len(frames)}) | " + " | ".join(COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 1) + "|")
    print(f"| {estimator.info.id} | " + " | ".join(f"{figures[c]:.3f}" for c in COLUMNS) + " |")
    if args.json is not None:
        record = {"set": name, "frames": len(frames), "estimator": estimator.info.id, **figures}
        with atomic_write(args.json) as temporary:
            temporary.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return 0
