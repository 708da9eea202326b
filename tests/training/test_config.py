import pytest

from spatial.training.config import (
    Augmentation,
    ImageSize,
    StageKind,
    StageSettings,
)
from spatial.training.recipes import CONFIGS


@pytest.mark.parametrize("name", CONFIGS)
def test_shipped_mix_holds_no_non_commercial_set(name):
    rows = CONFIGS[name].mix
    assert not {"replica_office0", "midair"} & {row.name for row in rows}
    assert not any("non-commercial" in row.licence for row in rows)


def test_the_compact_mix_is_the_one_of_the_model_card():
    assert {row.name: row.weight for row in CONFIGS["compact"].mix} == {
        "scenes": 0.45,
        "camvid_popup": 0.15,
        "nyuv2": 0.33,
        "osd_tabletop": 0.07,
    }


def test_stage_lengths_are_either_steps_or_minutes():
    by_minutes = StageSettings(name="a", kind=StageKind.VAE, minutes=8)
    assert by_minutes.fraction_done(step=10**6, minutes=2) == 0.25
    by_steps = StageSettings(name="a", kind=StageKind.VAE, steps=40)
    assert by_steps.fraction_done(step=10, minutes=99) == 0.25
    assert by_steps.fraction_done(step=50, minutes=0) == 1
    with pytest.raises(ValueError, match="either steps or minutes"):
        StageSettings(name="a", kind=StageKind.VAE)


def test_lengths_from_the_command_line():
    compact = CONFIGS["compact"]
    shorter = compact.with_lengths({"s0": 3.5, "s2": 0}, None)
    assert [stage.name for stage in shorter.stages] == ["s0", "s1", "s3"]
    assert shorter.stages[0].minutes == 3.5
    assert shorter.stages[2] == compact.stages[3]
    assert {stage.steps for stage in compact.with_lengths({}, 7).stages} == {7}
    with pytest.raises(ValueError, match=r"s9.*s0, s1, s2, s3"):
        compact.with_lengths({"s9": 1}, None)


def test_leaving_out_the_scenes():
    names = [row.name for row in CONFIGS["compact"].with_scenes(0).mix]
    assert names == ["camvid_popup", "nyuv2", "osd_tabletop"]


def test_sizes_off_the_stride_of_the_encoder_are_refused():
    with pytest.raises(ValueError, match="320 x 240"):
        ImageSize(width=320, height=240)


@pytest.mark.parametrize(("field", "value"), [("smallest_crop", 0.0), ("colour", 2.0)])
def test_augmentation_out_of_range_is_refused(field, value):
    with pytest.raises(ValueError, match=field):
        Augmentation(**{field: value})
