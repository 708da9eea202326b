"""What axe-core finds in a page, and what on it is too small for a finger."""

from pathlib import Path

from absent import missing

_AXE = Path(__file__).parent / "viewer/node_modules/axe-core/axe.min.js"
DESKTOP, PHONE_SIZE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PHONE = {"viewport": PHONE_SIZE, "is_mobile": True, "has_touch": True}
WAYS = "a[href], button, input, select, textarea, summary, [tabindex='0']"
_VIOLATIONS = """async (place) => {
  const { violations } = await axe.run(place, { resultTypes: ['violations'] });
  const wordsOf = ({ target, any, all, none }) =>
    `${target} ${[...any, ...all, ...none].map(({ message }) => message)}`;
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${wordsOf(node)}`));
}"""
_TOO_SMALL = """(ways) => {
  const seen = [...document.querySelectorAll(ways)].filter((one) => one.checkVisibility());
  return seen.map((one) => {
    const area = one.matches('[type=radio], [type=checkbox]') ? one.closest('label') : one;
    const { width, height } = area.getBoundingClientRect();
    return [area.outerHTML.slice(0, 120), width, height];
  }).filter(([, width, height]) => width > 0 && (width < 44 || height < 44));
}"""


def bring_axe(page):
    """Load axe-core into a page, whatever its policy says of scripts."""
    if not _AXE.is_file():
        missing("npm packages are missing: npm ci --prefix tests/viewer")
    page.evaluate(_AXE.read_text(encoding="utf-8"))


def violations(page, place="html"):
    """What axe-core finds in a place, by all its rules."""
    return page.evaluate(_VIOLATIONS, place)


def too_small(page):
    """What a finger of 44 px cannot hit: its text, width and height."""
    return page.evaluate(_TOO_SMALL, WAYS)
