"""What a test does when a tool that it needs is not installed."""

import os

import pytest


def missing(reason: str) -> None:
    """Skip with a reason; on CI, where everything is installed, fail."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
