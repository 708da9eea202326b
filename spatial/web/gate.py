"""The gate that everything a visitor sends goes through: the files in it, and how many jobs wait already."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import fastapi
import gradio as gr
from gradio.block_function import BlockFunction
from gradio.data_classes import FileData, ImageData, ListFiles, PredictBodyInternal
from gradio.processing_utils import save_bytes_to_cache
from gradio.queueing import Event, Queue
from gradio.server_messages import ProcessCompletedMessage
from gradio.state_holder import SessionState
from gradio.utils import error_payload, get_upload_folder

from spatial.web.fetch import ADDRESSES, FetchError, read_address

NOT_UPLOADED = (
    "A file must be one that was uploaded to this server first; a program may also send a data: or public http(s): "
    "address."
)
MOST_WAITING, MOST_FROM_ONE_ADDRESS = 4, 64
TOO_MANY = f"{MOST_WAITING} of your jobs are waiting already. Try again when one of them is done."
_META = {"_type": "gradio.FileData"}
_FILES = (FileData, ImageData, ListFiles)
_DIGEST_LETTERS = 64  # Gradio keeps a file in a folder named by its salted SHA-256


class GatedBlocks(gr.Blocks):
    """A page that uses no file but what it received, and in whose queue one visitor can leave few jobs."""

    async def preprocess_data(
        self,
        block_fn: BlockFunction,
        inputs: list[Any],
        state: SessionState | None,
        explicit_call: bool = False,
    ) -> list[Any]:
        """Return the values for a handler; every event, call and tool comes through here."""
        if len(inputs) < len(block_fn.inputs):
            raise _refusal(f"{len(block_fn.inputs)} values are needed, {len(inputs)} were sent.")
        by_address = block_fn.api_visibility == "public"
        admitted = [
            await _admit(component, value, by_address=by_address)
            for component, value in zip(block_fn.inputs, inputs, strict=False)
        ]
        return await super().preprocess_data(block_fn, admitted, state, explicit_call)

    def queue(self, *args: Any, **options: Any) -> "GatedBlocks":  # noqa: ANN401 - Gradio's own
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
            raise _refusal(NOT_UPLOADED)
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
    if by_address and isinstance(path, str) and path.startswith(ADDRESSES):
        try:
            name, content = await read_address(path)
        except FetchError as error:
            raise _refusal(str(error)) from error
        path = save_bytes_to_cache(content, name, get_upload_folder())
    elif not isinstance(value, dict) or not is_upload(path):
        raise _refusal(NOT_UPLOADED)
    return {"path": path, "meta": _META}


def _refusal(words: str) -> gr.Error:
    return gr.Error(words, print_exception=False)


def _fair_push(queue: Queue) -> Any:  # noqa: ANN401 - the type of ``Queue.push``
    """Return a ``push`` that answers a job at once with a refusal when its visitor has too many waiting."""
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
                told = error_payload(_refusal(TOO_MANY), show_error=True)
                queue.send_message(event, ProcessCompletedMessage(output=told, success=False))
        return taken, event_id, state

    return fair


def _waiting(queue: Queue) -> list[Event]:
    return [event for row in queue.event_queue_per_concurrency_id.values() for event in row.queue]


def _address(request: fastapi.Request) -> str:
    return "" if request.client is None else request.client.host


def _session(event: Event) -> str | None:
    """Return the session that a job was sent with; a call without any is given its own id as one."""
    return None if event.session_hash == event._id else event.session_hash
