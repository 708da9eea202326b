"""Virtual KITTI 2 as it is published: frames, pairs of photo and normalised depth, and the split.

    SceneNN/VARIANT/frames/rgb/Camera_{0,1}/rgb_NNNNN.jpg      1242 x 375
    SceneNN/VARIANT/frames/depth/Camera_{0,1}/depth_NNNNN.png  16 bits, centimetres, sky 65535

Scenes 01, 02, 06, 18 and 20, ten variants each, 42 520 pairs. Y. Cabon, N. Murray and M.
Humenberger, "Virtual KITTI 2", 2020; CC BY-NC-SA 3.0.
"""

import logging
import random
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spatial.settings.field import Checked, SettingsError, setting
from spatial.training.data import TrainingDataError

logger = logging.getLogger(__name__)

CENTIMETRES_PER_METRE = 100
# The archives unpack side by side or into one folder each.
RGB_ROOTS = ("", "vkitti_2.0.3_rgb")
DEPTH_ROOTS = ("", "vkitti_2.0.3_depth")
_DAMAGED = (OSError, ValueError, SyntaxError)  # what Pillow raises for broken files


class Resize(str, Enum):
    """How depth maps are resized: bilinear (the paper) mixes the two sides of an edge."""

    BILINEAR = "bilinear"
    NEAREST = "nearest"


class SplitRule(str, Enum):
    """At random (the paper), or whole scenes: neighbouring frames are nearly the same."""

    RANDOM = "random"
    BY_SCENE = "by_scene"


INTERPOLATION = {Resize.BILINEAR: cv2.INTER_LINEAR, Resize.NEAREST: cv2.INTER_NEAREST}


class DrivingFrame(NamedTuple):
    """One pair: `sequence` is "Scene01/clone/Camera_0"."""

    scene: str
    sequence: str
    number: int
    rgb: Path
    depth: Path


class Split(NamedTuple):
    """Frames to train on, to watch the loss on, and to report on."""

    train: list[DrivingFrame]
    validation: list[DrivingFrame]
    test: list[DrivingFrame]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairSettings(Checked):
    """What a pair is made into."""

    width: int = setting(1216, "width of training images", unit="px")
    height: int = setting(320, "height of training images", unit="px")
    depth_resize: Resize = setting(Resize.BILINEAR, "how depth maps are resized")
    # The sky is stored as 655.35 m. What is left out counts as +1 after Eq. 3.
    max_depth_m: float | None = setting(
        80.0, "beyond is as far as can be, sky included; none = the sky counts", may_be_none=True
    )

    def __post_init__(self) -> None:
        Checked.__post_init__(self)
        if min(self.width, self.height) < 8 or self.width % 8 or self.height % 8:
            raise SettingsError(
                f"width and height must be multiples of 8 px, got {self.width} x {self.height}"
            )
        if self.max_depth_m is not None and self.max_depth_m <= 0:
            raise SettingsError(f"max_depth_m must be above 0 or none, got {self.max_depth_m}")


class Pair(NamedTuple):
    """`rgb` float32 [3, H, W] and `depth` float32 [1, H, W], both in [-1, 1]; depth +1 is far."""

    rgb: NDArray[np.float32]
    depth: NDArray[np.float32]


def list_frames(folder: Path) -> list[DrivingFrame]:
    """Return all pairs below `folder` in the order scene, variant, camera, number.

    Raises:
        TrainingDataError: There is none; the message shows the layout.
    """
    depth_roots = [folder / root for root in DEPTH_ROOTS]
    frames, missing = [], []
    for rgb_root in (folder / root for root in RGB_ROOTS):
        for rgb in sorted(rgb_root.glob("Scene*/*/frames/rgb/Camera_*/rgb_*.jpg")):
            scene, variant, _, _, camera, name = rgb.relative_to(rgb_root).parts
            number = name.removeprefix("rgb_").removesuffix(".jpg")
            label = Path(scene, variant, "frames", "depth", camera, f"depth_{number}.png")
            depth = next((r / label for r in depth_roots if (r / label).is_file()), None)
            if depth is None:
                missing.append(rgb)
                continue
            sequence = f"{scene}/{variant}/{camera}"
            frames.append(DrivingFrame(scene, sequence, int(number), rgb, depth))
    if missing:
        logger.warning(
            "%d photos have no depth and are skipped, first %s", len(missing), missing[0]
        )
    if not frames:
        raise TrainingDataError(
            f"no Virtual KITTI 2 in {folder}: want "
            "SceneNN/VARIANT/frames/rgb/Camera_N/rgb_NNNNN.jpg "
            "with frames/depth/Camera_N/depth_NNNNN.png"
        )
    return frames


