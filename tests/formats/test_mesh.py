"""The relief, read back by a parser of GLB and one of PLY."""

import io
import json
import struct
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scenes import make_result, named

from spatial.formats import FormatError
from spatial.formats.mesh import LONG_SIDE_VERTICES, build_layers, encode_glb, encode_ply
from spatial.records import DepthKind, DepthMap, DepthSpace

HEIGHT, WIDTH, FOCAL_PX = 12, 20, 30.0


def relief(depth_m, **photo):
    """A spatial photo of metric depth whose red grows to the right and green downwards."""
    height, width = depth_m.shape
    result = make_result(height_px=height, width_px=width, focal_px=FOCAL_PX, **photo)
    rows, columns = np.mgrid[:height, :width]
    rgb = np.stack((columns * 10, rows * 20, rows * 0), axis=-1).astype(np.uint8)
    depth = DepthMap.from_values(depth_m, kind=DepthKind.METRIC, space=DepthSpace.DEPTH)
    return replace(result, depth=depth, photo=replace(result.photo, rgb=rgb))


def two_planes():
    depth_m = np.full((HEIGHT, WIDTH), 4.0)
    depth_m[:, 8:] = 2.0
    return relief(depth_m)


def build_mesh(result):
    return build_layers(result).front


def read_glb(data, layer=0):
    """Return positions, texture coordinates, triangles, texture and the scene of a GLB file's
    front or back layer.
    """
    magic, version, size = struct.unpack_from("<4sII", data)
    assert (magic, version, size) == (b"glTF", 2, len(data))
    chunks, position = {}, 12
    while position < len(data):
        length, kind = struct.unpack_from("<I4s", data, position)
        assert length % 4 == 0
        chunks[kind] = data[position + 8 : position + 8 + length]
        position += 8 + length
    scene, binary = json.loads(chunks[b"JSON"]), chunks[b"BIN\x00"]

    def view(index):
        entry = scene["bufferViews"][index]
        assert entry["byteOffset"] % 4 == 0
        return binary[entry["byteOffset"] : entry["byteOffset"] + entry["byteLength"]]

    def accessor(index):
        entry = scene["accessors"][index]
        dtype = {5126: "<f4", 5125: "<u4"}[entry["componentType"]]
        columns = {"VEC3": 3, "VEC2": 2, "SCALAR": 1}[entry["type"]]
        return np.frombuffer(view(entry["bufferView"]), dtype).reshape(entry["count"], columns)

    primitive = scene["meshes"][0]["primitives"][layer]
    material = scene["materials"][primitive["material"]]["pbrMetallicRoughness"]
    assert scene["textures"][material["baseColorTexture"]["index"]]["source"] == layer
    positions = accessor(primitive["attributes"]["POSITION"])
    limits = scene["accessors"][primitive["attributes"]["POSITION"]]
    assert np.allclose(limits["min"], positions.min(axis=0))
    assert np.allclose(limits["max"], positions.max(axis=0))
    triangles = accessor(primitive["indices"]).reshape(-1, 3)
    assert triangles.max() < len(positions)
    texture = Image.open(io.BytesIO(view(scene["images"][layer]["bufferView"])))
    return positions, accessor(primitive["attributes"]["TEXCOORD_0"]), triangles, texture, scene


def read_ply(data):
    head, body = data.split(b"end_header\n", 1)
    counts = [int(line.split()[2]) for line in head.decode().splitlines() if "element" in line]
    vertices = np.frombuffer(body, np.dtype("<f4,<f4,<f4,u1,u1,u1"), counts[0])
    faces = np.frombuffer(body[vertices.nbytes :], np.dtype([("n", "u1"), ("v", "<i4", 3)]))
    assert len(faces) == counts[1]
    assert (faces["n"] == 3).all()
    positions = np.stack([vertices[f"f{n}"] for n in range(3)], axis=-1)
    return positions, np.stack([vertices[f"f{n}"] for n in (3, 4, 5)], axis=-1), faces["v"]


def test_points_project_back_onto_their_pixels():
    (file,) = encode_glb(named(two_planes(), "cup"))
    positions, uv, _, texture, scene = read_glb(file.data)
    x, y, z = positions.T
    assert set(np.round(z, 5)) == {-4.0, -2.0}
    columns = FOCAL_PX * x / -z + 0.5 * (WIDTH - 1)
    rows = 0.5 * (HEIGHT - 1) - FOCAL_PX * y / -z  # y points up
    assert np.allclose(columns, uv[:, 0] * WIDTH - 0.5, atol=1e-4)
    assert np.allclose(rows, uv[:, 1] * HEIGHT - 0.5, atol=1e-4)
    assert texture.size == (WIDTH, HEIGHT)
    assert scene["materials"][0]["doubleSided"] is True
    assert scene["nodes"][0]["name"] == "cup"


