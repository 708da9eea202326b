"""A page that is quick to answer, for tests of what it does."""

import pytest
from app_page import choose_example, start_over, visit
from live_page import running, small_examples
from scenes import Ramp

from spatial.web.studio import Studio


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The address of a page with the examples, whose depth is a ramp.

    Not for the whole session: a server and a page that nobody uses take a tenth of a core each.
    """
    studio = Studio(device="cpu", load=Ramp().load)
    examples = small_examples(tmp_path_factory.mktemp("examples"))
    with running(studio, examples=examples) as url:
        yield url


@pytest.fixture(scope="module")
def _page_for_all(app, browser):
    with visit(browser, app) as visited:
        yield visited


@pytest.fixture
def visited(_page_for_all):
    """What ``visit`` gives, with the first example shown: one page for all tests, as it takes
    longer to load than most of what is done in it.
    """
    page, outside, complaints = _page_for_all
    start_over(page)
    choose_example(page, "astronaut")
    outside.clear()
    complaints.clear()
    return page, outside, complaints


@pytest.fixture
def page(visited):
    return visited[0]
