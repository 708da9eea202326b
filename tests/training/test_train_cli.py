import argparse

import pytest

from spatial.training import cli


def parse(*words):
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    return parser.parse_args(words)


def test_stage_minutes_are_read():
    args = parse("--data", "d", "--stage-minutes", "s0=42,s3=7.5")
    assert args.stage_minutes == {"s0": 42.0, "s3": 7.5}


def test_flags_change_the_config():
    settings = cli.compact_settings(parse("--data", "d", "--config", "compose", "--steps", "7"))
    assert ([stage.steps for stage in settings.stages], settings.seed) == ([7], 0)
    settings = cli.compact_settings(parse("--data", "d", "--seed", "5", "--scenes", "0"))
    assert (settings.seed, settings.scene_count) == (5, 0)
    assert "scenes" not in [row.name for row in settings.mix]


def test_malformed_stage_minutes_are_refused(capsys):
    with pytest.raises(SystemExit):
        parse("--data", "d", "--stage-minutes", "s0")
    assert "name=minutes" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ((), "camvid_popup"),
        (("--stage-minutes", "s7=1"), "it has s0, s1, s2, s3"),
        (("--steps", "0"), "above 0"),
        (("--device", "tpu"), "no device 'tpu'"),
    ],
)
def test_a_wrong_folder_or_flag_is_one_line_and_code_2(tmp_path, capsys, flags, message):
    runs = ("--data", str(tmp_path), "--runs", str(tmp_path / "runs"))
    assert cli.run(parse(*runs, *flags)) == 2
    errors = capsys.readouterr().err.strip().splitlines()
    assert len(errors) == 1
    assert message in errors[0]
    assert not (tmp_path / "runs").exists()


def test_the_environment_names_the_folder_of_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("SPATIAL_RUNS", str(tmp_path / "elsewhere"))
    assert cli.runs_folder() == tmp_path / "elsewhere"
    assert cli.runs_folder(parse("--data", "d", "--runs", "here").runs).name == "here"
