// What the page does by itself: files dropped or pasted anywhere, the folded goals, the phone's share sheet,
// and what Gradio's own parts lack.
(() => {
  const chooser = () => document.querySelector('#choose-block input[type=file]');
  const choose = (files) => {
    const picked = new DataTransfer();
    picked.items.add(files[0]);
    chooser().files = picked.files;
    chooser().dispatchEvent(new Event('change', { bubbles: true }));
  };
  // Places that take files of their own keep them.
  const isForPhoto = ({ target, dataTransfer }) => dataTransfer?.types.includes('Files') && !target.closest?.('.block [aria-dropeffect], #own-depth-file, #true-depth, #batch-photos');
  document.addEventListener('dragover', (event) => { if (isForPhoto(event)) event.preventDefault(); });
  document.addEventListener('drop', (event) => {
    if (!isForPhoto(event) || !event.dataTransfer.files.length) return;
    event.preventDefault();
    choose(event.dataTransfer.files);
  });
  document.addEventListener('paste', ({ target, clipboardData }) => {
    if (clipboardData?.files.length && !target.closest?.('input, textarea')) choose(clipboardData.files);
  });

  const share = async ({ dataset }) => {
    if (dataset.shareLink) return navigator.share({ url: dataset.shareLink });
    const blob = await (await fetch(dataset.shareFile)).blob();
    return navigator.share({ files: [new File([blob], dataset.name, { type: blob.type })] });
  };
  document.addEventListener('click', ({ target }) => {
    const opener = target.closest?.('#save-share');
    if (opener) {
      const isOpen = document.documentElement.toggleAttribute('data-goals');
      opener.setAttribute('aria-expanded', isOpen);
      if (isOpen) document.querySelector('#goals').scrollIntoView({ block: 'nearest' });
    }
    if (target.closest?.('#sharper')) document.documentElement.dataset.offers = 'result stop-sharper'; // until it is answered
    const sharer = target.closest?.('[data-share-file], [data-share-link]');
    if (sharer) void share(sharer).catch(() => {}); // the visitor thought better of it
  });

  // Gradio makes its parts late and anew: each is looked at when it comes.
  const needsResult = '#save-share, #goals button, #measure, #estimate-again';
  const complete = () => {
    const isReady = document.documentElement.dataset.offers?.split(' ').includes('result');
    document.querySelectorAll(needsResult).forEach((button) => { button.disabled = !isReady; });
    // A label of their own hides the words in them; and a toast is no button, but has one.
    const spare = { '.upload-container': ['aria-label'], '.toast-header': ['role', 'tabindex'] };
    Object.entries(spare).forEach(([parts, names]) => document.querySelectorAll(parts).forEach((part) => {
      names.forEach((name) => part.removeAttribute(name));
    }));
  };
  const heed = (records) => {
    complete();
    const added = records.flatMap(({ addedNodes }) => [...addedNodes]);
    if (added.some((node) => node.querySelector?.('.toast-body.error'))) window.spatial.failed();
  };
  new MutationObserver(heed).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ['data-offers'] });

  const clip = { files: [new File(['x'], 'clip.mp4', { type: 'video/mp4' })] };
  document.documentElement.toggleAttribute('data-can-share', Boolean(navigator.canShare?.(clip)));
})();
