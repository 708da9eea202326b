"""A conversion as an assistant asks for it: through the MCP endpoint, with the protocol's own
client.
"""

import base64
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.util import find_spec

import anyio
import httpx
import pytest
from absent import missing
from live_page import running, save_photo
from PIL import Image
from scenes import Ramp

from spatial.settings import iter_settings
from spatial.web.api import ENDPOINTS
from spatial.web.studio import Studio


@pytest.fixture(scope="module")
def endpoint():
    """The address of the endpoint."""
    if find_spec("mcp") is None:
        missing('no MCP: pip install "gradio[mcp]"')
    with running(Studio(device="cpu", load=Ramp().load)) as url:
        yield f"{url}gradio_api/mcp/"


def ask(endpoint, work):
    """Open a session and return what ``work(session)`` returns."""
    # An extra: absent where it was not asked for.
    open_session = import_module("mcp").ClientSession
    open_stream = import_module("mcp.client.streamable_http").streamable_http_client

    async def talk():
        async with (
            open_stream(endpoint) as (read, write, _),
            open_session(read, write) as session,
        ):
            await session.initialize()
            return await work(session)

    # In a thread of its own: the browser of other tests keeps an event loop in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, talk).result()


def as_data(path):
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}"


def named(tools, word):
    (tool,) = [tool for tool in tools if tool.name.rpartition("_")[2] == word or tool.name == word]
    return tool


def test_every_endpoint_is_a_tool_that_says_what_it_wants(endpoint):
    tools = ask(endpoint, lambda session: session.list_tools()).tools
    assert len(tools) == len(ENDPOINTS) + 1  # and the batch
    for word in (*ENDPOINTS, "batch"):
        assert named(tools, word).description
    wanted = named(tools, "convert").inputSchema["properties"]
    for setting in iter_settings():
        assert setting.info.help in wanted[setting.name]["description"], setting.name


@pytest.mark.parametrize("word", [*ENDPOINTS, "batch"])
def test_every_tool_answers(endpoint, tmp_path, word):
    photo = as_data(save_photo(tmp_path / "boat.png"))
    photos = {"photos": [photo, photo]} if word == "batch" else {"photo": photo}

    async def convert(session):
        tool = named((await session.list_tools()).tools, word)
        return await session.call_tool(tool.name, {**photos, "denoising_steps": 3})

    answer = ask(endpoint, convert)
    told = "".join(part.text for part in answer.content if part.type == "text")
    assert not answer.isError, told
    for address in re.findall(r"http://[^'\s]*/file=[^'\s]*", told):
        assert httpx.get(address, trust_env=False).status_code == 200


@pytest.mark.parametrize("word", ["metrics", "batch"])
@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:{port}/x.png", "file:///etc/passwd", "/etc/passwd"]
)
def test_no_tool_reaches_into_the_server(endpoint, word, address):
    address = address.format(port=httpx.URL(endpoint).port)

    async def convert(session):
        tool = named((await session.list_tools()).tools, word)
        wish = {"photos": [address]} if word == "batch" else {"photo": address}
        return await session.call_tool(tool.name, wish)

    answer = ask(endpoint, convert)
    told = "".join(part.text for part in answer.content if part.type == "text")
    assert answer.isError
    assert "root:" not in told
    words = (
        "No photo came from that address",
        "Upload the file to this server first",
        "Invalid file data format",
    )
    assert any(word in told for word in words), told


def test_a_photo_becomes_a_pair(endpoint, tmp_path):
    photo = as_data(save_photo(tmp_path / "boat.png"))

    async def convert(session):
        tool = named((await session.list_tools()).tools, "stereo")
        return await session.call_tool(tool.name, {"photo": photo, "max_parallax_percent": 4.0})

    answer = ask(endpoint, convert)
    assert not answer.isError
    told = "".join(part.text for part in answer.content if part.type == "text")
    assert "'max_parallax_percent': 4.0" in told
    (address,) = re.findall(r"http://[^']*_LRF_Full_SBS\.jpg", told)
    picture = httpx.get(address, trust_env=False).content
    with Image.open(io.BytesIO(picture)) as pair:
        assert pair.size == (320, 120)


def test_what_is_wrong_is_told_in_words(endpoint, tmp_path):
    photo = as_data(save_photo(tmp_path / "boat.png"))

    async def convert(session):
        tool = named((await session.list_tools()).tools, "metrics")
        return await session.call_tool(tool.name, {"photo": photo, "ipd_mm": 500})

    answer = ask(endpoint, convert)
    assert answer.isError
    told = json.dumps([part.text for part in answer.content])
    assert "ipd_mm must be between 0 and 100, got 500" in told
    assert "Traceback" not in told
