"""PLY: the relief as a binary mesh with a colour at every vertex, for MeshLab, Blender and CloudCompare."""

import numpy as np

from spatial.formats.format import EncodedFile
from spatial.formats.mesh import build_mesh
from spatial.records import SpatialPhoto

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


def encode_ply(result: SpatialPhoto, _name: str) -> tuple[EncodedFile, ...]:
    """Return the relief as PLY."""
    mesh = build_mesh(result)
    vertices = np.empty(len(mesh.positions), _VERTEX)
    vertices["position"] = mesh.positions
    vertices["rgb"] = result.photo.rgb[mesh.pixels[:, 0], mesh.pixels[:, 1]]
    faces = np.empty(len(mesh.triangles), _FACE)
    faces["corners"] = 3
    faces["vertices"] = mesh.triangles
    header = _HEADER.format(vertices=len(vertices), faces=len(faces)).encode("ascii")
    return (
        EncodedFile(
            role="mesh_ply",
            suffix="_mesh.ply",
            media_type="application/octet-stream",
            data=header + vertices.tobytes() + faces.tobytes(),
        ),
    )
