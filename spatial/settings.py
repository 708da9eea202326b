"""Every choice a user can make, once: frozen records whose fields carry what a flag or a widget needs to know.

Flags of the command line, controls of the page, the API and the manifest are all made from these fields. Field names
are unique over all groups, so that a name alone says which setting is meant.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import Enum
from typing import Any, NamedTuple, get_type_hints

from spatial.choices import (
    BokehMethod,
    Convergence,
    Fill,
    MapPolarity,
    StereoMethod,
    StrengthBy,
    Synthesise,
)
from spatial.fields import SettingInfo, SettingsError
from spatial.sections import BokehSettings, DepthSettings, ExportSettings, StereoSettings

__all__ = [
    "PRESETS",
    "BokehMethod",
    "BokehSettings",
    "Convergence",
    "ConvertSettings",
    "DepthSettings",
    "ExportSettings",
    "Fill",
    "MapPolarity",
    "Setting",
    "SettingsError",
    "StereoMethod",
    "StereoSettings",
    "StrengthBy",
    "Synthesise",
    "from_dict",
    "iter_settings",
    "to_dict",
    "with_values",
]


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
        bokeh=BokehSettings(bokeh=True, bokeh_method=BokehMethod.PAPER),
        stereo=StereoSettings(stereo_method=StereoMethod.PAPER),
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
