"""The web app in a process of its own, to be measured from outside."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from spatial.evaluation.figures import memory_bytes

_DEADLINE_S = 120
_STOP_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningApp:
    """A server that answers.

    Attributes:
        url: its address, with a slash at the end.
        pid: its process.
        start_s: seconds from its start to its first answer.
    """

    url: str
    pid: int
    start_s: float

    def memory_mb(self) -> float | None:
        """Return the resident memory in 10^6 bytes; None where the system does not tell (no
        ``/proc``).
        """
        held = memory_bytes("VmRSS", self.pid)
        return None if held is None else held / 1e6


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def running_app(
    folder: Path, *, command: tuple[str, ...] = (), environment: Mapping[str, str] = os.environ
) -> Iterator[RunningApp]:
    """Start the web app with its data and its cache in a folder, and stop it at the end.

    Args:
        folder: an empty folder.
        command: what to start instead of ``python -m spatial serve``; ``--port N`` is added.
        environment: variables for it.

    Raises:
        RuntimeError: it does not answer.
    """
    port = free_port()
    serve = command or (sys.executable, "-m", "spatial", "serve")
    own = {"SPATIAL_DATA": str(folder / "data"), "GRADIO_TEMP_DIR": str(folder / "cache")}
    start = perf_counter()
    server = subprocess.Popen(
        [*serve, "--port", str(port)], env={**environment, **own}, stdout=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}/"
        _wait_for_answer(url, server)
        yield RunningApp(url=url, pid=server.pid, start_s=perf_counter() - start)
    finally:
        server.terminate()
        try:
            server.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for_answer(url: str, server: subprocess.Popen) -> None:
    opener = build_opener(ProxyHandler({}))
    deadline = perf_counter() + _DEADLINE_S
    while server.poll() is None and perf_counter() < deadline:
        try:
            with opener.open(url, timeout=5):
                return
        except HTTPError as error:
            msg = f"the web app answers {error.code} at {url}"
            raise RuntimeError(msg) from error
        except OSError:
            sleep(0.05)
    msg = f"the web app did not answer at {url} within {_DEADLINE_S} s"
    raise RuntimeError(msg)
