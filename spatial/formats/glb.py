"""GLB: the relief as one binary glTF 2.0 file, the photo as its texture."""

import json
import struct
from typing import Any

import cv2
import numpy as np

from spatial.formats.encode import encode_jpeg
from spatial.formats.format import EncodedFile
from spatial.formats.mesh import Mesh, build_mesh
from spatial.records import SpatialPhoto

TEXTURE_LONGEST_SIDE_PX = 4096  # what phones and headsets can hold
_FLOAT, _UNSIGNED_INT = 5126, 5125
_ARRAY, _ELEMENTS = 34962, 34963


def _texture(result: SpatialPhoto) -> bytes:
    rgb = result.photo.rgb
    scale = TEXTURE_LONGEST_SIDE_PX / max(rgb.shape[:2])
    if scale < 1.0:
        size = [max(1, round(side * scale)) for side in (rgb.shape[1], rgb.shape[0])]
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    return encode_jpeg(rgb, quality=result.settings.export.jpeg_quality)


def _scene(mesh: Mesh, views: list[dict[str, int]], name: str) -> dict[str, Any]:
    vertices = len(mesh.positions)
    return {
        "asset": {"version": "2.0", "generator": "spatial"},
        "extensionsUsed": ["KHR_materials_unlit"],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": name}],
        "meshes": [
            {
                "primitives": [
                    {"attributes": {"POSITION": 0, "TEXCOORD_0": 1}, "indices": 2, "material": 0}
                ]
            }
        ],
        "materials": [
            {
                "pbrMetallicRoughness": {
                    "baseColorTexture": {"index": 0},
                    "metallicFactor": 0.0,
                    "roughnessFactor": 1.0,
                },
                "extensions": {"KHR_materials_unlit": {}},
                "doubleSided": True,
            }
        ],
        "textures": [{"source": 0, "sampler": 0}],
        "samplers": [{"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071}],
        "images": [{"bufferView": 3, "mimeType": "image/jpeg"}],
        "accessors": [
            {
                "bufferView": 0,
                "componentType": _FLOAT,
                "count": vertices,
                "type": "VEC3",
                "min": mesh.positions.min(axis=0).tolist(),
                "max": mesh.positions.max(axis=0).tolist(),
            },
            {"bufferView": 1, "componentType": _FLOAT, "count": vertices, "type": "VEC2"},
            {
                "bufferView": 2,
                "componentType": _UNSIGNED_INT,
                "count": mesh.triangles.size,
                "type": "SCALAR",
            },
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


def encode_glb(result: SpatialPhoto, name: str) -> tuple[EncodedFile, ...]:
    """Return the relief as GLB, for 3D viewers, AR and web pages."""
    return (
        EncodedFile(
            role="mesh_glb",
            suffix="_mesh.glb",
            media_type="model/gltf-binary",
            data=mesh_to_glb(build_mesh(result), _texture(result), name=name),
        ),
    )
