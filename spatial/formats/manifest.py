"""The manifest, schema 1: what ties the files of a result together, for all viewers alike.

``files[layout]`` is the stereo picture to show. ``href`` is a percent-encoded reference relative to
the manifest. Readers ignore keys that they do not know.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SCHEMA = 1
LEFT_RIGHT, RIGHT_LEFT = "left_right", "right_left"


class ManifestError(ValueError):
    """A manifest cannot be read; the message names the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestFile:
    """One file: where it is, MIME type, size in pixels (None for no picture) and bytes, digest."""

    href: str
    type: str
    width: int | None
    height: int | None
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestDisparity:
    """Percentiles and maximum of ``x_left - x_right`` in px of a view ``reference_width`` wide.

    Larger is nearer; > 0 is in front of the screen, < 0 behind it.
    """

    p1: float
    p50: float
    p99: float
    max: float
    reference_width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestConvergence:
    """The plane on the screen: how it was chosen, its nearness (None where the views are equal)."""

    mode: str
    nearness: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestDepth:
    """The depth picture: where it is and what its numbers are."""

    href: str
    space: str
    kind: str
    polarity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestHref:
    """Where a file of a scene is."""

    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestLayer:
    """A layer of a scene: its colours, and its disparity as levels of 16 bits."""

    colour: ManifestHref
    disparity: ManifestHref


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestScene:
    """Two layers that a head can move before.

    Attributes:
        version: 1.
        front: what the photo shows, from the middle between the eyes.
        back: what near things hide.
        disparity_range: x_left - x_right as shares of the width, at level 0 and at level 65535.
        motion_m: how far the head may move to every side.
    """

    version: int
    front: ManifestLayer
    back: ManifestLayer
    disparity_range: tuple[float, float]
    motion_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestEstimator:
    """Where the depth came from."""

    id: str
    revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestPhoto:
    """The photo that the result was made from: the digest of its file."""

    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A result and its files.

    Attributes:
        schema: version of this format, 1.
        layout: role of the stereo picture to show, for instance ``side_by_side``; None without one.
        eye_order: whose view comes first in the stereo picture: ``left_right``, or ``right_left``
            for layout ``cross_eyed``.
        files: role to file.
        disparity_px: disparity of the pair.
        focal_px: focal length in pixels of a view, or None when unknown.
        convergence: what lies on the screen.
        depth: the depth picture, or None when none was written.
        settings: what the result was made with, section to name to value.
        estimator: where the depth came from.
        created: when, with time zone.
        expires: when the result will be removed, or None.
        photo: what it was made from; None in manifests of versions before this key.
        scene: its layers, None when none were written.
    """

    schema: int
    layout: str | None
    eye_order: str
    files: Mapping[str, ManifestFile]
    disparity_px: ManifestDisparity
    focal_px: float | None
    convergence: ManifestConvergence
    depth: ManifestDepth | None
    settings: Mapping[str, Any]
    estimator: ManifestEstimator
    created: datetime
    expires: datetime | None
    photo: ManifestPhoto | None = None
    scene: ManifestScene | None = None


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="seconds")


def manifest_to_json(manifest: Manifest) -> str:
    """Return the manifest as JSON text that ends with a newline.

    Raises:
        ManifestError: a number is NaN or infinite, which JSON cannot say.
    """
    values, style = asdict(manifest), {"indent": 2, "ensure_ascii": False, "allow_nan": False}
    try:
        return json.dumps(values, default=_iso, **style) + "\n"
    except ValueError as error:
        msg = f"the manifest holds a number that JSON cannot hold: {error}"
        raise ManifestError(msg) from error


@cache
def _reader() -> "TypeAdapter[Manifest]":
    from pydantic import TypeAdapter  # noqa: PLC0415 - who only writes manifests does without

    return TypeAdapter(Manifest)


def _read(text: str) -> Manifest:
    """Return the manifest in a JSON text; raise ManifestError for the first wrong type."""
    from pydantic import ValidationError  # noqa: PLC0415

    try:
        manifest = _reader().validate_json(text, strict=True)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        key = ".".join(map(str, wrong["loc"]))
        msg = f"{key}: {wrong['msg']}, got {wrong['input']!r}"
        if wrong["type"] == "missing":
            msg = f"the manifest lacks {key}"
        raise ManifestError(msg) from error
    for key in ("created", "expires"):
        time = getattr(manifest, key)
        if time is not None and time.tzinfo is None:
            msg = f"{key} must be a time with its zone, like 2025-01-31T12:00:00+00:00, got {time}"
            raise ManifestError(msg)
    return manifest


def _check_href(href: str, where: str) -> None:
    parts = urlsplit(href)
    path = unquote(parts.path)
    if parts.scheme or parts.netloc or not path or path.startswith("/") or ".." in path.split("/"):
        msg = f"{where} must be a relative reference below the manifest, got {href!r}"
        raise ManifestError(msg)


def manifest_from_json(text: str) -> Manifest:
    """Read a manifest; keys that schema 1 does not know are ignored.

    Raises:
        ManifestError: no JSON object, another schema, a missing key, a value of the wrong type, an
            ``href`` that leads outside, or a layout without its file.
    """
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        msg = f"the manifest is no JSON: {error}"
        raise ManifestError(msg) from error
    if not isinstance(values, dict) or values.get("schema") != SCHEMA:
        schema = values.get("schema") if isinstance(values, dict) else None
        msg = f"this is no manifest of schema {SCHEMA} (schema: {schema!r}); update the program"
        raise ManifestError(msg)
    manifest = _read(text)
    for role, file in manifest.files.items():
        _check_href(file.href, f"files.{role}.href")
    if manifest.depth is not None:
        _check_href(manifest.depth.href, "depth.href")
    if manifest.scene is not None:
        for name in ("front", "back"):
            layer = getattr(manifest.scene, name)
            _check_href(layer.colour.href, f"scene.{name}.colour.href")
            _check_href(layer.disparity.href, f"scene.{name}.disparity.href")
    if manifest.layout is not None and manifest.layout not in manifest.files:
        msg = f"layout is {manifest.layout!r}, but files has only {', '.join(manifest.files)}"
        raise ManifestError(msg)
    return manifest


def read_manifest(path: Path) -> Manifest:
    """Read a manifest file.

    Raises:
        ManifestError: as ``manifest_from_json``, or the file cannot be read.
    """
    try:
        return manifest_from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        msg = f"cannot read the manifest {path}: {error}"
        raise ManifestError(msg) from error
    except ManifestError as error:
        msg = f"{path}: {error}"
        raise ManifestError(msg) from error
