"""The menu of models, their seconds, and what happens when no GPU is given."""

import gradio as gr
import pytest
from live_page import save_photo
from scenes import Ramp
from spaces.zero.gradio import error as gpu_error

from spatial.depth import AUTO, EMBEDDED, ESTIMATORS, FILE, EstimatorError
from spatial.settings import PRESETS, DepthSettings
from spatial.web import models
from spatial.web.models import choices, load_for_strangers, offers, telling_gpu_refusals
from spatial.web.result_html import STATUS, about_photo
from spatial.web.studio import Studio

DEPTH = PRESETS["default"].depth


class Shelf:
    """Loads one ramp for each name and keeps what it was asked for."""

    def __init__(self):
        self.asked, self.ramps = [], {}

    def __call__(self, name, *, device, progress=None):
        self.asked.append((name, device))
        return self.ramps.setdefault((name, device), Ramp(name)), ""


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def path(tmp_path):
    return str(save_photo(tmp_path / "boat.png"))


def refuse(title):
    """A GPU that is not given, in the very words of ``spaces``."""

    def run(name, photo, settings, progress):
        message = (
            "You have exceeded your free ZeroGPU quota (12s requested vs. 3s left). "
            "Try again in 1:02:03. "
        )
        raise gpu_error(title, message)

    return telling_gpu_refusals(run)


@pytest.mark.parametrize("title", ["ZeroGPU quota exceeded", "ZeroGPU queue timeout"])
def test_without_a_gpu_the_embedded_model_stands_in(shelf, path, title):
    studio = Studio(device="cuda", load=shelf, run=refuse(title))
    known = studio.depths.find(path, "depth-anything", DEPTH)
    assert known.info.id == "embedded"
    assert shelf.asked == [("depth-anything", "cuda"), ("embedded", "cpu")]
    assert shelf.ramps["embedded", "cpu"].calls == 1
    assert "12s requested vs. 3s left). Try again in 1:02:03. The embedded" in known.note
    assert "in place of depth-anything" in known.note
    assert known.note in about_photo(studio.depths.photo(path), known.note)[STATUS]
    again = studio.depths.find(
        path, "depth-anything", DEPTH
    )  # asked again, in case there is a GPU now
    assert again.info.id == "embedded"
    assert shelf.asked.count(("embedded", "cpu")) == 1


def test_the_embedded_model_itself_goes_on_without_a_gpu(shelf, path):
    studio = Studio(device="cuda", load=shelf, run=refuse("ZeroGPU quota exceeded"))
    assert "ran on the processor instead" in studio.depths.find(path, "embedded", DEPTH).note


def test_what_fails_on_the_gpu_is_no_refusal(shelf, path):
    studio = Studio(device="cuda", load=shelf, run=refuse("ZeroGPU worker error"))
    with pytest.raises(gr.Error, match="exceeded"):
        studio.depths.find(path, "embedded", DEPTH)


def test_the_menu_offers_every_model_that_needs_no_name():
    listed = {name for name, row in ESTIMATORS.items() if row.in_menu and not row.needs_source}
    assert listed <= set(offers())
    assert {AUTO, EMBEDDED, "depth-anything", FILE} <= listed
    assert all(name.partition(":")[0] in ESTIMATORS for name in offers())


def test_the_menu_tells_pace_size_and_licence():
    titles = {name: title for title, name in choices()}
    assert "takes longer · 99 MB to download · Apache-2.0" in titles["depth-anything"]
    assert "minutes without a GPU · 5 GB" in titles["ldm:prs-eth/marigold-depth-v1-1"]


@pytest.mark.parametrize(
    "name", ["ldm:examples/results", "ldm:./weights", "ldm:/etc", "ldm:a/../b", "file:x"]
)
def test_a_visitor_names_no_folder_of_the_server(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shelf, told = Studio(device="cpu").models, []
    for made in (False, True):
        if made:
            for folder in ("examples/results", "weights", "b"):
                (tmp_path / folder).mkdir(parents=True)
        try:
            _, note = shelf.get(name)
        except EstimatorError as refusal:
            note = str(refusal)
        told.append(note)
    assert told[0] == told[1] != ""
    assert "config" not in told[0]


def test_the_size_of_a_visitors_model_is_bounded(monkeypatch):
    asked = []
    monkeypatch.setattr(models, "load_estimator_or_embedded", lambda _, o: asked.append(o))
    for told in (None, "0.5"):
        if told:
            monkeypatch.setenv("SPATIAL_MAX_MODEL_GB", told)
        load_for_strangers("ldm:owner/name", device="cpu")
    assert [o.hub_limit_bytes for o in asked] == [8 * 10**9, 5 * 10**8]
    monkeypatch.setenv("SPATIAL_MAX_MODEL_GB", "lots")
    with pytest.raises(EstimatorError, match="SPATIAL_MAX_MODEL_GB must be a number, got 'lots'"):
        load_for_strangers("ldm:owner/name", device="cpu")


def test_the_best_model_at_hand_is_loaded_once(path):
    ramp, asked = Ramp(), []

    def load(name, *, device, progress=None):
        asked.append(name)
        return ramp, ""

    studio = Studio(device="cpu", load=load)
    assert studio.depths.find(path, "auto", DEPTH).info.id == "embedded"
    studio.depths.find(path, "auto", DepthSettings(seed=3))
    studio.depths.find(path, "embedded", DepthSettings(seed=4))
    assert asked == ["auto"]
    assert ramp.calls == 3


def test_a_visitor_gets_the_embedded_model():
    estimator, note = load_for_strangers("embedded", device="cpu")
    assert (estimator.info.id, note) == ("embedded", "")
