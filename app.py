"""The web app, and the file that a Hugging Face Space runs: ``python app.py``."""

import os
import sys

from spatial.starting import tune_process
from spatial.stopping import run_quietly, watch_signals
from spatial.web.addresses import address_problem

if __name__ == "__main__":
    watch_signals()

# Before Gradio, whose import takes seconds and ends in a trace for a port that is no number.
if __name__ == "__main__" and (refusal := address_problem(os.environ)):
    sys.stderr.write(f"{refusal}\n")
    sys.exit(2)

tune_process()
import spaces  # before anything that starts CUDA

from spatial.decoder import app_decoder
from spatial.depth import AUTO, Progress
from spatial.records import DepthMap, Photo
from spatial.settings import DepthSettings
from spatial.web.messages import clear_errors
from spatial.web.models import telling_gpu_refusals
from spatial.web.server import serve
from spatial.web.studio import Studio

START_S, CALL_S, LONGEST_S = 8, 1, 110


def gpu_seconds(
    name: str, photo: Photo, settings: DepthSettings, progress: Progress | None = None
) -> int:
    """Return the seconds of GPU to ask for: few for one step, more for many steps and members."""
    calls = max(1, settings.denoising_steps) * max(1, settings.ensemble_size)
    return min(LONGEST_S, START_S + CALL_S * calls)


@spaces.GPU(duration=gpu_seconds)
@clear_errors
def estimate(
    name: str, photo: Photo, settings: DepthSettings, progress: Progress | None = None
) -> DepthMap:
    """Call the network of a loaded estimator: the only work that needs a GPU."""
    return studio.models.estimate(name, photo, settings, progress)


studio = Studio(run=telling_gpu_refusals(estimate), decoder=app_decoder())
if os.environ.get(
    "SPACES_ZERO_GPU"
):  # there, weights must be on the GPU before the page is launched
    studio.models.get(AUTO)

if __name__ == "__main__":
    sys.exit(run_quietly(lambda: serve(studio=studio)))
