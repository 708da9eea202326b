"""Wiggle: the viewpoint swings from eye to eye and back: depth shows without glasses.

The views between the eyes are rendered anew at the small size of the animation, from the photo
after depth of field. MP4 (H.264) needs the program ffmpeg with an H.264 encoder.
"""

import io
import math
import shutil
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spatial.formats.encode import Encoded, FormatError, exif_of, of_picture
from spatial.records import SpatialPhoto
from spatial.stereo import warp_scanline

POSITIONS = 7  # distinct viewpoints; one swing shows 12 frames
FRAME_MS = 80
GIF_LONGEST_SIDE_PX, WEBP_LONGEST_SIDE_PX, MP4_LONGEST_SIDE_PX = 480, 640, 1280
SWINGS = 6  # a film does not repeat by itself everywhere
_TIME_LIMIT_S = 120
_WEBP_QUALITY = 80
_COLOURS = 256


def swing(positions: int = POSITIONS) -> tuple[float, ...]:
    """Return one swing as parts of the disparity: 0.5 is the left eye's view, -0.5 the right eye's.

    The swing slows down at both ends, like a pendulum, and ends one step before it starts again.

    >>> [round(part, 2) + 0.0 for part in swing(3)]
    [0.5, 0.0, -0.5, 0.0]
    """
    steps = 2 * (positions - 1)
    return tuple(0.5 * math.cos(2.0 * math.pi * step / steps) for step in range(steps))


def render_swing(
    result: SpatialPhoto, longest_side_px: int, *, even: bool = False
) -> list[NDArray[np.uint8]]:
    """Return the frames of one swing, uint8 [h, w, 3], no side above ``longest_side_px``.

    Args:
        result: the spatial photo.
        longest_side_px: the photo is scaled down to it, never up.
        even: make both sides even, as most video codecs need.
    """
    height, width = result.focused.shape[:2]
    scale = min(1.0, longest_side_px / max(height, width))
    size = [max(1, round(side * scale)) for side in (width, height)]
    if even:
        size = [max(2, side - side % 2) for side in size]
    rgb = np.asarray(cv2.resize(result.focused, size, interpolation=cv2.INTER_AREA), np.uint8)
    disparity_px = cv2.resize(result.pair.disparity_px, size, interpolation=cv2.INTER_NEAREST)
    disparity_px = disparity_px.reshape(size[1], size[0]) * np.float32(size[0] / width)
    parts = swing()
    views = [warp_scanline(rgb, disparity_px, fraction=part).rgb for part in parts[:POSITIONS]]
    return views + views[-2:0:-1]


def encode_wiggle_gif(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return the endless GIF; one palette for all frames, so that colours do not flicker."""
    frames = render_swing(result, GIF_LONGEST_SIDE_PX)
    palette = Image.fromarray(frames[POSITIONS // 2]).quantize(_COLOURS)
    pictures = [Image.fromarray(frame).quantize(palette=palette) for frame in frames[:POSITIONS]]
    pictures += pictures[-2:0:-1]
    out = io.BytesIO()
    pictures[0].save(
        out, "GIF", save_all=True, append_images=pictures[1:], duration=FRAME_MS, loop=0
    )
    return (of_picture(out.getvalue(), frames[0]),)


def encode_wiggle_webp(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return the endless animated WebP: full colour, larger and lighter than the GIF."""
    frames = render_swing(result, WEBP_LONGEST_SIDE_PX)
    pictures = [Image.fromarray(frame) for frame in frames]
    out = io.BytesIO()
    pictures[0].save(
        out,
        "WEBP",
        save_all=True,
        append_images=pictures[1:],
        duration=FRAME_MS,
        loop=0,
        quality=_WEBP_QUALITY,
        method=1,
        exif=exif_of(result),
    )
    return (of_picture(out.getvalue(), frames[0]),)


def find_encoder() -> str | None:
    """Return the path of ffmpeg, or None where it is not installed."""
    return shutil.which("ffmpeg")


def missing_ffmpeg() -> str:
    """Say that ffmpeg must be installed; "" where it is."""
    if find_encoder():
        return ""
    return "an MP4 needs the program ffmpeg; install it, or choose the WebP or GIF wiggle"


def _film(frames: bytes, *, width_px: int, height_px: int, encoder: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wiggle.mp4"
        source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width_px}x{height_px}"]
        colours = ["-vf", "scale=out_color_matrix=bt709", "-colorspace", "bt709"]
        target = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p"]
        command = [encoder, "-v", "error", "-y", *source, "-r", f"{1000 / FRAME_MS:g}", "-i", "-"]
        command += [*colours, *target, "-movflags", "+faststart", "-map_metadata", "-1", str(path)]
        try:
            done = subprocess.run(
                command, input=frames, capture_output=True, timeout=_TIME_LIMIT_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            msg = f"ffmpeg did not make the MP4 file ({error}); choose the WebP wiggle instead"
            raise FormatError(msg) from error
        if done.returncode != 0 or not path.is_file():
            words = " ".join(done.stderr.decode(errors="replace").split())[-200:]
            msg = f"ffmpeg did not make the MP4 file ({words}); choose the WebP wiggle instead"
            raise FormatError(msg)
        return path.read_bytes()


def encode_wiggle_mp4(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return the MP4 film of several swings.

    Raises:
        FormatError: ffmpeg is not installed, or cannot write H.264.
    """
    encoder = find_encoder()
    if encoder is None:
        raise FormatError(missing_ffmpeg())
    frames = render_swing(result, MP4_LONGEST_SIDE_PX, even=True)
    height, width = frames[0].shape[:2]
    pixels = b"".join(frame.tobytes() for frame in frames) * SWINGS
    data = _film(pixels, width_px=width, height_px=height, encoder=encoder)
    return (of_picture(data, frames[0]),)
