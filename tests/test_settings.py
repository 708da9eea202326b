import argparse
import json
import pickle
import re
from dataclasses import FrozenInstanceError, dataclass, fields
from enum import Enum

import pytest

from spatial.settings import (
    PRESETS,
    BokehSettings,
    ConvertSettings,
    DepthSettings,
    ExportSettings,
    Group,
    SettingsError,
    StereoMethod,
    StereoSettings,
    Synthesise,
    from_dict,
    iter_settings,
    to_dict,
    with_values,
)
from spatial.settings.field import Checked, iter_fields, replace_values, setting
from spatial.settings.flags import add_flags, given_values

ALL = list(iter_settings())
NUMBERS = [s for s in ALL if s.type in (int, float)]
ENUMS = [s for s in ALL if issubclass(s.type, Enum)]


def test_names_are_unique_over_all_sections():
    names = [s.name for s in ALL]
    assert len(names) == len(set(names))
    assert {s.section for s in ALL} == {f.name for f in fields(ConvertSettings)}


PYTHON = re.compile(r"object|attribute|NoneType|\bint\b|float|bool|str\b|dict|pydantic")


@pytest.mark.parametrize("known", ALL, ids=lambda s: s.name)
@pytest.mark.parametrize("value", [None, [], {}, [None], [1], {"a": 1}, "other"], ids=repr)
def test_a_value_of_another_type_is_refused_in_words(known, value):
    with pytest.raises(SettingsError, match=rf"^{known.name} must be ") as told:
        with_values({known.name: value})
    assert not PYTHON.search(str(told.value))


@pytest.mark.parametrize("known", ALL, ids=lambda s: s.name)
def test_every_setting_says_what_it_is(known):
    assert known.info.label
    assert known.info.help.endswith(".")
    assert known.info.group in Group
    assert known.type in (int, float, bool) or issubclass(known.type, Enum)
    if known.type in (int, float):
        assert known.info.minimum <= known.default <= known.info.maximum
        assert known.info.step > 0
    assert type(known.default) is known.type


def test_default_preset_has_bokeh_off_and_scanline():
    default = ConvertSettings()
    assert PRESETS["default"] == default
    assert default.bokeh.bokeh is False
    assert default.stereo.stereo_method is StereoMethod.SCANLINE


def test_paper_preset():
    paper = PRESETS["paper"]
    assert paper.bokeh.bokeh is True
    assert paper.stereo.stereo_method is StereoMethod.PAPER
    assert paper.stereo.ipd_mm == 63


@pytest.mark.parametrize("preset", PRESETS)
def test_round_trip_through_json(preset):
    settings = PRESETS[preset]
    assert from_dict(json.loads(json.dumps(to_dict(settings)))) == settings
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_round_trip_of_changed_values():
    settings = ConvertSettings(
        depth=DepthSettings(seed=7, near_far_ratio=12.5),
        bokeh=BokehSettings(bokeh=True, focus_nearness=0.25),
        stereo=StereoSettings(synthesise=Synthesise.RIGHT, max_offset_px=40),
        export=ExportSettings(jpeg_quality=80),
    )
    plain = to_dict(settings)
    assert plain["stereo"]["synthesise"] == "right"
    assert plain["depth"]["near_far_ratio"] == 12.5
    assert from_dict(plain) == settings


def test_missing_values_take_their_defaults():
    assert from_dict({}) == ConvertSettings()
    assert from_dict({"stereo": {"ipd_mm": 58}}).stereo == StereoSettings(ipd_mm=58)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"sound": {}}, "unknown section 'sound'; known are bokeh, depth, export, stereo"),
        ({"depth": {"ipd_mm": 60}}, "unknown setting depth.ipd_mm; known are denoising_steps"),
        ({"stereo": {"divergence": 2}}, "unknown setting stereo.divergence"),
        ({"stereo": {"ipd_mm": 101}}, "ipd_mm must be between 0 and 100, got 101"),
        ({"stereo": {"stereo_method": "magic"}}, "stereo_method must be one of scanline, paper"),
        ({"stereo": 3}, "^section 'stereo' must map names to values, got 3"),
    ],
)
def test_from_dict_refuses_and_names_the_field(values, message):
    with pytest.raises(SettingsError, match=message):
        from_dict(values)


def test_with_values_changes_only_what_is_named():
    changed = with_values({"ipd_mm": 58.5, "stereo_method": "paper", "seed": 3.0})
    assert changed.stereo == StereoSettings(ipd_mm=58.5, stereo_method=StereoMethod.PAPER)
    assert changed.depth == DepthSettings(seed=3)
    assert type(changed.depth.seed) is int
    assert changed.bokeh == BokehSettings()
    again = with_values({"jpeg_quality": 70}, base=changed)
    assert again.stereo is changed.stereo
    assert with_values({}) == ConvertSettings()


def test_with_values_refuses_unknown_names():
    with pytest.raises(SettingsError, match="unknown setting divergence; known are denoising"):
        with_values({"divergence": 1})


