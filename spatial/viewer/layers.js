/** Drawing to composition layers: the room into a projection layer, the picture into a stereo quad layer. */

/** @typedef {import('./types.js').Eye} Eye */

/** Largest view in a quad layer [px]: headsets show about half of this. */
const LARGEST_VIEW_PX = 2048;
/** A view from this width on may be shown smaller than it is and then glitters without mip levels. */
const MIPPED_FROM_PX = 1024;
const MIP_LEVELS = 4; // in smaller levels the eyes would mix at the seam
const WHOLE_VIEWPORT = new Float32Array([0, 0, 1, 1]);

/**
 * Size of one view in the quad layer: both views share one texture, and mip levels need powers of two.
 * @param {import('./stage.js').Stage} stage
 */
function viewSize(stage) {
  const { width, height } = stage.renderer().size;
  const limit = Math.min(stage.limitPx() / 2, LARGEST_VIEW_PX);
  if (Math.max(width, height) < Math.min(MIPPED_FROM_PX, limit)) return { width, height, mipLevels: 1 };
  const [largest, ...sides] = [limit, width, height].map(Math.log2);
  const [x, y] = sides.map((side) => 2 ** Math.min(Math.floor(largest), Math.ceil(side)));
  return { width: x, height: y, mipLevels: MIP_LEVELS };
}

/**
 * @param {XRSession} session
 * @param {{stage: import('./stage.js').Stage, space: XRReferenceSpace, swapped: () => boolean}} options
 * @returns {import('./targets.js').Target}
 */
export function layersTarget(session, { stage, space, swapped }) {
  const { gl } = stage;
  const binding = /** @type {any} */ (new XRWebGLBinding(session, gl)); // the types lag behind the standard
  const projection = binding.createProjectionLayer({ depthFormat: gl.DEPTH_COMPONENT24 });
  const framebuffer = gl.createFramebuffer();
  /** @type {any} */
  let quad = null;
  let size = { width: 0, height: 0, mipLevels: 1 };
  let shown = false;

  const list = () => {
    const layers = shown ? [projection, quad] : [projection];
    session.updateRenderState(/** @type {any} */ ({ layers }));
  };
  /** @param {object} init */
  const createQuad = (init) => {
    try {
      return binding.createQuadLayer({ ...init, mipLevels: size.mipLevels });
    } catch {
      return binding.createQuadLayer(init); // mip levels are a wish
    }
  };
  const openQuad = () => {
    const before = quad;
    size = viewSize(stage);
    quad = createQuad({
      space,
      layout: 'stereo-left-right',
      viewPixelWidth: size.width,
      viewPixelHeight: size.height,
      isStatic: true,
      ...(before && { transform: before.transform, width: before.width, height: before.height }),
    });
    if (shown) list();
    before?.destroy();
  };
  const bindTexture = (/** @type {WebGLTexture} */ colour, /** @type {WebGLTexture | null} */ depth) => {
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, colour, 0);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.TEXTURE_2D, depth, 0);
  };
  const fill = (/** @type {XRFrame} */ frame) => {
    const { colorTexture } = binding.getSubImage(quad, frame, 'left');
    bindTexture(colorTexture, null);
    gl.disable(gl.DEPTH_TEST);
    const first = swapped() ? 1 : 0;
    for (const eye of /** @type {Eye[]} */ ([0, 1])) {
      gl.viewport(eye * size.width, 0, size.width, size.height);
      stage.renderer().drawBox(/** @type {Eye} */ (eye ^ first), WHOLE_VIEWPORT, null);
    }
    if (quad.mipLevels > 1) {
      gl.bindTexture(gl.TEXTURE_2D, colorTexture);
      gl.generateMipmap(gl.TEXTURE_2D);
    }
    gl.enable(gl.DEPTH_TEST);
  };
  session.updateRenderState(/** @type {any} */ ({ layers: [projection] }));

  return {
    name: 'layers',
    get showsPicture() {
      return shown;
    },
    begin(frame) {
      if (shown && quad.needsRedraw) fill(frame);
    },
    bindView(view) {
      const image = binding.getViewSubImage(projection, view);
      bindTexture(image.colorTexture, image.depthStencilTexture ?? null);
      const { x, y, width, height } = image.viewport;
      gl.enable(gl.SCISSOR_TEST);
      gl.scissor(x, y, width, height);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
      gl.disable(gl.SCISSOR_TEST);
      return image.viewport;
    },
    place(plan, transform, covered) {
      // A quad layer is flat, at one place for both eyes and before all that is drawn; any other screen is drawn too.
      const [halfWidth, halfHeight, radius] = plan.shape;
      const possible = radius === 0 && plan.offsetM === 0 && !covered && stage.renderer().hasPicture();
      if (possible && !quad) openQuad();
      if (possible) {
        quad.transform = transform();
        quad.width = halfWidth; // half extents, whatever the name says
        quad.height = halfHeight;
      }
      if (possible === shown) return;
      shown = possible;
      list();
    },
    refresh() {
      if (quad) openQuad(); // what a static layer shows is drawn once
    },
  };
}
