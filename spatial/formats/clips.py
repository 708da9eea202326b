"""Clips: the viewpoint moves, so that depth shows without glasses.

The wiggle swings from eye to eye and back; its views are rendered anew at the small size of the
animation, from the photo after depth of field. The sway goes around in a figure of eight a few
millimetres wide, as in the viewer, and shows what lies behind near things: the layers of a scene.
MP4 (H.264) needs the program ffmpeg with an H.264 encoder.
"""

import io
import math
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spatial.formats.encode import Encoded, FormatError, exif_of, of_picture
from spatial.geometry import fitted_size
from spatial.records import SpatialPhoto
from spatial.scene import EYE_DISTANCE_M, look, make_scene
from spatial.stereo import warp_scanline

Frames = list[NDArray[np.uint8]]

POSITIONS = 7  # distinct viewpoints; one swing shows 12 frames
FRAME_MS = 80
GIF_LONGEST_SIDE_PX, WEBP_LONGEST_SIDE_PX, MP4_LONGEST_SIDE_PX = 480, 640, 1280
SWINGS = 6  # a film does not repeat by itself everywhere
SWAY_MS = 4000  # once around
SWAY_M = 0.008  # to each side, half as much up and down
SWAY_MP4_LONGEST_SIDE_PX, SWAY_MP4_FRAME_MS = 1080, 40
SWAY_GIF_FRAME_MS = 120
SWAY_GIF_BYTES = 2_000_000  # every frame is new, and messengers take no more: noise makes it small
_SMALLER = 0.8
_TIME_LIMIT_S = 120
_WEBP_QUALITY, _SWAY_WEBP_QUALITY = 80, 60
_COLOURS = 256


def swing(positions: int = POSITIONS) -> tuple[float, ...]:
    """Return one swing as parts of the disparity: 0.5 is the left eye's view, -0.5 the right eye's.

    The swing slows down at both ends, like a pendulum, and ends one step before it starts again.

    >>> [round(part, 2) + 0.0 for part in swing(3)]
    [0.5, 0.0, -0.5, 0.0]
    """
    steps = 2 * (positions - 1)
    return tuple(0.5 * math.cos(2.0 * math.pi * step / steps) for step in range(steps))


def render_swing(result: SpatialPhoto, longest_side_px: int, *, even: bool = False) -> Frames:
    """Return the frames of one swing, uint8 [h, w, 3], no side above ``longest_side_px``.

    Args:
        result: the spatial photo.
        longest_side_px: the photo is scaled down to it, never up.
        even: make both sides even, as most video codecs need.
    """
    height, width = result.focused.shape[:2]
    size = fitted_size(width, height, longest_side_px)
    if even:
        size = tuple(max(2, side - side % 2) for side in size)
    rgb = np.asarray(cv2.resize(result.focused, size, interpolation=cv2.INTER_AREA), np.uint8)
    disparity_px = cv2.resize(result.pair.disparity_px, size, interpolation=cv2.INTER_NEAREST)
    disparity_px = disparity_px.reshape(size[1], size[0]) * np.float32(size[0] / width)
    second = result.photo.second
    parts = [part - (0.0 if second is None else 0.5) for part in swing()[:POSITIONS]]
    views = [warp_scanline(rgb, disparity_px, fraction=part).rgb for part in parts]
    if second is not None:  # the photo is the left view, and the right one is real, too
        real = cv2.resize(result.pair.right, size, interpolation=cv2.INTER_AREA)
        views[-1] = np.asarray(real, np.uint8)
    return views + views[-2:0:-1]


def render_sway(result: SpatialPhoto, longest_side_px: int, frame_ms: int) -> Iterator[NDArray]:
    """Yield the frames of one round of the sway, uint8 [h, w, 3] with even sides.

    The eye goes ``sin(a)`` to the right and ``sin(2 a) / 2`` up, in parts of SWAY_M, and ends one
    step before it starts again.
    """
    scene = make_scene(result, longest_side_px=longest_side_px)
    height, width = (max(2, side - side % 2) for side in scene.hidden.shape)
    reach = SWAY_M / (0.5 * EYE_DISTANCE_M)
    steps = SWAY_MS // frame_ms
    for step in range(steps):
        angle = 2.0 * math.pi * step / steps
        frame = look(scene, right=reach * math.sin(angle), up=0.5 * reach * math.sin(2.0 * angle))
        short = (max(0, height - frame.shape[0]), max(0, width - frame.shape[1]))
        yield np.pad(frame, ((0, short[0]), (0, short[1]), (0, 0)), "edge")[:height, :width]


