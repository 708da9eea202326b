"""Print one row a figure as it is measured."""

import argparse

from .measures import CONVERSIONS, VISITORS, measure_app


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark_app", description=__doc__)
    parser.add_argument("--visitors", type=int, default=VISITORS, help="how many come at once")
    parser.add_argument(
        "--conversions", type=int, default=CONVERSIONS, help="over how many memory is watched"
    )
    args = parser.parse_args()
    print("| figure | value |\n|---|---|")
    for figure in measure_app(args.visitors, args.conversions):
        print(f"| {figure.name} | {figure.value:.3g} {figure.unit} |", flush=True)


if __name__ == "__main__":
    main()
