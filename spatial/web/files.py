"""Results as files that a visitor can download."""

import secrets
import shutil
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import quote

from gradio.utils import get_upload_folder

from spatial.depth import Progress
from spatial.formats import FORMATS, FormatError, write_formats
from spatial.records import SpatialPhoto
from spatial.web.devices import QUICK_FORMATS, all_formats

_FOLDER = "spatial-results"
_SILENT_SHARE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """Everything that can be had of one result.

    Attributes:
        paths: role to path.
        archive: one ZIP of them all.
        refused: why formats are missing, one sentence each.
    """

    paths: dict[str, str]
    archive: str
    refused: tuple[str, ...]


def static_file(name: str) -> str:
    """Return the text of a style or script of the page."""
    return (Path(__file__).parent / "static" / name).read_text("utf-8")


def new_folder() -> Path:
    """Return the path of a new folder in Gradio's cache; the first file makes it."""
    return Path(get_upload_folder()) / _FOLDER / secrets.token_hex(16)


def cache_url(path: Path | str) -> str:
    """Return the address of a file in Gradio's cache, relative to the page."""
    return f"gradio_api/file={quote(Path(path).as_posix())}"


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


def write_everything(result: SpatialPhoto, progress: Progress) -> Download:
    """Write every format that this machine knows and the result fits into, and one ZIP of them.

    Raises:
        FormatError: the result fits into no format at all.
        OutputError: the cache cannot be written to.
    """
    folder = new_folder()
    names = tuple(dict.fromkeys((*QUICK_FORMATS, *all_formats())))
    refused: list[str] = []

    @contextmanager
    def told(name: str) -> Iterator[None]:
        progress(_SILENT_SHARE * names.index(name) / len(names), f"writing: {FORMATS[name].title}")
        try:
            yield
        except FormatError as error:
            refused.append(f"{FORMATS[name].title}: {error}")

    paths = write_files(result, names, folder=folder, around=told)
    archive = zip_files(paths.values(), folder / f"{result.photo.name}_spatial.zip")
    return Download(paths=paths, archive=archive, refused=tuple(refused))


def zip_files(paths: Iterable[str], archive: Path) -> str:
    """Pack files flat under their names, not compressed: pictures are already; return the archive's path."""
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
    for folder in old:
        shutil.rmtree(
            folder, ignore_errors=True
        )  # a download may hold it open: the next sweep takes it
    return len(old)
