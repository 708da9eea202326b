"""``python -m spatial benchmark``: speed and memory beside the goals, and views beside real photographs."""

import argparse

from spatial.commands import evaluate_stereo
from spatial.commands.flags import tell
from spatial.evaluation.benchmark import MEASURES

STEREO = "stereo"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the choice of measures."""
    parser.add_argument(
        "measures",
        nargs="*",
        metavar="MEASURE",
        help=f"which of {', '.join((*MEASURES, STEREO))} (default: all but {STEREO})",
    )
    parser.add_argument(
        "--pairs",
        default="",
        metavar="SET",
        help=f"folder of real stereo pairs for {STEREO}, as for evaluate-stereo",
    )


def _run_stereo(folder: str) -> int:
    if not folder:
        tell(f"{STEREO} needs real pairs: benchmark {STEREO} --pairs SET")
        return 2
    parser = argparse.ArgumentParser()
    evaluate_stereo.add_arguments(parser)
    return evaluate_stereo.run(parser.parse_args([folder]))


def run(args: argparse.Namespace) -> int:
    """Print one row a figure as it is measured."""
    unknown = [m for m in args.measures if m not in (*MEASURES, STEREO)]
    if unknown:
        tell(f"unknown measure {unknown[0]!r}; known are {', '.join((*MEASURES, STEREO))}")
        return 2
    if STEREO in args.measures or args.pairs:
        code = _run_stereo(args.pairs)
        if code:
            return code
    measures = [m for m in args.measures if m != STEREO]
    if not measures and (args.measures or args.pairs):
        return 0
    print("| figure | value | goal |\n|---|---|---|")
    for name in measures or MEASURES:
        for figure in MEASURES[name]():
            print(
                f"| {figure.name} | {figure.value:.3g} {figure.unit} | {figure.goal} |", flush=True
            )
    return 0
