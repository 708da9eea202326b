"""Widgets made from the settings, one each, in the order of ``iter_settings``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import gradio as gr
from gradio.components import Component

from spatial.settings import PRESETS, ConvertSettings, Group, Setting, iter_settings, with_values

_SLIDER_STEPS = 1000  # finer ranges, such as a seed, are typed
_LIVE_SECTIONS = ("bokeh", "stereo")
_CHOICE_WORDS = {
    "convergence": {
        "auto": "The subject",
        "nearest": "The nearest thing",
        "point": "Where you tapped",
        "value": "A value (under More)",
    },
    "strength_by": {"percent": "The slider Strength", "ipd": "Eye distance and screen width"},
}
_PRESET_WORDS = {"default": "Reset all settings", "paper": "As in the paper"}


def plain(value: object) -> object:
    """Return a setting's value as the page and JSON know it: enums become their value."""
    return value.value if isinstance(value, Enum) else value


def _label(setting: Setting) -> str:
    info = setting.info
    return f"{info.label}, {info.unit}" if info.unit else info.label


def _in_words(setting: Setting, choice: str) -> str:
    words = _CHOICE_WORDS.get(setting.name, {})
    return words.get(choice, choice.replace("_", " ").capitalize())


def _help(setting: Setting) -> str:
    """Return the help; of what stands under *More*, with its usual value."""
    if setting.info.group is Group.BASIC or setting.type is bool:
        return setting.info.help
    usual = plain(setting.default)
    told = f"{usual:g}" if isinstance(usual, (int, float)) else _in_words(setting, str(usual))
    return f"{setting.info.help} Usually: {told}."


def make_widget(setting: Setting) -> Component:
    """Return the widget for one setting, with label, help and range."""
    return unchecked(_choose_widget(setting))


def unchecked(component: Component) -> Component:
    """Let a component hand on what a client sent: we check it ourselves, and name what is wrong."""
    component.preprocess = lambda payload: payload
    return component


def _choose_widget(setting: Setting) -> Component:
    info = setting.info
    shown: dict[str, Any] = {"label": _label(setting), "info": _help(setting)}
    shown |= {"value": plain(setting.default), "elem_id": f"setting-{setting.name}"}
    if setting.type is bool:
        return gr.Checkbox(**shown)
    if issubclass(setting.type, Enum):
        choices = [(_in_words(setting, c.value), c.value) for c in setting.type]
        return gr.Radio(choices=choices, **shown)
    low, high, step = info.minimum, info.maximum, info.step or 1.0
    shown |= {"minimum": low, "maximum": high, "step": step}
    if low is not None and high is not None and (high - low) / step <= _SLIDER_STEPS:
        return gr.Slider(buttons=[], **shown)
    return gr.Number(precision=0 if setting.type is int else None, **shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """All widgets of the settings.

    Attributes:
        widgets: one per setting, by name, in the order of ``iter_settings``.
        presets: one button per preset, by name.
    """

    widgets: dict[str, Component]
    presets: dict[str, gr.Button]

    @property
    def inputs(self) -> list[Component]:
        return list(self.widgets.values())

    @property
    def live(self) -> list[Any]:
        """Widgets whose change needs no new depth."""
        return [self.widgets[s.name] for s in iter_settings() if _is_live(s)]


def look_of(settings: ConvertSettings) -> tuple[object, ...]:
    """Return the values of the live settings: what makes one picture of a depth unlike another."""
    return tuple(s.default for s in iter_settings(settings) if _is_live(s))


def _is_live(setting: Setting) -> bool:
    return setting.section in _LIVE_SECTIONS or setting.info.group is Group.DEPTH


def build_basic(section: str) -> dict[str, Component]:
    """Make the widgets of a section that are always in sight, by the name of their setting."""
    return {
        s.name: make_widget(s)
        for s in iter_settings()
        if s.section == section and s.info.group is Group.BASIC
    }


def build_more(section: str) -> dict[str, Component]:
    """Make the other widgets of a section, by the name of their setting."""
    return {
        s.name: make_widget(s)
        for s in iter_settings()
        if s.section == section and s.info.group is not Group.BASIC
    }


def build_presets() -> dict[str, gr.Button]:
    """Make a button for each preset, by name."""
    with gr.Row():
        return {name: gr.Button(_PRESET_WORDS[name], size="sm", min_width=100) for name in PRESETS}


def controls_of(made: Mapping[str, Component], presets: dict[str, gr.Button]) -> Controls:
    """Return all widgets in the order of the settings."""
    return Controls(widgets={s.name: made[s.name] for s in iter_settings()}, presets=presets)


def values_of(settings: ConvertSettings) -> list[object]:
    """Return the values of all widgets for these settings, in order."""
    return [plain(s.default) for s in iter_settings(settings)]


def preset_values(name: str) -> list[object]:
    """Return the values of all widgets for one preset, in order."""
    return values_of(PRESETS[name])


def settings_from(
    values: Iterable[object], settings: Iterable[Setting] | None = None
) -> ConvertSettings:
    """Return all settings from the values of some, in order; None = from the values of all.

    Raises:
        SettingsError: a value has the wrong type or is out of range.
    """
    return with_values(
        {s.name: v for s, v in zip(settings or iter_settings(), values, strict=True)}
    )
