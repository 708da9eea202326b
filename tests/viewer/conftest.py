"""A real browser with an emulated headset, for the tests of the viewer."""

from pathlib import Path

import pytest
from absent import missing
from viewer_driver import Driver
from viewer_pictures import pair, png
from viewer_site import serve_site

PACKAGES = Path(__file__).parent / "node_modules"


@pytest.fixture(scope="package")
def node_packages():
    """Folder of the installed npm packages."""
    if not (PACKAGES / "iwer").is_dir():
        missing("npm packages are missing: npm ci --prefix tests/viewer")
    return PACKAGES


@pytest.fixture(scope="package")
def site():
    """The server that hands out the viewer and the tests' pictures."""
    with serve_site() as served:
        yield served


@pytest.fixture
def foreign_site():
    """Another server, another origin."""
    with serve_site() as served:
        yield served


@pytest.fixture
def start(browser, site, node_packages):
    """A function that starts a Driver of its own for this test."""
    started = []

    def begin(**options):
        started.append(Driver(browser, site, node_packages, **options))
        return started[-1]

    yield begin
    for driver in started:
        driver.close()


@pytest.fixture(scope="module")
def _worn(browser, site, node_packages):
    site.put("/pair.png", png(pair("side_by_side")))
    driver = Driver(browser, site, node_packages)
    yield driver.open("/pair.png", layout="side_by_side").enter()
    driver.close()


@pytest.fixture
def worn(_worn):
    """A running session in the emulated headset, shared by a module: LEFT and RIGHT on a screen,
    all at rest.
    """
    _worn.send(src="/pair.png", layout="side_by_side")
    _worn.at_rest()
    return _worn
