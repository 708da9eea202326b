import pytest
import torch
from tiny_checkpoints import tiny_pipeline

from spatial.__main__ import main
from spatial.depth.errors import CheckpointError
from spatial.depth.pipeline import LatentDepthPipeline
from spatial.training.averaging import average_pipelines


def saved(folder, shift=0.0, **settings):
    """Save the tiny pipeline with a number added to every weight."""
    pipeline = tiny_pipeline(**settings)
    for part in (pipeline.vae, pipeline.unet, pipeline.conditioner):
        for weight in part.parameters():
            weight.data += shift
    pipeline.save_pretrained(folder)
    return folder


def weights(folder):
    pipeline = LatentDepthPipeline.from_folder(folder)
    parts = (pipeline.vae, pipeline.unet, pipeline.conditioner)
    return torch.cat([weight.flatten() for part in parts for weight in part.parameters()])


def test_every_weight_is_the_mean(tmp_path, capsys):
    start = saved(tmp_path / "start")
    folders = [saved(tmp_path / f"run{i}", shift) for i, shift in enumerate((0.5, -0.25, 0.5))]
    assert main(["average", *map(str, folders), "-o", str(tmp_path / "new/mean")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "new/mean")
    torch.testing.assert_close(
        weights(tmp_path / "new/mean"), weights(start) + 0.25, atol=1e-3, rtol=1e-3
    )
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["mean"]


def test_no_path_of_this_machine_is_written_and_a_mean_can_be_averaged_again(tmp_path):
    one, two = (saved(tmp_path / name) for name in ("one", "two"))
    first = average_pipelines([one, two], tmp_path / "first")
    second = average_pipelines([first, two], tmp_path / "second")
    written = [*first.rglob("*.json"), *second.rglob("*.json")]
    assert len(written) >= 8
    assert [path for path in written if str(tmp_path) in path.read_text("utf-8")] == []


def test_only_like_is_averaged(tmp_path):
    first = saved(tmp_path / "first")
    other = saved(tmp_path / "other", default_processing_resolution=96)
    with pytest.raises(CheckpointError, match=r"other/model_index.json is not as in .*first"):
        average_pipelines([first, other], tmp_path / "mean")
    assert not (tmp_path / "mean").exists()


def test_what_cannot_be_averaged_is_one_line_and_code_2(tmp_path, capsys):
    first = saved(tmp_path / "first")
    refused = {
        "at least two": [first],
        "is there already": [first, first],
        "nowhere": [first, tmp_path / "nowhere"],
    }
    targets = {"is there already": first}
    for words, folders in refused.items():
        target = targets.get(words, tmp_path / "mean")
        assert main(["average", *map(str, folders), "-o", str(target)]) == 2
        told = capsys.readouterr().err.strip()
        assert words in told
        assert "\n" not in told
