/** What can be told from an address alone, and which other servers are welcome. */

/** Addresses of other servers whose messages and pictures are welcome, from the page's head. */
export function welcomeOrigins() {
  const listed = document.querySelector('meta[name="viewer-origins"]')?.getAttribute('content') ?? '';
  return listed.split(/\s+/).filter((word) => word !== '');
}

/** The file name in an address, empty where there is none. @param {string} address */
export function nameOf(address) {
  const path = address.startsWith('data:') || address.startsWith('blob:') ? '' : address;
  const last = path.split(/[?#]/)[0].split('/').pop() ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
