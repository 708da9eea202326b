"""What all tests share: no way to the real Hub, and a local one."""

import os

# Before anything imports the Hub client: whoever forgets to name an endpoint is refused at once.
os.environ["HF_ENDPOINT"] = "http://127.0.0.1:9"
os.environ["HF_HUB_DISABLE_XET"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["NO_PROXY"] = "127.0.0.1,localhost"

import pytest
from hub_server import HubServer


@pytest.fixture
def hub():
    """A HubServer without repositories."""
    with HubServer() as server:
        yield server
