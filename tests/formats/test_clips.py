import io
import shutil
import stat
import sys
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image
from scenes import make_result

from spatial.formats import FORMATS, FormatError
from spatial.formats.clips import (
    FRAME_MS,
    POSITIONS,
    encode_wiggle_gif,
    encode_wiggle_mp4,
    encode_wiggle_webp,
    render_swing,
)

NEAR_PX = 6.0


def bar_result(height_px=24, width_px=80):
    """A white bar in front of the screen on black background that lies on it."""
    result = make_result(height_px=height_px, width_px=width_px)
    rgb = np.zeros((height_px, width_px, 3), np.uint8)
    rgb[:, 30:50] = 255
    disparity_px = np.zeros((height_px, width_px), np.float32)
    disparity_px[:, 30:50] = NEAR_PX
    return replace(result, focused=rgb, pair=replace(result.pair, disparity_px=disparity_px))


def centre_of_white(frame):
    return float(
        np.average(np.arange(frame.shape[1]), weights=frame.astype(float).sum(axis=(0, 2)))
    )


def frames_of(data):
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.info["loop"] == 0
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            frame = np.asarray(picture.convert("RGB"))
            # Equal neighbours are stored once and shown longer.
            yield from [frame] * round(picture.info["duration"] / FRAME_MS)


def test_near_things_swing_from_the_left_eyes_place_to_the_right_eyes():
    frames = render_swing(bar_result(), 80)
    places = [centre_of_white(frame) for frame in frames]
    assert places[0] == pytest.approx(39.5 + 0.5 * NEAR_PX, abs=0.1)
    assert places[POSITIONS - 1] == pytest.approx(39.5 - 0.5 * NEAR_PX, abs=0.1)
    assert places[:POSITIONS] == sorted(places[:POSITIONS], reverse=True)
    assert places[POSITIONS:] == places[POSITIONS - 2 : 0 : -1]


def test_small_frames_move_by_the_same_part_of_the_width():
    frames = render_swing(bar_result(), 40)
    assert frames[0].shape == (12, 40, 3)
    move = centre_of_white(frames[0]) - centre_of_white(frames[POSITIONS - 1])
    assert move == pytest.approx(0.5 * NEAR_PX, abs=0.1)
    assert render_swing(bar_result(23, 81), 81, even=True)[0].shape == (22, 80, 3)


@pytest.mark.parametrize("encode", [encode_wiggle_gif, encode_wiggle_webp])
def test_animations_loop_and_swing(encode):
    (file,) = encode(bar_result())
    frames = list(frames_of(file.data))
    assert len(frames) == 2 * (POSITIONS - 1)
    assert frames[0].shape == (file.height_px, file.width_px, 3)
    move = centre_of_white(frames[0]) - centre_of_white(frames[POSITIONS - 1])
    assert move == pytest.approx(NEAR_PX, abs=0.5)


def test_one_pixel():
    for encode in (encode_wiggle_gif, encode_wiggle_webp):
        (file,) = encode(make_result(height_px=1, width_px=1))
        assert (file.width_px, file.height_px) == (1, 1)


def test_without_ffmpeg_an_mp4_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not FORMATS["wiggle_mp4"].available()
    assert FORMATS["wiggle_gif"].available()
    with pytest.raises(FormatError, match="install it, or choose the WebP or GIF wiggle"):
        encode_wiggle_mp4(bar_result())


def stand_in_for_ffmpeg(folder, monkeypatch, body):
    path = folder / "ffmpeg"
    path.write_text(f"#!{sys.executable}\nimport sys\n{body}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder))


def test_ffmpeg_is_given_every_frame(monkeypatch, tmp_path):
    body = (
        "data = sys.stdin.buffer.read(); open(sys.argv[-1], 'w').write(f'{len(data)} {sys.argv}')"
    )
    stand_in_for_ffmpeg(tmp_path, monkeypatch, body)
    (file,) = encode_wiggle_mp4(bar_result(23, 81))
    size, command = file.data.decode().split(" ", 1)
    assert int(size) == 6 * 2 * (POSITIONS - 1) * 22 * 80 * 3
    assert "'80x22'" in command
    assert "'libx264'" in command


def test_an_ffmpeg_that_fails_is_quoted(monkeypatch, tmp_path):
    stand_in_for_ffmpeg(tmp_path, monkeypatch, "sys.exit('Unknown encoder libx264')")
    with pytest.raises(FormatError, match=r"Unknown encoder libx264.*choose the WebP"):
        encode_wiggle_mp4(bar_result())


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_the_mp4_is_a_film(tmp_path):
    (file,) = encode_wiggle_mp4(bar_result())
    path = tmp_path / "a.mp4"
    path.write_bytes(file.data)
    film = cv2.VideoCapture(str(path))
    frames = [film.read()[1] for _ in range(POSITIONS)]
    assert film.get(cv2.CAP_PROP_FRAME_COUNT) == 6 * 2 * (POSITIONS - 1)
    film.release()
    move = centre_of_white(frames[0]) - centre_of_white(frames[-1])
    assert move == pytest.approx(NEAR_PX, abs=0.5)
