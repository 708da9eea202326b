"""The command line as a user types it, with the embedded model and real photos."""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from picture_files import assert_close, corners, iphone_portrait
from PIL import Image
from stereo_scene import as_spatial_photo, stereo_photo

from spatial import decoder
from spatial.__main__ import COMMANDS, main, run_process
from spatial.commands import convert, each_photo
from spatial.commands.flags import add_settings, read_settings
from spatial.formats.containers import encode_mpo
from spatial.settings import PRESETS, Group, iter_settings

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="module")
def small_photo(tmp_path_factory):
    path = tmp_path_factory.mktemp("photos") / "cup.jpg"
    with Image.open(EXAMPLES / "coffee.jpg") as photo:
        photo.resize((300, 200)).save(path, quality=90)
    return path


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture).astype(int)


def parse(*words):
    parser = argparse.ArgumentParser()
    add_settings(parser)
    return parser.parse_args(words)


def test_convert_writes_a_side_by_side_pair(small_photo, tmp_path, capsys):
    assert main(["convert", str(small_photo), "-o", str(tmp_path)]) == 0
    manifest = json.loads((tmp_path / "cup_manifest.json").read_text(encoding="utf-8"))
    picture = pixels(tmp_path / manifest["files"]["side_by_side"]["href"])
    assert picture.shape == (200, 600, 3)
    left, right = np.split(picture, 2, axis=1)
    assert 0.5 < np.abs(left - right).mean() < 60
    told = capsys.readouterr().out.split()
    assert {Path(line).parent for line in told} == {tmp_path}
    assert all(Path(line).stat().st_size > 0 for line in told)


def test_a_bad_photo_does_not_stop_the_others(small_photo, tmp_path, capsys):
    text = tmp_path / "notes.jpg"
    text.write_text("no picture")
    out = tmp_path / "out"
    assert (
        main(
            [
                "convert",
                str(text),
                str(small_photo),
                "-o",
                str(out),
                "--formats",
                "sbs",
                "--estimator",
                "embedded",
            ]
        )
        == 2
    )
    told = capsys.readouterr().err.strip().splitlines()
    refusals = [line for line in told if "notes.jpg" in line]
    assert len(refusals) == 1
    assert "is not a photo" in refusals[0]
    assert told[-1].startswith("1 of 2 photos converted, 1 refused")
    assert sorted(p.suffix for p in out.iterdir()) == [".csv", ".jpg", ".json"]


@pytest.mark.parametrize("command", ["convert", "depth", "metrics"])
@pytest.mark.parametrize("suffix", [".jpg", ".heic"])
def test_a_bad_photo_is_refused_before_a_model_is_loaded(
    command, suffix, tmp_path, monkeypatch, capsys
):
    for module, load in (
        (each_photo, "load_chosen_estimator"),
        (convert, "load_chosen_estimator"),
        (convert, "load_chosen_inpainter"),
    ):
        monkeypatch.setattr(module, load, lambda _, name=load: pytest.fail(name))
    bad = tmp_path / f"bad{suffix}"
    bad.write_bytes(b"\0\0\0\x18ftypheic" if suffix == ".heic" else b"\xff\xd8\xff")
    words = [] if command == "metrics" else ["-o", str(tmp_path)]
    assert main([command, str(bad), *words]) == 2
    assert "is damaged or incomplete" in capsys.readouterr().err


@pytest.fixture(scope="module")
def own_depth(tmp_path_factory):
    """A folder with a portrait and a stereo photo."""
    folder = tmp_path_factory.mktemp("own_depth")
    ramp = np.tile(np.linspace(0, 255, 64).round().astype(np.uint8), (48, 1))
    (folder / "portrait.jpg").write_bytes(iphone_portrait(corners(), ramp))
    (folder / "pair.mpo").write_bytes(encode_mpo(as_spatial_photo(stereo_photo()))[0].data)
    return folder


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("convert", ["portrait.jpg"]),
        ("convert", ["pair.mpo"]),
        ("convert", ["portrait.jpg", "pair.mpo"]),
        ("convert", [""]),
        ("depth", ["portrait.jpg", "pair.mpo"]),
        ("metrics", ["portrait.jpg"]),
    ],
)
def test_photos_that_bring_their_depth_are_done_without_a_model(
    command, names, own_depth, tmp_path, monkeypatch
):
    for module in (each_photo, convert):
        monkeypatch.setattr(module, "load_chosen_estimator", lambda _: pytest.fail("loaded"))
    words = [] if command == "metrics" else ["-o", str(tmp_path)]
    assert main([command, *(str(own_depth / name) for name in names), *words]) == 0
    assert command == "metrics" or list(tmp_path.glob("*.json"))