def split_frames(frames: list[DrivingFrame], rule: SplitRule, seed: int) -> Split:
    """Return 80 % to train on, 10 % for validation, 10 % for tests.

    By scene, the two smallest scenes are held out.

    Raises:
        TrainingDataError: Too few frames or scenes for three parts.
    """
    if rule is SplitRule.BY_SCENE:
        return _split_by_scene(frames)
    shuffled = list(frames)
    random.Random(seed).shuffle(shuffled)
    tenth = round(0.1 * len(frames))
    if tenth == 0:
        raise TrainingDataError(f"{len(frames)} pairs are too few to split 80-10-10; want 10")
    middle = len(frames) - 2 * tenth
    return Split(shuffled[:middle], shuffled[middle:-tenth], shuffled[-tenth:])


def _split_by_scene(frames: list[DrivingFrame]) -> Split:
    counts = Counter(frame.scene for frame in frames)
    if len(counts) < 3:
        raise TrainingDataError(f"split by_scene wants 3 scenes, got {sorted(counts)}")
    validation, test, *_ = sorted(counts, key=lambda scene: (counts[scene], scene))
    held_out = {validation, test}
    return Split(
        [frame for frame in frames if frame.scene not in held_out],
        [frame for frame in frames if frame.scene == validation],
        [frame for frame in frames if frame.scene == test],
    )


def read_depth_m(path: Path) -> NDArray[np.float32]:
    """Return depth in metres, [H, W].

    Raises:
        TrainingDataError: The file is no 16-bit grey PNG or is damaged.
    """
    try:
        with Image.open(path) as image:
            mode, values = image.mode, np.asarray(image)
    except _DAMAGED as error:
        raise TrainingDataError(f"{path} cannot be read: {error}") from error
    if not mode.startswith("I"):
        raise TrainingDataError(f"{path} must be a 16-bit grey PNG in centimetres, got mode {mode}")
    return values.astype(np.float32) / np.float32(CENTIMETRES_PER_METRE)


def normalise_depth(depth_m: NDArray[np.float32], max_depth_m: float | None) -> NDArray[np.float32]:
    """Return Eq. 3 with 2nd and 98th percentile, within [-1, 1]; see `PairSettings.max_depth_m`.

    Raises:
        TrainingDataError: No pixel is near enough to count.
    """
    known = depth_m[depth_m <= (np.inf if max_depth_m is None else max_depth_m)]
    if known.size == 0:
        raise TrainingDataError(f"no pixel is within {max_depth_m} m")
    low, high = np.percentile(known, (2, 98))
    scaled = ((depth_m - low) / max(high - low, 1e-6) - 0.5) * 2
    return np.clip(scaled, -1, 1).astype(np.float32)


def load_pair(frame: DrivingFrame, settings: PairSettings) -> Pair:
    """Return photo and depth at the size of training.

    Raises:
        TrainingDataError: One of the two files is damaged; the message names it.
    """
    size = (settings.width, settings.height)
    depth_m = read_depth_m(frame.depth)
    try:
        with Image.open(frame.rgb) as image:
            rgb = np.asarray(image.convert("RGB"))
    except _DAMAGED as error:
        raise TrainingDataError(f"{frame.rgb} cannot be read: {error}") from error
    if rgb.shape[:2] != depth_m.shape:
        raise TrainingDataError(
            f"{frame.rgb} is {rgb.shape[1]} x {rgb.shape[0]} px, its depth another size"
        )
    resized = cv2.resize(depth_m, size, interpolation=INTERPOLATION[settings.depth_resize])
    try:
        depth = normalise_depth(np.asarray(resized, np.float32), settings.max_depth_m)
    except TrainingDataError as error:
        raise TrainingDataError(f"{frame.depth}: {error}") from error
    photo = cv2.resize(rgb, size, interpolation=cv2.INTER_LINEAR).astype(np.float32) / 127.5 - 1
    return Pair(photo.transpose(2, 0, 1), depth[None])
