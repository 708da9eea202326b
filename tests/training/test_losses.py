import pytest
import torch

from spatial.training.augment import (
    augment,
    normalise_target,
    paint_over,
    relative_weight,
    soften,
)
from spatial.training.config import Augmentation
from spatial.training.losses import (
    align,
    depth_loss,
    diffusion_target,
    fill_unknown,
    gradient_loss,
    masked_mean,
    silhouette_loss,
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_target_of_a_ramp_has_its_percentiles_at_minus_one_and_one():
    # 0, 1, ..., 100: the 2nd percentile is 2 and the 98th is 98; 50 lies in the middle.
    ramp = torch.arange(101.0).repeat(2, 1)[None, None]
    target, valid = normalise_target(ramp)
    assert valid.all()
    expected = {0: -1.0 - 4 / 96, 2: -1.0, 26: -0.5, 50: 0.0, 98: 1.0, 100: 1.0 + 4 / 96}
    for column, value in expected.items():
        assert target[0, 0, 0, column] == pytest.approx(value, abs=1e-5)


def test_target_keeps_nearer_larger_and_clamps_outliers():
    # Squares are asymmetric: the middle of the range is not the middle column.
    values = torch.arange(200.0).square().repeat(1, 1)[None, None]
    values[..., 199] = 1e6
    target, _ = normalise_target(values)
    assert (target[0, 0, 0, 1:199] >= target[0, 0, 0, :198]).all()
    assert target.max() == pytest.approx(1.2)
    assert target[0, 0, 0, 100] < -0.4


def test_unknown_pixels_change_neither_target_nor_loss():
    values = torch.rand(1, 1, 40, 40, generator=seeded()) + 0.5
    known = torch.rand(1, 1, 40, 40, generator=seeded(1)) < 0.7
    holes = torch.where(known, values, -1.0)
    deeper_holes = torch.where(known, values, -77.0)
    target, valid = normalise_target(holes)
    other, other_valid = normalise_target(deeper_holes)
    assert torch.equal(valid, known)
    assert torch.equal(target, other)
    assert torch.equal(valid, other_valid)
    prediction = torch.randn(1, 1, 40, 40, generator=seeded(2))
    changed = torch.where(known, prediction, 50.0)
    torch.testing.assert_close(
        depth_loss(changed, target, valid), depth_loss(prediction, target, valid)
    )


def test_an_image_of_too_few_known_pixels_is_unknown():
    values = torch.full((1, 1, 16, 16), -1.0)
    values[..., 0, :] = 1.0
    target, valid = normalise_target(values)
    assert not valid.any()
    assert depth_loss(torch.ones(1, 1, 16, 16), target, valid) == 0


def test_alignment_recovers_scale_and_shift():
    target = torch.rand(2, 1, 8, 12, generator=seeded())
    valid = torch.rand(2, 1, 8, 12, generator=seeded(1)) < 0.8
    prediction = torch.where(valid, (target - 0.3) / 2.5, 9.0)
    aligned = align(prediction, target, valid)
    torch.testing.assert_close(aligned[valid], target[valid], rtol=1e-4, atol=1e-4)


def test_alignment_does_not_turn_a_map_inside_out():
    target = torch.rand(1, 1, 8, 12, generator=seeded())
    valid = torch.ones_like(target, dtype=torch.bool)
    error = masked_mean((align(-target, target, valid) - target).abs(), valid)
    assert error > 0.2


def test_gradient_loss_of_a_unit_step_against_flat():
    # One column pair of 3 differs by 1; the rows never do; one scale.
    prediction = torch.tensor([[0.0, 0.0, 1.0, 1.0]]).repeat(4, 1)[None, None]
    valid = torch.ones_like(prediction, dtype=torch.bool)
    loss = gradient_loss(prediction, torch.zeros_like(prediction), valid, scales=1)
    assert loss == pytest.approx(1 / 3)


def test_epsilon_and_v_targets_in_closed_form():
    # a = 0.64: x_t = 0.8 * 2 + 0.6 * 5 = 4.6, v = 0.8 * 5 - 0.6 * 2 = 2.8.
    latent, noise = torch.full((1, 1, 1, 1), 2.0), torch.full((1, 1, 1, 1), 5.0)
    alpha_bar = torch.tensor([0.64])
    noisy, epsilon = diffusion_target("epsilon", latent, noise, alpha_bar)
    assert noisy.item() == pytest.approx(4.6)
    assert epsilon.item() == 5.0
    _, v = diffusion_target("v", latent, noise, alpha_bar)
    assert v.item() == pytest.approx(2.8)


def test_filling_keeps_known_pixels_and_stays_between_them():
    target = torch.zeros(1, 1, 20, 24)
    target[..., 12:] = 0.8
    valid = torch.zeros_like(target, dtype=torch.bool)
    valid[..., :3], valid[..., -3:] = True, True
    filled = fill_unknown(target * valid, valid)
    assert torch.equal(filled[valid], target[valid])
    assert filled.min() >= 0
    assert filled.max() <= 0.8
    assert filled[0, 0, 10, 5] < filled[0, 0, 10, 18]


def test_augmentation_moves_image_and_map_together():
    # The map equals the red channel, so it must still follow it after any crop and mirror.
    red = (torch.arange(96)[None, :] + 2 * torch.arange(64)[:, None]).clamp(max=255)
    rgb = torch.stack([red, red, red]).to(torch.uint8)
    images, maps = augment([rgb] * 6, [red[None].half()] * 6, (32, 64), seeded(3))
    assert images.shape == (6, 3, 32, 64)
    assert maps.shape == (6, 1, 32, 64)
    assert images.abs().max() <= 1
    for image, depth in zip(images, maps, strict=True):
        pair = torch.stack([image.mean(0).flatten(), depth.flatten()])
        assert torch.corrcoef(pair)[0, 1] > 0.95


def test_augmentation_depends_on_the_generator_alone():
    rgb = torch.randint(0, 255, (3, 40, 30), generator=seeded(), dtype=torch.uint8)
    depth = torch.rand(1, 40, 30, generator=seeded())
    first, second, third = (augment([rgb], [depth], (32, 32), seeded(n))[0] for n in (1, 1, 2))
    assert torch.equal(first, second)
    assert not torch.equal(first, third)


def test_weights_make_an_error_relative_to_the_inverse_depth():
    # Two planes of 1 and 4 per metre, as many pixels each: four times the weight far away, mean 1.
    values = torch.tensor([1.0, 1.0, 4.0, 4.0]).view(1, 1, 2, 2)
    weight = relative_weight(values, torch.ones_like(values, dtype=torch.bool))
    torch.testing.assert_close(weight.flatten(), torch.tensor([1.6, 1.6, 0.4, 0.4]))


def test_weights_of_sky_and_unknown_pixels_stay_bounded():
    values = torch.tensor([[0.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0], [-1.0, -1.0, 1.0, 1.0]])
    valid = values >= 0
    weight = relative_weight(values[None, None], valid[None, None])[0, 0]
    assert weight[0, 0] / weight[1, 1] == pytest.approx(5 / 0.9, rel=1e-3)
    assert weight[valid].mean() == pytest.approx(1)
    assert torch.isfinite(weight).all()


def test_a_weighted_loss_counts_a_far_error_more():
    target = torch.linspace(-1, 1, 64).view(1, 1, 8, 8)
    valid = torch.ones_like(target, dtype=torch.bool)
    weight = relative_weight(target + 1.1, valid)
    far, near = target.clone(), target.clone()
    far[..., 0, :4] += 0.3
    near[..., -1, -4:] -= 0.3

    def counted(prediction):
        plain = depth_loss(prediction, target, valid)
        return float(depth_loss(prediction, target, valid, weight) / plain)

    assert counted(far) > 1.1
    assert counted(near) < 1


def test_softening_takes_detail_from_its_share_alone():
    noise = torch.rand(200, 3, 16, 16, generator=seeded())
    soft = soften(noise, seeded(1), 0.25)
    changed = (soft != noise).flatten(1).any(1)
    assert 30 < int(changed.sum()) < 70
    assert soft[changed].var((2, 3)).mean() < 0.6 * noise[changed].var((2, 3)).mean()


def test_painting_over_leaves_one_rectangle_of_one_colour():
    grey = torch.full((200, 3, 40, 60), 0.5)
    painted = paint_over(grey, seeded(2), 0.25)
    changed = (painted != grey).any(1)
    hit = changed.flatten(1).any(1)
    assert 30 < int(hit.sum()) < 70
    for image, mask in zip(painted[hit], changed[hit], strict=True):
        rows, columns = mask.any(1).sum(), mask.any(0).sum()
        assert mask.sum() == rows * columns
        assert 4 <= rows <= 16
        assert 6 <= columns <= 24
        assert len(image[:, mask].unique(dim=1).T) == 1


def test_small_crops_come_from_a_wider_augmentation():
    # The map is the column: its spread within a crop is the crop's width.
    columns = torch.linspace(0, 1, 64).repeat(48, 1)
    rgb = (columns * 255).to(torch.uint8).repeat(3, 1, 1)

    def narrowest(augmentation):
        maps = augment([rgb] * 200, [columns[None]] * 200, (48, 64), seeded(), augmentation)[1]
        spans = maps.amax((1, 2, 3)) - maps.amin((1, 2, 3))
        return float(spans.min())

    assert narrowest(Augmentation()) > 0.55
    assert narrowest(Augmentation(smallest_crop=0.3)) < 0.4


def test_silhouettes_alone_count_and_a_soft_one_costs():
    target = torch.zeros(1, 1, 8, 16)
    target[..., 8:] = 1.0
    valid = torch.ones_like(target, dtype=torch.bool)
    ramp = torch.linspace(-0.3, 0.3, 8)[:, None].expand(1, 1, 8, 16)
    assert silhouette_loss(target + ramp, target, valid) < 1e-6
    soft = target.clone()
    soft[..., 7], soft[..., 8] = 0.25, 0.75
    assert silhouette_loss(soft, target, valid) == pytest.approx(0.5)
    valid[..., 8] = False
    assert silhouette_loss(soft, target, valid) == 0
