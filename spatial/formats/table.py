"""The FORMATS table: a row for each way to write a spatial photo: files, devices, writer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from spatial.formats.clips import (
    encode_sway_gif,
    encode_sway_mp4,
    encode_sway_webp,
    encode_wiggle_gif,
    encode_wiggle_mp4,
    encode_wiggle_webp,
    missing_ffmpeg,
)
from spatial.formats.containers import encode_jps, encode_mpo
from spatial.formats.depth import (
    DEPTH_INFO_SUFFIX,
    DEPTH_SUFFIX,
    NPY_INFO_SUFFIX,
    NPY_SUFFIX,
    encode_depth_colour,
    encode_depth_float,
    encode_depth_grey,
    encode_depth_png,
    encode_rgbd,
)
from spatial.formats.devices import (
    EDITING,
    GLASSES,
    HEADSET,
    SCREEN,
    TELEVISION,
    Device,
)
from spatial.formats.encode import Encoded, FormatError
from spatial.formats.layouts import (
    cross_eyed,
    dubois,
    grey,
    half_colour,
    half_side_by_side,
    half_top_bottom,
    picture,
    side_by_side,
    top_bottom,
    two_previews,
    two_views,
)
from spatial.formats.manifest import LEFT_RIGHT, RIGHT_LEFT
from spatial.formats.mesh import encode_glb, encode_ply
from spatial.formats.scene import encode_scene
from spatial.formats.spatial_heic import encode_spatial_heic, missing_encoder
from spatial.formats.vr180 import encode_vr180, encode_vr180_side_by_side
from spatial.records import PhotoWithDepth, SpatialPhoto

Writer = Callable[[SpatialPhoto], tuple[Encoded, ...]]
JPEG, PNG, JSON = "image/jpeg", "image/png", "application/json"
BYTES = "application/octet-stream"
PREVIEW_LEFT, PREVIEW_RIGHT = "preview_left", "preview_right"
SCENE_FRONT, SCENE_FRONT_MAP = "scene_front", "scene_front_disparity"
SCENE_BACK, SCENE_BACK_MAP = "scene_back", "scene_back_disparity"


@dataclass(frozen=True, slots=True)
class File:
    """One kind of file.

    Attributes:
        role: what it is within the result; a key of the manifest's ``files``.
        title: the name shown to people.
        suffix: what follows the photo's name, extension included.
        device: what it is for; None where pages use it themselves.
        media_type: MIME type.
    """

    role: str
    title: str
    suffix: str
    device: Device | None
    media_type: str = JPEG


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a spatial photo.

    Attributes:
        writer: makes the bytes of its files, in their order.
        files: what it writes.
        eye_order: whose view comes first in its first file, None when that is no stereo picture
            that the viewer shows.
        missing: says what must be installed on this machine before it can be written, "" where
            nothing is missing.
    """

    writer: Writer
    files: tuple[File, ...]
    eye_order: str | None = None
    missing: Callable[[], str] = str

    @property
    def title(self) -> str:
        """The names of its files, those that pages use themselves left out."""
        return " + ".join(file.title for file in self.files if file.device)

    @property
    def layout(self) -> str | None:
        """The role of its stereo picture, None when there is none that the viewer shows."""
        return self.files[0].role if self.eye_order else None

    def available(self) -> bool:
        """Tell whether this machine can write it."""
        return not self.missing()


@dataclass(frozen=True, slots=True)
class DepthFormat(Format):
    """One way to write a photo with its depth, which needs no views."""

    writer: Callable[[PhotoWithDepth], tuple[Encoded, ...]]


