import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from spatial.formats import ManifestError, manifest_from_json, manifest_to_json, read_manifest

FIXTURE = Path(__file__).parent.parent / "data" / "manifest.json"


def values():
    return json.loads(FIXTURE.read_text(encoding="utf-8"))


def test_fixture():
    manifest = read_manifest(FIXTURE)
    assert manifest.layout == "side_by_side"
    assert manifest.files[manifest.layout].href == "red%20boat_LRF_Full_SBS.jpg"
    assert manifest.files["depth_info"].width is None
    assert manifest.disparity_px.p99 == 2.5
    assert manifest.disparity_px.reference_width == 640
    assert manifest.convergence.nearness == 0.75
    assert manifest.depth is not None
    assert manifest.depth.polarity == "near_bright"
    assert manifest.created == datetime(2025, 1, 31, 12, tzinfo=timezone.utc)
    assert manifest.expires is None


def test_unknown_keys_are_ignored_at_every_level():
    changed = values()
    assert "a_key_of_a_later_version" in changed
    changed["depth"]["later"] = changed["files"]["depth"]["later"] = [1]
    assert manifest_from_json(json.dumps(changed)) == read_manifest(FIXTURE)


def test_what_is_written_is_read_again():
    manifest = replace(
        read_manifest(FIXTURE), expires=datetime(2026, 1, 1, tzinfo=timezone.utc), focal_px=None
    )
    assert manifest_from_json(manifest_to_json(manifest)) == manifest
    assert set(json.loads(manifest_to_json(manifest))) == set(values()) - {
        "a_key_of_a_later_version"
    }


def test_time_may_end_in_z():
    changed = values() | {"created": "2025-01-31T12:00:00Z"}
    assert manifest_from_json(json.dumps(changed)).created == read_manifest(FIXTURE).created


LATER, EARLIER_DID_WITHOUT = "a_key_of_a_later_version", {"photo", "scene"}


@pytest.mark.parametrize("key", sorted(set(values()) - {LATER, *EARLIER_DID_WITHOUT, "schema"}))
def test_every_key_is_needed(key):
    changed = values()
    del changed[key]
    with pytest.raises(ManifestError, match=f"lacks {key}"):
        manifest_from_json(json.dumps(changed))


def test_manifests_from_before_the_photo_was_told_are_read():
    changed = values()
    digest = changed.pop("photo")["sha256"]
    assert manifest_from_json(json.dumps(changed)).photo is None
    photo = read_manifest(FIXTURE).photo
    assert photo is not None
    assert photo.sha256 == digest


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 2}, "schema 1"),
        ({"files": {"side_by_side": {"href": "a.jpg"}}}, r"lacks files\.side_by_side\.type"),
        ({"focal_px": "wide"}, "focal_px: Input should be a valid number, got 'wide'"),
        ({"layout": True}, "layout: Input should be a valid string, got True"),
        ({"layout": "anaglyph"}, "layout is 'anaglyph'"),
        ({"created": "yesterday"}, "created: Input should be a valid datetime.* got 'yesterday'"),
        ({"created": "2025-01-31T12:00:00"}, "created must be a time with its zone"),
        ({"depth": 3}, "depth: Input should be .*object, got 3"),
        (
            {"estimator": {"id": "x", "revision": 1}},
            r"estimator\.revision: Input should be a valid string, got 1",
        ),
        ({"photo": {}}, r"lacks photo\.sha256"),
    ],
)
def test_wrong_values_are_named(change, message):
    with pytest.raises(ManifestError, match=message):
        manifest_from_json(json.dumps(values() | change))


@pytest.mark.parametrize(
    "href", ["https://a.example/b.jpg", "//a/b", "/b.jpg", "../b.jpg", "%2e%2e/b.jpg", ""]
)
def test_references_stay_beside_the_manifest(href):
    changed = values()
    changed["files"]["depth"]["href"] = href
    with pytest.raises(ManifestError, match=r"files\.depth\.href must be a relative reference"):
        manifest_from_json(json.dumps(changed))


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "[" * 100_000])
def test_no_manifest_at_all(text, tmp_path):
    path = tmp_path / "m.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ManifestError, match=r"m\.json"):
        read_manifest(path)


def test_missing_file_and_bytes_that_are_no_text(tmp_path):
    with pytest.raises(ManifestError, match="cannot read"):
        read_manifest(tmp_path / "none.json")
    (tmp_path / "m.json").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ManifestError, match="cannot read"):
        read_manifest(tmp_path / "m.json")


def test_nan_cannot_be_written():
    manifest = replace(read_manifest(FIXTURE), focal_px=float("nan"))
    with pytest.raises(ManifestError, match="JSON cannot hold"):
        manifest_to_json(manifest)
