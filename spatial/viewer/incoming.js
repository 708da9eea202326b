/** Pictures that people drop, paste or choose: files, or the address of a picture. */

/** @typedef {import('./entries.js').Entry} Entry */

/** @param {Iterable<File> | null | undefined} files */
export function entriesOfFiles(files) {
  const sorted = [...(files ?? [])].sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  return sorted.map((file) => ({ file }));
}

/** @param {string} line */
function isAddress(line) {
  return /^(https?|data):/i.test(line) && URL.canParse(line);
}

/**
 * Entries of what was dropped or pasted. An address brought by hand may lead to any server that permits it.
 * @param {DataTransfer | null} transfer
 * @returns {Entry[]}
 */
function entriesOf(transfer) {
  if (!transfer) return [];
  if (transfer.files.length > 0) return entriesOfFiles(transfer.files);
  const text = transfer.getData('text/uri-list') || transfer.getData('text/plain');
  const lines = text.split(/\s*[\r\n]+\s*/).map((line) => line.trim());
  return lines.filter(isAddress).map((src) => ({ src, byHand: true }));
}

/** @param {(entries: Entry[]) => void} show */
export function listenForIncoming(show) {
  /** @param {Event} event @param {DataTransfer | null} transfer */
  const take = (event, transfer) => {
    const entries = entriesOf(transfer);
    if (entries.length === 0) return;
    event.preventDefault();
    show(entries);
  };
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault(); // else the browser leaves the page for what was dropped
    take(event, event.dataTransfer);
  });
  addEventListener('paste', (event) => take(event, event.clipboardData));
}
