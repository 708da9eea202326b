"""The bytes of a photo become the files that a folder of results has."""

import io
import json
from datetime import datetime, timezone

import numpy as np
from PIL import Image
from scenes import Ramp

from spatial import convert, load_photo, write_formats
from spatial.collections import Models, Recipe, convert_bytes

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


def test_bytes_become_the_files_of_a_result(tmp_path):
    picture = np.random.default_rng(8).integers(0, 256, (72, 96, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    recipe = Recipe(formats=("half_sbs", "depth_png"))
    made = convert_bytes(file.getvalue(), recipe, Models(Ramp), name="boat", created=NOW)
    write_formats(
        convert(load_photo(file.getvalue(), name="boat"), estimator=Ramp()),
        tmp_path,
        formats=recipe.formats,
        created=NOW,
    )
    assert {f.name: f.data for f in made.files} == {
        path.name: path.read_bytes() for path in tmp_path.iterdir()
    }
    roles = [f.role for f in made.files]
    assert roles == [*json.loads(made.files[-1].data)["files"], "manifest"]
    assert 0 <= made.comfort <= 100
