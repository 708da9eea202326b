"""The photo as a textured relief, torn where depth jumps, as GLB (binary glTF 2.0) and PLY.

Axes are glTF's, which the formats demand: x right, y up, the camera at the origin looks along -z.
Lengths are metres for metric depth; otherwise the nearest point is 1 away.
"""

import json
import struct
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from spatial.formats.encode import Encoded, FormatError, encode_jpeg, focal_px
from spatial.geometry import fitted_size, to_inverse_depth
from spatial.records import DepthKind, DepthSpace, SpatialPhoto

LONG_SIDE_VERTICES = 640
TEAR_RATIO = 1.12  # two neighbours farther apart than this in z belong to two surfaces
TEXTURE_LONGEST_SIDE_PX = 4096  # what phones and headsets can hold
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


def _distance(result: SpatialPhoto, rows: NDArray, columns: NDArray) -> NDArray[np.float64]:
    """Return z of a grid of pixels, NaN where depth is unknown."""
    depth = result.depth
    grid = np.ix_(rows, columns)
    ratio = result.settings.depth.near_far_ratio
    if depth.kind is DepthKind.AFFINE_INVARIANT and depth.space is DepthSpace.INVERSE_DEPTH:
        # The shift is unknown: let the far end be as many times farther as the settings say.
        inverse = 1.0 / ratio + result.nearness[grid] * (1.0 - 1.0 / ratio)
        inverse = np.maximum(inverse, 0.5 / ratio)
    else:
        inverse = to_inverse_depth(depth, ratio)[grid]
    inverse = cv2.medianBlur(inverse.astype(np.float32), 3).reshape(inverse.shape)  # no lone spikes
    z = np.full(inverse.shape, np.nan)
    np.divide(1.0, inverse, out=z, where=depth.valid[grid] & (inverse > 0))
    if depth.kind is not DepthKind.METRIC and np.isfinite(z).any():
        z /= np.nanmin(z)
    return z


def _triangles(z: NDArray[np.float64], kept: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return a grid's triangles between known vertices whose z differ by TEAR_RATIO at most."""
    number = np.arange(z.size).reshape(z.shape)
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]
    both = np.concatenate(
        [np.stack(corners, axis=-1).reshape(-1, 3) for corners in ((a, c, b), (b, c, d))]
    )
    depth = z.reshape(-1)[both]
    whole = np.all(kept.reshape(-1)[both], axis=1)
    whole[whole] = depth[whole].max(axis=1) <= TEAR_RATIO * depth[whole].min(axis=1)
    return both[whole]


def build_mesh(result: SpatialPhoto) -> Mesh:
    """Return the relief with at most LONG_SIDE_VERTICES vertices along the longer side.

    Raises:
        FormatError: no triangle is left: the photo has one row or column, or its depth is nothing
            but jumps.
    """
    height, width = result.nearness.shape
    scale = min(1.0, LONG_SIDE_VERTICES / max(height, width))
    rows, columns = (
        np.rint(np.linspace(0, size - 1, max(2, round(size * scale)))).astype(np.intp)
        if size > 1
        else np.zeros(1, np.intp)
        for size in (height, width)
    )
    z = _distance(result, rows, columns)
    triangles = _triangles(z, np.isfinite(z))
    if triangles.size == 0:
        msg = "this depth makes no surface, so there is no mesh to write; choose another format"
        raise FormatError(msg)
    used, triangles = np.unique(triangles, return_inverse=True)
    row, column = rows[used // columns.size], columns[used % columns.size]
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


def _texture(result: SpatialPhoto) -> bytes:
    rgb = result.photo.rgb
    size = fitted_size(rgb.shape[1], rgb.shape[0], TEXTURE_LONGEST_SIDE_PX)
    if size != (rgb.shape[1], rgb.shape[0]):
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    return encode_jpeg(rgb, quality=result.settings.export.jpeg_quality)


def _accessor(view: int, kind: int, count: int, shape: str) -> dict[str, Any]:
    return {"bufferView": view, "componentType": kind, "count": count, "type": shape}


def _scene(mesh: Mesh, views: list[dict[str, int]], name: str) -> dict[str, Any]:
    vertices = len(mesh.positions)
    bounds = {
        "min": mesh.positions.min(axis=0).tolist(),
        "max": mesh.positions.max(axis=0).tolist(),
    }
    attributes = {"POSITION": 0, "TEXCOORD_0": 1}
    plain = {"baseColorTexture": {"index": 0}, "metallicFactor": 0.0, "roughnessFactor": 1.0}
    unlit = {"KHR_materials_unlit": {}}
    return {
        "asset": {"version": "2.0", "generator": "spatial"},
        "extensionsUsed": ["KHR_materials_unlit"],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": name}],
        "meshes": [{"primitives": [{"attributes": attributes, "indices": 2, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": plain, "extensions": unlit, "doubleSided": True}],
        "textures": [{"source": 0, "sampler": 0}],
        "samplers": [{"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071}],
        "images": [{"bufferView": 3, "mimeType": "image/jpeg"}],
        "accessors": [
            {**_accessor(0, _FLOAT, vertices, "VEC3"), **bounds},
            _accessor(1, _FLOAT, vertices, "VEC2"),
            _accessor(2, _UNSIGNED_INT, mesh.triangles.size, "SCALAR"),
        ],
        "bufferViews": views,
        "buffers": [{"byteLength": views[-1]["byteOffset"] + views[-1]["byteLength"]}],
    }


def _padded(data: bytes, filler: bytes) -> bytes:
    return data + filler * (-len(data) % 4)


def mesh_to_glb(mesh: Mesh, texture_jpeg: bytes, *, name: str) -> bytes:
    """Return the GLB file of a mesh and its texture: header, JSON chunk, binary chunk."""
    parts = (
        (mesh.positions.astype("<f4").tobytes(), _ARRAY),
        (mesh.uv.astype("<f4").tobytes(), _ARRAY),
        (mesh.triangles.astype("<u4").tobytes(), _ELEMENTS),
        (texture_jpeg, None),
    )
    binary, views = bytearray(), []
    for data, target in parts:
        view = {"buffer": 0, "byteOffset": len(binary), "byteLength": len(data)}
        views.append(view if target is None else {**view, "target": target})
        binary += _padded(data, b"\x00")
    scene = json.dumps(_scene(mesh, views, name), separators=(",", ":"), allow_nan=False)
    text = _padded(scene.encode(), b" ")
    body = struct.pack("<I4s", len(text), b"JSON") + text
    body += struct.pack("<I4s", len(binary), b"BIN\x00") + bytes(binary)
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body


def encode_glb(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return the relief as GLB, for 3D viewers, AR and web pages."""
    return (Encoded(mesh_to_glb(build_mesh(result), _texture(result), name=result.photo.name)),)


def encode_ply(result: SpatialPhoto) -> tuple[Encoded, ...]:
    """Return the relief as PLY, a colour at every vertex, for MeshLab, Blender and CloudCompare."""
    mesh = build_mesh(result)
    vertices = np.empty(len(mesh.positions), _VERTEX)
    vertices["position"] = mesh.positions
    vertices["rgb"] = result.photo.rgb[mesh.pixels[:, 0], mesh.pixels[:, 1]]
    faces = np.empty(len(mesh.triangles), _FACE)
    faces["corners"] = 3
    faces["vertices"] = mesh.triangles
    header = _HEADER.format(vertices=len(vertices), faces=len(faces)).encode("ascii")
    return (Encoded(header + vertices.tobytes() + faces.tobytes()),)
