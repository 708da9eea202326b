"""Widgets made from the settings, one each, in the order of ``iter_settings``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from operator import attrgetter
from typing import Any

import gradio as gr
from gradio.components import Component

from spatial.settings import PRESETS, ConvertSettings, Group, Setting, iter_settings, with_values

_SLIDER_STEPS = 1000  # finer ranges, such as a seed, are typed
_LIVE_SECTIONS = ("bokeh", "stereo")


def plain(value: object) -> object:
    """Return a setting's value as the page and JSON know it: enums become their value."""
    return value.value if isinstance(value, Enum) else value


def _label(setting: Setting) -> str:
    info = setting.info
    return f"{info.label}, {info.unit}" if info.unit else info.label


def make_widget(setting: Setting) -> Component:
    """Return the widget for one setting, with label, help and range."""
    return unchecked(_choose_widget(setting))


def unchecked(component: Component) -> Component:
    """Let a component hand on what a client sent: we check it ourselves, and name what is wrong."""
    component.preprocess = lambda payload: payload
    return component


def _choose_widget(setting: Setting) -> Component:
    info = setting.info
    shown: dict[str, Any] = {"label": _label(setting), "info": info.help}
    shown |= {"value": plain(setting.default), "elem_id": f"setting-{setting.name}"}
    if setting.type is bool:
        return gr.Checkbox(**shown)
    if issubclass(setting.type, Enum):
        choices = [(str(c.value).replace("_", " ").capitalize(), c.value) for c in setting.type]
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
        return [
            self.widgets[s.name]
            for s in iter_settings()
            if s.section in _LIVE_SECTIONS or s.info.group is Group.DEPTH
        ]


def build_depth_widgets() -> dict[str, Component]:
    """Make the widgets that stand beside the picture of the depth, by the name of their setting."""
    return {s.name: make_widget(s) for s in iter_settings() if s.info.group is Group.DEPTH}


def build_controls(depth_widgets: Mapping[str, Component]) -> Controls:
    """Make the widgets, group ``basic`` in sight, the rest under *More settings*, and presets.

    Args:
        depth_widgets: those that stand elsewhere, from ``build_depth_widgets``.
    """
    settings = list(iter_settings())
    made: dict[str, Component] = dict(depth_widgets)
    for setting in settings:
        if setting.info.group is Group.BASIC:
            made[setting.name] = make_widget(setting)
    with gr.Accordion("More settings", open=False, elem_id="more"):
        for section, rest in groupby(settings, key=attrgetter("section")):
            gr.HTML(f"<h3>{section.capitalize()}</h3>")
            for setting in rest:
                if setting.info.group is Group.MORE:
                    made[setting.name] = make_widget(setting)
    with gr.Row():
        presets = {
            name: gr.Button(_preset_label(name), size="sm", min_width=100) for name in PRESETS
        }
    return Controls(widgets={s.name: made[s.name] for s in settings}, presets=presets)


def _preset_label(name: str) -> str:
    return "Reset" if name == "default" else f"{name.capitalize()} preset"


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
