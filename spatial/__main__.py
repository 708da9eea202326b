"""``spatial``: one word says what to do, ``spatial WORD --help`` says how."""

import sys

from spatial.starting import tune_process
from spatial.stopping import run_quietly, watch_signals

if __name__ == "__main__":  # before the imports below, which take a moment too
    watch_signals()

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, NoReturn

import spatial


class Command(NamedTuple):
    """One word of the command line: what it does, its module with ``add_arguments`` and ``run``."""

    summary: str
    module: str


COMMANDS: dict[str, Command] = {
    "convert": Command("turn photos into spatial photos", "spatial.commands.convert"),
    "depth": Command("write the depth map of photos", "spatial.commands.depth"),
    "metrics": Command("convert photos and print the paper's metrics", "spatial.commands.metrics"),
    "serve": Command("start the web app", "spatial.commands.serve"),
    "view": Command("look at a stereo picture, here or in a headset", "spatial.commands.view"),
    "evaluate": Command(
        "score a depth model on a folder of measured depth", "spatial.commands.evaluate"
    ),
    "evaluate-stereo": Command(
        "score rendered views on a folder of real stereo pairs", "spatial.commands.evaluate_stereo"
    ),
    "benchmark": Command("measure speed and memory on this machine", "spatial.commands.benchmark"),
    "train": Command(
        "train the embedded depth model, or the paper's (--config vkitti2)", "spatial.training.cli"
    ),
    "average": Command(
        "make one depth model out of several runs from one start", "spatial.commands.average"
    ),
    "publish": Command("upload a trained depth model to the Hub", "spatial.commands.publish"),
}


class Parser(argparse.ArgumentParser):
    """Tells a wrong flag in one line, without the usage of all flags before it."""

    def error(self, message: str) -> NoReturn:
        """Exit with code 2."""
        self.exit(2, f"{self.prog}: {message}; --help tells the options\n")


def _program() -> str:
    """Return how this was called: the installed command, or the package by Python."""
    return "python -m spatial" if Path(sys.argv[0]).name == "__main__.py" else "spatial"


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {command.summary}" for name, command in COMMANDS.items()]
    usage = f"usage: {_program()} COMMAND ...\n\ncommands:"
    return "\n".join([usage, *lines, "\n--help after a command tells its options"])


def parser_of(name: str) -> Parser:
    """Return what reads the words after a command."""
    command = COMMANDS[name]
    parser = Parser(prog=f"{_program()} {name}", description=command.summary.capitalize() + ".")
    import_module(command.module).add_arguments(parser)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0 done, 2 refused, 143 stopped before its end."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["--version"]:
        print(spatial.__version__)
        return 0
    if not words or words[0] in ("-h", "--help"):
        print(_overview())
        return 0 if words else 2
    name, *rest = words
    if name not in COMMANDS:
        print(f"unknown command {name!r}\n{_overview()}", file=sys.stderr)
        return 2
    args = parser_of(name).parse_args(rest)
    from spatial.commands.flags import REFUSALS, tell  # noqa: PLC0415 - a wrong word does without

    try:
        return import_module(COMMANDS[name].module).run(args)
    except REFUSALS as refusal:
        tell(str(refusal))
        return 2


def run_process() -> int:
    """Run the words of this process; a signal or a closed pipe ends it without a trace."""
    tune_process()
    return run_quietly(main)


if __name__ == "__main__":
    sys.exit(run_process())
