"""Scenes -> pictures with their inverse depth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from spatial.training.scenes.camera import develop, draw_exposure
from spatial.training.scenes.places import build_scene
from spatial.training.scenes.raycast import (
    MISS,
    Solids,
    Triple,
    in_shadow,
    nearest_hits,
    pixel_directions,
)
from spatial.training.scenes.scene import Camera, Light, Primitive, Scene, Shape
from spatial.training.scenes.textures import SIDE_PX, TextureAtlas

_SHADOW_STEP_PX = 2  # shadows are cast for every second pixel of every second row
_FARTHEST_LIFT_M = 300.0


class SceneBatch(NamedTuple):
    """Rendered scenes: sRGB, uint8 [B, 3, H, W], and 1/z in 1/m, float32 [B, 1, H, W], 0 = sky."""

    rgb: Tensor
    inverse_depth: Tensor


@torch.no_grad()
def render_batch(
    atlas: TextureAtlas, *, seed: int, count: int, height_px: int = 192, width_px: int = 256
) -> SceneBatch:
    """Make up `count` scenes and photograph them."""
    pictures, inverse_depths = [], []
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        scene = build_scene(atlas, rng)
        exposure = draw_exposure(rng)
        radiance, inverse_depth = render_scene(atlas, scene, height_px, width_px)
        pictures.append(develop(radiance, inverse_depth, exposure))
        inverse_depths.append(inverse_depth)
    return SceneBatch(torch.cat(pictures), torch.cat(inverse_depths))


@torch.no_grad()
def render_scene(
    atlas: TextureAtlas, scene: Scene, height_px: int, width_px: int
) -> tuple[Tensor, Tensor]:
    """Light that reaches the scene's camera, as an ideal one takes it.

    Returns:
        Radiance, float32 [1, 3, H, W] in about [0, 2], and 1/z in 1/m, float32 [1, 1, H, W].
    """
    camera = scene.camera
    directions = pixel_directions(camera, height_px, width_px)
    ways = functional.normalize(torch.stack(directions, dim=-1).view(-1, 3), dim=-1)
    color = _sky(atlas, scene.light, ways)
    depth_m = torch.full((height_px * width_px,), MISS)
    if scene.primitives:
        solids = Solids.of(scene.primitives)
        depth_map, number = nearest_hits(solids, camera, directions)
        depth_m = depth_map.flatten()
        hits = _Hits.of(scene.primitives, solids, camera, directions, (depth_map, number))
        footprint_m = depth_m / camera.focal_px(height_px, width_px)
        surface = _surface_color(atlas, hits, ways, footprint_m)
        shadow = _shadows(scene.light, solids, hits, depth_map)
        lit = _with_light(surface, hits, scene.light, ways, shadow)
        air = torch.exp(-depth_m * scene.fog_per_m)[:, None]
        horizon = color.new_tensor(scene.light.horizon)
        seen = torch.lerp(0.9 * horizon, lit, air)
        color = torch.where((number >= 0).view(-1, 1), seen, color)
    radiance = color.clamp(0, 2).T.reshape(1, 3, height_px, width_px)
    inverse_depth = torch.where(depth_m >= MISS, 0.0, 1 / depth_m)
    return radiance, inverse_depth.view(1, 1, height_px, width_px)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hits:
    """What the rays met, over the pixels [P]; meaningless where they met nothing.

    `point` [P, 3] in the world, `position` [P, 3] in metres along the primitive's own axes, `axis`
    [P] the own axis that the surface faces most, `normal` [P, 3] in the world, `material` [P, 9].
    """

    point: Tensor
    position: Tensor
    axis: Tensor
    normal: Tensor
    material: Tensor
    is_plane: Tensor

    @classmethod
    def of(
        cls,
        primitives: Sequence[Primitive],
        solids: Solids,
        camera: Camera,
        directions: Triple,
        found: tuple[Tensor, Tensor],
    ) -> "_Hits":
        depth_m, number = found[0].flatten(), found[1].flatten().clamp_min(0)
        rays = torch.stack(directions, dim=-1).view(-1, 3)
        point = rays.new_tensor(camera.position) + depth_m[:, None] * rays
        sizes = np.array([p.size for p in primitives])
        size = rays.new_tensor(sizes)[number]
        to_local = rays.new_tensor(solids.to_local)[number]
        offset = point - rays.new_tensor(solids.centers)[number]
        unit = (to_local * offset[:, None, :]).sum(dim=2)
        shape = torch.as_tensor(solids.shapes)[number]
        local_normal = _local_normal(shape, unit)
        normal = (to_local * local_normal[:, :, None]).sum(dim=1)
        return cls(
            point=point,
            position=unit * size,
            axis=(local_normal / size).abs().argmax(dim=1),
            normal=functional.normalize(normal, dim=1),
            material=rays.new_tensor([_material_row(p) for p in primitives])[number],
            is_plane=shape == Shape.PLANE,
        )


def _material_row(primitive: Primitive) -> list[float]:
    m = primitive.material
    return [*m.color, float(m.texture), m.scale_per_m, m.contrast, *m.offset, m.emission]


def _local_normal(shape: Tensor, unit: Tensor) -> Tensor:
    """Gradient of the shape's own equation at points of its surface, [P, 3]."""
    x, y, z = unit.unbind(dim=1)
    upward = torch.zeros_like(unit)
    upward[:, 1] = torch.where(shape == Shape.CYLINDER, y, 1.0)
    side = torch.stack([x, torch.zeros_like(y), z], dim=1)
    face = torch.zeros_like(unit)
    widest = unit.abs().argmax(dim=1, keepdim=True)
    face.scatter_(1, widest, unit.gather(1, widest).sign())
    on_cap = (shape == Shape.PLANE) | ((shape == Shape.CYLINDER) & (y.abs() > 0.999))
    normal = torch.where((shape == Shape.CYLINDER)[:, None], side, unit)
    normal = torch.where(on_cap[:, None], upward, normal)
    return torch.where((shape == Shape.BOX)[:, None], face, normal)


