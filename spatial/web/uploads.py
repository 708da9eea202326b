"""What a visitor may send: uploaded files or public addresses, and a few jobs at a time."""

import asyncio
import binascii
import socket
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import anyio
import fastapi
import gradio as gr
import httpx
from gradio.block_function import BlockFunction
from gradio.data_classes import FileData, ImageData, ListFiles, PredictBodyInternal
from gradio.processing_utils import save_bytes_to_cache
from gradio.queueing import Event, Queue
from gradio.server_messages import ProcessCompletedMessage
from gradio.state_holder import SessionState
from gradio.utils import error_payload, get_upload_folder
from gradio_client.utils import decode_base64_to_binary, strip_invalid_filename_characters
from safehttpx import AsyncSecureTransport

from spatial.photo import MAX_FILE_BYTES
from spatial.web.addresses import is_public
from spatial.web.messages import refusal

NOT_UPLOADED = (
    "Upload the file to this server first. A program may also send a data: address or a public "
    "http(s): address."
)
MOST_WAITING, MOST_FROM_ONE_ADDRESS = 4, 64
TOO_MANY = f"{MOST_WAITING} of your jobs are waiting already. Try again when one of them is done."
FETCH_S, MOST_REDIRECTS = 30.0, 5
_ADDRESSES = ("data:", "http://", "https://")
_META = {"_type": "gradio.FileData"}
_FILES = (FileData, ImageData, ListFiles)
_DIGEST_LETTERS = 64  # Gradio keeps a file in a folder named by its salted SHA-256


class CheckedBlocks(gr.Blocks):
    """A page that takes no file but those it received, and few waiting jobs of one visitor."""

    async def preprocess_data(
        self,
        block_fn: BlockFunction,
        inputs: list[Any],
        state: SessionState | None,
        explicit_call: bool = False,
    ) -> list[Any]:
        """Return the values for a handler; every event, call and tool comes through here."""
        if len(inputs) < len(block_fn.inputs):
            raise refusal(f"{len(block_fn.inputs)} values are needed, {len(inputs)} were sent.")
        by_address = block_fn.api_visibility == "public"
        admitted = [
            await _admit(component, value, by_address=by_address)
            for component, value in zip(block_fn.inputs, inputs, strict=False)
        ]
        return await super().preprocess_data(block_fn, admitted, state, explicit_call)

    def queue(self, *args: Any, **options: Any) -> "CheckedBlocks":  # noqa: ANN401 - Gradio's own
        super().queue(*args, **options)
        self._queue.push = _fair_push(self._queue)  # type: ignore[method-assign]
        return self


def is_upload(path: object) -> bool:
    """Tell whether a path leads to a file that this server received."""
    if not isinstance(path, str) or not Path(path).is_absolute() or ".." in Path(path).parts:
        return False
    with suppress(OSError, ValueError):  # ValueError: a null byte, another folder, another depth
        file = Path(path).resolve(strict=True)
        folder, _ = file.relative_to(Path(get_upload_folder()).resolve()).parts
        return len(folder) == _DIGEST_LETTERS and folder.isalnum() and file.is_file()
    return False


async def _admit(component: Any, value: object, *, by_address: bool) -> Any:  # noqa: ANN401
    """Return a component's value: every file in it an upload, and no file where none belongs.

    Raises:
        gr.Error: there is another one; the words are the same whether it exists or not.
    """
    if getattr(component, "data_model", None) not in _FILES:
        if _names_a_file(value):
            raise refusal(NOT_UPLOADED)
        return value
    if isinstance(value, list) and component.data_model is ListFiles:
        return [await _admit_file(member, by_address=by_address) for member in value]
    return None if value is None else await _admit_file(value, by_address=by_address)


def _names_a_file(value: object) -> bool:
    if isinstance(value, dict):
        return not value.keys().isdisjoint(("path", "url", "meta")) or any(
            map(_names_a_file, value.values())
        )
    return isinstance(value, list) and any(map(_names_a_file, value))


