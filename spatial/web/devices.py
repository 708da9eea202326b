"""Which files are offered for which device, on the page and on shared links."""

from collections.abc import Iterable

from spatial.formats import DEFAULT_FORMATS, DEVICES, FILES, FORMATS, Device

QUICK_FORMATS = DEFAULT_FORMATS
_SHARED_FORMATS = (*QUICK_FORMATS, "half_top_bottom", "anaglyph", "wiggle_webp", "spatial_heic")


def title_of(role: str) -> str:
    """Return the name of a kind of file; a kind without one is called by its role."""
    return FILES[role].title if role in FILES else role.replace("_", " ").capitalize()


def size_text(count: int) -> str:
    """Return a number of bytes for people.

    >>> size_text(700), size_text(23_400), size_text(1_260_000)
    ('1 kB', '23 kB', '1.3 MB')
    """
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} kB"


def by_device(roles: Iterable[str]) -> list[tuple[Device, list[str]]]:
    """Return every device with those of its files that there are; files of no device go to the last one."""
    there = set(roles)
    grouped = [(d, [r for r, f in FILES.items() if f.device == d and r in there]) for d in DEVICES]
    grouped[-1][1].extend(sorted(there - FILES.keys()))
    return grouped


def all_formats() -> tuple[str, ...]:
    """Return the formats for devices that this machine can write, in the order of the table."""
    offered = (name for name, row in FORMATS.items() if row.files[0].device)
    return tuple(name for name in offered if FORMATS[name].available())


def shared_formats() -> tuple[str, ...]:
    """Return the formats behind a shared link: one for each kind of device, the one for the viewer first."""
    return tuple(name for name in _SHARED_FORMATS if name in all_formats())
