"""The nouns of the package: frozen records whose shapes and units are checked when they are made.

Arrays are numpy, rows first, ``[H, W]`` or ``[H, W, 3]``. Pixel (0, 0) is the centre of the
top-left pixel. A photo's colours are sRGB, 8 bit.
"""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from spatial.settings import ConvertSettings


class DepthKind(str, Enum):
    """How far the numbers of a depth map can be trusted."""

    METRIC = "metric"  # metres, or 1/metres
    SCALE_INVARIANT = "scale_invariant"  # true up to one unknown factor
    AFFINE_INVARIANT = "affine_invariant"  # true up to an unknown factor and an unknown shift


class DepthSpace(str, Enum):
    """The quantity of a depth map, and with it its polarity."""

    DEPTH = "depth"  # z along the optical axis, larger is farther
    INVERSE_DEPTH = "inverse_depth"  # 1/z, larger is nearer


class RecordError(ValueError):
    """A record was given arrays of the wrong shape, type or range."""


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise RecordError(message)


def _is_rgb(array: NDArray) -> bool:
    return array.ndim == 3 and array.shape[2] == 3 and array.dtype == np.uint8 and array.size > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondView:
    """What the right eye sees, where a photo brings it.

    Attributes:
        rgb: uint8 [H, W, 3], of the photo's size, its rows those of the photo.
        disparity: float32 [h, w], any size: x_left - x_right as a share of the width, for the photo
            as the left view; larger is nearer.
    """

    rgb: NDArray[np.uint8]
    disparity: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """One upright sRGB photo, or the left view of a stereo photo.

    Attributes:
        rgb: uint8 [H, W, 3], sRGB, orientation applied.
        name: file name without folder and suffix; results are named after it.
        sha256: hex digest of the file's bytes, or of the pixels when there was no file.
        focal_px: focal length in pixels at this size, or None when the file does not tell.
        depth: the depth map that the camera wrote into the file, or that its two views tell; None
            where there is none.
        second: the right view, or None.
        exif: the file's EXIF block without orientation and GPS, to be written again, or empty.
        exif_with_gps: the same with the place where it was taken; empty when the file tells none.
        panorama: names and values of GPano where the photo is part of a sphere.
        notes: what a person should know about how the file was read.
    """

    rgb: NDArray[np.uint8]
    name: str = "photo"
    sha256: str = ""
    focal_px: float | None = None
    depth: "DepthMap | None" = None
    second: SecondView | None = None
    exif: bytes = b""
    exif_with_gps: bytes = b""
    panorama: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check shape and type."""
        _require(
            _is_rgb(self.rgb),
            f"a photo needs uint8 [H, W, 3], got {self.rgb.dtype} {self.rgb.shape}",
        )
        _require(
            self.second is None or self.second.rgb.shape == self.rgb.shape,
            "the two views of a photo differ in size",
        )

    @property
    def height_px(self) -> int:
        return self.rgb.shape[0]

    @property
    def width_px(self) -> int:
        return self.rgb.shape[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthMap:
    """Depth of every pixel, together with what the numbers mean.

    Attributes:
        values: float32 [H, W]; finite wherever ``valid``. In space DEPTH larger is farther, in
            INVERSE_DEPTH larger is nearer; metric maps are in m or 1/m.
        valid: bool [H, W]; False where the depth is unknown.
        kind: up to which transformation the values are true.
        space: which quantity the values are.
        uncertainty: float32 [H, W], spread over an ensemble in units of ``values``, or None.
    """

    values: NDArray[np.float32]
    kind: DepthKind
    space: DepthSpace
    valid: NDArray[np.bool_]
    uncertainty: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        """Check shapes and that known values are finite."""
        _require(
            self.values.ndim == 2 and self.values.size > 0,
            f"a depth map needs [H, W], got {self.values.shape}",
        )
        _require(self.values.dtype == np.float32, f"depth must be float32, got {self.values.dtype}")
        _require(
            self.valid.shape == self.values.shape and self.valid.dtype == np.bool_,
            f"valid must be bool {self.values.shape}, got {self.valid.dtype} {self.valid.shape}",
        )
        _require(
            self.uncertainty is None or self.uncertainty.shape == self.values.shape,
            "uncertainty and depth differ in size",
        )
        _require(
            bool(np.isfinite(self.values[self.valid]).all()),
            "depth holds NaN or infinite values; mark them as not valid (DepthMap.from_values "
            "does)",
        )

    @classmethod
    def from_values(
        cls,
        values: NDArray,
        *,
        kind: DepthKind,
        space: DepthSpace,
        valid: NDArray[np.bool_] | None = None,
    ) -> "DepthMap":
        """Make a map from any numeric [H, W] array; NaN and infinite values become unknown (and 0).

        Raises:
            RecordError: the array is not two-dimensional or holds no finite value at all.
        """
        numbers = np.array(values, dtype=np.float32)
        _require(
            valid is None or (valid.dtype == np.bool_ and valid.shape == numbers.shape),
            "valid must be a bool array of the same size as the depth",
        )
        known = np.isfinite(numbers) if valid is None else np.isfinite(numbers) & valid
        _require(bool(known.any()), "the depth map holds no finite value; supply another one")
        numbers[~known] = 0.0
        return cls(values=numbers, kind=kind, space=space, valid=known)


@dataclass(frozen=True, slots=True, kw_only=True)
class StereoPair:
    """Left and right view of one scene.

    Attributes:
        left: uint8 [H, W, 3], what the left eye sees.
        right: uint8 [H, W, 3], what the right eye sees.
        disparity_px: float32 [H, W] at the source photo's pixels, ``x_left - x_right`` on the
            screen after convergence: > 0 in front of the screen, 0 on it, < 0 behind.
        left_disoccluded: bool [H, W], pixels of the left view that the photo does not show; their
            colour is filled in.
        right_disoccluded: bool [H, W], the same for the right view.
        screen_nearness: the nearness that lies on the screen, also where the safety clamp or the
            window bends the disparity; None when the views do not differ.
    """

    left: NDArray[np.uint8]
    right: NDArray[np.uint8]
    disparity_px: NDArray[np.float32]
    left_disoccluded: NDArray[np.bool_]
    right_disoccluded: NDArray[np.bool_]
    screen_nearness: float | None = None

    def __post_init__(self) -> None:
        """Check that all five arrays belong together."""
        _require(_is_rgb(self.left), f"left must be uint8 [H, W, 3], got {self.left.shape}")
        _require(_is_rgb(self.right), f"right must be uint8 [H, W, 3], got {self.right.shape}")
        masks = self.left_disoccluded, self.right_disoccluded
        shapes = {a.shape[:2] for a in (self.left, self.right, self.disparity_px, *masks)}
        _require(len(shapes) == 1, f"the views and masks of a pair differ in size: {shapes}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatorInfo:
    """What a depth estimator is, for menus, caches and manifests.

    Attributes:
        id: the name that loads it again, for instance ``embedded`` or ``ldm:owner/name``.
        title: the name shown to people.
        licence: terms of the weights.
        source: where the weights come from.
        revision: which version of them; a cache key together with ``id``.
        size_mb: size of the weights in megabytes (10^6 bytes).
        space: the quantity it predicts.
        kind: up to which transformation.
        note: what to know, in one sentence: data it saw, why it is used instead of another one.
    """

    id: str
    title: str
    licence: str
    source: str
    revision: str
    size_mb: float
    space: DepthSpace
    kind: DepthKind
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoWithDepth:
    """A photo and its depth, before any view is made.

    Attributes:
        photo: the input.
        depth: depth of the input at the input's size.
        nearness: float32 [H, W], 0 farthest, 1 nearest (see ``geometry.to_nearness``).
        focused: uint8 [H, W, 3], the input after depth of field; the input itself when bokeh is
            off.
        settings: what it was made with.
        estimator: where the depth came from.
    """

    photo: Photo
    depth: DepthMap
    nearness: NDArray[np.float32]
    focused: NDArray[np.uint8]
    settings: "ConvertSettings"
    estimator: EstimatorInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class SpatialPhoto(PhotoWithDepth):
    """A finished spatial photo with everything it was made from.

    Attributes:
        pair: the two views.
    """

    pair: StereoPair
