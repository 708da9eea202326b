"""The table of inpainters, and how one is loaded by name."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spatial.depth import LoadOptions


class InpainterError(ValueError):
    """An inpainter is unknown, or its checkpoint is of another kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InpainterInfo:
    """What a loaded inpainter is.

    Attributes:
        id: the name that loads it again, for instance ``diffusion:owner/name``.
        licence: terms of the weights.
        source: where the weights come from.
        revision: which version of them.
        size_mb: size of the weights in megabytes (10^6 bytes).
    """

    id: str
    licence: str
    source: str
    revision: str
    size_mb: float


class Inpainter(Protocol):
    """A loaded model that paints what is missing in a picture."""

    info: InpainterInfo

    def __call__(
        self, rgb: NDArray[np.uint8], hole: NDArray[np.bool_], *, seed: int
    ) -> NDArray[np.uint8]:
        """Return the picture with its hole painted anew; other pixels may differ, and are not used.

        Args:
            rgb: uint8 [H, W, 3], with a plausible fill in the hole to start from.
            hole: bool [H, W].
            seed: start of the random numbers; the same seed gives the same picture.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class InpainterRow:
    """One kind of inpainter.

    Attributes:
        title: the name shown to people.
        loader: ``module:function`` taking the source and LoadOptions, imported when it is needed.
        example: a source that is known to fit.
    """

    title: str
    loader: str
    example: str


INPAINTERS: dict[str, InpainterRow] = {
    "diffusion": InpainterRow(
        title="Stable Diffusion inpainting checkpoint",
        loader="spatial.inpaint.diffusion:load",
        example="stable-diffusion-v1-5/stable-diffusion-inpainting",
    ),
}


def spellings() -> str:
    """Return how inpainters are written, for people."""
    return ", ".join(f"{key}:OWNER/NAME or {key}:FOLDER" for key in INPAINTERS)


def load_inpainter(name: str, options: LoadOptions = LoadOptions()) -> Inpainter:
    """Return a loaded inpainter.

    Args:
        name: a row of INPAINTERS and its source, ``row:owner/name`` or ``row:folder``;
            ``@revision`` after a repository pins a version.
        options: where from and where to.

    Raises:
        InpainterError: the name is unknown, or the checkpoint is of another kind.
        EstimatorError: as of ``load_estimator``: the repository does not exist, is not open to this
            user or cannot be reached, or its weights are incomplete or damaged.
    """
    key, _, source = name.partition(":")
    row = INPAINTERS.get(key)
    if row is None:
        msg = f"unknown inpainter {name!r}; write {spellings()}"
        raise InpainterError(msg)
    if not source:
        msg = f"{key} needs weights: write {key}:owner/name, for instance {key}:{row.example}"
        raise InpainterError(msg)
    module, _, function = row.loader.partition(":")
    load: Callable[[str, LoadOptions], Inpainter] = getattr(import_module(module), function)
    return load(source, options)
