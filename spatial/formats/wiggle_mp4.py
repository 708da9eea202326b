"""Wiggle as MP4 (H.264), where the program ffmpeg with an H.264 encoder is installed."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from spatial.formats.encode import FormatError
from spatial.formats.format import EncodedFile
from spatial.formats.wiggle import FRAME_MS, render_swing
from spatial.records import SpatialPhoto

LONGEST_SIDE_PX = 1280
SWINGS = 6  # a film does not repeat by itself everywhere
_TIME_LIMIT_S = 120


def find_encoder() -> str | None:
    """Return the path of ffmpeg, or None where it is not installed."""
    return shutil.which("ffmpeg")


def missing_ffmpeg() -> str:
    """Say that ffmpeg must be installed; "" where it is."""
    if find_encoder():
        return ""
    return "an MP4 needs the program ffmpeg; install it, or choose the WebP or GIF wiggle"


def _encode(frames: bytes, *, width_px: int, height_px: int, encoder: str) -> bytes:
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


def encode_wiggle_mp4(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return the MP4 film of several swings.

    Raises:
        FormatError: ffmpeg is not installed, or cannot write H.264.
    """
    encoder = find_encoder()
    if encoder is None:
        raise FormatError(missing_ffmpeg())
    frames = render_swing(result, LONGEST_SIDE_PX, even=True)
    height, width = frames[0].shape[:2]
    pixels = b"".join(frame.tobytes() for frame in frames) * SWINGS
    data = _encode(pixels, width_px=width, height_px=height, encoder=encoder)
    return (
        EncodedFile(
            role="wiggle_mp4",
            suffix="_wiggle.mp4",
            media_type="video/mp4",
            data=data,
            width_px=width,
            height_px=height,
        ),
    )
