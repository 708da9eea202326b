"""Self-training: photos without depth are labelled by a finished model, its teacher.

The teacher sees every photo at several sizes, each with its mirror image; pixels where it
contradicts itself stay unknown. The student then has to give the same answer for crops in other
colours.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from spatial.depth.ensemble import combine
from spatial.depth.latent import fast_dtype
from spatial.depth.pipeline import LatentDepthPipeline
from spatial.records import DepthKind
from spatial.settings import DepthSettings

SELF_TRAINING = "self_training"
TEACHER_LONG_SIDES_PX = (256, 320)
# All photos of a set have one size; upright ones are left out rather than squeezed.
PHOTO_SIZE_PX = (288, 216)
# Median absolute deviation of the teacher's answers, nearness 0 to 1, above which a pixel is
# unknown.
DOUBT = 0.05


def label_photos(teacher: Path, photos: Sequence[Path], folder: Path) -> Path:
    """Write `NNNN_rgb.jpg` and `NNNN_disp.png` of photos wider than tall; return `folder`.

    The folder appears as a whole when all is done. `labels.json` in it names the teacher.

    Args:
        teacher: A pipeline folder whose depth space is inverse depth.
        photos: Files to label.
        folder: Where the set goes.

    Raises:
        CheckpointError: The teacher cannot be loaded.
    """
    pipeline = LatentDepthPipeline.from_folder(teacher, dtype=fast_dtype("cpu"))
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    number = 0
    for path in tqdm(photos, desc="labelling photos", unit="photo", leave=False, disable=None):
        with Image.open(path) as image:
            if image.width < image.height:
                continue
            rgb = _fit(image.convert("RGB"))
        stored = _stored(_teach(pipeline, np.asarray(rgb)))
        rgb.save(partial / f"{number:04d}_rgb.jpg", quality=95)
        Image.fromarray(stored).save(partial / f"{number:04d}_disp.png")
        number += 1
    about = {"teacher": str(teacher), "long_sides_px": TEACHER_LONG_SIDES_PX, "doubt": DOUBT}
    (partial / "labels.json").write_text(json.dumps(about) + "\n")
    return partial.rename(folder)


def _fit(image: Image.Image) -> Image.Image:
    """Cut the largest centred part of the set's aspect out of a photo, at the set's size."""
    width, height = PHOTO_SIZE_PX
    scale = min(image.width / width, image.height / height)
    # Rounding may put the exact edges a hair outside the photo.
    left = max(0.0, (image.width - scale * width) / 2)
    top = max(0.0, (image.height - scale * height) / 2)
    box = (left, top, image.width - left, image.height - top)
    return image.resize(PHOTO_SIZE_PX, Image.Resampling.LANCZOS, box=box)


def _teach(pipeline: LatentDepthPipeline, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return relative inverse depth [H, W], about 0 to 1, below 0 where the teacher is in doubt."""
    maps = []
    for long_side in TEACHER_LONG_SIDES_PX:
        prediction = pipeline(rgb, DepthSettings(processing_resolution_px=long_side)).prediction
        full = F.interpolate(prediction[None, None], size=rgb.shape[:2], mode="bilinear")
        maps.append(full[0, 0].numpy())
    values, doubt = combine(np.stack(maps), DepthKind.AFFINE_INVARIANT)
    return np.where(doubt > DOUBT, -1.0, values.clip(0, 1.3)).astype(np.float32)


def _stored(inverse_depth: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Return the file's values: inverse depth x 50000 + 1, 0 = unknown."""
    known = inverse_depth >= 0
    return np.where(known, np.rint(inverse_depth * 50000) + 1, 0).astype(np.uint16)