async def _admit_file(value: object, *, by_address: bool) -> dict[str, Any]:
    path = value  # MCP sends what is in a list as plain addresses
    if isinstance(value, dict):
        path = value.get("path") if value.get("meta") == _META else None
    if by_address and isinstance(path, str) and path.startswith(_ADDRESSES):
        try:
            name, content = await read_address(path)
        except FetchError as error:
            raise refusal(str(error)) from error
        path = save_bytes_to_cache(content, name, get_upload_folder())
    elif not isinstance(value, dict) or not is_upload(path):
        raise refusal(NOT_UPLOADED)
    return {"path": path, "meta": _META}


def _fair_push(queue: Queue) -> Any:  # noqa: ANN401 - the type of ``Queue.push``
    """Return a ``push`` that refuses a job at once when its visitor has too many waiting."""
    push = queue.push

    async def fair(
        body: PredictBodyInternal, request: fastapi.Request, username: str | None
    ) -> Any:  # noqa: ANN401
        session = body.session_hash  # a job that comes without one is given its own
        taken, event_id, state = await push(body, request, username)
        near = [e for e in _waiting(queue) if _address(e.request) == _address(request)]
        own = [e for e in near if _session(e) == session]
        too_many = len(own) > MOST_WAITING or len(near) > MOST_FROM_ONE_ADDRESS
        if taken and too_many and isinstance(event_id, str):
            event = queue.event_ids_to_events[event_id]
            await queue.remove_from_queue(event_id)
            if event_id not in queue.event_ids_to_events:  # nobody has begun with it
                told = error_payload(refusal(TOO_MANY), show_error=True)
                queue.send_message(event, ProcessCompletedMessage(output=told, success=False))
        return taken, event_id, state

    return fair


def _waiting(queue: Queue) -> list[Event]:
    return [event for row in queue.event_queue_per_concurrency_id.values() for event in row.queue]


def _address(request: fastapi.Request) -> str:
    return "" if request.client is None else request.client.host


def _session(event: Event) -> str | None:
    """Return the session that a job was sent with, if any: a call has its own id as one."""
    return None if event.session_hash == event._id else event.session_hash


class FetchError(ValueError):
    """An address gave no file.

    The words are the same for every reason: different words would help to map a private network.
    """

    def __init__(self) -> None:
        super().__init__(
            "No photo came from that address. It must be a data: address, or an http(s): address "
            f"of a public server that sends at most {MAX_FILE_BYTES // 10**6} MB within "
            f"{FETCH_S:.0f} seconds."
        )


async def read_address(address: str) -> tuple[str, bytes]:
    """Return the name and the content of the file at an address.

    Raises:
        FetchError: there is none, or the server is not a public one, too slow, or sends too much.
    """
    try:
        if address.startswith("data:"):
            content, suffix = decode_base64_to_binary(address)
            return f"photo.{suffix or 'bin'}", content
        with anyio.fail_after(FETCH_S):
            return _name_in(address), await _fetch(address)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, binascii.Error) as error:
        raise FetchError from error


def _name_in(address: str) -> str:
    name = PurePosixPath(unquote(urlsplit(address).path)).name
    return strip_invalid_filename_characters(name) or "photo"


async def _fetch(address: str) -> bytes:
    for _ in range(MOST_REDIRECTS + 1):
        # The address that was looked at is the one that is connected to, at every redirect anew.
        transport = AsyncSecureTransport(await _public_ip(address))
        async with (
            httpx.AsyncClient(transport=transport) as client,
            client.stream("GET", address) as answer,
        ):
            if answer.has_redirect_location:
                address = urljoin(address, answer.headers["location"])
                continue
            content = bytearray()
            async for block in answer.raise_for_status().aiter_bytes():
                content += block
                if len(content) > MAX_FILE_BYTES:
                    raise FetchError
            return bytes(content)
    raise FetchError


async def _public_ip(address: str) -> str:
    url = urlsplit(address)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise FetchError
    found = await asyncio.get_running_loop().getaddrinfo(
        url.hostname, None, type=socket.SOCK_STREAM
    )
    addresses = [str(entry[4][0]) for entry in found]
    if not all(map(is_public, addresses)):
        raise FetchError
    return addresses[0]
