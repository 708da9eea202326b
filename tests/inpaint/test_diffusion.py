import json

import numpy as np
import pytest
from tiny_checkpoints import save_pipeline
from tiny_inpainting import save_inpainting

from spatial.__main__ import main
from spatial.conversion import fit_depth, render
from spatial.depth import (
    CheckpointError,
    EstimatorError,
    HubUnreachableError,
    LoadOptions,
    load_estimator,
)
from spatial.formats import encode_png
from spatial.inpaint import InpainterError, load_inpainter
from spatial.records import DepthKind, DepthMap, DepthSpace, Photo
from spatial.settings import with_values

RNG = np.random.default_rng(6)
RGB = RNG.integers(0, 256, (70, 100, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return save_inpainting(tmp_path_factory.mktemp("inpainting") / "weights")


@pytest.fixture(scope="module")
def inpainter(weights):
    return load_inpainter(f"diffusion:{weights}")


def test_a_picture_of_any_size_comes_back_in_its_size(inpainter):
    hole = np.zeros((70, 100), bool)
    hole[20:60, 50:53] = True
    painted = inpainter(RGB, hole, seed=1)
    assert (painted.shape, painted.dtype) == (RGB.shape, np.uint8)
    np.testing.assert_array_equal(painted, inpainter(RGB, hole, seed=1))
    assert (painted != inpainter(RGB, hole, seed=2)).any()


def test_narrow_gaps_reach_the_latent_mask(inpainter):
    hole = np.zeros((64, 64), bool)
    hole[3, 10:50] = hole[40, 17] = True
    cells = inpainter._whole_cells(hole)
    assert (cells & hole).sum() == hole.sum()
    np.testing.assert_array_equal(cells[::8, ::8], cells[7::8, 7::8])
    assert cells.sum() == 64 * (6 + 1)


def test_from_the_hub(hub, tmp_path, weights):
    hub.add_repo("owner/paint", weights)
    told = []
    inpainter = load_inpainter(
        "diffusion:owner/paint",
        LoadOptions(
            cache_dir=tmp_path,
            endpoint=hub.url,
            progress=lambda share, words: told.append(words),
        ),
    )
    assert told[0].startswith("downloading ")
    assert set(told[1:]) == {"downloading"}
    info = inpainter.info
    assert (info.id, info.licence) == ("diffusion:owner/paint", "apache-2.0")
    assert info.revision == hub.repos["owner/paint"].sha
    assert info.size_mb > 0
    hub.stop()
    again = load_inpainter(
        "diffusion:owner/paint", LoadOptions(cache_dir=tmp_path, endpoint=hub.url)
    )
    assert again.info == info


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("lama", "write diffusion:OWNER/NAME or diffusion:FOLDER"),
        ("diffusion", "for instance diffusion:stable-diffusion-v1-5/"),
        ("diffusion:", "needs weights"),
    ],
)
def test_wrong_names_say_what_to_write(name, remedy):
    with pytest.raises(InpainterError, match=remedy):
        load_inpainter(name)


def test_missing_repository_and_unreachable_hub(hub, tmp_path):
    options = LoadOptions(cache_dir=tmp_path, endpoint=hub.url)
    with pytest.raises(EstimatorError, match="check the name"):
        load_inpainter("diffusion:owner/missing", options)
    hub.stop()
    with pytest.raises(HubUnreachableError, match="owner/paint is not in the cache"):
        load_inpainter("diffusion:owner/paint", options)


def test_checkpoints_of_another_kind_are_refused(tmp_path):
    with pytest.raises(InpainterError, match=r"'LatentDepthPipeline'.*choose such a checkpoint"):
        load_inpainter(f"diffusion:{save_pipeline(tmp_path / 'depth')}")
    with pytest.raises(InpainterError, match=r"takes 9 channels .* or 4, this one 8"):
        load_inpainter(f"diffusion:{save_inpainting(tmp_path / 'eight', in_channels=8)}")
    with pytest.raises(CheckpointError, match="no folder"):
        load_inpainter(f"diffusion:{tmp_path / 'nowhere'}")


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("unet/diffusion_pytorch_model.safetensors", b"cut"),
        ("text_encoder/model.safetensors", None),
        ("tokenizer/vocab.json", b"["),
        ("model_index.json", b"no JSON"),
    ],
)
def test_damaged_checkpoints_name_the_file(path, content, tmp_path):
    folder = save_inpainting(tmp_path / "weights")
    (folder / "tokenizer" / "tokenizer.json").unlink(missing_ok=True)
    if content is None:
        (folder / path).unlink()
    else:
        (folder / path).write_bytes(content)
    with pytest.raises(CheckpointError, match=path.split("/")[0]):
        load_inpainter(f"diffusion:{folder}")


def test_weights_of_another_configuration_are_refused(tmp_path):
    folder = save_inpainting(tmp_path / "weights")
    config = folder / "unet" / "config.json"
    values = json.loads(config.read_text())
    config.write_text(json.dumps({**values, "layers_per_block": 2}))
    with pytest.raises(CheckpointError, match="do not fit UNet2DConditionModel"):
        load_inpainter(f"diffusion:{folder}")


def known_depth():
    nearness = np.zeros((70, 100), np.float32)
    nearness[20:60, 40:70] = 1.0
    return DepthMap.from_values(
        nearness, kind=DepthKind.AFFINE_INVARIANT, space=DepthSpace.INVERSE_DEPTH
    )


def test_a_conversion_differs_in_disoccluded_pixels_only(inpainter):
    told = []
    settings = with_values({"max_parallax_percent": 8.0})
    photo = Photo(rgb=RGB)
    depth = fit_depth(known_depth(), photo, settings.depth)
    given = (photo, depth, settings, load_estimator("file").info)
    plain = render(*given).pair
    painted = render(
        *given,
        inpainter=inpainter,
        progress=lambda share, words: told.append(share),
    ).pair
    for eye in ("left", "right"):
        changed = (getattr(plain, eye) != getattr(painted, eye)).any(axis=2)
        holes = getattr(plain, f"{eye}_disoccluded")
        assert holes.sum() > 50
        assert changed[holes].mean() > 0.9
        assert not changed[~holes].any()
    assert told == sorted(told)


def test_the_command_line_takes_an_inpainter(tmp_path, weights, capsys):
    photo = tmp_path / "photo.png"
    photo.write_bytes(encode_png(RGB))
    out = tmp_path / "out"
    words = ["convert", str(photo), "-o", str(out), "--formats", "sbs"]
    assert main([*words, "--inpaint", f"diffusion:{weights}"]) == 0
    assert (out / "photo_LRF_Full_SBS.jpg").is_file()
    assert main([*words, "--inpaint", "magic"]) == 2
    assert "unknown inpainter 'magic'" in capsys.readouterr().err
