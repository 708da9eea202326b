"""Many visitors of the web app at once: does everybody get an answer, and is it the answer to their
own photo?
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep

import cv2
import numpy as np
from gradio_client import Client, handle_file
from numpy.typing import NDArray

_POLL_S = 0.05
_PATIENCE_S = 300  # a browser waits that long too
_LARGEST_COLOUR_ERROR = (
    6.0  # of 255, of the mean colour: two visitors' photos are much farther apart
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What one visitor met.

    Attributes:
        seconds: from pressing to the answer.
        error: what the server said instead of an answer; empty when there was one.
        is_own: whether the answer was made of the visitor's own photo.
        positions: the places in the queue that the visitor was told, in order.
    """

    seconds: float
    error: str
    is_own: bool
    positions: tuple[int, ...]


def visitor_photo(
    number: int, count: int, size_px: tuple[int, int] = (640, 480)
) -> NDArray[np.uint8]:
    """Return a photo [H, W, 3] like no other visitor's: a colour of its own, and a width of its
    own.
    """
    width, height = size_px[0] + 2 * number, size_px[1]
    hue = np.uint8(round(179 * number / max(1, count)))
    value = np.linspace(120, 250, height).astype(np.uint8)[:, None].repeat(width, axis=1)
    hsv = np.stack([np.full_like(value, hue), np.full_like(value, 200), value], axis=-1)
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR), np.uint8)


def write_visitor_photos(
    folder: Path, count: int, size_px: tuple[int, int] = (640, 480)
) -> list[Path]:
    """Write one photo a visitor; return their paths."""
    paths = []
    for number in range(count):
        path = folder / f"visitor-{number:03d}.png"
        cv2.imwrite(str(path), visitor_photo(number, count, size_px))
        paths.append(path)
    return paths


def shows(pair_path: Path | str, photo_path: Path) -> bool:
    """Tell whether a side-by-side picture was made of a photo: its size, and the mean colour of
    every part of it.
    """
    pair, photo = cv2.imread(str(pair_path)), cv2.imread(str(photo_path))
    if pair is None or photo is None:
        return False
    height, width = photo.shape[:2]
    if pair.shape[:2] != (height, 2 * width):
        return False
    left, own = (
        cv2.resize(p, (4, 4), interpolation=cv2.INTER_AREA) for p in (pair[:, :width], photo)
    )
    return float(np.abs(left.astype(float) - own.astype(float)).mean()) < _LARGEST_COLOUR_ERROR


def _visit(url: str, photo: Path, folder: Path) -> Visit:
    folder.mkdir()
    positions: list[int] = []
    start = perf_counter()
    try:
        client = Client(
            url, verbose=False, download_files=folder, httpx_kwargs={"timeout": _PATIENCE_S}
        )
        start = perf_counter()
        job = client.submit(handle_file(str(photo)), api_name="/stereo")
        while not job.done():
            rank = job.status().rank
            if rank is not None and positions[-1:] != [rank]:
                positions.append(rank)
            sleep(_POLL_S)
        picture, _ = job.result()
    except Exception as error:  # noqa: BLE001 - whatever a visitor meets is what is measured
        told, own = f"{type(error).__name__}: {error}", False
    else:
        told, own = "", shows(picture, photo)
    seconds = perf_counter() - start
    return Visit(seconds=seconds, error=told, is_own=own, positions=tuple(positions))


def visit_at_once(url: str, photos: Sequence[Path], folder: Path) -> list[Visit]:
    """Let one visitor a photo come, all at once; return what each met.

    Args:
        url: the web app.
        photos: one a visitor, from ``write_visitor_photos``.
        folder: an existing folder for what they download.
    """
    with ThreadPoolExecutor(len(photos)) as pool:
        folders = [folder / f"download-{i:03d}" for i in range(len(photos))]
        return list(pool.map(lambda pair: _visit(url, *pair), zip(photos, folders, strict=True)))
