import dataclasses
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from spatial.training.config import DataSet
from spatial.training.data import (
    TrainingDataError,
    from_depth_mm,
    from_relative_disparity,
    load_labelled_folder,
    validation_indices,
)
from spatial.training.recipes import CONFIGS
from spatial.training.sources import TrainingData


def test_labels_decode_to_inverse_depth():
    np.testing.assert_allclose(
        from_depth_mm(np.array([0, 500, 4000], np.uint16)), [-1, 2, 0.25], rtol=1e-6
    )
    np.testing.assert_allclose(
        from_relative_disparity(np.array([0, 1, 25001], np.uint16)), [-1, 0, 0.5], rtol=1e-6
    )


def test_a_border_is_cut_off_image_and_map(folders):
    whole = load_labelled_folder(folders.labelled / "rooms")
    cut = load_labelled_folder(folders.labelled / "rooms", border=0.1)
    assert whole.rgb.shape == (12, 3, 40, 80)
    assert cut.rgb.shape == (12, 3, 32, 64)
    assert torch.equal(cut.inverse_depth, whole.inverse_depth[:, :, 4:-4, 8:-8])
    assert (whole.inverse_depth[:, :, :3] == -1).all()


def test_damaged_pairs_are_skipped_counted_and_named(folders, tmp_path, caplog):
    broken = tmp_path / "broken"
    shutil.copytree(folders.labelled / "rooms", broken)
    (broken / "0001_rgb.jpg").unlink()
    (broken / "0003_rgb.jpg").write_bytes((broken / "0003_rgb.jpg").read_bytes()[:300])
    label = broken / "0005_depth.png"
    label.write_bytes(label.read_bytes()[:120])
    assert len(load_labelled_folder(broken).rgb) == 9
    assert "3 pairs are skipped" in caplog.text
    for name in ("0001_depth.png", "0003_depth.png", "0005_depth.png"):
        assert name in caplog.text


def test_pictures_of_another_size_are_named(folders, tmp_path):
    mixed = tmp_path / "mixed"
    shutil.copytree(folders.labelled / "rooms", mixed)
    Image.fromarray(np.ones((20, 40), np.uint16)).save(mixed / "0007_depth.png")
    with pytest.raises(TrainingDataError, match=r"0007_depth\.png is 40 x 20 px"):
        load_labelled_folder(mixed)


def test_validation_split_is_fixed_and_five_per_cent():
    assert validation_indices(170) == [*range(8), *range(160, 168)]
    assert validation_indices(6000)[:16] == validation_indices(170)
    assert len(validation_indices(6400)) == 320


def test_a_missing_set_is_named(folders):
    settings = dataclasses.replace(
        CONFIGS["compact"], mix=(DataSet(name="castles", weight=1, licence="none"),)
    )
    with pytest.raises(TrainingDataError, match="castles"):
        TrainingData(settings, folders)