@pytest.mark.skipif(sys.platform == "win32", reason="there, everything is read in place")
def test_a_heic_that_ends_its_decoder_is_refused(small_photo, tmp_path, monkeypatch, capsys):
    crash = "import ctypes; ctypes.string_at(0)"
    monkeypatch.setattr(decoder, "_COMMAND", [sys.executable, "-c", crash])
    monkeypatch.setattr(decoder.Workers.__init__, "__defaults__", (1, decoder._COMMAND))
    bad = tmp_path / "bad.heic"
    bad.write_bytes(b"\0\0\0\x18ftypheic")
    out = ["-o", str(tmp_path), "--estimator", "embedded"]
    assert main(["depth", str(bad), str(small_photo), *out]) == 2
    assert "bad.heic breaks its decoder" in capsys.readouterr().err
    assert (tmp_path / "cup_depth.png").exists()


def test_photos_of_one_name_do_not_overwrite_each_other(small_photo, tmp_path, capsys):
    """Not in one run, and not in the next one; the same photo gets its own name again."""
    other = tmp_path / "cup.png"
    Image.fromarray(pixels(small_photo).astype(np.uint8)).save(other)
    out = tmp_path / "out"
    for photos in ([small_photo, other], [other], [small_photo]):
        assert main(["depth", *map(str, photos), "-o", str(out), "--estimator", "embedded"]) == 0
        assert sorted(p.name for p in out.glob("*.png")) == ["cup-2_depth.png", "cup_depth.png"]
    told = capsys.readouterr().err.splitlines()
    line = f"cup in {out} belongs to another photo or file; the files of this photo are named cup-2"
    assert told == [f"{other}: {line}"] * 2


@pytest.mark.parametrize("kind", ["photo", "map"])
def test_an_input_in_the_folder_of_the_results_stays(kind, small_photo, tmp_path, monkeypatch):
    monkeypatch.setattr(each_photo, "load_chosen_estimator", lambda _: None)
    own = tmp_path / ("cup.mpo" if kind == "photo" else "cup_depth.png")
    own.write_bytes(small_photo.read_bytes())
    photo = own if kind == "photo" else small_photo
    estimator = "embedded" if kind == "photo" else f"file:{own}"
    args = parse()
    args.photos, args.estimator = [photo], estimator
    outputs = each_photo.Outputs(tmp_path, [".mpo", "_depth.png", "_depth.json"])
    names = []
    for _ in range(2):
        assert (
            each_photo.each_photo(args, lambda job: names.append(job.photo.name) or [], outputs)
            == 0
        )
        digest = hashlib.sha256(photo.read_bytes()).hexdigest()
        record = json.dumps({"photo": {"sha256": digest}})
        for name in ("cup", "cup-2"):
            (tmp_path / f"{name}_depth.json").write_text(record)
    assert names == ["cup-2", "cup-2"]


def test_depth_png_is_16_bit_and_near_is_bright(small_photo, tmp_path):
    assert main(["depth", str(small_photo), "-o", str(tmp_path)]) == 0
    levels = pixels(tmp_path / "cup_depth.png")
    assert levels.shape == (200, 300)
    assert levels.max() > 60000
    assert levels[150:].mean() > levels[:50].mean() + 5000  # the table's near edge is below
    told = json.loads((tmp_path / "cup_depth.json").read_text(encoding="utf-8"))
    assert told["space"] == "inverse_depth"


