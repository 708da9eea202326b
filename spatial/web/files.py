"""Results as a visitor gets them: files in Gradio's cache, pictures of the page, links to both."""

import secrets
import shutil
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import cv2
import numpy as np
from gradio.utils import get_upload_folder
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from numpy.typing import NDArray

from spatial.depth import Progress
from spatial.formats import (
    DEFAULT_FORMATS,
    DEVICES,
    FILES,
    FORMATS,
    Device,
    FormatError,
    atomic_write,
    encode_jpeg,
    encode_png,
    make_folder,
    write_formats,
)
from spatial.geometry import fitted_size
from spatial.records import SpatialPhoto

QUICK_FORMATS = DEFAULT_FORMATS
PREVIEW_SIDE_PX = 1280  # a slider answers in about 0.4 s on two cores
_SHARED_FORMATS = (
    *QUICK_FORMATS,
    "scene",
    "half_top_bottom",
    "anaglyph",
    "wiggle_webp",
    "spatial_heic",
)
EVERYTHING = "everything"
GOALS = (*(device.key for device in DEVICES), EVERYTHING)
_FOLDER = "spatial-results"
_WRITING_SHARE = 0.9
_QUALITY = 88
_SHOWN_BY_BROWSERS = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}
_STATIC = Path(__file__).parent / "static"


class FileLink(NamedTuple):
    """A file that can be downloaded: its address, name and size, and what it is."""

    href: str
    name: str
    bytes: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """What was made of one result.

    Attributes:
        paths: role to path.
        archive: one ZIP of them all; empty where none was asked for.
        refused: why formats are missing, one sentence each.
    """

    paths: dict[str, str]
    archive: str
    refused: tuple[str, ...]


def static_file(name: str) -> str:
    """Return the text of a style or script of the page."""
    return (_STATIC / name).read_text("utf-8")


def size_text(count: int) -> str:
    r"""Return a number of bytes for people, which no line breaks before its unit.

    >>> size_text(700), size_text(23_400), size_text(1_260_000)
    ('1\xa0kB', '23\xa0kB', '1.3\xa0MB')
    """
    return f"{count / 1e6:.1f}\xa0MB" if count >= 1e6 else f"{max(1, round(count / 1e3))}\xa0kB"


