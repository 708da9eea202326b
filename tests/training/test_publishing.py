"""Publishing with the real Hub client against a local server, and pulling what was published."""

import json
from typing import Any

import huggingface_hub
import numpy as np
import pytest
from huggingface_hub.repocard import metadata_load
from PIL import Image
from tiny_checkpoints import save_pipeline, tiny_pipeline

from spatial.__main__ import main
from spatial.depth import CheckpointError, HubUnreachableError, LoadOptions, load_estimator
from spatial.depth.latent import LatentDepthPipeline
from spatial.photo import load_photo
from spatial.settings import DepthSettings
from spatial.training.publishing import Publication, PublishError, model_card, publish

# The Hub client's own, for files in the plain (LFS) protocol.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

FACTS = {"data": "Virtual KITTI 2", "steps": 8504, "base": "owner/sd2", "learning_rate": 3e-5}


@pytest.fixture
def folder(tmp_path):
    tiny_pipeline(depth_space="depth").save_pretrained(tmp_path / "weights")
    (tmp_path / "weights" / "training.json").write_text(json.dumps(FACTS))
    (tmp_path / "weights" / "checkpoint.pt").write_bytes(b"not for others")
    return tmp_path / "weights"


@pytest.fixture
def send(hub, folder):
    def send(repo_id="owner/depth", *, token="hf_test", **changes):
        options: Any = {"folder": folder, "endpoint": hub.url, "token": token, **changes}
        return publish(Publication(repo_id=repo_id, **options))

    return send


@pytest.fixture
def photo(tmp_path):
    rgb = np.random.default_rng(0).integers(0, 256, (64, 96, 3), dtype=np.uint8)
    Image.fromarray(rgb).save(tmp_path / "photo.png")
    return load_photo(tmp_path / "photo.png")


def test_what_is_published_can_be_pulled_and_gives_the_same_depth(
    hub, folder, send, photo, tmp_path
):
    assert send() == f"{hub.url}/owner/depth"
    assert hub.commits == 1
    pulled = load_estimator(
        "ldm:owner/depth", LoadOptions(cache_dir=tmp_path / "cache", endpoint=hub.url)
    )
    here = load_estimator(f"ldm:{folder}")
    assert pulled.info.licence == "openrail-m-and-cc-by-nc-sa-3.0"
    assert pulled.info.source.endswith("owner/depth")
    settings = DepthSettings()
    np.testing.assert_array_equal(pulled(photo, settings).values, here(photo, settings).values)


def test_every_file_of_the_checkpoint_and_nothing_else_goes_up(hub, folder, send):
    send()
    there = hub.repos["owner/depth"].files()
    assert "checkpoint.pt" not in there
    for path, content in there.items():
        if path != "README.md":
            assert (folder / path).read_bytes() == content
    names = {path.partition("/")[0] for path in there}
    assert names == {
        "model_index.json",
        "README.md",
        "training.json",
        "unet",
        "vae",
        "scheduler",
        "conditioner",
    }
    assert not (folder / "README.md").exists()


def test_the_card_says_licence_base_and_training(hub, send):
    send()
    card = hub.repos["owner/depth"].folder / "README.md"
    front, text = metadata_load(card) or {}, card.read_text()
    assert front["license_name"] == "openrail-m-and-cc-by-nc-sa-3.0"
    assert front["base_model"] == "owner/sd2"
    assert front["pipeline_tag"] == "depth-estimation"
    assert "--estimator ldm:owner/depth" in text
    assert "| steps | 8504 |" in text
    assert "| depth space | depth |" in text
    assert "non-commercial" in text


def test_a_card_of_ones_own_is_kept(hub, tmp_path, send):
    save_pipeline(tmp_path / "own")
    send(folder=tmp_path / "own")
    assert (hub.repos["owner/depth"].folder / "README.md").read_bytes() == (
        tmp_path / "own" / "README.md"
    ).read_bytes()


def test_weights_of_unknown_terms_are_refused_until_one_says(hub, folder, send):
    (folder / "training.json").unlink()
    with pytest.raises(PublishError, match="--licence"):
        send()
    assert not hub.requests
    send(licence="apache-2.0")
    card = metadata_load(hub.repos["owner/depth"].folder / "README.md")
    assert card is not None
    assert card["license_name"] == "apache-2.0"


def test_publishing_again_replaces_and_leaves_no_old_shards(hub, folder, send):
    send()
    repo = hub.repos["owner/depth"]
    (repo.folder / "unet" / "diffusion_pytorch_model.safetensors.index.json").write_text("{}")
    (repo.folder / "notes.txt").write_text("somebody's")
    uploads = len([r for r in hub.requests if r.startswith("PUT")])
    send()
    assert not [path for path in repo.files() if path.endswith("index.json") and "/" in path]
    assert "notes.txt" in repo.files()
    assert len([r for r in hub.requests if r.startswith("PUT")]) == uploads == 3


def test_a_damaged_folder_never_reaches_the_hub(hub, folder, send):
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-50])
    with pytest.raises(CheckpointError, match="unet"):
        send()
    assert not hub.requests


@pytest.mark.parametrize(
    ("repo_id", "message"),
    [("somebody/depth", "may not write to somebody/depth"), ("owner/a/b", "write owner/name")],
)
def test_what_the_hub_refuses_is_said_plainly(send, repo_id, message):
    with pytest.raises(PublishError, match=message):
        send(repo_id)


def test_without_a_token_it_says_how_to_log_in(send):
    with pytest.raises(PublishError, match="hf auth login"):
        send(token=False)


@pytest.mark.parametrize("trouble", ["stopped", "large files"])
def test_an_upload_that_breaks_off_leaves_no_commit(hub, send, trouble):
    if trouble == "stopped":
        hub.stop()
    hub.refuse_large_files = True
    with pytest.raises(HubUnreachableError, match="try again"):
        send()
    assert hub.commits == 0


def test_the_command(hub, folder, monkeypatch, capsys):
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", hub.url)
    monkeypatch.setenv("HF_TOKEN", "hf_test")
    assert main(["publish", "--repo-id", "owner/mine", "--weights", str(folder)]) == 0
    told = capsys.readouterr()
    assert told.out.strip().endswith("/owner/mine")
    assert "--estimator ldm:owner/mine" in told.err
    assert main(["publish", "--repo-id", "owner/mine", "--weights", str(folder / "no")]) == 2
    assert "model_index.json" in capsys.readouterr().err


def test_a_base_folder_is_no_base_model(folder):
    pipeline = LatentDepthPipeline.from_folder(folder)
    publication = Publication(folder=folder, repo_id="owner/depth")
    card = model_card(publication, pipeline, {**FACTS, "base": str(folder)})
    assert "base_model" not in card
