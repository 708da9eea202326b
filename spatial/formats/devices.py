"""What to do with a spatial photo on each kind of device, on the page and in shared links."""

from typing import NamedTuple


class Device(NamedTuple):
    """One kind of device: what people call it, and how to see the photo there."""

    name: str
    how: str


HEADSET = Device(
    "Meta Quest, Pico and other headsets",
    "Open the link in the headset's browser and press Enter VR. Or copy the full side-by-side file "
    "to the headset and open it in a gallery such as SKYBOX or DeoVR.",
)
APPLE = Device(
    "Apple Vision Pro, iPhone, iPad",
    "Open the link in Safari and press Enter VR. Or save the spatial HEIC to Photos: experimental, "
    "not yet tried on a device.",
)
SCREEN = Device(
    "Phone or screen without glasses",
    "Open the link: it tilts, wiggles, or shows both views for crossed or parallel eyes. The "
    "wiggle files move in any chat.",
)
GLASSES = Device(
    "Red-cyan glasses",
    "Show one of these files on any screen or print it; red goes before the left eye.",
)
TELEVISION = Device(
    "3D television or projector",
    "Copy the half side-by-side file to a USB stick and choose side by side in the 3D menu. Some "
    "sets take half top-bottom or MPO.",
)
EDITING = Device(
    "Editing and printing",
    "Depth is bright where it is near; the JSON file says what its numbers mean.",
)
DEVICES = (HEADSET, APPLE, SCREEN, GLASSES, TELEVISION, EDITING)
