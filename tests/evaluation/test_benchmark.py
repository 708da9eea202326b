"""What the benchmarks measure, on pictures small enough for a test; no clock is judged."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from spatial.__main__ import main
from spatial.commands import benchmark
from spatial.evaluation.benchmark import (
    FULL_MEASURES,
    MEASURES,
    STEREO_MEASURES,
    measure_formats,
)
from spatial.evaluation.benchmark_depth import _marigold_unet, _marigold_vae
from spatial.evaluation.benchmark_stereo import extra_bytes, measure_large, measure_size
from spatial.evaluation.figures import Figure, peak_memory_bytes, run_python
from spatial.formats import FORMATS
from spatial.settings import Fill


def test_memory_is_that_of_the_stripes_under_way(monkeypatch):
    monkeypatch.setattr("spatial.kernels.STRIPE_PIXELS", 40_000)
    assert 0 < extra_bytes(Fill.FAST, (900, 1200)) < 8
    small, large = (extra_bytes(Fill.FAST, size) for size in ((600, 800), (1200, 1600)))
    assert large < 0.5 * small


def test_every_writer_of_this_machine_has_its_rows():
    rows = list(measure_formats((72, 96)))
    names = [row.name for row in rows]
    for name, known in FORMATS.items():
        told = [n for n in names if n.startswith((f"format {name},",))]
        assert len(told) == (2 if known.available() else 0)
    assert all(row.value > 0 for row in rows)


def test_growth_is_told_by_size_and_as_a_slope():
    rows = list(measure_size(((64, 96), (128, 192), (192, 288))))
    assert [row.unit for row in rows] == ["ns/px"] * 3 + [""]
    assert rows[-1].name.startswith("slope of seconds over pixels")


def test_the_peak_of_a_process_holds_at_least_photo_nearness_and_pair():
    seconds, _, per_pixel = measure_large((512, 1024))
    assert seconds.unit == "s"
    assert per_pixel.value > 19


def test_the_peak_of_a_process_is_not_that_of_who_started_it():
    held = np.ones(50_000_000)
    assert peak_memory_bytes() > held.nbytes
    code = "from spatial.evaluation.figures import peak_memory_bytes as peak; print(peak())"
    assert 10e6 < int(run_python(code, [])) < held.nbytes


def test_stereo_means_its_measures_and_pairs_alone_mean_none(capsys, monkeypatch):
    figure = Figure(name="a thing", value=2.0, unit="x")
    for name in STEREO_MEASURES:
        monkeypatch.setitem(STEREO_MEASURES, name, lambda: iter((figure,)))
        monkeypatch.setitem(MEASURES, name, lambda: iter((figure,)))
    assert main(["benchmark", "stereo", "memory"]) == 0
    told = capsys.readouterr()
    assert told.out.count("| a thing | 2 x |") == len(STEREO_MEASURES)
    assert "benchmark stereo --pairs SET" in told.err
    scored = []
    monkeypatch.setattr(benchmark, "_score_views", lambda folder: scored.append(folder) or 0)
    assert main(["benchmark", "--pairs", "set"]) == 0
    assert (scored, "a thing" in capsys.readouterr().out) == (["set"], False)


def test_the_large_network_is_measured_on_demand_alone(capsys, monkeypatch):
    figure = Figure(name="a thing", value=2.0, unit="x")
    for table in (MEASURES, FULL_MEASURES):
        for name in table:
            monkeypatch.setitem(table, name, lambda name=name: iter((replace(figure, name=name),)))
    assert main(["benchmark"]) == 0
    assert "marigold" not in capsys.readouterr().out
    assert main(["benchmark", "depth", "--full"]) == 0
    rows = capsys.readouterr().out.splitlines()[2:]
    assert [row.split(" | ")[0] for row in rows] == ["| depth", "| marigold"]


def test_the_yardstick_is_marigolds_architecture():
    # On no device: shapes alone. The published checkpoint has 865.9 and 83.7 million parameters.
    with torch.device("meta"):
        unet, vae = _marigold_unet(), _marigold_vae()
    sizes = [sum(p.numel() for p in net.parameters()) / 1e6 for net in (unet, vae)]
    assert sizes == pytest.approx([865.9, 83.7], abs=0.1)


@pytest.mark.parametrize("word", ["stereos", "speed"])
def test_unknown_measures_are_named(word, capsys):
    assert main(["benchmark", word]) == 2
    assert f"unknown measure {word!r}; known are import" in capsys.readouterr().err
