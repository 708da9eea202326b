"""Fields of settings: what a flag or a widget shows, and the check of type and range."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any, NamedTuple, TypeVar, get_args, get_type_hints

_Record = TypeVar("_Record")
_KINDS = {bool: "true or false", int: "a whole number", float: "a number"}
_UNITS = {"px": "px", "mm": "mm", "m": "m", "deg": "degrees", "percent": "% of width"}


class SettingsError(ValueError):
    """A setting is unknown, of the wrong type or out of range."""


class Group(str, Enum):
    """Where a setting is shown."""

    BASIC = "basic"
    DEPTH = "depth"  # beside the picture of the depth, which it changes without a new estimate
    MORE = "more"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingInfo:
    """What a flag or a widget shows: label, help, unit, range (inclusive) and step."""

    help: str
    label: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    group: Group = Group.MORE
    may_be_none: bool = False


class Setting(NamedTuple):
    """One field: its section (empty in a record without), name, type, value, and what to show."""

    section: str
    name: str
    type: type
    default: Any
    info: SettingInfo


def setting(
    default: Any,  # noqa: ANN401
    help_text: str,
    limits: tuple[float | None, ...] = (),
    **info: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Return a dataclass field that knows its help, and minimum, maximum and step of a number.

    Label and unit are those of its name unless ``info`` says more: ``ipd_mm`` is "Ipd", in mm.
    """
    low, high, step = (*limits, None, None, None)[:3]
    shown = SettingInfo(help=help_text, minimum=low, maximum=high, step=step, **info)
    return dataclasses.field(default=default, metadata={"info": shown})


def _with_name(info: SettingInfo, name: str) -> SettingInfo:
    """Return the info with the label and the unit that a name tells."""
    words, _, last = name.rpartition("_")
    unit = _UNITS.get(last, "")
    label = (words if unit else name).replace("_", " ").capitalize()
    return dataclasses.replace(info, label=info.label or label, unit=info.unit or unit)


def iter_fields(record: object, section: str = "") -> Iterator[Setting]:
    """Yield every setting of a record in order, those of its sections in their place."""
    hints = get_type_hints(type(record))
    for f in fields(record):  # type: ignore[arg-type]
        value, info = getattr(record, f.name), f.metadata.get("info")
        if is_dataclass(value):
            yield from iter_fields(value, f.name)
        elif info is not None:
            kind = get_args(hints[f.name])[0] if info.may_be_none else hints[f.name]
            yield Setting(section, f.name, kind, value, _with_name(info, f.name))


def _check_range(name: str, value: float, info: SettingInfo) -> None:
    low, high = info.minimum, info.maximum
    if (low is None or value >= low) and (high is None or value <= high):
        return
    wanted = f"between {low:.10g} and {high:.10g}" if high is not None else f"at least {low:.10g}"
    msg = f"{name} must be {wanted}, got {value}"
    raise SettingsError(msg)


class Checked:
    """A record of settings that checks the type and the range of every field when it is made."""

    __slots__ = ()

    def __post_init__(self) -> None:
        """Raise SettingsError, which names the first field that is wrong."""
        for _, name, wanted, value, info in iter_fields(self):
            if value is None and info.may_be_none:
                continue
            number = wanted in (int, float)
            if number and isinstance(value, (int, float)) and not isinstance(value, bool):
                _check_range(name, value, info)
                if wanted is float or isinstance(value, int):
                    continue
            elif not number and isinstance(value, wanted):
                continue
            msg = f"{name} must be {_KINDS.get(wanted, wanted.__name__)}, got {value!r}"
            raise SettingsError(msg)


def _coerce(known: Setting, value: object) -> object:
    """Return a value as JSON or a flag gives it in the type of the field."""
    if issubclass(known.type, Enum):
        try:
            return known.type(value)
        except ValueError:
            choices = ", ".join(choice.value for choice in known.type)
            msg = f"{known.name} must be one of {choices}, got {value!r}"
            raise SettingsError(msg) from None
    if known.type is int and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def replace_values(record: _Record, values: Mapping[str, object], where: str = "") -> _Record:
    """Return a record with some of its settings replaced, given as ``{name: value}``.

    ``where`` stands before an unknown name in the message.

    Raises:
        SettingsError: a name is unknown, or a value has the wrong type or is out of range; the
            message names it.
    """
    known = {s.name: s for s in iter_fields(record)}
    unknown = sorted(set(values) - set(known))
    if unknown:
        msg = f"unknown setting {where}{unknown[0]}; known are {', '.join(known)}"
        raise SettingsError(msg)
    changes: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        changes.setdefault(known[name].section, {})[name] = _coerce(known[name], value)
    own: dict[str, Any] = changes.pop("", {})
    own |= {s: dataclasses.replace(getattr(record, s), **new) for s, new in changes.items()}
    return dataclasses.replace(record, **own)  # type: ignore[bad-specialization]