def test_depth_writes_what_other_programs_expect(own_depth, tmp_path):
    """Beside the 16-bit map, whose JSON file says of which photo all of them are."""
    words = ["depth", str(own_depth / "portrait.jpg"), "-o", str(tmp_path)]
    for _ in range(2):  # again under the same names
        assert main([*words, "--formats", "depth_grey", "rgbd", "--jpeg-quality", "100"]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        f"portrait_{end}" for end in ("depth.png", "depth.json", "8bit_depth.png", "RGBD.jpg")
    }
    grey = pixels(tmp_path / "portrait_8bit_depth.png")
    assert (grey.shape, grey.min(), grey.max()) == ((72, 96), 0, 255)
    photo, depth = np.split(pixels(tmp_path / "portrait_RGBD.jpg"), 2, axis=1)
    assert_close(photo, corners(), 12)
    np.testing.assert_allclose(depth, grey[..., None].repeat(3, axis=2), atol=2)


def test_depth_makes_no_views(own_depth, tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["depth", str(own_depth / "portrait.jpg"), "-o", str(tmp_path), "--formats", "sbs"])
    assert "depth_float, depth_grey, depth_png, rgbd" in capsys.readouterr().err.replace("'", "")


def test_paper_preset(small_photo, tmp_path):
    words = [
        "convert",
        str(small_photo),
        "-o",
        str(tmp_path),
        "--preset",
        "paper",
        "--formats",
        "sbs",
    ]
    assert main([*words, "--ipd-mm", "65"]) == 0
    told = json.loads((tmp_path / "cup_manifest.json").read_text(encoding="utf-8"))
    assert told["settings"]["stereo"]["stereo_method"] == "paper"
    assert told["settings"]["stereo"]["ipd_mm"] == 65
    assert told["settings"]["bokeh"]["bokeh"] is True
    assert told["disparity_px"]["max"] <= 0  # everything on the screen or behind it


def test_metrics_prints_the_papers_table(small_photo, tmp_path, capsys):
    assert main(["metrics", str(small_photo), "--edges", str(tmp_path)]) == 0
    table = capsys.readouterr().out
    assert "Laplacian" in table
    assert "PSNR, right view" in table
    assert pixels(tmp_path / "cup_edges.png").shape == (200, 300, 3)
    assert main(["metrics", str(small_photo), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["psnr_left_db"]["value"] > 10
    assert 0 <= figures["comfort"]["score"] <= 100


def test_metrics_tells_how_to_make_a_picture_comfortable(small_photo, capsys):
    harsh = ["--max-parallax-percent", "10", "--max-angle-deg", "0", "--no-keep-window"]
    assert main(["metrics", str(small_photo), *harsh]) == 0
    table, advice = capsys.readouterr().out.split("Comfortable with ")
    assert "| Comfort |" in table
    assert "uncomfortable" in table
    assert main(["metrics", str(small_photo), "--json", *harsh, *advice.split()]) == 0
    assert json.loads(capsys.readouterr().out)["comfort"]["score"] >= 80


def test_metrics_against_a_true_depth(small_photo, tmp_path, capsys):
    rows = np.linspace(6000, 1000, 200).astype(np.uint16)
    true = tmp_path / "true.png"
    Image.fromarray(np.repeat(rows[:, None], 300, axis=1)).save(true)
    assert main(["metrics", str(small_photo), "--json", "--true-depth", str(true)]) == 0
    errors = json.loads(capsys.readouterr().out)
    assert 0 < errors["abs_rel"] < 1
    assert errors["delta1"] <= errors["delta2"] <= errors["delta3"] <= 1


def test_an_output_below_a_file_is_refused(small_photo, capsys):
    assert (
        main(
            ["convert", str(small_photo), "-o", str(small_photo / "sub"), "--estimator", "embedded"]
        )
        == 2
    )
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--ipd-mm", "1000"], "ipd_mm"),
        (["--estimator", "no-such"], "no-such"),
        (["--estimator", "ldm:/no/such/folder"], "/no/such/folder"),
    ],
)
def test_wrong_values_are_named(small_photo, tmp_path, capsys, words, named):
    assert main(["convert", str(small_photo), "-o", str(tmp_path), *words]) == 2
    refusal = capsys.readouterr().err.strip()
    assert named in refusal
    assert len(refusal.splitlines()) == 1


