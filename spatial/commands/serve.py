"""``python -m spatial serve``: the web app of ``app.py`` from an installed package."""

import argparse
import os

DEFAULT_PORT = 7860


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add address, port and device."""
    parser.add_argument(
        "--host",
        default=os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1"),
        help="address to listen on (default: GRADIO_SERVER_NAME or 127.0.0.1)",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=int(os.environ.get("GRADIO_SERVER_PORT", DEFAULT_PORT)),
        help=f"port (default: GRADIO_SERVER_PORT or {DEFAULT_PORT})",
    )
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default: cpu)")


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from spatial.web.server import serve  # noqa: PLC0415 - the other commands do without gradio

    return serve(host=args.host, port=args.port, device=args.device)
