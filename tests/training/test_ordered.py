import numpy as np
import pytest
import torch
from PIL import Image

from spatial.training.data import TrainingDataError
from spatial.training.losses import order_loss
from spatial.training.ordered import LABELS, load_ordered


@pytest.fixture
def photos(tmp_path):
    for name, size in (("wide", (240, 160)), ("tall", (160, 240))):
        Image.new("RGB", size, "green").save(tmp_path / f"{name}.jpg")
    labels = tmp_path / "labels.txt"
    labels.write_text("wide 012 9.6\ntall 00 45 .9\nabsent 00 11\n")
    return tmp_path, labels


def test_digits_lie_in_the_centres_of_their_cells(photos):
    folder, labels = photos
    images = load_ordered("ordered_wide", [folder], labels)
    assert images.rgb.shape == (1, 3, 204, 288)
    nearness = images.inverse_depth[0, 0]
    centres = nearness[51::102, 48::96] * 9
    torch.testing.assert_close(
        centres.round().int(), torch.tensor([[0, 1, 2], [9, -9, 6]], dtype=torch.int32)
    )
    assert (nearness[:, :20] < 0).all()
    assert 0.02 < (nearness >= 0).float().mean() < 0.06


def test_upright_photos_are_another_set(photos):
    folder, labels = photos
    images = load_ordered("ordered_tall", [folder], labels)
    assert images.rgb.shape == (1, 3, 288, 204)
    assert images.inverse_depth[0, 0, 240, 153] == 1


@pytest.mark.parametrize("line", ["wide 01 2", "wide 0x 11", "wide"])
def test_a_line_that_is_no_grid_is_named(photos, line):
    folder, labels = photos
    labels.write_text(line)
    with pytest.raises(TrainingDataError, match=line):
        load_ordered("ordered_wide", [folder], labels)


def test_photos_that_are_elsewhere_are_told(photos, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainingDataError, match=r"none of the photos of labels\.txt"):
        load_ordered("ordered_wide", [tmp_path / "empty"], photos[1])


def test_the_labels_that_ship_are_grids_of_known_shapes():
    lines = [line.split() for line in LABELS.read_text().splitlines()]
    assert len({name for name, *_ in lines}) == len(lines) > 400
    assert {(len(rows), len(rows[0])) for _, *rows in lines} == {(4, 6), (6, 4)}


def loss_of(prediction, target):
    known = torch.ones_like(target, dtype=torch.bool)
    return float(order_loss(prediction, target, known, torch.Generator().manual_seed(0)))


def test_the_order_counts_and_neither_scale_nor_shape():
    target = torch.tensor([-1.0, -1, 0, 0, 1, 1]).expand(1, 1, 4, 6)
    squared = torch.tensor([-1.0, -1, -0.4, -0.4, 1, 1]).expand(1, 1, 4, 6)
    assert loss_of(target, target) < 0.02
    assert loss_of(squared, target) < 0.04
    assert loss_of(-target, target) > 1
    assert loss_of(torch.zeros_like(target), target) > 0.3


def test_what_is_near_and_high_counts_more():
    """Near, far, near from top to bottom: one of the near rows is taken for far."""
    target, high_lost, low_lost = (
        torch.tensor(rows)[:, None].expand(1, 1, 3, 8)
        for rows in ([1.0, -1, 0.9], [-1.0, -1, 0.9], [1.0, -1, -1])
    )
    assert loss_of(high_lost, target) > 2 * loss_of(low_lost, target)


def test_a_body_in_pieces_costs():
    target = torch.tensor([0.0, 0, 1, 1]).expand(1, 1, 4, 4)
    pieces = torch.tensor([0.0, 0, 0.8, 1.6]).expand(1, 1, 4, 4)
    assert loss_of(pieces, target) > loss_of(target, target) + 0.05


def test_unknown_pixels_have_no_order():
    target = torch.tensor([-1.0, 1, 0, 0]).expand(1, 1, 4, 4)
    known = torch.tensor([True, True, False, False]).expand(1, 1, 4, 4)
    prediction = target.clone()
    generators = (torch.Generator().manual_seed(1) for _ in range(2))
    first = order_loss(prediction, target, known, next(generators))
    wild = prediction + 5 * ~known
    assert torch.equal(first, order_loss(wild, target, known, next(generators)))
    assert np.isfinite(float(order_loss(prediction, target, ~known & False, torch.Generator())))
