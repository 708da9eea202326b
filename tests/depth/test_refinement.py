import pytest
import torch
from depth.test_conditioning import CHANNELS, TINY_STAGES

from spatial.depth.conditioning import FeatureConditioner
from spatial.depth.refinement import OutlineRefiner


def tiny_conditioner(refiner_width):
    torch.manual_seed(0)
    return FeatureConditioner(
        block_out_channels=CHANNELS, feature_stages=TINY_STAGES, refiner_width=refiner_width
    ).eval()


def test_without_training_a_map_comes_back_as_it_was():
    photo, decoded = torch.randn(2, 3, 64, 96), torch.randn(2, 1, 64, 96)
    for width in (0, 8):
        conditioner = tiny_conditioner(width)
        refined = conditioner.refine(decoded, photo, conditioner.features(photo))
        assert torch.equal(refined, decoded)


def test_a_refiner_learns_an_outline_that_only_the_photo_has():
    """A soft step in the map, a sharp one in the photo, 3 px beside it."""
    torch.manual_seed(0)
    refiner = OutlineRefiner(4, 4, 8)
    column = torch.arange(64.0)
    wanted = (column >= 35).float().expand(1, 1, 32, 64)
    decoded = torch.sigmoid((column - 32) / 3).expand(1, 1, 32, 64)
    photo = (2 * wanted - 1).expand(1, 3, 32, 64)
    features = [torch.zeros(1, 4, 16, 32), torch.zeros(1, 4, 8, 16)]
    optimizer = torch.optim.Adam(refiner.parameters(), lr=3e-3)
    before = (decoded - wanted).abs().mean()
    for _ in range(60):
        loss = (refiner(decoded, photo, features) - wanted).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.25 * before


def test_the_refiner_is_saved_and_loaded_with_the_conditioner(tmp_path):
    conditioner = tiny_conditioner(8)
    assert conditioner.refiner is not None
    torch.nn.init.normal_(conditioner.refiner.leave.weight)
    conditioner.save_pretrained(tmp_path)
    loaded = FeatureConditioner.from_pretrained(tmp_path)
    photo, decoded = torch.randn(1, 3, 32, 64), torch.randn(1, 1, 32, 64)
    before, after = (
        part.refine(decoded, photo, part.features(photo)) for part in (conditioner, loaded)
    )
    torch.testing.assert_close(before, after)
    assert (after - decoded).abs().mean() > 0.01


@pytest.mark.parametrize("width", [0, 8])
def test_weights_without_a_refiner_have_none(width):
    names = [name for name in tiny_conditioner(width).state_dict() if name.startswith("refiner.")]
    assert bool(names) == bool(width)
