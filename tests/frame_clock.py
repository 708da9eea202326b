"""Frames as a page meets them on a quick or a slow device, whatever this one is.

A pause before each leaves software graphics, which draw one as fast as the next, time for the rest.
"""

FRAMES_TAKE_MS = """(frameMs) => {
  window.realFrame ??= window.requestAnimationFrame.bind(window);
  let now = performance.now();
  window.requestAnimationFrame = (draw) => {
    setTimeout(() => window.realFrame(() => draw(now += frameMs)), 40);
  };
}"""
QUICK_MS, SLOW_MS = 10, 100
THIRTY_FRAMES = """async () => {
  for (let i = 0; i < 30; i++) await new Promise((next) => requestAnimationFrame(next));
}"""
