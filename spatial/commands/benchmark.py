"""``python -m spatial benchmark``: speed and memory, and views beside real photographs."""

import argparse

from spatial.commands import evaluate_stereo
from spatial.commands.flags import tell
from spatial.evaluation.benchmark import (
    FULL_MEASURES,
    MEASURES,
    NAMED_MEASURES,
    STEREO_MEASURES,
)

STEREO = "stereo"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the choice of measures."""
    parser.add_argument(
        "measures",
        nargs="*",
        metavar="MEASURE",
        help=f"which of {', '.join((*MEASURES, *NAMED_MEASURES, *FULL_MEASURES))}, or {STEREO} for "
        f"{', '.join(STEREO_MEASURES)} (default: {', '.join(MEASURES)})",
    )
    parser.add_argument(
        "--pairs",
        default="",
        metavar="SET",
        help="also score the views of real stereo pairs in this folder, as evaluate-stereo does",
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help=f"also {', '.join(FULL_MEASURES)}: a network of 950 million parameters, minutes "
        "and 4 GB",
    )


def _score_views(folder: str) -> int:
    parser = argparse.ArgumentParser()
    evaluate_stereo.add_arguments(parser)
    return evaluate_stereo.run(parser.parse_args([folder]))


def _chosen(words: list[str], *, has_pairs: bool) -> list[str]:
    """Return the names of the measures; none where only pairs were given."""
    if not words:
        return [] if has_pairs else list(MEASURES)
    names = [name for word in words for name in (STEREO_MEASURES if word == STEREO else (word,))]
    return list(dict.fromkeys(names))


def run(args: argparse.Namespace) -> int:
    """Print one row a figure as it is measured."""
    table = MEASURES | NAMED_MEASURES | FULL_MEASURES
    known = (*table, STEREO)
    unknown = [word for word in args.measures if word not in known]
    if unknown:
        tell(f"unknown measure {unknown[0]!r}; known are {', '.join(known)}")
        return 2
    if args.pairs:
        code = _score_views(args.pairs)
        if code:
            return code
        print()
    elif STEREO in args.measures:
        tell(f"no real pairs given, so no views are scored: benchmark {STEREO} --pairs SET")
    names = _chosen(args.measures, has_pairs=bool(args.pairs))
    names += [name for name in FULL_MEASURES if args.full and name not in names]
    if names:
        print("| figure | value |\n|---|---|")
    for name in names:
        for figure in table[name]():
            print(f"| {figure.name} | {figure.value:.3g} {figure.unit} |", flush=True)
    return 0
