import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from spatial.depth import LoadOptions
from spatial.depth.errors import CheckpointError, EstimatorError, HubUnreachableError
from spatial.depth.hub import content_hash, read_licence, resolve, size_mb


class StoppedError(Exception):
    """What a caller may raise from its progress."""


FILES = ("model_index.json", "README.md", "unet/*.safetensors")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "repo"
    (folder / "unet").mkdir(parents=True)
    (folder / "model_index.json").write_text("{}")
    (folder / "README.md").write_text("---\nlicense: openrail++\n---\n")
    (folder / "unet" / "model.safetensors").write_bytes(bytes(range(256)) * 100)
    (folder / "unet" / "model.fp16.safetensors").write_bytes(b"half" * 100)
    (folder / "picture.png").write_bytes(b"not needed")
    return folder


@pytest.fixture
def fetch(hub, folder, tmp_path):
    hub.add_repo("owner/name", folder)

    def fetch(source="owner/name", **options):
        cache = tmp_path / "cache"
        return resolve(source, FILES, LoadOptions(cache_dir=cache, endpoint=hub.url, **options))

    return fetch


def test_only_the_needed_files_come_down_and_keep_their_bytes(hub, folder, fetch):
    snapshot = fetch()
    assert snapshot.revision == hub.repos["owner/name"].sha
    assert snapshot.origin == "https://huggingface.co/owner/name"
    names = {p.relative_to(snapshot.folder).as_posix() for p in snapshot.folder.rglob("*.*")}
    assert names == {"model_index.json", "README.md", "unet/model.safetensors"}
    there, here = (f / "unet" / "model.safetensors" for f in (folder, snapshot.folder))
    assert here.read_bytes() == there.read_bytes()
    assert read_licence(snapshot.folder) == "openrail++"
    assert size_mb(snapshot.folder) == pytest.approx(0.0256)


def test_progress_counts_the_bytes_of_all_files(fetch):
    told = []
    fetch(progress=lambda fraction, text: told.append(fraction))
    assert told == sorted(told)
    assert told[0] < 0.9
    assert told[-1] == 1


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_what_progress_raises_stops_the_download(fetch, share):
    def stop(fraction, text):
        if fraction >= share:
            raise StoppedError

    with pytest.raises(StoppedError):
        fetch(progress=stop)
    assert fetch().folder.is_dir()  # and the next one is whole


def test_a_second_start_downloads_nothing(hub, fetch):
    first, count = fetch(), len(hub.downloads())
    assert fetch() == first
    assert len(hub.downloads()) == count == 3


@pytest.mark.parametrize("trouble", ["stopped", "out of service"])
def test_the_cache_serves_when_the_hub_does_not(hub, fetch, trouble):
    first = fetch()
    if trouble == "stopped":
        hub.stop()
    hub.out_of_service = True
    assert fetch() == first


@pytest.mark.parametrize("trouble", ["stopped", "out of service"])
def test_without_hub_and_cache_it_says_unreachable(hub, fetch, trouble):
    if trouble == "stopped":
        hub.stop()
    hub.out_of_service = True
    with pytest.raises(HubUnreachableError, match="owner/name is not in the cache"):
        fetch()


def test_offline_mode_asks_nobody(hub, fetch, tmp_path):
    snapshot = fetch()
    asked = len(hub.requests)
    code = (
        "import sys; from spatial.depth.hub import LoadOptions, resolve;"
        "place = LoadOptions(cache_dir=sys.argv[1], endpoint=sys.argv[2]); "
        "print(resolve('owner/name', sys.argv[3:], place).folder)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "cache"), hub.url, *FILES],
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()) == snapshot.folder
    assert len(hub.requests) == asked


def test_a_transfer_that_breaks_off_is_continued(hub, folder, fetch):
    hub.cut_off("owner/name", "unet/model.safetensors", times=1)
    snapshot = fetch()
    original = (folder / "unet" / "model.safetensors").read_bytes()
    assert (snapshot.folder / "unet" / "model.safetensors").read_bytes() == original
    assert len([r for r in hub.downloads() if "model.safetensors" in r]) == 2


def test_a_transfer_that_keeps_breaking_off_is_an_error_and_can_be_repeated(
    hub, fetch, monkeypatch
):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    hub.cut_off("owner/name", "unet/model.safetensors", times=1000)
    with pytest.raises(HubUnreachableError, match="broke off"):
        fetch()
    hub.cut_off("owner/name", "unet/model.safetensors", times=0)
    assert (fetch().folder / "unet" / "model.safetensors").stat().st_size == 25600


