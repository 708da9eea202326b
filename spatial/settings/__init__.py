"""Every choice a user can make, once: frozen records whose fields know what a flag shows of them.

Flags of the command line and of training, controls of the page, the API and the manifest are all
made from these fields. Names are unique over all sections of ``ConvertSettings``, so that a name
alone says which setting is meant.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from spatial.settings.choices import (
    BokehMethod,
    Convergence,
    Fill,
    InputLayout,
    MapPolarity,
    StereoMethod,
    StrengthBy,
    Synthesise,
)
from spatial.settings.field import Group, Setting, SettingsError, iter_fields, replace_values
from spatial.settings.sections import BokehSettings, DepthSettings, ExportSettings, StereoSettings

__all__ = [
    "PRESETS",
    "BokehMethod",
    "BokehSettings",
    "Convergence",
    "ConvertSettings",
    "DepthSettings",
    "ExportSettings",
    "Fill",
    "Group",
    "InputLayout",
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


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ConvertSettings:
    """All settings of one conversion."""

    depth: DepthSettings = dataclasses.field(default_factory=DepthSettings)
    bokeh: BokehSettings = dataclasses.field(default_factory=BokehSettings)
    stereo: StereoSettings = dataclasses.field(default_factory=StereoSettings)
    export: ExportSettings = dataclasses.field(default_factory=ExportSettings)


PRESETS: dict[str, ConvertSettings] = {
    "default": ConvertSettings(),
    "paper": ConvertSettings(
        bokeh=BokehSettings(bokeh=True, bokeh_method=BokehMethod.PAPER),
        stereo=StereoSettings(stereo_method=StereoMethod.PAPER),
    ),
}


def iter_settings(settings: ConvertSettings = PRESETS["default"]) -> Iterator[Setting]:
    """Yield every setting of every section in order, with its value in ``settings`` as default."""
    return iter_fields(settings)


def with_values(
    values: Mapping[str, object], *, base: ConvertSettings = PRESETS["default"]
) -> ConvertSettings:
    """Return ``base`` with some settings replaced; see ``replace_values``."""
    return replace_values(base, values)


def to_dict(settings: ConvertSettings) -> dict[str, dict[str, Any]]:
    """Return plain nested values, ready for JSON."""
    return {
        section: {k: v.value if isinstance(v, Enum) else v for k, v in values.items()}
        for section, values in dataclasses.asdict(settings).items()
    }


def from_dict(values: Mapping[str, object]) -> ConvertSettings:
    """Read what ``to_dict`` wrote; missing settings take their defaults.

    Raises:
        SettingsError: a section or name is unknown, or a value is wrong; the message names it.
    """
    known = {
        section: getattr(PRESETS["default"], section) for section in to_dict(PRESETS["default"])
    }
    sections: dict[str, Any] = {}
    for section, record in values.items():
        if section not in known:
            msg = f"unknown section {section!r}; known are {', '.join(sorted(known))}"
            raise SettingsError(msg)
        if not isinstance(record, Mapping):
            msg = f"section {section!r} must map names to values, got {record!r}"
            raise SettingsError(msg)
        sections[section] = replace_values(known[section], record, where=f"{section}.")
    return dataclasses.replace(PRESETS["default"], **sections)
