"""The second view of a stereo photo: a picture of its own in the file, or a half of the picture.

What a file says (MPO, spatial HEIC, VR photo, JPS) is certain: where its views do not fit, the
photo is refused. What only names and pixels tell is taken where the views fit, else the photo is
one picture.
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from spatial.photo.deep import decode_deep
from spatial.photo.heif import open_heif, stereo_numbers
from spatial.photo.jpeg import pictures_behind
from spatial.photo.limits import PhotoError, check_size
from spatial.photo.picture import Picture
from spatial.photo.readers import read_picture
from spatial.photo.recognition import detect_layout, halves_alike
from spatial.photo.xmp import read_xmp
from spatial.settings import InputLayout

GIMAGE = "http://ns.google.com/photos/1.0/image/"
if TYPE_CHECKING:
    from spatial.matching import Matched

MAX_VIEW_BYTES = 32_000_000  # in XMP
_DISPARITY = 0x020002  # a view of a stereo pair
_NO_DEPTH_PX = 0.5
_SMALL_PX = 1024  # longest side
_JPS = b"_JPSJPS_"

Views = tuple[NDArray[np.uint8], NDArray[np.uint8]]


class _Lie(NamedTuple):
    """How views lie in a picture: along which axis, whose is first, and if they are squeezed."""

    axis: int
    left_first: bool = True
    is_half: bool = False


_LIES: Mapping[InputLayout, _Lie] = {
    InputLayout.SIDE_BY_SIDE: _Lie(1),
    InputLayout.HALF_SIDE_BY_SIDE: _Lie(1, is_half=True),
    InputLayout.CROSS_EYED: _Lie(1, left_first=False),
    InputLayout.HALF_CROSS_EYED: _Lie(1, left_first=False, is_half=True),
    InputLayout.TOP_BOTTOM: _Lie(0),
    InputLayout.HALF_TOP_BOTTOM: _Lie(0, is_half=True),
}


class Pair(NamedTuple):
    """Two pictures of one file.

    Attributes:
        left: the left view; None = the photo itself.
        right: the right view.
        is_told: whether the file says that they are views of two eyes.
    """

    left: Picture | None
    right: Picture
    is_told: bool


def read_pair(picture: Picture, data: bytes) -> Pair | None:
    """Return the two pictures of a file that may be a stereo pair, None where it holds one.

    Raises:
        What decoders raise for damaged files.
    """
    image = picture.image
    if not isinstance(image, ImageFile.ImageFile):
        return None
    return _READERS[image.format](picture, data) if image.format in _READERS else None


def _read_jpeg(picture: Picture, data: bytes) -> Pair | None:
    image = picture.image
    told = read_xmp(getattr(image, "applist", ()), GIMAGE, most=MAX_VIEW_BYTES).of(GIMAGE)
    if "Data" in told:
        right = base64.b64decode("".join(told["Data"].split()) + "==")
        return Pair(None, read_picture(right, _NAME), is_told=True)
    behind = list(pictures_behind(image, data))
    for kind, part in sorted(behind, key=lambda row: row[0] != _DISPARITY):
        if part.startswith(b"\xff\xd8\xff"):
            right = read_picture(part, _NAME, lambda size: None)
            if kind == _DISPARITY or right.image.size == image.size:
                return Pair(None, right, is_told=kind == _DISPARITY)
    return None


def _read_heif(picture: Picture, data: bytes) -> Pair | None:
    count = getattr(picture.image, "n_frames", 1)
    if count < 2:
        return None
    numbers = stereo_numbers(data)
    left, right = numbers or (0, 1)
    if max(left, right) >= count:
        return None
    shown = (left, right)
    views = [open_heif(data, number) for number in shown]
    if not numbers and views[0].image.size != views[1].image.size:
        return None
    for view in views:
        check_size(*view.image.size, _NAME)
    views = [decode_deep(v, data, number) for v, number in zip(views, shown, strict=True)]
    return Pair(*views, is_told=numbers is not None)


_NAME = "its second picture"
_READERS = {"JPEG": _read_jpeg, "HEIF": _read_heif}


def told_layout(image: Image.Image) -> InputLayout | None:
    """Return what the descriptor of a JPS file says; None without one."""
    for marker, payload in getattr(image, "applist", ()):
        if marker == "APP3" and payload.startswith(_JPS):
            descriptor = payload[len(_JPS) + 2 :].ljust(4, b"\0")
            flags, layout, kind = descriptor[1], descriptor[2], descriptor[3]
            names = _JPS_LAYOUTS.get(layout) if kind == 1 else None
            name = names[0 if flags & _LEFT_FIRST else 1] if names else ""
            return InputLayout(("half_" if flags & _HALF_SIZE else "") + name) if name else None
    return None


_LEFT_FIRST, _HALF_SIZE = 4, 1 | 2  # height or width
_JPS_LAYOUTS = {2: ("side_by_side", "cross_eyed"), 3: ("top_bottom", "")}


def split_views(rgb: NDArray[np.uint8], layout: InputLayout) -> Views:
    """Return left and right view of a picture that holds both, squeezed ones at their full size.

    Of an odd number of columns or rows the middle one belongs to neither.
    """
    axis, left_first, is_half = _LIES[layout]
    size = rgb.shape[axis] // 2
    whole = rgb if axis else rgb.swapaxes(0, 1)
    parts = [whole[:, :size], whole[:, -size:]]
    views = [part if axis else part.swapaxes(0, 1) for part in parts]
    if is_half:
        height, width = views[0].shape[:2]
        full = (2 * width, height) if axis else (width, 2 * height)
        views = [
            np.asarray(Image.fromarray(v).resize(full, Image.Resampling.BICUBIC)) for v in views
        ]
    first, second = (np.ascontiguousarray(view, np.uint8) for view in views)
    return (first, second) if left_first else (second, first)


def in_words(layout: InputLayout) -> str:
    """Return what a layout is called in a sentence."""
    return "two pictures" if layout is InputLayout.SEPARATE else layout.value.replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewHints:
    """What may tell that a photo shows two views.

    Attributes:
        rgb: its own picture, uint8 [H, W, 3].
        pair: two pictures of its file, and whether the file calls them views.
        told: the layout that the file names.
        name: of the file.
        layout: what a person chose.
        on_sphere: whether rows must stay as they are.
    """

    rgb: NDArray[np.uint8]
    pair: tuple[Views, bool] | None
    told: InputLayout | None
    name: str
    layout: InputLayout
    on_sphere: bool

    @property
    def small(self) -> "ViewHints":
        """The same with a small copy of its own picture, which is quicker to split."""
        return replace(self, rgb=_small(self.rgb))

    def views(self, layout: InputLayout) -> Views:
        """Return left and right view where they lie so."""
        if layout is InputLayout.SEPARATE and self.pair is not None:
            return self.pair[0]
        return split_views(self.rgb, layout)


def _small(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    picture = Image.fromarray(rgb)
    picture.thumbnail((_SMALL_PX, _SMALL_PX), Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(picture)


def find_views(hints: ViewHints) -> "tuple[Matched, InputLayout] | None":
    """Return both views of a stereo photo and how they lay; None where it is one picture.

    Raises:
        PhotoError: the views that the file or the person tells of do not fit each other.
    """
    if hints.layout is InputLayout.MONO:
        return None
    from spatial.matching import (  # noqa: PLC0415 - OpenCV takes a while
        MatchError,
        check_alike,
        match_views,
    )

    for tried, is_certain in _candidates(hints):
        try:
            if not is_certain:
                check_alike(*hints.small.views(tried))
            matched = match_views(*hints.views(tried), correct=not hints.on_sphere)
        except MatchError as error:
            if is_certain:
                msg = (
                    f"{hints.name}: its two views ({in_words(tried)}) {error}; choose another "
                    "input layout, or mono for one picture"
                )
                raise PhotoError(msg) from error
            continue
        if is_certain or np.ptp(matched.disparity) * matched.left.shape[1] >= _NO_DEPTH_PX:
            return matched, tried
    return None


def _candidates(hints: ViewHints) -> Iterator[tuple[InputLayout, bool]]:
    """Yield what the layout may be, the most certain first, and whether it is certain."""
    if hints.layout is not InputLayout.AUTO:
        if hints.layout is InputLayout.SEPARATE and hints.pair is None:
            msg = (
                f"{hints.name} holds no second picture that can be read; choose another input "
                "layout"
            )
            raise PhotoError(msg)
        yield hints.layout, True
        return
    if hints.pair is not None:
        yield InputLayout.SEPARATE, hints.pair[1]
    if hints.told is not None:
        yield hints.told, True
    height, width = hints.rgb.shape[:2]
    found = detect_layout(hints.name, width, height, halves_alike(hints.rgb))
    if found is not InputLayout.MONO:
        yield found, False
