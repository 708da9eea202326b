"""What to do with a spatial photo on each kind of device: one row each, used by the page and by shared links."""

from collections.abc import Iterable
from dataclasses import dataclass

from spatial.formats import FORMATS


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One kind of device.

    Attributes:
        name: what people call it.
        how: how to see the photo there, in one or two sentences.
        roles: files for it, as in a manifest, the best one first.
    """

    name: str
    how: str
    roles: tuple[str, ...]


DEVICES = (
    Device(
        name="Meta Quest, Pico and other headsets",
        how="Open the link in the headset's browser and press Enter VR. Or copy the full side-by-side file to the "
        "headset and open it in a gallery such as SKYBOX or DeoVR.",
        roles=("side_by_side", "vr180", "vr180_side_by_side"),
    ),
    Device(
        name="Apple Vision Pro, iPhone, iPad",
        how="Open the link in Safari and press Enter VR. Or save the spatial HEIC to Photos: experimental, not yet "
        "tried on a device.",
        roles=("spatial_heic",),
    ),
    Device(
        name="Phone or screen without glasses",
        how="Open the link: it tilts, wiggles, or shows both views for crossed or parallel eyes. The wiggle files move "
        "in any chat.",
        roles=("wiggle_mp4", "wiggle_gif", "wiggle_webp", "cross_eyed"),
    ),
    Device(
        name="Red-cyan glasses",
        how="Show one of these files on any screen or print it; red goes before the left eye.",
        roles=("anaglyph", "anaglyph_half_colour", "anaglyph_grey"),
    ),
    Device(
        name="3D television or projector",
        how="Copy the half side-by-side file to a USB stick and choose side by side in the 3D menu. Some sets take "
        "half top-bottom or MPO.",
        roles=("half_side_by_side", "half_top_bottom", "top_bottom", "mpo"),
    ),
    Device(
        name="Editing and printing",
        how="Depth is bright where it is near; the JSON file says what its numbers mean.",
        roles=(
            "left",
            "right",
            "depth",
            "depth_info",
            "depth_colour",
            "depth_float",
            "depth_float_info",
            "jps",
            "mesh_glb",
            "mesh_ply",
            "manifest",
        ),
    ),
)

TITLES = {
    "side_by_side": "Full side-by-side",
    "half_side_by_side": "Half side-by-side",
    "cross_eyed": "Cross-eyed pair",
    "top_bottom": "Full top-bottom",
    "half_top_bottom": "Half top-bottom",
    "anaglyph": "Anaglyph (Dubois)",
    "anaglyph_half_colour": "Anaglyph (half colour)",
    "anaglyph_grey": "Anaglyph (grey)",
    "spatial_heic": "Spatial HEIC (experimental)",
    "vr180": "VR photo",
    "vr180_side_by_side": "VR180 side-by-side",
    "wiggle_mp4": "Wiggle (MP4)",
    "wiggle_gif": "Wiggle (GIF)",
    "wiggle_webp": "Wiggle (WebP)",
    "left": "Left view",
    "right": "Right view",
    "depth": "Depth (16-bit PNG)",
    "depth_info": "Depth, what the numbers mean (JSON)",
    "depth_colour": "Depth in colour (PNG)",
    "depth_float": "Depth in full (npy)",
    "depth_float_info": "Depth in full, what the numbers mean (JSON)",
    "mpo": "MPO",
    "jps": "Stereo JPEG (JPS)",
    "mesh_glb": "3D mesh (GLB)",
    "mesh_ply": "3D mesh (PLY)",
    "manifest": "Manifest (JSON)",
}

QUICK_FORMATS = ("sbs", "half_sbs", "depth_png", "depth_colour")
_SHARED_FORMATS = (*QUICK_FORMATS, "half_top_bottom", "anaglyph", "wiggle_webp", "spatial_heic")


def title_of(role: str) -> str:
    """Return the name of a kind of file; a kind without one is called by its role."""
    return TITLES.get(role, role.replace("_", " ").capitalize())


def size_text(count: int) -> str:
    """Return a number of bytes for people.

    >>> size_text(700), size_text(23_400), size_text(1_260_000)
    ('1 kB', '23 kB', '1.3 MB')
    """
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} kB"


def by_device(roles: Iterable[str]) -> list[tuple[Device, list[str]]]:
    """Return every device with those of its files that there are; files of no device go to the last one."""
    there = set(roles)
    grouped = [(device, [role for role in device.roles if role in there]) for device in DEVICES]
    strangers = there - {role for device in DEVICES for role in device.roles}
    grouped[-1][1].extend(sorted(strangers))
    return grouped


def all_formats() -> tuple[str, ...]:
    """Return the formats that this machine can write, in the order of the table."""
    return tuple(name for name, row in FORMATS.items() if row.available())


def shared_formats() -> tuple[str, ...]:
    """Return the formats behind a shared link: one for each kind of device, the one for the viewer first."""
    return tuple(name for name in _SHARED_FORMATS if name in all_formats())
