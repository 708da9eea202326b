"""A page that is quick to answer, for tests of what it does."""

import pytest
from live_page import running
from scenes import Ramp

from spatial.web.server import find_examples
from spatial.web.studio import Studio


@pytest.fixture(scope="session")
def app():
    """The address of a page with the examples, whose depth is a ramp."""
    studio = Studio(device="cpu", load=Ramp().load)
    with running(studio, examples=find_examples()) as url:
        yield url
