"""Some hundred harmed files, the same ones every time."""

import random
import subprocess
import sys

import pytest

from spatial.boxes import Box
from spatial.depth.map_file import read_map
from spatial.photo import load_photo
from tests.fuzz import mutations
from tests.fuzz.campaign import ROOT, SOUND, make, run
from tests.fuzz.mutations import mutate
from tests.fuzz.seeds import MAPS, PHOTOS, RIGHT, STEREO, SUFFIXES


def test_harmed_files_are_read_or_refused_in_words():
    wanted = 6 * len(PHOTOS | MAPS)
    tally = run(seed=1, last=wanted)
    assert not tally.failures, str(tally)
    assert tally.files == wanted
    assert set(tally.outcomes) == set(SOUND), str(tally)


def test_a_kill_leaves_nothing_half_written():
    command = [sys.executable, "-m", "tests.fuzz", "--kills", "10"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", PHOTOS)
def test_photos_start_sound(name, tmp_path):
    path = tmp_path / f"odd{SUFFIXES.get(name, '')}"
    path.write_bytes(PHOTOS[name]())
    photo = load_photo(path, right=RIGHT[name]() if name in RIGHT else None)
    assert (photo.second is not None) == (name in STEREO)


@pytest.mark.parametrize("name", MAPS)
def test_maps_start_sound(name, tmp_path):
    (tmp_path / "odd.map").write_bytes(MAPS[name]())
    assert read_map(tmp_path / "odd.map").valid.any()


def test_a_file_can_be_made_again():
    assert make(7, 11) == make(7, 11)
    assert make(7, 11) != make(8, 11)


def test_lengths_and_checksums_are_right_again():
    data, random_ = PHOTOS["png"](), random.Random(3)
    read = sum(_is_read(mutate(data, random_)) for _ in range(60))
    assert read >= 5  # none would be, with a wrong checksum


def _is_read(data):
    try:
        load_photo(data)
    except ValueError:
        return False
    return True


class First(random.Random):
    """Takes the first of everything."""

    def random(self):
        return 0.0

    def randrange(self, start, stop=None, step=1):
        return 0


@pytest.mark.parametrize("name", ["stereo mpo", "stereo vr180", "jpeg dynamic depth"])
def test_a_picture_within_a_jpeg_may_grow(name, monkeypatch):
    monkeypatch.setattr(mutations, "_mutate_once", lambda data, _: data + bytes(9))
    before, data = PHOTOS[name](), mutations.change_within_jpeg(PHOTOS[name](), First())
    assert len(data) >= len(before) + 9
    photo = load_photo(data)
    assert photo.depth is not None
    assert not any("not used" in note for note in photo.notes)


def test_boxes_before_the_pictures_may_grow():
    data = PHOTOS["stereo spatial_heic"]()
    at = data.index(b"mdat") - 4
    longer = data[:at] + Box(type=b"free", content=bytes(9)).to_bytes() + data[at:]
    assert load_photo(mutations.with_items_in_place(data, longer)).second is not None
    assert not _is_read(longer)