@pytest.mark.parametrize("known", NUMBERS, ids=lambda s: s.name)
def test_ranges_are_inclusive(known):
    for value in (known.info.minimum, known.info.maximum):
        section = getattr(with_values({known.name: value}), known.section)
        assert getattr(section, known.name) == value
    for value in (known.info.minimum - 1, known.info.maximum + 1, float("nan"), float("inf")):
        with pytest.raises(SettingsError, match=f"{known.name} must be between"):
            with_values({known.name: value})


@pytest.mark.parametrize("known", NUMBERS, ids=lambda s: s.name)
@pytest.mark.parametrize("value", ["3", None, True, [1]])
def test_numbers_refuse_other_types(known, value):
    with pytest.raises(SettingsError, match=rf"{known.name} must be a (whole )?number, got"):
        with_values({known.name: value})


def test_whole_numbers_stay_whole():
    with pytest.raises(SettingsError, match=r"max_offset_px must be a whole number, got 2.5"):
        with_values({"max_offset_px": 2.5})


@pytest.mark.parametrize("value", [1, "true", None])
def test_switches_refuse_other_types(value):
    with pytest.raises(SettingsError, match="bokeh must be true or false, got"):
        with_values({"bokeh": value})


@pytest.mark.parametrize("known", ENUMS, ids=lambda s: s.name)
def test_choices_by_member_and_by_value(known):
    for choice in known.type:
        for value in (choice, choice.value):
            section = getattr(with_values({known.name: value}), known.section)
            assert getattr(section, known.name) is choice
    for value in ("nonsense", 5, None, [1]):
        with pytest.raises(SettingsError, match=f"{known.name} must be one of"):
            with_values({known.name: value})


def test_something_must_be_left_between_the_clips():
    assert with_values({"far_clip": 0.4, "near_clip": 0.6}).depth.far_clip == 0.4
    with pytest.raises(
        SettingsError, match=r"near_clip must be .* above far_clip, got 0.5 and 0.6"
    ):
        with_values({"far_clip": 0.6, "near_clip": 0.5})


def test_records_check_themselves():
    with pytest.raises(SettingsError, match="seed must be between 0 and"):
        DepthSettings(seed=-1)
    with pytest.raises(SettingsError, match="stereo_method must be StereoMethod, got 'paper'"):
        StereoSettings(stereo_method="paper")  # type: ignore[bad-argument-type]


def test_settings_are_frozen_and_keyword_only():
    with pytest.raises(FrozenInstanceError):
        DepthSettings().seed = 1  # type: ignore[read-only]
    with pytest.raises(TypeError):
        DepthSettings(1)  # type: ignore[bad-argument-count]
    assert hash(ConvertSettings()) == hash(ConvertSettings())


def test_iter_settings_shows_the_values_of_the_given_settings():
    shown = {s.name: s.default for s in iter_settings(PRESETS["paper"])}
    assert shown["bokeh"] is True
    assert shown["stereo_method"] is StereoMethod.PAPER


class Paint(str, Enum):
    OIL = "oil"
    CHALK = "chalk"


@dataclass(frozen=True, kw_only=True)
class Painting(Checked):
    """A record beside the conversion's own, as training has one."""

    coats: int = setting(2, "How often it is painted.", (1,))
    paint: Paint = setting(Paint.OIL, "What it is painted with.")
    frame_mm: float | None = setting(30.0, "Width of the frame.", (0, 100), may_be_none=True)
    is_signed: bool = setting(True, "Whether it is signed.")


def parse_painting(*words):
    parser = argparse.ArgumentParser()
    add_flags(parser.add_argument_group(), iter_fields(Painting()))
    return replace_values(
        Painting(), given_values(parser.parse_args(words), iter_fields(Painting()))
    )


def test_flags_of_any_record_change_what_they_name_and_only_that():
    assert parse_painting() == Painting()
    assert parse_painting("--coats", "3", "--no-is-signed") == Painting(coats=3, is_signed=False)
    assert parse_painting("--paint", "chalk").paint is Paint.CHALK
    assert parse_painting("--frame-mm", "none") == Painting(frame_mm=None)
    assert parse_painting("--frame-mm", "4.5") == Painting(frame_mm=4.5)


def test_a_range_may_have_one_end():
    with pytest.raises(SettingsError, match="coats must be at least 1, got 0"):
        parse_painting("--coats", "0")
    assert Painting(coats=10**6).coats == 10**6


def test_only_what_may_be_none_is_none():
    with pytest.raises(SettingsError, match="coats must be a whole number, got None"):
        Painting(coats=None)  # type: ignore[bad-argument-type]
    with pytest.raises(SettingsError, match="frame_mm must be between 0 and 100, got 101"):
        Painting(frame_mm=101.0)


def test_labels_and_units_are_those_of_the_name_unless_said():
    shown = {s.name: (s.info.label, s.info.unit) for s in iter_settings()}
    assert shown["viewing_distance_mm"] == ("Viewing distance", "mm")
    assert shown["foreground_dilation_percent"] == ("Wider outlines", "% of width")
    assert shown["max_angle_deg"] == ("Largest angle", "degrees")
    assert shown["aperture_f_number"] == ("Aperture", "f/")
    assert shown["invert_depth"] == ("Invert depth", "")
