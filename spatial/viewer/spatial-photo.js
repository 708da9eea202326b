/**
 * <spatial-photo src="//photos.example/s/0123abcd…"> for any page: the photo sways, a tap opens the whole viewer.
 * One classic script, so that it loads from another server without its leave:
 *
 *   <script src="//photos.example/viewer/spatial-photo.js" async></script>
 *
 * `src` is a shared link, a manifest, or a picture; one on another server than this script's must be sent with an
 * Access-Control-Allow-Origin header. `label` says what is to be seen, for those who do not see it.
 */

{
  const SHARED = /\/s\/([0-9a-f]{32})\/?$/;
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const viewer = new URL('.', script.src);
  const STYLE = `
    :host { display: block; aspect-ratio: 4 / 3; background: #000; }
    :host([hidden]) { display: none; }
    iframe { display: block; width: 100%; height: 100%; border: 0; }`;

  /** The address of the viewer that shows `src` in a frame. @param {string} src */
  const addressOf = (src) => {
    const source = new URL(src, document.baseURI);
    const id = SHARED.exec(source.pathname)?.[1];
    const address = new URL(viewer);
    if (id && source.origin === viewer.origin) address.searchParams.set('id', id);
    else address.searchParams.set('src', source.href);
    if (source.origin !== viewer.origin) address.searchParams.set('allow', '1');
    address.searchParams.set('embed', '1');
    return address.href;
  };

  class SpatialPhoto extends HTMLElement {
    static observedAttributes = ['src', 'label'];
    #frame = document.createElement('iframe');

    constructor() {
      super();
      const style = document.createElement('style');
      style.textContent = STYLE;
      this.#frame.allow = 'xr-spatial-tracking; fullscreen; gyroscope; accelerometer';
      this.#frame.loading = 'lazy';
      this.attachShadow({ mode: 'open' }).append(style, this.#frame);
    }

    attributeChangedCallback() {
      const src = this.getAttribute('src');
      this.#frame.title = this.getAttribute('label') ?? 'A spatial photo';
      if (src === null) this.#frame.removeAttribute('src');
      else if (this.#frame.src !== addressOf(src)) this.#frame.src = addressOf(src);
    }
  }

  if (!customElements.get('spatial-photo')) customElements.define('spatial-photo', SpatialPhoto);
}
