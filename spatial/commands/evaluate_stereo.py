"""``python -m spatial evaluate-stereo SET``."""

import argparse
import json
import math
from dataclasses import asdict, astuple

from spatial.commands.flags import (
    add_set,
    add_settings,
    load_chosen_estimator,
    progress_bar,
    read_settings,
    write_text,
)
from spatial.evaluation.stereo import StereoScores, score_pairs
from spatial.evaluation.stereo_pairs import list_pairs

NO_DEPTH = "none"
DIGITS = (2, 2, 2, 3, 3, 3)  # of decibels, then of shares


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the data folder, the estimator and the settings of depth."""
    add_set(
        parser,
        "folder of NNNN_left.*, NNNN_right.*, NNNN_disp.png",
        estimators=f"as for convert, or {NO_DEPTH}: only from true disparity",
    )
    add_settings(parser, sections=("depth",))


def stereo_table(set_name: str, count: int, scores: StereoScores) -> list[str]:
    """Return the lines of the Markdown tables, of the mean scores."""
    lines = [
        f"| {set_name} ({count}) | PSNR | visible | disoccluded | SSIM | SSIM disoccluded | SIoU |",
        "|---|---|---|---|---|---|---|",
    ]
    for way, score in scores.views.items():
        pairs = zip(astuple(score), DIGITS, strict=True)
        shown = ["" if math.isnan(value) else f"{value:.{digits}f}" for value, digits in pairs]
        lines.append(f"| {way} | {' | '.join(shown)} |")
    if scores.silhouettes:
        lines += ["", "| depth | silhouette pixels between both sides |", "|---|---|"]
        lines += [f"| {way} | {share:.3f} |" for way, share in scores.silhouettes.items()]
    return lines


def run(args: argparse.Namespace) -> int:
    """Print the mean figures of a set of real pairs."""
    settings, pairs, name = read_settings(args), list_pairs(args.set), args.set.resolve().name
    estimator = None if args.estimator == NO_DEPTH else load_chosen_estimator(args)
    with progress_bar(name) as report:
        scores = score_pairs(pairs, estimator, settings.depth, progress=report)
    print("\n".join(stereo_table(name, len(pairs), scores)))
    if args.json is not None:
        record = {"set": name, "pairs": len(pairs), **asdict(scores)}
        write_text(args.json, json.dumps(record, indent=2) + "\n")
    return 0
