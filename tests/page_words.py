"""The tables of the page's words, and what of a text they do not know."""

import json
import re
from pathlib import Path

import spatial

STATIC = Path(spatial.__file__).parent / "web" / "static"
TABLES = {path.stem: json.loads(path.read_text("utf-8")) for path in STATIC.glob("words/*.json")}
VARIES = re.compile(r"\{\d?\}")
_PATTERNS = [
    re.compile("(.+?)".join(map(re.escape, english.split("{}")))) for english in TABLES["de"]
]
_UNITS = "px|mm|kB|MB|GB|KB|dB|UTC|Delta E"
_NAMES = "Spatial|Test|Apache-2.0|MP4|GIF|WebP|GLB|PLY|party|astronaut|chelsea|coffee|rocket"
_GRADIO = r"common\.(complete|error)"  # keys of its own, which it lets screen readers say
_DATA = re.compile(
    rf"(\W|\d|_|\b[^\W\d_]\b|\b({_UNITS}|{_NAMES}|{_GRADIO})\b|\b[\w-]+\.(jpg|png|json)\b)*"
)


def _is_known(text):
    """Tell whether a text is data, or an English sentence in which only data or words vary."""
    found = (pattern.fullmatch(text) for pattern in _PATTERNS)
    return bool(_DATA.fullmatch(text)) or any(
        all(map(_is_known, sentence.groups())) for sentence in found if sentence
    )


def unknown(texts):
    """Those English texts that the tables do not know."""
    flat = {" ".join(text.split()) for text in texts}
    return sorted(text for text in flat if not _is_known(text))