FORMATS: dict[str, Format] = {
    "sbs": Format(
        picture(side_by_side),
        (File("side_by_side", "Full side-by-side (JPEG)", "_LRF_Full_SBS.jpg", HEADSET),),
        LEFT_RIGHT,
    ),
    "half_sbs": Format(
        picture(half_side_by_side),
        (File("half_side_by_side", "Half side-by-side (JPEG)", "_Half_LR.jpg", TELEVISION),),
        LEFT_RIGHT,
    ),
    "depth_png": DepthFormat(
        encode_depth_png,
        (
            File("depth", "Depth (16-bit PNG)", DEPTH_SUFFIX, EDITING, PNG),
            File("depth_info", "What its numbers mean (JSON)", DEPTH_INFO_SUFFIX, EDITING, JSON),
        ),
    ),
    "depth_colour": DepthFormat(
        encode_depth_colour,
        (File("depth_colour", "Depth in colour (PNG)", "_depth_colour.png", EDITING, PNG),),
    ),
    "depth_grey": DepthFormat(
        encode_depth_grey,
        (File("depth_grey", "Depth in grey (8-bit PNG)", "_8bit_depth.png", EDITING, PNG),),
    ),
    "rgbd": DepthFormat(
        encode_rgbd,
        (File("rgbd", "Photo + depth (Looking Glass, JPEG)", "_RGBD.jpg", SCREEN),),
    ),
    "scene": Format(
        encode_scene,
        (
            File(SCENE_FRONT, "Scene that follows the head", "_scene_front.jpg", HEADSET),
            File(SCENE_FRONT_MAP, "Scene, front depth (PNG)", "_scene_front.png", None, PNG),
            File(SCENE_BACK, "Scene, back layer (JPEG)", "_scene_back.jpg", None),
            File(SCENE_BACK_MAP, "Scene, back depth (PNG)", "_scene_back.png", None, PNG),
        ),
    ),
    "vr180": Format(
        encode_vr180, (File("vr180", "VR photo (Cardboard, .vr.jpg)", ".vr.jpg", HEADSET),)
    ),
    "vr180_sbs": Format(
        encode_vr180_side_by_side,
        (File("vr180_side_by_side", "VR180 side-by-side (JPEG)", "_180x180_LR.jpg", HEADSET),),
    ),
    "spatial_heic": Format(
        encode_spatial_heic,
        (
            File(
                "spatial_heic",
                "Spatial HEIC (experimental)",
                "_spatial.heic",
                HEADSET,
                "image/heic",
            ),
        ),
        missing=missing_encoder,
    ),
    "wiggle_mp4": Format(
        encode_wiggle_mp4,
        (File("wiggle_mp4", "Wiggle (MP4)", "_wiggle.mp4", SCREEN, "video/mp4"),),
        missing=missing_ffmpeg,
    ),
    "wiggle_gif": Format(
        encode_wiggle_gif, (File("wiggle_gif", "Wiggle (GIF)", "_wiggle.gif", SCREEN, "image/gif"),)
    ),
    "wiggle_webp": Format(
        encode_wiggle_webp,
        (File("wiggle_webp", "Wiggle (WebP)", "_wiggle.webp", SCREEN, "image/webp"),),
    ),
    "sway_mp4": Format(
        encode_sway_mp4,
        (File("sway_mp4", "Sway (MP4)", "_sway.mp4", SCREEN, "video/mp4"),),
        missing=missing_ffmpeg,
    ),
    "sway_gif": Format(
        encode_sway_gif, (File("sway_gif", "Sway (GIF)", "_sway.gif", SCREEN, "image/gif"),)
    ),
    "sway_webp": Format(
        encode_sway_webp, (File("sway_webp", "Sway (WebP)", "_sway.webp", SCREEN, "image/webp"),)
    ),
    "cross_eyed": Format(
        picture(cross_eyed),
        (File("cross_eyed", "Cross-eyed pair (JPEG)", "_RLF_cross.jpg", SCREEN),),
        RIGHT_LEFT,
    ),
    "anaglyph": Format(
        picture(dubois),
        (File("anaglyph", "Anaglyph, Dubois (JPEG)", "_redcyan_dubois.jpg", GLASSES),),
    ),
    "anaglyph_half_colour": Format(
        picture(half_colour),
        (
            File(
                "anaglyph_half_colour",
                "Anaglyph, half colour (JPEG)",
                "_redcyan_half_colour.jpg",
                GLASSES,
            ),
        ),
    ),
    "anaglyph_grey": Format(
        picture(grey),
        (File("anaglyph_grey", "Anaglyph, grey (JPEG)", "_redcyan_grey.jpg", GLASSES),),
    ),
    "half_top_bottom": Format(
        picture(half_top_bottom),
        (File("half_top_bottom", "Half top-bottom (JPEG)", "_Half_TB.jpg", TELEVISION),),
        LEFT_RIGHT,
    ),
    "top_bottom": Format(
        picture(top_bottom),
        (File("top_bottom", "Full top-bottom (JPEG)", "_TBF_fulltb.jpg", TELEVISION),),
        LEFT_RIGHT,
    ),
    "mpo": Format(
        encode_mpo,
        (File("mpo", "3D cameras and televisions (MPO)", ".mpo", TELEVISION, "image/mpo"),),
    ),
    "views": Format(
        two_views,
        (
            File("left", "Left view (JPEG)", "_left.jpg", EDITING),
            File("right", "Right view (JPEG)", "_right.jpg", EDITING),
        ),
    ),
    "depth_float": DepthFormat(
        encode_depth_float,
        (
            File("depth_float", "Depth in full (npy)", NPY_SUFFIX, EDITING, BYTES),
            File("depth_float_info", "What the npy means (JSON)", NPY_INFO_SUFFIX, EDITING, JSON),
        ),
    ),
    "jps": Format(encode_jps, (File("jps", "Stereo JPEG (JPS)", ".jps", EDITING),)),
    "mesh_glb": Format(
        encode_glb,
        (File("mesh_glb", "3D mesh (GLB)", "_mesh.glb", EDITING, "model/gltf-binary"),),
    ),
    "mesh_ply": Format(
        encode_ply, (File("mesh_ply", "3D mesh (PLY)", "_mesh.ply", EDITING, BYTES),)
    ),
    "preview": Format(
        two_previews,
        (
            File(PREVIEW_LEFT, "Small left view (JPEG)", "_preview_left.jpg", None),
            File(PREVIEW_RIGHT, "Small right view (JPEG)", "_preview_right.jpg", None),
        ),
    ),
}
DEPTH_FORMATS = {key: row for key, row in FORMATS.items() if isinstance(row, DepthFormat)}
DEFAULT_FORMATS: tuple[str, ...] = ("sbs", "half_sbs", "depth_png", "depth_colour")
MANIFEST = File("manifest", "Manifest (JSON)", "_manifest.json", EDITING, JSON)
FILES = {f.role: f for row in FORMATS.values() for f in row.files} | {MANIFEST.role: MANIFEST}
"""Every kind of file by its role; those for one device lie in their order, the best first."""


def check_formats(names: Iterable[str]) -> dict[str, Format]:
    """Return the rows of some formats by their names.

    Raises:
        FormatError: one is unknown or cannot be written on this machine, or there are none.
    """
    wanted = list(dict.fromkeys(names))
    unknown = [name for name in wanted if name not in FORMATS]
    if unknown or not wanted:
        what = f"unknown format {unknown[0]!r}" if unknown else "no format given"
        msg = f"{what}; known are {', '.join(FORMATS)}"
        raise FormatError(msg)
    rows = {name: FORMATS[name] for name in wanted}
    for missing in (row.missing() for row in rows.values()):
        if missing:
            raise FormatError(missing)
    return rows
