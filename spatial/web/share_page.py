"""The pages behind a shared link: what it shows, what is shown when it is gone, and the owner's page for deleting."""

import base64
import hashlib
from html import escape
from urllib.parse import unquote

from spatial.formats import PREVIEW_LEFT, PREVIEW_RIGHT, Manifest
from spatial.web.devices import by_device, size_text, title_of

_TITLE = "A spatial photo"
_DESCRIPTION = "Look at it in 3D: in a headset, with red-cyan glasses, or on any screen."

_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1e293b; --soft: #64748b; --line: #e2e8f0; --accent: #4338ca; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #0f172a; --ink: #e2e8f0; --soft: #94a3b8; --line: #334155; --accent: #6366f1; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 ui-sans-serif, system-ui, sans-serif; }
main { max-width: 960px; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .75rem; letter-spacing: -0.01em; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
p { margin: .5rem 0; }
a { color: inherit; }
.soft { color: var(--soft); font-size: .95rem; }
.picture { position: relative; width: fit-content; max-width: 100%; margin: 0 auto; line-height: 0; }
.picture img { display: block; width: auto; height: auto; max-width: 100%; max-height: 70vh; border-radius: 8px; }
.picture .right { position: absolute; inset: 0; width: 100%; height: 100%; visibility: hidden; }
.still { display: none; margin: .5rem 0 0; justify-content: center; align-items: center; gap: .4rem; }
@media (prefers-reduced-motion: no-preference) {
  .picture .right { visibility: visible; animation: wiggle .36s steps(1) infinite; }
  .still { display: flex; }
  main:has(#still:checked) .right { animation: none; visibility: hidden; }
}
@keyframes wiggle { 0% { opacity: 0; } 50% { opacity: 1; } }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; margin: 1rem 0 0; }
.button {
  display: inline-block; padding: .7rem 1.4rem; border: 0; border-radius: 8px; background: var(--accent); color: #fff;
  font: inherit; font-weight: 600; text-decoration: none; cursor: pointer;
}
.devices { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 280px), 1fr)); gap: .75rem; }
.device { border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; }
.device h3 { font-size: 1rem; margin: 0; }
.device ul { list-style: none; margin: .5rem 0 0; padding: 0; }
.device li { margin: .15rem 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
footer { margin: 2rem 0 1rem; border-top: 1px solid var(--line); padding-top: .75rem; }
"""

_DELETE_SCRIPT = """
const button = document.querySelector('button');
const words = document.querySelector('#words');
const token = location.hash.slice(1);
if (!token) words.textContent = 'This address lacks the part after #. Use the whole delete link.';
else button.hidden = false;
button.addEventListener('click', async () => {
  button.disabled = true;
  const told = await fetch(location.pathname.replace(/\\/delete$/, ''), {
    method: 'DELETE', headers: { 'X-Delete-Token': token },
  }).then((answer) => answer.status, () => 0);
  const words_of = {
    204: 'Deleted. The link no longer shows anything.',
    404: 'There is nothing to delete: the photo is gone already, or this is not its delete link.',
  };
  words.textContent = words_of[told] ?? 'This did not work. Try again later.';
  button.hidden = told in words_of;
  button.disabled = false;
});
"""


def _policy_hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


POLICY = (
    f"default-src 'none'; img-src 'self' data:; style-src {_policy_hash(_STYLE)}; "
    f"script-src {_policy_hash(_DELETE_SCRIPT)}; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
"""Content-Security-Policy of all pages here: their own style and script, pictures of this server, no frame elsewhere."""


def _page(*, title: str, body: str, head: str = "") -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex, nofollow">'
        f'<link rel="icon" href="data:,"><title>{escape(title)}</title>{head}'
        f"<style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )


def _open_graph(manifest: Manifest, address: str) -> str:
    picture = manifest.files[PREVIEW_LEFT]
    tags = {
        "og:type": "article",
        "og:site_name": "Spatial",
        "og:title": _TITLE,
        "og:description": _DESCRIPTION,
        "og:url": address,
        "og:image": f"{address}/{picture.href}",
        "og:image:type": picture.type,
        "og:image:width": str(picture.width),
        "og:image:height": str(picture.height),
        "og:image:alt": "The photo as the left eye sees it",
        "twitter:card": "summary_large_image",
    }
    lines = [f'<meta property="{name}" content="{escape(text)}">' for name, text in tags.items()]
    return "".join([f'<meta name="description" content="{escape(_DESCRIPTION)}">', *lines])


def _devices(manifest: Manifest, result_id: str) -> str:
    cards = []
    for device, roles in by_device(manifest.files):
        links = "".join(
            f'<li><a href="{result_id}/{escape(file.href)}" download="{escape(unquote(file.href))}">'
            f"{escape(title_of(role))}</a> "
            f'<span class="soft">{size_text(file.bytes)}</span></li>'
            for role, file in ((role, manifest.files[role]) for role in roles)
        )
        cards.append(
            f'<section class="device"><h3>{escape(device.name)}</h3>'
            f'<p class="soft">{escape(device.how)}</p><ul>{links}</ul></section>'
        )
    return f'<div class="devices">{"".join(cards)}</div>'


def _unity_link(result_id: str) -> str:
    source = f"../s/{result_id}/manifest.json"
    return f' <a href="../unity/index.html?src={source}">Open in Unity viewer</a>'


def result_page(manifest: Manifest, result_id: str, address: str, *, unity: bool = False) -> str:
    """Return the page of a shared result.

    Args:
        manifest: what it is.
        result_id: its id; links are relative to the folder that its address lies in.
        address: the page's own address without query, for link previews elsewhere.
        unity: whether the Unity viewer is served too.
    """
    left, right = manifest.files[PREVIEW_LEFT], manifest.files[PREVIEW_RIGHT]
    size = f'width="{left.width}" height="{left.height}"'
    until = "" if manifest.expires is None else f"{manifest.expires:%d %B %Y, %H:%M} UTC"
    body = f"""
<h1>{_TITLE}</h1>
<div class="picture">
  <img src="{result_id}/{left.href}" {size} alt="The photo as the left eye sees it">
  <img class="right" src="{result_id}/{right.href}" {size} alt="">
</div>
<label class="still"><input type="checkbox" id="still"> Hold still</label>
<p class="actions"><a class="button" href="../viewer/?id={result_id}">Enter VR</a>{_unity_link(result_id) if unity else ""}
<span class="soft">In a headset this opens the viewer; on a phone or computer it shows other ways to see depth.</span></p>
<h2>On your device</h2>
{_devices(manifest, result_id)}
<footer class="soft">This page is removed on {until}. Its address cannot be guessed; whoever has it can see the photo.
<br><a href="../">Make your own with Spatial</a></footer>"""
    return _page(title=_TITLE, body=body, head=_open_graph(manifest, address))


def missing_page(home: str) -> str:
    """Return the page for an id that leads to nothing, whatever the reason; ``home`` is the app's address."""
    body = f"""
<h1>This spatial photo is gone</h1>
<p>It has expired, its owner has deleted it, or the address is incomplete. Ask for a new link.</p>
<p class="actions"><a class="button" href="{escape(home)}/">Make one of your own</a></p>"""
    return _page(title="This spatial photo is gone", body=body)


def delete_page() -> str:
    """Return the owner's page: the token stands behind # in the address, so that no server ever logs it."""
    body = f"""
<h1>Delete this spatial photo?</h1>
<p id="words" role="status">The link stops working at once, for everybody. This cannot be undone.</p>
<p class="actions"><button class="button" type="button" hidden>Delete it</button></p>
<script>{_DELETE_SCRIPT}</script>"""
    return _page(title="Delete a spatial photo", body=body)
