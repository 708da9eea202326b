"""The page around the player, as Unity would write it into a build, on a small web server."""

import json
import re
import shutil
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from unity_project import HERE, PROJECT

TEMPLATE = "Assets/WebGLTemplates/StereoViewer"

# What Unity puts into a template; a name that is not here would become a field in the editor's
# window.
VARIABLES = {
    "PRODUCT_NAME": "Stereo Viewer",
    "COMPANY_NAME": 'Spatial "3D"',
    "PRODUCT_VERSION": "0.1.0",
    "LOADER_FILENAME": "StereoViewer.loader.js",
    "DATA_FILENAME": "StereoViewer.data",
    "FRAMEWORK_FILENAME": "StereoViewer.framework.js",
    "CODE_FILENAME": "StereoViewer.wasm",
    "MEMORY_FILENAME": "",
    "SYMBOLS_FILENAME": "",
}


def _preprocess(text: str) -> str:
    def condition(match: re.Match[str]) -> str:
        return match[2] if VARIABLES[match[1]] else ""

    def macro(match: re.Match[str]) -> str:
        quoted = re.fullmatch(r"JSON\.stringify\((\w+)\)", match[1])
        return json.dumps(VARIABLES[quoted[1]]) if quoted else VARIABLES[match[1]]

    text = re.sub(r"(?ms)^#if (\w+)\n(.*?)^#endif\n", condition, text)
    return re.sub(r"\{\{\{ *(.*?) *\}\}\}", macro, text)


def build_page(folder: Path, project: Path = PROJECT) -> None:
    """Write the page with a fake player into ``folder``/unity."""
    page = folder / "unity"
    shutil.copytree(project / TEMPLATE, page, ignore=shutil.ignore_patterns("*.meta"))
    for path in page.rglob("*"):
        if path.suffix in {".html", ".css", ".js"}:
            text = _preprocess(path.read_text(encoding="utf-8"))
            path.unlink()  # a planted copy holds links to the project
            path.write_text(text, encoding="utf-8")
    (page / "Build").mkdir()
    shutil.copy(HERE / "page/fake_player.js", page / "Build" / VARIABLES["LOADER_FILENAME"])


class _Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *args):
        pass


@contextmanager
def served(folder: Path):
    """Serve a folder; yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
