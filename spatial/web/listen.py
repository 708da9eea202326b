"""Where the server listens, found out before Gradio is imported: that takes seconds."""

import socket
from collections.abc import Mapping

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 7860


def free_address(
    environment: Mapping[str, str], *, host: str | None = None, port: int | None = None
) -> tuple[str, int]:
    """Return the host and the port to listen on, at which nobody else listens.

    Args:
        environment: asked for what is None: ``GRADIO_SERVER_NAME`` and ``GRADIO_SERVER_PORT``.
        host: address to listen on; without any, 127.0.0.1, or 0.0.0.0 on a Space.
        port: port to listen on; without any, 7860.

    Raises:
        ValueError: the port is no port.
        OSError: nothing can listen at this address.
    """
    everywhere = "0.0.0.0" if environment.get("SYSTEM") == "spaces" else DEFAULT_HOST
    host = host or environment.get("GRADIO_SERVER_NAME") or everywhere
    wanted = str(port or environment.get("GRADIO_SERVER_PORT") or DEFAULT_PORT)
    if not wanted.isdecimal() or not 0 < int(wanted) < 65_536:
        msg = f"{wanted!r} is no port; choose one from 1 to 65535 with GRADIO_SERVER_PORT"
        raise ValueError(msg)
    _check_free(host, int(wanted))
    return host, int(wanted)


def why_not(
    environment: Mapping[str, str], *, host: str | None = None, port: int | None = None
) -> str:
    """Return why nothing can be served at this address, in one sentence; empty where it can."""
    try:
        free_address(environment, host=host, port=port)
    except (ValueError, OSError) as refusal:
        return str(refusal)
    return ""


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
