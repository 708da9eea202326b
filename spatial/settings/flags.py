"""One flag of the command line for every setting, for conversions and for training alike.

A command adds the flags of a record and puts those that were given on top of a preset:

    add_flags(group, iter_fields(PAPER))
    settings = replace_values(PAPER, given_values(args, iter_fields(PAPER)))

Conversions do so with ``iter_settings`` and ``with_values``, training with a record of its own.
"""

import argparse
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

from spatial.settings.field import Setting

_NONE = "none"


def _spell(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return _NONE if value is None else value


def _reader(setting: Setting) -> Callable[[str], object]:
    if not setting.info.may_be_none:
        return setting.type

    def number(text: str) -> object:
        return None if text == _NONE else setting.type(text)

    return number


def add_flags(group: argparse._ArgumentGroup, settings: Iterable[Setting]) -> list[argparse.Action]:
    """Add one flag a setting and return them; one that is not given leaves no attribute behind."""
    flags = []
    for setting in settings:
        unit = f" [{setting.info.unit}]" if setting.info.unit else ""
        described = f"{setting.info.help}{unit} (default: {_spell(setting.default)})"
        shown: dict[str, Any] = {
            "default": argparse.SUPPRESS,
            "help": described.replace("%", "%%"),
        }
        if setting.type is bool:
            shown["action"] = argparse.BooleanOptionalAction
        elif issubclass(setting.type, Enum):
            shown["choices"] = [choice.value for choice in setting.type]
        else:
            shown |= {"type": _reader(setting), "metavar": setting.type.__name__}
        flags.append(group.add_argument("--" + setting.name.replace("_", "-"), **shown))
    return flags


def given_values(args: argparse.Namespace, settings: Iterable[Setting]) -> dict[str, object]:
    """Return ``{name: value}`` of the settings whose flag was given."""
    return {s.name: getattr(args, s.name) for s in settings if s.name in args}
