"""Write a spatial photo: the files of some formats, and the manifest that ties them together.

Results lie flat in the folder asked for, named after the photo, so that many photos share one
folder: ``boat_LRF_Full_SBS.jpg``, ``boat_depth.png``, ``boat_manifest.json``. A new format is one
writer and one row of FORMATS in ``table.py``.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import numpy as np

from spatial.formats.atomic import OutputError, make_folder, write_together
from spatial.formats.depth import DEPTH_INFO_SUFFIX, POLARITY
from spatial.formats.encode import Encoded, FormatError
from spatial.formats.manifest import (
    LEFT_RIGHT,
    SCHEMA,
    Manifest,
    ManifestConvergence,
    ManifestDepth,
    ManifestDisparity,
    ManifestEstimator,
    ManifestFile,
    ManifestHref,
    ManifestLayer,
    ManifestPhoto,
    ManifestScene,
    manifest_to_json,
)
from spatial.formats.table import (
    DEFAULT_FORMATS,
    DEPTH_FORMATS,
    MANIFEST,
    SCENE_BACK,
    SCENE_BACK_MAP,
    SCENE_FRONT,
    SCENE_FRONT_MAP,
    File,
    Format,
    check_formats,
)
from spatial.geometry import known_sample
from spatial.records import PhotoWithDepth, SpatialPhoto
from spatial.scene import MOTION_M, disparity_range
from spatial.settings import to_dict

SCENE_VERSION = 1


def _check_name(name: str) -> None:
    if name in ("", ".", "..") or any(c in name for c in ("/", "\\", "\0")):
        msg = f"{name!r} cannot name a file; give a plain name without folders"
        raise OutputError(msg)


def _disparity(result: SpatialPhoto) -> ManifestDisparity:
    disparity_px = result.pair.disparity_px
    known = known_sample(disparity_px)
    if known.size == 0:
        msg = "the disparity of this pair has no finite value, so nothing can be written"
        raise FormatError(msg)
    p1, p50, p99 = np.percentile(known, (1.0, 50.0, 99.0))
    return ManifestDisparity(
        p1=float(p1),
        p50=float(p50),
        p99=float(p99),
        max=float(np.max(disparity_px, where=np.isfinite(disparity_px), initial=-np.inf)),
        reference_width=disparity_px.shape[1],
    )


def _convergence(result: SpatialPhoto) -> ManifestConvergence:
    return ManifestConvergence(
        mode=result.settings.stereo.convergence.value, nearness=result.pair.screen_nearness
    )


def _entry(file: File, made: Encoded, name: str) -> ManifestFile:
    return ManifestFile(
        href=quote(name + file.suffix),
        type=file.media_type,
        width=made.width_px,
        height=made.height_px,
        bytes=len(made.data),
        sha256=hashlib.sha256(made.data).hexdigest(),
    )


def _scene(result: SpatialPhoto, files: Mapping[str, ManifestFile]) -> ManifestScene | None:
    if SCENE_FRONT not in files:
        return None
    front, back = (
        ManifestLayer(
            colour=ManifestHref(href=files[colour].href),
            disparity=ManifestHref(href=files[disparity].href),
        )
        for colour, disparity in ((SCENE_FRONT, SCENE_FRONT_MAP), (SCENE_BACK, SCENE_BACK_MAP))
    )
    return ManifestScene(
        version=SCENE_VERSION,
        front=front,
        back=back,
        disparity_range=disparity_range(result),
        motion_m=MOTION_M,
    )


def _manifest(
    result: SpatialPhoto,
    files: Mapping[str, ManifestFile],
    *,
    shown: Format | None,
    created: datetime,
    expires: datetime | None,
) -> Manifest:
    depth = files.get("depth")
    return Manifest(
        schema=SCHEMA,
        layout=None if shown is None else shown.layout,
        eye_order=LEFT_RIGHT if shown is None else shown.eye_order or LEFT_RIGHT,
        files=files,
        disparity_px=_disparity(result),
        focal_px=result.photo.focal_px,
        convergence=_convergence(result),
        depth=None
        if depth is None
        else ManifestDepth(
            href=depth.href,
            space=result.depth.space.value,
            kind=result.depth.kind.value,
            polarity=POLARITY,
        ),
        settings=to_dict(result.settings),
        estimator=ManifestEstimator(id=result.estimator.id, revision=result.estimator.revision),
        created=created,
        expires=expires,
        photo=ManifestPhoto(sha256=result.photo.sha256),
        scene=_scene(result, files),
    )


class ResultFile(NamedTuple):
    """One file of a result: what it is (a role of the manifest), what it is called, its content."""

    role: str
    name: str
    data: bytes


def encode_formats(
    result: SpatialPhoto,
    *,
    created: datetime,
    formats: Sequence[str] = DEFAULT_FORMATS,
    expires: datetime | None = None,
    around: Callable[[str], AbstractContextManager[object]] = nullcontext,
) -> Iterator[ResultFile]:
    """Return the files of a spatial photo, made one after the other; the manifest is last.

    Arguments and errors are those of ``write_formats``; wrong arguments are told at once.
    """
    if any(time is not None and time.tzinfo is None for time in (created, expires)):
        msg = "created and expires need a time zone, for instance datetime.now(timezone.utc)"
        raise ValueError(msg)
    _check_name(result.photo.name)
    rows = check_formats(formats)

    def encode() -> Iterator[ResultFile]:
        stem = result.photo.name
        entries: dict[str, ManifestFile] = {}
        for key, row in rows.items():
            files: list[ResultFile] = []
            with around(key):
                for file, made in zip(row.files, row.writer(result), strict=True):
                    files.append(ResultFile(file.role, stem + file.suffix, made.data))
                    entries[file.role] = _entry(file, made, stem)
            yield from files
        if not entries:
            msg = "this photo fits into none of the formats; choose others, or a smaller photo"
            raise FormatError(msg)
        shown = next((row for row in rows.values() if row.layout in entries), None)
        manifest = _manifest(result, entries, shown=shown, created=created, expires=expires)
        text = manifest_to_json(manifest)
        yield ResultFile(MANIFEST.role, stem + MANIFEST.suffix, text.encode())

    return encode()


def write_result(files: Iterable[ResultFile], folder: Path, *, leader: str) -> dict[str, Path]:
    """Write the files of a result, made when they are needed; all of them appear, or none.

    Args:
        files: of one result.
        folder: where to; created when missing.
        leader: name of the one that tells of the others: the manifest.

    Returns:
        Role to path, in the order written.

    Raises:
        OutputError: a file cannot be written.
    """
    make_folder(folder)
    paths: dict[str, Path] = {}
    with write_together(folder / leader) as stage:
        for role, name, data in files:
            paths[role] = folder / name
            stage(paths[role]).write_bytes(data)
    return paths


def write_formats(
    result: SpatialPhoto,
    folder: Path | str,
    *,
    created: datetime,
    formats: Sequence[str] = DEFAULT_FORMATS,
    expires: datetime | None = None,
    around: Callable[[str], AbstractContextManager[object]] = nullcontext,
) -> dict[str, Path]:
    """Write a spatial photo in some formats and the manifest; all of the files appear, or none.

    Args:
        result: the spatial photo.
        folder: where to; created when missing. Files of the same name are replaced.
        created: the time written into the manifest, with its zone.
        formats: keys of FORMATS; the first one that holds a stereo picture becomes the manifest's
            layout.
        expires: the time written into the manifest, with its zone, or None.
        around: makes the context in which a format is written, from its key; where the context
            swallows a FormatError that format is left out and the others are written.

    Returns:
        Role to path, in the order written, named after the photo; the manifest is last, as
        ``manifest``.

    Raises:
        FormatError: a format is unknown, or the result does not fit into it, or into none where
            some may be left out.
        OutputError: a file cannot be written.
    """
    files = encode_formats(result, created=created, formats=formats, expires=expires, around=around)
    return write_result(files, Path(folder), leader=result.photo.name + MANIFEST.suffix)


def write_depth(
    result: PhotoWithDepth, folder: Path, formats: Iterable[str] = ()
) -> dict[str, Path]:
    """Write a photo's depth: all of the files appear, or none.

    Args:
        result: the photo and its depth; the files are named after it.
        folder: where to; created when missing. Files of the same name are replaced.
        formats: keys of DEPTH_FORMATS. ``depth_png`` is always among them: its JSON file tells
            whose the files are.

    Returns:
        Role to path, in the order written.

    Raises:
        FormatError: a format is unknown, or the photo does not fit into it.
        OutputError: a file cannot be written.
    """
    stem = result.photo.name
    _check_name(stem)
    rows = [DEPTH_FORMATS[name] for name in check_formats(("depth_png", *formats))]
    made = (pair for row in rows for pair in zip(row.files, row.writer(result), strict=True))
    files = (ResultFile(file.role, stem + file.suffix, part.data) for file, part in made)
    return write_result(files, folder, leader=stem + DEPTH_INFO_SUFFIX)


def suffixes_of(formats: Iterable[str]) -> tuple[str, ...]:
    """Return how the names of the files of some formats end, the manifest's too."""
    files = [file for row in check_formats(formats).values() for file in row.files]
    return tuple(file.suffix for file in (*files, MANIFEST))
