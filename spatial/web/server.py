"""Start the web app."""

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Thread

import gradio as gr

from spatial.photo import MAX_FILE_BYTES, PHOTO_SUFFIXES
from spatial.web.page import DEFAULT_ESTIMATOR, build_page
from spatial.web.session import Studio
from spatial.web.theme import CSS, theme

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 7860
_CHECKOUT_EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def find_examples(folder: Path = _CHECKOUT_EXAMPLES) -> list[Path]:
    """Return the example photos in a folder, by name; none in an installed package."""
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in PHOTO_SUFFIXES)


def launch(page: gr.Blocks, *, host: str, port: int, examples: Sequence[Path] = ()) -> None:
    """Start serving in the background; nothing is asked from any other host.

    Args:
        page: the app.
        host: address to listen on.
        port: port to listen on.
        examples: files outside of the working folder that visitors may see.

    Raises:
        OSError: nothing can listen at this address.
    """
    page.launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        show_error=True,
        allowed_paths=[str(path) for path in examples],
        max_file_size=MAX_FILE_BYTES,
        run_history=False,
        ssr_mode=False,
        footer_links=["api"],
        theme=theme(),
        css=CSS,
    )


def _address(host: str | None, port: int | None) -> tuple[str, int]:
    everywhere = "0.0.0.0" if os.environ.get("SYSTEM") == "spaces" else DEFAULT_HOST
    host = host or os.environ.get("GRADIO_SERVER_NAME") or everywhere
    wanted = str(port or os.environ.get("GRADIO_SERVER_PORT") or DEFAULT_PORT)
    if not wanted.isdecimal() or not 0 < int(wanted) < 65_536:
        msg = f"{wanted!r} is no port; choose one from 1 to 65535 with GRADIO_SERVER_PORT"
        raise ValueError(msg)
    return host, int(wanted)


def _check_free(host: str, port: int) -> None:
    """Raise OSError with one clear sentence when nothing can listen at this address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            msg = (
                f"cannot listen on {host}:{port} ({error.strerror}); "
                "choose another port with GRADIO_SERVER_PORT"
            )
            raise OSError(msg) from error


def serve(
    *,
    host: str | None = None,
    port: int | None = None,
    device: str | None = None,
    studio: Studio | None = None,
) -> int:
    """Serve the app until it is interrupted; return the exit code: 0, or 2 and one line when it cannot start.

    Args:
        host: address to listen on; None = ``GRADIO_SERVER_NAME``, else 127.0.0.1 (0.0.0.0 on a Space).
        port: port to listen on; None = ``GRADIO_SERVER_PORT``, else 7860.
        device: where depth models run, ``cpu`` or ``cuda``; None = cuda where there is one.
        studio: models and memory; None makes one for ``device``.
    """
    try:
        host, port = _address(host, port)
        _check_free(host, port)
        studio = studio or Studio(device=device)
        examples = find_examples()
        page = build_page(studio, examples=examples)
        launch(page, host=host, port=port, examples=examples)
    except (ValueError, OSError) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    Thread(target=studio.warm_up, args=(DEFAULT_ESTIMATOR,), daemon=True).start()
    page.block_thread()
    return 0
