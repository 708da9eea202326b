"""What the tests of training share."""

import numpy as np
import pytest
from PIL import Image

from spatial.training.sources import DataFolders


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Return two sets of ramps and a folder of photos: red = near, in every picture."""
    root = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(0)
    for name, suffix in (("rooms", "depth"), ("street", "disp")):
        (root / name).mkdir()
        for index in range(12):
            ramp = np.linspace(0, 1, 80)[None] * np.linspace(0.5, 1, 40)[:, None]
            red = (ramp * 255).astype(np.uint8)
            rgb = np.stack([red, 255 - red, np.full_like(red, index * 20)], -1)
            Image.fromarray(rgb).save(root / name / f"{index:04d}_rgb.jpg")
            values = 1000 + 4000 * (1 - ramp) if suffix == "depth" else 1 + 50000 * ramp
            label = values.astype(np.uint16)
            label[:3] = 0
            Image.fromarray(label).save(root / name / f"{index:04d}_{suffix}.png")
    (root / "photos").mkdir()
    for index in range(3):
        noise = random.integers(0, 255, (30, 40, 3), dtype=np.uint8)
        Image.fromarray(noise).resize((160, 120)).save(root / "photos" / f"{index}.jpg")
    return DataFolders(labelled=root, photos=(root / "photos",), scenes=root / "scenes")
