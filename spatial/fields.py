"""Fields of settings: what a flag or a widget shows of a value, and the check of its type and range."""

from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any, get_type_hints


class SettingsError(ValueError):
    """A setting is unknown, of the wrong type or out of range."""


class Group(str, Enum):
    """Where a setting is shown."""

    BASIC = "basic"
    DEPTH = "depth"  # beside the picture of the depth, which it changes without a new estimate
    MORE = "more"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingInfo:
    """What a flag or a widget shows: label, help, unit and range (inclusive)."""

    label: str
    help: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    group: Group = Group.MORE


def setting(default: Any, label: str, help_text: str, **info: Any) -> Any:  # noqa: ANN401
    """Return a dataclass field that knows its label, help, unit and range."""
    return field(
        default=default, metadata={"info": SettingInfo(label=label, help=help_text, **info)}
    )


def check_fields(record: object) -> None:
    """Raise SettingsError for the first field whose value has the wrong type or lies out of range."""
    hints = get_type_hints(type(record))
    for f in fields(record):  # type: ignore[arg-type]
        value, info, wanted = getattr(record, f.name), f.metadata["info"], hints[f.name]
        number = wanted in (int, float)
        if number and isinstance(value, (int, float)) and not isinstance(value, bool):
            low, high = info.minimum, info.maximum
            if (low is not None and not value >= low) or (high is not None and not value <= high):
                msg = f"{f.name} must be between {low:g} and {high:g}, got {value}"
                raise SettingsError(msg)
            if wanted is float or isinstance(value, int):
                continue
        elif not number and isinstance(value, wanted):
            continue
        msg = f"{f.name} must be {wanted.__name__}, got {value!r}"
        raise SettingsError(msg)
