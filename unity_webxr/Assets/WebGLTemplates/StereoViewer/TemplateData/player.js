/** Starting Unity's player. */

/**
 * @typedef {object} Player Unity's instance, as far as the page uses it
 * @property {(object: string, method: string, text?: string) => void} SendMessage
 * @property {{WebXR: {toggleVR: () => void}}} Module WebXR is added by the WebXR Export package
 */

/** @param {string} url */
function loadScript(url) {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = url;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${url} is missing; build the project first.`));
    document.body.append(script);
  });
}

/**
 * Load Unity's loader and let it start the player.
 * @param {HTMLCanvasElement} canvas
 * @param {{loaderUrl: string, config: object}} build
 * @param {(share: number) => void} onProgress called with 0 to 1
 * @returns {Promise<Player>}
 */
export async function startPlayer(canvas, { loaderUrl, config }, onProgress) {
  await loadScript(loaderUrl);
  return /** @type {any} */ (window).createUnityInstance(canvas, config, onProgress);
}
