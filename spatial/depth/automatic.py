"""Depth where nobody chose: what the camera stored, else the best model on this machine."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from spatial.depth.errors import EstimatorError
from spatial.depth.estimators import (
    AUTO,
    EMBEDDED,
    ESTIMATORS,
    FILE,
    Estimator,
    LoadOptions,
    load_estimator,
)
from spatial.records import Photo
from spatial.settings import DepthSettings

LARGER = "depth-anything"
_NEEDED = ("config.json", "model.safetensors")


class Choice(NamedTuple):
    """The name of an estimator, and one sentence that says which it is and why."""

    name: str
    reason: str


def choose_model(options: LoadOptions = LoadOptions(), *, download: bool = False) -> Choice:
    """Return the best model that needs no network: one in the Hub's cache, else the embedded one.

    With ``download`` it is the larger one even if its files have to be fetched.
    """
    title = ESTIMATORS[LARGER].title
    if download:
        return Choice(LARGER, f"Depth by {title}, fetched from the Hub where it is not here yet.")
    if is_cached(ESTIMATORS[LARGER].source, options.cache_dir):
        return Choice(LARGER, f"Depth by {title}, the best model on this machine.")
    return Choice(EMBEDDED, f"Depth by the embedded model; {title} is not on this machine.")


def is_cached(repo: str, cache_dir: str | Path | None) -> bool:
    """Return whether the Hub's cache has the files of a transformers model."""
    import huggingface_hub  # noqa: PLC0415 - 0.2 s

    paths = (huggingface_hub.try_to_load_from_cache(repo, name, cache_dir) for name in _NEEDED)
    return all(isinstance(path, str) for path in paths)


def load(_source: str, options: LoadOptions) -> Estimator:
    """Return the model that `choose_model` names, offline; errors as in ``load_estimator``."""
    return load_estimator(choose_model(options).name, replace(options, offline=True))


def choose_for_photo(
    photo: Photo, load_model: Callable[[], Estimator], name: str = AUTO
) -> tuple[Estimator, str]:
    """Return the camera's depth of a photo where some fits, else the model; and why, or "".

    Args:
        photo: what is converted.
        load_model: returns what `load_estimator` gives for ``name``; called where it is needed.
        name: only for ``auto`` there is a choice.
    """
    if photo.depth is None or name != AUTO:
        return load_model(), ""
    camera = load_estimator(FILE)
    try:
        camera(photo, DepthSettings())
    except EstimatorError as refusal:
        model = load_model()
        return model, f"Depth by {model.info.title}: {refusal}."
    if photo.second is not None:
        return camera, "Depth measured between the two views of the photo."
    return camera, "Depth by the camera, which wrote it into the photo."
