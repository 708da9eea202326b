"""The photo as a textured relief, cut at silhouettes, as GLB (binary glTF 2.0) and PLY.

GLB has two layers, as a scene: behind the cuts stands what may come into sight beside near things.

Axes are glTF's, which the formats demand: x right, y up, the camera at the origin looks along -z.
Lengths are metres for metric depth; otherwise the nearest point is 1 away.
"""

import json
import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.formats.encode import Encoded, FormatError, encode_jpeg, focal_px
from spatial.geometry import fitted_size, to_inverse_depth
from spatial.records import DepthKind, DepthSpace, SpatialPhoto
from spatial.scene import Layer, split_layers

LONG_SIDE_VERTICES = 640
TEAR_RATIO = 1.12  # two neighbours farther apart than this in z belong to two surfaces
TEXTURE_LONGEST_SIDE_PX = 4096  # what phones and headsets can hold
_BEHIND_SHARE = 0.05  # of the width: disparity from the farthest to the nearest, for the back layer
_NO_SURFACE = "this depth makes no surface, so there is no mesh to write; choose another format"
_FLOAT, _UNSIGNED_INT = 5126, 5125
_ARRAY, _ELEMENTS = 34962, 34963
_VERTEX = np.dtype([("position", "<f4", 3), ("rgb", "u1", 3)])
_FACE = np.dtype([("corners", "u1"), ("vertices", "<i4", 3)])
_HEADER = """ply
format binary_little_endian 1.0
comment axes: x right, y up, the camera looks along -z
element vertex {vertices}
property float x
property float y
property float z
property uchar red
property uchar green
property uchar blue
element face {faces}
property list uchar int vertex_indices
end_header
"""


class Mesh(NamedTuple):
    """A triangle mesh.

    Attributes:
        positions: float32 [N, 3].
        uv: float32 [N, 2], texture coordinates, (0, 0) = top-left corner of the picture.
        triangles: uint32 [M, 3], counter-clockwise seen from the camera.
        pixels: intp [N, 2], row and column of each vertex in the photo.
    """

    positions: NDArray[np.float32]
    uv: NDArray[np.float32]
    triangles: NDArray[np.uint32]
    pixels: NDArray[np.intp]


class Layers(NamedTuple):
    """The photo's relief and what stands behind its silhouettes.

    Attributes:
        front: the relief.
        back: what is hidden, None where nothing is.
        back_rgb: uint8 [h, w, 3], the back layer's texture.
    """

    front: Mesh
    back: Mesh | None
    back_rgb: NDArray[np.uint8]


class _Grid(NamedTuple):
    """Pixels of the photo that are vertices, and the inverse of their z; unknown where <= 0."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    inverse: NDArray[np.float32]


def _read_grid(result: SpatialPhoto) -> _Grid:
    """Return at most LONG_SIDE_VERTICES pixels along the longer side, smoothed of lone spikes."""
    height, width = result.nearness.shape
    scale = min(1.0, LONG_SIDE_VERTICES / max(height, width))
    rows, columns = (
        np.rint(np.linspace(0, size - 1, max(2, round(size * scale)))).astype(np.intp)
        if size > 1
        else np.zeros(1, np.intp)
        for size in (height, width)
    )
    depth = result.depth
    grid = np.ix_(rows, columns)
    ratio = result.settings.depth.near_far_ratio
    if depth.kind is DepthKind.AFFINE_INVARIANT and depth.space is DepthSpace.INVERSE_DEPTH:
        # The shift is unknown: let the far end be as many times farther as the settings say.
        inverse = 1.0 / ratio + result.nearness[grid] * (1.0 - 1.0 / ratio)
        inverse = np.maximum(inverse, 0.5 / ratio)
    else:
        inverse = to_inverse_depth(depth, ratio)[grid]
    inverse = cv2.medianBlur(inverse.astype(np.float32), 3).reshape(inverse.shape)
    return _Grid(rows, columns, np.where(depth.valid[grid] & (inverse > 0), inverse, 0.0))


def _triangles(z: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return a grid's triangles between known vertices whose z differ by TEAR_RATIO at most."""
    number = np.arange(z.size).reshape(z.shape)
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]
    both = np.concatenate(
        [np.stack(corners, axis=-1).reshape(-1, 3) for corners in ((a, c, b), (b, c, d))]
    )
    depth = z.reshape(-1)[both]
    whole = np.asarray(np.isfinite(depth).all(axis=1))
    whole[whole] = depth[whole].max(axis=1) <= TEAR_RATIO * depth[whole].min(axis=1)
    return both[whole]


