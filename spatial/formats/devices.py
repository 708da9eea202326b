"""What to do with a spatial photo on each kind of device, on the page and in shared links."""

from typing import NamedTuple


class Device(NamedTuple):
    """One kind of device: its key, what people call it, and how to see the photo there."""

    key: str
    name: str
    how: str


HEADSET = Device(
    "headset",
    "Headset",
    "Open the link in the headset's browser and press Enter VR; on Apple Vision Pro in "
    "Safari. Or copy the full side-by-side file to the headset and open it in a gallery such as "
    "SKYBOX or DeoVR. The spatial HEIC is for Apple Photos: experimental, not yet tried on a "
    "device.",
)
SCREEN = Device(
    "phone",
    "Phone or computer",
    "No glasses needed: the sway and the wiggle move in any chat. The cross-eyed pair is for "
    "crossed eyes.",
)
TELEVISION = Device(
    "television",
    "3D TV",
    "Copy the half side-by-side file to a USB stick and choose side by side in the 3D menu. Some "
    "sets and projectors take half top-bottom or MPO.",
)
GLASSES = Device(
    "glasses",
    "Print or red-cyan glasses",
    "Show one of these files on any screen or print it; red goes before the left eye.",
)
EDITING = Device(
    "editing",
    "Edit",
    "Depth, layers and meshes for other programs. Depth is bright where it is near; the JSON file "
    "says what its numbers mean.",
)
DEVICES = (HEADSET, SCREEN, TELEVISION, GLASSES, EDITING)
