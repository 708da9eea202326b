"""A server that is told to stop, as a real process."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from live_page import connect

ROOT = Path(__file__).parents[2]
LIMIT_S = 120.0
SERVER = """
import sys, time
from pathlib import Path
import gradio as gr
from spatial.stopping import run_quietly, watch_signals
from spatial.web.server import serve_until_told

watch_signals()

def work():
    print("working", flush=True)
    time.sleep(2)
    path = Path(sys.argv[2]) / "made.txt"
    path.write_text("whole")
    return str(path)

with gr.Blocks() as page:
    gr.on([], work, outputs=gr.File(), api_name="work")
port, folder = int(sys.argv[1]), sys.argv[2]
page.launch(allowed_paths=[folder], server_port=port, prevent_thread_lock=True, quiet=True)
print("serving", flush=True)
sys.exit(run_quietly(lambda: serve_until_told(page)))
"""


@pytest.fixture
def server(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(port), str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "serving\n"
        yield process, f"http://127.0.0.1:{port}"
        process.kill()


def test_sigterm_lets_running_work_finish_and_be_fetched(server, tmp_path):
    process, address = server
    client = connect(address, str(tmp_path / "fetched"))
    job = client.submit(api_name="/work")
    assert process.stdout.readline() == "working\n"
    process.send_signal(signal.SIGTERM)
    assert Path(job.result(LIMIT_S)).read_text() == "whole"
    _, told = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, told) == (0, "")


def test_ctrl_c_is_one_line(server):
    process, _ = server
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, told) == (130, "interrupted\n")
