/** Messages between this page and the one around it: the same as the plain viewer's. */

/** What may be said about a picture, in a message as in an address. */
const PICTURE_KEYS = ['src', 'layout', 'maxdisp', 'fov'];

/** Origins that the page's head calls welcome, and the page's own. */
function welcomeOrigins() {
  const listed = document.querySelector('meta[name="viewer-origins"]')?.getAttribute('content') ?? '';
  return [location.origin, ...listed.split(/\s+/).filter((word) => word !== '')];
}

/**
 * Call `load` with every `stereo:load` message from this origin or a welcome one, as a query. Of a list the first
 * picture is shown. Others are ignored; which addresses may be loaded is AddressRule.cs's to say.
 * @param {(query: string) => void} load
 */
export function listenForMessages(load) {
  const welcome = new Set(welcomeOrigins());
  addEventListener('message', ({ data, origin }) => {
    if (!welcome.has(origin) || data?.type !== 'stereo:load') return;
    const first = Array.isArray(data.list) ? data.list[0] : data;
    const entry = typeof first === 'string' ? { src: first } : first;
    if (typeof entry?.src !== 'string') return;
    const said = PICTURE_KEYS.filter((key) => entry[key] !== undefined && entry[key] !== null);
    load(new URLSearchParams(said.map((key) => [key, String(entry[key])])).toString());
  });
}

/**
 * Tell the page around this one what happened, when it is of a welcome origin.
 * @param {string} type
 * @param {string} detail
 */
export function tellParent(type, detail) {
  if (parent === window) return;
  for (const origin of welcomeOrigins()) parent.postMessage({ type, detail }, origin);
}
