"""``python -m spatial evaluate-stereo SET``."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from spatial.commands.flags import (
    REFUSALS,
    add_estimator,
    add_settings,
    load_chosen_estimator,
    progress_bar,
    read_settings,
    tell,
)
from spatial.evaluation.stereo import StereoScores, score_pairs
from spatial.evaluation.stereo_pairs import list_pairs
from spatial.formats import atomic_write

NO_DEPTH = "none"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the data folder, the estimator and the settings of depth."""
    parser.add_argument(
        "set", type=Path, metavar="SET", help="folder of NNNN_left.*, NNNN_right.*, NNNN_disp.png"
    )
    add_estimator(parser, f"as for convert, or {NO_DEPTH}: only from true disparity")
    parser.add_argument(
        "--json", type=Path, default=None, metavar="FILE", help="also write figures"
    )
    add_settings(parser, sections=("depth",))


def _figure(value: float, digits: int) -> str:
    return "" if value != value else f"{value:.{digits}f}"  # noqa: PLR0124 (NaN is not itself)


def stereo_table(set_name: str, count: int, scores: StereoScores) -> list[str]:
    """Return the lines of the Markdown tables, of the mean scores."""
    lines = [
        f"| {set_name} ({count}) | PSNR | visible | disoccluded | SSIM | SSIM disoccluded | SIoU |",
        "|---|---|---|---|---|---|---|",
    ]
    for way, score in scores.views.items():
        decibels = [_figure(v, 2) for v in (score.psnr, score.visible, score.disoccluded)]
        likeness = [_figure(v, 3) for v in (score.ssim, score.ssim_disoccluded, score.siou)]
        lines.append(f"| {way} | " + " | ".join([*decibels, *likeness]) + " |")
    if scores.silhouettes:
        lines += ["", "| depth | silhouette pixels between both sides |", "|---|---|"]
        lines += [f"| {way} | {share:.3f} |" for way, share in scores.silhouettes.items()]
    return lines


def run(args: argparse.Namespace) -> int:
    """Print the mean figures of a set of real pairs."""
    try:
        settings = read_settings(args)
        pairs = list_pairs(args.set)
        estimator = None if args.estimator == NO_DEPTH else load_chosen_estimator(args)
        name = args.set.resolve().name
        with progress_bar(name) as report:
            scores = score_pairs(pairs, estimator, settings.depth, progress=report)
    except REFUSALS as refusal:
        tell(str(refusal))
        return 2
    print("\n".join(stereo_table(name, len(pairs), scores)))
    if args.json is not None:
        record = {
            "set": name,
            "pairs": len(pairs),
            "views": {way: asdict(score) for way, score in scores.views.items()},
            "silhouettes": scores.silhouettes,
        }
        with atomic_write(args.json) as temporary:
            temporary.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return 0
