"""Tiny Depth Anything 3 checkpoints in the published layout, and what the reference gives for them.

`data/depth_anything_3.npz` was made once by depth-anything-3 0.1.1 of PyPI with torch 2 on a CPU in
float32: `DepthAnything3Net` of a `DinoVisionTransformer` (img_size 70, patch_size 14, depth 5, and
the numbers of TINY) with `DualDPT` (output_dim 2), `CameraEnc` (trunk_depth 1) and `CameraDec`, or
with `DPT`, both in evaluation mode, all parameters replaced by `random_weights`. For each of the
two it holds the names and shapes of all tensors that the reference saves (those that share memory
once, as safetensors does), and what `PHOTO`, normalised, became: depth after the step that moves
the sky; for the network of one view the depth before it and the sky as well.
"""

import json
from pathlib import Path
from zlib import crc32

import numpy as np
import torch
from safetensors.torch import save_file

from spatial.depth.depth_anything_3_network import Architecture
from spatial.records import Photo

FILE = Path(__file__).parent / "data" / "depth_anything_3.npz"
TINY = {
    "da3-small": Architecture(16, 2, (1, 2, 3, 4), 2, 8, (4, 4, 8, 8), grid=5),
    "da3mono-large": Architecture(16, 2, (1, 2, 3, 4), None, 8, (4, 4, 8, 8), grid=5),
}
PHOTO = Photo(rgb=np.random.RandomState(0).randint(0, 256, (42, 56, 3)).astype(np.uint8))


def random_weights(name, shape):
    """Return float32 that depend on name and shape alone; RandomState never changes."""
    noise = np.random.RandomState(crc32(name.encode())).standard_normal(shape)
    if len(shape) > 1:
        return np.float32(noise / np.prod(shape[1:]) ** 0.5)
    return np.float32(0.1 * noise + name.endswith((".weight", ".gamma")))


def reference(name):
    """Return the shapes of a checkpoint's tensors by name, and its maps by name."""
    with np.load(FILE) as file:
        words = [line.split() for line in file[f"{name}/tensors"]]
        maps = {what: file[f"{name}/{what}"] for what in ("depth", "raw", "sky")}
    return {tensor: tuple(map(int, sizes)) for tensor, *sizes in words}, maps


def save_depth_anything_3(folder, name, **changes):
    """Save a checkpoint in the layout of depth-anything/DA3-SMALL; changes replace tensors."""
    shapes, _ = reference(name)
    tensors = {key: torch.from_numpy(random_weights(key, shapes[key])) for key in shapes}
    tensors = {key: value for key, value in {**tensors, **changes}.items() if value is not None}
    folder.mkdir()
    save_file(tensors, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"model_name": name, "config": {"net": {}}}))
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
    return folder
