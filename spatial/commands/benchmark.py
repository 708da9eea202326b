"""``python -m spatial benchmark``: speed and memory beside the goals, and views beside real photographs."""

import argparse
from collections.abc import Iterator

from spatial.commands import evaluate_stereo
from spatial.commands.flags import tell
from spatial.evaluation.benchmark import MEASURES
from spatial.evaluation.figure import Figure

STEREO, APP = "stereo", "app"
_ALL = (*MEASURES, APP, STEREO)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the choice of measures."""
    parser.add_argument(
        "measures",
        nargs="*",
        metavar="MEASURE",
        help=f"which of {', '.join(_ALL)} (default: all but {APP} and {STEREO})",
    )
    parser.add_argument(
        "--pairs",
        default="",
        metavar="SET",
        help=f"folder of real stereo pairs for {STEREO}, as for evaluate-stereo",
    )
    parser.add_argument(
        "--visitors", type=int, default=50, help=f"how many come at once for {APP} (default: 50)"
    )
    parser.add_argument(
        "--conversions",
        type=int,
        default=200,
        help=f"over how many {APP} watches the memory (default: 200)",
    )


def _measure_app(args: argparse.Namespace) -> Iterator[Figure]:
    from spatial.evaluation.app_benchmark import measure_app  # noqa: PLC0415 - a client for itself

    return measure_app(args.visitors, args.conversions)


def _run_stereo(folder: str) -> int:
    if not folder:
        tell(f"{STEREO} needs real pairs: benchmark {STEREO} --pairs SET")
        return 2
    parser = argparse.ArgumentParser()
    evaluate_stereo.add_arguments(parser)
    return evaluate_stereo.run(parser.parse_args([folder]))


def run(args: argparse.Namespace) -> int:
    """Print one row a figure as it is measured."""
    unknown = [m for m in args.measures if m not in _ALL]
    if unknown:
        print(f"unknown measure {unknown[0]!r}; known are {', '.join(_ALL)}")
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
        for figure in _measure_app(args) if name == APP else MEASURES[name]():
            print(
                f"| {figure.name} | {figure.value:.3g} {figure.unit} | {figure.goal} |", flush=True
            )
    return 0