def _surface_color(atlas: TextureAtlas, hits: _Hits, ways: Tensor, footprint_m: Tensor) -> Tensor:
    """Light given back or, where the material shines, sent out under white light; [P, 3]."""
    color, texture, scale = hits.material[:, :3], hits.material[:, 3].long(), hits.material[:, 4]
    contrast, emission = hits.material[:, 5:6], hits.material[:, 8:9]
    x, y, z = hits.position.unbind(dim=1)
    u = torch.where(hits.axis == 0, z, x) * scale + hits.material[:, 6]
    v = torch.where(hits.axis == 1, z, -y) * scale + hits.material[:, 7]
    slant = (ways * hits.normal).sum(dim=1).abs().clamp_min(0.08)
    level = torch.log2((footprint_m * scale * SIDE_PX / slant).clamp_min(1e-3))
    texel = atlas.sample(texture, u, v, level)
    detail = texel / atlas.mean[texture].clamp_min(0.08) - 1
    albedo = color * (1 + 0.9 * contrast * detail).clamp(0.05, 3)
    own = (1.2 * (contrast - 0.8)).clamp(0, 1)
    albedo = torch.lerp(albedo, texel, own)
    shine = (0.6 + 0.6 * color) * texel.clamp_min(0.5)
    return torch.where(emission > 0, torch.lerp(albedo, shine, emission), albedo)


def _shadows(light: Light, solids: Solids, hits: _Hits, depth_map: Tensor) -> Tensor:
    """Share of the direct light that is cut off, float [P]."""
    height_px, width_px = depth_map.shape
    depth_m = depth_map.flatten()
    rows = torch.arange(0, height_px, _SHADOW_STEP_PX)
    columns = torch.arange(0, width_px, _SHADOW_STEP_PX)
    chosen = (rows[:, None] * width_px + columns).flatten()
    normal = hits.normal[chosen]
    facing = (normal * normal.new_tensor(light.toward_sun)).sum(dim=1) > 0
    wanted = (depth_m[chosen] < MISS) & facing & bool((light.sun > 0).any())
    lift_m = 2e-3 + 1e-3 * depth_m[chosen].clamp_max(_FARTHEST_LIFT_M)
    lifted = hits.point[chosen] + lift_m[:, None] * normal
    shadow = torch.zeros(len(chosen))
    shadow[wanted] = in_shadow(solids, lifted[wanted], light.toward_sun).float()
    coarse = shadow.view(1, 1, len(rows), len(columns))
    return functional.interpolate(coarse, size=(height_px, width_px), mode="bilinear").flatten()


def _with_light(surface: Tensor, hits: _Hits, light: Light, ways: Tensor, shadow: Tensor) -> Tensor:
    """Lambert's law under sun and sky, dimmer below and at grazing angles; [P, 3]."""
    toward_sun, sun = surface.new_tensor(light.toward_sun), surface.new_tensor(light.sun)
    openness = 0.5 + 0.5 * hits.normal[:, 1]
    crowding = torch.where(hits.is_plane, 1.0, 0.75 + 0.25 * openness)
    frontal = -(ways * hits.normal).sum(dim=1).clamp(-1, 0)
    ambient = light.ambient * (0.55 + 0.45 * openness) * crowding * (0.8 + 0.2 * frontal)
    direct = (hits.normal @ toward_sun).clamp_min(0) * (1 - 0.85 * shadow)
    shade = ambient[:, None] + direct[:, None] * sun
    return surface * torch.lerp(shade, torch.ones_like(shade), hits.material[:, 8:9])


def _sky(atlas: TextureAtlas, light: Light, ways: Tensor) -> Tensor:
    """Colour of the sky along unit vectors [P, 3]."""
    x, y, z = ways.unbind(dim=1)
    height = y.clamp(0, 1).sqrt()[:, None]
    blue = torch.lerp(ways.new_tensor(light.horizon), ways.new_tensor(light.zenith), height)
    texture = torch.full_like(x, light.cloud_texture, dtype=torch.int64)
    clouds = atlas.sample(texture, 0.6 * torch.atan2(x, z), 1.2 * y, torch.zeros_like(x))
    return (blue + light.clouds * (clouds - 0.5)).clamp(0, 1.2)