def test_a_cache_that_cannot_be_written_is_named(hub, folder, tmp_path):
    hub.add_repo("owner/name", folder)
    cache = tmp_path / "cache"
    cache.write_text("a file where a folder should be")
    with pytest.raises(EstimatorError, match=r"cannot be stored in .*cache: .*HF_HOME"):
        resolve("owner/name", FILES, LoadOptions(cache_dir=cache, endpoint=hub.url))


def test_a_full_disk_is_told_apart_from_a_broken_transfer(fetch, tmp_path, monkeypatch):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no device that is always full")
    fetch()
    (weights,) = (tmp_path / "cache").rglob("unet/model.safetensors")
    blob = weights.resolve()
    blob.unlink()
    # The client writes to a name with a random part, then renames: that name leads to the full
    # device.
    monkeypatch.setattr("huggingface_hub.file_download.uuid.uuid4", lambda: uuid.UUID(int=0))
    blob.with_name(f"{blob.name}.00000000.incomplete").symlink_to(full)
    with pytest.raises(EstimatorError, match=r"No space left on device.*HF_HOME"):
        fetch()


@pytest.mark.parametrize(
    ("source", "remedy"),
    [
        ("owner/missing", "check the name"),
        ("owner/name@v9", "no revision 'v9'"),
        ("owner/gated", "accept its terms"),
        ("not a name", "write owner/name"),
        ("one/two/three", "write owner/name"),
    ],
)
def test_wrong_repositories_say_what_to_do(hub, folder, fetch, source, remedy):
    hub.add_repo("owner/gated", folder, gated=True)
    with pytest.raises(EstimatorError, match=remedy) as caught:
        fetch(source)
    assert not isinstance(caught.value, HubUnreachableError)


def test_a_commit_can_be_pinned(hub, folder, fetch):
    sha = hub.repos["owner/name"].sha
    assert fetch(f"owner/name@{sha}").revision == sha


def test_folders_are_used_as_they_are_and_known_by_their_content(folder):
    snapshot = resolve(folder, FILES)
    assert snapshot.folder == folder
    (folder / "unet" / "model.safetensors").write_bytes(b"other")
    assert content_hash(folder) != snapshot.revision


@pytest.mark.parametrize("source", [Path("nowhere"), "./nowhere", "/nowhere/at/all"])
def test_missing_folders_are_not_taken_for_repositories(source):
    with pytest.raises(CheckpointError, match="no folder"):
        resolve(source, FILES)


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense: mit\nlicense_name: ignored\n---\n", "mit"),
        ("---\nlicense: other\nlicense_name: terms of its own\n---\n", "terms of its own"),
        (
            "---\nlicense: other\nlicense_name: Apache-2.0, trained on research-use data\n---\n",
            "Apache-2.0, trained on research-use data",
        ),
        ("---\nlicense: other\n---\n", "other"),
        ("no front matter", "not stated"),
        ("---\nlicense: [mit, [mit]]\n---\n", "not stated"),
        ("---\nlicense: &a [*a]\n---\n", "not stated"),
        ("---\n- a list\n---\n", "not stated"),
        ("---\n\t: [\nlicense: 'mit'\n---\n", "mit"),
        ("---\nlicense: mit" + "x" * 10**6, "not stated"),
    ],
)
def test_the_licence_is_what_the_card_states(tmp_path, card, licence):
    (tmp_path / "README.md").write_text(card, encoding="utf-8")
    assert read_licence(tmp_path) == licence


def test_a_strangers_wish_is_bounded_and_told_before(fetch, hub, folder):
    told = []
    with pytest.raises(EstimatorError, match=r"a download of .* GB, at most 2e-05 GB are fetched"):
        fetch(hub_limit_bytes=20_000, progress=lambda *words: told.append(words))
    assert (told, hub.downloads()) == ([], [])
    fetch(hub_limit_bytes=30_000, progress=lambda *words: told.append(words))
    assert told[0] == (0.0, "downloading 0 MB, once")
    fetch(hub_limit_bytes=1)  # what is in the cache needs no download


def test_a_strangers_wish_is_never_a_folder(fetch, folder, monkeypatch):
    (folder.parent / "owner" / "name").mkdir(parents=True)
    monkeypatch.chdir(folder.parent)
    assert fetch().revision == content_hash(Path("owner/name"))
    assert fetch(hub_limit_bytes=10**9).origin == "https://huggingface.co/owner/name"
    refusals = set()
    for name in (folder, "owner/missing", "../owner/name"):
        with pytest.raises(EstimatorError) as refusal:
            fetch(str(name), hub_limit_bytes=10**9)
        refusals.add(str(refusal.value).replace(str(name), ""))
    for name in (f"{folder}-missing", "../owner/nowhere"):  # no word tells whether there is one
        with pytest.raises(EstimatorError) as refusal:
            fetch(str(name), hub_limit_bytes=10**9)
        assert str(refusal.value).replace(str(name), "") in refusals