def _mesh(result: SpatialPhoto, grid: _Grid, z: NDArray[np.float64], triangles: NDArray) -> Mesh:
    height, width = result.nearness.shape
    used, triangles = np.unique(triangles, return_inverse=True)
    row, column = grid.rows[used // grid.columns.size], grid.columns[used % grid.columns.size]
    z = z.reshape(-1)[used]
    focal = focal_px(result.photo)
    x = (column - 0.5 * (width - 1)) * z / focal
    y = (row - 0.5 * (height - 1)) * z / focal
    return Mesh(
        positions=np.stack((x, -y, -z), axis=-1).astype(np.float32),
        uv=np.stack(((column + 0.5) / width, (row + 0.5) / height), axis=-1).astype(np.float32),
        triangles=triangles.reshape(-1, 3).astype(np.uint32),
        pixels=np.stack((row, column), axis=-1),
    )


def build_layers(result: SpatialPhoto) -> Layers:
    """Return the relief with at most LONG_SIDE_VERTICES vertices along the longer side, in layers.

    Raises:
        FormatError: no triangle is left: the photo has one row or column, or its depth is nothing
            but jumps.
    """
    grid = _read_grid(result)
    known = grid.inverse > 0
    if not known.any():
        raise FormatError(_NO_SURFACE)
    least, most = float(grid.inverse[known].min()), float(grid.inverse[known].max())
    per_px = max(most - least, 1e-6 * most) / (_BEHIND_SHARE * grid.columns.size)
    size = (grid.columns.size, grid.rows.size)
    rgb = cv2.resize(result.photo.rgb, size, interpolation=cv2.INTER_AREA)
    disparity_px = np.where(known, grid.inverse - least, 0.0).astype(np.float32) / per_px
    scene = split_layers(Layer(np.asarray(rgb, np.uint8), disparity_px.astype(np.float32)))
    unit = most if result.depth.kind is not DepthKind.METRIC else 1.0
    front_z, back_z = (
        np.where(known, unit / (least + per_px * layer.disparity_px.astype(np.float64)), np.nan)
        for layer in (scene.front, scene.back)
    )
    triangles, behind = _triangles(front_z), _triangles(back_z)
    behind = behind[scene.hidden.reshape(-1)[behind].any(axis=1)]
    if triangles.size == 0:
        raise FormatError(_NO_SURFACE)
    return Layers(
        front=_mesh(result, grid, front_z, triangles),
        back=_mesh(result, grid, back_z, behind) if behind.size else None,
        back_rgb=scene.back.rgb,
    )


def _texture(rgb: NDArray[np.uint8], quality: int) -> bytes:
    size = fitted_size(rgb.shape[1], rgb.shape[0], TEXTURE_LONGEST_SIDE_PX)
    if size != (rgb.shape[1], rgb.shape[0]):
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    return encode_jpeg(rgb, quality=quality)


def _accessor(view: int, kind: int, count: int, shape: str) -> dict[str, Any]:
    return {"bufferView": view, "componentType": kind, "count": count, "type": shape}


def _material(texture: int) -> dict[str, Any]:
    plain = {"baseColorTexture": {"index": texture}, "metallicFactor": 0.0, "roughnessFactor": 1.0}
    unlit = {"KHR_materials_unlit": {}}
    return {"pbrMetallicRoughness": plain, "extensions": unlit, "doubleSided": True}


def _primitive(index: int) -> dict[str, Any]:
    attributes = {"POSITION": 3 * index, "TEXCOORD_0": 3 * index + 1}
    return {"attributes": attributes, "indices": 3 * index + 2, "material": index}


def _accessors(mesh: Mesh, first_view: int) -> list[dict[str, Any]]:
    vertices = len(mesh.positions)
    bounds = {
        "min": mesh.positions.min(axis=0).tolist(),
        "max": mesh.positions.max(axis=0).tolist(),
    }
    return [
        {**_accessor(first_view, _FLOAT, vertices, "VEC3"), **bounds},
        _accessor(first_view + 1, _FLOAT, vertices, "VEC2"),
        _accessor(first_view + 2, _UNSIGNED_INT, mesh.triangles.size, "SCALAR"),
    ]


def _padded(data: bytes, filler: bytes) -> bytes:
    return data + filler * (-len(data) % 4)


def meshes_to_glb(surfaces: Sequence[tuple[Mesh, bytes]], *, name: str) -> bytes:
    """Return the GLB file of meshes with their JPEG textures: header, JSON chunk, binary chunk.

    Each mesh is a primitive of one glTF mesh, with four buffer views of its own.
    """
    binary, views = bytearray(), []
    accessors: list[dict[str, Any]] = []
    for mesh, texture_jpeg in surfaces:
        accessors += _accessors(mesh, len(views))
        parts = (
            (mesh.positions.astype("<f4").tobytes(), _ARRAY),
            (mesh.uv.astype("<f4").tobytes(), _ARRAY),
            (mesh.triangles.astype("<u4").tobytes(), _ELEMENTS),
            (texture_jpeg, None),
        )
        for data, target in parts:
            view = {"buffer": 0, "byteOffset": len(binary), "byteLength": len(data)}
            views.append(view if target is None else {**view, "target": target})
            binary += _padded(data, b"\x00")
    all_of_them = range(len(surfaces))
    scene = {
        "asset": {"version": "2.0", "generator": "spatial"},
        "extensionsUsed": ["KHR_materials_unlit"],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": name}],
        "meshes": [{"primitives": [_primitive(index) for index in all_of_them]}],
        "materials": [_material(index) for index in all_of_them],
        "textures": [{"source": index, "sampler": 0} for index in all_of_them],
        "samplers": [{"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071}],
        "images": [
            {"bufferView": 4 * index + 3, "mimeType": "image/jpeg"} for index in all_of_them
        ],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(binary)}],
    }
    text = _padded(json.dumps(scene, separators=(",", ":"), allow_nan=False).encode(), b" ")
    body = struct.pack("<I4s", len(text), b"JSON") + text
    body += struct.pack("<I4s", len(binary), b"BIN\x00") + bytes(binary)
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body


def encode_glb(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return the relief and what stands behind it as GLB, for 3D viewers, AR and web pages."""
    front, back, back_rgb = build_layers(result)
    quality = result.settings.export.jpeg_quality
    surfaces = [(front, _texture(result.photo.rgb, quality))]
    if back is not None:
        surfaces.append((back, _texture(back_rgb, quality)))
    return (Encoded(meshes_to_glb(surfaces, name=result.photo.name)),)


def encode_ply(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return the relief as PLY, a colour at every vertex, for MeshLab, Blender and CloudCompare."""
    mesh = build_layers(result).front
    vertices = np.empty(len(mesh.positions), _VERTEX)
    vertices["position"] = mesh.positions
    vertices["rgb"] = result.photo.rgb[mesh.pixels[:, 0], mesh.pixels[:, 1]]
    faces = np.empty(len(mesh.triangles), _FACE)
    faces["corners"] = 3
    faces["vertices"] = mesh.triangles
    header = _HEADER.format(vertices=len(vertices), faces=len(faces)).encode("ascii")
    return (Encoded(header + vertices.tobytes() + faces.tobytes()),)
