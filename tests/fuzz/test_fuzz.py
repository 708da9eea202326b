"""Twenty seconds of harmed files, the same ones every time."""

import random
import subprocess
import sys

import pytest

from spatial.depth.map_file import read_map
from spatial.photo import load_photo
from tests.fuzz.campaign import ROOT, SOUND, make, run
from tests.fuzz.mutations import mutate
from tests.fuzz.seeds import MAPS, PHOTOS


def test_harmed_files_are_read_or_refused_in_words():
    tally = run(seed=1, seconds=20)
    assert not tally.failures, str(tally)
    assert tally.files > 100
    assert set(tally.outcomes) == set(SOUND), str(tally)


def test_a_kill_leaves_nothing_half_written():
    command = [sys.executable, "-m", "tests.fuzz", "--kills", "10"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", PHOTOS)
def test_photos_start_sound(name):
    assert load_photo(PHOTOS[name]()).rgb.shape[2] == 3


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
