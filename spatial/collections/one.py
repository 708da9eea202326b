"""One photo of a collection: its bytes in, the files of its result out; or why there are none."""

import errno
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import cv2

from spatial.collections.report import Outcome, Status
from spatial.conversion import convert
from spatial.depth import AUTO, Estimator, LoadOptions, Progress
from spatial.depth.automatic import choose_for_photo
from spatial.formats import ResultFile, encode_formats, free_name
from spatial.inpaint import Inpainter
from spatial.metrics.comfort import comfort_report
from spatial.photo import load_photo
from spatial.records import EstimatorInfo, Photo
from spatial.refusals import REFUSALS
from spatial.settings import ConvertSettings

_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How every photo is converted.

    Attributes:
        formats: keys of FORMATS.
        settings: all choices.
        estimator: name of the depth model, see ``load_estimator``; ``auto`` prefers the depth that
            a camera stored.
        inpainter: name of the inpainter, "" = none.
        options: how models are loaded.
    """

    formats: tuple[str, ...]
    settings: ConvertSettings = field(default_factory=ConvertSettings)
    estimator: str = AUTO
    inpainter: str = ""
    options: LoadOptions = field(default_factory=LoadOptions)


class Models(NamedTuple):
    """What returns the models of a recipe: each is loaded when it is first asked for."""

    estimator: Callable[[], Estimator]
    inpainter: Callable[[], Inpainter | None] = lambda: None


class Converted(NamedTuple):
    """What a photo became: the files, the manifest last, and what is told of them.

    ``comfort`` is 0 to 100, see ``metrics.comfort``; ``choice`` says whose depth it has where
    ``auto`` had to choose.
    """

    photo: Photo
    files: tuple[ResultFile, ...]
    estimator: EstimatorInfo
    comfort: int
    choice: str = ""


def named_freely(
    photo: Photo, folder: Path, suffixes: Sequence[str], *, stays: Sequence[Path]
) -> tuple[Photo, str]:
    """Return the photo under the name that its files get, and words where that is not its own.

    Args:
        photo: the photo, under its own name.
        folder: where its files go.
        suffixes: how their names end.
        stays: files that must not be overwritten.
    """
    name = free_name(photo, folder, suffixes, stays=stays)
    if name == photo.name:
        return photo, ""
    told = f"{photo.name} in {folder} belongs to another photo or file"
    return replace(photo, name=name), f"{told}; the files of this photo are named {name}"


def convert_bytes(
    data: bytes, recipe: Recipe, models: Models, *, name: str, created: datetime
) -> Converted:
    """Return what the bytes of a photo become; ``name`` is that of the photo and of its files.

    Raises:
        PhotoError, EstimatorError, FormatError: see ``load_photo``, ``convert``, ``write_formats``.
    """
    photo = load_photo(data, name=name, layout=recipe.settings.depth.input_layout)
    return convert_photo(photo, recipe, models, created=created)


def convert_photo(
    photo: Photo,
    recipe: Recipe,
    models: Models,
    *,
    created: datetime,
    progress: Progress | None = None,
) -> Converted:
    """Return what a photo becomes; errors as in ``convert_bytes``."""
    estimator, choice = choose_for_photo(photo, models.estimator, recipe.estimator)
    result = convert(
        photo, recipe.settings, estimator=estimator, inpainter=models.inpainter(), progress=progress
    )
    return Converted(
        photo=photo,
        files=tuple(encode_formats(result, formats=recipe.formats, created=created)),
        estimator=estimator.info,
        comfort=round(comfort_report(result).score),
        choice=choice,
    )


def refused_or(path: Path, work: Callable[[], Outcome]) -> Outcome:
    """Return the outcome of some work on a photo, or its refusal; with the seconds it took."""
    start = time.monotonic()
    try:
        outcome = work()
    except REFUSALS as refusal:
        full = getattr(refusal.__cause__, "errno", None) in _FULL
        outcome = Outcome(path=path, status=Status.REFUSED, reason=str(refusal), disk_full=full)
    except MemoryError:
        reason = "it takes more memory than this machine has; scale it down"
        outcome = Outcome(path=path, status=Status.REFUSED, reason=reason)
    return replace(outcome, seconds=time.monotonic() - start)


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def set_threads(count: int) -> None:
    """Let the model and OpenCV of this process use so many threads."""
    import torch  # noqa: PLC0415 - loaded with the model

    torch.set_num_threads(count)
    cv2.setNumThreads(count)
