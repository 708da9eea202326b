"""Start the web app."""

import logging
import os
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread

import gradio as gr

from spatial.decoder import app_decoder
from spatial.depth import AUTO
from spatial.photo import MAX_FILE_BYTES, PHOTO_SUFFIXES
from spatial.results import ResultStore, data_folder
from spatial.stopping import told_to_stop
from spatial.web.addresses import free_address, hosts_of
from spatial.web.files import static_file, sweep_files
from spatial.web.guard import STALL_S, guarded
from spatial.web.memory import give_memory_back
from spatial.web.page import CACHE_AGE_S, CACHE_SWEEP_S, build_page
from spatial.web.photo_events import SCRIPT
from spatial.web.sharing import make_routes, unity_build
from spatial.web.studio import Studio

_log = logging.getLogger(__name__)
_LOOK_S, _FETCH_S, _CLOSE_S = 0.1, 1.0, 2.0
_SANS = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
_MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]
_CHECKOUT_EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def find_examples(folder: Path = _CHECKOUT_EXAMPLES) -> list[Path]:
    """Return the example photos in a folder, by name; none in an installed package."""
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in PHOTO_SUFFIXES)


def launch(
    page: gr.Blocks,
    *,
    store: ResultStore,
    host: str,
    port: int,
    examples: Sequence[Path] = (),
    stall_s: float = STALL_S,
) -> None:
    """Start serving in the background; nothing is asked from any other host.

    Args:
        page: the app.
        store: answers under ``/s/``.
        host: address to listen on.
        port: port to listen on.
        examples: files outside of the working folder that visitors may see.
        stall_s: how long a request may stand still on its way.

    Raises:
        OSError: nothing can listen at this address.
    """
    page.launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        show_error=True,
        allowed_paths=[str(path) for path in examples],
        app_kwargs={
            "routes": make_routes(store, unity=unity_build(os.environ)),
            "lifespan": guarded(hosts_of(os.environ, host), stall_s=stall_s),
        },
        enable_monitoring=False,
        max_file_size=MAX_FILE_BYTES,
        run_history=False,
        ssr_mode=False,
        mcp_server=find_spec("mcp") is not None,
        footer_links=["api"],
        theme=_theme(),
        css=static_file("page.css"),
        head=SCRIPT,
    )


def _theme() -> gr.themes.Base:
    """Return the theme: neutral greys, one accent, no font from outside."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.indigo,
        secondary_hue=gr.themes.colors.indigo,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_md,
        font=_SANS,
        font_mono=_MONO,
    ).set(
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_700",
        button_primary_text_color="white",
        body_text_color_subdued="*neutral_500",
        body_text_color_subdued_dark="*neutral_400",
        block_info_text_color="*neutral_500",
        block_info_text_color_dark="*neutral_400",
        block_title_text_color="*neutral_800",
        block_label_text_color="*neutral_600",
        block_title_text_weight="600",
        block_border_width="1px",
        block_shadow="none",
    )


def sweep_for_ever(store: ResultStore, stop: Event, every_s: float = CACHE_SWEEP_S) -> None:
    """Remove what is over, at once and then every ``every_s`` seconds, until told to stop."""
    while True:
        try:
            store.sweep()
            sweep_files(CACHE_AGE_S)
        except OSError as error:  # the next sweep tries again
            _log.warning("%s", error)
        if stop.wait(every_s):
            return


def serve_until_told(page: gr.Blocks) -> None:
    """Serve until the process is told to stop; then finish what runs, let it be fetched, close."""
    queue = page._queue
    try:
        while not told_to_stop():
            time.sleep(_LOOK_S)
        queue.max_size = 0
        while len(queue) or any(queue.active_jobs):
            time.sleep(_LOOK_S)
        time.sleep(_FETCH_S)
    finally:
        page.is_running = False  # ends the heartbeats of open pages
        page.server.should_exit = True
        page.server.thread.join(_CLOSE_S)


def serve(
    *,
    host: str | None = None,
    port: int | None = None,
    device: str | None = None,
    studio: Studio | None = None,
    store: ResultStore | None = None,
) -> int:
    """Serve the app until it is interrupted; return 0, or 2 and one line when it cannot start.

    Args:
        host: address to listen on; None = ``GRADIO_SERVER_NAME``, else 127.0.0.1; on a
            Space 0.0.0.0.
        port: port to listen on; None = ``GRADIO_SERVER_PORT``, else 7860.
        device: where depth models run, ``cpu`` or ``cuda``; None = cuda where there is one.
        studio: models and memory; None makes one for ``device``.
        store: what visitors share; None = in ``SPATIAL_DATA``, else in the user's data folder.
    """
    give_memory_back()
    try:
        host, port = free_address(os.environ, host=host, port=port)
        studio = studio or Studio(device=device, decoder=app_decoder())
        store = store or ResultStore(data_folder(os.environ) / "results")
        examples = find_examples()
        page = build_page(studio, store=store, examples=examples)
        launch(page, store=store, host=host, port=port, examples=examples)
    except (ValueError, OSError) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    Thread(target=studio.warm_up, args=(AUTO,), daemon=True).start()
    Thread(target=sweep_for_ever, args=(store, Event()), daemon=True).start()
    serve_until_told(page)
    return 0