_TEMPLATES = Environment(
    loader=FileSystemLoader(_STATIC),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["size"] = size_text


def fill(template: str, **values: object) -> str:
    """Return HTML from a template in ``static``; every value is escaped."""
    return _TEMPLATES.get_template(template).render(values)


def new_folder() -> Path:
    """Return the path of a new folder in Gradio's cache; the first file makes it."""
    return Path(get_upload_folder()) / _FOLDER / secrets.token_hex(16)


def cache_url(path: Path | str) -> str:
    """Return the address of a file in Gradio's cache, relative to the page."""
    return f"gradio_api/file={quote(Path(path).as_posix())}"


def cache_links(paths: Mapping[str, str]) -> dict[str, FileLink]:
    """Return links to files in Gradio's cache, by role."""
    return {role: link_to(path, title_of(role)) for role, path in paths.items()}


def link_to(path: str, title: str = "") -> FileLink:
    """Return a link to a file in Gradio's cache; its name is its title where there is none."""
    file = Path(path)
    return FileLink(cache_url(path), file.name, file.stat().st_size, title or file.name)


_TEMPLATES.filters["link"] = link_to


def device_cards(files: Mapping[str, FileLink]) -> str:
    """Return HTML with every device and its files; ``files`` by role."""
    devices = [(device, [files[role] for role in roles]) for device, roles in by_device(files)]
    return fill("device_cards.html", devices=devices)


def title_of(role: str) -> str:
    """Return the name of a kind of file; a kind without one is called by its role."""
    return FILES[role].title if role in FILES else role.replace("_", " ").capitalize()


def by_device(roles: Iterable[str]) -> list[tuple[Device, list[str]]]:
    """Return every device with those of its files that there are.

    Files of no device go to the last one.
    """
    there = set(roles)
    grouped = [(d, [r for r, f in FILES.items() if f.device == d and r in there]) for d in DEVICES]
    grouped[-1][1].extend(sorted(there - FILES.keys()))
    return grouped


def all_formats() -> tuple[str, ...]:
    """Return the formats for devices that this machine can write, in the order of the table."""
    offered = (name for name, row in FORMATS.items() if row.files[0].device)
    return tuple(name for name in offered if FORMATS[name].available())


def formats_for(goal: str) -> tuple[str, ...]:
    """Return the formats of a goal: a device's key, or all of them for EVERYTHING.

    Raises:
        FormatError: there is no such goal.
    """
    if goal == EVERYTHING:
        return tuple(dict.fromkeys((*QUICK_FORMATS, *all_formats())))
    devices = {name: FORMATS[name].files[0].device for name in all_formats()}
    names = tuple(name for name, device in devices.items() if device and device.key == goal)
    if not names:
        msg = f"nothing can be written for {goal!r}"
        raise FormatError(msg)
    return names


def shared_formats() -> tuple[str, ...]:
    """Return the formats behind a shared link: one for each kind of device, the viewer's first."""
    return tuple(name for name in _SHARED_FORMATS if name in all_formats())


def write_files(
    result: SpatialPhoto,
    formats: Sequence[str] = QUICK_FORMATS,
    *,
    folder: Path | None = None,
    around: Callable[[str], AbstractContextManager[object]] = nullcontext,
) -> dict[str, str]:
    """Write formats into a folder, a new one of Gradio's cache by default; return role to path.

    ``around`` is as for ``write_formats``.

    Raises:
        FormatError: the photo is too large for a format.
        OutputError: the cache cannot be written to.
    """
    created = datetime.now(timezone.utc)
    paths = write_formats(
        result, folder or new_folder(), created=created, formats=formats, around=around
    )
    return {role: str(path) for role, path in paths.items()}


def write_goal(result: SpatialPhoto, goal: str, progress: Progress) -> Download:
    """Write every format of a goal that the result fits into, and one ZIP of EVERYTHING.

    Raises:
        FormatError: the result fits into no format at all.
        OutputError: the cache cannot be written to.
    """
    folder = new_folder()
    names = formats_for(goal)
    refused: list[str] = []

    @contextmanager
    def told(name: str) -> Iterator[None]:
        progress(_WRITING_SHARE * names.index(name) / len(names), f"writing: {FORMATS[name].title}")
        try:
            yield
        except FormatError as error:
            refused.append(f"{FORMATS[name].title}: {error}")

    paths = write_files(result, names, folder=folder, around=told)
    archive = ""
    if goal == EVERYTHING:
        archive = zip_files(paths.values(), folder / f"{result.photo.name}_spatial.zip")
    return Download(paths=paths, archive=archive, refused=tuple(refused))


def zip_files(paths: Iterable[Path | str], archive: Path) -> str:
    """Pack files under their names, uncompressed: pictures are small already; return the path."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        for path in dict.fromkeys(paths):
            packed.write(path, Path(path).name)
    return str(archive)


def sweep_files(age_s: float) -> int:
    """Remove results from Gradio's cache that are older than ``age_s`` seconds; return how many."""
    root = Path(get_upload_folder()) / _FOLDER
    if not root.is_dir():
        return 0
    oldest = time.time() - age_s
    old = [folder for folder in root.iterdir() if folder.stat().st_mtime < oldest]
    for folder in old:  # a download may hold one open: the next sweep takes it
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


def is_shown_by_browsers(path: Path | str) -> bool:
    """Tell by its name whether browsers show a photo as it is."""
    return Path(path).suffix.lower() in _SHOWN_BY_BROWSERS


def fit_preview(rgb: NDArray[np.uint8], side_px: int = PREVIEW_SIDE_PX) -> NDArray[np.uint8]:
    """Return the picture [h, w, 3] with a long side of at most ``side_px``; never enlarged."""
    height, width = rgb.shape[:2]
    size = fitted_size(width, height, side_px)
    if size == (width, height):
        return rgb
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def publish(pictures: Mapping[str, NDArray[np.uint8]]) -> dict[str, str]:
    """Write pictures [h, w, 3] or [h, w] into Gradio's cache; return their addresses by stem.

    Args:
        pictures: file name to picture; its suffix says whether it is a JPEG or a PNG.
    """

    def encode(name: str) -> bytes:
        rgb = pictures[name]
        return encode_png(rgb) if name.endswith(".png") else encode_jpeg(rgb, quality=_QUALITY)

    folder = new_folder()
    make_folder(folder)
    addresses = {}
    with ThreadPoolExecutor(len(pictures)) as pool:  # the encoder leaves Python's lock alone
        for name, data in zip(pictures, pool.map(encode, pictures), strict=True):
            path = folder / name
            with atomic_write(path) as temporary:
                temporary.write_bytes(data)
            addresses[path.stem] = cache_url(path)
    return addresses
