"""Tab *View & share*: the viewer, a link with a QR code, and the files grouped by device."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

import gradio as gr
import segno

from spatial.results import Receipt
from spatial.web.devices import by_device, size_text, title_of
from spatial.web.files import cache_url
from spatial.web.hosts import is_this_machine
from spatial.web.pictures import build_place

VIEWER, ARCHIVE, LINK, FILES = "view-here", "archive", "share-link", "device-files"
_QR_SCALE, _QR_BORDER = 5, 3
_EMPTY = (
    '<p class="empty">Choose a photo first. Then you see here how to look at it on each device.</p>'
)
_LATER = "<p>Press <b>Prepare all files</b> to make them.</p>"
_COPY = (
    "const field = this.parentNode.querySelector('input'); field.select(); "
    "const done = () => { this.textContent = 'Copied'; setTimeout(() => this.textContent = 'Copy link', 2000); }; "
    "navigator.clipboard ? navigator.clipboard.writeText(field.value).then(done) : "
    "(document.execCommand('copy') && done())"
)
_LOCAL_ADDRESS = (
    "Only this computer can reach this server, so the QR code does not work on other devices. To "
    "open it to your network, start it with GRADIO_SERVER_NAME=0.0.0.0. Headsets show VR only over "
    "https."
)


def _offer(days: int) -> str:
    return (
        f"<p><b>Create link</b> stores this spatial photo on the server for {days} days and gives "
        "you a link that nobody can guess. The link works on every device, headsets included. "
        "Nothing is stored before you press the button.</p>"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareTab:
    """Components of the tab.

    Attributes:
        share: stores the result under a link.
        prepare: writes the files for every device.
        link: where the link is shown.
        files: where the files are shown.
    """

    share: gr.Button
    prepare: gr.Button
    link: gr.HTML
    files: gr.HTML


def no_files() -> dict[str, str]:
    """Return the tab of a photo whose files are not there yet, place to HTML."""
    return {VIEWER: "", ARCHIVE: "", FILES: _file_cards({})}


def files_by_device(paths: Mapping[str, str], archive: str | None = None) -> dict[str, str]:
    """Return the tab with links to files, place to HTML.

    Args:
        paths: role to path in Gradio's cache.
        archive: ZIP of everything, None while there is none.
    """
    return {
        VIEWER: _viewer_link(paths["manifest"]),
        ARCHIVE: "" if archive is None else _archive_link(archive),
        FILES: _file_cards(paths),
    }


def link_card(receipt: Receipt, origin: str) -> dict[str, str]:
    """Return a new link, place to HTML."""
    return {LINK: _link_card(receipt, origin)}


def build_share_tab(days: int) -> ShareTab:
    """Make the tab's components inside the current ``gr.Tab``; shared results are kept for ``days`` days."""
    build_place(VIEWER)
    gr.HTML(_offer(days), elem_id="share-offer")
    with gr.Row():
        share = gr.Button("Create link", variant="primary", elem_id="share")
        prepare = gr.Button("Prepare all files", elem_id="prepare")
    build_place(ARCHIVE)
    link = build_place(LINK)
    files = build_place(FILES, _EMPTY)
    return ShareTab(share=share, prepare=prepare, link=link, files=files)


def _archive_link(archive: str) -> str:
    address = escape(cache_url(archive))
    name = escape(Path(archive).name)
    return (
        f'<p><a class="action" href="{address}" download="{name}">Download everything (ZIP)</a></p>'
    )


def _viewer_link(manifest: str) -> str:
    source = quote(f"../{cache_url(manifest)}", safe="/")
    return (
        f'<p><a class="action" href="viewer/?src={source}" target="_blank" rel="noopener">Open in the viewer</a> '
        "<span>on this device: tilt, wiggle, glasses, crossed eyes, or a headset that is connected.</span></p>"
    )


def _file_cards(paths: Mapping[str, str]) -> str:
    cards = []
    for device, roles in by_device(paths):
        links = "".join(
            f'<li><a href="{escape(cache_url(paths[role]))}" download="{escape(Path(paths[role]).name)}">'
            f"{escape(title_of(role))}</a> <small>{size_text(Path(paths[role]).stat().st_size)}</small></li>"
            for role in roles
        )
        there = f"<ul>{links}</ul>" if links else _LATER
        cards.append(
            f"<section><h3>{escape(device.name)}</h3><p>{escape(device.how)}</p>{there}</section>"
        )
    return f'<div class="devices">{"".join(cards)}</div>'


def _link_card(receipt: Receipt, origin: str) -> str:
    address = f"{origin}/s/{receipt.id}"
    code = segno.make(address, error="m", micro=False)
    picture = code.svg_data_uri(scale=_QR_SCALE, border=_QR_BORDER, light="white")
    side = code.symbol_size(scale=_QR_SCALE, border=_QR_BORDER)[0]
    local = f'<p role="note">{_LOCAL_ADDRESS}</p>' if is_this_machine(origin) else ""
    return f"""
<div class="link-card">
<img src="{picture}" width="{side}" height="{side}" alt="QR code of the link">
<div>
<p><a class="action" href="{address}" target="_blank" rel="noopener">Open the link</a>
<a class="action" href="viewer/?id={receipt.id}" target="_blank" rel="noopener">Open in headset</a></p>
<div class="copy"><input readonly value="{address}" aria-label="Link to share" onfocus="this.select()">
<button type="button" onclick="{_COPY}">Copy link</button></div>
<p>Works until {receipt.expires:%d %B %Y, %H:%M} UTC. Anyone who has the link can see and download the photo.</p>
<p><a href="s/{receipt.id}/delete#{receipt.delete_token}" target="_blank" rel="noopener">Delete it</a>
earlier. Keep this delete link to yourself: it is shown only here.</p>{local}
</div></div>"""
