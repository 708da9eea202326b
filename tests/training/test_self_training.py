import dataclasses
import json

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_checkpoints import tiny_pipeline

from spatial.training import self_training
from spatial.training.config import DataSet, ImageSize, TrainSettings
from spatial.training.data import TrainingDataError, load_labelled_folder
from spatial.training.recipes import CONFIGS
from spatial.training.self_training import DOUBT, PHOTO_SIZE_PX, SELF_TRAINING, label_photos
from spatial.training.sources import DataFolders, TrainingData


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    folder = tmp_path_factory.mktemp("teacher") / "weights"
    tiny_pipeline().save_pretrained(folder)
    return folder


@pytest.fixture(autouse=True)
def small_teacher(monkeypatch):
    """The teacher looks at every photo at two sizes, which are small here."""
    monkeypatch.setattr(self_training, "TEACHER_LONG_SIDES_PX", (64, 96))


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    random = np.random.default_rng(0)
    for index, size in enumerate([(320, 214), (100, 140), *[(288, 216)] * 9]):
        small = random.integers(0, 255, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(small).resize(size).save(folder / f"{index}.jpg")
    return folder


def test_wide_photos_become_a_set_that_names_its_teacher(teacher, photos, tmp_path):
    paths = sorted(photos.iterdir())
    folder = label_photos(teacher, paths, tmp_path / "labels")
    images = load_labelled_folder(folder)
    width, height = PHOTO_SIZE_PX
    assert images.rgb.shape == (len(paths) - 1, 3, height, width)
    assert (images.inverse_depth >= 0).any()
    assert json.loads((folder / "labels.json").read_text())["teacher"] == str(teacher)
    assert not (tmp_path / "labels.partial").exists()


def test_a_label_is_what_the_teacher_says_and_unknown_where_it_contradicts_itself(monkeypatch):
    left_to_right = np.tile(np.linspace(0, 1, 64, dtype=np.float32), (48, 1))
    other = left_to_right.copy()
    other[:8, :8] += 6 * DOUBT

    class Teacher:
        def __call__(self, rgb, settings):
            agreed = settings.processing_resolution_px == self_training.TEACHER_LONG_SIDES_PX[0]
            values = left_to_right if agreed else other
            return type("Output", (), {"prediction": torch.from_numpy(values)})

    label = self_training._teach(Teacher(), np.zeros((48, 64, 3), np.uint8))  # type: ignore[arg-type]
    assert (label[:8, :8] < 0).all()
    known = label[16:] >= 0
    assert known.all()
    assert np.corrcoef(label[16:].ravel(), left_to_right[16:].ravel())[0, 1] > 0.999


def self_trained():
    row = DataSet(name=SELF_TRAINING, weight=1, licence="made by the test")
    return dataclasses.replace(CONFIGS["refine"], mix=(row,))


def test_the_mix_labels_photos_once(teacher, photos, tmp_path):
    settings: TrainSettings = self_trained()
    folders = DataFolders(
        labelled=tmp_path,
        photos=(photos,),
        scenes=tmp_path / "scenes",
        labels=tmp_path / "labels",
        teacher=teacher,
    )
    first = TrainingData(settings, folders)
    made = (tmp_path / "labels/labels.json").stat().st_mtime_ns
    again = TrainingData(settings, dataclasses.replace(folders, teacher=None))
    assert (tmp_path / "labels/labels.json").stat().st_mtime_ns == made
    one, other = (
        data.mix.draw(4, ImageSize(), torch.Generator().manual_seed(0), torch.device("cpu"))
        for data in (first, again)
    )
    assert torch.equal(one.rgb, other.rgb)


@pytest.mark.parametrize(
    ("changes", "words"), [({"teacher": None}, "--init"), ({"photos": ()}, "--photos")]
)
def test_what_self_training_needs_is_named(changes, words, teacher, photos, tmp_path):
    folders = DataFolders(
        labelled=tmp_path,
        photos=(photos,),
        scenes=tmp_path / "scenes",
        labels=tmp_path / "labels",
        teacher=teacher,
    )
    with pytest.raises(TrainingDataError, match=words):
        TrainingData(self_trained(), dataclasses.replace(folders, **changes))
