import pytest
import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from spatial.depth.conditioning import FeatureConditioner
from spatial.depth.features import FeaturePyramid, SameConv2d

TINY_STAGES = (
    (3, 1, 1, 8, 1),
    (3, 2, 2, 8, 2),
    (5, 2, 2, 8, 1),
    (3, 2, 2, 16, 1),
    (3, 2, 2, 24, 1),
)
CHANNELS = (16, 24, 32)


def tiny_conditioner(seed=0):
    torch.manual_seed(seed)
    return FeatureConditioner(
        block_out_channels=CHANNELS,
        cross_attention_dim=12,
        token_grid=(2, 3),
        feature_stages=TINY_STAGES,
    ).eval()


def tiny_unet():
    torch.manual_seed(1)
    return UNet2DConditionModel(
        in_channels=8,
        out_channels=4,
        down_block_types=("DownBlock2D",) * 3,
        mid_block_type="UNetMidBlock2DCrossAttn",
        up_block_types=("UpBlock2D",) * 3,
        block_out_channels=CHANNELS,
        layers_per_block=1,
        norm_num_groups=8,
        cross_attention_dim=12,
        attention_head_dim=8,
    ).eval()


def test_pyramid_halves_the_image_five_times():
    maps = FeaturePyramid(TINY_STAGES)(torch.zeros(2, 3, 64, 96))
    assert [tuple(x.shape) for x in maps] == [
        (2, 8, 32, 48),
        (2, 8, 16, 24),
        (2, 8, 8, 12),
        (2, 16, 4, 6),
        (2, 24, 2, 3),
    ]


def test_lite1_has_the_published_shape():
    pyramid = FeaturePyramid()
    assert pyramid.channels == [16, 24, 40, 112, 320]
    assert len(pyramid.blocks) == 21


@pytest.mark.parametrize(("kernel", "before", "after"), [(3, 0, 1), (5, 1, 2)])
def test_stride_two_pads_as_tensorflow_does(kernel, before, after):
    layer = SameConv2d(1, 1, kernel, stride=2)
    layer.load_state_dict({"weight": torch.ones(1, 1, kernel, kernel), "bias": torch.zeros(1)})
    ramp = torch.arange(8.0).repeat(8, 1)[None, None]
    padded = torch.nn.functional.pad(ramp, (before, after, before, after))
    windows = padded.unfold(2, kernel, 2).unfold(3, kernel, 2)
    assert torch.allclose(layer(ramp), windows.sum((4, 5)))


def test_freezing_spares_the_later_blocks():
    pyramid = FeaturePyramid(TINY_STAGES)
    pyramid.freeze(2)
    trained = {name for name, p in pyramid.named_parameters() if p.requires_grad}
    assert not any(name.startswith(("stem", "blocks.0.", "blocks.1.")) for name in trained)
    assert any(name.startswith("blocks.2.") for name in trained)


@pytest.mark.parametrize(("height", "width"), [(64, 96), (96, 64), (32, 160)])
def test_conditions_fit_the_unet_and_matter(height, width):
    conditioner, unet = tiny_conditioner(), tiny_unet()
    size = (height // 8, width // 8)
    latents = torch.randn(2, 8, *size)
    outputs = []
    with torch.no_grad():
        for rgb in (torch.zeros(2, 3, height, width), torch.rand(2, 3, height, width)):
            conditions = conditioner(rgb, size)
            outputs.append(unet(latents, torch.tensor(999), **conditions, return_dict=False)[0])
    assert outputs[0].shape == (2, 4, *size)
    assert not torch.allclose(outputs[0], outputs[1], atol=1e-4)


def test_conditions_follow_an_odd_latent():
    conditions = tiny_conditioner()(torch.zeros(1, 3, 64, 64), (7, 9))
    shapes = [tuple(x.shape[1:]) for x in conditions["down_block_additional_residuals"]]
    assert shapes == [(16, 7, 9), (16, 7, 9), (16, 4, 5), (24, 4, 5), (24, 2, 3), (32, 2, 3)]
    inner = [tuple(x.shape[1:]) for x in conditions["down_intrablock_additional_residuals"]]
    assert inner == [(16, 4, 5), (24, 2, 3), (32, 2, 3)]
    assert conditions["mid_block_additional_residual"].shape == (1, 32, 2, 3)
    assert conditions["encoder_hidden_states"].shape == (1, 6, 12)


def test_saved_conditioner_comes_back_equal(tmp_path):
    conditioner = tiny_conditioner()
    conditioner.save_pretrained(tmp_path)
    loaded, info = FeatureConditioner.from_pretrained(tmp_path, output_loading_info=True)
    assert not any(info.values())
    rgb = torch.rand(1, 3, 64, 96) * 2 - 1
    with torch.no_grad():
        first, second = (x(rgb, (8, 12)) for x in (conditioner, loaded))
    for key, value in first.items():
        torch.testing.assert_close(second[key], value, rtol=0, atol=0)


def test_other_unet_depths_are_refused():
    with pytest.raises(ValueError, match="3 U-Net levels"):
        FeatureConditioner(block_out_channels=(16, 16), feature_stages=TINY_STAGES)
