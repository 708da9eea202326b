"""``python -m spatial serve``: the web app of ``app.py`` from an installed package."""

import argparse
import os
import sys

from spatial.web.addresses import address_problem


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add address, port and device."""
    parser.add_argument(
        "--host",
        default=None,
        help="address to listen on (default: GRADIO_SERVER_NAME or 127.0.0.1)",
    )
    parser.add_argument(
        "--port", type=int, default=None, help="port (default: GRADIO_SERVER_PORT or 7860)"
    )
    parser.add_argument(
        "--device", default=None, help="cpu or cuda (default: cuda where there is one)"
    )


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted."""
    if refusal := address_problem(os.environ, host=args.host, port=args.port):
        print(refusal, file=sys.stderr)
        return 2
    from spatial.web.server import serve  # noqa: PLC0415 - the other commands do without gradio

    return serve(host=args.host, port=args.port, device=args.device)
