"""What is refused before a photo is decoded, and how a refusal reads."""

MAX_FILE_BYTES = 64 * 10**6
MAX_PIXELS = 100_000_000
MIN_SIDE_PX = 64
MAX_ASPECT = 8


class PhotoError(ValueError):
    """A photo cannot be used; the message says what is wrong with it and what to do."""


class UnreadError(ValueError):
    """A file is sound but not read; the message goes on from the file's name."""


def check_bytes(size: int, label: str) -> None:
    """Raise PhotoError unless the file's size is allowed; ``label`` names it in the message."""
    if size == 0:
        msg = f"{label} is empty (0 bytes); copy it again or export it anew"
        raise PhotoError(msg)
    if size > MAX_FILE_BYTES:
        msg = (
            f"{label} has {size / 1e6:.1f} MB, at most {MAX_FILE_BYTES / 1e6:.0f} MB are read; "
            "save it smaller, for instance as JPEG"
        )
        raise PhotoError(msg)


def check_size(width_px: int, height_px: int, label: str, most: int = MAX_PIXELS) -> None:
    """Raise PhotoError unless the size in pixels is allowed; called before anything is decoded."""
    short, long = sorted((width_px, height_px))
    size = f"{label} is {width_px} x {height_px} pixels"
    msg = ""
    if width_px * height_px > most:
        megapixels = width_px * height_px / 1e6
        msg = (
            f"{size} ({megapixels:.0f} megapixels), at most {most // 10**6} are "
            "converted; scale it down"
        )
    elif short < MIN_SIDE_PX:
        msg = f"{size}, the shorter side needs at least {MIN_SIDE_PX}; take a larger version"
    elif long > MAX_ASPECT * short:
        msg = f"{size} ({long / short:.1f}:1), at most {MAX_ASPECT}:1 is converted; crop it"
    if msg:
        raise PhotoError(msg)