def _gif(frames: Frames, frame_ms: int, most_typical: int) -> Encoded:
    """Return an endless GIF; one palette for all frames, so that colours do not flicker."""
    palette = Image.fromarray(frames[most_typical]).quantize(_COLOURS)
    pictures = [Image.fromarray(frame).quantize(palette=palette) for frame in frames]
    out = io.BytesIO()
    pictures[0].save(
        out, "GIF", save_all=True, append_images=pictures[1:], duration=frame_ms, loop=0
    )
    return of_picture(out.getvalue(), frames[0])


def encode_wiggle_gif(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return the endless wiggle as GIF."""
    return (_gif(render_swing(result, GIF_LONGEST_SIDE_PX), FRAME_MS, POSITIONS // 2),)


def encode_sway_gif(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return the endless sway as GIF, as small as SWAY_GIF_BYTES asks."""
    frames = list(render_sway(result, GIF_LONGEST_SIDE_PX, SWAY_GIF_FRAME_MS))
    gif = _gif(frames, SWAY_GIF_FRAME_MS, 0)
    while len(gif.data) > SWAY_GIF_BYTES:
        height, width = frames[0].shape[:2]
        size = fitted_size(width, height, round(_SMALLER * max(width, height)))
        frames = [
            np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)
            for frame in frames
        ]
        gif = _gif(frames, SWAY_GIF_FRAME_MS, 0)
    return (gif,)


def _webp(result: SpatialPhoto, frames: Frames, quality: int) -> Encoded:
    """Return an endless animated WebP in full colour."""
    pictures = [Image.fromarray(frame) for frame in frames]
    out = io.BytesIO()
    pictures[0].save(
        out,
        "WEBP",
        save_all=True,
        append_images=pictures[1:],
        duration=FRAME_MS,
        loop=0,
        quality=quality,
        method=1,
        exif=exif_of(result),
    )
    return of_picture(out.getvalue(), frames[0])


def encode_wiggle_webp(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return the endless wiggle as animated WebP: larger and lighter than the GIF."""
    return (_webp(result, render_swing(result, WEBP_LONGEST_SIDE_PX), _WEBP_QUALITY),)


def encode_sway_webp(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return the endless sway as animated WebP: larger and lighter than the GIF."""
    frames = list(render_sway(result, WEBP_LONGEST_SIDE_PX, FRAME_MS))
    return (_webp(result, frames, _SWAY_WEBP_QUALITY),)


def find_encoder() -> str | None:
    """Return the path of ffmpeg, or None where it is not installed."""
    return shutil.which("ffmpeg")


def missing_ffmpeg() -> str:
    """Say that ffmpeg must be installed; "" where it is."""
    if find_encoder():
        return ""
    return "an MP4 needs the program ffmpeg; install it, or choose the WebP or GIF wiggle"


def _film(frames: Iterable[NDArray[np.uint8]], frame_ms: int) -> Encoded:
    """Return an MP4 of frames that all have the same even sides.

    Raises:
        FormatError: ffmpeg is not installed, or cannot write H.264.
    """
    encoder = find_encoder()
    if encoder is None:
        raise FormatError(missing_ffmpeg())
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as raw:
        frame = np.empty(0, np.uint8)
        for frame in frames:
            raw.write(frame.tobytes())
        raw.seek(0)
        path = Path(folder) / "clip.mp4"
        size = f"{frame.shape[1]}x{frame.shape[0]}"
        source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size]
        colours = ["-vf", "scale=out_color_matrix=bt709", "-colorspace", "bt709"]
        target = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p"]
        command = [encoder, "-v", "error", "-y", *source, "-r", f"{1000 / frame_ms:g}", "-i", "-"]
        command += [*colours, *target, "-movflags", "+faststart", "-map_metadata", "-1", str(path)]
        try:
            done = subprocess.run(
                command, stdin=raw, capture_output=True, timeout=_TIME_LIMIT_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            msg = f"ffmpeg did not make the MP4 file ({error}); choose the WebP wiggle instead"
            raise FormatError(msg) from error
        if done.returncode != 0 or not path.is_file():
            words = " ".join(done.stderr.decode(errors="replace").split())[-200:]
            msg = f"ffmpeg did not make the MP4 file ({words}); choose the WebP wiggle instead"
            raise FormatError(msg)
        return of_picture(path.read_bytes(), frame)


def encode_wiggle_mp4(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return the MP4 film of several swings; raises as ``_film``."""
    return (_film(render_swing(result, MP4_LONGEST_SIDE_PX, even=True) * SWINGS, FRAME_MS),)


def encode_sway_mp4(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return the MP4 film of one round of the sway, which repeats without a seam."""
    frames = render_sway(result, SWAY_MP4_LONGEST_SIDE_PX, SWAY_MP4_FRAME_MS)
    return (_film(frames, SWAY_MP4_FRAME_MS),)
