"""A decoded picture of any mode -> RGB in sRGB, 8 bit."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageCms

from spatial.photo.limits import PhotoError


def to_srgb(
    image: Image.Image, profile: bytes, label: str, tell: Callable[[str], None]
) -> Image.Image:
    """Return the decoded picture as mode RGB in sRGB, transparency laid on white.

    Args:
        image: the picture.
        profile: the ICC profile of its colours; empty = sRGB.
        label: names it in a refusal.
        tell: takes what should be known about it.
    """
    if image.mode.startswith("I") or image.mode == "F":
        image = _deep_grey_to_8_bit(image, label)
    elif image.mode == "1":
        image = _with_transparency(image.convert("L"), image.info.get("transparency"))
    if image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode in ("P", "YCbCr", "RGBX"):
        image = image.convert("RGB")
    image = _apply_profile(image, profile, tell)
    if image.mode != "RGBA":
        return image if image.mode == "RGB" else image.convert("RGB")
    if image.getchannel("A").getextrema() == (0, 0):  # written by programs that meant no alpha
        return image.convert("RGB")
    white = Image.new("RGB", image.size, (255, 255, 255))
    white.paste(image, mask=image.getchannel("A"))
    return white


def _deep_grey_to_8_bit(image: Image.Image, label: str) -> Image.Image:
    """Return mode L for modes I;16 (any byte order), I and F; Pillow's own clips at 255."""
    values = np.asarray(image)
    full = 1.0 if image.mode == "F" else 65535.0
    low, high = float(values.min()), float(values.max())
    if not 0.0 <= low <= high <= full:
        msg = (
            f"{label} has grey values from {low:g} to {high:g}, expected 0 to {full:g}; "
            "save it with 8 or 16 bits per channel"
        )
        raise PhotoError(msg)
    grey = Image.fromarray((values * np.float32(255.0 / full) + np.float32(0.5)).astype(np.uint8))
    clear = image.info.get("transparency")
    if clear is None:
        return grey
    alpha = Image.fromarray(np.where(values == clear, np.uint8(0), np.uint8(255)))
    return Image.merge("LA", (grey, alpha))


def _with_transparency(grey: Image.Image, clear: int | None) -> Image.Image:
    """Return mode LA where one level is transparent, else the picture as it is."""
    if clear is None:
        return grey
    return Image.merge("LA", (grey, grey.point(lambda level: 0 if level == clear else 255)))


def _apply_profile(image: Image.Image, icc: bytes, tell: Callable[[str], None]) -> Image.Image:
    """Return the picture in sRGB (RGB or RGBA), or as it is when it has no profile that fits."""
    if not icc and image.mode != "LAB":
        return image
    try:
        lab = ImageCms.createProfile("LAB")
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc) if icc else lab)
        if profile.profile.xcolor_space == "RGB " and image.mode == "L":
            image = image.convert("RGB")
        out_mode = "RGBA" if image.mode == "RGBA" else "RGB"
        transform = ImageCms.buildTransform(
            profile,
            ImageCms.createProfile("sRGB"),
            image.mode,
            out_mode,
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        if image.mode == out_mode and _keeps_colours(transform, out_mode):
            return image
        return ImageCms.applyTransform(image, transform) or image
    except (ImageCms.PyCMSError, OSError) as error:
        tell(f"its colour profile is not used ({error}); taken as sRGB")
        return image


def _keeps_colours(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Tell whether a transform moves no colour by more than one level: the profile is sRGB."""
    levels = np.linspace(0, 255, 9).astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(9, 81, 3)
    probe = Image.fromarray(grid).convert(mode)
    moved = ImageCms.applyTransform(probe, transform) or probe
    return int(np.abs(np.asarray(moved, np.int16) - np.asarray(probe, np.int16)).max()) <= 1
