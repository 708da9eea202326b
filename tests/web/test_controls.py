import re
from enum import Enum

import gradio as gr
import pytest

from spatial.settings import PRESETS, Group, SettingsError, iter_settings
from spatial.web.controls import make_widget, preset_values, settings_from
from spatial.web.panels import build_basics, build_panels

SETTINGS = {s.name: s for s in iter_settings()}


@pytest.fixture(scope="module")
def controls():
    with gr.Blocks(analytics_enabled=False):
        return build_panels(build_basics()).controls


def test_every_setting_has_one_widget_with_its_default(controls):
    assert list(controls.widgets) == list(SETTINGS)
    for name, widget in controls.widgets.items():
        default = SETTINGS[name].default
        assert widget.value == (default.value if isinstance(default, Enum) else default), name
        assert SETTINGS[name].info.label in widget.label
        assert widget.info.startswith(SETTINGS[name].info.help)


def test_what_stands_under_more_tells_its_usual_value(controls):
    assert controls.widgets["ipd_mm"].info.endswith("Usually: 63.")
    assert controls.widgets["fill"].info.endswith("Usually: Fast.")


def test_the_basic_view_is_three_controls_in_plain_words(controls):
    basic = {name for name, s in SETTINGS.items() if s.info.group is Group.BASIC}
    assert basic == {"max_parallax_percent", "convergence", "bokeh"}
    for name in basic:
        shown = " ".join(map(str, (w := controls.widgets[name]) and (w.label, w.info)))
        shown += " ".join(words for words, _ in getattr(w, "choices", ()))
        assert not re.search(r"Eq\.|scanline|ldm|paper|IPD", shown), shown


def test_widgets_keep_the_ranges(controls):
    for name, widget in controls.widgets.items():
        if isinstance(widget, (gr.Slider, gr.Number)):
            assert (widget.minimum, widget.maximum) == (
                SETTINGS[name].info.minimum,
                SETTINGS[name].info.maximum,
            )


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("bokeh", gr.Checkbox),
        ("convergence", gr.Radio),
        ("ipd_mm", gr.Slider),
        ("seed", gr.Number),
        ("screen_width_mm", gr.Number),
    ],
)
def test_the_kind_of_widget_follows_the_type(name, kind):
    assert isinstance(make_widget(SETTINGS[name]), kind)


def test_radio_offers_every_choice():
    widget = make_widget(SETTINGS["synthesise"])
    assert isinstance(widget, gr.Radio)
    assert [value for _, value in widget.choices] == ["both", "right", "left"]


def test_basic_settings_are_outside_the_accordion(controls):
    for name, widget in controls.widgets.items():
        around, parent = [], widget.parent
        while parent is not None:
            around.append(type(parent))
            parent = parent.parent
        assert (gr.Accordion in around) == (SETTINGS[name].info.group is not Group.BASIC), name


def test_what_needs_new_depth_is_not_live(controls):
    live = {w.elem_id.removeprefix("setting-") for w in controls.live}
    assert {"bokeh", "ipd_mm", "max_parallax_percent", "near_far_ratio"} <= live
    assert {"invert_depth", "far_clip", "near_clip"} <= live
    assert not live & {"denoising_steps", "ensemble_size", "seed", "jpeg_quality"}


@pytest.mark.parametrize("name", list(PRESETS))
def test_a_preset_goes_through_the_page_unchanged(name, controls):
    assert name in controls.presets
    assert settings_from(tuple(preset_values(name))) == PRESETS[name]


def test_a_value_out_of_range_is_named():
    values = preset_values("default")
    values[list(SETTINGS).index("ipd_mm")] = 500
    with pytest.raises(SettingsError, match="ipd_mm must be between 0 and 100"):
        settings_from(tuple(values))