def test_flags_are_the_settings_with_their_defaults():
    assert read_settings(parse()) == PRESETS["default"]
    assert read_settings(parse("--preset", "paper")) == PRESETS["paper"]
    assert vars(parse("--ipd-mm", "58"))["ipd_mm"] == 58.0


def help_of(capsys, *words):
    with pytest.raises(SystemExit) as stop:
        main(list(words))
    assert stop.value.code == 0
    told = capsys.readouterr().out
    heads = re.findall(r"^([a-z].*settings.*):$", told, re.MULTILINE)
    return told, heads, set(re.findall(r"^  --([a-z-]+)", told, re.MULTILINE))


@pytest.mark.parametrize(
    ("command", "sections"),
    [
        ("convert", {"depth", "bokeh", "stereo", "export"}),
        ("metrics", {"depth", "bokeh", "stereo", "export"}),
        ("depth", {"depth", "export"}),
    ],
)
def test_help_shows_what_is_basic_and_help_all_the_rest_by_topic(command, sections, capsys):
    settings = [s for s in iter_settings() if s.section in sections]
    more = {s.name.replace("_", "-") for s in settings if s.info.group is Group.MORE}
    short, heads, basic = help_of(capsys, command, "--help")
    assert heads == ["basic settings (the others: --help-all)"]
    assert basic >= {s.name.replace("_", "-") for s in settings} - more
    assert not basic & more
    usage = short.partition("\n\n")[0]
    assert not any(f"[--{name}" in usage for name in more)
    everything, heads, flags = help_of(capsys, command, "--help-all")
    assert len(heads) == 1 + len(sections)
    assert flags == basic | more
    assert all(f"(default: {d})" in " ".join(everything.split()) for d in ("False", "8.0", "auto"))


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["convert"], "PHOTO, -o"),
        (["convert", "a.jpg", "-o", "x", "--seed", "abc"], "'abc'"),
        (["convert", "a.jpg", "-o", "x", "--formats", "sbss"], "half_sbs"),
        (["view"], "FILE"),
    ],
)
def test_a_wrong_flag_is_one_line(words, named, capsys):
    with pytest.raises(SystemExit) as stop:
        main(words)
    assert stop.value.code == 2
    told = capsys.readouterr().err
    assert named in told
    assert told.endswith("; --help tells the options\n")
    assert told.count("\n") == 1


@pytest.mark.parametrize(("asked", "policy"), [({}, "PASSIVE"), ({"OMP_WAIT_POLICY": "x"}, "x")])
def test_threads_that_wait_leave_the_cores_to_others(asked, policy, monkeypatch):
    monkeypatch.setattr("os.environ", {**asked})
    monkeypatch.setattr("spatial.__main__.run_quietly", lambda _: os.environ["OMP_WAIT_POLICY"])
    assert run_process() == policy


def test_the_collector_lets_imports_pass_and_sleeps_at_the_end():
    program = """if True:
        import atexit, gc
        from spatial.starting import tune_process
        atexit.register(lambda: print(gc.get_threshold()[0], gc.get_freeze_count()))
        tune_process()
    """
    told = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)
    threshold, frozen = map(int, told.stdout.split())
    assert threshold > 10_000
    assert frozen > 1_000


def test_help_of_every_command():
    for name in COMMANDS:
        with pytest.raises(SystemExit) as stop:
            main([name, "--help"])
        assert stop.value.code == 0


def test_unknown_command(capsys):
    assert main(["frobnicate"]) == 2
    assert "frobnicate" in capsys.readouterr().err


def test_module_runs_from_any_folder(tmp_path):
    environment = {"PYTHONPATH": str(EXAMPLES.parent), "PATH": ""}
    command = [sys.executable, "-m", "spatial", "--version"]
    told = subprocess.run(
        command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    assert told.stdout.strip()