def test_triangles_face_the_camera_and_do_not_bridge_the_jump():
    (file,) = encode_glb(two_planes())
    positions, _, triangles, _, _ = read_glb(file.data)
    a, b, c = (positions[triangles[:, n]] for n in range(3))
    assert (
        np.cross(b - a, c - a)[:, 2] > 0
    ).all()  # counter-clockwise seen from +z, the camera's side
    depth = positions[:, 2][triangles]
    assert (depth.max(axis=1) == depth.min(axis=1)).all()
    assert len(triangles) == 2 * (HEIGHT - 1) * (WIDTH - 2)


def test_behind_a_near_thing_the_far_surface_goes_on():
    """A near square before a wall: the back layer is the wall, in its colour, beside each edge."""
    depth_m = np.full((60, 80), 4.0)
    square = (slice(20, 40), slice(30, 50))
    depth_m[square] = 2.0
    result = relief(depth_m)
    rgb = np.full((60, 80, 3), (200, 30, 30), np.uint8)
    rgb[square] = (30, 30, 200)
    result = replace(result, photo=replace(result.photo, rgb=rgb))
    (file,) = encode_glb(result)
    positions, uv, triangles, texture, scene = read_glb(file.data, layer=1)
    assert len(scene["meshes"][0]["primitives"]) == 2
    assert np.allclose(positions[:, 2], -4.0, atol=1e-4)
    columns, rows = (uv * (80, 60) - 0.5).round().astype(int).T
    behind = (depth_m[rows, columns] == 2.0) & (columns < 40)
    assert behind.sum() >= 20  # one pixel a row at the least
    colours = np.asarray(texture.convert("RGB")).astype(int)[rows[behind], columns[behind]]
    assert (np.abs(colours - (200, 30, 30)).max(axis=1) < 60).mean() > 0.8  # JPEG mixes edges
    a, b, c = (positions[triangles[:, n]] for n in range(3))
    assert (np.cross(b - a, c - a)[:, 2] > 0).all()


def test_one_surface_has_no_back():
    assert build_layers(relief(np.full((HEIGHT, WIDTH), 3.0))).back is None


def test_unknown_depth_is_a_hole():
    depth_m = np.full((HEIGHT, WIDTH), 3.0)
    depth_m[4:7, 4:7] = np.nan
    mesh = build_mesh(relief(depth_m))
    inside = (np.abs(mesh.pixels - 5) <= 1).all(axis=1)
    assert not inside.any()
    assert len(mesh.positions) == HEIGHT * WIDTH - 9


def test_depth_without_a_scale_starts_one_away_and_keeps_its_ratio():
    near_to_far = np.linspace(1.0, 0.0, 200, dtype=np.float32)
    nearness = np.broadcast_to(near_to_far[:, None], (200, 6)).copy()
    result = make_result(height_px=200, width_px=6)
    depth = DepthMap.from_values(
        7.0 * nearness - 2.0, kind=DepthKind.AFFINE_INVARIANT, space=DepthSpace.INVERSE_DEPTH
    )
    z = -build_mesh(replace(result, nearness=nearness, depth=depth)).positions[:, 2]
    assert z.min() == pytest.approx(1.0)
    assert z.max() == pytest.approx(result.settings.depth.near_far_ratio, rel=1e-3)


def test_large_photos_become_meshes_of_bounded_size():
    mesh = build_mesh(relief(np.full((40, 3 * LONG_SIDE_VERTICES), 2.0)))
    assert len(mesh.positions) <= LONG_SIDE_VERTICES * 14
    assert mesh.pixels.max(axis=0).tolist() == [39, 3 * LONG_SIDE_VERTICES - 1]


def test_ply_holds_the_same_relief_with_the_photos_colours():
    result = two_planes()
    (file,) = encode_ply(result)
    positions, rgb, triangles = read_ply(file.data)
    mesh = build_mesh(result)
    assert np.array_equal(positions, mesh.positions)
    assert np.array_equal(triangles, mesh.triangles)
    assert np.array_equal(rgb[:, 0], mesh.pixels[:, 1] * 10)
    assert np.array_equal(rgb[:, 1], mesh.pixels[:, 0] * 20)


@pytest.mark.parametrize("shape", [(1, 1), (1, 30)])
def test_a_line_is_no_surface(shape):
    with pytest.raises(FormatError, match="no surface"):
        encode_glb(relief(np.full(shape, 2.0)))
