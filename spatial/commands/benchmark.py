"""``python -m spatial benchmark``: speed and memory, printed beside the goals."""

import argparse

from spatial.evaluation.benchmark import MEASURES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the choice of measures."""
    parser.add_argument(
        "measures",
        nargs="*",
        metavar="MEASURE",
        help=f"which of {', '.join(MEASURES)} (default: all)",
    )


def run(args: argparse.Namespace) -> int:
    """Print one row a figure as it is measured."""
    unknown = [m for m in args.measures if m not in MEASURES]
    if unknown:
        print(f"unknown measure {unknown[0]!r}; known are {', '.join(MEASURES)}")
        return 2
    print("| figure | value | goal |\n|---|---|---|")
    for name in args.measures or MEASURES:
        for figure in MEASURES[name]():
            print(
                f"| {figure.name} | {figure.value:.3g} {figure.unit} | {figure.goal} |", flush=True
            )
    return 0
