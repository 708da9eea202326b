import subprocess
import sys

import numpy as np
import pytest
import torch
from tiny_checkpoints import save_marigold, tiny_pipeline

from spatial.depth.errors import CheckpointError, EstimatorError
from spatial.depth.pipeline import LatentDepthPipeline
from spatial.settings import DepthSettings


class StoppedError(Exception):
    """What a caller may raise from its progress."""


RGB = np.random.default_rng(0).integers(0, 256, (50, 90, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def marigold(tmp_path_factory):
    folder = tmp_path_factory.mktemp("marigold") / "weights"
    theirs = save_marigold(folder)
    theirs.set_progress_bar_config(disable=True)
    return LatentDepthPipeline.from_pretrained(folder), theirs


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own") / "weights"
    tiny_pipeline().save_pretrained(folder, max_shard_size="20KB")
    return folder


@pytest.fixture
def pipeline(saved):
    return LatentDepthPipeline.from_pretrained(saved)


@pytest.mark.parametrize("steps", [1, 4, 10])
@pytest.mark.parametrize("height", [50, 64])
def test_marigold_checkpoints_give_the_latents_and_depth_of_diffusers(marigold, steps, height):
    ours, theirs = marigold
    rgb = np.resize(RGB, (height, 90, 3))
    settings = DepthSettings(denoising_steps=steps, processing_resolution_px=64, seed=5)
    mine = ours(rgb, settings)
    expected = theirs(
        rgb,
        num_inference_steps=steps,
        processing_resolution=64,
        generator=torch.Generator().manual_seed(5),
        match_input_resolution=False,
        output_type="pt",
        output_latent=True,
    )
    torch.testing.assert_close(mine.latents, expected.latent, atol=1e-4, rtol=0)
    depth = mine.prediction.clip(0, 1)
    torch.testing.assert_close(depth, expected.prediction[0, 0], atol=1e-4, rtol=0)


def test_ensemble_members_start_from_the_same_noise_as_in_diffusers(marigold):
    ours, theirs = marigold
    settings = DepthSettings(ensemble_size=3, denoising_steps=2, seed=1)
    mine = ours(RGB, settings)
    expected = theirs(
        RGB,
        num_inference_steps=2,
        ensemble_size=3,
        ensembling_kwargs={"max_iter": 1},
        generator=torch.Generator().manual_seed(1),
        output_latent=True,
    )
    torch.testing.assert_close(mine.latents, expected.latent, atol=1e-4, rtol=0)


def test_marigold_configuration_is_understood(marigold):
    ours, _ = marigold
    assert ours.depth_space.value == "depth"
    assert ours.depth_kind.value == "affine_invariant"
    assert ours.config.default_denoising_steps == 4
    assert ours.config.initial_latent == "noise"
    assert ours.size_multiple == 8


def test_one_step_from_zeros_gives_minus_the_velocity(pipeline):
    rgb = torch.rand(1, 3, 64, 96, generator=torch.Generator().manual_seed(0)) * 2 - 1
    output = pipeline(rgb, DepthSettings(processing_resolution_px=96))
    with torch.no_grad():
        image = pipeline.vae.encode(rgb).latents * 1.5
        conditions = pipeline.conditioner(rgb, (8, 12))
        start = torch.zeros_like(image)
        velocity = pipeline.unet(torch.cat([image, start], 1), 999, **conditions).sample
        decoded = pipeline.vae.decode(-velocity / 1.5).sample.mean(1)[0]
    torch.testing.assert_close(output.latents, -velocity, atol=1e-5, rtol=0)
    torch.testing.assert_close(output.prediction, (decoded + 1) / 2, atol=1e-5, rtol=0)


def test_a_sharded_folder_gives_the_same_depth(saved, pipeline):
    assert len(list((saved / "unet").glob("*.safetensors"))) > 2
    torch.testing.assert_close(pipeline(RGB).prediction, tiny_pipeline()(RGB).prediction)


def test_a_folder_with_conditioner_loads_in_a_new_process(saved, pipeline):
    code = (
        "import sys, numpy as np; from spatial.depth.pipeline import LatentDepthPipeline as P;"
        "rgb = np.full((40, 40, 3), 90, np.uint8);"
        "print(float(P.from_pretrained(sys.argv[1])(rgb).prediction.sum()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(saved)], capture_output=True, text=True, check=True
    )
    rgb = np.full((40, 40, 3), 90, np.uint8)
    assert float(done.stdout) == pytest.approx(float(pipeline(rgb).prediction.sum()), rel=1e-5)


def test_mirrored_photos_give_mirrored_depth_with_flip_average():
    pipeline = tiny_pipeline(flip_average=True)
    left, right = pipeline(RGB), pipeline(np.ascontiguousarray(RGB[:, ::-1]))
    torch.testing.assert_close(left.prediction, right.prediction.flip(1), atol=1e-5, rtol=0)
    plain = tiny_pipeline()
    assert (plain(RGB).prediction - left.prediction).abs().max() > 1e-4


def test_ensemble_from_zeros_is_photo_and_mirror_image(pipeline):
    two = pipeline(RGB, DepthSettings(ensemble_size=2))
    assert two.uncertainty is not None
    assert two.uncertainty.shape == two.prediction.shape
    assert float(two.uncertainty.max()) > 0
    assert pipeline(RGB, DepthSettings(ensemble_size=5)).latents.shape[0] == 2


def test_seed_alone_decides_the_noise():
    pipeline = tiny_pipeline(initial_latent="noise")
    first, again, other = (pipeline(RGB, DepthSettings(seed=s)).prediction for s in (7, 7, 8))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_progress_counts_up_and_cancel_stops(pipeline):
    told = []
    settings = DepthSettings(denoising_steps=3)
    pipeline(RGB, settings, progress=lambda fraction, text: told.append((fraction, text)))
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0
    assert fractions[-1] < 1
    assert [text for _, text in told] == ["encoding", *["denoising"] * 3, "decoding"]
    left = iter(range(2))

    def stop(fraction, text):
        if next(left, None) is None:
            raise StoppedError

    with pytest.raises(StoppedError):
        pipeline(RGB, settings, progress=stop)


def test_bfloat16_stays_close(pipeline):
    exact = pipeline(RGB).prediction
    pipeline.compute_dtype = torch.bfloat16
    rough = pipeline(RGB).prediction
    assert rough.dtype is torch.float32
    assert 0 < (rough - exact).abs().max() < 0.1


@pytest.mark.parametrize("shape", [(64, 64), (1, 1), (20, 160), (160, 20), (3, 700)])
def test_small_and_long_photos_keep_a_sensible_frame(pipeline, shape):
    prediction = pipeline(np.zeros((*shape, 3), np.uint8)).prediction
    assert min(prediction.shape) >= 32
    assert (prediction.shape[0] > prediction.shape[1]) == (shape[0] > shape[1])


def test_nan_is_an_error_that_says_what_to_do(pipeline):
    next(pipeline.vae.decoder.parameters()).data.fill_(torch.nan)
    with pytest.raises(EstimatorError, match="float32"):
        pipeline(RGB)


@pytest.mark.parametrize(
    ("name", "value"), [("depth_space", None), ("depth_kind", "exact"), ("initial_latent", "ones")]
)
def test_unknown_configuration_is_refused(name, value):
    with pytest.raises(CheckpointError, match=name):
        tiny_pipeline(**{name: value})
