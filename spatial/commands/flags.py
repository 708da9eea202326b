"""Flags that several commands share, made from the settings; how progress and refusals are told."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from spatial import refusals
from spatial.depth import (
    AUTO,
    EMBEDDED,
    FILE,
    FROM_HUB,
    Estimator,
    LoadOptions,
    Progress,
    load_estimator_or_embedded,
)
from spatial.evaluation.frames import DataError
from spatial.formats import atomic_write
from spatial.inpaint import Inpainter, load_inpainter
from spatial.settings import PRESETS, ConvertSettings, Group, iter_settings, with_values
from spatial.settings.flags import add_flags, given_values

REFUSALS = (*refusals.REFUSALS, DataError)
"""What the command line tells in one line: the refusals of every surface, and of data folders."""


_TOPICS = {"depth": "depth", "bokeh": "blur", "stereo": "the two views", "export": "files"}


class _HelpAll(argparse.Action):
    """Shows the help with the flags that ``--help`` leaves out."""

    def __init__(self, *args: Any, flags: dict[argparse.Action, str], **shown: Any) -> None:  # noqa: ANN401
        super().__init__(*args, nargs=0, **shown)
        self.flags = flags

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        for flag, text in self.flags.items():
            flag.help = text
        parser.print_help()
        parser.exit()


def add_settings(
    parser: argparse.ArgumentParser, *, sections: tuple[str, ...] = tuple(_TOPICS)
) -> None:
    """Add ``--preset`` and one flag for every setting of ``sections``.

    ``--help`` shows the basic ones and those beside the picture of the depth, ``--help-all`` every
    one, by topic.
    """
    basic = parser.add_argument_group("basic settings (the others: --help-all)")
    basic.add_argument(
        "--preset", choices=sorted(PRESETS), default="default", help="start from these settings"
    )
    known = [s for s in iter_settings() if s.section in sections]
    add_flags(basic, (s for s in known if s.info.group is not Group.MORE))
    more: dict[argparse.Action, str] = {}
    for section in sections:
        topic = parser.add_argument_group(f"more settings: {_TOPICS[section]}")
        rest = (s for s in known if s.section == section and s.info.group is Group.MORE)
        more |= {flag: flag.help or "" for flag in add_flags(topic, rest)}
    for flag in more:
        flag.help = argparse.SUPPRESS
    parser.add_argument(
        "--help-all", action=_HelpAll, flags=more, help="show this and every other setting"
    )


def read_settings(args: argparse.Namespace) -> ConvertSettings:
    """Return the preset with every given flag on top; raises SettingsError naming the field."""
    return with_values(given_values(args, iter_settings()), base=PRESETS[args.preset])


def path_or_address(word: str) -> Path | str:
    """Return a path, or an address like ``s3://bucket/photos`` as it stands."""
    return word if "://" in word else Path(word)


def add_photos(parser: argparse.ArgumentParser, kind: Callable[[str], Path | str] = Path) -> None:
    """Add the photos and the choice of the depth model."""
    parser.add_argument("photos", nargs="+", type=kind, metavar="PHOTO", help="photo files")
    add_estimator(
        parser,
        f"auto = the photo's own depth, else the best model here; {EMBEDDED}, "
        f"{', '.join(FROM_HUB)}, ldm:OWNER/NAME or ldm:FOLDER; file:PATH = a depth map",
        default=AUTO,
    )
    parser.add_argument(
        "--download", action="store_true", help="let auto fetch a better model from the Hub"
    )


def add_estimator(parser: argparse.ArgumentParser, names: str, *, default: str = EMBEDDED) -> None:
    """Add the choice of the depth model and where it runs; ``names`` says what may be chosen."""
    parser.add_argument(
        "--estimator", default=default, metavar="NAME", help=f"{names} (default: {default})"
    )
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default: cpu)")
    parser.add_argument(
        "--cache-dir", type=Path, default=None, help="where models from the Hub are kept"
    )


