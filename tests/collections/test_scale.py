"""The examples of docs/scale.md are what their readers read; only their syntax is checked."""

import json
from pathlib import Path

import jsonschema
import ray
import yaml

from spatial.__main__ import COMMANDS
from spatial.collections.rows import ROW

TEXT = (Path(__file__).parents[2] / "docs/scale.md").read_text(encoding="utf-8")


def test_the_cluster_files_are_yaml_and_the_first_fits_rays_schema():
    launcher, job = (part.partition("```")[0] for part in TEXT.split("```yaml\n")[1:])
    schema = Path(ray.__file__).parent / "autoscaler/ray-schema.json"
    jsonschema.validate(yaml.safe_load(launcher), json.loads(schema.read_text()))
    told = yaml.safe_load(job)
    assert (told["apiVersion"], told["kind"]) == ("ray.io/v1", "RayJob")
    assert told["spec"]["entrypoint"].split()[3] in COMMANDS


def test_the_columns_that_are_named_exist():
    for name in ("path", "sha256", "settings_hash", "depth_kind", "comfort", "shard"):
        assert name in ROW.names
