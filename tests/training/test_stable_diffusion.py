import pytest
import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from tiny_checkpoints import tiny_unet
from tiny_stable_diffusion import save_stable_diffusion, tiny_text_to_image_unet

from spatial.depth.errors import CheckpointError
from spatial.training.paper_config import PaperSettings, Sampler, TimestepSpacing
from spatial.training.stable_diffusion import (
    Conditioning,
    empty_prompt_embedding,
    load_base,
    make_depth_unet,
)

NOISE = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return load_base(save_stable_diffusion(tmp_path_factory.mktemp("sd") / "sd2"), with_text=True)


def call(unet, latent, text=None):
    with torch.no_grad():
        return unet(latent, 501, encoder_hidden_states=text).sample


def test_a_duplicated_input_has_the_activation_it_had():
    unet = tiny_text_to_image_unet()
    depth_unet = make_depth_unet(unet, Conditioning.EMPTY_PROMPT)
    latent = torch.randn(1, 4, 8, 16)
    twice = torch.cat([latent, latent], 1)
    torch.testing.assert_close(depth_unet.conv_in(twice), unet.conv_in(latent))
    text = torch.randn(1, 2, 12)
    torch.testing.assert_close(call(depth_unet, twice, text), call(unet, latent, text))


def test_only_the_first_layer_gets_wider():
    unet, depth_unet = (
        tiny_text_to_image_unet(),
        make_depth_unet(tiny_text_to_image_unet(), Conditioning.EMPTY_PROMPT),
    )
    before, after = unet.state_dict(), depth_unet.state_dict()
    assert after.keys() == before.keys()
    other = [name for name in before if not torch.equal(before[name], after[name])]
    assert other == ["conv_in.weight"]
    assert after["conv_in.weight"].shape[1] == 8
    assert depth_unet.config["out_channels"] == 4


def test_attn2_starts_as_attn1_and_works_without_text():
    unet = tiny_text_to_image_unet()
    depth_unet = make_depth_unet(unet, Conditioning.SELF)
    weights = depth_unet.state_dict()
    second = [name for name in weights if ".attn2." in name]
    assert len(second) == 35  # 7 transformer blocks with q, k, v, out and its bias
    for name in second:
        torch.testing.assert_close(weights[name], weights[name.replace("attn2", "attn1")])
    assert call(depth_unet, torch.randn(1, 8, 8, 16)).shape == (1, 4, 8, 16)
    depth_unet.get_parameter(second[0]).data.zero_()
    assert depth_unet.get_parameter(second[0].replace("attn2", "attn1")).abs().sum() > 0


def test_the_self_attending_unet_comes_back_from_a_folder(tmp_path):
    depth_unet = make_depth_unet(tiny_text_to_image_unet(), Conditioning.SELF)
    depth_unet.save_pretrained(tmp_path)
    latent = torch.randn(1, 8, 8, 16)
    again = UNet2DConditionModel.from_pretrained(tmp_path)
    torch.testing.assert_close(call(again, latent), call(depth_unet, latent))


def test_every_weight_learns():
    depth_unet = make_depth_unet(tiny_text_to_image_unet(), Conditioning.SELF)
    depth_unet(
        torch.randn(2, 8, 8, 16), 7, encoder_hidden_states=None
    ).sample.square().sum().backward()
    assert all(p.grad is not None for p in depth_unet.parameters())


def test_a_depth_unet_is_taken_as_it_is_and_another_refused():
    assert make_depth_unet(tiny_unet(), Conditioning.EMPTY_PROMPT).conv_in.in_channels == 8
    with pytest.raises(CheckpointError, match="takes 9 channels"):
        make_depth_unet(tiny_unet(in_channels=9), Conditioning.EMPTY_PROMPT)


def test_the_base_is_loaded_with_its_noise_schedule_and_a_frozen_vae(base):
    assert base.noise == NOISE
    assert not any(p.requires_grad for p in base.vae.parameters())
    assert base.unet.config["in_channels"] == 4


def test_the_empty_prompt_is_its_start_and_end_token(base):
    assert empty_prompt_embedding(base).shape == (1, 2, 12)


def test_a_missing_file_of_the_base_is_named(tmp_path):
    folder = save_stable_diffusion(tmp_path / "sd2")
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match="unet"):
        load_base(folder, with_text=False)
    weights.unlink()
    with pytest.raises(CheckpointError, match=r"diffusion_pytorch_model\.safetensors is missing"):
        load_base(folder, with_text=False)


@pytest.mark.parametrize("sampler", Sampler)
@pytest.mark.parametrize(("steps", "spacing"), [(40, "leading"), (1, "trailing"), (4, "trailing")])
def test_samplers_visit_as_many_steps_as_wanted(sampler, steps, spacing):
    settings = PaperSettings(sampler=sampler, timestep_spacing=TimestepSpacing(spacing))
    scheduler = settings.scheduler(NOISE)
    scheduler.set_timesteps(steps)
    assert len(scheduler.timesteps) == steps
    assert scheduler.config["prediction_type"] == "epsilon"
    if spacing == "trailing":
        assert int(scheduler.timesteps[0]) == 999


def test_epsilon_from_pure_noise_is_refused():
    with pytest.raises(ValueError, match="v_prediction"):
        PaperSettings(sampler=Sampler.DDIM, zero_terminal_snr=True)