def add_set(parser: argparse.ArgumentParser, what: str, *, estimators: str) -> None:
    """Add a data folder, which ``what`` describes, the depth model, and a file for the figures."""
    parser.add_argument("set", type=Path, metavar="SET", help=what)
    add_estimator(parser, estimators)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to FILE")


def add_output(parser: argparse.ArgumentParser, kind: Callable[[str], Path | str] = Path) -> None:
    """Add the folder that results are written to."""
    parser.add_argument(
        "-o", "--output", type=kind, required=True, metavar="DIR", help="folder for the results"
    )


def add_formats(
    parser: argparse.ArgumentParser, names: Iterable[str], told: str, default: Sequence[str]
) -> None:
    """Add the choice of formats; ``told`` says which are written where none is named."""
    known = sorted(names)
    words = f"what to write: {', '.join(known)} (default: {told})"
    kind = {"nargs": "+", "choices": known, "metavar": "FORMAT"}
    parser.add_argument("--formats", **kind, default=list(default), help=words)


def inputs_of(args: argparse.Namespace, photos: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files that must not be overwritten: photos, and a depth map of one's own."""
    kind, _, source = args.estimator.partition(":")
    return (*photos, Path(source)) if kind == FILE else tuple(photos)


def load_options(args: argparse.Namespace) -> LoadOptions:
    """Return where models run and are kept."""
    return LoadOptions(device=args.device, cache_dir=args.cache_dir)


def name_of_estimator(args: argparse.Namespace) -> str:
    """Return the name that the model of ``--estimator`` is loaded by; say what ``auto`` is."""
    if args.estimator != AUTO:
        return args.estimator
    from spatial.depth.automatic import choose_model  # noqa: PLC0415 - the Hub's client

    download = "download" in args and args.download
    choice = choose_model(load_options(args), download=download)
    tell(choice.reason)
    return choice.name if download else AUTO


def load_chosen_estimator(args: argparse.Namespace) -> Estimator:
    """Return the model of ``--estimator``; say what ``auto`` is, and when it is another one."""
    return _load(name_of_estimator(args), load_options(args))


def identify_chosen_estimator(args: argparse.Namespace) -> tuple[str, str]:
    """Return id and revision of the model of ``--estimator``; what ships is not loaded for that."""
    from spatial.depth.automatic import choose_model  # noqa: PLC0415 - the Hub's client
    from spatial.depth.hub import content_hash, embedded_folder  # noqa: PLC0415

    name, options = name_of_estimator(args), load_options(args)
    if EMBEDDED in (name, choose_model(options).name if name == AUTO else ""):
        return EMBEDDED, content_hash(embedded_folder())
    info = _load(name, options).info
    return info.id, info.revision


def _load(name: str, options: LoadOptions) -> Estimator:
    with progress_bar("loading the model") as report:
        estimator, note = load_estimator_or_embedded(name, replace(options, progress=report))
    if note:
        tell(note)
    return estimator


def load_chosen_inpainter(args: argparse.Namespace) -> Inpainter | None:
    """Return the model of ``--inpaint``; None where none is wanted."""
    if not args.inpaint:
        return None
    with progress_bar("loading the inpainter") as report:
        return load_inpainter(args.inpaint, replace(load_options(args), progress=report))


def write_text(path: Path, text: str) -> None:
    """Write a text file as a whole."""
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def tell(message: str) -> None:
    """Write one line to standard error."""
    tqdm.write(" ".join(message.split()), file=sys.stderr)


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """Show a bar on a terminal, moved by (finished share, words); nothing elsewhere."""
    style = {"bar_format": "{desc} |{bar}| {n:3.0f} %", "leave": False, "disable": None}
    with tqdm(total=100, desc=title, **style) as bar:

        def move(share: float, _words: str = "") -> None:
            bar.n = 100 * min(max(share, 0.0), 1.0)
            bar.refresh()

        yield move
