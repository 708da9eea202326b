"""Every choice a user can make, once: frozen records whose fields carry what a flag or a widget needs to know.

Flags of the command line, controls of the page, the API and the manifest are all made from these fields. Field names
are unique over all groups, so that a name alone says which setting is meant.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import Enum
from typing import Any, NamedTuple, get_type_hints

from spatial.fields import Group, SettingInfo, SettingsError, check_fields, setting


class BokehMethod(str, Enum):
    """How depth of field is rendered."""

    PAPER = "paper"  # Eq. 4: a Gaussian whose kernel grows with the distance from the focal plane


class StereoMethod(str, Enum):
    """How the two views are made from photo and nearness."""

    SCANLINE = "scanline"  # sub-pixel, depth-ordered, filled from the background
    PAPER = "paper"  # Eq. 5 to the letter: integer shifts, nearest fill


class Convergence(str, Enum):
    """What lies on the screen plane (method scanline)."""

    AUTO = "auto"  # the subject in the middle, just behind the window
    NEAREST = "nearest"  # the nearest point; everything else behind the screen
    VALUE = "value"  # the plane of ``convergence_nearness``


class Synthesise(str, Enum):
    """Which views are synthesised (method scanline)."""

    BOTH = "both"  # half the disparity each
    RIGHT = "right"  # the left view stays the untouched photo
    LEFT = "left"  # the right view stays the untouched photo


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthSettings:
    """How depth is estimated. 0 means: what the model was made for."""

    denoising_steps: int = setting(
        0,
        "Denoising steps",
        "Steps of the diffusion sampler; 0 = the model's own.",
        minimum=0,
        maximum=100,
        step=1,
    )
    ensemble_size: int = setting(
        0,
        "Ensemble",
        "Predictions that are aligned and averaged; 0 = the model's own.",
        minimum=0,
        maximum=20,
        step=1,
    )
    processing_resolution_px: int = setting(
        0,
        "Processing resolution",
        "Long side of the picture that the model sees; 0 = the model's own.",
        unit="px",
        minimum=0,
        maximum=2048,
        step=32,
    )
    seed: int = setting(
        0,
        "Seed",
        "Start of the random numbers; the same seed gives the same result.",
        minimum=0,
        maximum=2**31 - 1,
        step=1,
    )
    near_far_ratio: float = setting(
        8.0,
        "Far to near ratio",
        "How many times farther the far end is than the near end, for models that leave it open.",
        minimum=1.5,
        maximum=100.0,
        step=0.5,
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        check_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class BokehSettings:
    """Depth of field."""

    bokeh: bool = setting(
        False, "Bokeh", "Blur what is out of focus before the views are made.", group=Group.BASIC
    )
    bokeh_method: BokehMethod = setting(
        BokehMethod.PAPER, "Bokeh method", "paper: Gaussian, kernel as in Eq. 4."
    )
    bokeh_intensity_px: float = setting(
        25.0,
        "Bokeh intensity",
        "Kernel size of the blur one unit of nearness away from the focal plane.",
        unit="px",
        minimum=0.0,
        maximum=101.0,
        step=1.0,
    )
    focus_nearness: float = setting(
        1.0,
        "Focus",
        "Plane in focus: 1 = nearest, 0 = farthest.",
        minimum=0.0,
        maximum=1.0,
        step=0.01,
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        check_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class StereoSettings:
    """How the two views are made."""

    stereo_method: StereoMethod = setting(
        StereoMethod.SCANLINE,
        "Stereo method",
        "scanline: sub-pixel, depth-ordered; paper: Eq. 5 to the letter.",
    )
    max_parallax_percent: float = setting(
        2.5,
        "Strength",
        "Difference of parallax between the far and the near end (scanline).",
        unit="% of width",
        minimum=0.0,
        maximum=10.0,
        step=0.1,
        group=Group.BASIC,
    )
    convergence: Convergence = setting(
        Convergence.AUTO,
        "Screen plane",
        "What lies on the screen: the subject, the nearest point, or a value (scanline).",
        group=Group.BASIC,
    )
    convergence_nearness: float = setting(
        0.8,
        "Screen plane value",
        "Nearness that lies on the screen when the screen plane is a value.",
        minimum=0.0,
        maximum=1.0,
        step=0.01,
    )
    ipd_mm: float = setting(
        63.0,
        "Eye distance (IPD)",
        "Distance of the viewer's pupils; Eq. 5's parameter (paper).",
        unit="mm",
        minimum=0.0,
        maximum=100.0,
        step=0.5,
        group=Group.BASIC,
    )
    screen_width_mm: float = setting(
        2000.0,
        "Screen width",
        "Width at which the picture is shown; turns the eye distance into pixels (paper).",
        unit="mm",
        minimum=50.0,
        maximum=20000.0,
        step=10.0,
    )
    max_offset_px: int = setting(
        0,
        "Fill range",
        "How far one round of the hole filling looks; rounds repeat until no hole is left, "
        "0 = the whole row (paper).",
        unit="px",
        minimum=0,
        maximum=4096,
        step=1,
    )
    synthesise: Synthesise = setting(
        Synthesise.BOTH,
        "Synthesise",
        "Both views, or one while the other stays the photo (scanline).",
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        check_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSettings:
    """What is written."""

    jpeg_quality: int = setting(
        95, "JPEG quality", "Quality of the JPEG files.", minimum=50, maximum=100, step=1
    )

    def __post_init__(self) -> None:
        """Check ranges."""
        check_fields(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertSettings:
    """All settings of one conversion."""

    depth: DepthSettings = field(default_factory=DepthSettings)
    bokeh: BokehSettings = field(default_factory=BokehSettings)
    stereo: StereoSettings = field(default_factory=StereoSettings)
    export: ExportSettings = field(default_factory=ExportSettings)


PRESETS: dict[str, ConvertSettings] = {
    "default": ConvertSettings(),
    "paper": ConvertSettings(
        bokeh=BokehSettings(bokeh=True), stereo=StereoSettings(stereo_method=StereoMethod.PAPER)
    ),
}


class Setting(NamedTuple):
    """One field of ConvertSettings: group attribute, name, type, default, and what to show."""

    section: str
    name: str
    type: type
    default: Any
    info: SettingInfo


def iter_settings(settings: ConvertSettings = PRESETS["default"]) -> Iterator[Setting]:
    """Yield every setting of every section in order, with its value in ``settings`` as default."""
    for section in fields(settings):
        record = getattr(settings, section.name)
        hints = get_type_hints(type(record))
        for f in fields(record):
            yield Setting(
                section.name, f.name, hints[f.name], getattr(record, f.name), f.metadata["info"]
            )


def to_dict(settings: ConvertSettings) -> dict[str, dict[str, Any]]:
    """Return plain nested values, ready for JSON."""
    return {
        section: {k: v.value if isinstance(v, Enum) else v for k, v in values.items()}
        for section, values in asdict(settings).items()
    }


def _coerce(known: Setting, value: object) -> object:
    if issubclass(known.type, Enum) and not isinstance(value, known.type):
        try:
            return known.type(value)
        except ValueError:
            choices = ", ".join(str(choice.value) for choice in known.type)
            msg = f"{known.name} must be one of {choices}, got {value!r}"
            raise SettingsError(msg) from None
    if known.type is int and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def with_values(
    values: Mapping[str, object], *, base: ConvertSettings = PRESETS["default"]
) -> ConvertSettings:
    """Return ``base`` with some settings replaced, given as ``{name: value}``.

    Raises:
        SettingsError: a name is unknown, or a value has the wrong type or is out of range; the message names it.
    """
    known = {s.name: s for s in iter_settings(base)}
    unknown = sorted(set(values) - set(known))
    if unknown:
        msg = f"unknown setting {unknown[0]!r}; known are {', '.join(known)}"
        raise SettingsError(msg)
    changes: dict[str, dict[str, object]] = {}
    for name, value in values.items():
        changes.setdefault(known[name].section, {})[name] = _coerce(known[name], value)
    sections = {s: replace(getattr(base, s), **change) for s, change in changes.items()}  # type: ignore[arg-type]
    return replace(base, **sections)


def from_dict(values: Mapping[str, object]) -> ConvertSettings:
    """Read what ``to_dict`` wrote; missing settings take their defaults.

    Raises:
        SettingsError: a section or name is unknown, or a value is wrong; the message names it.
    """
    sections = {f.name for f in fields(ConvertSettings)}
    flat: dict[str, object] = {}
    for section, record in values.items():
        if section not in sections:
            msg = f"unknown section {section!r}; known are {', '.join(sorted(sections))}"
            raise SettingsError(msg)
        if not isinstance(record, Mapping):
            msg = f"section {section!r} must map names to values, got {record!r}"
            raise SettingsError(msg)
        own = {s.name for s in iter_settings() if s.section == section}
        for name, value in record.items():
            if name not in own:
                msg = f"unknown setting {section}.{name}; known are {', '.join(sorted(own))}"
                raise SettingsError(msg)
            flat[name] = value
    return with_values(flat)
