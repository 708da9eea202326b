"""Several photos at once: files of each in one ZIP, names kept; one bad photo does not stop the others."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from spatial.depth import EstimatorError, Progress
from spatial.formats import FormatError, free_name, suffixes_of
from spatial.photo import PhotoError
from spatial.records import RecordError
from spatial.settings import ConvertSettings
from spatial.web.files import new_folder, write_files, zip_files
from spatial.web.messages import SessionError
from spatial.web.session import Studio

MOST_PHOTOS = 100
_ARCHIVE = "spatial_photos.zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEntry:
    """What became of one photo.

    Attributes:
        name: of the uploaded file.
        files: names in the ZIP; empty when it was refused.
        note: why another estimator stood in, or why the photo was refused; may be empty.
    """

    name: str
    files: tuple[str, ...]
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {**asdict(self), "files": list(self.files)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A finished batch: the ZIP, and what became of each photo in order."""

    archive: str
    entries: tuple[BatchEntry, ...]


def convert_many(
    studio: Studio,
    photos: Sequence[str],
    *,
    estimator: str,
    formats: Sequence[str],
    settings: ConvertSettings,
    progress: Progress,
) -> Batch:
    """Convert photos one after the other.

    Raises:
        SessionError: there are no photos, too many, or none of them can be used.
        FormatError: a format is unknown or cannot be written here.
        OutputError: the cache cannot be written to.
    """
    if not 0 < len(photos) <= MOST_PHOTOS:
        msg = f"Choose 1 to {MOST_PHOTOS} photos; there are {len(photos)}."
        raise SessionError(msg)
    suffixes = suffixes_of(formats)
    folder = new_folder()
    entries: list[BatchEntry] = []
    packed: list[str] = []
    for index, path in enumerate(photos):
        file = Path(path).name
        progress(index / len(photos), f"{index + 1} of {len(photos)}: {file}")
        try:
            shot = studio.shoot(path, estimator, settings.depth)
            result = studio.full(shot, settings)
            photo = replace(result.photo, name=free_name(result.photo, folder, suffixes))
            paths = write_files(replace(result, photo=photo), formats, folder=folder).values()
        except (PhotoError, EstimatorError, RecordError, FormatError) as refusal:
            entries.append(BatchEntry(name=file, files=(), note=str(refusal)))
            continue
        packed += paths
        names = tuple(Path(p).name for p in paths)
        entries.append(BatchEntry(name=file, files=names, note=shot.note))
    if not packed:
        msg = f"None of the photos could be converted. {entries[0].name}: {entries[0].note}"
        raise SessionError(msg)
    progress(1.0, "packing")
    return Batch(archive=zip_files(packed, folder / _ARCHIVE), entries=tuple(entries))
